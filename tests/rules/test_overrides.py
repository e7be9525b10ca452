"""The config's overrides of single values: what they replace, and what is said of wrong ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from rules.document import build_policy
from rules.errors import PolicyError
from rules.override_words import overridden_values
from rules.rule import DueRule, Duration, Step
from rules.trial import run_tests
from tests.rules.test_document import FILE, TABLES

PACK = """
[pack]
name = "backlog"

[[rule]]
id = "owned"
on = "improvement"
when = ['open', '!has_owner']
label = "needs-owner"
say = "Nobody owns this."
[[rule.step]]
after = "5 workdays"
ping = ["lead"]

[[rule]]
id = "time-boxed"
on = "improvement"
when = ['open', '!has_due']
due = { from = "episode", critical = "5 workdays", high = "20 workdays" }
[[rule.test]]
given = { priority = "high", created = "2026-09-08" }
at = "2026-09-08"
expect = ["set due 2026-10-06"]
"""


def policy(overrides, text=PACK, **changes):
    """Return the policy of the pack with overrides."""
    return build_policy(TABLES | changes | {"override": overrides}, [(FILE, text)])


def rule(name, values):
    """Return a rule with values overridden."""
    return next(each for each in policy({f"backlog.{name}": values}).rules if each.id == f"backlog/{name}")


def problems(overrides, text=PACK):
    """Return what is said of overrides."""
    with pytest.raises(PolicyError) as caught:
        policy(overrides, text)
    return caught.value.problems


@pytest.mark.parametrize("name", ["backlog.owned", "backlog/owned"])
def test_single_values_are_replaced(name):
    """All else is as the file has it, the other rules too."""
    plain = policy({}).rules
    changed = policy({name: {"label": "ownerless", "ceiling": 3, "from": date(2026, 12, 1), "mode": "shadow"}}).rules
    assert replace(changed[0], when=plain[0].when) == replace(
        plain[0], label="ownerless", ceiling=3, since=date(2026, 12, 1), mode="shadow"
    )
    assert changed[1:] == plain[1:]


def test_a_table_is_merged_key_by_key():
    """A due date for one priority leaves those of the others, and when they begin."""
    assert rule("time-boxed", {"due": {"critical": "1 day", "low": "9 weeks"}}).due == DueRule(
        start="episode",
        by_level={
            "critical": Duration(1, "days"),
            "high": Duration(20, "workdays"),
            "low": Duration(9, "weeks"),
        },
    )


def test_a_table_that_the_file_has_not_is_added():
    """What a rule does not do yet, it may be told to."""
    text = PACK.replace('"improvement"', '"incident"', 1)  # else the pack's other rule gives due dates, too
    changed = policy({"backlog.owned": {"due": {"low": "2 weeks"}}}, text).rules[0]
    assert changed.due == DueRule(start="created", by_level={"low": Duration(2, "weeks")})


def test_lists_and_texts_are_replaced():
    """Conditions and steps are whole: there is no way to change one of them in its place."""
    changed = rule(
        "owned", {"when": ["open", "days_open > 3"], "step": [{"after": "1 day", "ping": "bo"}], "say": "Hm."}
    )
    assert changed.when.texts == ("open", "days_open > 3")
    assert changed.when.names == {"open", "days_open"}
    assert changed.steps == (Step(after=Duration(1, "days"), ping=("bo",)),)
    assert changed.say == "Hm."


def test_the_files_own_tests_test_the_rule_as_it_ships():
    """An admin's values break no test that somebody else wrote; the plain rule is kept beside the changed one."""
    changed = policy({"backlog.time-boxed": {"due": {"high": "1 day"}, "when": ["closed"]}})
    assert [result.passed for result in run_tests(changed)] == [True]
    assert list(changed.shipped) == ["backlog/time-boxed"]
    assert changed.rules[1].due.by_level["high"] == Duration(1, "days")
    assert policy({}).shipped == {}


