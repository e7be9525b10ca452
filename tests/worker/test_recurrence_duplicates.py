"""A report of what is known and open is closed as its duplicate where the config wants that; people win."""

import pytest

from tests.worker.faults import Fault
from tests.worker.faulty import firm
from tests.worker.test_recurrence import SAME, SIGNALS, by_fingerprint, fixed

WANTED = "[recurrence]\nclose_duplicates = true\n"


@pytest.fixture(params=["github", "cloud", "dc"])
def fault(request, tmp_path):
    """Serve a company that wants duplicates closed, on each of the trackers."""
    with firm(tmp_path, "dc" if request.param == "dc" else "cloud", rules=("pack:recurrence",)) as made:
        made.configure(more=WANTED)
        yield Fault(made, request.param)


def pair(fault):
    """File a report and another one of the same while that is open; return both, once the second one is closed."""
    old = fault.report(body=SAME)
    fault.settle()
    new = by_fingerprint(fault, old)
    fault.settle()
    assert fault.is_open(new)
    fault.wait(days=1)
    fault.settle()
    assert [fault.is_open(each) for each in (old, new)] == [True, False]
    return old, new


def reason(fault, number):
    """Return as what a report is closed."""
    ticket = fault.ticket(number)
    return ticket.state_reason if fault.github else ticket.resolution.lower()


@pytest.mark.parametrize("signal", [name for name in SIGNALS if name != "link"])
def test_it_is_closed_as_a_duplicate_a_day_after_that_was_said(fault, signal):
    """The older one stays, both are linked, nobody is pinged, and the card says how to object."""
    old = fault.report(body=SAME, labels=["fingerprint:pool-4711"] if signal == "label" else [])
    new = SIGNALS[signal](fault, old)
    fault.settle()
    assert "it is closed as a duplicate on 2026-11-25" in fault.card(new)
    assert fault.is_open(new)
    fault.wait(days=1)
    fault.settle()
    assert [fault.is_open(each) for each in (old, new)] == [True, False]
    assert reason(fault, new) == "duplicate"
    assert fault.linked(new, old)
    assert (fault.pings(old), fault.pings(new)) == (0, 0)
    assert "closed as a duplicate, on 2026-11-25, by rule" in fault.card(new)
    assert f"/kaizen not-same {fault.key(old)}" in fault.card(new)
    (found,) = fault.memory(new).recurrences
    assert (found.again, found.root) == (False, fault.key(old))


def test_nothing_is_closed_unless_the_config_wants_it(fault):
    """By default the two are linked, and that is all."""
    fault.made.configure(more="")
    old = fault.report(body=SAME)
    new = by_fingerprint(fault, old)
    for _ in range(3):
        fault.settle()
        fault.wait(days=1)
    assert fault.is_open(new)
    assert fault.linked(new, old)


def test_what_a_person_opens_again_stays_open(fault):
    """Also after the database was lost; nothing is closed a second time."""
    _, new = pair(fault)
    fault.reopen(new)
    fault.settle()
    fault.wait(days=1)
    fault.settle()
    assert fault.is_open(new)
    fault.lose()
    fault.wait(days=1)
    fault.settle()
    assert fault.is_open(new)
    assert "Taken back by you, and left so" in fault.card(new)


def test_what_a_person_opens_while_nobody_looks_stays_open(fault):
    """The database is lost in between: the card alone tells that it was closed by us."""
    _, new = pair(fault)
    fault.reopen(new)
    fault.lose()
    for _ in range(3):
        fault.wait(days=1)
        fault.settle()
    assert fault.is_open(new)


@pytest.mark.parametrize("lost", [False, True])
def test_a_reporter_who_objects_gets_it_opened_once(fault, lost):
    """Whoever closes it afterwards wins; a word that they are the same after all closes nothing again."""
    old, new = pair(fault)
    if lost:
        fault.lose()
        fault.wait()
        fault.settle()
    fault.say(new, f"/kaizen not-same {fault.key(old)}", "bo")
    fault.settle()
    assert fault.is_open(new)
    assert not fault.memory(new).recurrences
    fault.say(new, f"/kaizen same-as {fault.key(old)}")
    for _ in range(3):
        fault.wait(days=1)
        fault.settle()
    assert fault.is_open(new)
    assert fault.memory(new).recurrences
    fault.close(new, "not_planned")
    fault.settle()
    fault.say(new, f"/kaizen not-same {fault.key(old)}", "bo")
    fault.settle()
    assert not fault.is_open(new)


def test_a_stranger_who_wrote_the_report_may_object(fault):
    """Their word counts for their own report, and for nothing else."""
    old = fault.report(body=SAME)
    new = fault.report("Payments fail", SAME, reporter="zoe", owner="bo")
    fault.settle()
    fault.say(new, f"/kaizen not-same {fault.key(old)}", "zoe")
    fault.say(old, f"/kaizen not-same {fault.key(new)}", "zoe")
    fault.wait(days=2)
    fault.settle()
    assert fault.is_open(new)
    assert [each.by for each in fault.memory(new).objections] == [fault.account("zoe")]
    assert "Commands are taken from" in fault.card(old)


def test_a_report_that_holds_more_is_left_open(fault):
    """An owner, work of its own, or more talk than the older one has."""
    owned = fault.report(body="Fingerprint: pool-1", owner="")
    mine = fault.report("Payments fail", "Fingerprint: pool-1", owner="bo")
    talk = fault.report(body="Fingerprint: pool-2")
    loud = fault.report("Payments fail", "Fingerprint: pool-2")
    fault.say(loud, "It is the third pool.", "zoe")
    work = fault.report(body="Fingerprint: pool-3")
    done = fault.report("Payments fail", "Fingerprint: pool-3")
    fault.made.github.add_pull("Give the pool back", author="bo-gh", body=f"For {fault.key(done)}.")
    for _ in range(3):
        fault.wait(days=1)
        fault.settle()
    assert all(fault.is_open(each) for each in (owned, mine, talk, loud, work, done))
    fault.say(talk, "The pool is the second one.", "zoe")
    fault.settle()
    fault.wait(days=1)
    fault.settle()
    assert not fault.is_open(loud)


def test_what_came_back_is_opened_and_its_report_stays(fault):
    """A recurrence is no duplicate: each time counts, with its own time to resolve."""
    old = fixed(fault, body=SAME)
    new = by_fingerprint(fault, old)
    for _ in range(3):
        fault.settle()
        fault.wait(days=1)
    assert [fault.is_open(each) for each in (old, new)] == [True, True]


def test_old_pairs_are_left_alone(fault):
    """Who switches it on does not find a hundred tickets closed."""
    fault.made.configure(more="")
    old = fault.report(body=SAME)
    new = by_fingerprint(fault, old)
    fault.settle()
    fault.wait(days=20)
    fault.made.configure(more=WANTED)
    for _ in range(3):
        fault.wait(days=1)
        fault.settle()
    assert fault.is_open(new)
