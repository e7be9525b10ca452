"""Did it get better: the metrics of the whole company, for digests and agendas."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from rules.metrics.series import Asked, Series, windows_of
from rules.metrics.words import Trend, amount, interval
from rules.model import Block, Bullets, Heading, Line, Paragraph, Strong, Table, Text
from rules.rule import Every
from worker.measuring.measures import measures
from worker.sitting import Sitting
from worker.worker import Worker

TITLE = "Did it get better?"
HEAD = ("metric", "value", "95 % interval", "before", "trend")
QUARTERLY = timedelta(days=45)
"""A review that comes after a longer time than that looks at quarters."""
ORDER: Sequence[Trend] = ("worse", "better", "no clear change")
MEANING = (
    "A change is clear only if the intervals of the two windows are apart. kaizend metrics --explain prints what "
    "each number means and is made of."
)


def month_blocks(worker: Worker, start: date, end: date, at: datetime) -> tuple[Block, ...]:
    """Return a line a metric on the month that ended in the days of a digest; nothing in other weeks."""
    asked = Asked(every="month")
    if not worker.policy.metrics:
        return ()
    ended = worker.policy.calendar.date_of(windows_of(worker.policy, asked, at)[-1].end)
    if not start <= ended < end:
        return ()
    found = telling(measures(worker, asked, at))
    lines = [_line(one) for moved in ORDER for one in found if one.trends()[-1] == moved]
    return (Heading((Text(f"{TITLE} {found[0].measures[-1].window.name}"),)), Bullets(tuple(lines))) if lines else ()


def telling(found: Sequence[Series]) -> tuple[Series, ...]:
    """Return those of which both windows are whole and say something."""
    return tuple(one for one in found if one.before.complete and one.trends()[-1])


def _line(one: Series) -> Line:
    now, (moved,) = one.measures[-1], one.trends()
    before = f"{amount(one.before.value or 0, now.unit)} ({interval(one.before) or 'no interval'})"
    return (
        Strong(f"{one.metric.id}: {moved}"),
        Text(f", {amount(now.value or 0, now.unit)} ({interval(now) or 'no interval'}), before that {before}"),
    )


def agenda_blocks(sitting: Sitting) -> tuple[Block, ...]:
    """Return the agenda's part on metrics: of the last quarter for a review each quarter, else of the last month."""
    if not sitting.worker.policy.metrics:
        return ()
    every: Every = "quarter" if sitting.now - sitting.since > QUARTERLY else "month"
    found = measures(sitting.worker, Asked(every=every), sitting.now)
    told = telling(found)
    head = Heading((Text(f"{TITLE} {found[0].measures[-1].window.name}" if found else TITLE),))
    silent = [one.metric.id for one in found if one not in told]
    blocks: list[Block] = [head]
    blocks += [Table(HEAD, tuple(_cells(one) for one in told)), Paragraph((Text(MEANING),))] if told else []
    blocks += [Paragraph((Text(f"Too little is known of {', '.join(silent)}."),))] if silent else []
    return tuple(blocks)


def _cells(one: Series) -> tuple[Line, ...]:
    now, before = one.measures[-1], one.before
    cells = (
        one.metric.id,
        amount(now.value or 0, now.unit),
        interval(now) or "-",
        amount(before.value or 0, before.unit),
        one.trends()[-1],
    )
    return tuple((Text(cell),) for cell in cells)
