"""config.example.toml is real."""

import re
import tomllib
from pathlib import Path

import pytest

from rules.document import build_policy
from worker.cli import app
from worker.settings import load_settings
from worker.settings.tables import Tables
from worker.wiring import policy_of

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"
TOKENS = {f"KAIZEND_SOURCES__{name}__TOKEN": "t0ken" for name in ("SHOP", "PLATFORM", "OPS")}


@pytest.fixture
def lines():
    """Return the example's lines."""
    return EXAMPLE.read_text(encoding="utf-8").splitlines()


def test_the_example_loads_with_tokens_from_the_environment():
    """Copied as it is, it wants nothing but credentials."""
    settings = load_settings(EXAMPLE, TOKENS)
    assert [config.name for config in settings.source_configs()] == ["shop", "platform", "ops"]
    assert [digest.source for digest in settings.digests] == ["shop", "ops"]
    assert settings.warnings == ()


def test_the_example_can_be_pointed_at_a_sandbox_by_the_environment():
    """The demo runs on it: only addresses and the database change."""
    env = {
        **TOKENS,
        "KAIZEND_SOURCES__SHOP__BASE_URL": "http://127.0.0.1:8080/api/v3",
        "KAIZEND_SOURCES__OPS__BASE_URL": "http://127.0.0.1:8080/jira",
        "KAIZEND_INSTANCE__DATABASE": "sqlite:////demo/kaizend.db",
    }
    settings = load_settings(EXAMPLE, env)
    assert [config.base_url for config in settings.source_configs()] == [
        "http://127.0.0.1:8080/api/v3",
        "https://api.github.com",
        "http://127.0.0.1:8080/jira",
    ]
    assert settings.database_url == "sqlite:////demo/kaizend.db"


def test_the_example_makes_a_policy():
    """Its kinds compile, its people, teams and calendar are known to the rules, and no credential is asked for."""
    settings = load_settings(EXAMPLE, {})
    policy = build_policy(settings.policy_tables(), settings.packs())
    assert [kind.name for kind in policy.kinds][-2:] == ["improvement", "feature"]
    assert len(policy.people) == 12
    assert {rule.label for rule in policy.rules} - {""} == policy.labels.keys()


def test_what_is_commented_out_is_the_default(lines):
    """With every `# key = value` in force the settings are the same, but for what has no default."""
    without_default = ("key_file", "label", "token_file", "app", "protect", "canary", "issue", "metrics_port")
    wanted = re.compile(r"# (?!(?:" + "|".join(without_default) + r") = )(\w+ = .*)")
    in_force = "\n".join(match[1] if (match := wanted.fullmatch(line)) else line for line in lines)
    defaults, shown = tomllib.loads("\n".join(lines)), tomllib.loads(in_force)
    assert shown != defaults
    assert Tables(**shown) == Tables(**defaults)


def test_every_key_has_a_line_above_it(lines):
    """Each key of each kind of table, on or commented out, follows a sentence the first time it appears."""
    assignment = re.compile(r"(?:# )?([a-z_-]+) = ")
    for table in ("instance", "calendar", "deferral", "ceilings", "council", "commands", "run"):
        start = lines.index(f"[{table}]") + 1
        keys = set()
        for number, line in enumerate(lines[start:], start):
            if line.startswith("["):
                break
            if match := assignment.match(line):
                keys.add(match[1])
                assert lines[number - 1].startswith("# "), line
        fields = Tables.model_fields[table].annotation.model_fields
        assert keys | {"key"} >= {field.alias or name for name, field in fields.items()}, table


def test_every_key_of_a_source_is_shown(lines):
    """Nobody has to read code to know what a source can be told."""
    text = "\n".join(lines)
    shown = set(re.findall(r"^(?:# )?([a-z_]+) = ", text[text.index("[sources.shop]") :], re.MULTILINE))
    github, jira = Tables.model_fields["sources"].annotation.__args__[1].__args__[0].__args__
    assert {*github.model_fields, *jira.model_fields} - shown == {"token"}


