"""Outcomes: what people state is read, measured in the metric's unit, and judged by what was seen before and after."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from statistics import fmean
from time import perf_counter

import pytest

from rules.memory import NOTHING, Memory, Outcome, Statement, Work
from rules.outcomes.aims import aim_in, read_aim
from rules.outcomes.difference import difference
from rules.outcomes.judging import Seen, judge
from rules.outcomes.resolving import resolve, understood
from rules.outcomes.stating import closed_with, stated
from rules.outcomes.windows import after_ends, began, windows_before
from rules.policy import Service
from tests.rules.factories import NOW, later, measure, metric, policy, ticket

AIM = "mttr(checkout) 90m -> 45m by 2027-03-31"
METRICS = (
    metric(),
    metric("incident-frequency", measured="incidents", statistic="rate", unit="per week"),
    metric("change-failure-rate", measured="change-failure-rate", statistic="share", by=("all", "service", "team")),
    metric("satisfaction", measured="signal", signal="csat", better="higher", unit=""),
)
KNOWN = policy(metrics=METRICS, services=(Service(name="checkout"), Service(name="search")))


# -- what is stated ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"Outcome: {AIM}", AIM),
        (f"We do this.\r\n\r\n**Outcome:** `{AIM}`.\n", AIM),
        (f"- *Expected outcome:* {AIM}", AIM),
        ("h3. Why\nOutcome: CFR 12 => 5% by 2027-03-31", "cfr 12% -> 5% by 2027-03-31"),
        ("Outcome: we go on\nOutcome: incidents(search) 12/month → 3/month by 2027-01-31",
         "incidents(search) 12/month -> 3/month by 2027-01-31"),
        ("Outcome: mttr 90m -> 45m by spring", None),
        (f"The outcome: {AIM}", None),
        (f"> Outcome: {AIM}", None),
        (f"```\nOutcome: {AIM}\n```", None),
        (f"<!-- Outcome: {AIM} -->", None),
        (f"Outcome: {'x' * 100_000}", None),
    ],
)  # fmt: skip
def test_an_aim_is_read_in_plain_sight(text, expected):
    """A line of the text that begins with the word; other words behind it mean something else."""
    found = aim_in(text)
    assert (found and found.text) == expected


@pytest.mark.parametrize(
    ("fields", "body", "expected"),
    [
        ({"Expected effect: MTTR(checkout) 90m -> 45m by 2027-03-31."}, "", "mttr(checkout) 90m -> 45m by 2027-03-31"),
        ({"Expected effect: mttr 9m -> 4m by 2027-03-31"}, "Outcome: mttr 2h -> 1h by 2027-03-31", "mttr 9m -> 4m"),
        ({"Expected effect: faster", "Alert: a1"}, "Outcome: mttr 2h -> 1h by 2027-03-31", "mttr 2h -> 1h"),
        ({"Expected effect: faster"}, "", None),
    ],
)
def test_a_field_states_an_effect_as_a_line_does(fields, body, expected):
    """It comes before the text; what is no effect in it is none."""
    said = stated(ticket(body=body, fields=frozenset(fields)), NOTHING)
    assert (said and said.text) == (expected and expected + " by 2027-03-31" * ("by" not in expected))


def test_a_hostile_text_is_read_in_no_time():
    """Whatever stands behind the word, and however often."""
    began = perf_counter()
    for tail in ("mttr " * 80, "mttr(" * 80, f"m {'9' * 400}", f"mttr(x) 1h -> {'1' * 300}", " " * 400):
        assert aim_in("\n".join([f"Outcome: {tail}"] * 250)) is None
    assert perf_counter() - began < 5


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("mttr(checkout) 90m -> 45m by 2027-03-31", ("mttr(checkout)", "1.5 h", "0.75 h")),
        ("MTTR (Checkout) 2 -> 1 by 2027-03-31", ("mttr(checkout)", "2 h", "1 h")),
        ("time-to-restore 1d -> 0.5d by 2027-03-31", ("mttr", "24 h", "12 h")),
        ("incidents(search) 9/month -> 3/month by 2027-03-31",
         ("incident-frequency(search)", "9 per month", "3 per month")),
        ("incident_frequency 3 -> 1 by 2027-03-31", ("incident-frequency", "3 per week", "1 per week")),
        ("cfr 0.2 -> 0.1 by 2027-03-31", ("change-failure-rate", "20%", "10%")),
        ("cfr(access) 20% -> 10% by 2027-03-31", ("change-failure-rate(access)", "20%", "10%")),
        ("satisfaction 3.5 -> 4 by 2027-03-31", ("satisfaction", "3.5", "4")),
        ("mttr(performance) 2h -> 1h by 2027-03-31", ("mttr(performance)", "2 h", "1 h")),
    ],
)  # fmt: skip
def test_an_aim_is_told_in_the_metrics_unit(words, expected):
    """By the metric's id or a usual word; of a service, a team or a domain, whichever has the name."""
    target = resolve(KNOWN, read_aim(words))
    assert (target.name, target.amount(target.start), target.amount(target.end)) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("mtr 2h -> 1h by 2027-03-31", "no metric 'mtr' (did you mean 'mttr'?)"),
        ("mttr(chekout) 2h -> 1h by 2027-03-31",
         "no service, team or domain 'chekout' (did you mean 'checkout'?)"),
        ("cfr(security) 20% -> 10% by 2027-03-31",
         "change-failure-rate is not measured of a domain, and 'security' is one"),
        ("mttr 20% -> 10% by 2027-03-31", "'%' is no unit of mttr: it is measured in h"),
        ("cfr 20h -> 10h by 2027-03-31", "'h' is no unit of change-failure-rate: it is measured in %"),
        ("satisfaction 3h -> 4h by 2027-03-31", "'h' is no unit of satisfaction: it has no unit"),
        ("incidents 3h -> 1h by 2027-03-31",
         "so often in what? Write it like incident-frequency 12/month -> 3/month"),
        ("mttr 1h -> 2h by 2027-03-31", "mttr gets better when it gets lower, and this is to get higher"),
        ("satisfaction 4 -> 3 by 2027-03-31", "satisfaction gets better when it gets higher, and this is to get lower"),
    ],
)  # fmt: skip
def test_an_aim_that_cannot_be_measured_says_why(words, expected):
    """With the nearest right name, already when it is stated."""
    assert resolve(KNOWN, read_aim(words)) == expected
    assert understood(KNOWN, read_aim(words)) == f" It cannot be measured: {expected}. Say it again so that it can."


