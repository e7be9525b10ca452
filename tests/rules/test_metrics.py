"""Metrics, checked against numbers computed by hand: what is counted, what is left out, when they say nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count as counting

import pytest

from rules.calendar import WorkCalendar
from rules.metrics.compute import measure, observations
from rules.metrics.model import Cause, History, Incident, Item, Metric, Rollout, Sample, Subjects, Window
from rules.metrics.parts import by_subject, within
from rules.metrics.table import MetricTable, metric_of
from rules.metrics.windows import last_windows, window_of
from rules.metrics.words import amount, interval, links, remarks, trend

BERLIN = WorkCalendar("Europe/Berlin")
OCTOBER = window_of(BERLIN, "month", "2026-10")
LATER = datetime(2026, 11, 20, tzinfo=UTC)
NUMBERS = counting(1)
CHECKOUT = Subjects(services=frozenset({"checkout"}), teams=frozenset({"shop"}))
SEARCH = Subjects(services=frozenset({"search"}), teams=frozenset({"shop"}))


def at(day: int, hour: int = 12, minute: int = 0, month: int = 10) -> datetime:
    """Return a moment of autumn 2026, in UTC."""
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def incident(began: datetime, hours: float | None = None, **changes) -> Incident:
    """Return an incident of the checkout; open without `hours`."""
    values = {"uid": f"i{next(NUMBERS)}", "key": "", "url": "", "subjects": CHECKOUT, "reported": began}
    values |= {"resolved": None if hours is None else began + timedelta(hours=hours)}
    return Incident(began=began, **(values | changes))


def rollout(uid: str, moment: datetime, **changes) -> Rollout:
    """Return a rollout of the checkout that did no harm."""
    values = {"name": uid, "url": "", "subjects": CHECKOUT, "kind": "deployment"}
    return Rollout(uid=uid, at=moment, **(values | changes))


def item(kind: str, moment: datetime, **changes) -> Item:
    """Return a ticket that is counted."""
    return Item(uid=f"t{next(NUMBERS)}", subjects=CHECKOUT, at=moment, kind=kind, **changes)


def metric(measured: str, **changes) -> Metric:
    """Return a metric as a rule file makes it."""
    return metric_of("own", MetricTable(id="it", measured=measured, **changes))


def measured(what: Metric, history: History, *, subject: str = "", window: Window = OCTOBER, now: datetime = LATER):
    """Return what a metric says of the whole, or of a service."""
    return measure(what, "service" if subject else "all", subject, window, history, now)


def rounded(*values: float | None) -> tuple[float | None, ...]:
    """Return numbers to three digits behind the point."""
    return tuple(None if value is None else round(value, 3) for value in values)


# October 2026, in Berlin: 31 days, one of 25 hours. What is in it, by hand:
#   incidents   i1 2 h, i2 4 h, i3 6 h (opened again twice: one time, to its last closing), i4 12 h, i5 1 h of the
#               search, one open, one closed by a bot: 7 began, 5 are resolved
#   rollouts    r1 .. r10; r1 caused i1 (people say so) and i2 (a revert), r4 caused i3 (it was the last before),
#               r7 was rolled back, r9 failed; r10 is of the search
INCIDENTS = (
    incident(at(2), 2, uid="i1", detected=at(2, 12, 10), responded=at(2, 12, 30)),
    incident(at(5), 4, uid="i2", detected=at(5, 12, 20), responded=at(5, 12, 50)),
    incident(at(9), 6, uid="i3", reopened=2, responded=at(9, 13)),
    incident(at(14), 12, uid="i4"),
    incident(at(20), 1, uid="i5", subjects=SEARCH),
    incident(at(22)),
    incident(at(23), excluded="closed by a bot"),
)
ROLLOUTS = (
    *(rollout(f"r{number}", at(2 * number, 10), lead=timedelta(hours=number)) for number in range(1, 7)),
    rollout("r7", at(15), rolled_back=at(16), lead=timedelta(hours=7)),
    rollout("r8", at(17)),
    rollout("r9", at(18), failed=True),
    rollout("r10", at(19), subjects=SEARCH, lead=timedelta(hours=100)),
)
CAUSES = (
    Cause(incident="i1", rollout="r1", how="stated", evidence=""),
    Cause(incident="i2", rollout="r1", how="revert", evidence=""),
    Cause(incident="i3", rollout="r4", how="window", evidence=""),
    Cause(incident="i4", rollout="", how="stated", evidence="no rollout caused it"),
)
FIXTURE = History(
    incidents=INCIDENTS,
    set_aside=(incident(at(3), excluded="closed as not planned"), incident(at(4), excluded="the same as another")),
    rollouts=ROLLOUTS,
    causes=CAUSES,
    items=(
        *(item("load", at(day)) for day in (1, 1, 8, 30)),
        item("load", at(9), excluded="closed by a bot"),
        item("support", at(9)),
        *(item("improvement", at(day)) for day in (3, 4)),
        *(item("other", at(day)) for day in (5, 6, 7, 8, 9, 10)),
        item("other", at(11), excluded="closed with 40 others at once"),
    ),
    samples=(
        Sample(signal="csat", subject="", at=at(3), value=4.0),
        Sample(signal="csat", subject="", at=at(1), value=3.0),
        Sample(signal="csat", subject="", at=at(2), value=5.0),
        Sample(signal="csat", subject="checkout", at=at(2), value=1.0),
    ),
)
WEEKS = 31 / 7


@pytest.mark.parametrize(
    ("what", "subject", "value", "numerator", "denominator", "seen", "excluded"),
    [
        # 7 began in 31 days, whatever the clocks did: 7 / 4.429 weeks; two reports were none
        (
            metric("incidents"),
            "",
            7 / WEEKS,
            7,
            WEEKS,
            31,
            (("closed as not planned", 1), ("the same as another", 1)),
        ),
        (metric("incidents", unit="per day"), "search", 1 / 31, 1, 31, 31, ()),
        # (2 + 4 + 6 + 12 + 1) / 5; the open one and the one that a bot closed are left out
        (metric("time-to-resolve"), "", 5.0, 25, 5, 5, (("closed by a bot", 1), ("still open", 1))),
        # sorted 1 2 4 6 12
        (
            metric("time-to-resolve", statistic="median", unit="min"),
            "",
            240.0,
            1500,
            5,
            5,
            (("closed by a bot", 1), ("still open", 1)),
        ),
        # 10 and 20 minutes
        (metric("time-to-detect", unit="min"), "", 15.0, 30, 2, 2, (("not told when it was detected", 5),)),
        # from detection 20 and 30 minutes, from the report 60
        (
            metric("time-to-respond", unit="min"),
            "",
            110 / 3,
            110,
            3,
            3,
            (("nobody took it yet, or it is not known when", 4),),
        ),
        # r1 (for two incidents, once), r4, r7, r9 of ten
        (metric("change-failure-rate"), "", 0.4, 4, 10, 10, ()),
        (metric("change-failure-rate"), "checkout", 4 / 9, 4, 9, 9, ()),
        # nine went out; the rollback of r7 is none
        (metric("deployments"), "", 9 / WEEKS, 9, WEEKS, 31, (("the deployment failed", 1),)),
        # 1 2 3 4 5 6 7 and 100 hours: between 4 and 5
        (
            metric("lead-time"),
            "",
            4.5,
            128,
            8,
            8,
            (("not known when its changes were made", 1), ("the deployment failed", 1)),
        ),
        (metric("lead-time", statistic="p90"), "checkout", 7.0, 28, 7, 7, None),
        (metric("load", statistic="count"), "", 4, 4, 1, 31, (("closed by a bot", 1),)),
        (metric("support"), "", 1 / WEEKS, 1, WEEKS, 31, ()),
        (metric("improvement-share"), "", 2 / 8, 2, 8, 8, (("closed with 40 others at once", 1),)),
        (metric("signal", signal="csat", statistic="mean"), "", 4.0, 12, 3, 3, ()),
        (metric("signal", signal="csat"), "", 4.0, 4, 1, 3, ()),
        (metric("signal", signal="csat"), "checkout", 1.0, 1, 1, 1, ()),
    ],
)
def test_a_metric_is_what_one_computes_by_hand(what, subject, value, numerator, denominator, seen, excluded):
    """Value, numerator, denominator, observations, and what was left out and why."""
    found = measured(what, FIXTURE, subject=subject)
    assert rounded(found.value, found.numerator, found.denominator) == rounded(value, numerator, denominator)
    assert found.observations == seen
    assert excluded is None or found.excluded == excluded
    assert (found.complete, found.unit) == (True, what.unit)
    assert found.definition.endswith(".")


@pytest.mark.parametrize(
    ("what", "low", "high"),
    [
        (metric("load", statistic="count"), 1.090, 10.242),  # exact Poisson limits of 4, as tables have them
        (metric("change-failure-rate"), 0.168, 0.687),  # Wilson's of 4 in 10
        # 1 to 7 and 100: an order statistic each, the 1st and the 8th of 8 (binomial: 0.4 % and 99.6 %)
        (metric("lead-time"), 1.0, 100.0),
        # 3 4 5: 4 +- 4.303 * 1 / sqrt(3), within 1 %
        (metric("signal", signal="csat", statistic="mean"), 1.534, 6.466),
        (metric("signal", signal="csat"), None, None),
        (metric("time-to-resolve", statistic="median"), None, None),  # five are too few for one of 95 %
    ],
)
def test_an_interval_is_what_tables_have(what, low, high):
    """Each by the arithmetic that the definition names."""
    found = measured(what, FIXTURE)
    assert rounded(found.low, found.high) == rounded(low, high)


def test_how_incidents_were_linked_is_told():
    """Of seven, three have no cause; that people say that no rollout did it is one."""
    found = measured(metric("change-failure-rate"), FIXTURE)
    assert found.unmapped == pytest.approx(3 / 7)
    assert found.linked == (("revert", 1), ("stated", 2), ("window", 1))


def test_an_incident_without_a_deployment_is_no_change_failure():
    """It is counted as an incident, and the share that is unmapped says so; without rollouts there is no rate."""
    alone = History(incidents=(incident(at(9), 2),))
    found = measured(metric("change-failure-rate"), alone)
    assert (found.value, found.unmapped, found.lacking) == (None, 1.0, "no rollouts, 5 are needed")
    assert measured(metric("incidents"), alone).numerator == 1


def test_a_deployment_that_was_rolled_back_is_one_failure():
    """However many incidents it caused besides."""
    back = rollout("r1", at(3), rolled_back=at(4))
    caused = tuple(Cause(incident=uid, rollout="r1", how="window", evidence="") for uid in ("i1", "i2"))
    history = History(rollouts=(back, rollout("r2", at(5))), causes=caused)
    found = measured(metric("change-failure-rate", enough=2), history)
    assert (found.value, found.numerator, found.denominator) == (0.5, 1, 2)


def test_an_incident_that_was_opened_again_counts_once_in_the_month_of_its_last_closing():
    """Its time to resolve runs up to there."""
    history = History(incidents=(incident(at(28, month=9), 24 * 10, reopened=3),))
    found = measured(metric("time-to-resolve", enough=1), history)
    assert (found.value, found.observations, found.excluded) == (240.0, 1, ())
    september = window_of(BERLIN, "month", "2026-09")
    assert measured(metric("time-to-resolve", enough=1), history, window=september).observations == 0


def test_closures_by_bots_are_left_out_and_counted():
    """They say nothing of how long it took; that it broke still counts."""
    history = History(incidents=(incident(at(9), excluded="closed by a bot"), incident(at(10), 3)))
    found = measured(metric("time-to-resolve", enough=1), history)
    assert (found.value, found.observations, found.excluded) == (3.0, 1, (("closed by a bot", 1),))
    assert measured(metric("incidents"), history).numerator == 2


@pytest.mark.parametrize(
    ("zone", "september", "october"),
    [("UTC", 2, 0), ("Europe/Berlin", 1, 1), ("Pacific/Kiritimati", 0, 2), ("America/Los_Angeles", 2, 0)],
)
def test_a_month_ends_at_midnight_in_the_calendars_zone(zone, september, october):
    """21:30 and 22:30 in UTC are before and after midnight in Berlin."""
    calendar = WorkCalendar(zone)
    history = History(incidents=(incident(at(30, 21, 30, month=9)), incident(at(30, 22, 30, month=9))))
    windows = last_windows(calendar, "month", 2, at(15, month=11))
    assert [each.name for each in windows] == ["2026-09", "2026-10"]
    found = [measured(metric("incidents"), history, window=each).numerator for each in windows]
    assert found == [september, october]


def test_windows_follow_each_other_without_a_gap():
    """Over the nights on which clocks change, and over the year's end; weeks, months and quarters."""
    for every, names in {
        "week": ("2026-W52", "2026-W53", "2027-W01"),
        "month": ("2026-11", "2026-12", "2027-01"),
        "quarter": ("2026-Q2", "2026-Q3", "2026-Q4"),
    }.items():
        now = datetime(2027, 1, 11, 3, tzinfo=UTC) if every == "week" else datetime(2027, 2, 1, 3, tzinfo=UTC)
        found = last_windows(BERLIN, every, 3, now)
        assert tuple(each.name for each in found) == names
        assert [one.end for one in found[:-1]] == [one.start for one in found[1:]]
    spring = window_of(BERLIN, "month", "2027-03")
    assert spring.end - spring.start == timedelta(days=31) - timedelta(hours=1)
    assert (
        measured(metric("incidents"), History(), window=spring, now=at(1, month=12).replace(year=2027)).observations
        == 31
    )


