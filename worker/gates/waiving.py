"""Waivers at work: heard on changes, answered, followed up, and withdrawn when their comment is gone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta

import structlog

from integrations.errors import NotFound, TrackerError
from rules.actions import NAMES, FileTicket, Op, Post, React, Target, Verb
from rules.commanded import LASTING
from rules.commands import command_lines, waiver_words, waives
from rules.filing import filing_of
from rules.gates.change_facts import stand_in
from rules.gates.model import Gate
from rules.gates.states import Waiver
from rules.gates.waivers import Waived, Waiving, read_waiver
from rules.memory import Answer
from rules.model import Comment, Link, Paragraph, Prose, Text, Ticket
from rules.people import called, login_of, person_of
from rules.texts import clipped
from worker.gates.kept import Given, Kept, Refusal
from worker.gates.states import GateStates
from worker.gates.statuses import STATUS
from worker.ledger_ops import FAILED_REST
from worker.reviews import may_be_filed
from worker.worker import Worker

WAIVER = "gate/waiver"
"""What stands as an op's rule where a waiver is answered or followed up."""
AT_GATES = {
    STATUS: "What the gates say of each open pull request.",
    WAIVER: "Answers to waivers, and what is to follow them.",
}
"""What these are, for people."""
FOLLOW_UP = "follow-up"
TITLE = "Follow up on what went through the gate {gate}: {key}"
SAID = "{who} waived the gate {gate} for "
UNTIL = " until {until}: "
ASK = "What was put off by that is to be made up for now. Close this when it is, and say what was done."
LOOK_AGAIN = timedelta(hours=1)
"""So often it is looked whether the comment of a waiver is still there."""
NOTHING = "-"

log = structlog.get_logger()


def hear_change(worker: Worker, comment: Comment, now: datetime) -> int:
    """Hear the waivers in a comment on a change; return how many commands there were. No other is known there."""
    kept = Kept(worker.database)
    change = kept.change(comment.ticket)
    lines = [line for line in command_lines(comment) if waives(line)]
    if change is None or not lines or not worker.policy.gates:
        return 0
    asking = Waiving(
        policy=worker.policy,
        place=stand_in(change),
        comment=comment,
        states=tuple(GateStates(worker.database).all().values()),
    )
    read = [read_waiver(waiver_words(line), asking) for line in lines]
    keep_waivers(worker, [found.waiver for found in read if isinstance(found, Waived)], now)
    replies = " ".join(dict.fromkeys(found.reply if isinstance(found, Waived) else found for found in read))
    answer = Answer(
        comment=comment.uid, command=clipped(lines[0]), by=comment.author, at=comment.updated, reply=replies
    )
    worker.ledger.save_answers([(change.uid, answer)])
    return len(lines)


def keep_waivers(worker: Worker, waivers: Collection[Waiver], now: datetime) -> None:
    """Keep waivers, and have what they are about looked at again."""
    if Kept(worker.database).save_waivers(waivers, now):
        _look_again(worker, waivers)


def _look_again(worker: Worker, waivers: Iterable[Waiver]) -> None:
    if any(not waiver.target for waiver in waivers):
        worker.mirror.unsettle_all()
    worker.mirror.unsettle([waiver.target for waiver in waivers if waiver.target])


def see_withdrawn(worker: Worker, sources: Collection[str], now: datetime) -> int:
    """Withdraw the waivers whose comment is gone, looked for once an hour; return how many."""
    kept, gone = Kept(worker.database), 0
    for given in kept.given(worker.policy.calendar.today(now)):
        waiver = given.waiver
        if waiver.source not in sources or now - given.looked < LOOK_AGAIN:
            continue
        there = _is_there(worker, waiver)
        if there:
            kept.looked(waiver.comment, now)
        elif there is not None:
            gone += kept.withdraw(waiver.comment, now)
            _look_again(worker, [waiver])
    return gone


def _is_there(worker: Worker, waiver: Waiver) -> bool | None:
    """Tell whether a waiver's comment can be read; None if that cannot be said now."""
    place = place_of(worker, waiver.place)
    if place is None:
        return False
    try:
        return any(comment.uid == waiver.comment for comment in worker.trackers[waiver.source].comments(place.ref))
    except NotFound:
        return False
    except TrackerError as error:
        log.warning("a waiver's comment was not looked for", place=place.key, why=str(error))
        return None


def waiver_ops(worker: Worker, now: datetime, *, unread: Collection[str]) -> Iterator[Op]:
    """Yield the answers to waivers, and the follow-up of each; each once."""
    if not worker.policy.gates:
        return
    kept, gates = Kept(worker.database), {gate.id: gate for gate in worker.policy.gates}
    readable = worker.trackers.keys() - set(unread)
    for op in (*_answers(worker, kept, now), *_follow_ups(worker, kept, gates, now)):
        known = worker.ledger.receipt(op.id) is not None or not may_be_filed(worker, op.id, now)
        if not known and {op.target.source, op.goes_to} <= readable:
            yield op


