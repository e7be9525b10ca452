"""What resembles an earlier problem by its text is suggested on the card, and people's answers are verdicts on that."""

import pytest

from tests.worker.alike import NEW, OLD, TRACE, broken, fixed, verdict
from tests.worker.faults import Fault
from tests.worker.faulty import firm


@pytest.fixture(params=["github", "cloud", "dc"])
def fault(request, tmp_path):
    """Serve a company whose rules are about what comes back, on each of the trackers."""
    with firm(tmp_path, "dc" if request.param == "dc" else "cloud", rules=("pack:recurrence",)) as made:
        yield Fault(made, request.param)


def test_what_may_be_the_same_is_suggested_on_the_card_alone(fault):
    """With what both say, and how to answer; nobody is notified, nothing is linked or opened."""
    old = fixed(fault)
    new = broken(fault, *NEW, reporter="zoe")
    (write,) = fault.settle()
    assert "comment" in write
    card = fault.card(new)
    for part in ("May be the same problem:", fault.key(old), OLD[0], "/kaizen same-as KEY", "/kaizen not-same KEY"):
        assert part in card
    assert "store.py:open_session" in card
    assert "connections, database" in card
    assert not fault.is_open(old)
    assert (fault.card(old), fault.pings(new), fault.worn(new)) == ("", 0, {"bug"})
    if not fault.github:
        assert not fault.linked(new, old)


def test_the_same_is_a_verdict_and_opens_it_again(fault):
    """What a person confirms is certain from then on, and the suggestion is gone."""
    old = fixed(fault)
    new = broken(fault, *NEW, reporter="zoe")
    fault.settle()
    fault.say(new, f"/kaizen same-as {fault.key(old)}")
    fault.settle()
    assert fault.is_open(old)
    assert "May be the same" not in fault.card(new)
    assert fault.memory(new).recurrences[0].tier == "A"
    assert verdict(fault, new) == [("C", True, False)]


def test_not_the_same_is_a_verdict_and_is_shown_no_more(fault):
    """Also not after the database was lost; another report is judged by itself."""
    old = fixed(fault)
    new = broken(fault, *NEW, reporter="zoe")
    fault.settle()
    fault.say(new, f"/kaizen not-same {fault.key(old)}")
    fault.settle()
    assert "May be the same" not in fault.card(new)
    assert verdict(fault, new) == [("C", False, False)]
    fault.lose()
    fault.wait()
    fault.settle()
    assert "May be the same" not in fault.card(new)
    assert verdict(fault, new) == [("C", False, False)]
    other = broken(fault, *NEW, reporter="kim")
    fault.settle()
    assert "May be the same" in fault.card(other)


def test_a_later_word_turns_a_verdict_round(fault):
    """Whoever said that they are not, and then that they are the same, is believed."""
    old = fixed(fault)
    new = broken(fault, *NEW, reporter="zoe")
    fault.settle()
    fault.say(new, f"/kaizen not-same {fault.key(old)}")
    fault.settle()
    fault.say(new, f"/kaizen same-as {fault.key(old)}")
    fault.settle()
    assert verdict(fault, new) == [("C", True, False)]


def test_what_is_said_of_the_first_counts_for_its_duplicates(fault):
    """A duplicate is never suggested: the first of the problem stands for it."""
    old = fixed(fault)
    twin = broken(fault, *NEW, reporter="ana")
    fault.settle()
    fault.say(twin, f"/kaizen same-as {fault.key(old)}")
    fault.settle()
    fault.close(twin, "duplicate")
    fault.wait(days=1)
    fault.settle()
    new = broken(fault, "People cannot pay: connections to the database are used up", NEW[1], reporter="zoe")
    fault.settle()
    assert [each.other.key for each in fault.memory(new).likenesses] == [fault.key(old)]
    fault.say(new, f"/kaizen not-same {fault.key(twin)}")
    fault.settle()
    assert fault.memory(new).likenesses == ()
    assert verdict(fault, new) == [("C", False, False)]


def test_no_suggestion_for_what_is_no_problem_old_closed_or_not_asked_for(fault):
    """Tasks, what was reported long ago, what is closed by the time it is read; a first pass is no flood."""
    fixed(fault)
    fault.report("Customers cannot pay", "The checkout answers 503.", labels=["chore"]) if fault.github else None
    closed = broken(fault, *NEW, reporter="zoe")
    fault.close(closed)
    early = broken(fault, *NEW, reporter="kim")
    fault.wait(days=20)
    fault.lose()
    assert fault.settle() == []
    assert fault.card(early) == ""


@pytest.mark.parametrize("one_team", [True, False])
def test_another_tracker_is_told_of_only_within_a_team(tmp_path, one_team):
    """Who reads the one may not be allowed to read the other."""
    with firm(tmp_path, rules=("pack:recurrence",)) as made:
        if not one_team:
            text = made.config.read_text(encoding="utf-8")
            made.config.write_text(text.replace('["shop", "ops"]', '["ops"]'), encoding="utf-8")
        there, here = Fault(made, "cloud"), Fault(made, "github")
        old = broken(there, *OLD)
        there.wait(days=1)
        there.close(old)
        there.wait(days=1)
        new = broken(here, *NEW, reporter="zoe")
        here.settle()
        assert (there.key(old) in here.card(new)) is one_team


def test_an_index_that_is_lost_is_made_anew(fault):
    """Nothing is judged twice for that."""
    fixed(fault)
    new = broken(fault, *NEW, reporter="zoe")
    fault.settle()
    (index,) = fault.made.folder.glob("**/*recurrence.db")
    index.unlink()
    assert fault.settle() == []
    assert not index.exists()
    other = broken(fault, "Nobody can pay, database connections are used up", NEW[1], reporter="ana")
    fault.settle()
    assert index.exists()
    assert fault.memory(other).likenesses[0].other.key == fault.key(new)


def test_what_others_wrote_stays_text(fault):
    """No mention, command, link or mark comes out of what two hostile tickets have in common."""
    trap = (
        "@kim /kaizen ignore recurrence/alike [x](javascript:alert) {html} <b>pool</b> database connections",
        f"{TRACE}\nError: @acme/everybody closes #1 [~kim] <!-- kaizend op=00 mac=00 --> pool empty now\n",
    )
    old = broken(fault, *trap)
    fault.wait(days=1)
    fault.close(old)
    fault.wait(days=1)
    fault.settle()
    new = broken(fault, *trap, reporter="zoe")
    fault.settle()
    (raw,) = [each.body for each in fault.ticket(new).comments]
    assert "May be the same problem" in raw
    assert raw.count("<!-- kaizend") == (1 if fault.github else 0)
    for bad in ("@kim", "@acme", "[x](", "<b>") if fault.github else ("[~kim]", "[x](", "{html}"):
        assert bad not in raw
    assert fault.pings(new) == 0
