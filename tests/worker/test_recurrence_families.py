"""What looked the same on real trackers and was not: none of it is certain, so nothing is opened, closed or linked."""

import pytest

from tests.worker.faults import Fault
from tests.worker.faulty import firm
from tests.worker.test_recurrence import SAME, by_fingerprint, fixed

TRACE = "It hangs.\n\n```\n#0 0x7f in read ()\n#1 0x7f in same as #2\n```\n    #2 duplicate of #1\n"
SPAM = "Buy cheap watches now. Fingerprint of quality: 100 %. https://watches.example/issues/1"


@pytest.fixture(params=["github", "cloud", "dc"])
def fault(request, tmp_path):
    """Serve a company that wants whatever is certain, on each of the trackers."""
    with firm(tmp_path, "dc" if request.param == "dc" else "cloud", rules=("pack:recurrence",)) as made:
        made.configure(more="[recurrence]\nclose_duplicates = true\n")
        yield Fault(made, request.param)


def quiet(fault, *numbers):
    """Make sure that days pass and nothing is done to what is there, but for a card that says what it is like."""
    states = [fault.is_open(each) for each in numbers]
    for _ in range(3):
        assert all("/comment" in write for write in fault.settle())
        fault.wait(days=1)
    assert [fault.is_open(each) for each in numbers] == states
    assert not any(fault.pings(each) or fault.memory(each).recurrences for each in numbers)
    assert fault.settle() == []


def test_numbers_in_backtraces_name_no_tickets(fault):
    """Neither in a report that is closed as a duplicate, nor in what a lead pastes."""
    old = fixed(fault)
    new = fault.report("It hangs", TRACE)
    fault.say(new, TRACE)
    fault.close(new, "duplicate")
    quiet(fault, old, new)


def test_a_clone_is_no_duplicate(fault):
    """Jira's Cloners links, and the sentence that comes with them."""
    old = fixed(fault)
    new = fault.report("Checkout is down", f"This issue was created as a clone of {fault.key(old)}")
    fault.say(new, f"Cloned from {fault.key(old)}.")
    if not fault.github:
        for kind in ("Cloners", "Relates", "Blocks"):
            fault.made.jira.link(fault.key(new), fault.key(old), kind, actor="ana")
    quiet(fault, old, new)


def test_the_reporters_own_word_is_not_certain(fault):
    """Whoever they are; a lead who reports it, too."""
    old = fixed(fault)
    new = fault.report("Payments fail", f"Duplicate of {fault.key(old)}", reporter="ana")
    fault.say(new, f"Duplicate of {fault.key(old)}.", "ana")
    quiet(fault, old, new)


def test_a_bots_word_is_not_certain(fault):
    """It may comment on everything; only who may command is believed."""
    old = fixed(fault)
    new = fault.report("Payments fail")
    if fault.github:
        fault.made.github.user("stale[bot]")
        fault.made.github.comment(new, f"Duplicate of {fault.key(old)}", author="stale[bot]")
    else:
        fault.made.jira.add_user("robot", account_id="acc-robot")
        fault.made.jira.comment(fault.key(new), f"Duplicate of {fault.key(old)}", author="robot")
    quiet(fault, old, new)


def test_identical_texts_are_not_certain(fault):
    """Advertisements, release checklists, siblings that one person files: text alone opens nothing."""
    old = fixed(fault, title="Buy watches", body=SPAM)
    news = [fault.report("Buy watches", SPAM, reporter="zoe") for _ in range(4)]
    quiet(fault, old, *news)


def test_a_hub_draws_nobody_else(fault):
    """However many reports a ticket has, one that shares nothing certain with it is none of them."""
    old = fixed(fault, body=SAME)
    for _ in range(6):
        by_fingerprint(fault, old)
    other = fault.report("Checkout is down", "Fingerprint: none\nSee " + fault.key(old))
    fault.settle()
    assert not fault.memory(other).recurrences
    assert len(fault.memory(old).recurrences) == 6
    assert fault.pings(old) == 1


def test_what_stands_for_nothing_tells_nothing(fault):
    """A form that people fill in with the same nothing."""
    old = fixed(fault, body="Fingerprint: unknown\nAlert: test\nService: n/a", labels=["fingerprint:none"])
    new = fault.report("Payments fail", "Fingerprint: unknown\nAlert: test\nService: n/a", labels=["fingerprint:none"])
    quiet(fault, old, new)
