"""The card: when it is written, what it says, and what its marker keeps."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as some

from rules.card import read_due, read_state, read_traces
from rules.memory import NOTHING, Answer, Ignore, Memory
from rules.model import Mention, Text
from tests.rules.factories import (
    NOW,
    card_of,
    decision,
    done,
    due,
    episode,
    later,
    lines,
    ops,
    policy,
    posts,
    rule,
    step,
    ticket,
    words,
)

OWNED = rule(
    label="needs-owner",
    say="Nobody owns this yet. Who takes it?",
    about="Every improvement has an owner.",
    steps=(step(5, "lead"),),
)
HOSTILE = "@org/team @all {owner} {key} [~admin] closes #1 <!-- kaizend op=1 mac=2 --> \n/kaizen ignore owned"


def card(*rules, of=None, memory=NOTHING, now=NOW):
    """Return the card's verb, None if it is not written."""
    op = card_of(decision(policy(*rules), of, memory, now).ops)
    return op.verb if op else None


def spans(prose):
    """Return all spans of a text."""
    return [span for line in lines(prose) for span in line]


def test_a_card_says_what_holds_why_and_what_comes_next():
    """The rule, since when, its clauses with their values, the next step with its date, and how to object."""
    expected = """\
This is where this ticket stands as of 2026-11-03. This comment is kept up to date; nobody is notified when it changes.
Every improvement has an owner.
Nobody owns this yet. Who takes it?
Rule backlog/owned, since 2026-11-03
Because open; !has_owner
Next: if nothing changes, a comment goes to lena on 2026-11-08.
Changed here, and why:
label needs-owner, on 2026-11-03, by rule backlog/owned
Does a rule not fit here? Comment /kaizen ignore backlog/owned until YYYY-MM-DD because ..., or ask for the reasons \
with /kaizen why."""
    assert words(card(OWNED).prose) == expected


def test_a_card_is_not_made_only_to_say_nothing():
    """Where no rule holds there is no card."""
    assert card(OWNED, of=ticket(assignees=frozenset({"ana-gh"}))) is None


def test_a_card_says_when_all_is_in_order_again_and_then_is_silent():
    """One last edit when the last rule has ended; the owner is greeted by name, not mentioned."""
    of, memory, _ = done(policy(OWNED))
    of = replace(of, assignees=frozenset({"ana-gh"}))
    of, memory, second = done(policy(OWNED), of, memory, later(1))
    text = words(card_of(second.ops).verb.prose)
    assert "Hello ana, " in text
    assert "All in order" in text
    assert done(policy(OWNED), of, memory, later(2))[2].ops == ()


def test_a_card_speaks_of_the_ticket_as_the_plan_will_leave_it():
    """A due date that the same plan sets is not asked for; it is told as done."""
    text = words(card(rule("time-boxed", ("!has_due",), due=due(high=5)), of=ticket(priority="P2")).prose)
    assert "All in order" in text
    assert "due date 2026-11-07, on 2026-11-03, by rule backlog/time-boxed" in text


def test_a_card_on_which_no_rule_speaks_has_its_reason_too():
    """It tells what was done and why, or that no rule holds any more."""
    rules = policy(rule("time-boxed", ("!has_due",), due=due(high=5)))
    of, memory, first = done(rules, ticket(priority="P2"))
    assert card_of(first.ops).because == ("backlog/time-boxed: !has_due (has_due = no)",)
    moved = replace(of, due=date(2027, 1, 1))
    assert card_of(decision(rules, moved, memory).ops).because == ("no rule holds any more",)


def test_a_card_is_not_edited_from_day_to_day():
    """Values that change by the day are no reason to edit; a step that has been reached is."""
    counting = rule(
        "owned", ("open", "!has_owner", "days_open >= 1"), say="Old.", steps=(step(5, "lead"), step(9, "lead"))
    )
    of, memory, edits = ticket(), Memory(), []
    for day in range(15):
        of, memory, passed = done(policy(counting), of, memory, later(day))
        edits += [day] if card_of(passed.ops) else []
    assert edits == [0, 5, 9]


def test_other_words_in_the_rule_file_do_not_edit_cards():
    """Old cards are left as they are when only a text was changed."""
    of, memory, _ = done(policy(OWNED))
    assert card(replace(OWNED, say="New words.", about="New."), of=of, memory=memory) is None


def test_two_edits_have_two_ids_even_when_the_card_says_the_same_again():
    """A card that goes back and forth is written each time."""
    of, memory, first = done(policy(OWNED))
    ids = [card_of(first.ops).id]
    for day in range(1, 5):
        of = replace(of, assignees=frozenset({"ana-gh"}) if day % 2 else frozenset())
        of, memory, passed = done(policy(OWNED), of, memory, later(day))
        ids.append(card_of(passed.ops).id)
    assert len(set(ids)) == 5


