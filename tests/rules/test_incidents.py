"""How an incident went: from a ticket, its history, its comments and its text."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from rules.metrics.closings import Closed, Closers
from rules.metrics.compute import measure
from rules.metrics.incidents import Past, Word, read_incident
from rules.metrics.model import Cause, History, Incident, Subjects, Window
from rules.metrics.table import MetricTable, metric_of
from rules.metrics.timeline import Course, span_words, timeline
from rules.metrics.told import Told
from rules.model import Event
from rules.policy import Service
from tests.rules.factories import NOW, policy, ticket

POLICY = replace(policy(), services=(Service(name="pay", sources=frozenset({"shop"})),))
NOBODY = Closers(last={}, bulk={}, bots=("*[bot]",), ours=frozenset({("shop", "kaizend")}))
LATER = NOW + timedelta(days=30)


def at(hours) -> datetime:
    """Return the moment so many hours after the report."""
    return NOW + timedelta(hours=hours)


def event(hours, what, actor, before="", after=""):
    """Return something that happened."""
    return Event(
        source="shop", uid=f"e/{hours}", ticket="t", at=at(hours), actor=actor, what=what, before=before, after=after
    )


def over(hours, resolution="completed", **given):
    """Return an incident that was closed so many hours after its report."""
    return reported(phase="done", closed=at(hours), resolution=resolution, updated=at(hours), **given)


def reported(**given):
    """Return an incident that was reported now, by rita."""
    return ticket(labels=frozenset({"incident", "domain:security"}), created=NOW, **given)


def read(of, closers=NOBODY, **past):
    """Read an incident."""
    return read_incident(POLICY, of, Past(**past), closers, LATER)


def test_all_that_is_known_of_it():
    """For whom it counts, how severe it was, and nothing that nobody knows."""
    found = read(over(5, priority="P1"))
    assert found.counts
    assert found.incident == Incident(
        uid="github.com/issue/12",
        key="acme/shop#12",
        url="https://github.example/acme/shop/issues/12",
        subjects=Subjects(services=frozenset({"pay"}), teams=frozenset({"checkout"}), domains=frozenset({"security"})),
        began=NOW,
        reported=NOW,
        resolved=at(5),
        severity="critical",
    )


def test_who_responded():
    """Somebody else than the reporter, who is no machine: by a word, by taking it, by moving it."""
    by_rita = [event(1, "assignee", "rita", after="bo"), event(2, "label", "bo", after="p1")]
    words = [Word(at=at(1), author="rita"), Word(at=at(2), author="ci[bot]"), Word(at=at(2.5), author="kaizend")]
    assert read(reported(), events=by_rita, comments=words).incident.responded is None
    taken = event(5, "assignee", "bo", after="bo")
    assert read(reported(), events=[*by_rita, taken], comments=words).incident.responded == at(5)
    said = [*words, Word(at=at(4), author="bo")]
    assert read(reported(), events=[*by_rita, taken], comments=said).incident.responded == at(4)
    moved = event(3, "status", "kim", before="Open", after="In Progress")
    assert read(reported(), events=[moved, taken], comments=said).incident.responded == at(3)
    unknown = event(1, "assignee", "", after="bo")
    assert read(reported(), events=[unknown]).incident.responded is None


def test_what_its_text_tells():
    """It goes before the report, and before the closing."""
    told = Told(began=at(-2), detected=at(-1), resolved=at(3))
    found = read(over(50), told=told).incident
    assert (found.began, found.detected, found.reported, found.resolved) == (at(-2), at(-1), NOW, at(3))
    still = read(reported(), told=told).incident
    assert still.resolved == at(3)


@pytest.mark.parametrize(
    ("told", "began", "detected", "resolved", "doubt"),
    [
        (
            Told(began=at(-24 * 91)),
            0,
            None,
            5,
            "'Began' is not believed: 2026-08-04 09:00 UTC is before it can have begun.",
        ),
        (
            Told(began=at(6)),
            0,
            None,
            5,
            "'Began' is not believed: 2026-11-03 15:00 UTC is later than it can have been.",
        ),
        (
            Told(began=at(-2), detected=at(-3)),
            -2,
            None,
            5,
            "'Detected' is not believed: 2026-11-03 06:00 UTC is before",
        ),
        (
            Told(began=at(-2), resolved=at(-3)),
            -2,
            None,
            5,
            "'Resolved' is not believed: 2026-11-03 06:00 UTC is before",
        ),
        (Told(resolved=at(24 * 365)), 0, None, 5, "'Resolved' is not believed: 2027-11-03 09:00 UTC is later than"),
        (Told(detected=at(-1)), -1, None, 5, "How long it took to detect is not known without a line 'Began: ...'."),
        (Told(resolved=at(-1)), -1, None, -1, None),
        (Told(began=at(1)), 1, None, 5, None),
    ],
    ids=[
        "long ago",
        "after its end",
        "found before",
        "over before",
        "to come",
        "no beginning",
        "reported after",
        "later",
    ],
)
def test_what_cannot_be_is_not_believed(told, began, detected, resolved, doubt):
    """It is told instead, so that somebody puts it right."""
    found = read(over(5), told=told)
    assert (found.incident.began, found.incident.detected, found.incident.resolved) == (
        at(began),
        None if detected is None else at(detected),
        at(resolved),
    )
    assert len(found.doubts) == (doubt is not None)
    assert doubt is None or found.doubts[0].startswith(doubt)


def test_opened_again():
    """Each closing that did not last counts; the last one is when it was over."""
    turns = [
        event(1, "status", "bo", "open", "closed"),
        event(2, "status", "rita", "closed", "open"),
        event(5, "status", "bo", "open", "closed"),
    ]
    found = read(over(5), events=turns).incident
    assert (found.reopened, found.resolved) == (1, at(5))
    again = read(reported(), events=turns[:2]).incident
    assert (again.reopened, again.resolved) == (1, None)


def test_a_machine_closed_it():
    """When it was over is not known, unless its text tells."""
    closed = Closed(ticket="github.com/issue/12", source="shop", at=at(5), actor="stale[bot]")
    closers = replace(NOBODY, last={closed.ticket: (closed,)})
    found = read(over(5), closers)
    assert (found.counts, found.incident.resolved, found.incident.excluded) == (True, None, "closed by a bot")
    told = read(over(5), closers, told=Told(resolved=at(2)))
    assert (told.incident.resolved, told.incident.excluded) == (at(2), "")


def test_what_was_reported_afterwards_did_not_take_no_time():
    """Where nobody tells when it began, how long it took is not known."""
    found = read(over(5), told=Told(resolved=at(-1))).incident
    assert (found.resolved, found.excluded) == (at(-1), "it is not told when it began, only when it was over")
    mttr = metric_of("own", MetricTable(id="mttr", measured="time-to-resolve"))
    seen = measure(mttr, "all", "", Window(start=at(-24), end=at(24)), History(incidents=(found,)), at(48))
    assert (seen.value, seen.excluded) == (None, ((found.excluded, 1),))


@pytest.mark.parametrize(
    ("resolution", "past", "expected"),
    [
        ("not_planned", {}, "closed as not planned"),
        ("Won't Do", {}, "closed as won't do"),
        ("duplicate", {}, "closed as duplicate"),
        ("completed", {"same_as": "OPS-1"}, "the same as another"),
    ],
)
def test_what_is_no_incident_of_its_own(resolution, past, expected):
    """Declined, or another one's report."""
    found = read(over(5, resolution), **past)
    assert (found.counts, found.incident.excluded, found.incident.resolved) == (False, expected, None)


