"""Nouns to rows and back: one shape a noun, the columns in one order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, Generic, TypeVar

import orjson

from rules.model import Change, Comment, Deployment, Event, Marker, Release, Ticket, quick_ticket

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_US = timedelta(microseconds=1)
N = TypeVar("N")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape(Generic[N]):
    """How a noun lies in its table. Its first column is the uid; `newer` guards against older versions."""

    table: str
    columns: tuple[str, ...]
    row: Callable[[N], tuple[Any, ...]]
    noun: Callable[[Any], N]
    newer: bool = True


def moment(at: datetime) -> int:
    """Return a moment as microseconds since 1970 in UTC."""
    return (at - EPOCH) // _US


def moment_or_none(at: datetime | None) -> int | None:
    """Return a moment as microseconds since 1970 in UTC, None as None."""
    return None if at is None else (at - EPOCH) // _US


def when(us: int) -> datetime:
    """Return the moment of a number of microseconds."""
    return EPOCH + timedelta(microseconds=us)


def when_or_none(us: int | None) -> datetime | None:
    """Return the moment of a number of microseconds, None of None."""
    return None if us is None else EPOCH + timedelta(microseconds=us)


def day(text: str | None) -> date | None:
    """Return the date of an ISO text, None of None."""
    return None if text is None else date.fromisoformat(text)


def iso(value: date | None) -> str | None:
    """Return a date as ISO text, None as None."""
    return None if value is None else value.isoformat()


def names(values: frozenset[str]) -> str:
    """Return a set of names as a sorted JSON list."""
    return _names(values) if values else "[]"


@lru_cache(maxsize=4096)
def name_set(text: str) -> frozenset[str]:
    """Return the set of a JSON list of names; most tickets share theirs."""
    return frozenset(orjson.loads(text))


@lru_cache(maxsize=4096)
def _names(values: frozenset[str]) -> str:
    return orjson.dumps(sorted(clean(value) for value in values)).decode()


def sound(text: str) -> str:
    """Replace lone surrogates, which are no text, by the replacement character."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def clean(text: str) -> str:
    """Replace what no database stores, NUL and lone surrogates, by the replacement character."""
    if "\0" in text:
        text = text.replace("\0", "\ufffd")
    return text if text.isascii() else sound(text)


_short = lru_cache(maxsize=4096)(clean)
"""The same for what is short and comes again and again."""


