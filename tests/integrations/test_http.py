"""The Line and its budgets, on a clock that only sleeping moves."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from integrations.base import Limit
from integrations.errors import NotFound, RateLimited, Unavailable
from integrations.http import LONGEST, Line, retry_after
from integrations.server_clock import ServerClock
from tests.integrations.memory_budget import MemoryBudget

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


class Clock:
    """Time that passes when slept."""

    def __init__(self) -> None:
        self.now = NOW
        self.slept: list[float] = []

    def __call__(self) -> datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)


class Server:
    """Answers with the given errors in turn, then with "fine"; remembers when it was asked."""

    def __init__(self, clock: Clock, *errors: Exception) -> None:
        self.clock = clock
        self.errors = list(errors)
        self.asked: list[datetime] = []

    def __call__(self) -> str:
        self.asked.append(self.clock())
        if self.errors:
            raise self.errors.pop(0)
        return "fine"


@pytest.fixture
def clock() -> Clock:
    """Make a clock at NOW."""
    return Clock()


def line(clock: Clock, budget: MemoryBudget | None = None, **kwargs) -> Line:
    """Make a line on that clock."""
    return Line(source="shop", budget=budget or MemoryBudget(), clock=clock, sleep=clock.sleep, **kwargs)


def gone() -> Unavailable:
    """No usable answer."""
    return Unavailable("shop: list", "502")


def told(seconds: float, **kwargs) -> RateLimited:
    """Make a throttle that lasts so long from NOW."""
    return RateLimited("shop: list", "slow down", retry_at=NOW + timedelta(seconds=seconds), **kwargs)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("120", timedelta(seconds=120)),
        (" 7 ", timedelta(seconds=7)),
        ("1.5", timedelta(seconds=1.5)),
        ("0", timedelta()),
        ("-5", timedelta()),
        ("1000000000", LONGEST),
        ("9" * 500, LONGEST),
        ("Mon, 02 Nov 2026 09:02:00 GMT", timedelta(minutes=2)),
        ("Mon, 02 Nov 2026 09:02:00 -0000", timedelta(minutes=2)),
        ("Mon, 02 Nov 2020 09:02:00 GMT", timedelta()),
        ("Mon, 02 Nov 2099 09:02:00 GMT", LONGEST),
        ("Mon, 99 Nov 2099 09:02:00 GMT", None),
        ("soon", None),
        ("1e9", None),
        ("nan", None),
        ("١٢", None),
        ("", None),
    ],
)
def test_retry_after_is_read_in_all_its_forms(value, expected):
    """Seconds and dates count, the past is now, the absurd is a day, garbage is nothing."""
    when = retry_after({"Retry-After": value}, NOW)
    assert when == (None if expected is None else NOW + expected)


def test_no_header_is_no_time():
    """Without the header there is nothing to read; its name's case does not matter."""
    assert retry_after({}, NOW) is None
    assert retry_after({"retry-after": "1"}, NOW) == NOW + timedelta(seconds=1)


def test_a_read_is_tried_again(clock):
    """Two bad answers, then a good one: the caller sees the good one."""
    server = Server(clock, gone(), gone())
    assert line(clock).read("list", server) == "fine"
    assert len(server.asked) == 3
    assert len(clock.slept) == 2


def test_a_read_ends_after_its_attempts(clock):
    """The last error comes out as it is."""
    server = Server(clock, *[gone() for _ in range(9)])
    with pytest.raises(Unavailable, match="502"):
        line(clock, attempts=4).read("list", server)
    assert len(server.asked) == 4


def test_a_read_ends_at_its_deadline(clock):
    """However many attempts are left, a deadline is a deadline."""

    def slow() -> str:
        clock.now += timedelta(seconds=25)
        raise gone()

    with pytest.raises(Unavailable):
        line(clock, attempts=50, deadline=60).read("list", slow)
    assert clock.now - NOW <= timedelta(seconds=60 + 25)


def test_what_is_refused_is_not_asked_again(clock):
    """A 404 stays one."""
    server = Server(clock, NotFound("shop: list", "404"))
    with pytest.raises(NotFound):
        line(clock).read("list", server)
    assert len(server.asked) == 1


