"""Slash commands: who may give them, what they mean, and what is no command."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some

from rules.commands import REFUSED, USAGE, read_commands
from rules.memory import Ignore, Memory
from tests.rules.factories import NOW, comment, policy, rule, ticket

POLICY = policy(
    rule("owned"), rule("time-boxed"), replace(rule("owned"), id="review/owned"), rule("idle", ("days_idle > 5",))
)


def read(body, author="bo-gh", memory=Memory(), of=None):  # noqa: B008 - an empty memory is frozen
    """Return the answers' words and the ignores of a comment."""
    found = read_commands(POLICY, of or ticket(), comment(body, author), NOW, memory=memory)
    return [answer.reply for answer, _ in found], [ignore for _, ignore in found if ignore]


def test_an_ignore_names_rule_date_and_reason():
    """The rule may go by its short name; the words after `because` are kept as text."""
    replies, ignores = read("/kaizen ignore time-boxed until 2026-12-01 because we wait for @legal")
    assert replies == ["Rule backlog/time-boxed leaves this ticket alone until 2026-12-01."]
    assert ignores == [
        Ignore(rule="backlog/time-boxed", by="bo-gh", at=NOW, until=date(2026, 12, 1), because="we wait for @legal")
    ]


@pytest.mark.parametrize(
    ("body", "rule_id", "until", "because"),
    [
        ("/kaizen ignore idle", "backlog/idle", None, ""),
        ("/kaizen ignore backlog/idle", "backlog/idle", None, ""),
        ("/kaizen  IGNORE  Idle  UNTIL 2026-11-03", "backlog/idle", date(2026, 11, 3), ""),
        ("/kaizen ignore idle because until 2027-01-01", "backlog/idle", None, "until 2027-01-01"),
        ("Hello\n\n/kaizen ignore idle\nthank you", "backlog/idle", None, ""),
        ("> quoted\n/kaizen ignore idle\r\n", "backlog/idle", None, ""),
    ],
)
def test_an_ignore_may_leave_things_out(body, rule_id, until, because):
    """Date and reason are optional, spaces and capitals do not matter."""
    assert [(one.rule, one.until, one.because) for one in read(body)[1]] == [(rule_id, until, because)]


@pytest.mark.parametrize(
    ("body", "reply"),
    [
        ("/kaizen", USAGE),
        ("/kaizen ignor idle", f"There is no command 'ignor' (did you mean 'ignore'?). {USAGE}"),
        ("/kaizen close", f"There is no command 'close'. {USAGE}"),
        ("/kaizen ignore", "Which rule? Write '/kaizen ignore RULE until YYYY-MM-DD because ...'."),
        ("/kaizen ignore idel", "There is no rule 'idel' (did you mean 'idle'?)."),
        ("/kaizen ignore backlog/idel", "There is no rule 'backlog/idel' (did you mean 'backlog/idle'?)."),
        ("/kaizen ignore owned", "'owned' can be 'backlog/owned' or 'review/owned': write the whole name."),
        ("/kaizen ignore idle until soon", "'soon' is no date: write it like 2026-11-03."),
        ("/kaizen ignore idle until", "'' is no date: write it like 2026-11-03."),
        ("/kaizen ignore idle until 2026-02-30", "'2026-02-30' is no date: write it like 2026-11-03."),
        ("/kaizen ignore idle until 2026-11-02", "2026-11-02 is past already: name a date to come."),
        ("/kaizen ignore idle 2026-12-01", f"I do not understand '2026-12-01'. {USAGE}"),
    ],
)
def test_what_cannot_be_done_is_answered_with_what_would_be_right(body, reply):
    """A wrong word, rule or date changes nothing and gets an answer."""
    assert read(body) == ([reply], [])


def test_why_gives_reasons_of_rules_that_hold_and_of_those_that_do_not():
    """One sentence, the rules that hold first."""
    (reply,), _ = read("/kaizen why")
    assert reply.startswith("As of 2026-11-03: backlog/owned holds: open (open = yes), !has_owner (has_owner = no); ")
    assert reply.endswith("backlog/idle does not hold: not days_idle > 5 (days_idle = 1).")


