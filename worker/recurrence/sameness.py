"""Sameness: which tickets are said to be the same, and their fingerprints; found again only where something changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from rules.model import Comment, Ticket
from worker.bookmark import Bookmark
from worker.database import Database
from worker.rows import COMMENT, TICKET, clean, moment, when
from worker.upserts import TICKETS_SELECT

CHUNK = 500
COUNTER = "recurrence/"
"""How the counter of what was read begins; the policy's hash follows: who may say so is a matter of the policy."""
LINK, SAID, COMMAND, FINGERPRINT, TEXT = "link", "said", "command", "fingerprint", "text"
"""What tells that two tickets are the same."""
HINTS = ("%dup%of %", "%duplicates %", "%recurrence of %", "%reoccurrence of %", "%same %as %")


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """That a ticket is the same as the one of a key (lower case), and by what."""

    key: str
    signal: str  # "link", "said"
    evidence: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """A claim about two tickets (by uid) that are both known."""

    uid: str
    other: str
    signal: str
    evidence: str
    by: str = ""
    at: datetime | None = None  # none: a machine said so

    @property
    def both(self) -> frozenset[str]:
        """The two tickets."""
        return frozenset((self.uid, self.other))


class Sameness:
    """What tickets, people and machines say of what is the same."""

    def __init__(self, database: Database, policy: str) -> None:
        self._database = database
        self.bookmark = Bookmark(database, COUNTER, policy)

    def changed(self, since: int) -> Iterator[Ticket]:
        """Stream the tickets changed since a revision."""
        return map(
            TICKET.noun, self._database.stream(f"{TICKETS_SELECT} where revision > ? and buried is null", (since,))
        )

    def comments(self, since: int) -> dict[str, list[Comment]]:
        """Return, by ticket, the comments on tickets changed since a revision that may say so, oldest first."""
        hints = " or ".join(["lower(c.body) like ?"] * len(HINTS))
        columns = ", ".join(f"c.{name}" for name in COMMENT.columns)
        statement = (
            f"select {columns} from comments c join tickets t on t.uid = c.ticket"  # noqa: S608 - names of our own
            f" where t.revision > ? and c.op = '' and ({hints}) order by c.created, c.uid"
        )
        found: dict[str, list[Comment]] = {}
        for row in self._database.rows(statement, (since, *HINTS)):
            comment = COMMENT.noun(row)
            found.setdefault(comment.ticket, []).append(comment)
        return found

    def talk(self, uids: Iterable[str]) -> dict[str, int]:
        """Count, by ticket, the comments of people, less those that are about what is the same."""
        aside = (*HINTS, "%/kaizen%")
        unlike = " and ".join(["lower(body) not like ?"] * len(aside))
        statement = f"select count(*) from comments where ticket = ? and op = '' and {unlike}"  # noqa: S608 - own names
        return {uid: int(self._database.rows(statement, (uid, *aside))[0][0]) for uid in uids}

    def keep(self, said: Mapping[str, Sequence[Claim]]) -> tuple[tuple[str, str], ...]:
        """Keep what is claimed of tickets (by uid) now, instead of what was; return the pairs whose link is gone."""
        known = self._claims()
        gone: list[tuple[str, str, str]] = []
        fresh: list[tuple[object, ...]] = []
        for uid, claims in said.items():
            before, now = known.get(uid, {}), {(each.key, each.signal): each for each in claims}
            gone += [(uid, *each) for each in before.keys() - now.keys()]
            new = [each for pair, each in now.items() if pair not in before or before[pair][0] != clean(each.evidence)]
            fresh += [(uid, e.key, e.signal, clean(e.evidence), clean(e.by), moment(e.at)) for e in new]
        self._write("delete from samenesses where uid = ? and key = ? and signal = ?", gone)
        self._write(_UPSERT_CLAIM, fresh)
        links = ((uid, known[uid][key, signal][1]) for uid, key, signal in gone if signal == LINK)
        return tuple((uid, other) for uid, other in links if other)

    def _claims(self) -> dict[str, dict[tuple[str, str], tuple[str, str]]]:
        """Return what is claimed, by ticket: (key, signal) -> evidence, and the other ticket's uid or ""."""
        found: dict[str, dict[tuple[str, str], tuple[str, str]]] = {}
        for uid, key, signal, *rest in self._database.rows("select uid, key, signal, evidence, other from samenesses"):
            found.setdefault(uid, {})[key, signal] = (rest[0], rest[1] or "")
        return found

    def keep_prints(self, found: Mapping[str, Mapping[str, str]]) -> None:
        """Keep the fingerprints of tickets (by uid), each with its evidence, instead of what was."""
        known = self._prints()
        gone: list[tuple[object, ...]] = []
        fresh: list[tuple[object, ...]] = []
        for uid, prints in found.items():
            before, now = known.get(uid, frozenset()), {clean(value): clean(words) for value, words in prints.items()}
            gone += [(uid, value) for value in before - now.keys()]
            fresh += [(uid, value, words) for value, words in now.items() if value not in before]
        self._write("delete from fingerprints where uid = ? and value = ?", gone)
        self._write("insert into fingerprints (uid, value, evidence) values (?, ?, ?)", fresh)

    def _prints(self) -> dict[str, frozenset[str]]:
        found: dict[str, set[str]] = {}
        for uid, value in self._database.rows("select uid, value from fingerprints"):
            found.setdefault(uid, set()).add(value)
        return {uid: frozenset(values) for uid, values in found.items()}

    def concerned(self, since: int) -> bool:
        """Tell whether a ticket changed since a revision that is, was or may be the same as another one."""
        return bool(self._database.rows(_CONCERNED, (since,)))

    def unknown(self) -> tuple[str, ...]:
        """Return the keys of which it is not known which tickets they are."""
        return tuple(row[0] for row in self._database.rows("select distinct key from samenesses where other is null"))

    def found(self, uids: Mapping[str, str]) -> None:
        """Note which tickets keys (lower case) are."""
        statement = "update samenesses set other = ? where key = ? and other is null"
        self._write(statement, [(uid, key) for key, uid in uids.items()])

    def uids_of(self, keys: Iterable[str], since: int = -1) -> dict[str, str]:
        """Return the tickets of keys (lower case), as far as there is one alone, changed since a revision."""
        found: dict[str, list[str]] = {}
        every = tuple(dict.fromkeys(keys))
        for start in range(0, len(every), CHUNK):
            chunk = every[start : start + CHUNK]
            places = ", ".join("?" * len(chunk))
            alive = "buried is null and revision > ?"
            statement = f"select lower(key), uid from tickets where {alive} and lower(key) in ({places})"  # noqa: S608 - question marks
            for key, uid in self._database.rows(statement, (since, *chunk)):
                found.setdefault(key, []).append(uid)
        return {key: uids[0] for key, uids in found.items() if len(uids) == 1}

    def edges(self) -> Iterator[Edge]:
        """Yield what links, texts and people say of tickets that are known, the oldest first."""
        rows = self._database.rows(_EDGES)
        for uid, other, signal, evidence, by, at in rows:
            yield Edge(uid=uid, other=other, signal=signal, evidence=evidence, by=by, at=when(at))

    def shared(self) -> dict[str, list[tuple[str, str]]]:
        """Return the fingerprints that several tickets have: value -> uids, oldest first, each with its evidence."""
        found: dict[str, list[tuple[str, str]]] = {}
        for value, uid, evidence in self._database.rows(_SHARED):
            found.setdefault(value, []).append((uid, evidence))
        return found

    def stated(self) -> Iterator[tuple[str, str, str, str, datetime]]:
        """Yield what people commanded, oldest first: uid, "same-as" or "not-same", key, who, when."""
        for uid, what, key, by, at in self._database.rows(_STATED):
            yield uid, what, key, by, when(at)

    def _write(self, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
        if rows:
            with self._database.begin_lazy() as connection:
                connection.exec_driver_sql(self._database.sql(statement), list(rows))


_UPSERT_CLAIM = """
    insert into samenesses (uid, key, signal, evidence, person, at) values (?, ?, ?, ?, ?, ?)
    on conflict (uid, key, signal) do update set evidence = excluded.evidence, person = excluded.person
"""
_EDGES = """
    select s.uid, s.other, s.signal, s.evidence, s.person, s.at from samenesses s
    join tickets a on a.uid = s.uid and a.buried is null join tickets b on b.uid = s.other and b.buried is null
    where s.uid <> s.other order by s.at, s.uid, s.key
"""
_SHARED = """
    select f.value, f.uid, f.evidence from fingerprints f
    join tickets t on t.uid = f.uid and t.buried is null
    where f.value in (select value from fingerprints group by value having count(*) > 1)
    order by f.value, t.created, f.uid
"""
_CONCERNED = """
    select 1 from tickets where revision > ? and (
        uid in (select uid from samenesses) or uid in (select other from samenesses)
        or uid in (select uid from fingerprints) or uid in (select uid from recurrences)
        or uid in (select other from recurrences) or uid in (select uid from objections)
        or uid in (select uid from likenesses where tier = 'B' and shadow = 0)
        or uid in (select other from likenesses where tier = 'B' and shadow = 0)
        or uid in (select uid from statements where what in ('same-as', 'not-same'))
    ) limit 1
"""
_STATED = (
    "select uid, what, value, person, at from statements where what in ('same-as', 'not-same') order by at, comment"
)