def test_what_came_back_is_one_though_it_is_closed_as_a_duplicate():
    """But its closing says nothing of when it was over."""
    found = read(over(5, "duplicate"), again=True)
    assert (found.counts, found.incident.excluded, found.incident.resolved) == (True, "closed as duplicate", None)


def test_its_timeline():
    """What is known of it, each with how long after it began."""
    told = Told(began=at(-2), detected=at(-1.5), resolved=at(3))
    one = read(over(50), told=told, comments=[Word(at=at(0.25), author="bo")])
    cause = Cause(
        incident=one.incident.uid, rollout="d/1", how="window", evidence="v1 went out 1 h before, the last one"
    )
    assert list(timeline(Course(incident=one.incident, counts=True, causes=(cause,), doubts=("Odd.",)))) == [
        ("began", "2026-11-03 07:00 UTC"),
        ("reported", "2026-11-03 09:00 UTC, after 2 h"),
        ("detected", "2026-11-03 07:30 UTC, after 30 min"),
        ("responded", "2026-11-03 09:15 UTC, after 2 h 15 min"),
        ("resolved", "2026-11-03 12:00 UTC, after 5 h"),
        ("cause", "v1 went out 1 h before, the last one (nearness in time alone)"),
        ("doubtful", "Odd."),
    ]


def test_the_timeline_of_one_that_is_open_and_of_one_that_is_none():
    """What is not known is said."""
    assert list(timeline(Course(incident=read(reported()).incident, counts=True)))[1:] == [
        ("responded", "nobody, as far as is known"),
        ("resolved", "not yet"),
        ("cause", "not known: no rollout of its service shortly before, and nobody says"),
    ]
    one = read(over(5, "duplicate"))
    assert list(timeline(Course(incident=one.incident, counts=one.counts)))[-2:] == [
        ("resolved", "not known"),
        ("counted", "as no incident of its own: closed as duplicate"),
    ]


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (3600, "1 h"),
        (3700, "1 h 1 min"),
        (86400 * 2 + 61, "2 d"),
        (90000, "1 d 1 h"),
    ],
)
def test_spans_are_worded_in_two_units(seconds, expected):
    """No more is asked for."""
    assert span_words(timedelta(seconds=seconds)) == expected
