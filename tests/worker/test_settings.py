"""The settings: what is wrong is said in one line with its place, and what is right is built."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from integrations.base import Limit
from integrations.github.config import GithubApp, GithubConfig
from integrations.jira.config import JiraConfig
from worker.settings import SettingsError, load_settings

SHOP = """\
[kinds]
improvement = ['open']

[sources.shop]
kind = "github"
repository = "acme/shop"
"""  # the next line is the seventh
TOKENS = {"KAIZEND_SOURCES__SHOP__TOKEN": "t0ken-of-shop"}


@pytest.fixture
def config(tmp_path):
    """Write a config file and return its path."""

    def write(text, name="config.toml"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def problems(path, env=None):
    """Return the lines that loading a config fails with."""
    with pytest.raises(SettingsError) as caught:
        load_settings(path, env or {})
    return list(caught.value.problems)


WRONG_KEYS = [
    (
        "a key that is misspelt",
        'repositroy = "acme/shop"',
        "7, column 1: [sources.shop]: no key 'repositroy' (did you mean 'repository'?)",
    ),
    (
        "a table that is misspelt",
        "[instnace]",
        "7, column 1: no table [instnace] (did you mean 'instance'?)",
    ),
    (
        "a key of another kind of source",
        "issue_limits = [[20, 2]]",
        "7, column 1: [sources.shop]: no key 'issue_limits': another kind of source has it",
    ),
    (
        "a key inside an inline table",
        "app = { id = 1, installation = 2, privat_key = '' }",
        "7, column 35: [sources.shop.app]: no key 'privat_key' (did you mean 'private_key'?)",
    ),
    (
        "a key that is missing",
        "[sources.platform]\nkind = 'github'",
        "7, column 1: [sources.platform]: 'repository' is missing",
    ),
    (
        "a source of no known kind",
        "[sources.lab]\nkind = 'gitlab'",
        "7, column 1: [sources.lab]: 'kind' must be 'github' or 'jira'",
    ),
    (
        "a word that is none of those there are",
        "due = 'milestnoe'",
        (
            "7, column 1: [sources.shop]: 'due' must be 'auto', 'field', 'milestone' or 'card' "
            "(did you mean 'milestone'?)"
        ),
    ),
    (
        "plain http to another machine",
        "base_url = 'http://github.acme.example/api/v3'",
        ("7, column 1: [sources.shop]: 'base_url' must begin with https:// (plain http is for this machine only)"),
    ),
    (
        "a password in an address",
        "base_url = 'https://bot:CANARY@github.acme.example'",
        "7, column 1: [sources.shop]: 'base_url' must not hold a user or a password: use 'token'",
    ),
    (
        "an address that is none",
        "base_url = 'https://[CANARY'",
        "7, column 1: [sources.shop]: 'base_url' must be an address, as in 'https://jira.acme.example'",
    ),
    (
        "an element of a list in a list",
        "content_limits = [\n  [80, 60],\n  [500, 'CANARY'],\n]",
        "9, column 9: [sources.shop]: 'content_limits': element 2: element 2 must be a whole number",
    ),
    (
        "a text for a number",
        "write_interval = 'CANARY'",
        "7, column 1: [sources.shop]: 'write_interval' must be a number",
    ),
    (
        "a number out of range",
        "[run]\nmetrics_port = 70000",
        "8, column 1: [run]: 'metrics_port' must be at most 65535",
    ),
    (
        "a time span without a unit",
        "[run]\nevery = '5'",
        "8, column 1: [run]: 'every' must be a time span, as in '30 seconds', '5 minutes', '1 hour' or '7 days'",
    ),
    (
        "a zone that is none",
        "[calendar]\ntime_zone = '../../etc/passwd'",
        "8, column 1: [calendar]: 'time_zone' must be a time zone, as in 'Europe/Berlin'",
    ),
    (
        "a date that is none",
        "[calendar]\nholidays = [2026-12-24, 'CANARY']",
        "8, column 25: [calendar]: 'holidays': element 2 must be a date, as in 2026-12-24",
    ),
    (
        "a team's country that is none",
        "[people]\nana = {}\n[teams.a]\nlead = 'ana'\n[teams.a.calendar]\ncountry = 'Germany'",
        "12, column 1: [teams.a.calendar]: 'country' must be a country's two letters, as in 'DE'",
    ),
    (
        "a team's day that is none",
        "[people]\nana = {}\n[teams.a]\nlead = 'ana'\n[teams.a.calendar]\nworkdays = ['monday', 'thurday']",
        (
            "12, column 23: [teams.a.calendar]: 'workdays': element 2 must be 'monday', 'tuesday', 'wednesday',"
            " 'thursday', 'friday', 'saturday' or 'sunday' (did you mean 'thursday'?)"
        ),
    ),
    (
        "a key of a team's calendar that is misspelt",
        "[people]\nana = {}\n[teams.a]\nlead = 'ana'\n[teams.a.calendar]\nhoildays = []",
        "12, column 1: [teams.a.calendar]: no key 'hoildays' (did you mean 'holidays'?)",
    ),
    (
        "a team's calendar on one line",
        "[people]\nana = {}\n[teams.a]\nlead = 'ana'\ncalendar = 'DE'",
        "11, column 1: [teams.a]: 'calendar' must be a table",
    ),
    (
        "a database of another kind",
        "[instance]\ndatabase = 'mysql://root:CANARY@db/kaizend'",
        ("8, column 1: [instance]: 'database' must be 'sqlite:///path/to/file.db' or 'postgresql://user@host/name'"),
    ),
    (
        "a database that forgets",
        "[instance]\ndatabase = 'sqlite:///:memory:'",
        ("8, column 1: [instance]: 'database' must be 'sqlite:///path/to/file.db' or 'postgresql://user@host/name'"),
    ),
    ("no rules", "[instance]\nrules = []", "8, column 1: [instance]: 'rules' must not be empty"),
    (
        "a login for no source",
        "[people]\nana = { gihub = 'ana-acme' }",
        "8, column 9: [people.ana]: no source or kind of source 'gihub' (did you mean 'github'?)",
    ),
    (
        "a person named like a role",
        "[people]\nowner = { github = 'ana-acme' }",
        "8, column 1: [people.owner]: 'owner' is a role: give the person another name",
    ),
    (
        "a lead nobody knows",
        "[people]\nana = { github = 'ana-acme' }\n[teams.checkout]\nlead = 'anna'",
        "10, column 1: [teams.checkout]: no person 'anna' (did you mean 'ana'?)",
    ),
    (
        "a share that was meant as a percentage",
        "[people]\nana = { github = 'ana-acme' }\n[teams.checkout]\nlead = 'ana'\nimprovement_target = 20",
        "11, column 1: [teams.checkout]: 'improvement_target' must be a share from 0 to 1: 0.2 is a fifth",
    ),
    (
        "a member of the council nobody knows",
        "[council]\nmembers = ['kim']",
        "8, column 12: [council]: 'members': no person 'kim'",
    ),
    (
        "the second of two digests",
        "[[digest]]\nname = 'a'\nsource = 'shop'\n[[digest]]\nname = 'b'\nsource = 'shpo'",
        "12, column 1: [[digest]] 2: no source 'shpo' (did you mean 'shop'?)",
    ),
    (
        "one repository under two names",
        "[sources.other]\nkind = 'github'\nrepository = 'Acme/Shop'",
        "7, column 1: [sources.other]: is the same as [sources.shop]",
    ),
    (
        "a colour that is none",
        "[labels]\n'needs owner' = { colour = 'red' }",
        "8, column 19: [labels.needs owner]: 'colour' must be six hex digits, as in 'd93f0b'",
    ),
    (
        "a name that cannot stand in a variable",
        "[sources.'my shop']\nkind = 'github'\nrepository = 'acme/other'",
        ("7, column 1: [sources]: 'my shop' must be a letter, then at most 39 letters, digits, '-' or '_'"),
    ),
]


@pytest.mark.parametrize(("wrong", "expected"), [case[1:] for case in WRONG_KEYS], ids=[case[0] for case in WRONG_KEYS])
def test_a_wrong_config_is_one_line_with_its_place(config, wrong, expected):
    """Each mistake is told with file, line, column, table, key and what would be right; never with the value."""
    assert problems(config(SHOP + wrong + "\n")) == [f"config.toml: line {expected}"]
    assert "CANARY" not in expected


WRONG_TEXTS = [
    (
        "a byte order mark",
        b"\xef\xbb\xbf[kinds]",
        "line 1, column 1: begins with a byte order mark: save it as plain UTF-8",
    ),
    ("bytes that are no UTF-8", b"[kinds]\n# caf\xe9\n", "line 2: is not UTF-8 text: save it as UTF-8"),
    ("a key given twice", SHOP + 'kind = "jira"\n', "line 7, column 14: this key is there already"),
    ("a table given twice", SHOP + "[kinds]\n", "line 7, column 7: this table is there already"),
    ("no value", SHOP + "due = auto\n", "line 7, column 7: this is no value: texts stand in quotes"),
    ("a text without an end", 'x = "abc', "line 1, column 9: Unterminated string at the end of the file"),
    ("lists in lists in lists", "x = " + "[" * 5000, "is nested too deeply"),
    ("a key of endless parts", "x" + ".x" * 100_000 + " = 1", "line 1: is no line of a config"),
    ("a number without an end", "x = " + "9" * 5000, "line 1, column 1: holds a number or a date that cannot be"),
    ("a file far too large", b"# " + b"x" * 1_000_000, "is larger than 1,000,000 bytes: not a file of kaizend's"),
]


@pytest.mark.parametrize(("text", "fault"), [case[1:] for case in WRONG_TEXTS], ids=[case[0] for case in WRONG_TEXTS])
def test_a_text_that_is_no_toml_is_one_line(config, text, fault):
    """Whatever a file holds, the answer is one line that says where to look."""
    (problem,) = problems(config(text))
    assert problem.endswith(f"config.toml: {fault}")


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file(config):
    """Nobody has to mend one line to hear of the next."""
    text = SHOP + "due = 'never'\n[ceilings]\npass = -1\npas = 2\n[run]\nlog = 'xml'\n"
    assert [problem.split(": ")[1] for problem in problems(config(text))] == [
        "line 7, column 1",
        "line 9, column 1",
        "line 10, column 1",
        "line 12, column 1",
    ]


def test_a_missing_file_says_how_to_start(tmp_path):
    """The first error of a newcomer is a hint."""
    path = tmp_path / "config.toml"
    assert problems(path) == [
        f"{path}: no such file: start with `cp config.example.toml config.toml`, or name yours with --config"
    ]


def test_a_folder_is_not_a_config(tmp_path):
    """A path that is no file is told as such."""
    assert problems(tmp_path) == [f"{tmp_path}: is not a file"]


def test_a_path_that_cannot_be_is_one_line(tmp_path):
    """Too long a name is the file system's complaint, not a traceback."""
    (problem,) = problems(tmp_path / ("x" * 300))
    assert problem.endswith(": cannot be read: File name too long")


