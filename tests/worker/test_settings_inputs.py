"""[inputs]: what the council decides from, as the config says it."""

from datetime import timedelta

import pytest

from integrations.inputs.config import PageConfig, PrometheusConfig, TableConfig
from rules.errors import ConditionError
from worker.settings import SettingsError, load_settings
from worker.settings.tables import FRESH
from worker.wiring import policy_of

SHOP = """\
[kinds]
improvement = ['open']
[sources.shop]
kind = "github"
repository = "acme/shop"
token = "t0ken"
"""  # the next line is the seventh
CANARY = "canary-of-prometheus"


@pytest.fixture
def load(tmp_path):
    """Load a config with some lines more."""

    def loading(lines, env=None):
        path = tmp_path / "config.toml"
        path.write_text(SHOP + lines, encoding="utf-8")
        return load_settings(path, env or {})

    return loading


def test_each_kind_reaches_what_reads_it(load, tmp_path):
    """Every key, relative paths in the config's folder; tickets are the mirror's."""
    (tmp_path / "token").write_text(f"{CANARY}\n", encoding="utf-8")
    (tmp_path / "token").chmod(0o600)
    settings = load("""
[inputs]
postmortems = { kind = "tracker", when = ["open"], source = "shop", fresh = "10 days" }
quality-scorecards = { kind = "csv", path = "data/scores.csv", date = "day" }
debt-registers = { kind = "json", path = "/data/debt.json", date = "day" }
error-budgets = { kind = "prometheus", base_url = "https://prom.example/x/", query = "up", token_file = "token" }
pulse = { kind = "url", url = "http://wiki.example/pulse?page=7" }
""")
    assert settings.input_configs() == (
        TableConfig(
            name="quality-scorecards",
            kind="csv",
            file=tmp_path / "data/scores.csv",
            shown="data/scores.csv",
            date="day",
        ),
        TableConfig(
            name="debt-registers",
            kind="json",
            file=tmp_path / "/data/debt.json",
            shown="/data/debt.json",
            date="day",
        ),
        PrometheusConfig(name="error-budgets", base_url="https://prom.example/x", query="up", token=CANARY),
        PageConfig(name="pulse", url="http://wiki.example/pulse?page=7"),
    )
    assert [table.fresh for table in settings.inputs.values()] == [timedelta(days=10), *[FRESH] * 4]
    assert CANARY in settings.secrets()
    assert CANARY not in repr(settings) + repr(settings.input_configs())


def test_a_token_may_come_from_the_environment(load):
    """As those of sources do; the name has '_' for '-'."""
    text = "[inputs.error-budgets]\nkind = 'prometheus'\nbase_url = 'https://prom.example'\nquery = 'up'\n"
    settings = load(text, {"KAIZEND_INPUTS__ERROR_BUDGETS__TOKEN": CANARY})
    (config,) = settings.input_configs()
    assert config.token == CANARY


