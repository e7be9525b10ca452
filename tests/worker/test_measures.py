"""Metrics of the generated company: the same from both databases, and the same as somebody counts them by hand."""

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from statistics import fmean
from zoneinfo import ZoneInfo

import pytest

from rules.errors import MetricError
from rules.metrics.series import Asked
from tests.worker.conftest import empty
from tests.worker.generated import generated
from worker.measuring.measures import measures
from worker.sync import sync_all

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
MONTHS = tuple(f"2026-{month:02d}" for month in range(1, 11))
NO_WORK = {"incident", "review", "decision", "follow-up", "escalation"}
HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def acme(tmp_path_factory):
    """Serve a year of Acme."""
    with generated(tmp_path_factory.mktemp("acme"), NOW, 7, "cloud", ["pack:metrics"]) as made:
        made.clock.start = NOW
        yield made


@pytest.fixture(scope="module")
def found(acme):
    """Read it into SQLite; return what metrics say of the year's months, by id."""
    return told(acme)


def told(acme):
    """Read Acme; return the measures of ten months: of the whole, of services, teams and domains."""
    with acme.worker() as worker:
        sync_all(worker.trackers, worker.mirror, clock=worker.clock)
        grains = ("all", "service", "team", "domain")
        return {
            (each.metric.id, grain, each.subject): each.measures
            for grain in grains
            for each in measures(worker, Asked(last=10, by=grain), NOW)
        }


def naive(acme):
    """Yield (kind, reported, closed, fixed) of all tickets, as the trackers have them: of GitHub, then of Jira."""
    for repo in acme.github.repos.values():
        for issue in repo.issues.values():
            if issue.pull is None:
                worn = {label.name for label in issue.labels}
                kinds = [kind for kind in (*NO_WORK, "improvement") if kind in worn]
                closed = issue.closed_at if issue.state == "closed" else None
                yield (kinds or ["other"])[0], issue.created_at, closed, issue.state_reason != "not_planned"
    for issue in acme.jira.issues.values():
        kind = issue.type.lower() if issue.type in ("Incident", "Improvement", "Review") else "other"
        kind = next((name for name in NO_WORK if name in issue.labels), kind)
        yield kind, issue.created, issue.resolved, issue.resolution != "Won't Do"


def month(moment):
    """Return the month in Berlin."""
    return f"{moment.astimezone(BERLIN):%Y-%m}"


def by_month(counts):
    """Return the counts of the months that are looked at."""
    return [counts[name] for name in MONTHS]


def test_incidents_are_as_many_as_one_counts_in_the_trackers(acme, found):
    """Those that were declined are none; months end in Berlin."""
    began = Counter(
        month(at) for kind, at, closed, fixed in naive(acme) if kind == "incident" and (fixed or not closed)
    )
    measured = found["incident-frequency", "all", ""]
    assert [each.numerator for each in measured] == by_month(began)
    assert sum(by_month(began)) > 40
    days = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31]
    assert [each.denominator for each in measured] == [count / 7 for count in days]


def test_the_time_to_restore_is_what_one_averages_from_the_trackers(acme, found):
    """From the report to the closing, by the month of the closing."""
    times = defaultdict(list)
    for kind, at, closed, fixed in naive(acme):
        if kind == "incident" and closed and fixed:
            times[month(closed)].append((closed - at) / HOUR)
    for measured, name in zip(found["mttr", "all", ""], MONTHS, strict=True):
        assert measured.observations == len(times[name])
        assert measured.value == pytest.approx(fmean(times[name]), abs=0.001)  # trackers tell whole seconds
        assert measured.low is None or measured.low <= measured.value <= measured.high


def test_the_share_of_improvement_is_what_one_counts_in_the_trackers(acme, found):
    """Of what was finished, without incidents, reviews, decisions and follow-ups."""
    finished, improved = Counter(), Counter()
    for kind, _, closed, fixed in naive(acme):
        if closed and fixed and kind not in NO_WORK:
            finished[month(closed)] += 1
            improved[month(closed)] += kind == "improvement"
    measured = found["improvement-share", "all", ""]
    assert [each.denominator for each in measured] == by_month(finished)
    assert [each.numerator for each in measured] == by_month(improved)


def test_deployments_are_as_many_as_one_counts_in_the_repositories(acme, found):
    """Those to production that went well, since their states are known, and the versions of Jira that are out."""
    out, failed = Counter(), Counter()
    for repo in acme.github.repos.values():
        for each in repo.deployments.values():
            if each.environment == "production" and each.statuses:
                went_well = any(status.state == "success" for status in each.statuses)
                (out if went_well else failed)[month(each.created_at)] += 1
    for project in acme.jira.projects.values():
        out.update(f"{each.date:%Y-%m}" for each in project.releases if each.released)
    measured = [each for each in found["deployment-frequency", "all", ""] if each.complete]
    assert len(measured) >= 4
    assert [each.numerator for each in measured] == [out[each.window.name] for each in measured]
    assert [dict(each.excluded).get("the deployment failed", 0) for each in measured] == [
        failed[each.window.name] for each in measured
    ]
    rates = [each for each in found["change-failure-rate", "all", ""] if each.complete]
    assert [each.denominator for each in rates] == [out[each.window.name] + failed[each.window.name] for each in rates]
    assert all(each.numerator >= failed[each.window.name] for each in rates)


def test_the_parts_add_up_to_the_whole(found):
    """Each incident is of at most one team here, and teams have them all."""
    teams = [found[key] for key in found if key[:2] == ("incident-frequency", "team")]
    assert len(teams) > 1
    whole = [each.numerator for each in found["incident-frequency", "all", ""]]
    assert [sum(each.numerator for each in parts) for parts in zip(*teams, strict=True)] == whole


def test_both_databases_give_the_same_numbers(acme, found, postgresql_url):
    """All that is printed, to the last digit."""
    empty(postgresql_url)
    acme.env = {"KAIZEND_INSTANCE__DATABASE": postgresql_url, "KAIZEND_INSTANCE__KEY": "ab" * 32}
    try:
        assert told(acme) == found
    finally:
        acme.env = {}


def test_what_is_asked_wrongly_has_its_remedy(acme, found):
    """The nearest right name of a metric, a service, a grain."""
    with acme.worker() as worker:
        for asked, problem in (
            (Asked(metric="mtr"), "no metric 'mtr' (did you mean 'mttr'?)"),
            (Asked(by="service", subject="chekout"), "no service 'chekout' (did you mean 'checkout'?)"),
            (Asked(by="domain", metric="lead-time"), "the metric 'lead-time' is not told by domain: write 'all',"),
            (Asked(subject="checkout"), "'checkout' is not the whole company: say by what, as in --by service"),
        ):
            with pytest.raises(MetricError) as caught:
                measures(worker, asked, NOW)
            assert caught.value.problems[0].startswith(problem)


def test_a_signal_without_values_is_shown_only_if_asked_for(acme, found):
    """Not every company asks its customers."""
    assert not {key for key in found if key[0] in ("csat", "error-budget")}
    with acme.worker() as worker:
        (csat,) = measures(worker, Asked(metric="csat"), NOW)
    assert csat.measures[0].lacking == "no values of the signal, 5 are needed"
