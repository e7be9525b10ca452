"""What a ledger remembers of a ticket, in the making: which statement reads each part, and where it goes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from rules.memory import (
    Answer,
    Card,
    Effect,
    Episode,
    Fix,
    Ignore,
    Kin,
    Lead,
    Likeness,
    Memory,
    Objection,
    Outcome,
    Pause,
    PutOff,
    Recurrence,
    Related,
    Reversal,
    Statement,
    Work,
    World,
)
from rules.resting import SWINGING, TIMES, swung
from worker.ledger_put_offs import SELECT_PROMISES, SELECT_PUT_OFFS, put_off_of
from worker.outcomes.keeping import OUTCOMES, outcome_of
from worker.recurrence.likenesses import LIKENESSES, likeness_of
from worker.recurrence.pairs import FIXES, OBJECTIONS, RECURRENCES, fix_of, objection_of, recurrence_of
from worker.relations import KIN, LEADS, LINES, RELATED, kin_of, lead_of, related_of
from worker.rows import day, when, when_or_none


@dataclass(slots=True)
class Draft:
    """A Memory in the making."""

    episodes: dict[str, Episode] = field(default_factory=dict)
    effects: list[Effect] = field(default_factory=list)
    did: list[Effect] = field(default_factory=list)  # of what may swing, all that we did, oldest first
    done: set[str] = field(default_factory=set)
    reversals: list[Reversal] = field(default_factory=list)
    ignores: list[Ignore] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)
    work: list[Work] = field(default_factory=list)
    pauses: list[Pause] = field(default_factory=list)
    related: list[Related] = field(default_factory=list)
    kin: list[Kin] = field(default_factory=list)
    line: int = 0
    leads: list[Lead] = field(default_factory=list)
    recurrences: list[Recurrence] = field(default_factory=list)
    objections: list[Objection] = field(default_factory=list)
    likenesses: list[Likeness] = field(default_factory=list)
    fix: Fix | None = None
    outcome: Outcome | None = None
    put_offs: list[PutOff] = field(default_factory=list)
    promised: date | None = None
    card: Card | None = None
    touched: datetime | None = None

    def finished(self, world: World) -> Memory:
        """Return the Memory, in a world."""
        return Memory(
            world=world,
            episodes=tuple(self.episodes.values()),
            effects=tuple(self.effects),
            reversals=tuple(self.reversals),
            ignores=tuple(self.ignores),
            answers=tuple(self.answers),
            statements=tuple(self.statements),
            work=tuple(self.work),
            pauses=tuple(self.pauses),
            related=tuple(self.related),
            kin=tuple(self.kin),
            line=self.line,
            leads=tuple(self.leads),
            recurrences=tuple(self.recurrences),
            objections=tuple(self.objections),
            likenesses=tuple(self.likenesses),
            fix=self.fix,
            outcome=self.outcome,
            put_offs=tuple(self.put_offs),
            promised=self.promised,
            swings=swung(self.did) if len(self.did) >= TIMES else (),
            card=self.card,
            touched=self.touched,
            done=frozenset(self.done),
        )


def _put_op(draft: Draft, row: Any) -> None:
    _, op, rule, verb, value, changed, standing, episode, state = row
    draft.done.add(op)
    if not standing and (verb not in SWINGING or state != "done"):
        return
    effect = Effect(op=op, rule=rule, verb=verb, value=value, at=when(changed), episode=episode)
    if standing:
        draft.effects.append(effect)
    if state == "done" and verb in SWINGING:
        draft.did.append(effect)


def _put_episode(draft: Draft, row: Any) -> None:
    _, rule, number, began, ended, baseline = row
    draft.episodes[rule] = Episode(
        rule=rule, number=number, began=when(began), ended=when_or_none(ended), baseline=when_or_none(baseline)
    )


def _put_reversal(draft: Draft, row: Any) -> None:
    _, rule, verb, value, at, by = row
    draft.reversals.append(Reversal(rule=rule, verb=verb, value=value, at=when(at), by=by))


def _put_ignore(draft: Draft, row: Any) -> None:
    _, rule, by, at, until, because = row
    draft.ignores.append(Ignore(rule=rule, by=by, at=when(at), until=day(until), because=because))


def _put_answer(draft: Draft, row: Any) -> None:
    _, comment, command, by, at, reply = row
    draft.answers.append(Answer(comment=comment, command=command, by=by, at=when(at), reply=reply))


def _put_statement(draft: Draft, row: Any) -> None:
    _, comment, what, value, by, at, because = row
    said = Statement(comment=comment, what=what, value=value, by=by, at=when(at), because=because)
    draft.statements.append(said)


def _put_pause(draft: Draft, row: Any) -> None:
    _, began, ended, due = row
    draft.pauses.append(Pause(began=when(began), ended=when_or_none(ended), due=day(due)))


def _put_put_off(draft: Draft, row: Any) -> None:
    draft.put_offs.append(put_off_of(row))


def _put_promise(draft: Draft, row: Any) -> None:
    draft.promised = day(row[1])


def _put_card(draft: Draft, row: Any) -> None:
    _, ref, essence, at, gone = row
    draft.card = Card(ref=ref, essence=essence, at=when(at), gone=bool(gone))


def _put_work(draft: Draft, row: Any) -> None:
    _, change, key, url, state, merged = row
    draft.work.append(Work(uid=change, key=key, url=url, state=state, merged=when_or_none(merged)))


def _put_recognised(draft: Draft, row: Any) -> None:
    draft.done.add(row[1])


def _put_touched(draft: Draft, row: Any) -> None:
    draft.touched = when(row[1])


def _put_related(draft: Draft, row: Any) -> None:
    draft.related.append(related_of(row))


def _put_kin(draft: Draft, row: Any) -> None:
    draft.kin.append(kin_of(row))


def _put_line(draft: Draft, row: Any) -> None:
    draft.line = max(draft.line, row[1])


def _put_lead(draft: Draft, row: Any) -> None:
    draft.leads.append(lead_of(row))


def _put_recurrence(draft: Draft, row: Any) -> None:
    draft.recurrences.append(recurrence_of(row))


def _put_objection(draft: Draft, row: Any) -> None:
    draft.objections.append(objection_of(row))


def _put_likeness(draft: Draft, row: Any) -> None:
    draft.likenesses.append(likeness_of(row))


def _put_outcome(draft: Draft, row: Any) -> None:
    draft.outcome = outcome_of(row)


def _put_fix(draft: Draft, row: Any) -> None:
    draft.fix = fix_of(row)


_REMEMBERED_OPS = """
    select uid, id, rule, verb, value, changed, standing, episode, state from ops
    where (state in ('intent', 'sending', 'done', 'doubt', 'parked') or (state = 'dropped' and attempts > 0))
