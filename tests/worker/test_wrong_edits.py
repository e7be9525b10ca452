"""Edits of the backlog pack that go wrong: `kaizend check` names the place of each, and what would be right.

The lines are those of the edited file, found by its text, so that the pack may change without the tests.
"""

from importlib import resources

import pytest

from tests.worker.shop import serving

PACK = (resources.files("rules.packs") / "backlog.toml").read_text(encoding="utf-8")
OWNED = PACK[PACK.index('[[rule]]\nid = "owned"') : PACK.index('[[rule]]\nid = "prioritised"')]
LATER = PACK[PACK.index('[[rule]]\nid = "time-boxed"') :]


@pytest.fixture
def checked(tmp_path, capsys):
    """Return what `kaizend check` says of a rule file beside a small shop's config."""

    def check(text):
        with serving(tmp_path) as shop:
            shop.configure(rules=("backlog.toml",))
            (tmp_path / "backlog.toml").write_text(text, encoding="utf-8")
            code = shop.run("check")
        said = capsys.readouterr()
        return code, said.out, said.err.splitlines()

    return check


def edited(within, old, new):
    """Return the pack with one edit, in a part of it, and the line on which `new` begins."""
    assert within in PACK
    assert old in within
    start = PACK.index(within) + within.index(old)
    return PACK[:start] + new + PACK[start + len(old) :], PACK.count("\n", 0, start) + 1


def test_the_pack_as_it_ships_has_nothing_wrong(checked):
    """What the edits below are told of is theirs."""
    code, out, err = checked(PACK)
    assert (code, out, len(err)) == (0, "", 1)
    assert err[0].endswith(": all right")


@pytest.mark.parametrize(
    ("within", "old", "new", "expected"),
    [
        pytest.param(
            OWNED,
            'label = "needs-owner"',
            'lable = "needs-owner"',
            "rule 'owned', line {line}, column 1: no key 'lable' (did you mean 'label'?)",
            id="a key",
        ),
        pytest.param(
            OWNED,
            "'!has_owner'",
            "'!has_onwer'",
            "rule 'owned', when[2], column 2: no fact 'has_onwer' (did you mean 'has_owner'?)",
            id="a fact",
        ),
        pytest.param(
            OWNED,
            'label = "needs-owner"',
            'label = ["needs-owner", "stale"]',
            "rule 'owned', label, line {line}, column 1: write one text in quotes, not a list",
            id="a list of labels",
        ),
        pytest.param(
            OWNED,
            'after = "5 workdays"',
            'after = "5 wrokdays"',
            (
                "rule 'owned', step[1].after, line {line}, column 1:"
                " no unit 'wrokdays' in the duration '5 wrokdays' (did you mean 'workdays'?)"
            ),
            id="a duration",
        ),
        pytest.param(
            OWNED,
            'after = "5 workdays"',
            'after = "a week"',
            (
                "rule 'owned', step[1].after, line {line}, column 1:"
                " 'a week' is not a duration: write '3 days', '5 workdays' or '2 weeks'"
            ),
            id="a duration in words",
        ),
        pytest.param(
            OWNED,
            'ping = ["lead"]',
            'ping = ["laed"]',
            "rule 'owned', step[1].ping: no role or person 'laed' (did you mean 'lead'?)",
            id="a person",
        ),
        pytest.param(
            OWNED,
            'ping = ["lead"]',
            'ping = ["maximilian"]',
            (
                "rule 'owned', step[1].ping: no role or person 'maximilian':"
                " there is 'owner', 'lead', 'council', 'reporter', 'ana' or 'bo'"
            ),
            id="a person who is not there",
        ),
        pytest.param(
            OWNED,
            "when = ['open', '!has_owner', 'workdays_open >= 2']",
            "when = 'open'",
            "rule 'owned', when, line {line}, column 1: write a list in square brackets, not 'open'",
            id="a wrong type",
        ),
        pytest.param(
            OWNED,
            "'workdays_open >= 2'",
            "'workdays_open'",
            (
                "rule 'owned', when[3]: 'workdays_open' is of type int, not true or false:"
                " compare it, as in 'days_open >= 2'"
            ),
            id="a condition that is a number",
        ),
        pytest.param(
            OWNED,
            'on = "improvement"',
            'on = "improvment"',
            "rule 'owned', on: no kind 'improvment' (did you mean 'improvement'?)",
            id="a kind",
        ),
        pytest.param(
            LATER,
            "This was due on {due}",
            "This was due on {deu}",
            "rule 'overdue', say, column 17: no placeholder '{deu}' (did you mean '{due}'?)",
            id="a placeholder",
        ),
        pytest.param(
            OWNED,
            'label = "needs-owner"\n',
            'label = "needs-owner\n',
            "line {line}, column 21: a text needs its closing quote on the same line",
            id="a quote that is missing",
        ),
        pytest.param(
            OWNED,
            '[[rule]]\nid = "owned"',
            '[rule]\nid = "owned"',
            "line {line}, column 6: this table stands there twice; write two brackets, as in [[rule]]",
            id="a bracket that is missing",
        ),
        pytest.param(
            LATER,
            'high = "20 workdays", medium',
            'high = "20 workdays" medium',
            (
                "line {line}, column {column}: the table before this needs a comma between two keys,"
                " and a '}' at its end, all on one line"
            ),
            id="a comma that is missing",
        ),
    ],
)
def test_a_wrong_edit_is_one_line_with_its_place_and_its_remedy(checked, within, old, new, expected):
    """The file, the rule, the key, the line or the column in the text, and the nearest right thing to write."""
    text, line = edited(within, old, new)
    row = text.splitlines()[line - 1]
    column = row.index(" medium") + 2 if " medium" in row else 0
    expected = expected.replace("{line}", str(line)).replace("{column}", str(column))
    assert checked(text) == (1, "", [f"backlog.toml: {expected}"])


