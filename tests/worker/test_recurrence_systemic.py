"""What comes back three times gets one improvement that is to end it, and a reopened incident its second review."""

import pytest

from rules import facts
from tests.worker.faults import UNSEEN, Fault
from tests.worker.faulty import firm
from tests.worker.test_recurrence import SAME, by_fingerprint, filed, fixed

KINDS = (
    "[kinds]\nincident = ['\"incident\" in labels']\nreview = ['\"review\" in labels']\n"
    "follow-up = ['\"follow-up\" in labels']\n"
)


@pytest.fixture(params=["github", "cloud", "dc"])
def fault(request, tmp_path):
    """Serve a company whose rules are about what comes back, on each of the trackers."""
    with firm(tmp_path, "dc" if request.param == "dc" else "cloud", rules=("pack:recurrence",)) as made:
        yield Fault(made, request.param)


def text(fault, made):
    """Return a filed ticket's text as it is read."""
    return (made.body if fault.github else made.description).translate(UNSEEN).replace("\\", "")


def number(fault, made):
    """Return a filed ticket's number."""
    return made.number if fault.github else int(made.key.rpartition("-")[2])


def again(fault, old):
    """Have it fixed, and come back once more."""
    fault.wait(days=1)
    fault.deployed(old)
    fault.close(old)
    fault.settle()
    fault.wait(days=1)
    by_fingerprint(fault, old)
    fault.settle()


def thrice(fault):
    """Have something come back three times between two passes; return the ticket and its reports."""
    old = fixed(fault, body=SAME)
    news = [by_fingerprint(fault, old) for _ in range(3)]
    fault.settle()
    return old, news


def test_three_at_once_are_one_systemic_improvement(fault):
    """Reported while nobody looked: the ticket is opened once, all of them are in the one text."""
    old, news = thrice(fault)
    assert fault.is_open(old)
    assert fault.pings(old) == 1
    (made,) = filed(fault)
    assert fault.worn(number(fault, made)) >= {"systemic", "improvement"}
    said = text(fault, made)
    assert all(fault.key(each) in said for each in (old, *news))
    assert "came back 3 times of late" in said
    fault.wait(days=20)
    fault.settle()
    assert len(filed(fault)) == 1


def test_one_that_is_objected_to_afterwards_is_not_counted(fault):
    """The improvement stays people's to decide upon; what comes back next does not file a second one."""
    old, news = thrice(fault)
    fault.say(news[0], f"/kaizen not-same {fault.key(old)}")
    fault.settle()
    assert "so often of late: 2" in fault.card(old)
    assert fault.is_open(old)
    again(fault, old)
    assert "so often of late: 3" in fault.card(old)
    assert len(filed(fault)) == 1
    fault.lose()
    fault.wait()
    fault.made.once()
    fault.settle()
    assert len(filed(fault)) == 1


def test_two_and_an_objection_are_none(fault):
    """The third one is parted from the others before anybody looks: nothing is filed."""
    old = fixed(fault, body=SAME)
    news = [by_fingerprint(fault, old) for _ in range(3)]
    fault.say(news[1], f"/kaizen not-same {fault.key(old)}")
    fault.settle()
    assert filed(fault) == []
    assert fault.is_open(old)


def test_it_is_filed_once_whatever_becomes_of_it(fault):
    """Closed as done, the next three are another occasion; a lost database makes none."""
    old, _ = thrice(fault)
    (made,) = filed(fault)
    fault.close(number(fault, made))
    fault.wait(days=2)
    fault.deployed(old)
    fault.close(old)
    fault.settle()
    fault.wait(days=1)
    for _ in range(2):
        by_fingerprint(fault, old)
    fault.settle()
    assert len(filed(fault)) == 1
    again(fault, old)
    assert len(filed(fault)) == 2
    fault.lose()
    fault.wait()
    fault.made.once()
    fault.settle()
    assert len(filed(fault)) == 2


def test_putting_it_off_counts_twice(fault):
    """Two deferrals of what is systemic are four: more than anything else may have."""
    fault.made.configure(rules='"pack:recurrence", "pack:deferral"')
    thrice(fault)
    (made,) = filed(fault)
    systemic = number(fault, made)
    fault.say(systemic, "/kaizen defer until 2026-12-18 because the pool is being replaced", "ana")
    fault.settle()
    assert not holds(fault, systemic, "deferral/third")
    fault.wait(days=2)
    fault.say(systemic, "/kaizen defer until 2026-12-22 because the pool comes later", "ana")
    fault.settle()
    assert fact(fault, systemic, "deferrals") == 4
    assert holds(fault, systemic, "deferral/third")


def test_an_incident_that_came_back_is_reviewed_again(fault):
    """Its second closing is another occasion: one review each, also after the database was lost."""
    configure(fault)
    old = fault.report(body=SAME, labels=["incident"])
    fault.settle()
    fault.wait(days=1)
    fault.close(old)
    fault.settle()
    assert [title(fault, one) for one in filed(fault)] == ["Review of the incident: Checkout is down"]
    fault.wait(days=2)
    by_fingerprint(fault, old)
    fault.settle()
    assert fault.is_open(old)
    assert len(filed(fault)) == 1
    fault.wait(days=1)
    fault.deployed(old)
    fault.close(old)
    fault.settle()
    assert len(filed(fault)) == 2
    fault.lose()
    fault.wait()
    fault.made.once()
    fault.settle()
    assert len(filed(fault)) == 2


def holds(fault, made, rule):
    """Tell whether a rule holds for a ticket."""
    return any(each.rule == rule and each.ended is None for each in fault.memory(made).episodes)


def fact(fault, made, name):
    """Return a fact of a ticket."""
    with fault.made.worker() as worker:
        ticket = worker.mirror.find(fault.key(made))
        memory = worker.ledger.memory((ticket.uid,))[ticket.uid]
        today = worker.policy.calendar.today(worker.clock())
        return facts.of(ticket, "improvement", memory, worker.policy, today, (name,))[name]


def title(fault, made):
    """Return a ticket's title."""
    return made.title if fault.github else made.summary


def configure(fault):
    """Name incidents and their reviews, and switch on the rules about them."""
    made = fault.made
    made.configure(rules='"pack:recurrence", "pack:postmortems"')
    words = made.config.read_text(encoding="utf-8")
    begin, end = words.index("[kinds]"), words.index("improvement = [")
    made.config.write_text(words[:begin] + KINDS + words[end:], encoding="utf-8")
