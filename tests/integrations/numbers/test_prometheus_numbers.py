"""Numbers by PromQL over HTTP: a number a service, now and in the past, and nothing that is none."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from integrations.base import Numbers
from integrations.errors import Incomplete, NotAllowed, RateLimited, Rejected, Unavailable
from integrations.numbers.gathering import LONGEST_SUBJECT, MOST_SUBJECTS
from integrations.numbers.prometheus import AHEAD, POINTS, POINTS_OF_ONE
from integrations.web import BODY_LIMIT
from rules.model import Signal
from tests.integrations.told import NOW

QUERY, RANGE = "/api/v1/query", "/api/v1/query_range"
HOUR = timedelta(hours=1)


def vector(*samples, at=NOW):
    """Return an answer with samples, each (labels, value)."""
    result = [{"metric": labels, "value": [at.timestamp(), value]} for labels, value in samples]
    return {"status": "success", "data": {"resultType": "vector", "result": result}}


def matrix(*series):
    """Return an answer over time, each series (labels, {moment: value})."""
    result = [
        {"metric": labels, "values": [[at.timestamp(), value] for at, value in values.items()]}
        for labels, values in series
    ]
    return {"status": "success", "data": {"resultType": "matrix", "result": result}}


def service(name, **labels):
    """Return the labels of a service."""
    return {"service": name, **labels}


def signal(subject, value, at=NOW):
    """Make what is to be read."""
    return Signal(name="error_budget", subject=subject, value=value, at=at)


def read(place, json, **given):
    """Answer so, and read."""
    place.answers(QUERY, json=json)
    return place.numbers(**given).read()


# -- what it says now -----------------------------------------------------------------------------------------------


def test_each_value_of_the_label_is_a_subject(place):
    """The query is sent as it is; other labels do not count; the order is the server's."""
    query = 'min by (service) (budget{env=~"a|b"})'
    place.answers(QUERY, json=vector((service("search", env="live"), "0.25"), (service("checkout"), "-0.2")))
    source = place.numbers(query)
    assert source.read() == Numbers(signals=(signal("search", 0.25), signal("checkout", -0.2)))
    assert place.asked() == [("GET", QUERY, {"query": query})]
    assert source.asked == f"{query} by service"


@pytest.mark.parametrize(
    "json",
    [
        vector(({}, "12")),
        vector(({"job": "x"}, "12")),
        {"data": {"resultType": "scalar", "result": [NOW.timestamp(), "12"]}},
    ],
    ids=["no labels", "some labels", "scalar"],
)
def test_without_a_label_there_is_one_number_of_the_whole(place, json):
    """However it is answered."""
    assert read(place, json, subject="") == Numbers(signals=(signal("", 12),))


def test_several_series_without_a_label_to_tell_them_apart_are_an_error(place):
    """The first of them would be a guess."""
    with pytest.raises(Incomplete, match=r"\[signals.error_budget\]: the query answered 2 series: name the label"):
        read(place, vector((service("a"), "1"), (service("b"), "2")), subject="")


@pytest.mark.parametrize(
    ("labels", "value", "at", "why"),
    [
        (service("search"), "NaN", NOW, "'nan' of search is no number to go by"),
        (service("search"), "+Inf", NOW, "'inf' of search is no number to go by"),
        (service("search"), "-Inf", NOW, "'-inf' of search is no number to go by"),
        (service("search"), "1e999", NOW, "'inf' of search is no number to go by"),
        ({"job": "x"}, "1", NOW, "a series without the label 'service'"),
        (service(""), "1", NOW, "a series without the label 'service'"),
        (service("\x1b\x00"), "1", NOW, "a subject that cannot be printed"),
        (
            service("x" * (LONGEST_SUBJECT + 1)),
            "1",
            NOW,
            "a subject of more than 100 characters: xxxxxxxxxxxxxxxxxxxx...",
        ),
        (service("search"), "1", NOW + AHEAD + HOUR, "a number of search of 2026-11-23 10:05 is of the future"),
        (
            service("search"),
            "1",
            datetime(1969, 1, 1, tzinfo=UTC),
            "a number of search of 1969-01-01 is older than 1970",
        ),
    ],
    ids=["NaN", "inf", "-inf", "too large", "no label", "empty", "unprintable", "long", "future", "old"],
)
def test_what_is_no_number_is_left_out_and_told(place, labels, value, at, why):
    """The others count all the same."""
    json = vector((service("checkout"), "1"))
    json["data"]["result"] += vector((labels, value), at=at)["data"]["result"]
    assert read(place, json) == Numbers(signals=(signal("checkout", 1),), refused=(why,))


def test_two_series_of_one_subject_are_neither(place):
    """Whichever came last would be a guess; case does not tell services apart."""
    found = read(place, vector((service("a", env="x"), "1"), (service("A", env="y"), "2"), (service("b"), "3")))
    assert found.signals == (signal("b", 3),)
    assert found.refused == (
        "2 series of a: which of them counts is not said",
        "2 series of A: which of them counts is not said",
    )


def test_many_refusals_are_counted(place):
    """A line is a line."""
    found = read(place, vector(*((service(f"s{number}"), "NaN") for number in range(9))))
    assert (found.signals, len(found.refused), found.refused[-1]) == ((), 6, "and 4 more")


def test_a_subject_is_one_printable_line(place):
    """Whatever a label holds."""
    assert read(place, vector((service("a\nb\x1b[31m"), "1"))).signals == (signal("a b [31m", 1),)