def _ticket_row(t: Ticket) -> tuple[Any, ...]:
    return (
        *(t.uid, t.source, t.key, t.ref, t.url, clean(t.title), (t.created - EPOCH) // _US, (t.updated - EPOCH) // _US),
        *(t.phase, _short(t.status), _short(t.type), _short(t.resolution), names(t.labels), names(t.components)),
        *(_short(t.milestone), names(t.assignees), _short(t.reporter), _short(t.priority), iso(t.due)),
        *(moment_or_none(t.closed), t.comments, int(t.locked), int(t.blocked), _short(t.sprint), names(t.duplicates)),
        names(t.fields),
        clean(t.body),
    )


def ticket_of(r: Any) -> Ticket:
    """Make a ticket of a row in the order of TICKET.columns."""
    return quick_ticket(
        uid=r[0],
        source=r[1],
        key=r[2],
        ref=r[3],
        url=r[4],
        title=r[5],
        created=EPOCH + timedelta(microseconds=r[6]),
        updated=EPOCH + timedelta(microseconds=r[7]),
        phase=r[8],
        status=r[9],
        type=r[10],
        resolution=r[11],
        labels=name_set(r[12]),
        components=name_set(r[13]),
        milestone=r[14],
        assignees=name_set(r[15]),
        reporter=r[16],
        priority=r[17],
        due=None if r[18] is None else date.fromisoformat(r[18]),
        closed=None if r[19] is None else EPOCH + timedelta(microseconds=r[19]),
        comments=r[20],
        locked=bool(r[21]),
        blocked=bool(r[22]),
        sprint=r[23],
        duplicates=name_set(r[24]),
        fields=name_set(r[25]),
        body=r[26],
    )


def _change_row(c: Change) -> tuple[Any, ...]:
    return (
        *(c.uid, c.source, c.key, c.ref, c.url, clean(c.title), moment(c.created), moment(c.updated), c.state),
        *(int(c.draft), names(c.labels), clean(c.author), clean(c.base), c.head_sha, c.merge_sha),
        *(moment_or_none(c.merged), moment_or_none(c.closed), clean(c.body)),
    )


def _change(r: Any) -> Change:
    return Change(
        uid=r[0],
        source=r[1],
        key=r[2],
        ref=r[3],
        url=r[4],
        title=r[5],
        created=when(r[6]),
        updated=when(r[7]),
        state=r[8],
        draft=bool(r[9]),
        labels=name_set(r[10]),
        author=r[11],
        base=r[12],
        head_sha=r[13],
        merge_sha=r[14],
        merged=when_or_none(r[15]),
        closed=when_or_none(r[16]),
        body=r[17],
    )


def _comment_row(c: Comment) -> tuple[Any, ...]:
    m = c.marker
    mark = ("", "", "") if m is None else (clean(m.op), clean(m.mac), clean(m.state))
    times = (moment(c.created), moment(c.updated))
    return (c.uid, c.source, c.ref, c.ticket, clean(c.author), *times, *mark, clean(c.body))


def _comment(r: Any) -> Comment:
    return Comment(
        uid=r[0],
        source=r[1],
        ref=r[2],
        ticket=r[3],
        author=r[4],
        created=when(r[5]),
        updated=when(r[6]),
        marker=Marker(op=r[7], mac=r[8], state=r[9]) if r[7] or r[8] else None,
        body=r[10],
    )


def _deployment_row(d: Deployment) -> tuple[Any, ...]:
    times = (moment(d.created), moment(d.updated))
    return (d.uid, d.source, d.ref, d.sha, clean(d.environment), clean(d.state), *times)


def _deployment(r: Any) -> Deployment:
    return Deployment(
        uid=r[0],
        source=r[1],
        ref=r[2],
        sha=r[3],
        environment=r[4],
        state=r[5],
        created=when(r[6]),
        updated=when(r[7]),
    )


def _release_row(r: Release) -> tuple[Any, ...]:
    times = (moment_or_none(r.created), moment_or_none(r.released))
    return (r.uid, r.source, r.ref, clean(r.name), r.url, *times, int(r.prerelease))


def _release(r: Any) -> Release:
    return Release(
        uid=r[0],
        source=r[1],
        ref=r[2],
        name=r[3],
        url=r[4],
        created=when_or_none(r[5]),
        released=when_or_none(r[6]),
        prerelease=bool(r[7]),
    )


def _event_row(e: Event) -> tuple[Any, ...]:
    return (e.uid, e.source, e.ticket, moment(e.at), clean(e.actor), e.what, clean(e.before), clean(e.after))


def _event(r: Any) -> Event:
    return Event(uid=r[0], source=r[1], ticket=r[2], at=when(r[3]), actor=r[4], what=r[5], before=r[6], after=r[7])


def _columns(text: str) -> tuple[str, ...]:
    return tuple(text.split())


TICKET = Shape(
    table="tickets",
    columns=_columns(
        "uid source key ref url title created updated phase status type resolution labels components milestone"
        " assignees reporter priority due closed comments locked blocked sprint duplicates fields body"
    ),
    row=_ticket_row,
    noun=ticket_of,
)
CHANGE = Shape(
    table="changes",
    columns=_columns(
        "uid source key ref url title created updated state draft labels author base head_sha merge_sha merged closed"
        " body"
    ),
    row=_change_row,
    noun=_change,
)
COMMENT = Shape(
    table="comments",
    columns=_columns("uid source ref ticket author created updated op mac state body"),
    row=_comment_row,
    noun=_comment,
)
DEPLOYMENT = Shape(
    table="deployments",
    columns=_columns("uid source ref sha environment state created updated"),
    row=_deployment_row,
    noun=_deployment,
)
RELEASE = Shape(
    table="releases",
    columns=_columns("uid source ref name url created released prerelease"),
    row=_release_row,
    noun=_release,
    newer=False,
)
EVENT = Shape(
    table="events",
    columns=_columns("uid source ticket at actor what before after"),
    row=_event_row,
    noun=_event,
    newer=False,
)
