"""Clocks that differ, lists that lag, and days on which clocks and years change, seen over whole passes."""

import time
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.worker.faulty import FLAVOURS, firm, settled
from tests.worker.places import BEFORE, LATE

BOTH = ("github", "cloud")
# the first pass, and the slots of a digest on Sundays at 02:30 and one on Mondays at 9, in Berlin
CHANGES = {
    "spring-gap": (datetime(2027, 3, 27, 23, tzinfo=UTC), ["shop/2027-W11", "all/2027-W12", "shop/2027-W12"]),
    "autumn-fold": (datetime(2026, 10, 24, 23, tzinfo=UTC), ["shop/2026-W42", "all/2026-W43", "shop/2026-W43"]),
    "week-53": (datetime(2027, 1, 3, 0, tzinfo=UTC), ["shop/2026-W52", "all/2026-W53", "shop/2026-W53"]),
    "leap-day": (datetime(2032, 2, 28, 23, tzinfo=UTC), ["shop/2032-W08", "all/2032-W09", "shop/2032-W09"]),
}


@pytest.mark.parametrize(
    ("began", "slots"),
    [pytest.param(*of, id=name, marks=pytest.mark.fault(f"time/{name}", *BOTH)) for name, of in CHANGES.items()],
)
def test_each_slot_has_one_digest_on_days_that_are_unlike_others(tmp_path, began, slots):
    """Every half hour of the night is looked at; each digest comes once for each of its weeks."""
    with firm(tmp_path, digests=True) as made:
        text = made.config.read_text(encoding="utf-8").replace(
            'name = "shop"\n', 'name = "shop"\nday = "sunday"\nat = "02:30"\n'
        )
        made.config.write_text(f'{text}\n[calendar]\ntime_zone = "Europe/Berlin"\n', encoding="utf-8")
        to(made.clock, began)
        posted = []
        for _ in range(6):
            posted += made.once().digests
            made.clock.forward(minutes=30)
        assert [slot.removeprefix("digest/") for slot in posted] == slots
        settled(made, 0)


@pytest.mark.fault("time/slot-that-comes-again", "github", "cloud")
def test_a_clock_that_is_put_back_over_a_slot_makes_no_digest_of_an_older_one(tmp_path):
    """The week's digest is out; an hour, then a week that come twice bring none, the week after it brings one."""
    with firm(tmp_path, digests=True) as made:
        to(made.clock, datetime(2026, 11, 23, 9, 5, tzinfo=UTC))
        assert made.once().digests == ("digest/shop/2026-W48", "digest/all/2026-W48")
        for span in ({"hours": -1}, {"days": -7}, {"days": 7, "hours": 2}):
            made.clock.forward(**span)
            assert made.once().digests == ()
        made.clock.forward(days=7)
        assert made.once().digests == ("digest/shop/2026-W49", "digest/all/2026-W49")


def to(clock, moment):
    """Set a clock."""
    clock.start = moment - timedelta(seconds=time.monotonic() - clock.origin)


@pytest.mark.fault("time/server-clock-off")
@pytest.mark.fault("time/server-clock-off", "github")
@pytest.mark.fault("reading/clock-skew")
@pytest.mark.fault("reading/clock-skew", "github")
@pytest.mark.parametrize(("flavour", "minutes"), [("cloud", 10), ("dc", -10)])
def test_a_servers_clock_ten_minutes_off_loses_and_repeats_nothing(tmp_path, flavour, minutes):
    """What people do there is seen, what we did is not taken for theirs, and what they take back stays so."""
    with firm(tmp_path, flavour) as made:
        ours = made.clock
        theirs = lambda: ours() + timedelta(minutes=minutes)  # noqa: E731 - a clock, in a line
        made.github.clock = made.jira.clock = theirs
        issue, task = made.issue(labels=["priority:high"]), made.task()
        settled(made)
        made.clock.forward(minutes=1)
        made.github.remove_label(issue, "needs-owner", actor="ana-gh")
        made.jira.label(task.key, actor="ana", remove=["needs-owner"])
        settled(made)
        assert not [what for what in made.seen() if "needs-owner" in what]
        late = made.issue(labels=["priority:high"])
        late.created_at = late.updated_at = theirs().replace(microsecond=0)
        made.task("New", at=theirs())
        settled(made)
        assert [made.seen()[f"{key} due {due}"] for key, due in NEW_DATES] == [1, 1]


@pytest.mark.fault("time/clock-put-back")
@pytest.mark.fault("time/clock-put-back", "github")
@pytest.mark.parametrize("whose", ["everybody's", "the trackers'"])
@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_clock_that_is_put_back_an_hour_loses_and_repeats_nothing(tmp_path, flavour, whose):
    """What people do in the hour that comes twice is seen: new tickets, changed ones, and what they take back."""
    with firm(tmp_path, flavour) as made:
        ours, span = made.clock, timedelta()
        made.github.clock = made.jira.clock = lambda: ours() - span
        issue, task = made.issue(labels=["priority:high"]), made.task()
        made.clock.forward(minutes=20)
        settled(made)
        made.clock.forward(minutes=5)
        made.github.comment(issue, "Seen.", author="bo-gh")
        made.jira.comment(task.key, "Seen.", author="bo")
        settled(made, 0)
        if whose == "everybody's":
            made.clock.forward(hours=-1)
        span = timedelta(hours=0 if whose == "everybody's" else 1)
        now = made.github.clock()
        made.clock.forward(minutes=2)
        made.github.remove_label(issue, "needs-owner", actor="ana-gh")
        made.jira.label(task.key, actor="ana", remove=["needs-owner"])
        made.issue(labels=["priority:high"], at=now)
        made.task(at=now)
        settled(made)
        assert not [what for what in made.seen() if "needs-owner" in what]
        assert [made.seen()[f"{key} due {due}"] for key, due in NEW_DATES] == [1, 1]