def test_once_is_once(clock):
    """A write that is not idempotent is sent one time even if it may have been lost."""
    server = Server(clock, gone())
    with pytest.raises(Unavailable):
        line(clock).once("comment", server)
    assert len(server.asked) == 1


def test_a_repeatable_write_is_sent_three_times_at_most(clock):
    """Twice more, and paced each time."""
    server = Server(clock, *[gone() for _ in range(9)])
    with pytest.raises(Unavailable):
        line(clock, write_interval=1.0).repeatable("label", server)
    assert len(server.asked) == 3
    gaps = [after - before for before, after in zip(server.asked, server.asked[1:], strict=False)]
    assert min(gaps) >= timedelta(seconds=1)


def test_a_long_wait_parks(clock):
    """Nobody sleeps an hour: what is told to wait comes back, and nothing is sent meanwhile."""
    budget = MemoryBudget()
    server = Server(clock, told(3300))
    shop = line(clock, budget)
    with pytest.raises(RateLimited) as first:
        shop.read("list", server)
    with pytest.raises(RateLimited) as second:
        shop.once("comment", server)
    assert (first.value.sent, second.value.sent) == (True, False)
    assert second.value.retry_at == NOW + timedelta(seconds=3300)
    assert len(server.asked) == 1
    assert clock.slept == []


def test_a_pause_holds_for_the_next_process(clock):
    """The pause lives in the budget, not in the Line; when it is over, work goes on."""
    budget = MemoryBudget()
    with pytest.raises(RateLimited):
        line(clock, budget).read("list", Server(clock, told(60)))
    server = Server(clock)
    with pytest.raises(RateLimited):
        line(clock, budget).read("list", server)
    clock.now = NOW + timedelta(seconds=60)
    assert line(clock, budget).read("list", server) == "fine"


def test_a_short_wait_is_slept_out(clock):
    """Not a moment before Retry-After, and then again."""
    server = Server(clock, told(1.5))
    assert line(clock).read("list", server) == "fine"
    assert server.asked == [NOW, NOW + timedelta(seconds=1.5)]


@pytest.mark.parametrize(
    ("scope", "stopped"),
    [
        ("source", {"list", "comment 7", "comment 8"}),
        ("endpoint", {"comment 7", "comment 8"}),
        ("target", {"comment 7"}),
    ],
)
def test_a_pause_stops_what_it_is_about(clock, scope, stopped):
    """A target's limit leaves other targets alone, an endpoint's other endpoints."""
    shop = line(clock)
    with pytest.raises(RateLimited):
        shop.once("comment", Server(clock, told(600, scope=scope)), target="7")
    calls = {
        "list": lambda: shop.read("list", Server(clock)),
        "comment 7": lambda: shop.once("comment", Server(clock), target="7"),
        "comment 8": lambda: shop.once("comment", Server(clock), target="8"),
    }
    held = set()
    for name, call in calls.items():
        try:
            call()
        except RateLimited:
            held.add(name)
    assert held == stopped


def test_writes_keep_their_distance(clock):
    """A second between writes, none between reads."""
    server = Server(clock)
    shop = line(clock)
    shop.once("comment", server)
    shop.read("list", server)
    shop.repeatable("label", server)
    assert server.asked == [NOW, NOW, NOW + timedelta(seconds=1)]


@pytest.mark.fault("rates/content-of-an-hour", "github")
def test_the_content_budget_is_kept_across_processes(clock):
    """Twelve runs in an hour, each a new Line: never more than the hour's limit."""
    budget = MemoryBudget()
    limits = (Limit(count=80, seconds=60), Limit(count=500, seconds=3600))
    server = Server(clock)
    for run in range(12):
        clock.now = NOW + timedelta(minutes=5 * run)
        shop = line(clock, budget, content_limits=limits, write_interval=0)
        for _ in range(200):
            with suppress(RateLimited):
                shop.once("comment", server)
    assert len(server.asked) == 500
    for at in server.asked:
        assert sum(1 for other in server.asked if at <= other < at + timedelta(seconds=60)) <= 80