@pytest.mark.parametrize(
    "body",
    [
        "",
        "> /kaizen ignore idle",
        " /kaizen ignore idle",
        "please /kaizen ignore idle",
        "/kaizend ignore idle",
        "/kaizenignore idle",
        "/KAIZEN ignore idle",
        "```\n/kaizen ignore idle\n```",
        "~~~~ text\n/kaizen ignore idle\n~~~\n/kaizen why\n~~~~",
        "```\n/kaizen ignore idle",
        "<!--\n/kaizen ignore idle\n-->",
        "{quote}\n/kaizen ignore idle\n{quote}",
        "{code:java}\n/kaizen ignore idle\n{code}",
        "{noformat}\n```\n/kaizen ignore idle\n{noformat}",
        "bq. /kaizen ignore idle",
        "> quoted\u2028/kaizen ignore idle",
        "> quoted\x0b/kaizen ignore idle\r/kaizen why",
    ],
)
def test_quotes_code_and_asides_are_no_commands(body):
    """Only a line that begins with the command, where people speak for themselves."""
    assert read(body) == ([], [])


def test_commands_after_a_quote_count():
    """A block that is closed again hides nothing more."""
    assert len(read("```\n/kaizen why\n```\n/kaizen ignore idle")[1]) == 1
    assert len(read("{quote}/kaizen why{quote}\n/kaizen ignore idle")[1]) == 1


@pytest.mark.parametrize(
    "above", ["```make test``` fails", "``` a ` b", "the template says {{quote}}", r"write \{code} before it"]
)
def test_code_within_a_line_hides_no_command(above):
    """What begins no block ends nowhere, and the command below would be lost without a word."""
    assert len(read(f"{above}\n/kaizen ignore idle")[1]) == 1


@pytest.mark.parametrize(
    ("author", "allowed"),
    [
        ("bo-gh", True),
        ("lena-gh", True),
        ("kim-gh", True),
        ("owner-gh", True),
        ("rita", False),
        ("ana-gh", False),
        ("", False),
    ],
)
def test_commands_are_taken_from_those_who_may(author, allowed):
    """Commanders, leads, the council and the ticket's owners; nobody else, the reporter neither."""
    replies, ignores = read("/kaizen ignore idle\n/kaizen why", author, of=ticket(assignees=frozenset({"owner-gh"})))
    assert (len(ignores), replies == [REFUSED]) == ((1, False) if allowed else (0, True))


def test_somebody_who_may_not_is_told_once():
    """A stranger cannot make us edit a card over and over."""
    ((answer, _),) = read_commands(POLICY, ticket(), comment("/kaizen why", "rita"), NOW)
    assert read("/kaizen why", "rita", Memory(answers=(answer,))) == ([], [])


def test_each_command_of_a_comment_has_an_answer_of_its_own():
    """Two commands in one comment are two answers, told apart by their ids."""
    found = read_commands(POLICY, ticket(), comment("/kaizen why\n/kaizen ignore idle"), NOW)
    assert [answer.comment for answer, _ in found] == ["c1", "c1#2"]


def test_a_comment_gives_five_commands_at_most():
    """More is not read."""
    assert len(read("/kaizen why\n" * 50)[0]) == 5


@given(some.text(alphabet="`~{}quote:<!->/kaizen ignore untl\n\r\0\u2028\ud800é", max_size=200))
def test_any_comment_can_be_read(body):
    """Whatever somebody writes, reading it raises nothing."""
    read(body)


def test_a_very_long_comment_is_read_in_no_time():
    """A megabyte on one line, of fences or of braces costs little."""
    for body in (
        "/kaizen " + " a" * 500_000,
        "`" * 1_000_000,
        "{quote" * 200_000,
        "<!--" * 250_000,
        "/kaizen ignore " + "until " * 99_999,
    ):
        read(body)


def test_a_command_copied_from_a_card_is_understood():
    """Cards break commands with a space nobody sees, so that they are none there; a person's copy is one."""
    ((answer, _),) = read_commands(POLICY, ticket(), comment("/\u200bkaizen why"), NOW)
    assert answer.command == "/kaizen why"
