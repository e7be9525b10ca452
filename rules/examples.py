"""A rule's `[[rule.test]]` as a ticket: what is left out is plain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from rules.effects import LABELLED, OPEN, REOPENED
from rules.feeds import Feed, read_feed
from rules.memory import (
    LIKENESS,
    RECURRENCE,
    Effect,
    Fix,
    Ignore,
    Input,
    Likeness,
    Memory,
    Outcome,
    Pause,
    Recurrence,
    Related,
    Reversal,
    Stated,
    Statement,
    Work,
    World,
)
from rules.model import Phase, Ticket
from rules.phrases import split
from rules.policy import Test
from rules.rule import Rule
from rules.schema import GivenTable, LikenessTable, RecurrenceTable, RelatedTable, TestTable
from rules.undoing import TAKEN_BACK

LONG_AGO = timedelta(days=30)  # at least, and as old as the ticket: when what has no date of its own was said
TRACKER = "https://tracker.example"
SOMEBODY = "somebody"
SEEN = "It went from 2 h (40 incidents) to 1 h (30).\nSo it is."  # what came of an effect
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
            memory=_memory(table.given, at, zone),
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
        url=f"{TRACKER}/1",
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


def _memory(given: GivenTable, at: datetime, zone: ZoneInfo) -> Memory:
    """Return what is known of the ticket besides: what people said and undid, its waits, what belongs to it, inputs."""
    created = _moment(given.created, zone) if given.created else at
    since = min(created, at - LONG_AGO)
    said = sorted(_statements(given, since, zone), key=lambda each: each.at)
    return Memory(
        statements=tuple(replace(each, comment=f"given/{number}") for number, each in enumerate(said)),
        ignores=tuple(Ignore(rule=rule, by=SOMEBODY, at=since) for rule in given.ignored),
        reversals=tuple(_reversals(given, since)),
        promised=given.promised,
        pauses=tuple(
            Pause(began=_moment(each.start, zone), ended=_moment(each.end, zone) if each.end else None, due=given.due)
            for each in given.pauses
        ),
        world=World(inputs=tuple(Input(name=name, configured=False) for name in given.inputs_missing)),
        effects=tuple(
            Effect(op=f"given/{rule}", rule=rule, verb=REOPENED, value=OPEN, at=at - LONG_AGO)
            for rule in given.reopened_by
        ),
        work=tuple(_works(given, at)),
        related=tuple(_related(each, at) for each in given.related),
        recurrences=tuple(_recurrence(each, given.key, zone) for each in given.recurrences),
        likenesses=tuple(_likeness(each, at, zone) for each in given.likenesses),
        fix=_fix(given, zone),
        outcome=_outcome(given, zone),
    )


def _statements(given: GivenTable, since: datetime, zone: ZoneInfo) -> Iterator[Statement]:
    """Yield what people stated; what has no date of its own was said at `since`."""

    def said(what: Stated, value: str, because: str = "", by: str = SOMEBODY, at: datetime = since) -> Statement:
        return Statement(comment="", what=what, value=value, by=by, at=at, because=because)

    yield from (said("evidence", each) for each in given.evidence)
    if given.outcome:
        yield said("outcome", given.outcome)
    yield from (said("feeds", each.value) for each in map(read_feed, given.feeds) if isinstance(each, Feed))
    if given.held:
        day, _, because = split(given.held, "because")
        yield said("held", day, because)
    for each in given.deferred:
        yield said("defer", each.until.isoformat(), each.because, each.by, _moment(each.at, zone) if each.at else since)


def _reversals(given: GivenTable, since: datetime) -> Iterator[Reversal]:
    for _ in range(given.undone):
        yield Reversal(rule="given/rule", verb=LABELLED, value="given", at=since)
    for way in given.insisted:
        yield Reversal(rule="given/rule", verb=TAKEN_BACK, value=f"{way} given", at=since)


def _works(given: GivenTable, at: datetime) -> Iterator[Work]:
    for key in given.open_changes:
        yield Work(uid=f"given/{key}", key=key, url=f"{TRACKER}/change", state="open")
    for key in given.merged_changes:
        yield Work(uid=f"given/{key}", key=key, url=f"{TRACKER}/change", state="merged", merged=at)


def _related(table: RelatedTable, at: datetime) -> Related:
    return Related(
        what=table.what,
        way=table.way,
        source=table.source,
        uid=f"example/{table.key}",
        ref=table.key,
        key=table.key,
        url=f"{TRACKER}/{table.key}",
        title=table.title,
        phase=table.phase,
        resolution=table.resolution,
        due=table.due,
        assignees=frozenset(table.assignees),
        closed=at if table.phase == "done" else None,
    )


def _recurrence(table: RecurrenceTable, key: str, zone: ZoneInfo) -> Recurrence:
    created = _moment(table.created, zone)
    other = RelatedTable(what=RECURRENCE, way=table.way, key=table.key, phase=table.phase)
    return Recurrence(
        other=_related(other, created),
        created=created,
        root=key if table.way == "filed" else table.key,
        tier="A",
        signal="fingerprint",
        evidence=table.evidence,
        at=created,
        again=table.again,
        ahead=table.ahead,
    )


def _likeness(table: LikenessTable, at: datetime, zone: ZoneInfo) -> Likeness:
    other = RelatedTable(what=LIKENESS, way="origin", key=table.key, title=table.title, phase=table.phase)
    return Likeness(
        other=_related(other, at),
        tier=table.tier,
        probability=table.score,
        at=_moment(table.at, zone) if table.at else at,
        shadow=table.shadow,
    )


def _fix(given: GivenTable, zone: ZoneInfo) -> Fix | None:
    at = given.fixed or given.closed
    return Fix(at=_moment(at, zone), how="closed") if at else None


def _outcome(given: GivenTable, zone: ZoneInfo) -> Outcome | None:
    if given.judged is None:
        return None
    judged = _moment(given.judged, zone)
    return Outcome(
        stated=given.outcome,
        by=SOMEBODY,
        frozen=_moment(given.closed, zone) if given.closed else None,
        after_ends=judged,
        judgement=given.judgement or None,
        judged=judged if given.judgement else None,
        said=SEEN if given.judgement else "",
    )


def _moment(value: date | datetime, zone: ZoneInfo) -> datetime:
    if not isinstance(value, datetime):
        return datetime.combine(value, MORNING, tzinfo=zone)
    return value if value.tzinfo else value.replace(tzinfo=zone)