@pytest.mark.parametrize(
    ("what", "lacking"),
    [
        (metric("time-to-resolve", enough=6), "5 resolved incidents, 6 are needed"),
        (metric("time-to-detect"), "2 detected incidents, 5 are needed"),
        (metric("time-to-resolve"), ""),
        (metric("incidents", enough=40), "31 days of it known, 40 are needed"),
        (metric("signal", signal="nps"), "no values of the signal, 1 is needed"),
    ],
)
def test_too_little_is_said_to_be_too_little(what, lacking):
    """How much there is, and how much is needed."""
    found = measured(what, FIXTURE)
    assert (found.lacking, found.enough) == (lacking, not lacking)


@pytest.mark.parametrize(("what", "many"), [("deployments", "rollouts"), ("load", "tickets of operational load")])
def test_nothing_at_all_is_not_taken_for_zero(what, many):
    """Nobody records them; but a service that had none, while others had, had none."""
    nothing = measured(metric(what), History())
    assert (nothing.value, nothing.lacking) == (None, f"no {many} are known at all")
    found = measured(metric(what), FIXTURE, subject="search" if what == "load" else "payments")
    assert (found.value, found.low, found.enough) == (0.0, 0.0, True)
    assert found.high == pytest.approx(3.689 / WEEKS, abs=0.001)  # none seen: up to 3.689 may be expected
    assert measured(metric("incidents"), History()).enough


