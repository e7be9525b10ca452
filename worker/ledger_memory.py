"""What we remember of tickets: episodes, effects, reversals, ignores, statements, answers, pauses and cards."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from rules.memory import (
    EMPTY,
    Answer,
    Card,
    Effect,
    Episode,
    Fix,
    Ignore,
    Kin,
    Lead,
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
from rules.putting_off import Noticed
from worker.audit import Audit
from worker.database import Database
from worker.ledger_put_offs import (
    SELECT_PROMISES,
    SELECT_PUT_OFFS,
    UPSERT_PROMISE,
    UPSERT_PUT_OFF,
    promise_rows,
    put_off_of,
    put_off_rows,
)
from worker.outcomes.keeping import OUTCOMES, outcome_of
from worker.recurrence.pairs import FIXES, OBJECTIONS, RECURRENCES, fix_of, objection_of, recurrence_of
from worker.relations import KIN, LEADS, LINES, RELATED, Relations, kin_of, lead_of, related_of
from worker.rows import clean, day, iso, moment, moment_or_none, when, when_or_none

FEW = 2000
"""Up to so many tickets are asked for by name; for more, all that is remembered is read once."""

_CHUNK = 500


@dataclass(slots=True)
class _Draft:
    """A Memory in the making."""

    episodes: dict[str, Episode] = field(default_factory=dict)
    effects: list[Effect] = field(default_factory=list)
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
    fix: Fix | None = None
    outcome: Outcome | None = None
    put_offs: list[PutOff] = field(default_factory=list)
    promised: date | None = None
    card: Card | None = None
    touched: datetime | None = None

    def finished(self, world: World) -> Memory:
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
            fix=self.fix,
            outcome=self.outcome,
            put_offs=tuple(self.put_offs),
            promised=self.promised,
            card=self.card,
            touched=self.touched,
            done=frozenset(self.done),
        )


class Memories(Relations):
    """What a ledger remembers of tickets."""

    def __init__(self, database: Database, key: bytes) -> None:
        super().__init__(database)
        self._audit = Audit(database, key)

    def memory(self, uids: Iterable[str] | None = None, *, world: World = EMPTY) -> dict[str, Memory]:
        """Return what is remembered, of these tickets or of all, each in that world. Those without are left out."""
        wanted = None if uids is None else tuple(uids)
        drafts: dict[str, _Draft] = {}
        for statement, order, put in _PARTS:
            for row in self._rows(statement, order, wanted):
                put(drafts.setdefault(row[0], _Draft()), row)
        known = drafts if wanted is None or len(wanted) <= FEW else drafts.keys() & set(wanted)
        return {uid: drafts[uid].finished(world) for uid in known}

    def _rows(self, statement: str, order: str, wanted: tuple[str, ...] | None) -> Iterable[Any]:
        if wanted is None or len(wanted) > FEW:
            yield from self._database.stream(f"{statement} {order}")
            return
        for start in range(0, len(wanted), _CHUNK):
            chunk = wanted[start : start + _CHUNK]
            places = ", ".join("?" * len(chunk))
            joint = "and" if "where" in statement else "where"
            yield from self._database.rows(f"{statement} {joint} uid in ({places}) {order}", chunk)

    def within(self, rules: Iterable[str]) -> tuple[str, ...]:
        """Return the tickets (uids) with an open episode of one of these rules."""
        names = sorted(rules)
        places = ", ".join("?" * len(names))
        statement = f"select distinct uid from episodes where ended is null and rule in ({places})"  # noqa: S608 - question marks
        return tuple(uid for (uid,) in self._database.rows(statement, tuple(names))) if names else ()

    def save_episodes(self, episodes: Iterable[tuple[str, Episode]]) -> int:
        """Save episodes of tickets (by uid) as they began or ended; return how many changed."""
        return self._write(UPSERT_EPISODE, [episode_row(uid, episode) for uid, episode in episodes])

    def adopt(self, uid: str, episodes: Iterable[Episode]) -> int:
        """Take a ticket's episodes from its card after the database was lost; what is known already counts more."""
        rows = [episode_row(uid, episode) for episode in episodes]
        return self._write(f"{_INSERT_EPISODE} on conflict (uid, rule, number) do nothing", rows)

    def save_pauses(self, pauses: Iterable[tuple[str, Pause]]) -> int:
        """Save when the clocks of tickets (by uid) began to stand still, or went on; return how many changed."""
        rows = [(uid, moment(p.began), moment_or_none(p.ended), iso(p.due)) for uid, p in pauses]
        return self._write(_UPSERT_PAUSE, rows)

    def save_put_offs(self, found: Iterable[tuple[str, Noticed]]) -> int:
        """Save how tickets (by uid) began or ended to be put off, and what is promised; return how many changed."""
        every = tuple(found)
        changed = self._write(UPSERT_PUT_OFF, put_off_rows(every))
        return changed + self._write(UPSERT_PROMISE, promise_rows(every))

    def save_reversals(self, reversals: Iterable[tuple[str, Reversal]]) -> int:
        """Save what people undid of ours; it no longer stands. Return how many are new."""
        new = 0
        with self._database.begin() as connection:
            for uid, r in reversals:
                about = (uid, r.rule, r.verb, clean(r.value))
                row = (*about, moment(r.at), clean(r.by))
                if connection.exec_driver_sql(self._database.sql(_INSERT_REVERSAL), row).rowcount:
                    new += 1
                    told = {"uid": uid, "rule": r.rule, "verb": r.verb, "value": r.value, "by": r.by}
                    self._audit.append(connection, r.at, "reversal", told)
                connection.exec_driver_sql(self._database.sql(_UNDONE), about)
        return new

    def save_ignores(self, ignores: Iterable[tuple[str, Ignore]]) -> int:
        """Save what people asked us to leave alone; a newer wish for the same rule counts. Return how many changed."""
        new = 0
        with self._database.begin() as connection:
            for uid, i in ignores:
                row = (uid, i.rule, clean(i.by), moment(i.at), iso(i.until), clean(i.because))
                if connection.exec_driver_sql(self._database.sql(_UPSERT_IGNORE), row).rowcount:
                    new += 1
                    told = {"uid": uid, "rule": i.rule, "by": i.by, "until": i.until, "because": i.because}
                    self._audit.append(connection, i.at, "ignore", told)
        return new

    def save_statements(self, statements: Iterable[tuple[str, Statement]]) -> int:
        """Save what people stated; a command counts as it was first understood. Return how many are new."""
        new = 0
        with self._database.begin() as connection:
            for uid, s in statements:
                row = (uid, s.comment, s.what, clean(s.value), clean(s.by), moment(s.at), clean(s.because))
                if connection.exec_driver_sql(self._database.sql(_INSERT_STATEMENT), row).rowcount:
                    new += 1
                    told = {"uid": uid, "what": s.what, "value": s.value, "by": s.by, "because": s.because}
                    self._audit.append(connection, s.at, "statement", told)
        return new

    def save_answers(self, answers: Iterable[tuple[str, Answer]]) -> int:
        """Save what we say to commands; one answer a comment. Return how many changed."""
        rows = [(uid, a.comment, clean(a.command), clean(a.by), moment(a.at), clean(a.reply)) for uid, a in answers]
        return self._write(_UPSERT_ANSWER, rows)

    def save_card(self, uid: str, card: Card) -> int:
        """Save our card on a ticket, as last written or found."""
        return self._write(UPSERT_CARD, [(uid, card.ref, card.essence, moment(card.at), int(card.gone))])

    def save_touched(self, touched: Iterable[tuple[str, datetime, datetime]]) -> int:
        """Save when somebody but us last changed tickets: (uid, that moment, the `updated` that our own write left).

        It counts until the ticket's `updated` moves past ours: then somebody else has changed it.
        """
        return self._write(_UPSERT_TOUCH, [(uid, moment(at), moment(ours)) for uid, at, ours in touched])