def test_without_services_a_component_is_one():
    """And without metrics nothing can be measured, of which a command's answer does not speak."""
    assert resolve(policy(metrics=METRICS), read_aim(AIM)).subject == "checkout"
    assert resolve(policy(), read_aim(AIM)) == "no metric is defined: the pack metrics has the usual ones"
    assert understood(policy(), read_aim(AIM)) == ""
    assert understood(KNOWN, read_aim(AIM)) == " That is measured by mttr of checkout: from 1.5 h to 0.75 h."


def said(value, at=NOW):
    """Return an effect that bo stated by a command."""
    return Statement(comment=f"c{value}", what="outcome", value=value, by="bo-gh", at=at)


def test_what_a_ticket_was_closed_with_counts():
    """The newest command, else its text; once it is closed, neither a command nor an edit moves the goal."""
    other = "mttr(checkout) 90m -> 80m by 2027-03-31"
    text = ticket(body=f"Outcome: {AIM}")
    done = ticket(body=f"Outcome: {other}", phase="done", closed=NOW)
    kept = Outcome(stated=AIM, by="rita", frozen=NOW)
    assert stated(text, Memory()).text == AIM
    assert stated(text, Memory(statements=(said(AIM), said(other)))).text == other
    assert stated(done, Memory(outcome=kept)).text == AIM
    assert stated(replace(done, phase="new"), Memory(outcome=kept)).text == other
    assert stated(replace(done, closed=later(1)), Memory(outcome=kept)).text == other  # it was opened in between
    assert stated(ticket(), Memory()) is None
    assert closed_with(KNOWN, done, Memory(outcome=kept)) == AIM
    assert closed_with(KNOWN, replace(done, phase="new"), Memory(outcome=kept)) == ""
    assert closed_with(KNOWN, done, Memory(statements=(said("mtr 2h -> 1h by 2027-03-31"),))) == ""


# -- the windows -------------------------------------------------------------------------------------------------------


