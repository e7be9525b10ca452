"""What comes back is known for certain, opened again once, linked and counted; and people have the last word."""

from datetime import timedelta

import pytest

from tests.worker.faults import Fault
from tests.worker.faulty import firm

SAME = "Fingerprint: pool-4711"


@pytest.fixture(params=["github", "cloud", "dc"])
def fault(request, tmp_path):
    """Serve a company whose rules are about what comes back, on each of the trackers."""
    with firm(tmp_path, "dc" if request.param == "dc" else "cloud", rules=("pack:recurrence",)) as made:
        yield Fault(made, request.param)


def fixed(fault, **given):
    """File a report that is fixed a day later and looked at."""
    number = fault.report(**given)
    fault.wait(days=1)
    fault.close(number)
    fault.wait(days=1)
    assert fault.settle() == []
    return number


def by_fingerprint(fault, old):
    """Return a new report that a machine wrote."""
    return fault.report("Payments fail", SAME)


def by_label(fault, old):
    """Return a new report that carries the label of a machine."""
    return fault.report("Payments fail", labels=["fingerprint:pool-4711"])


def by_command(fault, old):
    """Return a new report of which somebody says so by a command."""
    new = fault.report("Payments fail")
    fault.say(new, f"/kaizen same-as {fault.key(old)}")
    return new


def by_words(fault, old):
    """Return a new report of which a lead says so in a comment."""
    new = fault.report("Payments fail")
    fault.say(new, f"Thanks. This is a duplicate of {fault.key(old)}.")
    return new


def by_link(fault, old):
    """Return a new report that is closed, or linked, as a duplicate."""
    new = fault.report("Payments fail", f"Duplicate of {fault.key(old)}")
    if fault.github:
        fault.close(new, "duplicate")
    else:
        fault.wait()
        fault.made.jira.link(fault.key(new), fault.key(old), "Duplicate", actor="ana")
    return new


SIGNALS = {"fingerprint": by_fingerprint, "label": by_label, "command": by_command, "said": by_words, "link": by_link}


@pytest.mark.parametrize("signal", SIGNALS)
def test_what_came_back_is_opened_again_once(fault, signal):
    """With the evidence on the card, one ping, both linked; the new one stays as it is."""
    old = fixed(fault, body=SAME, labels=["fingerprint:pool-4711"] if signal == "label" else [])
    new = SIGNALS[signal](fault, old)
    state = fault.is_open(new)
    fault.wait()
    fault.settle()
    assert fault.is_open(old)
    assert fault.worn(old) >= {"recurred"}
    assert fault.pings(old) == 1
    assert fault.key(new) in fault.card(old)
    assert fault.linked(old, new)
    assert fault.linked(new, old)
    assert fault.is_open(new) is state
    assert f"This is the same problem as {fault.key(old)}" in fault.card(new)
    (found,) = fault.memory(new).recurrences
    assert (found.tier, found.signal, found.root, found.again) == (
        "A",
        "fingerprint" if signal == "label" else signal,
        fault.key(old),
        True,
    )
    assert found.evidence in fault.card(new)


def test_it_is_opened_again_for_each_report_and_stays_closed_between(fault):
    """Fixed again, the label comes off; the next report is another occasion, and the owner is told once more."""
    old = fixed(fault, body=SAME)
    by_fingerprint(fault, old)
    fault.settle()
    fault.wait(days=1)
    fault.deployed(old)
    fault.close(old)
    fault.settle()
    assert not fault.is_open(old)
    assert "recurred" not in fault.worn(old)
    fault.wait(days=8)
    fault.settle()
    assert not fault.is_open(old)
    by_fingerprint(fault, old)
    fault.settle()
    assert fault.is_open(old)
    assert fault.pings(old) == 2
    assert "so often of late: 2" in fault.card(old)


def test_past_the_window_the_new_one_is_kept_and_counted(fault):
    """Linked both ways; nothing is opened."""
    old = fixed(fault, body=SAME)
    fault.wait(days=40)
    new = by_fingerprint(fault, old)
    fault.settle()
    assert not fault.is_open(old)
    assert fault.is_open(new)
    assert fault.linked(new, old)
    assert [each.again for each in fault.memory(old).recurrences] == [True]
    fault.wait(days=1)
    fault.close(new)
    fault.wait(days=5)
    newer = by_fingerprint(fault, old)
    fault.settle()
    assert [fault.is_open(each) for each in (old, new, newer)] == [False, True, True]
    assert fault.memory(newer).recurrences[0].root == fault.key(old)


