"""[signals]: numbers from outside, as the config says them."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from integrations.numbers.config import PrometheusNumbersConfig, TableNumbersConfig
from rules.policy import SignalFacts
from rules.signals import spoken
from worker.settings import SettingsError, load_settings
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
PROM = '[signals.budget]\nkind = "prometheus"\nbase_url = "https://prom.example"\nquery = "up"\n'
FILE = '[signals.csat]\nkind = "csv"\npath = "csat.csv"\ndate = "day"\nvalue = "score"\n'
DAY = timedelta(days=1)


@pytest.fixture
def load(tmp_path):
    """Load a config with some lines more."""

    def loading(lines, env=None):
        path = tmp_path / "config.toml"
        path.write_text(SHOP + lines, encoding="utf-8")
        return load_settings(path, env or {})

    return loading


def test_each_kind_reaches_what_reads_it(load, tmp_path):
    """Every key, relative paths in the config's folder."""
    (tmp_path / "token").write_text(f"{CANARY}\n", encoding="utf-8")
    (tmp_path / "token").chmod(0o600)
    settings = load(PROM + 'subject = "service"\ntoken_file = "token"\n' + FILE + 'subject = "team"\n')
    assert settings.number_configs() == (
        PrometheusNumbersConfig(
            name="budget", base_url="https://prom.example", query="up", subject="service", token=CANARY
        ),
        TableNumbersConfig(
            name="csat",
            kind="csv",
            file=tmp_path / "csat.csv",
            shown="csat.csv",
            date="day",
            value="score",
            subject="team",
        ),
    )
    assert CANARY in settings.secrets()
    assert CANARY not in repr(settings) + repr(settings.number_configs()) + repr(settings.policy_tables())


def test_the_rules_know_each_by_name_and_nothing_of_where_it_comes_from(load):
    """What is left out has a default; a file is as old as its newest row, so it may be older."""
    settings = load(PROM + 'fresh = "30 minutes"\nevery = "5 minutes"\nbetter = "lower"\nunit = "%"\n' + FILE)
    assert policy_of(settings).signals == {
        "budget": SignalFacts(
            name="budget",
            fresh=timedelta(minutes=30),
            every=timedelta(minutes=5),
            history=90 * DAY,
            keep=400 * DAY,
            better="lower",
            unit="%",
        ),
        "csat": SignalFacts(
            name="csat", fresh=35 * DAY, every=timedelta(minutes=15), history=0 * DAY, keep=400 * DAY, better="higher"
        ),
    }


def test_the_guide_says_what_holds_if_a_key_is_left_out(load):
    """The table in docs/signals.md."""
    guide = (Path(__file__).parents[2] / "docs" / "signals.md").read_text("utf-8")
    said = dict(re.findall(r"^\| `(\w+)` \| .* \| (.*) \|$", guide, re.MULTILINE))
    budget, csat = policy_of(load(PROM + FILE)).signals.values()
    assert said == {
        "every": spoken(budget.every),
        "fresh": f"{spoken(budget.fresh)}; of a file {spoken(csat.fresh)}",
        "history": spoken(budget.history),
        "keep": spoken(budget.keep),
        "better": f'`"{budget.better}"`',
        "unit": budget.unit or "nothing",
    }


def test_a_token_may_come_from_the_environment(load):
    """As those of sources and inputs do."""
    settings = load(PROM, {"KAIZEND_SIGNALS__BUDGET__TOKEN": CANARY})
    assert settings.number_configs()[0].token == CANARY


def test_a_token_of_the_environment_puts_the_file_aside(load):
    """The way that is said last."""
    settings = load(PROM + 'token_file = "none"\n', {"KAIZEND_SIGNALS__BUDGET__TOKEN": CANARY})
    assert settings.number_configs()[0].token == CANARY


WRONG = [
    (
        PROM.replace("budget]", "error-budget]"),
        "line 7, column 1: [signals]: 'error-budget' must be a letter, then at most 39 letters, digits or '_'",
    ),
    (PROM.replace("budget]", "1st]"), "must be a letter, then at most 39 letters, digits or '_'"),
    (PROM.replace("budget]", "in]"), "[signals]: 'in' must be another name: in conditions this word means something"),
    (PROM.replace("budget]", "subject]"), "must be another name: in conditions this word means something else"),
    (PROM.replace("prometheus", "promtheus"), "[signals.budget]: 'kind' must be 'prometheus', 'csv' or 'json'"),
    (PROM.replace("query", "qeury"), "[signals.budget]: no key 'qeury' (did you mean 'query'?)"),
    (PROM + "value = 'x'", "line 11, column 1: [signals.budget]: no key 'value': another kind of signal has it"),
    (FILE + "history = '1 day'", "[signals.csat]: no key 'history': another kind of signal has it"),
    (FILE.replace('value = "score"\n', ""), "[signals.csat]: 'value' is missing"),
    (PROM + "fresh = '1 hours ago'", "line 11, column 1: [signals.budget]: 'fresh' must be a time span, as in"),
    (PROM + "every = '5 seconds'", "[signals.budget]: 'every' must be at least '10 seconds'"),
    (
        PROM + "every = '2 hours'",
        "[signals.budget]: 'fresh' must not be shorter than 'every': it would be stale between",
    ),
    (PROM + "keep = '30 days'", "[signals.budget]: 'history' must not be longer than 'keep'"),
    (PROM + "better = 'hihger'", "'better' must be 'lower' or 'higher' (did you mean 'higher'?)"),
    (PROM + "unit = 'thousands of requests'", "'unit' must be at most 20 characters"),
    (PROM.replace("https", "http") + "token = 'CANARY'", "'base_url' must begin with https://: plain http would show"),
    (PROM.replace("//prom", "//bot:CANARY@prom"), "'base_url' must not hold a user or a password: use 'token'"),
    ("[signal.budget]\nkind = 'csv'", "line 7, column 1: no table [signal] (did you mean 'signals'?)"),
]


@pytest.mark.parametrize(("lines", "expected"), WRONG)
def test_a_wrong_signal_is_one_line_with_its_place(load, lines, expected):
    """Name, kind, key, value: each mistake with what would be right, and never the value."""
    with pytest.raises(SettingsError) as caught:
        load(lines)
    assert any(expected in problem for problem in caught.value.problems)
    assert not any("CANARY" in problem for problem in caught.value.problems)
    assert all(problem.startswith("config.toml: line ") for problem in caught.value.problems)


@pytest.mark.parametrize("ways", ["token = 'a b'", "token = 'a'\ntoken_file = 'b'", "token_file = 'none'"])
def test_a_token_that_cannot_be_used_is_told_when_it_is_needed(load, ways):
    """As those of sources are: looking at the mirror needs none."""
    settings = load(PROM + ways)
    policy_of(settings)
    with pytest.raises(SettingsError, match=r"\[signals.budget\]"):
        settings.number_configs()