def test_a_second_rule_of_a_name_is_told_with_the_first(checked):
    """Both places are named: either may be the one to change."""
    text, line = edited(PACK, 'id = "prioritised"', 'id = "owned"')
    first = PACK.count("\n", 0, PACK.index('id = "owned"')) + 1
    number = PACK.count("[[rule]]", 0, PACK.index('id = "prioritised"'))
    assert checked(text) == (
        1,
        "",
        [
            (
                f"backlog.toml: rule {number}, id, line {line}, column 1:"
                f" there is a rule 'owned' already, at line {first}, column 1: choose another name"
            )
        ],
    )


def test_several_wrong_edits_are_told_at_once(checked):
    """One run of `kaizend check` is enough to mend them all."""
    text, _ = edited(OWNED, 'label = "needs-owner"', 'lable = "needs-owner"')
    code, out, err = checked(text.replace('high = "20 workdays"', "high = 20"))
    assert (code, out, len(err)) == (1, "", 2)
    assert "no key 'lable'" in err[0]
    assert "due.high" in err[1]
    assert "'20' is not a duration: write " in err[1]


def test_an_example_that_no_longer_holds_is_told_with_what_came_instead(checked):
    """A wrong number breaks the rule's own tests: they say what was expected, what came, and why."""
    text, _ = edited(OWNED, "workdays_open >= 2", "workdays_open >= 3")
    code, _, err = checked(text)
    assert code == 1
    assert err[:3] == [
        "backlog.toml: rule 'owned', test 1:",
        "  - expected: label needs-owner",
        "    holds: open (open = yes)",
    ]
    assert err[-1].endswith(" tests failed")


# -- the config -------------------------------------------------------------------------------------------------------

MORE = """
[override."backlog.owned"]
mode = "on"
label = "ownerless"
when = [
  "open",
  "!has_owner",
]
step = [{ after = "5 workdays", ping = ["lead"] }]

[override."backlog.time-boxed"]
due = { high = "10 workdays" }

[council]
members = ["ana"]

[commands]
allowed = ["bo"]

[domains.security]
components = ["login"]
label = "security"

[labels.needs-owner]
colour = "d93f0b"

[calendar]
time_zone = "Europe/Berlin"
country = "DE"
subdivision = "BE"

[teams.all.calendar]
subdivision = "BY"

[file.incident]
source = "shop"
labels = ["incident"]

[inputs.postmortems]
kind = "tracker"
when = ["kind == 'incident'"]
"""
OWNER = '[override."backlog.owned"]'