def test_the_inputs_that_are_commented_out_are_real(lines, tmp_path):
    """One of each kind: who takes them out of the comment has a config that loads, with a policy."""
    start = next(number for number, line in enumerate(lines) if line.startswith("#   [inputs."))
    end = next(number for number, line in enumerate(lines) if not line.startswith("#") and number > start)
    shown = [line.removeprefix("#").removeprefix("   ") for line in lines[start:end]]
    config = tmp_path / "config.toml"
    config.write_text("\n".join([*lines, *shown]), encoding="utf-8")
    settings = load_settings(config, TOKENS | {"KAIZEND_INPUTS__ERROR_BUDGETS__TOKEN": "t0ken"})
    policy_of(settings)
    assert {table.kind for table in settings.inputs.values()} == {"tracker", "prometheus", "csv", "json", "url"}
    assert len(settings.input_configs()) == 4
    keys = {key for table in settings.inputs.values() for key in type(table).model_fields}
    assert {key for key in keys if re.search(rf"^#   {key} = ", "\n".join(lines), re.MULTILINE)} == keys - {"token"}


def test_the_signals_that_are_commented_out_are_real(lines, tmp_path):
    """Both kinds, every key: who takes them out of the comment has a config that loads."""
    start = next(number for number, line in enumerate(lines) if line.startswith("#   [signals."))
    end = next(number for number, line in enumerate(lines) if not line.startswith("#") and number > start)
    shown = [line.removeprefix("#").removeprefix("   ") for line in lines[start:end]]
    config = tmp_path / "config.toml"
    config.write_text("\n".join([*lines, *shown]), encoding="utf-8")
    settings = load_settings(config, TOKENS | {"KAIZEND_SIGNALS__ERROR_BUDGET__TOKEN": "t0ken"})
    assert list(policy_of(settings).signals) == ["error_budget", "csat"]
    assert [type(one).__name__ for one in settings.number_configs()] == [
        "PrometheusNumbersConfig",
        "TableNumbersConfig",
    ]
    keys = {key for table in settings.tables.signals.values() for key in type(table).model_fields}
    assert {key for key in keys if re.search(rf"^{key} = ", "\n".join(shown), re.MULTILINE)} == keys - {"token"}


def test_the_rule_file_of_the_readme_is_one():
    """The first thing people see and copy is a rule file that loads."""
    readme = (EXAMPLE.parent / "README.md").read_text(encoding="utf-8")
    pack = re.search(r"```toml\n(.*?)```", readme, re.DOTALL)[1]
    policy = build_policy(load_settings(EXAMPLE, {}).policy_tables(), [("backlog.toml", pack)])
    assert [rule.id for rule in policy.rules] == ["backlog/owned"]


def test_each_command_is_explained():
    """What can be typed is named on the first page and explained on its own, and what is explained can be typed."""
    page = (EXAMPLE.parent / "docs" / "command-line.md").read_text(encoding="utf-8")
    readme = (EXAMPLE.parent / "README.md").read_text(encoding="utf-8")
    told = set(re.findall(r"^## kaizend (\w+)", page, re.MULTILINE))
    there_are = {command.name for command in app.registered_commands}
    assert there_are - {"demo", "test", "schema"} <= told <= there_are | {"audit", "recurrence"}
    named = re.search(r"^## Commands\n(.*?)^## ", readme, re.MULTILINE | re.DOTALL)[1]
    assert there_are - {"demo"} <= set(re.findall(r"`(\w+)", named))


LINK = re.compile(r"\]\((?!https?:)([^)#]*)(?:#[^)]*)?\)")
PAGES = sorted([EXAMPLE.parent / "README.md", *(EXAMPLE.parent / "docs").rglob("*.md")])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_lead_somewhere(page):
    """A page that was moved is found where others say that it is."""
    links = {link for link in LINK.findall(page.read_text(encoding="utf-8")) if link}
    assert [link for link in sorted(links) if not (page.parent / link).exists()] == []
