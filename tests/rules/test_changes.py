"""Changes at a gate: what is known of them, what covers, holds and lets them through, and what the status says."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from rules.conditions import compile_all
from rules.gates.change_facts import CHANGE_FACTS, CHANGE_TYPES, Looked, facts_of_change, reverts, seen
from rules.gates.changes import at, judge_change
from rules.gates.in_force import waiver_for
from rules.gates.model import Gate
from rules.gates.releases import judge_release
from rules.gates.states import GateState, Waiver
from rules.gates.status_words import LONGEST, says, wanted
from rules.memory import NOTHING
from rules.model import Change
from rules.policy import Kind, Service, Team
from tests.rules.factories import KIND_TYPES, NOW, conditions, policy, ticket

TODAY = NOW.date()
INCIDENTS = Kind(name="incident", when=compile_all(['"incident" in labels'], where="kinds", types=KIND_TYPES))


def over_changes(*clauses):
    """Return a condition over changes."""
    return compile_all(clauses, where="test", types=CHANGE_TYPES)


def gate(name="budget", **values):
    """Return a gate for all changes of the shop."""
    usual = {"id": f"teeth/{name}", "pack": "teeth", "about": "A.", "power": "pause-features"}
    return Gate(**(usual | {"close_when": conditions("open")} | values))


def state(name="budget", subject="", **values):
    """Return a closed gate."""
    usual = {"gate": f"teeth/{name}", "subject": subject, "closed": True, "since": NOW, "number": 1}
    return GateState(**(usual | values))


def change(title="Add a button", **values):
    """Return an open change of the shop."""
    usual = {
        "source": "shop",
        "uid": "github.com/1/pull/7",
        "key": "acme/shop#7",
        "ref": "7",
        "url": "",
        "author": "bo",
    }
    usual |= {"created": NOW, "updated": NOW, "state": "open", "head_sha": "a" * 40, "base": "main"}
    return Change(title=title, **(usual | values))


def said(gates, states, it=None, *, named=(), waivers=(), **values):
    """Judge a change; return what each gate says of it, with the clause or the waiver's giver."""
    rules = policy(gates=tuple(gates), **values)
    found = judge_change(
        rules, seen(rules, it or change(), [(t, NOTHING) for t in named], TODAY), states, waivers, TODAY
    )
    return [(each.state.subject, each.what, each.clause or (each.waiver.by if each.waiver else "")) for each in found]


def waiver(**values):
    """Return a waiver of the gate for the change."""
    usual = {"comment": "c1", "gate": "teeth/budget", "subject": "", "target": change().uid, "by": "ana-gh", "at": NOW}
    return Waiver(**(usual | {"until": TODAY, "because": "x"} | values))


@pytest.mark.parametrize(
    ("title", "body", "expected"),
    [
        ('Revert "Add a button"', "", True),
        ("Undo it", "Reverts acme/shop#12", True),
        ("Undo it", "Reverts #12", True),
        ("Undo it", "This reverts commit 3f2c1ab.", True),
        ("Revert to the old look", "", False),
        ("Undo it", "It never reverts acme/shop#12", False),
        ("Undo it", "```\nReverts acme/shop#12\n```", False),
        ("Undo it", "> <!-- Reverts acme/shop#12 -->", False),
    ],
)
def test_a_revert_says_so_as_github_or_git_does(title, body, expected):
    """In the title or at the start of a line that people see."""
    assert reverts(change(title, body=body)) is expected


def test_all_that_is_known_of_a_change():
    """Its components are those of its labels and of the tickets it names, and its services follow from them."""
    services = (Service(name="pay", components=frozenset({"cart"})), Service(name="find", sources=frozenset({"shop"})))
    rules = policy(kinds=(INCIDENTS,), services=services)
    incident = ticket(3, labels=frozenset({"incident", "component:Cart"}))
    it = seen(rules, change("Fix #3", labels=frozenset({"bug", "component:ui"})), [(incident, NOTHING)], TODAY)
    asked = Looked(rules, it, gate(), state(subject="pay"), TODAY)
    assert facts_of_change(asked) == {
        "source": "shop",
        "title": "Fix #3",
        "author": "bo",
        "base": "main",
        "draft": False,
        "labels": ["bug", "component:ui"],
        "components": ["cart", "ui"],
        "services": ["pay"],
        "team": "checkout",
        "subject": "pay",
        "reverts": False,
        "names_kinds": ["incident"],
        "names_open_incident": True,
        "fixes": True,
    }
    assert list(facts_of_change(asked)) == [fact.name for fact in CHANGE_FACTS]


def test_what_a_gate_waits_for_is_a_fix():
    """Be it among the tickets that its state names, or found by its condition."""
    lets = (over_changes("fixes"),)
    waits = state(blocking=(("acme/shop#12", "", "Search times out"),))
    assert said([gate(lets=lets)], [waits], named=[ticket(12)]) == [("", "let", "fixes")]
    assert said([gate(lets=lets)], [state()], named=[ticket(12)]) == [("", "held", "")]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, [("", "held", "")]),
        ({"sources": ("other",)}, []),
        ({"mode": "shadow"}, []),
        ({"power": "block-releases"}, []),
        ({"power": "mandate-reliability", "holds": over_changes("!draft")}, [("", "held", "")]),
        ({"holds": over_changes("draft")}, []),
        (
            {"lets": (over_changes("draft"), over_changes('base == "main"', "!reverts"))},
            [("", "let", 'base == "main" and !reverts')],
        ),
    ],
)
def test_what_a_gate_covers_and_lets_through(values, expected):
    """All clauses of one of `lets` are needed; gates of other powers hold changes only if they say which."""
    assert said([gate(**values)], [state()]) == expected


