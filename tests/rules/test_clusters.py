"""Which report is a report of what, and whether that had been fixed by then."""

from datetime import timedelta

import pytest

from rules.memory import Fix
from rules.model import Event, Release
from rules.recurrence.clusters import Member, Pairing, clusters, pairings
from rules.recurrence.fixes import Closing, Merge, Rollout, closings, effective
from tests.rules.factories import later, ticket

MONTH = timedelta(days=30)


def member(uid, day, *, closed=(), resolution="", fixed=None):
    """Return a ticket made on a day; `closed` are pairs of days, the last open-ended if it is closed still."""
    past = tuple(Closing(at=later(start), over=None if end is None else later(end)) for start, end in closed)
    done = bool(past) and past[-1].over is None
    at = fixed if fixed is not None else past[-1].at if past else None
    fix = Fix(at=at, how="closed") if past else None
    return Member(uid=uid, created=later(day), done=done, resolution=resolution, closings=past, fix=fix)


def paired(*members, blocked=()):
    """Return who is a report of whom, "b>a" for one of something that was fixed, "b-a" otherwise."""
    parted = frozenset(frozenset(pair) for pair in blocked)
    found = pairings(members, parted, MONTH)
    return [f"{each.uid}{'>' if each.again else '-'}{each.other}" for each in found]


FIXED = [(10, None)]
CASES = {
    "open": ((member("a", 0), member("b", 1)), ["b-a"]),
    "fixed": ((member("a", 0, closed=FIXED), member("b", 20)), ["b>a"]),
    "past the window": ((member("a", 0, closed=FIXED), member("b", 50)), ["b>a"]),
    "fixed later": ((member("a", 0, closed=FIXED), member("b", 5)), ["b-a"]),
    "not deployed": ((member("a", 0, closed=FIXED, fixed=later(15)), member("b", 12)), ["b-a"]),
    "opened again for it": ((member("a", 0, closed=[(10, 20)]), member("b", 20)), ["b>a"]),
    "reported while open again": ((member("a", 0, closed=[(10, 20)]), member("b", 21)), ["b-a"]),
    "fixed twice": ((member("a", 0, closed=[(10, 20), (30, None)]), member("b", 20), member("c", 35)), ["b>a", "c>a"]),
    "the newest that was fixed": (
        (member("a", 0, closed=FIXED), member("b", 60, closed=[(65, None)]), member("c", 70)),
        ["b>a", "c>b"],
    ),
    "what is folded in is none": (
        (member("a", 0, closed=[(10, 20)]), member("b", 20), member("c", 22)),
        ["b>a", "c-a"],
    ),
    "won't do": (
        (member("a", 0, closed=FIXED), member("b", 1, closed=[(11, None)], resolution="Won't Do"), member("c", 20)),
        ["b-a", "c>a"],
    ),
    "won't do alone": ((member("a", 0, closed=FIXED, resolution="wontfix"), member("b", 20)), ["b-a"]),
    "a duplicate alone": ((member("a", 0, closed=FIXED, resolution="duplicate"), member("b", 20)), []),
    "an invalid report": (
        (member("a", 0, closed=FIXED), member("b", 20, closed=[(21, None)], resolution="invalid")),
        ["b-a"],
    ),
    "a report closed as duplicate": (
        (member("a", 0, closed=FIXED), member("b", 20, closed=[(21, None)], resolution="duplicate")),
        ["b>a"],
    ),
}


@pytest.mark.parametrize(("members", "expected"), CASES.values(), ids=CASES.keys())
def test_who_is_a_report_of_whom(members, expected):
    """In whatever order they are given."""
    assert paired(*members) == expected
    assert paired(*reversed(members)) == expected


def test_a_pair_that_people_parted_is_never_made():
    """The report falls to the next one, or to none."""
    one, two, three = member("a", 0, closed=FIXED), member("b", 60, closed=[(65, None)]), member("c", 70)
    assert paired(one, two, three, blocked=["cb"]) == ["b>a", "c>a"]
    assert paired(one, two, three, blocked=["cb", "ca"]) == ["b>a"]


def test_a_cluster_has_one_root():
    """Duplicates of duplicates are followed to the first."""
    edges = [frozenset("ab"), frozenset("bc"), frozenset("xy")]
    assert set(clusters(edges)) == {frozenset("abc"), frozenset("xy")}
    found = pairings(
        [member("a", 0, closed=FIXED), member("b", 60, closed=[(65, None)]), member("c", 70)], frozenset(), MONTH
    )
    assert found[1] == Pairing(uid="c", other="b", root="a", again=True)