def episode_row(uid: str, episode: Episode) -> tuple[Any, ...]:
    """Return an episode of a ticket as the table has it."""
    times = (moment(episode.began), moment_or_none(episode.ended), moment_or_none(episode.baseline))
    return (uid, episode.rule, episode.number, *times)


def _put_op(draft: _Draft, row: Any) -> None:
    _, op, rule, verb, value, changed, standing, episode = row
    draft.done.add(op)
    if standing:
        effect = Effect(op=op, rule=rule, verb=verb, value=value, at=when(changed), episode=episode)
        draft.effects.append(effect)


def _put_episode(draft: _Draft, row: Any) -> None:
    _, rule, number, began, ended, baseline = row
    draft.episodes[rule] = Episode(
        rule=rule, number=number, began=when(began), ended=when_or_none(ended), baseline=when_or_none(baseline)
    )


def _put_reversal(draft: _Draft, row: Any) -> None:
    _, rule, verb, value, at, by = row
    draft.reversals.append(Reversal(rule=rule, verb=verb, value=value, at=when(at), by=by))


def _put_ignore(draft: _Draft, row: Any) -> None:
    _, rule, by, at, until, because = row
    draft.ignores.append(Ignore(rule=rule, by=by, at=when(at), until=day(until), because=because))


def _put_answer(draft: _Draft, row: Any) -> None:
    _, comment, command, by, at, reply = row
    draft.answers.append(Answer(comment=comment, command=command, by=by, at=when(at), reply=reply))