"""
_TOUCHED = """
    select uid, at from touches
    where exists (select 1 from tickets where tickets.uid = touches.uid and tickets.updated <= touches.ours)
"""
_STATEMENTS = "select uid, comment, what, value, person, at, because from statements"
# A cross join is SQLite's way to say which table comes first: there is no index on a ticket's lower-case key.
_WORK = """
    select uid, change, key, url, state, merged from (
        select tickets.uid, changes.uid as change, changes.key, changes.url, changes.state, changes.merged,
            changes.created
        from tickets cross join mentions cross join changes
        where mentions.key = lower(tickets.key) and changes.uid = mentions.change
    ) as work where true
"""
PARTS = (
    (
        _REMEMBERED_OPS,
        "order by changed, id",
        _put_op,
    ),
    ("select uid, rule, number, began, ended, baseline from episodes", "order by rule, number", _put_episode),
    ("select uid, rule, verb, value, at, person from reversals", "order by at, rule, verb, value", _put_reversal),
    ("select uid, rule, person, at, until, because from ignores", "order by at, rule", _put_ignore),
    ("select uid, comment, command, person, at, reply from answers", "order by at, comment", _put_answer),
    (_STATEMENTS, "order by at, comment", _put_statement),
    ("select uid, began, ended, due from pauses", "order by began", _put_pause),
    (SELECT_PUT_OFFS, "order by began, way, value", _put_put_off),
    (SELECT_PROMISES, "", _put_promise),
    ("select uid, ref, essence, at, gone from cards", "", _put_card),
    (_TOUCHED, "", _put_touched),
    ("select uid, op from recognised", "order by op", _put_recognised),
    (_WORK, "order by created, change", _put_work),
    (RELATED, "order by at, other", _put_related),
    (KIN, "order by what, title", _put_kin),
    (LINES, "", _put_line),
    (LEADS, "order by field", _put_lead),
    (RECURRENCES, "order by created, far", _put_recurrence),
    (OBJECTIONS, "order by at, far", _put_objection),
    (LIKENESSES, "order by rank, other", _put_likeness),
    (FIXES, "", _put_fix),
    (OUTCOMES, "order by coalesce(frozen, 0), stated", _put_outcome),
)
