"""Putting off: how a ticket is put off without a command begins, ends and counts; what a rule takes back stays back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from rules import facts
from rules.actions import NAMES, SetDue, TakeBack
from rules.card import read_traces
from rules.effects import applied, stands
from rules.evaluate import evaluate
from rules.memory import NOTHING, Effect, Memory, PutOff, Reversal, Statement
from rules.putting_off import Noticed, noticed_put_offs, ways, with_put_offs
from rules.rule import Duration, Step
from rules.why import why
from tests.rules.factories import NOW, card_of, done, later, ops, policy, rule, step, ticket, words

PROMISE, FAR, FARTHER = date(2026, 11, 20), date(2027, 1, 15), date(2027, 3, 1)
OWNED = frozenset({"bo-gh"})
CONFIG = {"deferral_labels": frozenset({"deferred", "later"}), "deferral_statuses": frozenset({"on hold"})}
BARE = policy(**CONFIG)


def said(what="defer", value=FAR, *, at=NOW, because="it waits"):
    """Return a command that was carried out."""
    return Statement(comment=f"c{at}", what=what, value=value.isoformat(), by="bo-gh", at=at, because=because)


def put_off(way="label", value="deferred", *, began=NOW, **given):
    """Return a put-off that goes on."""
    return PutOff(way=way, value=value, began=began, **given)


def labelled(*labels, **given):
    """Return a ticket that bo owns, with labels."""
    return ticket(labels=frozenset({"improvement", *labels}), assignees=OWNED, **given)


def closed(resolution="not_planned", **given):
    """Return a ticket that was closed a moment ago."""
    return ticket(
        **{"phase": "done", "status": "closed", "resolution": resolution, "closed": NOW, "updated": NOW} | given
    )


def shown(of, memory=NOTHING, now=NOW):
    """Return the ways in which a ticket is put off, in words."""
    return [str(way) for way in ways(BARE, of, memory, now.date())]


PROMISED = Memory(promised=PROMISE)
DUE = PutOff(way="due", value=FAR.isoformat(), before=PROMISE.isoformat(), began=NOW)


@pytest.mark.parametrize(
    ("of", "memory", "expected"),
    [
        pytest.param(labelled("Deferred"), NOTHING, ["label Deferred"], id="a label, however it is written"),
        pytest.param(labelled("deferred", "later"), NOTHING, ["label deferred", "label later"], id="two labels"),
        pytest.param(closed("completed", labels=frozenset({"deferred"})), NOTHING, [], id="a label on what is done"),
        pytest.param(ticket(status="On hold"), NOTHING, ["status On hold"], id="a status"),
        pytest.param(closed(), NOTHING, ["closed as not planned"], id="not planned"),
        pytest.param(closed("Won't Do"), NOTHING, ["closed as Won't Do"], id="won't do"),
        pytest.param(closed("Duplicate"), NOTHING, [], id="a duplicate"),
        pytest.param(closed("Cannot Reproduce"), NOTHING, [], id="cannot reproduce"),
        pytest.param(ticket(due=FAR), NOTHING, [], id="a date seen for the first time"),
        pytest.param(ticket(due=PROMISE), PROMISED, [], id="the promised date"),
        pytest.param(ticket(due=date(2026, 11, 4)), PROMISED, [], id="an earlier date"),
        pytest.param(ticket(due=FAR), PROMISED, ["due date moved from 2026-11-20 to 2027-01-15"], id="a later date"),
        pytest.param(ticket(), PROMISED, ["due date 2026-11-20 removed"], id="no date any more"),
        pytest.param(ticket(due=FAR), replace(PROMISED, statements=(said(),)), [], id="a later date with a reason"),
        pytest.param(ticket(due=FAR), replace(PROMISED, statements=(said("due"),)), [], id="as asked"),
        pytest.param(
            ticket(due=FARTHER),
            replace(PROMISED, statements=(said(),)),
            ["due date moved from 2026-11-20 to 2027-03-01"],
            id="later than was asked for",
        ),
        pytest.param(ticket(), replace(PROMISED, statements=(said(),)), [], id="no date while it is put off"),
        pytest.param(
            ticket(),
            replace(PROMISED, statements=(said("due"),)),
            ["due date 2026-11-20 removed"],
            id="a date that was asked for, and removed",
        ),
    ],
)
def test_how_a_ticket_is_put_off(of, memory, expected):
    """As it is now, in words for people."""
    assert shown(of, memory) == expected


def test_a_date_that_we_set_is_no_putting_off():
    """Unless it is in the place of one that a person removed."""
    ours = Effect(op="1", rule="twin/due", verb=NAMES[SetDue], value=FAR.isoformat(), at=NOW)
    memory = replace(PROMISED, effects=(ours,))
    assert noticed_put_offs(BARE, ticket(due=FAR), memory, NOW) == Noticed(promised=FAR)
    removed = replace(memory, put_offs=(put_off("due", "", before=PROMISE.isoformat()),))
    assert shown(ticket(due=FAR), removed) == ["due date moved from 2026-11-20 to 2027-01-15"]
    assert noticed_put_offs(BARE, ticket(due=FAR), removed, later(1)) == Noticed()


def test_what_a_rule_does_is_no_putting_off():
    """Only what people do puts a ticket off: neither a label that is worn, nor that its leader was closed."""
    closing = Effect(op="1", rule="twins/follows", verb="close", value="not_planned", at=NOW)
    assert shown(closed(), Memory(effects=(closing,))) == []
    ours = Effect(op="1", rule="own/parked", verb="add label", value="deferred", at=NOW)
    assert shown(labelled("deferred"), Memory(effects=(ours,))) == []


@pytest.mark.parametrize(
    ("of", "memory", "expected"),
    [
        pytest.param(labelled(), NOTHING, Noticed(), id="nothing"),
        pytest.param(closed("completed", due=FAR), NOTHING, Noticed(), id="done"),
        pytest.param(ticket(due=PROMISE), NOTHING, Noticed(promised=PROMISE), id="a promise"),
        pytest.param(ticket(due=PROMISE), PROMISED, Noticed(), id="kept"),
        pytest.param(ticket(due=date(2026, 11, 9)), PROMISED, Noticed(promised=date(2026, 11, 9)), id="an earlier one"),
        pytest.param(labelled("deferred"), NOTHING, Noticed(put_offs=(put_off(began=later(1)),)), id="it begins"),
        pytest.param(labelled("deferred"), Memory(put_offs=(put_off(),)), Noticed(), id="it goes on"),
        pytest.param(
            labelled(), Memory(put_offs=(put_off(),)), Noticed(put_offs=(put_off(ended=later(1)),)), id="it ends"
        ),
        pytest.param(
            closed("completed", labels=frozenset({"deferred"})), Memory(put_offs=(put_off(),)), Noticed(), id="closed"
        ),
        pytest.param(ticket(due=FAR), PROMISED, Noticed(put_offs=(replace(DUE, began=later(1)),)), id="a later date"),
        pytest.param(ticket(due=FAR), replace(PROMISED, put_offs=(DUE,)), Noticed(), id="still later"),
        pytest.param(
            ticket(due=FAR),
            replace(PROMISED, put_offs=(DUE,), statements=(said(),)),
            Noticed(put_offs=(replace(DUE, ended=later(1)),), promised=FAR),
            id="explained",
        ),
        pytest.param(
            ticket(due=PROMISE),
            replace(PROMISED, put_offs=(DUE,)),
            Noticed(put_offs=(replace(DUE, ended=later(1)),)),
            id="moved back",
        ),
        pytest.param(ticket(), replace(PROMISED, statements=(said(),)), Noticed(promised=FAR), id="until then"),
        pytest.param(
            closed("completed", due=FAR), replace(PROMISED, put_offs=(DUE,)), Noticed(), id="closed with a later date"
        ),
    ],
)
def test_put_offs_begin_and_end(of, memory, expected):
    """Once each: a second look finds nothing more, and an evaluation brings it along."""
    assert noticed_put_offs(BARE, of, memory, later(1)) == expected
    assert evaluate(BARE, of, memory, later(1)).put_off == expected
    assert noticed_put_offs(BARE, of, with_put_offs(memory, expected), later(1.1)) == Noticed()


# -- facts ------------------------------------------------------------------------------------------------------------


def found(name, of, memory=NOTHING, now=NOW):
    """Find one fact of a ticket; None if it is missing."""
    return facts.of(of, "improvement", memory, BARE, now.date(), [name]).get(name)


@pytest.mark.parametrize(
    ("of", "statements", "expected"),
    [
        pytest.param(labelled(), (), ["reason", "date"], id="nothing was said"),
        pytest.param(ticket(), (), ["reason", "owner", "date"], id="nobody owns it"),
        pytest.param(labelled(), (said(),), [], id="all was said"),
        pytest.param(labelled(), (said(value=NOW.date()),), [], id="until today"),
        pytest.param(ticket(), (said(),), ["owner"], id="the owner is gone"),
        pytest.param(labelled(), (said(value=date(2026, 11, 2)),), ["reason", "date"], id="the date is past"),
        pytest.param(labelled(), (said(because=""),), ["reason"], id="no reason"),
        pytest.param(labelled(), (said(), said(value=date(2026, 11, 2))), ["reason", "date"], id="the newest counts"),
    ],
)
def test_what_is_missing(of, statements, expected):
    """A reason, an owner, and a date that is not past."""
    memory = Memory(statements=statements)
    assert found("deferral_missing", of, memory) == expected
    assert found("put_off_explained", of, memory) is not expected or expected == []
    assert found("put_off_explained", of, memory) == (expected == [])


OLD = later(-60)


@pytest.mark.parametrize(
    ("memory", "expected"),
    [
        pytest.param(Memory(), 0, id="never"),
        pytest.param(Memory(put_offs=(put_off(),)), 1, id="without a word"),
        pytest.param(Memory(statements=(said(at=later(-20)), said())), 2, id="two commands"),
        pytest.param(Memory(put_offs=(put_off(),), statements=(said(at=later(2)),)), 1, id="explained later"),
        pytest.param(Memory(put_offs=(put_off(),), statements=(said(at=later(-2)),)), 1, id="labelled after a command"),
        pytest.param(Memory(put_offs=(put_off(),), statements=(said(at=OLD),)), 1, id="while it is put off"),
        pytest.param(
            Memory(put_offs=(put_off(),), statements=(said(at=OLD, value=date(2026, 10, 1)),)), 2, id="after that"
        ),
        pytest.param(Memory(put_offs=(put_off(began=OLD, ended=later(-50)), put_off())), 2, id="twice"),
        pytest.param(Memory(put_offs=(put_off(), put_off("status", "On Hold", began=later(1)))), 1, id="two ways"),
        pytest.param(
            Memory(put_offs=(put_off(began=OLD, ended=later(-50)),), statements=(said(),)), 2, id="taken back before"
        ),
    ],
)
def test_each_deferral_counts(memory, expected):
    """By command or without; what belongs together counts once."""
    assert found("deferrals", labelled(), memory) == expected
    assert len(found("deferral_reasons", labelled(), memory)) == expected


def test_the_history_tells_when_who_until_when_and_why():
    """The newest first; who left no reason is told by what they did."""
    moved = replace(DUE, began=later(-30), ended=later(-20))
    memory = Memory(put_offs=(put_off(began=OLD, ended=later(-50)), moved), statements=(said(),))
    assert found("deferral_reasons", labelled(), memory) == [
        "2026-11-03 bo: until 2027-01-15 because it waits",
        "2026-10-04: due date moved from 2026-11-20 to 2027-01-15, without a reason",
        "2026-09-04: label deferred, without a reason",
    ]


@pytest.mark.parametrize(("day", "expected"), [(-1, False), (0, True), (30, True), (31, False)])
def test_a_ticket_wakes_on_its_day(day, expected):
    """And counts as woken for a month."""
    now = later(day)
    memory = Memory(statements=(said(value=NOW.date(), at=OLD),))
    assert found("woken", labelled(), memory, now) is expected
    assert found("deferred", labelled(), memory, now) is (day < 0)
    assert found("deferred_to", labelled(), memory, now) == (["2026-11-03"] if day < 0 else [])


# -- taking it back ---------------------------------------------------------------------------------------------------


def undoing(days, *people):
    """Return a step that takes back how a ticket is put off."""
    return Step(after=Duration(days, "days"), ping=people, undo=True)


SILENT = ("size(put_off) > 0", "!put_off_explained")
RULE = rule("silent", SILENT, say="Why?", steps=(step(0, "owner"), undoing(2)))
RULES = policy(RULE, **CONFIG)
WAYS = {
    "label": (labelled("deferred"), NOTHING, TakeBack(way="label", value="deferred")),
    "status": (
        labelled(status="On Hold", phase="active"),
        NOTHING,
        TakeBack(way="status", value="On Hold", phase="new"),
    ),
    "status of what is new": (
        labelled(status="On Hold"),
        NOTHING,
        TakeBack(way="status", value="On Hold", phase="active"),
    ),
    "declined": (closed(assignees=OWNED), NOTHING, TakeBack(way="declined", value="not_planned")),
    "moved": (labelled(due=FAR), PROMISED, TakeBack(way="due", value="2026-11-20")),
    "removed": (labelled(), PROMISED, TakeBack(way="due", value="2026-11-20")),
}


@pytest.mark.parametrize(("of", "memory", "expected"), WAYS.values(), ids=WAYS)
def test_what_is_put_off_is_asked_for_and_taken_back_once(of, memory, expected):
    """Two days later; what a person does again stays, and is remembered."""
    back, memory, first = done(RULES, of, memory)
    assert [op.name for op in first.ops] == ["card", "ping"]
    assert "this is taken back: " in words(card_of(first.ops).verb.prose)
    back, memory, second = done(RULES, back, memory, later(2))
    assert [op.verb for op in second.ops][:1] == [expected]
    assert [op.name for op in second.ops] == ["take back", "card"]
    assert shown(back, memory, later(2)) == []
    assert "no longer put off: " in words(card_of(second.ops).verb.prose)
    _, memory, third = done(RULES, back, memory, later(2.1))
    assert third.ops == ()
    again = replace(of, updated=later(3))
    kept = []
    for day in range(3, 12):
        again, memory, plan = done(RULES, again, memory, later(day))
        kept += [op.name for op in plan.ops]
    assert kept == ["card", "ping"]
    assert [(undo.rule, undo.verb) for undo in memory.reversals] == [("backlog/silent", "take back")]
    assert found("put_off_again", again, memory, later(11)) is True
    assert "it was put off again" in " ".join(why(RULES, again, memory, later(11))[0].notes)


def test_what_is_explained_after_it_was_taken_back_is_no_reversal():
    """It is put off once more, with a reason: nobody fights."""
    of, memory, _ = done(RULES, labelled("deferred"))
    of, memory, _ = done(RULES, of, memory, later(2))
    memory = replace(memory, statements=(said(at=later(3)),))
    of = replace(of, labels=of.labels | {"deferred"}, updated=later(3))
    for day in (3, 9):
        of, memory, _ = done(RULES, of, memory, later(day))
    assert "deferred" in of.labels
    assert memory.reversals == ()


def test_both_labels_are_taken_off_together():
    """Each way of putting off is taken back by an op of its own."""
    begun = done(RULES, labelled("deferred", "later"))
    found_ops = ops(RULES, *begun[:2], later(2))
    assert [op.verb.value for op in found_ops if isinstance(op.verb, TakeBack)] == ["deferred", "later"]


def test_a_ping_of_the_step_that_takes_back_goes_with_it():
    """Once it is taken back the rule no longer holds; a closed ticket is opened after the ping."""
    told = policy(replace(RULE, steps=(undoing(0, "owner", "lead"),)), **CONFIG)
    assert [op.name for op in done(told, labelled("deferred"))[2].ops] == ["take back", "card", "ping"]
    assert [op.name for op in done(told, closed(assignees=OWNED))[2].ops] == ["ping", "take back", "card"]


def test_the_card_keeps_what_was_taken_back_for_a_lost_database():
    """It stands, or a person has done it again; either way it is told once more."""
    of, memory, _ = done(RULES, labelled("deferred"))
    of, memory, plan = done(RULES, of, memory, later(2))
    verb = TakeBack(way="label", value="deferred")
    (trace,) = read_traces(RULES, card_of(plan.ops).verb.state)
    assert (trace.rule, trace.name, trace.verb, trace.stands) == ("backlog/silent", "take back", verb, True)
    of = replace(of, labels=of.labels | {"deferred"}, updated=later(3))
    (trace,) = read_traces(RULES, card_of(done(RULES, of, memory, later(3))[2].ops).verb.state)
    assert (trace.verb, trace.stands) == (verb, False)


def test_what_cannot_be_read_of_a_marker_is_passed_over():
    """A way that does not exist is no way."""
    for value in ("", "nap%20long", "label"):
        traces = read_traces(RULES, f"did:takeback:backlog/silent:{value}" if value else "did:takeback:backlog/silent")
        assert [trace for trace in traces if trace.verb is not None] == []


@pytest.mark.parametrize(("of", "memory", "verb"), WAYS.values(), ids=WAYS)
def test_an_effect_stands_until_it_is_put_off_again(of, memory, verb):
    """What is remembered of a taking back is told from what the ticket shows."""
    value = f"{verb.way} {verb.value}"
    effect = Effect(op="1", rule="backlog/silent", verb="take back", value=value, at=NOW)
    assert not stands(of, effect)
    assert stands(applied(RULES, of, verb), effect)


def test_another_rule_may_take_back_what_one_may_no_longer():
    """People win against the rule that they contradicted; a date that they agreed to is another occasion."""
    undone = Reversal(rule="backlog/silent", verb="take back", value="label deferred", at=NOW)
    memory = Memory(reversals=(undone,), put_offs=(put_off(),))
    waking = policy(rule("waking", SILENT, steps=(undoing(0),)), **CONFIG)
    assert [op.name for op in ops(waking, labelled("deferred"), memory)] == ["take back"]
    same = policy(replace(RULE, steps=(undoing(0),)), **CONFIG)
    assert ops(same, labelled("deferred"), memory) == ()
