"""Prometheus over HTTP: what it says is one line, and whatever goes wrong is one of our errors."""

from datetime import UTC, datetime, timedelta

import pytest

from integrations.base import Reading
from integrations.errors import Incomplete, NotAllowed, RateLimited, Rejected, TrackerError, Unavailable
from integrations.web import BODY_LIMIT

PATH = "/api/v1/query"
AT = 1795426200.25
MOMENT = datetime.fromtimestamp(AT, UTC)


def vector(*samples):
    """Return an answer with samples, each (labels, value)."""
    result = [{"metric": labels, "value": [AT, value]} for labels, value in samples]
    return {"status": "success", "data": {"resultType": "vector", "result": result}}


def told(place, **response):
    """Answer so, and read."""
    place.answers(PATH, **response)
    return place.prometheus().read()


def test_a_sample_is_told_with_its_labels_and_where_to_look(place):
    """The query is sent as it is; the link opens it in Prometheus's own page."""
    place.answers(PATH, json=vector(({"__name__": "budget", "service": "shop", "env": "live"}, "0.9731")))
    query = 'budget{service=~"a|b"} > 0'
    reading = place.prometheus(query).read()
    assert reading == Reading(
        at=MOMENT,
        said='budget{env="live", service="shop"} = 0.9731',
        url=f"{place.sandbox.url}/graph?g0.expr=budget%7Bservice%3D~%22a%7Cb%22%7D+%3E+0&g0.tab=1",
    )
    assert place.asked() == [("GET", PATH, {"query": query})]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (vector(({}, "0.5")), "error-budgets = 0.5"),
        (vector(*(({"s": name}, "1") for name in "abc")), '{s="a"} = 1; {s="b"} = 1; {s="c"} = 1'),
        (vector(*(({"s": name}, "1") for name in "abcde")), '{s="a"} = 1; {s="b"} = 1; {s="c"} = 1; and 2 more'),
        ({"status": "success", "data": {"resultType": "scalar", "result": [AT, "12"]}}, "error-budgets = 12"),
        (vector(({"s": "a\nb\x1b[31m"}, "-1e-07")), '{s="a b [31m"} = -1e-07'),
    ],
    ids=["no labels", "three", "five", "scalar", "hostile labels"],
)
def test_the_first_samples_are_told_and_the_rest_is_counted(place, data, said):
    """One printable line, whatever the labels are."""
    assert told(place, json=data).said == said


@pytest.mark.parametrize(
    ("data", "error", "what"),
    [
        (vector(), Incomplete, "the query answered nothing"),
        (vector(({"s": "a"}, "1"), ({"s": "b"}, "NaN")), Incomplete, 'answered NaN for {s="b"}'),
        (vector(({}, "+Inf")), Incomplete, "answered infinity for error-budgets"),
        ({"data": {"resultType": "matrix", "result": []}}, Incomplete, "answered a matrix"),
        ({"data": {"resultType": "vector", "result": [{"metric": {}}]}}, Incomplete, "none of Prometheus's API"),
        ({"data": {"resultType": "vector", "result": [{"metric": [], "value": [1, "1"]}]}}, Incomplete, "none of Pro"),
        ({"data": {"resultType": "vector", "result": 5}}, Incomplete, "none of Prometheus's API"),
        ({"data": {"resultType": "scalar", "result": [1e300, "1"]}}, Incomplete, "none of Prometheus's API"),
        ({"data": {"resultType": "scalar", "result": [1, "one"]}}, Incomplete, "none of Prometheus's API"),
        ([], Incomplete, "none of Prometheus's API"),
        ("all is well", Incomplete, "none of Prometheus's API"),
    ],
)
def test_an_answer_that_is_no_figure_is_an_error(place, data, error, what):
    """Nothing, NaN and the unexpected are never taken for an input."""
    with pytest.raises(error) as caught:
        told(place, json=data)
    assert what in str(caught.value)
    assert str(caught.value).startswith("[inputs.error-budgets]: ")