def test_a_fix_counts_from_its_deployment(fault):
    """What is reported between the closing and the deployment is no recurrence; what comes after it is one."""
    fault.made.github.add_deployment("before", state="success", at=fault.made.clock())
    old = fault.report(body=SAME)
    fault.wait(days=1)
    change = fault.made.github.add_pull("Give the pool back", author="bo-gh", body=f"For {fault.key(old)}.")
    fault.made.github.merge(change, actor="bo-gh")
    fault.close(old)
    fault.wait(days=1)
    by_fingerprint(fault, old)
    fault.settle()
    assert not fault.is_open(old)
    fault.wait(days=1)
    sha = fault.made.github.find(change).pull.merge_commit_sha
    fault.made.github.add_deployment(sha, environment="staging", state="success", at=fault.made.clock())
    fault.settle()
    assert fault.memory(old).fix.at is None
    fault.made.github.add_deployment(sha, state="success", at=fault.made.clock())
    fault.settle()
    assert fault.memory(old).fix.how == f"{change.key} was deployed"
    assert not fault.is_open(old)
    fault.wait(days=1)
    by_fingerprint(fault, old)
    fault.settle()
    assert fault.is_open(old)


@pytest.mark.parametrize("reason", ["not_planned", "duplicate"])
def test_what_was_closed_as_not_done_is_respected(fault, reason):
    """It is never opened: the report is linked with the first of the problem instead, and that one is opened."""
    root = fixed(fault, body=SAME)
    refused = fault.report("Checkout is down again", SAME)
    fault.settle()
    fault.wait()
    if fault.is_open(root):
        fault.deployed(root)
        fault.close(root)
    fault.close(refused, reason)
    fault.wait(days=1)
    fault.settle()
    new = fault.report("Payments fail")
    fault.say(new, f"/kaizen same-as {fault.key(refused)}")
    fault.settle()
    assert [fault.is_open(each) for each in (root, refused, new)] == [True, False, True]
    assert fault.memory(new).recurrences[0].root == fault.key(root)


def test_a_refusal_alone_is_linked_and_left(fault):
    """Nobody wanted it done, so nothing is opened or counted."""
    refused = fault.report(body=SAME)
    fault.close(refused, "not_planned")
    fault.wait(days=1)
    new = by_fingerprint(fault, refused)
    fault.settle()
    assert not fault.is_open(refused)
    assert fault.linked(new, refused)
    assert [each.again for each in fault.memory(refused).recurrences] == [False]


UNSURE = (
    "This might be a duplicate of {key}.",
    "Not a duplicate of {key}.",
    "Is this the same issue as {key}?",
    "> Duplicate of {key}",
    "`duplicate of {key}`",
    "See {key}.",
)


def test_what_is_not_certain_opens_nothing(fault):
    """Hedges, negations, questions, quotes, code, mentions; the reporter's own word, and a stranger's."""
    old = fixed(fault)
    new = fault.report("Payments fail", reporter="zoe")
    for words in UNSURE:
        fault.say(new, words.format(key=fault.key(old)))
    fault.say(new, f"Duplicate of {fault.key(old)}", "zoe")
    other = fault.report("Nobody can pay", reporter="ana", owner="ana")
    fault.say(other, f"Duplicate of {fault.key(old)}", "ana")
    assert fault.settle() == []
    assert not fault.is_open(old)


def test_three_times_is_one_systemic_improvement(fault):
    """Owned, due, with all of it in its text; a lost database files no second one, and putting it off counts double."""
    old = fixed(fault, body=SAME)
    news = []
    for _ in range(3):
        news.append(by_fingerprint(fault, old))
        fault.wait(hours=3)
        fault.close(news[-1], "duplicate")
        fault.settle()
        fault.wait(days=8)
        if fault.is_open(old):
            fault.deployed(old)
            fault.close(old)
        fault.settle()
    (made,) = filed(fault)
    systemic = made.number if fault.github else int(made.key.rpartition("-")[2])
    assert fault.worn(systemic) >= {"improvement", "systemic"}
    text = made.body if fault.github else made.description
    assert all(
        fault.key(each) in text.translate(dict.fromkeys(map(ord, "\u200b\u2060"))).replace("\\", "") for each in news
    )
    assert "3 hours" in text
    fault.lose()
    fault.made.once()
    fault.settle()
    assert len(filed(fault)) == 1


def filed(fault):
    """Return the improvements that we filed."""
    if fault.github:
        return [one for one in fault.made.github.main.issues.values() if one.author.login == "kaizen-bot"]
    return [one for one in fault.made.jira.issues.values() if one.creator == "kaizen-bot"]