def test_a_gate_for_each_holds_its_subject_only():
    """A change that counts for two services waits for both; an open gate says that it is open."""
    labels = frozenset({"component:cart", "component:search"})
    states = [state(subject="cart"), state(subject="search", closed=False), state(subject="login")]
    assert said([gate(each="component")], states, change(labels=labels)) == [
        ("cart", "held", ""),
        ("search", "open", ""),
    ]
    assert said([gate(each="team")], [state(subject="checkout")]) == [("checkout", "held", "")]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, "waived"),
        ({"target": ""}, "waived"),
        ({"target": ticket(12).uid}, "waived"),
        ({"target": "another"}, "held"),
        ({"gate": "teeth/other"}, "held"),
        ({"subject": "cart"}, "held"),
        ({"until": date(2026, 11, 2)}, "held"),
    ],
)
def test_a_waiver_counts_for_what_it_was_said_on_and_until_its_day_is_over(values, expected):
    """On the change, on a ticket that it names, or on the gate's page."""
    found = said([gate()], [state()], named=[ticket(12)], waivers=[waiver(**values)])
    assert [what for _, what, _ in found] == [expected]


def test_of_several_waivers_the_longest_counts():
    """It is the one that is named."""
    longer = waiver(comment="c2", until=date(2026, 12, 1))
    assert waiver_for([waiver(), longer], "teeth/budget", "", [change().uid], TODAY) == longer


def test_a_status_says_the_worst_and_counts_the_rest():
    """What holds comes before what lets through, and that before what is open."""
    gates = (gate("one", lets=(over_changes("!draft"),)), gate("two"), gate("three", say="Wait for {subject}."))
    rules = policy(gates=gates)
    it = seen(rules, change(), (), TODAY)

    def status(*states):
        return wanted(rules, judge_change(rules, it, states, (), TODAY))

    both = status(state("one"), state("two", because=("a < 1 (a = 0)",)), state("three"))
    assert (both.state, both.description) == ("failure", "Held by two and 1 more: a < 1 (a = 0)")
    assert both.because == ("teeth/two is closed: a < 1 (a = 0)", "teeth/three is closed")
    assert status(state("one"), state("two", closed=False)).description == "Let through one: !draft"
    assert status(state("one", closed=False)).description == "No gate holds this change."


@pytest.mark.parametrize("text", ["x" * 300, "\U0001f600" * 200, "line\nbreak @ana " * 20])
def test_a_status_is_one_line_that_fits(text):
    """GitHub takes 140 characters, and counts the wide ones twice; nobody is addressed."""
    rules = policy(gates=(gate(say=text),))
    found = wanted(rules, judge_change(rules, seen(rules, change(), (), TODAY), [state()], (), TODAY))
    assert len(found.description.encode("utf-16-le")) // 2 <= LONGEST
    assert not {"\n", "@"} & set(found.description)
    assert says(found.description, found)


def test_figures_are_no_news_but_another_gate_is():
    """A status is set anew when what holds changes."""
    rules = policy(gates=(gate(), gate("bud")))
    it = seen(rules, change(), (), TODAY)

    def status(*states):
        return wanted(rules, judge_change(rules, it, states, (), TODAY))

    first = status(state(because=("a < 1 (a = 0)",)))
    assert says(status(state(because=("a < 1 (a = -1)",))).description, first)
    assert not says(status(state(because=("a < 1",)), state("bud")).description, first)
    assert not says(status(state("bud", because=("a < 1",))).description, first)


def test_a_gate_is_no_business_of_sources_without_its_subjects():
    """Nor of Jira's, which have no changes."""
    services = (Service(name="pay", sources=frozenset({"other"})),)
    teams = (Team(name="x", lead="ana", sources=frozenset({"other"})),)
    assert at(policy(), gate(), "shop")
    assert not at(policy(), gate(), "ops")
    assert not at(policy(services=services), gate(each="service"), "shop")
    assert not at(policy(teams=teams), gate(each="team"), "shop")


def test_a_release_is_blocked_by_its_own_gates_only():
    """Those of its source and subject, unless the gate's page carries a waiver."""
    services = (Service(name="pay", sources=frozenset({"shop"})), Service(name="find", sources=frozenset({"ops"})))
    blocks = gate(power="block-releases", each="service")
    rules = policy(gates=(blocks, gate("other")), services=services)
    states = [state(subject="pay"), state(subject="find"), state("other")]

    def release(waivers=(), **about):
        return [(each.state.subject, each.what) for each in judge_release(rules, states, waivers, TODAY, **about)]

    assert release() == [("pay", "held"), ("find", "held")]
    assert release(source="shop") == [("pay", "held")]
    assert release(subject="find") == [("find", "held")]
    assert release([waiver(target="", subject="pay")], source="shop") == [("pay", "waived")]
    assert release([waiver(subject="pay")], source="shop") == [("pay", "held")]
    states[0] = replace(states[0], closed=False)
    assert release(source="shop") == [("pay", "open")]


def test_the_docs_list_all_that_a_gate_may_ask_of_a_change():
    """In the same order, in the same words."""
    page = (Path(__file__).parents[2] / "docs" / "gates.md").read_text(encoding="utf-8")
    rows = [line.strip("| ").split(" | ") for line in page.splitlines() if line.startswith("| `")]
    told = [(name.strip("`"), kind, meaning.rstrip(" |")) for name, kind, meaning in rows]
    facts = [(each.name, each.type, each.meaning.rstrip(".")) for each in CHANGE_FACTS]
    assert told == [(name, kind, meaning[:1].lower() + meaning[1:]) for name, kind, meaning in facts]