def test_more_subjects_than_anybody_has_services_are_an_error(place):
    """A label of requests, not of services, by mistake."""
    with pytest.raises(Incomplete, match=f"numbers of more than {MOST_SUBJECTS} subjects"):
        read(place, vector(*((service(f"s{number}"), "1") for number in range(MOST_SUBJECTS + 1))))


@pytest.mark.parametrize(
    ("response", "error", "what"),
    [
        ({"json": vector()}, Incomplete, "the query answered nothing"),
        ({"json": matrix()}, Incomplete, "answered a matrix: a number or an instant vector is wanted"),
        (
            {"json": {"data": {"resultType": "vector", "result": [{"metric": {}}]}}},
            Incomplete,
            "none of Prometheus's API",
        ),
        ({"json": {"data": {"resultType": "vector", "result": {"a": 1}}}}, Incomplete, "none of Prometheus's API"),
        ({"json": vector((service("a"), "many"))}, Incomplete, "none of Prometheus's API"),
        ({"json": vector((service("a"), None))}, Incomplete, "none of Prometheus's API"),
        ({"json": []}, Incomplete, "none of Prometheus's API"),
        ({"body": b"<html>Sign in</html>"}, Unavailable, "no whole JSON"),
        ({"body": b" " * (BODY_LIMIT + 1)}, Rejected, "larger than 4 MB"),
        ({"status": 400, "json": {"error": "1:5: parse error: unexpected )"}}, Rejected, "400: 1:5: parse error"),
        ({"status": 401}, NotAllowed, "it wants a credential"),
        ({"status": 503, "headers": {"Retry-After": "600"}}, RateLimited, "again at 2026-11-23 09:10:00 UTC"),
        (
            {"status": 302, "headers": {"Location": "http://login.example/"}},
            Rejected,
            "redirected to login.example, another",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_an_answer_that_cannot_be_used_is_one_of_our_errors(place, response, error, what):
    """In the signal's name, asked once if it will be the same again, and no other host is told the token."""
    place.answers(QUERY, **response)
    with pytest.raises(error) as caught:
        place.numbers(token="canary").read()
    assert str(caught.value).startswith("[signals.error_budget]: ")
    assert what in str(caught.value)
    assert "canary" not in str(caught.value)
    assert set(place.told.credentials) == {"Bearer canary"}


def test_a_server_that_drips_does_not_hold_us(place):
    """The whole answer has a deadline."""
    place.answers(QUERY, json=vector((service("a"), "1")))
    place.fail("drip", seconds=0.1, times=2)
    with pytest.raises(Unavailable, match="no usable answer"):
        place.numbers(timeout=(0.2, 0.2)).read()


# -- what it said in the past ---------------------------------------------------------------------------------------


def test_the_past_is_asked_for_at_whole_steps(place):
    """So that the same hour is the same moment, whenever it is asked for."""
    start, end = NOW - 3 * HOUR + timedelta(minutes=7), NOW + timedelta(minutes=5)
    told = {NOW - 2 * HOUR: "0.5", NOW - HOUR: "NaN", NOW: "0.25"}
    place.answers(RANGE, json=matrix((service("checkout"), told)))
    found = place.numbers().past(start, end, HOUR)
    assert found.signals == (signal("checkout", 0.5, NOW - 2 * HOUR), signal("checkout", 0.25))
    assert found.refused == ("'nan' of checkout is no number to go by",)
    ((_, path, query),) = place.asked()
    assert (path, query) == (
        RANGE,
        {
            "query": "budget",
            "start": f"{(NOW - 2 * HOUR).timestamp():.3f}",
            "end": f"{NOW.timestamp():.3f}",
            "step": "3600",
        },
    )


def test_a_long_past_is_asked_for_in_pieces(place):
    """Prometheus refuses more than 11,000 points of a series, and an answer may not be larger than 4 MB."""
    place.answers(RANGE, json=matrix())
    place.numbers().past(NOW - (2 * POINTS_OF_ONE + 1) * timedelta(minutes=1), NOW, timedelta(minutes=1))
    asked = [(float(query["start"]), float(query["end"])) for _, _, query in place.asked()]
    assert len(asked) == 3
    assert all((end - start) / 60 + 1 <= POINTS_OF_ONE for start, end in asked)
    assert [later[0] - earlier[1] for earlier, later in pairwise(asked)] == [60, 60]
    assert asked[-1][1] == NOW.timestamp()


def test_many_series_make_smaller_pieces(place):
    """What the last answer had of them tells."""
    place.answers(QUERY, json=vector(*((service(f"s{number}"), "1") for number in range(100))))
    place.answers(RANGE, json=matrix())
    source = place.numbers()
    source.read()
    source.past(NOW - (POINTS // 100) * HOUR, NOW, HOUR)
    assert len(place.asked()) == 1 + 2


def test_nothing_in_the_past_is_no_error(place):
    """A server that is younger than the history that is asked for."""
    place.answers(RANGE, json=matrix())
    assert place.numbers().past(NOW - HOUR, NOW, HOUR) == Numbers()


def test_a_past_that_is_no_matrix_is_an_error(place):
    """Some other API."""
    place.answers(RANGE, json=vector())
    with pytest.raises(Incomplete, match="a matrix is wanted"):
        place.numbers().past(NOW - HOUR, NOW, HOUR)