@pytest.mark.parametrize("lost", [False, True])
def test_not_the_same_undoes_it_once_for_good(fault, lost):
    """Closed again, once and quietly; what a person then opens stays open, and the pair never comes again."""
    old = fixed(fault, body=SAME)
    new = by_fingerprint(fault, old)
    fault.settle()
    assert fault.is_open(old)
    if lost:
        fault.lose()
        fault.wait()
        fault.settle()
    fault.wait(days=1)
    fault.say(new, f"/kaizen not-same {fault.key(old)}")
    fault.settle()
    assert not fault.is_open(old)
    assert "recurred" not in fault.worn(old)
    assert fault.pings(old) == 1
    assert fault.memory(new).recurrences == ()
    assert [each.key for each in fault.memory(old).objections] == [fault.key(new)]
    fault.reopen(old)
    fault.settle()
    assert fault.is_open(old)
    fault.close(old)
    fault.lose()
    fault.wait()
    fault.settle()
    assert not fault.is_open(old)


def test_closed_again_at_once_is_an_objection(fault):
    """Nothing was merged, the report is left open: they are not the same, which a lost database does not forget."""
    old = fixed(fault, body=SAME)
    new = by_fingerprint(fault, old)
    fault.settle()
    fault.wait(hours=2)
    fault.close(old)
    fault.settle()
    assert fault.memory(new).recurrences
    fault.wait(days=1)
    fault.settle()
    assert not fault.is_open(old)
    assert [each.why for each in fault.memory(old).objections] == ["it was closed again"]
    assert not fault.memory(new).recurrences
    fault.lose()
    fault.wait()
    fault.settle()
    assert not fault.is_open(old)
    assert not fault.memory(new).recurrences


def test_closed_again_with_its_report_is_fixed(fault):
    """Whoever ends an incident closes both: the next report opens it again."""
    old = fixed(fault, body=SAME)
    new = by_fingerprint(fault, old)
    fault.settle()
    fault.wait(hours=2)
    fault.close(old)
    fault.close(new)
    for _ in range(3):
        fault.wait(days=1)
        fault.settle()
    assert [fault.is_open(each) for each in (old, new)] == [False, False]
    by_fingerprint(fault, old)
    fault.settle()
    assert fault.memory(old).objections == ()
    assert [fault.is_open(each) for each in (old, new)] == [True, False]


def test_a_link_that_is_removed_is_an_objection(fault):
    """On Jira the link, of people's or ours; on GitHub a report that was closed as a duplicate and is opened again."""
    old = fixed(fault)
    new = by_link(fault, old)
    fault.settle()
    assert fault.is_open(old)
    fault.wait(hours=2)
    if fault.github:
        fault.reopen(new)
    else:
        for link in list(fault.ticket(new).links):
            fault.made.jira.unlink(link, actor="ana")
    fault.settle()
    assert not fault.is_open(old)
    assert not fault.memory(new).recurrences
    fault.wait(days=2)
    assert fault.settle() == []


def test_a_later_word_lifts_an_objection(fault):
    """Who says first that they are not, and then that they are the same, is believed."""
    old = fixed(fault)
    new = fault.report("Payments fail")
    fault.say(new, f"/kaizen not-same {fault.key(old)}")
    fault.settle()
    fault.say(old, f"/kaizen same-as {fault.key(new)}")
    fault.settle()
    assert fault.is_open(old)


def test_a_lost_database_opens_nothing_twice(fault):
    """All is read again from what stands on the trackers."""
    old = fixed(fault, body=SAME)
    by_fingerprint(fault, old)
    fault.settle()
    seen = fault.made.seen()
    fault.lose()
    fault.wait()
    fault.made.once()
    fault.settle()
    assert fault.made.seen() == seen
    fault.wait(days=40)
    fault.settle()
    assert fault.pings(old) == 1


def test_nothing_is_written_where_no_rule_asks(tmp_path):
    """Without the pack the pairs are known, and nobody is told."""
    with firm(tmp_path, rules=("pack:backlog",)) as made:
        fault = Fault(made, "github")
        old = fault.report(body=SAME)
        fault.close(old)
        fault.wait(days=1)
        new = by_fingerprint(fault, old)
        assert fault.settle() == []
        assert fault.memory(new).recurrences[0].root == fault.key(old)


def test_months_of_a_fault_that_keeps_coming(fault):
    """Whatever happens, each pass ends at the fixed point, and nobody is told more than once a report."""
    old = fixed(fault, body=SAME)
    reports = 0
    for _ in range(6):
        fault.wait(days=20)
        if fault.is_open(old):
            fault.deployed(old, after=timedelta(hours=3))
            fault.close(old)
        fault.settle()
        fault.wait(days=4)
        by_fingerprint(fault, old)
        reports += 1
        fault.settle()
    assert fault.pings(old) <= reports
    assert len(filed(fault)) == 1