@pytest.fixture
def configured(tmp_path, capsys):
    """Return what `kaizend check` says of a config in which `old` is `new`, and the line on which `new` begins."""

    def check(old="", new=""):
        with serving(tmp_path) as shop:
            shop.configure(more=MORE)
            text = shop.config.read_text("utf-8")
            assert text.count(old) == 1 or not old
            start = text.index(old)
            shop.config.write_text(text[:start] + new + text[start + len(old) :], "utf-8")
            code = shop.run("check")
        return code, capsys.readouterr().err.splitlines(), text.count("\n", 0, start) + 1

    return check


def test_the_config_has_nothing_wrong_before_it_is_edited(configured):
    """What the edits below are told of is theirs."""
    code, err, _ = configured()
    assert (code, len(err)) == (0, 1)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('"backlog.owned"]', '"backlog.onwed"]', "no rule 'onwed' in the pack 'backlog' (did you mean 'owned'?)"),
        ('label = "ownerless"', 'lable = "ownerless"', f"{OWNER}: no key 'lable' (did you mean 'label'?)"),
        ('label = "ownerless"', 'id = "ownerless"', f"{OWNER}, id: cannot be overridden: copy the rule"),
        ('mode = "on"', 'mode = "off"', f"{OWNER}, mode: 'off' is not one of 'shadow', 'canary' or 'on'"),
        ('label = "ownerless"', 'label = "needs-domain"', f"{OWNER}, label: rule 'backlog/needs-domain' puts"),
        (
            '"!has_owner"',
            '"!has_onwer"',
            f"{OWNER}, when[2], column 2: no fact 'has_onwer' (did you mean 'has_owner'?)",
        ),
        ('["lead"]', '["laed"]', f"{OWNER}, step[1].ping: no role or person 'laed' (did you mean 'lead'?)"),
        ('"5 workdays"', '"5 wrokdays"', f"{OWNER}, step[1].after: no unit 'wrokdays' in the duration"),
        ('"10 workdays"', '"10 wrokdays"', "due.high: no unit 'wrokdays' in the duration '10 wrokdays'"),
        (
            "incident = ['\"incident\" in labels']",
            'incident = ["opne"]',
            "[kinds] incident[1], column 1: no fact 'opne'",
        ),
        ('members = ["ana"]', 'members = ["anna"]', "'members': no person 'anna' (did you mean 'ana'?)"),
        ('allowed = ["bo"]', 'allowed = ["boo"]', "'allowed': no person 'boo' (did you mean 'bo'?)"),
        ('lead = "ana"', 'lead = "anna"', "[teams.all]: no person 'anna' (did you mean 'ana'?)"),
        ('sources = ["shop"]', 'sources = ["shpo"]', "'sources': no source 'shpo' (did you mean 'shop'?)"),
        ('bo = { github = "bo-gh" }', 'bo = { gihub = "bo-gh" }', "no source or kind of source 'gihub'"),
        ('label = "security"', 'label = "domain:performance"', "[domains.security]: label: the label"),
        ("[labels.needs-owner]", '[labels."a,b"]', "[labels] a,b: the label 'a,b' holds a comma"),
        ('subdivision = "BE"', 'subdivision = "XX"', "the country 'DE' has no subdivision 'XX'"),
        ('subdivision = "BY"', 'subdivision = "BYY"', "has no subdivision 'BYY' (did you mean 'BY'?)"),
        (
            'subdivision = "BY"',
            'country = "ZZ"',
            "[teams.all]: calendar.country: no holidays known for the country 'ZZ'",
        ),
        ('source = "shop"', 'source = "shpo"', "[file.incident]: source: no source 'shpo' (did you mean 'shop'?)"),
        ("[\"kind == 'incident'\"]", '["knd"]', "[inputs.postmortems]: when[1], column 1: no fact 'knd'"),
    ],
)
def test_a_wrong_edit_of_the_config_is_one_line_with_its_place_and_its_remedy(configured, old, new, expected):
    """Whoever finds it, the config or the rules beside it: the line of the key, and what would be right."""
    code, err, line = configured(old, new)
    assert (code, len(err)) == (1, 1)
    assert err[0].startswith(f"shop.toml: line {line}, column ")
    assert expected in err[0]