PROM = "[inputs.error-budgets]\nkind = 'prometheus'\nquery = 'up'\n"
WRONG = [
    (
        "[inputs.postmortem]\nkind = 'url'\nurl = 'https://x.example'",
        (
            "line 7, column 1: [inputs.postmortem]: no input 'postmortem' (did you mean 'postmortems'?): "
            "one of your own needs a name less alike"
        ),
    ),
    ("[inputs.error_budgets]\nkind = 'url'\nurl = 'https://x.example'", "did you mean 'error-budgets'?"),
    ("[inputs.Debt-Registers]\nkind = 'url'\nurl = 'https://x.example'", "did you mean 'debt-registers'?"),
    (
        "[inputs.pulse]\nkind = 'grafana'",
        "line 7, column 1: [inputs.pulse]: 'kind' must be 'tracker', 'prometheus', 'csv', 'json' or 'url'",
    ),
    ("[inputs.pulse]\nkind = 'csv'\npath = 'x.csv'", "line 7, column 1: [inputs.pulse]: 'date' is missing"),
    (
        "[inputs.pulse]\nkind = 'url'\nurl = 'https://x.example'\nquery = 'up'",
        "line 10, column 1: [inputs.pulse]: no key 'query': another kind of input has it",
    ),
    (
        "[inputs.pulse]\nkind = 'url'\nurl = 'https://x.example'\nfersh = '3 days'",
        "line 10, column 1: [inputs.pulse]: no key 'fersh' (did you mean 'fresh'?)",
    ),
    (
        "[inputs.pulse]\nkind = 'url'\nurl = 'https://x.example'\nfresh = 'long'",
        "[inputs.pulse]: 'fresh' must be a time span",
    ),
    (
        "[inputs.pulse]\nkind = 'url'\nurl = 'ftp://x.example'",
        "[inputs.pulse]: 'url' must be an address, as in 'https://wiki.acme.example/audit'",
    ),
    ("[inputs.pulse]\nkind = 'url'\nurl = 'https://bot:CANARY@x.example'", "'url' must not hold a user or a password"),
    (
        "[inputs.pulse]\nkind = 'tracker'\nwhen = ['open']\nsource = 'shpo'",
        "line 10, column 1: [inputs.pulse]: no source 'shpo' (did you mean 'shop'?)",
    ),
    ("[inputs.pulse]\nkind = 'tracker'\nwhen = []", "[inputs.pulse]: 'when' must not be empty"),
    (
        PROM + "base_url = 'http://prom.example'\ntoken = 'CANARY'",
        "line 10, column 1: [inputs.error-budgets]: 'base_url' must begin with https://: plain http would show",
    ),
    (PROM + "base_url = 'https://prom.example?x=1'", "'base_url' must end with the path"),
]


@pytest.mark.parametrize(("lines", "expected"), WRONG)
def test_a_wrong_input_is_one_line_with_its_place(load, lines, expected):
    """Name, kind, key, value: each mistake with what would be right, and never the value."""
    with pytest.raises(SettingsError) as caught:
        load(lines)
    (problem,) = caught.value.problems
    assert expected in problem
    assert "CANARY" not in problem


@pytest.mark.parametrize("name", ["customer-feedback", "security-audits", "team-pulse", "on-call-load"])
def test_an_input_of_ones_own_has_a_name_of_its_own(load, name):
    """What is unlike all six is no misspelling."""
    assert list(load(f"[inputs.{name}]\nkind = 'url'\nurl = 'https://x.example'").inputs) == [name]


def test_plain_http_is_fine_where_no_token_is_sent(load):
    """Prometheus stands inside many a cluster so."""
    (config,) = load(PROM + "base_url = 'http://prometheus:9090'").input_configs()
    assert config.base_url == "http://prometheus:9090"


@pytest.mark.parametrize("ways", ["token = 'a b'", "token = 'a'\ntoken_file = 'b'", "token_file = 'none'"])
def test_a_token_that_cannot_be_used_is_told_when_it_is_needed(load, ways):
    """As those of sources are: looking at the mirror needs none."""
    settings = load(PROM + "base_url = 'https://prom.example'\n" + ways)
    with pytest.raises(SettingsError, match=r"\[inputs.error-budgets\]"):
        settings.input_configs()


def test_conditions_are_checked_with_the_rules(load):
    """`kaizend check` finds what is wrong in all of them."""
    settings = load(
        "[inputs.postmortems]\nkind = 'tracker'\nwhen = ['opne']\n[inputs.pulse]\nkind = 'tracker'\nwhen = ['title']\n"
    )
    with pytest.raises(ConditionError) as caught:
        policy_of(settings)
    first, second = caught.value.problems
    assert first.startswith("config.toml: line 9, column 9: [inputs.postmortems]: when[1]")
    assert "'open'" in first
    assert second.startswith("config.toml: line 12, column 9: [inputs.pulse]: when[1]")