def test_sources_of_one_account_share_its_limits(clock):
    """Two repositories, one token: what throttles one throttles both, and their writes count together."""
    budget = MemoryBudget()
    usual = {"budget": budget, "clock": clock, "sleep": clock.sleep, "account": "token", "write_interval": 0}
    shop, site, other = (
        Line(source=name, **{**usual, **more}, content_limits=(Limit(count=1, seconds=60),))
        for name, more in (("shop", {}), ("site", {}), ("other", {"account": "another"}))
    )
    shop.once("comment", Server(clock))
    with pytest.raises(RateLimited):
        site.once("comment", Server(clock))
    assert other.once("comment", Server(clock)) == "fine"
    with pytest.raises(RateLimited):
        shop.read("list", Server(clock, told(600)))
    with pytest.raises(RateLimited):
        site.read("list", Server(clock))
    assert other.read("list", Server(clock)) == "fine"


def test_what_is_kept_is_kept_for_the_account(clock):
    """Writes of two processes and two sources keep their distance; so do endpoints that were throttled."""
    budget = MemoryBudget()
    server = Server(clock)
    shop, site = (
        Line(source=name, account="token", budget=budget, clock=clock, sleep=clock.sleep) for name in ("shop", "site")
    )
    shop.once("comment", server)
    site.once("comment", server)
    line(clock, budget, account="token").once("comment", server)
    assert server.asked == [NOW + timedelta(seconds=n) for n in range(3)]
    with pytest.raises(RateLimited):
        shop.once("label", Server(clock, told(600, scope="endpoint")))
    with pytest.raises(RateLimited):
        site.once("label", Server(clock))


def test_throttles_without_a_word_are_counted_across_processes(clock):
    """Each run from cron waits twice as long as the one before it; after an answer it is a minute again."""
    budget, waits = MemoryBudget(), []
    for _ in range(4):
        shop = line(clock, budget)
        until = shop.back_off("list")
        waits.append((until - clock()).total_seconds())
        with pytest.raises(RateLimited):
            shop.read("list", Server(clock, RateLimited("shop: list", "slow", retry_at=until)))
        clock.now = until
    assert all(60 * 2**n <= wait <= 75 * 2**n for n, wait in enumerate(waits))
    line(clock, budget).read("list", Server(clock))
    assert line(clock, budget).back_off("list") - clock() <= timedelta(seconds=75)


def test_a_slow_answer_counts_from_its_end(clock):
    """A write that hangs for half a minute may have been counted at its end: the window begins there."""
    shop = line(clock, write_interval=0, content_limits=(Limit(count=1, seconds=60),))
    shop.once("comment", lambda: clock.sleep(30))
    clock.sleep(59)
    with pytest.raises(RateLimited):
        shop.once("comment", Server(clock))
    clock.sleep(3)
    shop.once("comment", Server(clock))


@pytest.mark.parametrize("jump", [-3600, 3600, 36000])
def test_limits_are_counted_by_the_servers_clock(clock, jump):
    """Our clock is put back, or ahead: no more is written in an hour of the server's, and no less in the next one."""
    budget, real = MemoryBudget(), clock.now

    def passed(seconds):
        nonlocal real
        real += timedelta(seconds=seconds)
        clock.now += timedelta(seconds=seconds)

    def run():
        shop = line(clock, budget, write_interval=0, content_limits=(Limit(count=3, seconds=3600),))
        shop.read("list", lambda: shop.heard({"date": format_datetime(real, usegmt=True)}))
        for _ in range(5):
            with suppress(RateLimited):
                shop.once("comment", lambda: written.append(real))

    written = []
    run()
    passed(60)
    clock.now += timedelta(seconds=jump)
    run()
    passed(3600)
    run()
    assert written == [NOW] * 3 + [NOW + timedelta(seconds=3660)] * 3