def test_a_window_that_is_not_over_says_so():
    """It is computed of the days that are over: five incidents in two weeks."""
    now = OCTOBER.start + timedelta(days=14)
    found = measured(metric("incidents"), FIXTURE, now=now)
    assert (found.complete, found.numerator, found.denominator) == (False, 4, 2.0)
    assert measured(metric("incidents"), FIXTURE, now=OCTOBER.start + timedelta(days=3)).lacking == (
        "3 days of it known, 7 are needed"
    )
    assert measured(metric("incidents"), FIXTURE, now=at(1, month=9)).value is None


def test_a_window_of_which_only_a_part_is_known_says_so():
    """What happened before is not counted, and the days before are not either."""
    known = replace(FIXTURE, tickets_from=OCTOBER.start + timedelta(days=17))
    found = measured(metric("incidents"), known)
    assert (found.complete, found.numerator, found.denominator) == (False, 3, 2.0)
    unknown = measured(metric("incidents"), replace(FIXTURE, tickets_from=at(10, month=11)))
    assert (unknown.complete, unknown.value, unknown.lacking) == (False, None, "0 days of it known, 7 are needed")


def test_what_is_known_is_asked_for_what_is_measured():
    """Without its events a ticket still tells when it was closed, but not by whom; rollouts are another matter."""
    middle = OCTOBER.start + timedelta(days=17)
    closings, rollouts = replace(FIXTURE, known_from=middle), replace(FIXTURE, rollouts_from=middle)
    mttr, often = metric("time-to-resolve"), metric("deployments")
    assert measured(mttr, closings) == replace(measured(mttr, FIXTURE), complete=False)
    assert measured(often, closings) == measured(often, FIXTURE)
    assert measured(mttr, rollouts) == measured(mttr, FIXTURE)
    part = measured(often, rollouts)
    assert (part.complete, part.numerator, part.denominator) == (False, 1, 2.0)
    score = metric("signal", signal="csat")
    assert measured(score, replace(FIXTURE, tickets_from=LATER)).complete


