"""What people say against a pair is done once: links of ours go, people's stay, and quarrels end quiet."""

import pytest

from tests.worker.faults import Fault
from tests.worker.faulty import firm
from tests.worker.places import BOT
from tests.worker.test_recurrence import SAME, by_fingerprint, fixed


@pytest.fixture(params=["github", "cloud", "dc"])
def fault(request, tmp_path):
    """Serve a company whose rules are about what comes back, on each of the trackers."""
    with firm(tmp_path, "dc" if request.param == "dc" else "cloud", rules=("pack:recurrence",)) as made:
        yield Fault(made, request.param)


def came_back(fault):
    """Have something come back by a machine's word; return the ticket and the report."""
    old = fixed(fault, body=SAME)
    new = by_fingerprint(fault, old)
    fault.settle()
    assert fault.is_open(old)
    return old, new


def kinds(fault, number):
    """Return the types of a Jira issue's links."""
    return sorted(link.type for link in fault.ticket(number).links)


def removals(fault, number):
    """Count how often we removed a link, as a Jira issue's history tells."""
    ours = [entry for entry in fault.ticket(number).histories if entry.author == BOT]
    return sum(item.field == "Link" and item.after is None for entry in ours for item in entry.items)


def test_a_link_of_ours_goes_with_the_objection(fault):
    """Once; its removal is nobody's objection, so that a later word still brings the two together again."""
    old, new = came_back(fault)
    fault.say(new, f"/kaizen not-same {fault.key(old)}")
    fault.settle()
    assert not fault.is_open(old)
    if not fault.github:
        assert kinds(fault, new) == []
        assert removals(fault, new) == 1
    fault.wait(days=1)
    fault.say(new, f"/kaizen same-as {fault.key(old)}")
    fault.settle()
    assert fault.is_open(old) is False
    assert [each.root for each in fault.memory(new).recurrences] == [fault.key(old)]
    assert fault.memory(old).objections == ()


def test_a_link_of_peoples_stays(fault):
    """Of whatever type; ours beside it goes."""
    if fault.github:
        pytest.skip("GitHub has no links")
    old, new = came_back(fault)
    fault.made.jira.link(fault.key(new), fault.key(old), "Blocks", actor="ana")
    fault.say(new, f"/kaizen not-same {fault.key(old)}")
    fault.settle()
    assert kinds(fault, new) == ["Blocks"]


def test_a_word_during_our_own_removal_counts(fault):
    """Somebody changes their mind while we are at it: what we removed then is no answer to that."""
    old, new = came_back(fault)
    fault.say(new, f"/kaizen not-same {fault.key(old)}")
    fault.wait(minutes=1)
    changed = fault.made.clock()
    fault.wait(minutes=5)
    fault.settle()
    words, at = f"/kaizen same-as {fault.key(old)}", {"at": changed}
    if fault.github:
        fault.made.github.comment(new, words, author="ana-gh", **at)
    else:
        fault.made.jira.comment(fault.key(new), words, author="ana", **at)
        fault.made.jira.edit(fault.key(new), actor="ana", summary="Nobody can pay")  # so that it is read once more
    fault.wait()
    fault.settle()
    assert fault.memory(new).recurrences
    assert fault.memory(new).objections == ()


def test_a_word_after_a_link_was_removed_counts(fault):
    """A person removes the link, another one says that the two are the same after all."""
    if fault.github:
        pytest.skip("GitHub has no links")
    old, new = came_back(fault)
    for link in list(fault.ticket(new).links):
        fault.made.jira.unlink(link, actor="ana")
    fault.settle()
    assert not fault.memory(new).recurrences
    fault.say(new, f"/kaizen same-as {fault.key(old)}", "kim")
    fault.settle()
    assert fault.memory(new).recurrences
    fault.wait(days=1)
    assert fault.settle() == []


def test_a_page_of_ours_goes_with_the_objection(fault):
    """What came back in Jira by a report on GitHub is linked by an address."""
    if fault.github:
        pytest.skip("the ticket is Jira's")
    old = fixed(fault, body=SAME)
    new = fault.made.github.add_issue("Payments fail", body=SAME, author="bo-gh", created_at=fault.made.clock())
    fault.settle()
    assert fault.is_open(old)
    assert [one.url.rpartition("/")[2] for one in fault.ticket(old).remote_links] == [str(new.number)]
    fault.say(old, f"/kaizen not-same {new.key}")
    fault.settle()
    assert not fault.is_open(old)
    assert fault.ticket(old).remote_links == []


def test_two_people_who_disagree_are_told_of_once(fault):
    """Each changes their mind again and again: the ticket is opened once and closed once, and then all is quiet."""
    old, new = came_back(fault)
    written, turns = [], []
    for number in range(6):
        who, what = (("ana", "not-same"), ("kim", "same-as"))[number % 2]
        fault.wait(hours=3)
        fault.say(new, f"/kaizen {what} {fault.key(old)}", who)
        written.append(fault.settle())
        turns.append(fault.is_open(old))
    assert turns == [False] * 6
    assert fault.pings(old) == 1
    late = [write for write in written[2:] if not _edits(write)]
    assert late == []
    assert fault.settle() == []


def _edits(writes):
    """Tell whether writes only keep cards and signs up to date."""
    return all(write.startswith(("PATCH", "PUT")) or write.endswith("/reactions") for write in writes)