def _put_statement(draft: _Draft, row: Any) -> None:
    _, comment, what, value, by, at, because = row
    said = Statement(comment=comment, what=what, value=value, by=by, at=when(at), because=because)
    draft.statements.append(said)


def _put_pause(draft: _Draft, row: Any) -> None:
    _, began, ended, due = row
    draft.pauses.append(Pause(began=when(began), ended=when_or_none(ended), due=day(due)))


def _put_put_off(draft: _Draft, row: Any) -> None:
    draft.put_offs.append(put_off_of(row))


def _put_promise(draft: _Draft, row: Any) -> None:
    draft.promised = day(row[1])


def _put_card(draft: _Draft, row: Any) -> None:
    _, ref, essence, at, gone = row
    draft.card = Card(ref=ref, essence=essence, at=when(at), gone=bool(gone))


def _put_work(draft: _Draft, row: Any) -> None:
    _, change, key, url, state, merged = row
    draft.work.append(Work(uid=change, key=key, url=url, state=state, merged=when_or_none(merged)))


def _put_recognised(draft: _Draft, row: Any) -> None:
    draft.done.add(row[1])


def _put_touched(draft: _Draft, row: Any) -> None:
    draft.touched = when(row[1])


def _put_related(draft: _Draft, row: Any) -> None:
    draft.related.append(related_of(row))


def _put_kin(draft: _Draft, row: Any) -> None:
    draft.kin.append(kin_of(row))


def _put_line(draft: _Draft, row: Any) -> None:
    draft.line = max(draft.line, row[1])


def _put_lead(draft: _Draft, row: Any) -> None:
    draft.leads.append(lead_of(row))


def _put_recurrence(draft: _Draft, row: Any) -> None:
    draft.recurrences.append(recurrence_of(row))


def _put_objection(draft: _Draft, row: Any) -> None:
    draft.objections.append(objection_of(row))


def _put_outcome(draft: _Draft, row: Any) -> None:
    draft.outcome = outcome_of(row)


def _put_fix(draft: _Draft, row: Any) -> None:
    draft.fix = fix_of(row)


_REMEMBERED_OPS = """
    select uid, id, rule, verb, value, changed, standing, episode from ops
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
_PARTS = (
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
    (FIXES, "", _put_fix),
    (OUTCOMES, "order by coalesce(frozen, 0), stated", _put_outcome),
)
_INSERT_EPISODE = "insert into episodes (uid, rule, number, began, ended, baseline) values (?, ?, ?, ?, ?, ?)"
UPSERT_EPISODE = f"""
    {_INSERT_EPISODE}
    on conflict (uid, rule, number) do update set
        began = excluded.began, ended = excluded.ended, baseline = excluded.baseline
    where excluded.began is distinct from episodes.began or excluded.ended is distinct from episodes.ended
        or excluded.baseline is distinct from episodes.baseline
"""
_INSERT_REVERSAL = """
    insert into reversals (uid, rule, verb, value, at, person) values (?, ?, ?, ?, ?, ?)
    on conflict (uid, rule, verb, value) do nothing
"""
_UNDONE = "update ops set standing = 0 where uid = ? and rule = ? and verb = ? and value = ? and standing = 1"
_UPSERT_IGNORE = """
    insert into ignores (uid, rule, person, at, until, because) values (?, ?, ?, ?, ?, ?)
    on conflict (uid, rule) do update set
        person = excluded.person, at = excluded.at, until = excluded.until, because = excluded.because
    where excluded.at > ignores.at
"""
_INSERT_STATEMENT = """
    insert into statements (uid, comment, what, value, person, at, because) values (?, ?, ?, ?, ?, ?, ?)
    on conflict (uid, comment) do nothing
"""
_UPSERT_ANSWER = """
    insert into answers (uid, comment, command, person, at, reply) values (?, ?, ?, ?, ?, ?)
    on conflict (uid, comment) do update set
        command = excluded.command, person = excluded.person, at = excluded.at, reply = excluded.reply
    where excluded.command is distinct from answers.command or excluded.reply is distinct from answers.reply
"""
_UPSERT_PAUSE = """
    insert into pauses (uid, began, ended, due) values (?, ?, ?, ?)
    on conflict (uid, began) do update set ended = excluded.ended where excluded.ended is distinct from pauses.ended
"""
UPSERT_CARD = """
    insert into cards (uid, ref, essence, at, gone) values (?, ?, ?, ?, ?)
    on conflict (uid) do update set
        ref = excluded.ref, essence = excluded.essence, at = excluded.at, gone = excluded.gone
"""
_UPSERT_TOUCH = """
    insert into touches (uid, at, ours) values (?, ?, ?)
    on conflict (uid) do update set at = excluded.at, ours = excluded.ours where excluded.ours >= touches.ours
"""