def _answers(worker: Worker, kept: Kept, now: datetime) -> Iterator[Op]:
    for given in kept.given_since(now - LASTING):
        place = place_of(worker, given.waiver.place)
        if place is not None and _kind(worker, place.source) == "github" and given.withdrawn is None:
            yield _op(worker, place, given.waiver.comment, React(comment=given.waiver.comment), _why(worker, given))
    for refusal in kept.refused(now - LASTING):
        change = kept.change(refusal.change)
        if change is not None and change.state == "open":
            yield from _no(worker, stand_in(change), refusal)


def _no(worker: Worker, place: Ticket, refusal: Refusal) -> Iterator[Op]:
    """Yield a sign that nothing came of a command, and why, for people of ours."""
    why = f"a command of {called(worker.policy, place.source, refusal.by)} was not understood, or not theirs to give"
    yield _op(worker, place, refusal.comment, React(comment=refusal.comment, what="confused"), why)
    if person_of(worker.policy, place.source, refusal.by) is not None:
        prose = Prose((Paragraph((Text(refusal.reply),)),))
        yield _op(worker, place, refusal.comment, Post(prose=prose), why)


def _follow_ups(worker: Worker, kept: Kept, gates: dict[str, Gate], now: datetime) -> Iterator[Op]:
    for given in _counted(worker, kept, now):
        gate, place = gates.get(given.waiver.gate), place_of(worker, given.waiver.place)
        if gate is not None and gate.follow_up is not None and place is not None:
            yield _follow_up(worker, gate, given, place)


def _counted(worker: Worker, kept: Kept, now: datetime) -> Iterator[Given]:
    """Yield the waivers that count, and those of late that did: not what was over when it was heard."""
    for given in kept.standing_since(now - LASTING - FAILED_REST, worker.policy.calendar.today(now)):
        if worker.policy.calendar.date_of(given.looked) <= given.waiver.until:
            yield given


def _follow_up(worker: Worker, gate: Gate, given: Given, place: Ticket) -> Op:
    policy, waiver = worker.policy, given.waiver
    filing = filing_of(policy, FOLLOW_UP)
    source = filing.source or place.source
    assert gate.follow_up is not None  # noqa: S101 - asked for just before
    who = called(policy, place.source, waiver.by)
    name = f"{gate.id} ({waiver.subject})" if waiver.subject else gate.id
    said = SAID.format(who=who, gate=name)
    until = UNTIL.format(until=waiver.until.isoformat()) + waiver.because
    verb = FileTicket(
        title=TITLE.format(gate=name, key=place.key),
        prose=Prose((Paragraph((Text(said), Link(place.key, place.url), Text(until))), Paragraph((Text(ASK),)))),
        labels=filing.labels,
        assignee=waiver.by
        if source == place.source
        else login_of(policy, source, person_of(policy, place.source, waiver.by)),
        due=policy.calendar.add(waiver.until, gate.follow_up),
        type=filing.type,
        source=source,
        what=FOLLOW_UP,
    )
    return _op(worker, place, f"{waiver.comment} {gate.id} {waiver.subject}", verb, _why(worker, given))


def _op(worker: Worker, place: Ticket, occasion: str, verb: Verb, why: str) -> Op:
    return Op(
        id=worker.keys.id(WAIVER, place.uid, occasion, NAMES[type(verb)]),
        target=Target(source=place.source, uid=place.uid, ref=place.ref, key=place.key, url=place.url),
        verb=verb,
        rule=WAIVER,
        because=(why,),
        before=NOTHING,
        after=_after(verb),
        rules=frozenset({WAIVER}),
    )


def _after(verb: Verb) -> str:
    match verb:
        case React(what=what):
            return what
        case FileTicket(title=title):
            return f"{FOLLOW_UP} {clipped(title, 80)}"
        case _:
            return "an answer"


def _why(worker: Worker, given: Given) -> str:
    waiver = given.waiver
    who, day = called(worker.policy, waiver.source, waiver.by), worker.policy.calendar.date_of(waiver.at)
    return f"/kaizen waive {waiver.gate} until {waiver.until} because {waiver.because} ({who}, {day})"


def place_of(worker: Worker, uid: str) -> Ticket | None:
    """Return the ticket of a uid, or the stand-in of the change."""
    change = Kept(worker.database).change(uid)
    return stand_in(change) if change is not None else worker.mirror.ticket(uid)


def _kind(worker: Worker, source: str) -> str:
    facts = worker.policy.sources.get(source)
    return facts.kind if facts else ""


def waivers_given(worker: Worker, sources: Iterable[str], since: datetime) -> tuple[Given, ...]:
    """Return the waivers given in some sources since then, oldest first."""
    wanted = frozenset(sources)
    return tuple(given for given in Kept(worker.database).given_since(since) if given.waiver.source in wanted)
