"""The small Prometheus answers as the real one does, as far as it answers at all."""

from datetime import UTC, datetime, timedelta

import pytest
import requests

from integrations.sandbox.prometheus import NumbersWorld, PrometheusFace
from integrations.sandbox.server import Sandbox

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Served:
    """A world with two services, and how to ask for it."""

    def __init__(self, token=""):
        self.world = NumbersWorld(lambda: NOW)
        self.world.say("budget", "checkout", 0.5, at=NOW - 3 * HOUR)
        self.world.say("budget", "checkout", -0.25, at=NOW - HOUR)
        self.world.say("budget", "search", 1)
        self.sandbox = Sandbox([PrometheusFace(self.world, lambda: NOW, token=token)])

    def ask(self, what, token="", **params):
        """Ask, and return the status and the answer."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        address = f"{self.sandbox.url}/prometheus/api/v1/{what}"
        answer = requests.get(address, params=params, headers=headers, timeout=5)
        return answer.status_code, answer.json() if answer.headers["content-type"].startswith("application") else {}


@pytest.fixture
def served():
    """Serve."""
    made = Served()
    with made.sandbox:
        yield made


def point(at, value):
    """Return a value at a time, as it is on the wire."""
    return [at.timestamp(), value]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("budget", {"checkout": "-0.25", "search": "1"}),
        ('budget{service="checkout"}', {"checkout": "-0.25"}),
        (" budget { } ", {"checkout": "-0.25", "search": "1"}),
        ('budget{service="nobody"}', {}),
        ('budget{job="x"}', {}),
        ("unheard_of", {}),
    ],
)
def test_an_instant_query_says_what_holds_now(served, query, expected):
    """A metric, or one service of it; what nobody exported is nothing."""
    status, told = served.ask("query", query=query)
    assert (status, told["status"], told["data"]["resultType"]) == (200, "success", "vector")
    found = {one["metric"]["service"]: one["value"] for one in told["data"]["result"]}
    assert found == {name: point(NOW, value) for name, value in expected.items()}


def test_an_instant_query_may_ask_for_another_time(served):
    """Seconds since 1970, or RFC 3339."""
    for time in (f"{(NOW - 2 * HOUR).timestamp()}", (NOW - 2 * HOUR).isoformat()):
        _, told = served.ask("query", query="budget", time=time)
        assert [one["value"][1] for one in told["data"]["result"]] == ["0.5"]


def test_a_range_query_says_what_held_at_each_step(served):
    """Nothing before the first, nothing while nobody exports."""
    served.world.hush("budget", "search", at=NOW + HOUR)
    start, end = (NOW - 4 * HOUR).timestamp(), (NOW + HOUR).timestamp()
    _, told = served.ask("query_range", query="budget", start=start, end=end, step=3600)
    found = {one["metric"]["service"]: one["values"] for one in told["data"]["result"]}
    assert found == {
        "checkout": [point(NOW + count * HOUR, "0.5" if count < -1 else "-0.25") for count in range(-3, 2)],
        "search": [point(NOW, "1")],
    }


def test_what_is_hushed_is_missing(served):
    """Until it is said again."""
    served.world.hush("budget", "checkout")
    assert dict(served.world.values("budget", NOW)) == {"search": 1}


@pytest.mark.parametrize(
    ("what", "params", "error"),
    [
        ("query", {}, "parse error"),
        ("query", {"query": "sum(budget)"}, "parse error"),
        ("query", {"query": "budget", "time": "noon"}, 'invalid parameter "time"'),
        ("query_range", {"query": "budget", "start": 2, "end": 1, "step": 1}, "must not be before start time"),
        ("query_range", {"query": "budget", "start": 1, "end": 2, "step": 0}, "zero or negative"),
        (
            "query_range",
            {"query": "budget", "start": 0, "end": 11001, "step": 1},
            "maximum resolution of 11,000",
        ),
        ("query_range", {"query": "budget", "end": 2, "step": 1}, 'invalid parameter "start"'),
    ],
)
def test_a_wrong_query_is_refused_in_its_words(served, what, params, error):
    """Status 400, with what is wrong."""
    status, told = served.ask(what, **params)
    assert (status, told["status"], error in told["error"]) == (400, "error", True)


def test_numbers_can_be_pushed(served):
    """For who plays with the sandbox: a line each, all or none."""
    address = f"{served.sandbox.url}/prometheus/metrics"
    body = 'budget{service="checkout"} -0.5\nbudget{service="new"} 1e-1\n\nload 7\n'
    assert requests.post(address, data=body, timeout=5).status_code == 200
    assert dict(served.world.values("budget", NOW)) == {"checkout": -0.5, "search": 1, "new": 0.1}
    assert dict(served.world.values("load", NOW)) == {"": 7}
    for wrong in ("budget", 'budget{job="x"} 1', "budget many", "sum(budget) 1"):
        refused = requests.post(address, data=f"load 8\n{wrong}", timeout=5)
        assert (refused.status_code, wrong in refused.text) == (400, True)
    assert dict(served.world.values("load", NOW)) == {"": 7}


def test_elsewhere_there_is_nothing(served):
    """It serves no pages."""
    assert served.ask("labels")[0] == 404


def test_a_token_may_be_wanted():
    """As behind a proxy that checks it."""
    made = Served(token="t0ken")
    with made.sandbox:
        assert [made.ask("query", query="budget")[0], made.ask("query", "t0ken", query="budget")[0]] == [401, 200]
