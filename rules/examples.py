"""A rule's `[[rule.test]]` as a ticket: what is left out is plain."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from rules.effects import OPEN, REOPENED
from rules.feeds import Feed, read_feed
from rules.memory import Effect, Input, Memory, Stated, Statement, Work, World
from rules.model import Phase, Ticket
from rules.policy import Rule, Test
from rules.schema import GivenTable, TestTable

LONG_AGO = timedelta(days=30)  # what was stated then counts, and is carried out no more
MORNING = time(9)  # of a day that is given without a time


def tests_of(rule: Rule, tables: Sequence[TestTable], *, zone: ZoneInfo, where: str) -> tuple[Test, ...]:
    """Return a rule's tests; `where` names the rule. Days and times without a zone are the calendar's."""
    return tuple(
        Test(
            rule=rule.id,
            given=_ticket(table.given, at := _moment(table.at, zone), zone),
            kind=table.given.kind or next((kind for kind in rule.on if kind != "any"), ""),
            at=at,
            expect=tuple(table.expect),
            memory=_memory(table.given, at),
            where=f"{where}, test {number}",
        )
        for number, table in enumerate(tables, 1)
    )


def _ticket(given: GivenTable, at: datetime, zone: ZoneInfo) -> Ticket:
    created = _moment(given.created, zone) if given.created else at
    closed = _moment(given.closed, zone) if given.closed else None
    phase: Phase = given.phase or ("done" if closed else "new")
    return Ticket(
        source=given.source,
        uid="example/1",
        key=given.key,
        ref="1",
        url="https://tracker.example/1",
        title=given.title,
        body=given.body,
        created=created,
        updated=_moment(given.updated, zone) if given.updated else closed or created,
        closed=closed or (at if phase == "done" else None),
        phase=phase,
        status=given.status or ("closed" if phase == "done" else "open"),
        type=given.issue_type,
        resolution=given.resolution,
        labels=frozenset(given.labels),
        components=frozenset(given.components),
        milestone=given.milestone,
        assignees=frozenset(given.assignees),
        reporter=given.reporter,
        priority="" if given.priority == "none" else given.priority,
        due=given.due,
        comments=given.comments,
        locked=given.locked,
        blocked=given.blocked,
        sprint=given.sprint,
    )


def _memory(given: GivenTable, at: datetime) -> Memory:
    """Return what is known of the ticket besides, and how the inputs stand."""
    stated: list[tuple[Stated, str]] = [("evidence", each) for each in given.evidence]
    stated += [("outcome", given.outcome)] if given.outcome else []
    stated += [("feeds", each.value) for each in map(read_feed, given.feeds) if isinstance(each, Feed)]
    return Memory(
        statements=tuple(
            Statement(comment=f"given/{number}", what=what, value=value, by="somebody", at=at - LONG_AGO)
            for number, (what, value) in enumerate(stated)
        ),
        work=tuple(
            Work(uid=f"given/{key}", key=key, url="https://tracker.example/change", state="merged", merged=at)
            for key in given.merged_changes
        ),
        world=World(inputs=tuple(Input(name=name, configured=False) for name in given.inputs_missing)),
        effects=tuple(
            Effect(op=f"given/{rule}", rule=rule, verb=REOPENED, value=OPEN, at=at - LONG_AGO)
            for rule in given.reopened_by
        ),
    )


def _moment(value: date | datetime, zone: ZoneInfo) -> datetime:
    if not isinstance(value, datetime):
        return datetime.combine(value, MORNING, tzinfo=zone)
    return value if value.tzinfo else value.replace(tzinfo=zone)