def test_observations_are_the_single_values():
    """Times in the metric's unit, 0 or 1 of a share, of events their number a day."""
    assert sorted(observations(metric("time-to-resolve"), "all", "", OCTOBER, FIXTURE)) == [1, 2, 4, 6, 12]
    assert sum(observations(metric("change-failure-rate"), "all", "", OCTOBER, FIXTURE)) == 4
    days = observations(metric("load"), "all", "", OCTOBER, FIXTURE)
    assert (len(days), days[0], days[7], days[29], sum(days)) == (31, 2, 1, 1, 4)


def test_what_ended_before_it_began_is_left_out():
    """Somebody's clock was wrong; it is counted among what was left out."""
    odd = incident(at(9), resolved=at(8))
    found = measured(metric("time-to-resolve", enough=1), History(incidents=(odd,)))
    assert (found.value, found.excluded) == (None, (("it ended before it began", 1),))


def test_the_part_of_a_history_that_counts_in_a_window_gives_the_same():
    """All that is measured, of all subjects."""
    more = replace(FIXTURE, incidents=(*INCIDENTS, incident(at(3, month=9), 2), incident(at(3, month=11), 2)))
    part = within(more, OCTOBER)
    assert len(part.incidents) == len(INCIDENTS)
    for what in ("incidents", "time-to-resolve", "change-failure-rate", "deployments", "lead-time", "load"):
        for subject in ("", "checkout", "search"):
            one = metric(what)
            assert measured(one, part, subject=subject) == measured(one, more, subject=subject)