# -- fixes -------------------------------------------------------------------------------------------------------------


def turned(day, what):
    """Return an event that closed or opened the ticket."""
    before, after = ("open", "closed") if what == "closed" else ("closed", "open")
    return Event(
        source="shop", uid=f"{day}", ticket="t", at=later(day), actor="bo", what="status", before=before, after=after
    )


def test_closings_are_told_by_history_and_state():
    """What lags in the history is told by the ticket."""
    open_now, done_now = ticket(), ticket(phase="done", closed=later(9))
    events = [turned(1, "closed"), turned(2, "opened"), turned(3, "closed")]
    assert closings(done_now, events) == (Closing(at=later(1), over=later(2)), Closing(at=later(9)))
    assert closings(open_now, events)[-1] == Closing(at=later(3), over=open_now.updated)
    assert closings(done_now, []) == (Closing(at=later(9)),)
    assert closings(open_now, []) == ()


MERGE = Merge(source="shop", key="acme/shop#7", base="main", sha="s7", at=later(1))
RELEASE = Release(source="shop", uid="r", ref="r", name="1.2", released=later(5))


def rolled(day, sha, **known):
    """Return a deployment."""
    return Rollout(sha=sha, at=later(day), **known)


FIXES = {
    "closed": ((), (), (), Fix(at=later(2), how="closed")),
    "its own commit": ((MERGE,), (rolled(4, "s7"),), (), Fix(at=later(4), how="acme/shop#7 was deployed")),
    "a later commit": (
        (MERGE,),
        (rolled(3, "s1", base="main", merged=later(0)), rolled(6, "s9", base="main", merged=later(5))),
        (),
        Fix(at=later(6), how="acme/shop#7 was deployed"),
    ),
    "another branch": (
        (MERGE,),
        (rolled(6, "s9", base="next", merged=later(5)),),
        (),
        Fix(at=None, how="not deployed yet"),
    ),
    "an unknown commit": (
        (MERGE,),
        (rolled(0, "x"), rolled(3, "y")),
        (),
        Fix(at=later(3), how="acme/shop#7 was deployed"),
    ),
    "released": ((MERGE,), (), (RELEASE,), Fix(at=later(5), how="acme/shop#7 was released in 1.2")),
    "deployments first": ((MERGE,), (rolled(4, "s7"),), (RELEASE,), Fix(at=later(4), how="acme/shop#7 was deployed")),
}


@pytest.mark.parametrize(("merges", "rollouts", "releases", "expected"), FIXES.values(), ids=FIXES.keys())
def test_when_a_fix_takes_effect(merges, rollouts, releases, expected):
    """Deployed or released where that is known, else closed."""
    done = ticket(phase="done", closed=later(2), resolution="completed")
    assert effective(done, [Closing(at=later(2))], merges, rollouts, releases, later(7)) == expected


def test_what_is_never_deployed_is_not_waited_for():
    """A month later it counts from the closing."""
    done = ticket(phase="done", closed=later(2), resolution="completed")
    found = effective(done, [Closing(at=later(2))], [MERGE], [rolled(0, "x", merged=later(0))], (), later(40))
    assert found == Fix(at=later(2), how="closed")


def test_a_change_of_an_earlier_fix_does_not_count():
    """What was merged before the ticket was opened again did not fix it."""
    done = ticket(phase="done", closed=later(9), resolution="completed")
    history = [Closing(at=later(2), over=later(3)), Closing(at=later(9))]
    assert effective(done, history, [MERGE], [rolled(1, "s7")], (), later(10)) == Fix(at=later(9), how="closed")


def test_a_jira_version_that_a_ticket_names_counts():
    """Released, it is when the fix took effect."""
    done = ticket(phase="done", closed=later(2), resolution="Fixed", milestone="1.2")
    assert effective(done, [Closing(at=later(2))], (), (), [RELEASE], later(7)) == Fix(
        at=later(5), how="released in 1.2"
    )


def test_what_was_refused_has_no_fix():
    """Neither has what never was closed."""
    refused = ticket(phase="done", closed=later(2), resolution="not_planned")
    assert effective(refused, [Closing(at=later(2))], (), (), (), later(7)) is None
    assert effective(ticket(), (), (), (), (), later(7)) is None
