"""Did it get better: what the digest says when a month has ended, and what a review finds on its agenda."""

from datetime import UTC, date, datetime, timedelta

import pytest

from rules.model import Bullets, Heading, Paragraph, Table
from rules.pack_words import ROOMS
from tests.worker.generated import generated
from worker.agenda import ROOMS as FILLED
from worker.digest_metrics import agenda_blocks, month_blocks
from worker.publish import compose
from worker.settings.tables import DigestTable
from worker.sitting import Sitting
from worker.sync import sync_all

NOW = datetime(2026, 12, 4, 8, tzinfo=UTC)  # a Friday
DIGEST = DigestTable(name="all", source="shop", day="friday", at="08:00")


@pytest.fixture(scope="module")
def worker(tmp_path_factory):
    """Read a year of Acme, once."""
    folder = tmp_path_factory.mktemp("acme")
    with generated(folder, NOW, 7, "cloud", ["pack:metrics", "pack:cadence"]) as made:
        made.clock.start = NOW
        with made.worker() as opened:
            sync_all(opened.trackers, opened.mirror, clock=opened.clock)
            yield opened


def said(blocks):
    """Return the lines of a text."""
    for block in blocks:
        match block:
            case Heading() | Paragraph():
                yield "".join(span.text for span in block.line)
            case Bullets():
                yield from ("".join(span.text for span in line) for line in block.lines)
            case Table():
                yield from (" | ".join("".join(span.text for span in cell) for cell in row) for row in block.rows)


def test_the_digest_after_a_months_end_says_whether_it_got_better(worker):
    """A line a metric of which enough is known: clear changes first, values with intervals, beside the month before."""
    digest = compose(worker, DIGEST, "2026-W49")
    title, *lines = said(digest.metrics)
    assert title == "Did it get better? 2026-11"
    assert 2 <= len(lines) <= 8
    often = next(line for line in lines if line.startswith("incident-frequency: "))
    assert "/week (" in often
    assert ", before that " in often
    assert not any(line.startswith("time-to-detect") for line in lines)  # nobody tells it
    assert not any(line.startswith("mttr") for line in lines)  # who closed what in the repositories is not known yet
    assert compose(worker, DIGEST, "2026-W49") == digest


@pytest.mark.parametrize(
    ("start", "end", "spoken"),
    [
        (date(2026, 11, 27), date(2026, 12, 4), True),
        (date(2026, 11, 24), date(2026, 12, 1), False),  # November ends with the last day of November
        (date(2026, 12, 1), date(2026, 12, 8), True),
        (date(2026, 12, 2), date(2026, 12, 9), False),
    ],
)
def test_other_weeks_say_nothing_of_it(worker, start, end, spoken):
    """Each month is spoken of once."""
    at = datetime(end.year, end.month, end.day, 7, tzinfo=UTC)
    assert bool(month_blocks(worker, start, end, at)) == spoken


@pytest.mark.parametrize(("since", "window"), [(timedelta(days=31), "2026-11"), (timedelta(days=92), "2026-Q3")])
def test_a_review_looks_at_months_or_quarters(worker, since, window):
    """A table of what is known, and the names of what is not."""
    sitting = Sitting(worker=worker, now=NOW, since=NOW - since, last=None, tickets=(), scores=None)
    title, *lines = said(agenda_blocks(sitting))
    assert title == f"Did it get better? {window}"
    (often,) = (line for line in lines if line.startswith("incident-frequency | "))
    assert often.split(" | ")[-1] in ("better", "worse", "no clear change")
    assert lines[-1].startswith("Too little is known of ")
    assert "time-to-detect" in lines[-1]


def test_each_part_of_an_agenda_is_filled_and_worded():
    """Whoever adds one adds both."""
    assert set(ROOMS) == set(FILLED)