def test_tickets_are_read_with_each_field_that_is_named(config):
    """Once, whichever table names it."""
    text = (
        SHOP + '[recurrence]\nfields = ["Alert", "Effect"]\n[metrics]\noutcome_fields = ["Effect", "Expected effect"]\n'
    )
    (shop,) = load_settings(config(text), TOKENS).source_configs()
    assert shop.fields == ("Alert", "Effect", "Expected effect")


def test_the_defaults_stand_where_nothing_is_said(config):
    """A config of six lines is a whole one."""
    settings = load_settings(config(SHOP), TOKENS)
    expected = GithubConfig(
        name="shop",
        repository="acme/shop",
        token="t0ken-of-shop",
        priority_labels={
            "critical": "priority:critical",
            "high": "priority:high",
            "medium": "priority:medium",
            "low": "priority:low",
        },
    )
    assert settings.source_configs() == (expected,)
    assert settings.database_url == f"sqlite:///{settings.folder}/var/kaizend.db"
    assert settings.run.every == 300
    assert settings.instance.grace == timedelta(minutes=1)
    assert settings.warnings == ()


def test_every_key_of_a_source_reaches_its_adapter(config):
    """What the file says is what the adapters get."""
    text = """
[kinds]
improvement = ['open']
[sources.code]
kind = "github"
repository = "acme/code"
base_url = "https://github.acme.example/api/v3/"
app = { id = 7, installation = 8, private_key = "-----BEGIN RSA PRIVATE KEY-----" }
canary = 1
due = "milestone"
component_label = "area/"
priorities = { P0 = "critical", blocker = "critical", P1 = "high" }
timeout = 9
write_interval = 2
content_limits = [[10, 60]]
[sources.ops]
kind = "jira"
project = "OPS"
base_url = "https://jira.acme.example/jira"
browse_url = "https://tickets.acme.example"
email = "bot@acme.example"
token = "t0ken"
canary = "OPS-1"
priorities = { Blocker = "critical", Major = "high" }
issue_type = "Story"
timeout = [1, 2]
write_interval = 0
issue_limits = [[5, 1]]
"""
    assert load_settings(config(text), {}).source_configs() == (
        GithubConfig(
            name="code",
            repository="acme/code",
            base_url="https://github.acme.example/api/v3",
            app=GithubApp(app_id=7, installation_id=8, private_key="-----BEGIN RSA PRIVATE KEY-----"),
            canary="1",
            due="milestone",
            component_label="area/",
            priority_labels={"critical": "P0", "high": "P1"},
            timeout=(5.0, 9.0),
            write_interval=2.0,
            content_limits=(Limit(count=10, seconds=60),),
        ),
        JiraConfig(
            name="ops",
            project="OPS",
            base_url="https://jira.acme.example/jira",
            browse_url="https://tickets.acme.example",
            email="bot@acme.example",
            token="t0ken",
            canary="OPS-1",
            priority_names={"critical": "Blocker", "high": "Major"},
            issue_type="Story",
            timeout=(1.0, 2.0),
            write_interval=0.0,
            issue_limits=(Limit(count=5, seconds=1),),
        ),
    )