def test_an_edit_that_came_to_nothing_does_not_stand_in_the_way_of_the_next():
    """Since the same last write two different texts are two ops."""
    of, memory, _ = done(policy(OWNED))
    owned = replace(of, assignees=frozenset({"ana-gh"}))
    closed = replace(owned, phase="done")
    assert len({card_of(decision(policy(OWNED), each, memory).ops).id for each in (owned, closed)}) == 2


def test_a_card_names_roles_that_are_nobody():
    """What cannot be done is said where people look."""
    asks = rule(steps=(step(5, "owner", "dave"),))
    assert "It is not known who is owner or dave here" in words(card(asks).prose)


def test_a_card_shows_ignores_reversals_and_the_last_five_answers():
    """Who asked a rule to leave the ticket alone, until when and why; and what was said to commands."""
    of, memory, _ = done(policy(OWNED))
    answers = tuple(
        Answer(comment=str(n), command="/kaizen why", by="bo-gh", at=NOW, reply=f"Reply {n}.") for n in range(7)
    )
    ignore = Ignore(rule=OWNED.id, by="bo-gh", at=NOW, until=date(2026, 12, 1), because="we wait for *them*")
    bare = replace(of, labels=frozenset({"improvement"}), updated=later(1))
    asked = replace(memory, answers=answers, ignores=(replace(ignore, rule="backlog/idle"),))
    text = words(card(OWNED, of=bare, memory=asked, now=later(1)).prose)
    assert "rule backlog/idle until 2026-12-01, says bo: we wait for *them*" in text
    assert "Taken back by you, and left so:\nlabel needs-owner, by rule backlog/owned" in text
    assert [f"Reply {number}." in text for number in range(7)] == [False, False, True, True, True, True, True]


def test_a_command_is_answered_where_no_card_is():
    """An answer is something to say."""
    answer = Answer(comment="1", command="/kaizen why", by="bo-gh", at=NOW, reply="Nothing holds.")
    assert "bo: /kaizen why - Nothing holds." in words(
        card(OWNED, of=ticket(assignees=frozenset({"bo-gh"})), memory=Memory(answers=(answer,))).prose
    )


def test_what_others_wrote_stays_text_in_cards_and_posts():
    """A hostile title is one plain span, its braces mean nothing, and nobody is mentioned but whom the rule asks."""
    loud = rule(
        say="About {title}, {owner}.", steps=(step(0, "lead", say="{lead}: {title}"),), comment="{title} {owner}"
    )
    of = ticket(title=HOSTILE)
    found = decision(policy(loud), of).ops
    for op in (*posts(found), card_of(found)):
        assert [span for span in spans(op.verb.prose) if "org/team" in str(span)] == [Text(" ".join(HOSTILE.split()))]
    mentioned = [[span.person for span in spans(op.verb.prose) if isinstance(span, Mention)] for op in posts(found)]
    assert mentioned == [[], ["lena-gh"]]
    assert not any(isinstance(span, Mention) for span in spans(card_of(found).verb.prose))


@pytest.mark.parametrize(
    ("say", "expected"),
    [
        ("{labels}", "improvement"),
        ("{components}", "none"),
        ("{sprint}", "none"),
        ("{has_owner} {open}", "no yes"),
        ("{days_open} days", "1 days"),
        ("{days_to_due}", "unknown"),
        ("{reversals} of {kind}", "0 of improvement"),
        ("{owner}", "nobody"),
        ("{nothing}", "{nothing}"),
    ],
)
def test_any_fact_may_stand_in_a_text(say, expected):
    """On the card, in a comment and in a ping; what people call by a word of their own keeps it."""
    loud = rule(say=say, comment=say, steps=(step(0, "lead"),))
    found = decision(policy(loud)).ops
    texts = [words(op.verb.prose) for op in (*posts(found), card_of(found))]
    assert [expected in text.split("\n")[place] for text, place in zip(texts, (0, 0, 2), strict=True)] == [True] * 3


def test_a_fact_in_a_text_stays_text_and_is_not_too_long():
    """Labels are somebody else's words: one plain span, each cut where a title is, and all of them somewhere."""
    labels = frozenset({"improvement", HOSTILE, *(f"label {number}" for number in range(100))})
    found = card_of(decision(policy(rule(say="{labels}{title}")), ticket(labels=labels, title="{labels}")).ops)
    one, two = (found.verb.prose.blocks[2].line[number] for number in (0, 1))
    assert (type(one), len(one.text), two) == (Text, 800, Text("{labels}"))