@pytest.mark.fault("time/clock-a-month-ahead")
@pytest.mark.fault("time/clock-a-month-ahead", "github")
@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_clock_that_was_a_month_ahead_for_a_pass_keeps_nobody_waiting_for_a_month(tmp_path, flavour):
    """What it wrote was spaced, and then throttled, by the wrong clock; put right, the next passes do the rest."""
    with firm(tmp_path, flavour) as made:
        text = made.config.read_text(encoding="utf-8").replace("write_interval = 0", "write_interval = 1")
        made.config.write_text(text, encoding="utf-8")
        ours = made.clock
        made.github.clock = made.jira.clock = lambda: ours() - timedelta(days=30)
        made.issue(labels=["priority:high"])
        made.task()
        for face in ("github", f"jira-{flavour}"):
            made.fail("status", method="POST", face=face, after=2, status=429, headers={"Retry-After": "600"})
        assert "nothing more was sent" in str(made.once().troubles)
        made.clock.forward(days=-30, minutes=11)
        made.github.clock = made.jira.clock = ours
        settled(made, 2)


NEW_DATES = (("acme/shop#2", "Due 2026-12-22"), ("OPS-2", "2026-12-22"))


@pytest.mark.fault("reading/index-lags")
@pytest.mark.fault("reading/index-lags", "github")
@pytest.mark.parametrize("flavour", FLAVOURS)
def test_lists_that_show_everything_two_minutes_late_repeat_nothing(tmp_path, flavour):
    """Pass after pass before the index knows of the last one: nothing is made twice, and no change is lost."""
    with firm(tmp_path, flavour) as made:
        made.github.lag_seconds = made.jira.lag_seconds = 120
        issue, task = made.issue(labels=["priority:high"]), made.task()
        made.clock.forward(minutes=5)
        settled(made)
        made.github.remove_label(issue, "needs-owner", actor="ana-gh")
        made.jira.label(task.key, actor="ana", remove=["needs-owner"])
        settled(made, 0)
        made.clock.forward(minutes=5)
        settled(made)
        assert not [what for what in made.seen() if "needs-owner" in what]


@pytest.mark.fault("time/over-midnight", "github", "cloud")
@pytest.mark.parametrize("second", [57, 59])  # midnight strikes while it writes, while it reads
def test_a_pass_over_the_end_of_the_year_does_everything_once(tmp_path, second):
    """It begins in one year and ends in the next; what was planned by yesterday's date is planned anew, once."""
    clocks = []

    def slow(*_):
        for clock in clocks:
            clock.forward(milliseconds=50)

    with firm(tmp_path, watch=slow) as made:
        clocks.append(made.clock)
        to(made.clock, datetime(2026, 12, 31, 23, 59, second, tzinfo=UTC))
        for number in range(4):
            made.issue(f"Slow {number}", labels=["priority:high"], at=BEFORE)
            made.task(f"Late {number}")
        made.once()
        assert made.clock().year == 2027
        settled(made)
        assert {made.seen()[f"OPS-{number} card"] for number in range(1, 5)} == {1}


@pytest.mark.fault("time/ends-of-time")
@pytest.mark.fault("time/ends-of-time", "github")
@pytest.mark.parametrize("flavour", FLAVOURS)
def test_dates_at_the_ends_of_time_are_dates(tmp_path, flavour):
    """From the year 1 to 9999, from before there were trackers to long after: all are planned for, once."""
    with firm(tmp_path, flavour) as made:
        for at in (datetime(1970, 1, 1, tzinfo=UTC), datetime(2999, 1, 1, tzinfo=UTC)):
            made.issue(labels=["priority:high"], at=at)
            made.task(at=at)
        for due in (date(1, 1, 1), date(9999, 12, 31), Slip(9999, 12, 31)):
            made.task(owner="bo", due=due)
        for due in (datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 12, tzinfo=UTC)):
            milestone = made.milestone(LATE)
            milestone.due_on = due
            made.github.set_milestone(made.issue(owner="bo"), milestone)
        assert settled(made).whole
        assert [made.seen()[f"OPS-{number} label overdue"] for number in (3, 4, 5)] == [1, 0, 0]
        assert [made.seen()[f"acme/shop#{number} label overdue"] for number in (3, 4)] == [1, 0]


class Slip(date):
    """A due date of the year 20261: Jira takes it, and no calendar of ours has it."""

    def isoformat(self):
        """Write it as Jira does."""
        return "20261-11-30"