def test_the_policys_name_changes_with_every_override():
    """A saved plan is refused once an override has changed."""
    overrides = [{}, {"backlog.owned": {"mode": "shadow"}}, {"backlog.owned": {"mode": "canary"}}]
    overrides += [{"backlog/owned": {"mode": "shadow"}}, {"backlog.owned": {"from": date(2026, 12, 1)}}]
    assert len({policy(each).sha for each in overrides}) == len(overrides)
    assert policy(overrides[1]).sha == policy(dict(overrides[1])).sha


OWNED = '[override."backlog.owned"]'


@pytest.mark.parametrize(
    ("name", "values", "problem"),
    [
        ("backlgo.owned", {}, "[override.\"backlgo.owned\"]: no pack 'backlgo' (did you mean 'backlog'?)"),
        ("gates/x", {}, "[override.\"gates/x\"]: no pack 'gates': there is 'backlog'"),
        (
            "backlog.ownd",
            {},
            "[override.\"backlog.ownd\"]: no rule 'ownd' in the pack 'backlog' (did you mean 'owned'?)",
        ),
        (
            "backlog/x",
            {},
            "[override.\"backlog/x\"]: no rule 'x' in the pack 'backlog': there is 'owned' or 'time-boxed'",
        ),
        ("owned", {}, f'[override."owned"]: write the pack\'s name, too: {OWNED}'),
        (
            "backlog",
            {"time-boxed": {"mode": "shadow"}},
            ('[override."backlog"]: names a pack, not a rule: write [override."backlog.time-boxed"], with the quotes'),
        ),
        ("backlog.owned", {"lable": "x"}, f"{OWNED}: no key 'lable' (did you mean 'label'?)"),
        ("backlog.owned", {"id": "x"}, f"{OWNED}, id: cannot be overridden: copy the rule to a file of your own"),
        ("backlog.owned", {"test": []}, f"{OWNED}, test: cannot be overridden: copy the rule to a file of your own"),
        (
            "backlog.owned",
            {"due": {"hihg": "1 day"}},
            f"{OWNED}, due: no key 'hihg' (did you mean 'high'?)",
        ),
        (
            "backlog.owned",
            {"due": {"high": "1 dya"}},
            f"{OWNED}, due.high: no unit 'dya' in the duration '1 dya' (did you mean 'day'?)",
        ),
        (
            "backlog.owned",
            {"mode": "shaddow"},
            f"{OWNED}, mode: 'shaddow' is not one of 'shadow', 'canary' or 'on' (did you mean 'shadow'?)",
        ),
        ("backlog.owned", {"label": ["a"]}, f"{OWNED}, label: write one text in quotes, not a list"),
        ("backlog.owned", {"step": [{"ping": "lead"}]}, f"{OWNED}, step[1]: 'after' is missing"),
        (
            "backlog.owned",
            {"when": ["open", "has_onwer"]},
            f"{OWNED}, when[2], column 1: no fact 'has_onwer' (did you mean 'has_owner'?)",
        ),
        (
            "backlog.owned",
            {"step": [{"after": "1 day", "ping": "anna"}]},
            f"{OWNED}, step[1].ping: no role or person 'anna' (did you mean 'ana'?)",
        ),
        (
            "backlog.owned",
            {"say": "{titel}"},
            f"{OWNED}, say, column 1: no placeholder '{{titel}}' (did you mean '{{title}}'?)",
        ),
        ("backlog.owned", {"say": ""}, f"{OWNED}, step[1]: nothing to say: give the step or the rule a 'say'"),
        (
            "backlog.owned",
            {"due": {"low": "1 day"}},
            f"{OWNED}, due: rule 'backlog/time-boxed' gives due dates to the same kind, too: make them one rule",
        ),
    ],
)
def test_a_wrong_override_is_one_line_that_names_it(name, values, problem):
    """The config's name, the table's name, the key and the nearest right name."""
    assert problems({name: values}) == (f"config.toml: {problem}",)


def test_one_rule_has_one_override():
    """Two ways to write the rule's name are no way to hide one override behind another."""
    assert problems({"backlog.owned": {"mode": "shadow"}, "backlog/owned": {"mode": "on"}}) == (
        'config.toml: [override."backlog/owned"]: the rule is overridden already: make it one table',
    )


