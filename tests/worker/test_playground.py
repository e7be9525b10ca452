"""The playground: what is served, and a config for it that is right."""

import gzip

import pytest

from integrations.sandbox.seeds import BadData
from tests.worker.shop import now
from worker.errors import WorkerError
from worker.playground import company, company_config, example, loaded, refuse_others, with_values, write_config
from worker.settings import load_settings
from worker.wiring import policy_of


def test_values_are_put_where_they_belong():
    """Only the named keys of the named tables change; comments and everything else stay."""
    text = "# top\n[a]\nx = 1\n# y = 2\n[a.b]\nx = 3\n[[c]]\nx = 4\n"
    expected = '# top\n[a]\nx = 9\nz = "new"\n# y = 2\n[a.b]\nx = 3\n[[c]]\nx = 4\n'
    assert with_values(text, {"a": {"x": "9", "z": '"new"'}}) == expected


def test_the_companys_config_is_the_example_pointed_at_the_sandbox(tmp_path):
    """The example is real: the demo runs on it, address and credential apart."""
    file = tmp_path / "config.toml"
    file.write_text(company_config("http://127.0.0.1:1"), encoding="utf-8")
    settings = load_settings(file, {})
    assert {config.base_url for config in settings.source_configs()} == {
        "http://127.0.0.1:1/api/v3",
        "http://127.0.0.1:1/jira",
    }
    (tmp_path / "example.toml").write_text(example(), encoding="utf-8")
    kinds = [(kind.name, kind.when.texts) for kind in policy_of(settings).kinds]
    assert kinds == [
        (kind.name, kind.when.texts) for kind in policy_of(load_settings(tmp_path / "example.toml", {})).kinds
    ]


def test_a_sandboxs_config_begins_with_an_empty_database(tmp_path):
    """What an earlier sandbox was told is no news to this one, which forgot it."""
    file = tmp_path / "sandbox.toml"
    with company(now(), now) as ground:
        write_config(ground, file)
        database = load_settings(file, {}).database_file
        database.parent.mkdir()
        database.write_text("of an earlier sandbox")
        write_config(ground, file)
        assert len(policy_of(load_settings(file, {})).rules) > 0
    assert not database.exists()


def test_a_config_that_no_sandbox_wrote_stays(tmp_path):
    """Nobody loses a config to a sandbox."""
    file = tmp_path / "config.toml"
    file.write_text("precious")
    with pytest.raises(WorkerError, match="no sandbox wrote this"):
        refuse_others(file)


@pytest.mark.parametrize("content", [b"not JSON\n", b"{}\n"], ids=["no JSON", "no ticket"])
def test_a_file_that_holds_no_tickets_is_named(tmp_path, content):
    """With its line."""
    file = tmp_path / "data.jsonl.gz"
    file.write_bytes(gzip.compress(content))
    with pytest.raises(BadData, match=r"data\.jsonl\.gz"), loaded([file], now(), now):
        pass
