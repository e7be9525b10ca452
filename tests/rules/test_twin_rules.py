"""`[[twin]]` in rule files: what it is as a rule, and what is said of a wrong one."""

from importlib import resources

import pytest

from rules.document import build_policy
from rules.errors import PolicyError

PACK = (resources.files("rules.packs") / "twins.toml").read_text(encoding="utf-8")
TABLES = {"kinds": {"improvement": ['"improvement" in labels']}, "sources": {"shop": {"kind": "github"}}}


def built(text=PACK, **tables):
    """Return the policy of one rule file."""
    return build_policy(TABLES | tables, [("twins.toml", text)])


def problems(text=PACK, **tables):
    """Return what is wrong with a rule file."""
    with pytest.raises(PolicyError) as caught:
        built(text, **tables)
    return caught.value.problems


def test_a_twin_is_a_rule_for_tickets_that_another_one_leads():
    """What they are to it and where they are stand among its conditions, behind its own."""
    text = PACK.replace('as = "any"', 'as = ["improvement", "twin"]\nsources = "shop"\nmode = "canary"\nceiling = 3')
    same, other = built(text).rules
    assert (same.id, same.on, same.follow, same.section) == (
        "twins/same",
        ("any",),
        ("state", "owner", "due"),
        "backlog",
    )
    assert same.when.texts == ('leader_as in ["twin"]',)
    assert other.when.texts == (
        "open",
        "!has_owner",
        'leader_as in ["improvement", "twin"]',
        'source in ["shop"]',
    )
    assert (other.follow, other.mode, other.ceiling, other.section) == (("owner",), "canary", 3, "ownership")
    assert built().rules[1].when.texts[-1] == "has_leader"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('follow = "owner"', 'folow = "owner"', "twin 'inherited', line 37, column 1: 'follow' is missing"),
        (
            'follow = "owner"',
            'follow = ["owners"]',
            (
                "twin 'inherited', follow[1], line 45, column 1: 'owners' is not one of 'state', 'owner' or 'due'"
                " (did you mean 'owner'?)"
            ),
        ),
        ('follow = "owner"', "follow = []", "twin 'inherited', follow, line 45, column 1: write at least one"),
        ('as = "twin"', 'as = "twins"', "twin 'same', as: no kind 'twins', nor 'twin' (did you mean 'twin'?)"),
        ('as = "twin"', 'sources = "shp"', "twin 'same', sources: no source 'shp' (did you mean 'shop'?)"),
        (
            "'!has_owner'",
            "'!has_onwer'",
            "twin 'inherited', when[2], column 2: no fact 'has_onwer' (did you mean 'has_owner'?)",
        ),
        (
            'id = "inherited"',
            'id = "same"',
            "twin 2, id, line 38, column 1: there is a twin 'same' already, at line 13, column 1: choose another name",
        ),
        (
            'phase = "done", resolution',
            'fase = "done", resolution',
            "twin 'same', test[2].given.related[1], line 26, column 1: no key 'fase' (did you mean 'phase'?)",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_place(old, new, expected):
    """As for a rule."""
    assert PACK.count(old) == 1
    assert problems(PACK.replace(old, new, 1))[0] == f"twins.toml: {expected}"


def test_a_rule_and_a_twin_do_not_share_a_name():
    """What was done is remembered by it."""
    rule = '[[rule]]\nid = "same"\non = "any"\nwhen = ["open"]\nsay = "Hello."\n\n[[twin]]\nid = "same"'
    (problem,) = problems(PACK.replace('[[twin]]\nid = "same"', rule, 1))
    assert "there is a rule 'same' already" in problem


def test_a_file_without_rules_is_none():
    """It may hold twins alone, not nothing."""
    (problem,) = problems('[pack]\nname = "empty"\n')
    assert problem == "twins.toml: there is no rule: write a [[rule]], [[review]], [[twin]], [[gate]] or [[metric]]"


def test_a_twin_is_overridden_as_a_rule_is():
    """By its own keys."""
    policy = built(override={"twins.same": {"follow": ["due"], "from": "2026-12-01"}})
    assert (policy.rules[0].follow, policy.shipped["twins/same"].follow) == (("due",), ("state", "owner", "due"))
    assert problems(override={"twins.same": {"follow": ["dew"]}}) == (
        (
            "config.toml: [override.\"twins.same\"], follow[1]: 'dew' is not one of 'state', 'owner' or 'due'"
            " (did you mean 'due'?)"
        ),
    )
    (problem,) = problems(override={"twins.same": {"on": "any"}})
    assert problem.startswith('config.toml: [override."twins.same"], on: cannot be overridden: copy the twin to a file')