@pytest.mark.parametrize(
    "headers",
    [
        {"date": "Mon, 02 Nov 2026 12:00:00 GMT", "age": "60"},
        {"date": "Mon, 02 Nov 2099 09:00:00 GMT"},
        {"date": "Mon, 99 Nov 2026 09:00:00 GMT"},
        {"date": "Mon, 02 Nov 2026 09:00:01 GMT"},
        {"date": ""},
    ],
)
def test_what_is_no_clock_is_not_believed(clock, headers):
    """A cache's old answer, the absurd, garbage, and what is a Date's own coarseness."""
    server = ServerClock(clock)
    server.heard(headers)
    assert server() == NOW


@pytest.mark.parametrize("ahead", [-600, 0, 600])
def test_a_date_to_wait_for_is_the_servers(ahead):
    """Our clock may be wrong: how long to wait is the date's distance from that of the answer."""
    ours = NOW + timedelta(seconds=ahead)
    headers = {"Date": "Mon, 02 Nov 2026 09:00:00 GMT", "Retry-After": "Mon, 02 Nov 2026 09:02:00 GMT"}
    assert retry_after(headers, ours) == ours + timedelta(minutes=2)


@pytest.mark.parametrize(
    ("value", "expected"), [("7, 60", 60), ("60, 7", 60), ("soon, 7", 7), ("-1, 0.5", 0.5), ("7, soon", None)]
)
def test_of_two_waits_the_longer_counts(value, expected):
    """Two headers of a name come as one."""
    found = retry_after({"retry-after": value}, NOW)
    assert found == (None if expected is None else NOW + timedelta(seconds=expected))


def test_a_target_has_its_own_limits(clock):
    """The third write to an issue that takes two waits; another issue's does not."""
    server = Server(clock)
    shop = line(clock, write_interval=0)
    for _ in range(2):
        shop.once("comment", server, target="7", limits=(Limit(count=2, seconds=30),))
    with pytest.raises(RateLimited) as limited:
        shop.once("comment", server, target="7", limits=(Limit(count=2, seconds=30),))
    shop.once("comment", server, target="8", limits=(Limit(count=2, seconds=30),))
    assert (limited.value.scope, limited.value.retry_at) == ("target", NOW + timedelta(seconds=30))
    assert len(server.asked) == 3


@pytest.mark.fault("rates/secondary-limit-unsaid", "github")
@pytest.mark.fault("rates/throttle-unsaid", "github")
def test_an_unsaid_wait_doubles(clock):
    """A minute at least, more each time in a row, an hour and a quarter at most, and a minute again after success."""
    shop = line(clock)
    waits = []
    for _ in range(9):
        until = shop.back_off("list")
        waits.append((until - clock()).total_seconds())
        with pytest.raises(RateLimited):
            shop.read("list", Server(clock, RateLimited("shop: list", "slow", retry_at=until)))
        clock.now = until
    assert waits[0] >= 60
    assert all(60 * 2**n <= wait <= 75 * 2**n for n, wait in enumerate(waits[:6]))
    assert max(waits) <= 4500
    shop.read("list", Server(clock))
    assert shop.back_off("list") - clock() <= timedelta(seconds=75)


def test_a_sleep_can_be_broken_off(clock):
    """What stops the process gets through."""

    class Stop(Exception):
        """A signal came."""

    def sleep(_: float) -> None:
        raise Stop

    shop = Line(source="shop", budget=MemoryBudget(), clock=clock, sleep=sleep)
    server = Server(clock, gone())
    with pytest.raises(Stop):
        shop.read("list", server)
    assert len(server.asked) == 1


def test_a_clock_that_stands_still_does_not_hang():
    """If sleeping does not help, the work is parked."""
    budget = MemoryBudget()
    budget.pause("shop", NOW + timedelta(seconds=1))
    shop = Line(source="shop", budget=budget, clock=lambda: NOW, sleep=lambda _: None)
    with pytest.raises(RateLimited):
        shop.read("list", lambda: "fine")


def test_a_shorter_pause_does_not_end_a_longer_one(clock):
    """Two processes are told different times: the later one counts."""
    budget = MemoryBudget()
    budget.pause("shop", NOW + timedelta(seconds=60))
    budget.pause("shop", NOW + timedelta(seconds=10))
    assert budget.paused_until("shop", NOW) == NOW + timedelta(seconds=60)