def test_a_card_is_brought_up_to_date_when_a_fact_it_names_changes():
    """But not for what changes by the day."""
    rules = policy(rule(say="{labels}, open for {days_open} days"))
    of, memory, _ = done(rules)
    assert done(rules, of, memory, later(1))[2].ops == ()
    more = replace(of, labels=of.labels | {"urgent"})
    assert "improvement, urgent, open for 2 days" in words(
        card_of(done(rules, more, memory, later(1))[2].ops).verb.prose
    )


def test_a_ping_mentions_each_person_once_and_says_how_to_object():
    """Whoever the text does not name is named before it."""
    asks = rule(when=("open",), say="{owner}, is this still yours?", steps=(step(0, "owner", "lead"),))
    (ping,) = posts(ops(policy(asks), ticket(assignees=frozenset({"ana-gh"}))))
    assert words(ping.verb.prose) == (
        "@lena-gh: @ana-gh, is this still yours?\n"
        "By the rule backlog/owned, because open. "
        "If it does not fit here, comment: /kaizen ignore backlog/owned until YYYY-MM-DD because ..."
    )


def test_a_ping_mentions_nobody_but_whom_it_is_for():
    """An owner whom a ping to the lead speaks of is named, not notified."""
    asks = rule(when=("open",), say="{owner} is late, {lead}.", steps=(step(0, "lead"),))
    (ping,) = posts(ops(policy(asks), ticket(assignees=frozenset({"ana-gh"}))))
    assert words(ping.verb.prose).startswith("ana is late, @lena-gh.\n")


def test_the_marker_keeps_episodes_our_due_date_and_what_we_did():
    """Open episodes with their beginning, ended ones with their end, the date and the labels that are ours."""
    rules = policy(OWNED, rule("time-boxed", ("!has_due",), due=due(high=5)), rule("idle", ("days_idle > 99",)))
    memory = Memory(episodes=(episode("idle", 3, later(-9), ended=later(-4)),))
    state = card_of(decision(rules, ticket(priority="P2"), memory).ops).verb.state
    assert state == (
        "backlog/idle:3:2026-10-25:2026-10-30,backlog/owned:1:2026-11-03,"
        "backlog/time-boxed:1:2026-11-03:2026-11-03,due:2026-11-07,"
        "did:due:backlog/time-boxed,did:label:backlog/owned:needs-owner"
    )
    noon = datetime(2026, 11, 3, 12, tzinfo=UTC)
    assert read_state(state)[1] == episode(began=noon)
    assert [each.ended is None for each in read_state(state)] == [False, True, False]
    assert read_due(state) == date(2026, 11, 7)


@pytest.mark.parametrize(
    ("label", "state", "one", "expected"),
    [
        ("its label", "did:label:backlog/owned:needs-owner", OWNED, "needs-owner"),
        ("the label it had", "did:label:backlog/owned:no%20owner%2C%20yet", OWNED, "no owner, yet"),
        ("a marker that names none", "did:label:backlog/owned", OWNED, "needs-owner"),
        ("a rule that is gone", "did:label:backlog/owned:needs-owner", rule("other"), "needs-owner"),
        ("a rule that wears none", "did:label:backlog/owned", rule("owned"), None),
    ],
)
def test_a_label_is_told_from_the_marker(label, state, one, expected):
    """The marker names the label, so that one which its rule no longer has is taken off after a lost database too."""
    assert [each.verb.label for each in read_traces(policy(one), state)] == ([expected] if expected else [])


def test_a_label_that_is_kept_is_not_in_the_marker():
    """After a lost database nobody takes off what was put on for good, nor puts it on again."""
    state = card_of(decision(policy(rule(label="worn now", add_label="kept"))).ops).verb.state
    assert "did:label:backlog/owned:worn%20now" in state
    assert "label:backlog/owned:kept" not in state
    assert state.count("heard:") == 1


@pytest.mark.parametrize(
    "text",
    ["", ",,,", "backlog/owned", "backlog/owned:0:2026-11-03", "a/b:1:2026-13-40", "a/b:1:2026-11-03:never", "due:x"],
)
def test_a_marker_that_makes_no_sense_keeps_nothing(text):
    """Garbage is passed over, not raised."""
    assert (read_state(text), read_due(text)) == ((), None)


@given(some.text())
def test_any_text_can_be_read_as_a_marker(text):
    """Whatever stands in a marker, reading it raises nothing."""
    read_state(text)
    read_due(text)