@pytest.mark.parametrize("body", [b"<html>It works</html>", b"", b'{"data": {', b"[" * 100_000, b"\xff\xfe"])
def test_a_body_that_is_no_json_is_an_error(place, body):
    """A proxy's page, nothing, a half, a deep one, no text."""
    with pytest.raises(Unavailable, match="no whole JSON"):
        told(place, body=body)


@pytest.mark.parametrize(
    ("status", "headers", "json", "error", "what"),
    [
        (
            400,
            {},
            {"status": "error", "error": "parse error: unexpected }"},
            Rejected,
            "400: parse error: unexpected }",
        ),
        (401, {}, None, NotAllowed, "answered 401: it wants a credential"),
        (403, {}, [], NotAllowed, "answered 403: it wants a credential"),
        (404, {}, None, TrackerError, "answered 404"),
        (429, {"Retry-After": "600"}, None, RateLimited, "again at 2026-11-23 09:10:00 UTC"),
        (503, {"Retry-After": "600"}, None, RateLimited, "again at 2026-11-23 09:10:00 UTC"),
        (204, {}, None, Unavailable, "no whole JSON"),
    ],
)
def test_a_refusal_is_told_once_with_the_servers_words(place, status, headers, json, error, what):
    """What will be refused again is not asked again."""
    with pytest.raises(error) as caught:
        told(place, status=status, headers=headers, json=json)
    assert what in str(caught.value)
    assert len(place.asked()) == 1


def test_after_a_throttle_nothing_is_sent_until_its_time(place):
    """The pause holds for the next read, too."""
    place.answers(PATH, status=429, headers={"Retry-After": "600"})
    for _ in range(2):
        with pytest.raises(RateLimited):
            place.prometheus().read()
    assert len(place.asked()) == 1
    place.now += timedelta(seconds=601)
    assert told(place, json=vector(({}, "1"))).said == "error-budgets = 1"


FAULTS = [
    {"kind": "status", "status": 500},
    {"kind": "delay", "seconds": 2},
    {"kind": "drop_before"},
    {"kind": "drop_after"},
    {"kind": "truncate"},
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault["kind"])
def test_a_short_trouble_is_tried_once_more_and_a_long_one_told(place, fault):
    """Two tries, then one of our errors."""
    place.answers(PATH, json=vector(({}, "1")))
    place.fail(**fault)
    assert place.prometheus().read().said == "error-budgets = 1"
    place.fail(**fault, times=2)
    with pytest.raises(Unavailable):
        place.prometheus().read()
    assert len(place.asked()) == 4


def test_a_server_that_drips_does_not_hold_us(place):
    """The whole answer has a deadline."""
    place.answers(PATH, json=vector(({}, "1")))
    place.fail("drip", seconds=0.1, times=2)
    with pytest.raises(Unavailable, match="no usable answer"):
        place.prometheus(timeout=(0.2, 0.2)).read()


def test_a_huge_answer_is_left_where_it_is(place):
    """Some megabytes are enough."""
    with pytest.raises(Rejected, match="larger than 4 MB"):
        told(place, body=b" " * (BODY_LIMIT + 1))


def test_nobody_there_is_one_line(place):
    """No address, no stack."""
    with pytest.raises(Unavailable) as caught:
        place.prometheus(base_url="http://127.0.0.1:1").read()
    assert str(caught.value).startswith("[inputs.error-budgets]: no usable answer: ConnectionError")
    assert "127.0.0.1" not in str(caught.value)


def test_the_token_is_sent_and_never_told(place):
    """Not in errors, not in what the server says back, and nowhere but to its host."""
    token = "canary-of-prometheus"
    place.answers(PATH, status=400, json={"error": f"Bearer {token} may not"})
    signal = place.prometheus(token=token)
    with pytest.raises(Rejected) as caught:
        signal.read()
    place.answers(PATH, json=vector(({"who": token}, "1")))
    reading = signal.read()
    assert token not in str(caught.value) + repr(reading) + repr(signal) + repr(signal._config)
    assert "***" in str(caught.value)
    assert place.told.credentials == [f"Bearer {token}"] * 2


def test_without_a_token_none_is_sent(place):
    """And no ~/.netrc is asked."""
    told(place, json=vector(({}, "1")))
    assert place.told.credentials == [None]