def test_the_part_of_a_history_that_is_a_services_gives_the_same():
    """What caused incidents of others by its rollouts is among it; a part knows nothing of what others record."""
    other = incident(at(6), 3, uid="i6", subjects=SEARCH)
    more = replace(
        FIXTURE,
        incidents=(*INCIDENTS, other),
        causes=(*CAUSES, Cause(incident="i6", rollout="r2", how="stated", evidence="")),
    )
    parts = by_subject(more, "service")
    assert parts.keys() == {"checkout", "search", ""}
    for subject in ("checkout", "search"):
        for what in ("incidents", "time-to-resolve", "change-failure-rate", "lead-time", "improvement-share"):
            one = metric(what, enough=1)
            assert measured(one, parts[subject], subject=subject) == measured(one, more, subject=subject)
    assert measured(metric("change-failure-rate"), parts["checkout"], subject="checkout").numerator == 5


@pytest.mark.parametrize(
    ("better", "before", "now", "expected"),
    [
        ("lower", 60, 5, "better"),
        ("lower", 5, 60, "worse"),
        ("higher", 5, 60, "better"),
        ("lower", 6, 5, "no clear change"),
    ],
)
def test_a_trend_is_clear_only_if_the_intervals_are_apart(better, before, now, expected):
    """Five incidents after six say nothing."""
    what = metric("incidents", better=better)
    september = window_of(BERLIN, "month", "2026-09")
    history = History(
        incidents=tuple(incident(at(9, month=month)) for month, count in ((9, before), (10, now)) for _ in range(count))
    )
    first, second = (measured(what, history, window=window) for window in (september, OCTOBER))
    assert trend(what, second, first) == expected
    assert trend(what, second, replace(first, lacking="too little")) == ""


def test_without_an_interval_there_is_no_trend():
    """The newest of a signal says nothing of chance."""
    what = metric("signal", signal="csat")
    now = measured(what, FIXTURE)
    assert trend(what, now, replace(now, value=1.0)) == ""


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (0.756, "h", "0.76 h"),
        (12.34, "min", "12.3 min"),
        (340.4, "days", "340 days"),
        (0.1234, "%", "12.3 %"),
        (2.0, "per week", "2/week"),
        (-0.25, "", "-0.25"),
        (0.0, "per day", "0/day"),
    ],
)
def test_a_value_is_worded_as_exactly_as_it_is_worth(value, unit, words):
    """With its unit; shares in percent."""
    assert amount(value, unit) == words


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [(1.0, 2.5, "1 to 2.5"), (1.0, None, "1 or more"), (None, 2.5, "up to 2.5"), (None, None, "")],
)
def test_an_interval_may_be_open(low, high, words):
    """Of few values a quantile has no bound on one side."""
    assert interval(replace(measured(metric("time-to-resolve"), FIXTURE), low=low, high=high)) == words


def test_what_keeps_a_number_from_being_the_whole_truth_is_said():
    """In sentences: what lacks, what is not known, what was left out, what is not linked."""
    unsure = replace(FIXTURE, known_from=at(9))
    found = measured(metric("time-to-resolve", enough=6), unsure)
    assert list(remarks(found, LATER)) == [
        "5 resolved incidents, 6 are needed",
        "not all that happened in 2026-10 is known: this is computed of what is",
        "left out: 1 (closed by a bot), 1 (still open)",
    ]
    (linked,) = links(found)
    assert linked.startswith("42.9 % of its incidents could not be linked with a rollout; linked: 1 by a revert, 2 as")
    running = measured(metric("incidents"), FIXTURE, now=at(20))
    assert next(remarks(running, at(20))) == "2026-10 is not over: this is up to now"
    assert list(links(measured(metric("support"), FIXTURE))) == []