def test_the_rules_get_plain_tables(config):
    """The policy is built from tables of plain values, the six domains among them."""
    text = SHOP + "[calendar]\nholidays = [2026-12-24]\n[ceilings]\npass = 9\n[domains.security]\nkeywords = ['CVE ']\n"
    tables = load_settings(config(text), {}).policy_tables()
    assert tables["calendar"] == {
        "time_zone": "UTC",
        "country": "",
        "subdivision": "",
        "workdays": [],
        "holidays": [date(2026, 12, 24)],
        "waiting": [],
    }
    assert tables["ceilings"] == {"pass": 9, "rule": 100, "ticket": 12, "person": 5, "jump": 10}
    assert tables["kinds"] == {"improvement": ["open"]}
    assert list(tables["domains"]) == [
        "reliability",
        "security",
        "performance",
        "developer-productivity",
        "operational-excellence",
        "customer-trust",
    ]
    assert tables["domains"]["security"] == {"label": "domain:security", "components": [], "keywords": ["cve"]}
    assert tables["sources"]["shop"] == {
        "kind": "github",
        "component_label": "component:",
        "priorities": {
            "priority:critical": "critical",
            "priority:high": "high",
            "priority:medium": "medium",
            "priority:low": "low",
        },
        "due_on_card": False,
        "due_in_field": False,
    }


