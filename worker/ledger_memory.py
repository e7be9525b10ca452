"""What we remember of tickets: episodes, effects, reversals, ignores, statements, answers, pauses and cards."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from rules.memory import EMPTY, Answer, Card, Episode, Ignore, Memory, Pause, Reversal, Statement, World
from rules.putting_off import Noticed
from worker.audit import Audit
from worker.database import Ask, Database
from worker.ledger_draft import PARTS, Draft
from worker.ledger_put_offs import UPSERT_PROMISE, UPSERT_PUT_OFF, promise_rows, put_off_rows
from worker.relations import Relations
from worker.rows import clean, iso, moment, moment_or_none

FEW = 2000
"""Up to so many tickets are asked for by name; for more, all that is remembered is read once."""

_CHUNK = 500


class Undone(NamedTuple):
    """Something of ours that was undone."""

    uid: str
    rule: str
    verb: str
    value: str


class Memories(Relations):
    """What a ledger remembers of tickets."""

    def __init__(self, database: Database, key: bytes) -> None:
        super().__init__(database)
        self._audit = Audit(database, key)

    def memory(self, uids: Iterable[str] | None = None, *, world: World = EMPTY) -> dict[str, Memory]:
        """Return what is remembered, of these tickets or of all, each in that world. Those without are left out."""
        wanted = None if uids is None else tuple(uids)
        drafts: dict[str, Draft] = {}
        with self._database.asking() as ask:
            for statement, order, put in PARTS:
                for row in self._rows(ask, statement, order, wanted):
                    put(drafts.setdefault(row[0], Draft()), row)
        known = drafts if wanted is None or len(wanted) <= FEW else drafts.keys() & set(wanted)
        return {uid: drafts[uid].finished(world) for uid in known}

    def _rows(self, ask: Ask, statement: str, order: str, wanted: tuple[str, ...] | None) -> Iterable[Any]:
        if wanted is None or len(wanted) > FEW:
            yield from self._database.stream(f"{statement} {order}")
            return
        for start in range(0, len(wanted), _CHUNK):
            chunk = wanted[start : start + _CHUNK]
            places = ", ".join("?" * len(chunk))
            joint = "and" if "where" in statement else "where"
            yield from ask(f"{statement} {joint} uid in ({places}) {order}", chunk)

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
        """Take a ticket's episodes from its card, of which an older database knows less: what ended, what came after.

        What is known already counts more: a card keeps days, not moments.
        """
        every = tuple(episodes)
        self._write(_OVERTAKEN, [(moment(each.began), uid, each.rule, each.number) for each in every])
        return self._write(_ADOPT_EPISODE, [episode_row(uid, episode) for episode in every])

    def stand_down(self, ops: Iterable[tuple[str, str]]) -> int:
        """Note of ops (ticket's uid, id) that what they did no longer stands, against nobody; return of how many."""
        return self._write("update ops set standing = 0 where uid = ? and id = ?", [*ops])

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
                about = Undone(uid, r.rule, r.verb, clean(r.value))
                new += remember_undone(self._database, self._audit, connection, about, by=clean(r.by), at=r.at)
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


def remember_undone(database: Database, audit: Audit, connection: Any, undone: Undone, *, by: str, at: datetime) -> int:
    """Note within a transaction that something of ours was undone: it no longer stands; return 1 if that is news."""
    row = (*undone, moment(at), by)
    new = int(connection.exec_driver_sql(database.sql(_INSERT_REVERSAL), row).rowcount)
    audit.extend(connection, at, "reversal", [undone._asdict() | {"by": by}] * new)
    connection.exec_driver_sql(database.sql(_UNDONE), tuple(undone))
    return new


def episode_row(uid: str, episode: Episode) -> tuple[Any, ...]:
    """Return an episode of a ticket as the table has it."""
    times = (moment(episode.began), moment_or_none(episode.ended), moment_or_none(episode.baseline))
    return (uid, episode.rule, episode.number, *times)


_INSERT_EPISODE = "insert into episodes (uid, rule, number, began, ended, baseline) values (?, ?, ?, ?, ?, ?)"
UPSERT_EPISODE = f"""
    {_INSERT_EPISODE}
    on conflict (uid, rule, number) do update set
        began = excluded.began, ended = excluded.ended, baseline = excluded.baseline
    where excluded.began is distinct from episodes.began or excluded.ended is distinct from episodes.ended
        or excluded.baseline is distinct from episodes.baseline
"""
_ADOPT_EPISODE = f"""
    {_INSERT_EPISODE}
    on conflict (uid, rule, number) do update set ended = excluded.ended
    where episodes.ended is null and excluded.ended is not null
"""
_OVERTAKEN = "update episodes set ended = ? where uid = ? and rule = ? and number < ? and ended is null"
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