def test_the_window_before_ends_when_work_may_have_shown():
    """At the first merge that names the ticket, else at its closing; whole days, and none that are not known."""
    done = ticket(created=later(-50), phase="done", closed=NOW)
    merge = Work(uid="m", key="acme/shop#3", url="https://x", state="merged", merged=later(-9))
    early = replace(merge, uid="e", merged=later(-60))
    assert began(done, Memory()) == NOW
    assert began(done, Memory(work=(early, merge))) == later(-9)
    assert [each.start for each in windows_before(NOW)] == [later(-90), later(-180), later(-365)]
    assert [each.start for each in windows_before(NOW, later(-99.5))] == [later(-90), later(-99)]
    assert [each.start for each in windows_before(NOW, later(3))] == [NOW]


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        (date(2027, 3, 31), datetime(2027, 4, 1, tzinfo=UTC)),
        (date(2026, 11, 10), NOW + timedelta(days=28)),
        (date.max, datetime(9990, 1, 2, tzinfo=UTC)),
    ],
)
def test_the_window_after_is_over_with_its_day(by, expected):
    """And not before four weeks, however soon the effect was to be seen by."""
    assert after_ends(KNOWN.calendar, by, NOW) == expected


# -- the judgement -----------------------------------------------------------------------------------------------------


def seen(values, *, days=90, **more):
    """Return what was seen: times, whose mean the metric is."""
    value = fmean(values) if values else None
    return Seen(measure=measure(value, days=days, numerator=sum(values), **more), observations=tuple(values))


HOURS = [1.2, 2.5, 0.8, 3.0, 0.5, 2.0, 1.0, 1.5]
LONG, SHORT, LESS = (
    [3 * each for each in HOURS * 3],
    [each / 2 for each in HOURS * 3],
    [each * 1.7 for each in HOURS * 3],
)


@pytest.mark.parametrize(
    ("words", "before", "after", "expected"),
    [
        (
            "mttr 4h -> 2h by 2027-03-31",
            seen(LONG),
            seen(HOURS * 3),
            (
                "validated",
                (
                    "mttr went from 4.69 h (24 incidents in 90 days) to 1.56 h (24 in 90 days): the typical time is"
                    " 53% to 76% less (95% interval).\nThe target of 2 h is reached."
                ),
            ),
        ),
        (
            "mttr 4h -> 1h by 2027-03-31",
            seen(LONG),
            seen(LESS),
            (
                "validated",
                (
                    "mttr went from 4.69 h (24 incidents in 90 days) to 2.66 h (24 in 90 days): the typical time is"
                    " 21% to 59% less (95% interval).\nThat is shown, but less than stated: 1 h."
                ),
            ),
        ),
        (
            "mttr 8h -> 1h by 2027-03-31",
            seen(LONG),
            seen(LESS),
            (
                "not shown",
                (
                    "mttr went from 4.69 h (24 incidents in 90 days) to 2.66 h (24 in 90 days): the typical time is"
                    " 21% to 59% less (95% interval).\nIt got better, but by less than half of what was stated: 1 h."
                ),
            ),
        ),
        (
            "mttr 2h -> 1h by 2027-03-31",
            seen(HOURS * 3),
            seen([*HOURS, *HOURS, *LONG[:8]]),
            (
                "not shown",
                (
                    "mttr went from 1.56 h (24 incidents in 90 days) to 2.6 h (24 in 90 days): the typical time is"
                    " between 39% less and 240% more (95% interval).\nThat can be chance: no effect is shown."
                ),
            ),
        ),
        (
            "mttr 2h -> 1h by 2027-03-31",
            seen(HOURS * 3),
            seen(LONG),
            (
                "worse",
                (
                    "mttr went from 1.56 h (24 incidents in 90 days) to 4.69 h (24 in 90 days): the typical time is"
                    " 115% to 319% more (95% interval).\nIt got worse; it was to be 1 h."
                ),
            ),
        ),
        (
            "mttr 2h -> 1h by 2027-03-31",
            seen(HOURS),
            seen(HOURS[:3]),
            (
                "too little data",
                "Too little is known of mttr to judge it: 8 incidents before and 3 after, 5 each are needed.",
            ),
        ),
        (
            "mttr 2h -> 1h by 2027-03-31",
            seen(HOURS, days=9),
            seen(HOURS),
            ("too little data", "Too little is known of mttr to judge it: 9 days are known, and 14 are the least."),
        ),
    ],
)
def test_times_are_judged_by_their_logarithms(words, before, after, expected):
    """Each judgement, in a sentence with both numbers and the interval of the difference."""
    found = judge(resolve(KNOWN, read_aim(words)), before, after)
    assert (found.judgement, found.said) == expected


