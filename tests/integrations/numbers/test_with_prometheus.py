"""Against a real Prometheus server: error budgets, a past to fill, what goes stale, and how it refuses a query."""

from datetime import UTC, datetime, timedelta

import pytest

from integrations.errors import Incomplete, Rejected
from integrations.http import Line
from integrations.numbers.config import PrometheusNumbersConfig
from integrations.numbers.registry import build_numbers
from tests.integrations.memory_budget import MemoryBudget
from tests.integrations.numbers.real_prometheus import MISSING, PROMETHEUS, PROMTOOL, Exporter, prometheus

pytestmark = pytest.mark.skipif(not (PROMETHEUS and PROMTOOL), reason=MISSING)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
BUDGET = "1 - (1 - avg_over_time(probe_up[{span}])) / (1 - 0.99)"
NOW_SAID = """
csat{service="checkout"} 4.5
csat{service="search"} NaN
twice{service="a",zone="x"} 1
twice{service="a",zone="y"} 2
"""


def now():
    """Return the real time: a real server goes by no other."""
    return datetime.now(UTC)


class Served:
    """The server, and what was put into it."""

    def __init__(self, url, exporter, until, up):
        self.url, self.exporter, self.until, self.up = url, exporter, until, up

    def numbers(self, query, subject="service"):
        """Build a source of numbers."""
        line = Line(source="signals.x", budget=MemoryBudget(), clock=now, sleep=lambda seconds: None, attempts=1)
        config = PrometheusNumbersConfig(name="x", base_url=self.url, query=query, subject=subject)
        return build_numbers(config, line, now)

    def left(self, service, at, span):
        """Count the error budget by hand: the share of a hundredth of the probes that may fail and did not."""
        probes = [value for when, value in self.up[service].items() if at - span <= when <= at]
        return 1 - (1 - sum(probes) / len(probes)) / (1 - 0.99)


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """Serve two days of probes that end an hour ago: of search every 50th failed, of checkout none but in one hour."""
    until = now().replace(second=0, microsecond=0) - HOUR
    times = [until - step * MINUTE for step in range(2 * 24 * 60, -1, -1)]
    down = {until - 30 * HOUR + step * MINUTE for step in range(20)}
    up = {
        "checkout": {at: float(at not in down) for at in times},
        "search": {at: float(step % 50 != 0) for step, at in enumerate(times)},
    }
    lines = [
        f'probe_up{{service="{service}"}} {value} {at.timestamp():.0f}'
        for service, values in up.items()
        for at, value in values.items()
    ]
    folder = tmp_path_factory.mktemp("prometheus")
    past = "\n".join(["# TYPE probe_up gauge", *lines, "# EOF", ""])
    with Exporter(NOW_SAID).serving() as exporter, prometheus(folder, exporter, past) as url:
        exporter.scraped()
        yield Served(url, exporter, until, up)


def test_a_scraped_number_is_read_as_it_is_now_and_nan_is_left_out(served):
    """With the time of the server's own clock."""
    found = served.numbers("csat").read()
    assert [(one.subject, one.value) for one in found.signals] == [("checkout", 4.5)]
    assert abs(found.signals[0].at - now()) < 10 * MINUTE
    assert found.refused == ("'nan' of search is no number to go by",)


def test_an_error_budget_is_what_hand_counting_says(served):
    """Of a whole day, at each hour of the day after, over the wire from a real engine."""
    start = served.until - DAY
    found = served.numbers(BUDGET.format(span="1d")).past(start, served.until, HOUR)
    told = {(one.subject, one.at): one.value for one in found.signals}
    hours = {at for _, at in told}
    expected = {(name, at): served.left(name, at, DAY) for name in served.up for at in hours}
    on_the_hour = served.until == served.until.replace(minute=0, second=0, microsecond=0)
    assert len(hours) == 24 + on_the_hour  # both ends of the day are whole hours then
    assert all(at.minute == 0 and start <= at <= served.until for at in hours)
    assert told == pytest.approx(expected)
    assert min(told.values()) < 0 < max(told.values())


def test_an_error_budget_is_read_as_it_is_now(served):
    """Negative where more failed than may."""
    found = served.numbers(BUDGET.format(span="1d")).read()
    told = {one.subject: one.value for one in found.signals}
    assert told["search"] == pytest.approx(-1, abs=0.1)
    assert set(told) == {"checkout", "search"}


def test_one_number_of_the_whole_needs_no_label(served):
    """A plain number, or one series."""
    assert served.numbers("vector(0.25)", subject="").read().signals[0].value == 0.25
    assert served.numbers("0.5", subject="").read().signals[0].value == 0.5
    with pytest.raises(Incomplete, match="2 series: name the label"):
        served.numbers("csat", subject="").read()


def test_what_is_exported_no_more_is_missing_not_zero(served):
    """Probes ended an hour ago: Prometheus itself looks back for five minutes only."""
    with pytest.raises(Incomplete, match="the query answered nothing"):
        served.numbers("probe_up").read()
    found = served.numbers("probe_up or csat").read()
    assert {one.subject for one in found.signals} == {"checkout"}


def test_two_series_of_one_service_are_neither(served):
    """The query has to say which counts."""
    found = served.numbers("twice").read()
    assert (found.signals, found.refused) == ((), ("2 series of a: which of them counts is not said",))
    assert [one.value for one in served.numbers("sum by (service) (twice)").read().signals] == [3]


def test_what_the_server_says_of_a_wrong_query_is_told(served):
    """With the place in the query."""
    with pytest.raises(Rejected) as caught:
        served.numbers("sum by (service (csat)").read()
    assert str(caught.value).startswith('[signals.x]: 400: invalid parameter "query": 1:')
    assert "parse error" in str(caught.value)


def test_a_long_past_is_within_what_the_server_allows(served):
    """Pieces of less than 11,000 points; there is nothing before the first probe."""
    found = served.numbers("probe_up").past(served.until - 20 * DAY, served.until, MINUTE)
    assert len(found.signals) >= len(served.up) * 2 * 24 * 60


def test_a_new_number_is_there_after_the_next_scrape(served):
    """What a gate waits for."""
    served.exporter.text = NOW_SAID.replace("4.5", "-0.2")
    while served.exporter.asked.acquire(blocking=False):
        pass
    served.exporter.scraped()
    assert served.numbers("csat").read().signals[0].value == -0.2
