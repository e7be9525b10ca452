"""Histories: of the tickets that may have come back, when they were closed, opened, merged, deployed and released."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rules.model import Event, Release, Ticket
from rules.recurrence.clusters import Member
from rules.recurrence.fixes import Closing, Merge, Rollout, closings, effective
from rules.recurring import Recurring
from rules.reopenings import TURNS
from worker.database import Database
from worker.rows import EVENT, RELEASE, TICKET, when
from worker.upserts import TICKETS_SELECT

CHUNK = 500
SUCCESS = "success"


@dataclass(frozen=True, slots=True, kw_only=True)
class Histories:
    """What is known of some tickets' past, by uid."""

    tickets: Mapping[str, Ticket]
    closings: Mapping[str, tuple[Closing, ...]]
    merges: Mapping[str, list[Merge]]
    unlinked: Mapping[str, list[Event]]  # links that somebody removed


def histories(database: Database, uids: Iterable[str]) -> Histories:
    """Read the past of tickets."""
    wanted = tuple(uids)
    tickets = {row[0]: TICKET.noun(row) for row in _chunked(database, f"{TICKETS_SELECT} where uid in ({{}})", wanted)}
    turns: dict[str, list[Event]] = {}
    unlinked: dict[str, list[Event]] = {}
    whats = ", ".join(f"'{what}'" for what in (*TURNS, "link"))
    columns = ", ".join(EVENT.columns)
    events = f"select {columns} from events where what in ({whats}) and ticket in ({{}}) order by at, uid"  # noqa: S608 - own names
    for row in _chunked(database, events, wanted):
        event = EVENT.noun(row)
        kept = turns if event.what in TURNS else unlinked
        if event.what in TURNS or event.before:
            kept.setdefault(event.ticket, []).append(event)
    merges: dict[str, list[Merge]] = {}
    for uid, source, key, base, sha, merged in _chunked(database, _MERGES, wanted):
        merges.setdefault(uid, []).append(Merge(source=source, key=key, base=base, sha=sha, at=when(merged)))
    past = {uid: closings(ticket, turns.get(uid, ())) for uid, ticket in tickets.items()}
    return Histories(tickets=tickets, closings=past, merges=merges, unlinked=unlinked)


def members(database: Database, past: Histories, recurring: Recurring, now: datetime) -> Iterator[Member]:
    """Yield tickets as members of clusters, each with when its fix took effect."""
    sources = {merge.source for merges in past.merges.values() for merge in merges}
    rollouts = {source: tuple(_rollouts(database, source, recurring.environments)) for source in sorted(sources)}
    releases: dict[str, tuple[Release, ...]] = {}
    for uid, ticket in past.tickets.items():
        merges = past.merges.get(uid, [])
        home = merges[-1].source if merges else ticket.source
        for source in {home, ticket.source} - releases.keys():
            releases[source] = _releases(database, source)
        known = releases[home] if home == ticket.source else (*releases[home], *_own(ticket, releases[ticket.source]))
        fix = effective(ticket, past.closings[uid], merges, rollouts.get(home, ()), known, now)
        yield Member(
            uid=uid,
            created=ticket.created,
            done=ticket.phase == "done",
            resolution=ticket.resolution,
            closings=past.closings[uid],
            fix=fix,
        )


def _own(ticket: Ticket, releases: Iterable[Release]) -> Iterator[Release]:
    """Yield the version that a ticket itself names."""
    return (each for each in releases if ticket.milestone and each.name == ticket.milestone)


def _rollouts(database: Database, source: str, environments: frozenset[str]) -> Iterator[Rollout]:
    """Yield the successful deployments of a source to an environment that counts, oldest first."""
    known = {sha: (base, when(merged)) for sha, base, merged in database.rows(_SHAS, (source,))}
    for sha, environment, at in database.rows(_DEPLOYED, (source, SUCCESS)):
        if environment.lower() in environments:
            base, merged = known.get(sha, ("", None))
            yield Rollout(sha=sha, at=when(at), base=base, merged=merged)


def _releases(database: Database, source: str) -> tuple[Release, ...]:
    columns = ", ".join(RELEASE.columns)
    statement = f"select {columns} from releases where source = ? order by released, uid"  # noqa: S608 - own names
    return tuple(RELEASE.noun(row) for row in database.rows(statement, (source,)))


def _chunked(database: Database, statement: str, uids: tuple[str, ...]) -> Iterator[Any]:
    for start in range(0, len(uids), CHUNK):
        chunk = uids[start : start + CHUNK]
        yield from database.rows(statement.format(", ".join("?" * len(chunk))), chunk)


_MERGES = """
    select t.uid, c.source, c.key, c.base, c.merge_sha, c.merged
    from tickets t cross join mentions m cross join changes c
    where t.uid in ({}) and m.key = lower(t.key) and c.uid = m.change and c.state = 'merged' order by c.merged, c.uid
"""
_SHAS = "select merge_sha, base, merged from changes where source = ? and state = 'merged' and merge_sha <> ''"
_DEPLOYED = "select sha, environment, created from deployments where source = ? and state = ? order by created, uid"