def test_overrides_reach_the_rules_as_they_are_written(config):
    """By the file and by the environment, as JSON; what is no table is told."""
    text = SHOP + '[override."backlog.owned"]\nfrom = 2026-12-01\ndue = { low = "1 day" }\n'
    env = {"KAIZEND_OVERRIDE": '{"backlog.owned": {"mode": "shadow"}, "backlog/idle": {"ceiling": 3}}'}
    written = {"from": date(2026, 12, 1), "due": {"low": "1 day"}}
    assert load_settings(config(text), {}).policy_tables()["override"] == {"backlog.owned": written}
    assert load_settings(config(text), env).policy_tables()["override"] == {
        "backlog.owned": written | {"mode": "shadow"},
        "backlog/idle": {"ceiling": 3},
    }
    assert problems(config(SHOP + '[override]\n"backlog.owned" = "shadow"\n')) == [
        "config.toml: line 8, column 1: [override]: 'backlog.owned' must be a table"
    ]


# -- the environment --------------------------------------------------------------------------------------------------


def test_the_environment_wins_over_the_file(config):
    """Any key can be given by a variable; names in it match the file's whatever their case and dashes."""
    text = SHOP + "[sources.my-Lab]\nkind = 'github'\nrepository = 'acme/lab'\ntoken_file = 'not-there'\n"
    env = {
        **TOKENS,
        "KAIZEND_SOURCES__SHOP__BASE_URL": "http://127.0.0.1:8080/api/v3",
        "KAIZEND_SOURCES__MY_LAB__TOKEN": "t0ken-of-lab",
        "KAIZEND_SOURCES__SHOP__CONTENT_LIMITS": "[[1, 2]]",
        "KAIZEND_RUN__EVERY": "1 hour",
        "KAIZEND_CONFIG": "the command line's own",
        "PATH": "/bin",
    }
    settings = load_settings(config(text), env)
    shop, lab = settings.source_configs()
    assert (shop.base_url, shop.content_limits) == ("http://127.0.0.1:8080/api/v3", (Limit(count=1, seconds=2),))
    assert (lab.name, lab.token) == ("my-Lab", "t0ken-of-lab")
    assert settings.run.every == 3600


