"""What a decision feeds: the answers in its text and in commands, and the facts that are found from both."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as some

from rules import facts
from rules.feeds import WHY, Feed, feeds_in, read_feed
from rules.memory import Memory, Statement
from tests.rules.factories import NOW, jira_ticket, policy, ticket
from tests.rules.test_facts import TODAY

HOME = "acme/shop"
LINES = {
    "a ticket in Jira": ("Roadmap: OPS-12", ["roadmap OPS-12"]),
    "a ticket on GitHub": ("roadmap : acme/Platform#7.", ["roadmap acme/Platform#7"]),
    "a ticket of this repository": ("Training: #7", ["training acme/shop#7"]),
    "emphasised, in a list, with Windows line ends": ("- **Staffing**: acme/shop#12\r\nBye", ["staffing acme/shop#12"]),
    "Jira's emphasis": ("* *Staffing:* OPS-3", ["staffing OPS-3"]),
    "an address": ("Budget: <https://wiki.example/plan>.", ["budget https://wiki.example/plan"]),
    "an address that holds a key": ("Budget: https://docs.example/ABC-12/x", ["budget https://docs.example/ABC-12/x"]),
    "a link": ("Budget: [the plan](https://wiki.example/plan)", ["budget https://wiki.example/plan"]),
    "Jira's link": ("Budget: [the plan|https://wiki.example/plan]", ["budget https://wiki.example/plan"]),
    "several": ("Roadmap: OPS-12, OPS-13 and OPS-12", ["roadmap OPS-12", "roadmap OPS-13"]),
    "an explained none": ("Budget: none because no money is needed", ["budget none"]),
    "a none explained in other words": ("Budget: **None** - it costs nothing", ["budget none"]),
    "a none in brackets": ("Budget: none (it costs nothing)", ["budget none"]),
    "a none with a ticket that explains it": ("Budget: none because OPS-3 has it", ["budget none"]),
    "all four": (
        "Roadmap: OPS-1\nBudget: none, it is free\nStaffing: OPS-2\nTraining: OPS-3",
        ["roadmap OPS-1", "budget none", "staffing OPS-2", "training OPS-3"],
    ),
    "a none alone": ("Budget: none", []),
    "a none with a form for its reason": ("Budget: none because ...", []),
    "a none with a word for later": ("Budget: none because TBD", []),
    "a word that begins like none": ("Budget: nonetheless, because we can", []),
    "nothing": ("Budget:", []),
    "on the next line": ("Budget:\nOPS-12", []),
    "a placeholder": ("Budget: TBD", []),
    "a template's dots": ("Budget: https://...", []),
    "a quarter": ("Roadmap: Q1-2027", []),
    "half a year": ("Roadmap: H2-2027, FY-27", []),
    "words": ("Roadmap: soon", []),
    "in the middle of a line": ("Our roadmap: OPS-12", []),
    "quoted": ("> Roadmap: OPS-12", []),
    "hidden": ("<!-- Roadmap: OPS-12 -->", []),
    "in code": ("```\nRoadmap: OPS-12\n```", []),
}


@pytest.mark.parametrize(("text", "expected"), LINES.values(), ids=LINES.keys())
def test_a_decisions_text_says_what_it_feeds(text, expected):
    """A line for each of the four that holds a ticket, an address, or a none with its reason."""
    assert [feed.value for feed in feeds_in(text, HOME)] == expected


def test_a_number_alone_is_no_ticket_outside_of_github():
    """There is no repository whose number it would be."""
    assert list(feeds_in("Roadmap: #12")) == []


@pytest.mark.parametrize(
    "text",
    [
        "Roadmap: none " * 7_000,
        "Roadmap:" + " " * 99_000,
        "\n" + " " * 99_000 + "roadmap:",
        "roadmap:_*" * 10_000,
        "Roadmap: none because" * 5_000,
        "Budget: https://" * 6_000,
        "Roadmap: A_\n" * 8_000,
        "Roadmap: " + "A-" * 45_000,
    ],
)
def test_no_text_takes_long(text):
    """A hundred thousand characters made to keep an expression busy take a blink."""
    before = time.process_time()
    list(feeds_in(text, HOME))
    assert time.process_time() - before < 1


@given(some.text(alphabet="roadmpbugetnfi: \n*-#12OPS/|[]()<>!`~{}code\ud800\0", max_size=120))
def test_any_text_can_be_read(text):
    """Whatever stands there, reading it raises nothing."""
    list(feeds_in(f"Roadmap: {text}\nBudget: none {text}", HOME))
    read_feed(f"roadmap {text}", HOME)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("roadmap OPS-12", Feed(target="roadmap", to="OPS-12")),
        ("Budget: None BECAUSE it is free", Feed(target="budget", to="none", because="it is free")),
        ("budget none", WHY),
        ("budget none because ...", WHY),
        ("roadmap Q1-2027", "'Q1-2027' is no address and no ticket."),
        ("raodmap OPS-12", "'raodmap' is not 'roadmap', 'budget', 'staffing' or 'training' (did you mean 'roadmap'?)."),
    ],
)
def test_a_command_says_what_it_feeds(words, expected):
    """Or what is wrong with it."""
    assert read_feed(words) == expected


def found(*said, body="", of=None):
    """Return the four facts of a decision of which people said something, and whose text says something."""
    statements = tuple(
        Statement(comment=f"c{number}", what="feeds", value=value, by="bo-gh", at=NOW, because="of that")
        for number, value in enumerate(said)
    )
    names = ("feeds", "feeds_missing", "fed", "fed_nothing")
    decision = of or ticket(body=body)
    return tuple(facts.of(decision, "decision", Memory(statements=statements), policy(), TODAY, names).values())


ALL = ["roadmap", "budget", "staffing", "training"]


def test_what_is_answered_is_told_from_what_is_missing():
    """By commands and by lines; in the order of the four."""
    body = "Training: none because we know it\nRoadmap: OPS-2, OPS-1"
    assert found("budget OPS-1", body=body) == (
        ["roadmap", "budget", "training"],
        ["staffing"],
        ["OPS-2", "OPS-1"],
        False,
    )
    assert found() == ([], ALL, [], False)


def test_a_decision_that_is_answered_with_none_feeds_nothing():
    """As long as nothing is linked."""
    nones = [f"{target} none" for target in ALL]
    assert found(*nones) == (ALL, [], [], True)
    assert found(*nones, "training OPS-3") == (ALL, [], ["OPS-3"], False)
    assert found(*nones, body="Budget: OPS-3") == (ALL, [], ["OPS-3"], False)


def test_what_is_said_later_counts():
    """Several tickets add up; a none takes them back, a ticket takes a none back."""
    assert found("roadmap OPS-1", "roadmap OPS-2")[2] == ["OPS-1", "OPS-2"]
    assert found("roadmap OPS-1", "roadmap none")[2] == []
    assert found("roadmap none", "roadmap OPS-1")[2] == ["OPS-1"]


def test_a_decision_does_not_feed_itself():
    """Its own key and address answer nothing."""
    own = ticket(body="Roadmap: #12\nBudget: https://github.example/acme/shop/issues/12\nStaffing: ACME/shop#12")
    assert found("training acme/shop#12", of=own) == ([], ALL, [], False)
    assert found("training acme/shop#12", of=jira_ticket(body="Roadmap: OPS-7"))[2] == ["acme/shop#12"]


def test_hostile_words_can_be_judged():
    """What no engine reads is replaced."""
    assert found(body="Budget: https://a.example/\0\ud800")[2] == ["https://a.example/\ufffd\ufffd"]