def test_a_name_that_may_be_two_rules_is_asked_about():
    """Names may hold dots; a slash parts pack and rule for certain."""
    one = '[pack]\nname = "{}"\n[[rule]]\nid = "{}"\non = "any"\nwhen = ["open"]\npriority = "low"\n'
    files = [("a.toml", one.format("a", "b.c")), ("b.toml", one.format("a.b", "c"))]
    with pytest.raises(PolicyError) as caught:
        build_policy(TABLES | {"override": {"a.b.c": {}}}, files)
    assert caught.value.problems == ("config.toml: [override.\"a.b.c\"]: can be 'a/b.c' or 'a.b/c': write which",)
    sure = build_policy(TABLES | {"override": {"a.b/c": {"mode": "shadow"}}}, files)
    assert [each.mode for each in sure.rules] == ["on", "shadow"]


def test_what_was_wrong_before_is_told_of_the_file():
    """An override of another key does not take the blame; one that mends the fault, mends it."""
    text = PACK.replace('["lead"]', '["anna"]')
    fault = (f"{FILE}: rule 'owned', step[1].ping: no role or person 'anna' (did you mean 'ana'?)",)
    assert problems({}, text) == problems({"backlog.owned": {"mode": "shadow"}}, text) == fault
    assert policy({"backlog.owned": {"step": []}}, text).rules[0].steps == ()


def test_overrides_of_a_file_that_cannot_be_read_add_no_noise():
    """First the file; then its overrides."""
    found = problems({"backlog.owned": {"mode": "shadow"}, "nowhere": {}}, PACK + "lable = 5\n")
    assert len(found) == 1
    assert found[0].startswith(f"{FILE}: ")


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("owned", {"label": "x"}, ["label = x (the file: needs-owner)"]),
        (
            "owned",
            {"label": "", "say": "Hello."},
            ["label = none (the file: needs-owner)", "say = Hello. (the file: Nobody"],
        ),
        ("owned", {"when": ["open"]}, ["when = open (the file: open, !has_owner)"]),
        (
            "owned",
            {"mode": "canary", "canary_share": 0.5},
            ["mode = canary (the file: on)", "canary_share = 0.5 (the file: 0.1)"],
        ),
        ("owned", {"ceiling": 0}, ["ceiling = 0 (the file: none)"]),
        ("owned", {"from": "2026-12-01"}, ["from = 2026-12-01 (the file: none)"]),
        (
            "owned",
            {"step": [{"after": "1 week", "reopen": True}, {"after": "3 workdays", "ping": ["owner", "lead"]}]},
            ["step = after 1 week, reopen true; after 3 workdays, ping owner, lead (the file: after 5 workdays"],
        ),
        (
            "owned",
            {"step": [{"after": "1 day", "file": {"kind": "improvement", "title": "Look", "due": "2 days"}}]},
            ["step = after 1 day, file kind improvement, title Look, due 2 days (the file: after"],
        ),
        (
            "time-boxed",
            {"due": {"critical": "3 workdays", "low": "9 weeks", "from": "created"}},
            [
                "due.from = created (the file: episode)",
                "due.critical = 3 workdays (the file: 5 workdays)",
                "due.low = 9 weeks (the file: none)",
            ],
        ),
        ("owned", {"label": "needs-owner"}, []),
    ],
)
def test_what_is_overridden_is_told_beside_what_the_file_has(name, values, expected):
    """Key by key, in words; what is the same as before is not told."""
    made = policy({f"backlog.{name}": values})
    found = overridden_values(rule(name, values), made.shipped[f"backlog/{name}"])
    assert [str(each)[: len(line)] for each, line in zip(found, expected, strict=False)] == expected
    assert len(found) == len(expected)


def test_a_rule_as_its_file_has_it_overrides_nothing():
    """There is nothing to tell of it."""
    assert overridden_values(policy({}).rules[0], None) == ()