def test_the_environment_alone_is_a_config():
    """A container needs no file."""
    env = {
        "KAIZEND_KINDS": '{"improvement": ["open"]}',
        "KAIZEND_SOURCES__SHOP__KIND": "github",
        "KAIZEND_SOURCES__SHOP__REPOSITORY": "acme/shop",
        **TOKENS,
    }
    (shop,) = load_settings(None, env).source_configs()
    assert (shop.repository, shop.token) == ("acme/shop", "t0ken-of-shop")


@pytest.mark.parametrize(
    ("variable", "expected"),
    [
        ("KAIZEND_SORCES__SHOP__TOKEN", "no table [sorces] (did you mean 'sources'?)"),
        ("KAIZEND_SOURCES__SHOP__TOKN", "[sources.shop]: no key 'tokn' (did you mean 'token'?)"),
        ("KAIZEND_RUN__METRICS_PORT", "[run]: 'metrics_port' must be a whole number"),
        ("KAIZEND_CALENDAR__WORKDAYS", "[calendar]: 'workdays' must be a list"),
        ("KAIZEND_SOURCES__SHOP", "[sources]: 'shop' must be a table"),
    ],
)
def test_a_wrong_variable_is_named(config, variable, expected):
    """A mistake in the environment is told with the variable's name, without its value."""
    assert problems(config(SHOP), {variable: "CANARY"}) == [f"environment: {variable}: {expected}"]


# -- rule files -------------------------------------------------------------------------------------------------------


def test_rule_files_are_read_in_order_of_name(config, tmp_path):
    """A pattern is relative to the config, and means the same on every machine."""
    (tmp_path / "rules.d").mkdir()
    for name in ("b.toml", "a.toml", "notes.md"):
        (tmp_path / "rules.d" / name).write_text(name)
    settings = load_settings(config(SHOP + "[instance]\nrules = ['rules.d/*.toml', 'rules.d/a.toml']\n"), {})
    assert settings.packs() == (("rules.d/a.toml", "a.toml"), ("rules.d/b.toml", "b.toml"))


@pytest.mark.fault("rules/no-rules")
def test_rules_that_are_not_there_are_errors(config, tmp_path):
    """No rules is never taken for a quiet success."""
    settings = load_settings(config(SHOP + "[instance]\nrules = [\n'rules.d/*.toml',\n'pack:backlgo']\n"), {})
    with pytest.raises(SettingsError) as caught:
        settings.packs()
    first, second = caught.value.problems
    assert (
        first == f"config.toml: line 9, column 1: [instance]: 'rules': 'rules.d/*.toml' matches no file in {tmp_path}"
    )
    assert second.startswith(
        "config.toml: line 10, column 1: [instance]: 'rules': no pack 'backlgo' ships with kaizend"
    )


# -- whatever the file holds ------------------------------------------------------------------------------------------

EXAMPLE = (Path(__file__).parents[2] / "config.example.toml").read_text(encoding="utf-8")
NOISE = st.sampled_from(
    ["", "'", '"""', "[", "]", "{", "=", ".", "\n", "\x1b[31m", "\0", "é", "1e400", "true", "x = 1\n", "]]"]
)


@given(st.lists(st.tuples(st.integers(0, len(EXAMPLE)), st.integers(0, 12), NOISE), min_size=1, max_size=3))
@effort(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_damaged_config_loads_or_fails_in_printable_lines(config, damages):
    """Cut and spoilt anywhere, a config never ends in a traceback."""
    text = EXAMPLE
    for start, length, noise in damages:
        text = text[:start] + noise + text[start + length :]
    path = config(text)
    try:
        load_settings(path, TOKENS)
    except SettingsError as error:
        assert error.problems  # noqa: PT017  # loading may as well succeed
        assert all(problem.isprintable() for problem in error.problems)  # noqa: PT017