def daily(count, days=90, **more):
    """Return so many events, evenly over the days."""
    each = [count * (day + 1) // days - count * day // days for day in range(days)]
    return Seen(measure=measure(count * 7 / days, days=days, numerator=count, **more), observations=tuple(each))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (
            daily(39),
            daily(13),
            (
                "validated",
                (
                    "incident-frequency went from 13.2 per month (39 incidents in 90 days) to 4.4 per month (13 in 90"
                    " days): 36% to 84% less (95% interval).\nThe target of 6 per month is reached."
                ),
            ),
        ),
        (
            daily(39),
            daily(0),
            (
                "validated",
                (
                    "incident-frequency went from 13.2 per month (39 incidents in 90 days) to 0 per month (0 in 90"
                    " days): 90% to 100% less (95% interval).\nThe target of 6 per month is reached."
                ),
            ),
        ),
        (
            daily(0),
            daily(39),
            (
                "worse",
                (
                    "incident-frequency went from 0 per month (0 incidents in 90 days) to 13.2 per month (39 in 90"
                    " days): at least 908% more (95% interval).\nIt got worse; it was to be 6 per month."
                ),
            ),
        ),
        (
            daily(3),
            daily(1),
            (
                "too little data",
                "Too little is known of incident-frequency to judge it: 4 incidents in all, 5 are needed.",
            ),
        ),
        (
            daily(9),
            daily(0, lacking="no incidents are known at all"),
            (
                "too little data",
                "Too little is known of incident-frequency to judge it: no incidents are known at all.",
            ),
        ),
    ],
)
def test_counts_are_judged_by_their_ratio(before, after, expected):
    """Exactly, whatever the windows' lengths; none at all after many is an effect, and after few is none."""
    target = resolve(KNOWN, read_aim("incidents 12/month -> 6/month by 2027-03-31"))
    found = judge(target, before, after)
    assert (found.judgement, found.said) == expected


def shared(part, whole):
    """Return so many failures among rollouts, evenly among them."""
    values = tuple(float(part * (place + 1) // whole - part * place // whole) for place in range(whole))
    return Seen(measure=measure(part / whole, numerator=part, denominator=whole), observations=values)


def test_shares_are_judged_by_their_difference():
    """In points, by Newcombe's interval: of 56 in 70 and 48 in 80 his paper has 0.0524 to 0.3339."""
    paper = difference("shares", shared(56, 70).observations, shared(48, 80).observations)
    assert (round(-paper.high, 4), round(-paper.low, 4)) == (0.0524, 0.3339)
    target = resolve(KNOWN, read_aim("cfr 25% -> 10% by 2027-03-31"))
    found = judge(target, shared(25, 100), shared(8, 100))
    assert found.judgement == "validated"
    assert found.said == (
        "change-failure-rate went from 25% (100 rollouts in 90 days) to 8% (100 in 90 days): 6.8 points to"
        " 27.1 points less (95% interval).\nThe target of 10% is reached."
    )
    assert judge(target, shared(25, 100), shared(20, 100)).judgement == "not shown"
    assert judge(target, shared(5, 100), shared(25, 100)).judgement == "worse"


def test_samples_that_hang_together_are_no_crowd_of_witnesses():
    """A gauge read ten times as often tells no more: its weeks are compared."""
    target = resolve(KNOWN, read_aim("satisfaction 3 -> 4 by 2027-03-31"))
    weeks = [3.0, 3.6, 2.8, 3.4, 3.1, 3.7, 2.9, 3.3, 3.5, 3.0, 3.2, 3.6]
    more = [each + 0.15 for each in reversed(weeks)]
    often = [judge(target, seen(_repeated(weeks, n)), seen(_repeated(more, n))).judgement for n in (1, 10, 100)]
    assert often == ["not shown"] * 3
    assert judge(target, seen(_repeated(weeks, 9)), seen([each + 1 for each in weeks])).judgement == "validated"


def _repeated(values, times):
    return [each for each in values for _ in range(times)]


def test_clusters_tell_less_than_their_number():
    """Thirty incidents on three days are not thirty witnesses."""
    target = resolve(KNOWN, read_aim("incidents 12/month -> 6/month by 2027-03-31"))
    crowded = Seen(measure=measure(2.3, numerator=30), observations=(10.0, 10.0, 10.0, *[0.0] * 87))
    assert judge(target, crowded, daily(12)).judgement == "not shown"
    assert judge(target, daily(30), daily(12)).judgement == "validated"
