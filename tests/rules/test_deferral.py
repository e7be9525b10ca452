"""The pack deferral: its own tests pass wherever people work, and what becomes of a ticket that is put off."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from rules.actions import FileTicket
from rules.document import build_policy
from rules.memory import NOTHING, Related, Statement
from rules.trial import run_tests
from tests.rules.factories import card_of, done, later, posts, ticket, words

PACKS = Path(__file__).parents[2] / "rules" / "packs"


def deferral(*packs, **calendar):
    """Return the policy of the pack, and of others, for a small company."""
    tables = {
        "calendar": calendar,
        "deferral": {"labels": ["deferred", "later"], "statuses": ["On Hold"]},
        "kinds": {"follow-up": ['"follow-up" in labels'], "improvement": ['"improvement" in labels']},
        "domains": {"security": {}},
        "people": {name: {"github": f"{name}-gh"} for name in ("lena", "kim", "bo")},
        "teams": {"shop": {"lead": "lena", "sources": ["shop"]}},
        "council": {"members": ["kim"]},
        "sources": {"shop": {"kind": "github", "priorities": {"p1": "critical", "p2": "high"}}},
    }
    files = [PACKS / f"{name}.toml" for name in ("deferral", *packs)]
    return build_policy(tables, [(file.name, file.read_text(encoding="utf-8")) for file in files])


def improvement(*labels, **changes):
    """Return an improvement that bo owns and that lacks nothing else."""
    plain = {
        "assignees": frozenset({"bo-gh"}),
        "labels": frozenset({"improvement", "domain:security", *labels}),
        "due": date(2026, 12, 31),
        "priority": "P2",
    }
    return ticket(**(plain | changes))


def said(until, *, day=0, because="the vendor is late"):
    """Return a command that puts a ticket off."""
    return Statement(comment=f"c{day}", what="defer", value=until, by="bo-gh", at=later(day), because=because)


def lived(policy, of, memory, days):
    """Live through days; return the ticket, the memory and what was done on each day."""
    deeds = []
    for day in days:
        of, memory, plan = done(policy, of, memory, later(day))
        deeds += [(day, op.name, op.after) for op in plan.ops if op.name not in ("card", "react")]
        assert done(policy, of, memory, later(day + 0.1))[2].ops == ()
    return of, memory, deeds


@pytest.mark.parametrize(
    ("zone", "country"),
    [("UTC", ""), ("America/New_York", "US"), ("Europe/Berlin", "DE"), ("Asia/Tokyo", "JP")],
)
def test_the_pack_passes_the_tests_it_carries(zone, country):
    """In any of these calendars, whatever the config takes for putting off."""
    policy = deferral(time_zone=zone, country=country)
    results = run_tests(replace(policy, deferral_labels=frozenset(), deferral_statuses=frozenset()))
    assert [str(result) for result in results if not result.passed] == []
    assert len(results) == len(policy.tests) >= 3 * len(policy.rules)


def test_what_is_put_off_without_a_reason_is_asked_for_then_taken_back():
    """The owner at once, the lead two workdays later, taken back after five; put off again, the council decides."""
    policy = deferral("backlog")
    of, memory, deeds = lived(policy, improvement("deferred"), NOTHING, range(9))
    assert deeds == [
        (0, "add label", "label deferral-unexplained"),
        (0, "ping", "ping bo-gh"),
        (2, "ping", "ping lena-gh"),
        (7, "remove label", "-"),
        (7, "take back", "-"),
    ]
    again = replace(of, labels=of.labels | {"deferred"}, updated=later(9))
    of, memory, deeds = lived(policy, again, memory, range(9, 24))
    assert deeds == [(9, "add label", "label deferral-disputed"), (9, "ping", "ping kim-gh")]
    assert "deferred" in of.labels


def test_the_questions_name_what_is_put_off_and_what_is_missing():
    """On the card and in the ping."""
    of, memory, first = done(deferral(), improvement("deferred"))
    for told in (card_of(first.ops), posts(first.ops)[0]):
        said_ = words(told.verb.prose)
        assert "is put off: label deferred. What is missing: reason, date." in said_
        assert "/kaizen defer until YYYY-MM-DD because" in said_
    card = words(card_of(done(deferral(), of, memory, later(2))[2].ops).verb.prose)
    assert "Next: if nothing changes, this is taken back: label deferred on 2026-11-10." in card


def test_what_is_explained_has_one_dated_follow_up_for_each_deferral():
    """Filed once, for its owner, due on that day, with the history; said again with another day, there is another."""
    policy = deferral("backlog")
    of, memory, deeds = lived(
        policy, improvement("deferred"), replace(NOTHING, statements=(said("2026-12-01"),)), (0, 1)
    )
    assert deeds == [(0, "file", "follow-up Take up again on 2026-12-01: Search times out")]
    memory = replace(memory, statements=(*memory.statements, said("2027-02-01", day=2, because="so is the next one")))
    of, memory, plan = done(policy, of, memory, later(2))
    (filed,) = [op.verb for op in plan.ops if isinstance(op.verb, FileTicket)]
    assert (filed.title, filed.due, filed.assignee, filed.what) == (
        "Take up again on 2027-02-01: Search times out",
        date(2027, 2, 1),
        "bo-gh",
        "follow-up",
    )
    history = "2026-11-05 bo: until 2027-02-01 because so is the next one, 2026-11-03 bo: until 2026-12-01 because the"
    assert history in words(filed.prose)


def test_it_wakes_on_its_day_and_the_third_time_goes_to_the_council():
    """Its label goes, its owner hears of it with the history, once; a third deferral is for the council to decide."""
    policy = deferral("backlog")
    memory = replace(NOTHING, statements=(said("2026-11-10"),))
    of, memory, deeds = lived(policy, improvement("deferred"), memory, range(1, 14))
    assert deeds == [
        (1, "file", "follow-up Take up again on 2026-11-10: Search times out"),
        (7, "take back", "-"),
        (7, "ping", "ping bo-gh"),
    ]
    more = (said("2026-11-24", day=14), said("2026-12-08", day=22))
    memory = replace(memory, statements=(*memory.statements, more[0]))
    of, memory, deeds = lived(policy, of, memory, range(14, 22))
    assert [deed for _, deed, _ in deeds] == ["file", "ping"]
    memory = replace(memory, statements=(*memory.statements, more[1]))
    of, memory, deeds = lived(policy, of, memory, range(22, 30))
    assert deeds == [
        (22, "add label", "label deferred-thrice"),
        (22, "file", "follow-up Take up again on 2026-12-08: Search times out"),
        (22, "ping", "ping kim-gh"),
    ]


def test_what_is_put_off_in_two_ways_comes_back_in_both_with_one_ping():
    """Wearing the label, and closed as not planned: the day has come, it is open again and the label off."""
    policy = deferral("backlog")
    memory = replace(NOTHING, statements=(said("2026-11-10"),))
    closed = {"phase": "done", "resolution": "not_planned", "closed": later(0), "updated": later(0)}
    of, memory, _ = lived(policy, improvement("deferred"), memory, (0, 1))
    of, memory, deeds = lived(policy, replace(of, **closed), memory, range(2, 12))
    assert sorted(deed[1:] for deed in deeds) == [("ping", "ping bo-gh"), ("take back", "-"), ("take back", "open")]
    assert (of.phase, "deferred" in of.labels) == ("new", False)


def test_a_due_date_that_we_gave_does_not_hide_that_a_person_removed_one():
    """The backlog gives the ticket a date again; it is later than what was promised, and is put back."""
    policy = deferral("backlog")
    of, memory, _ = lived(policy, improvement(due=date(2026, 11, 10)), NOTHING, (0,))
    of = replace(of, due=None, updated=later(1))
    of, memory, deeds = lived(policy, of, memory, (1,))
    assert [deed for _, deed, _ in deeds] == ["add label", "set due", "ping"]
    assert of.due > date(2026, 11, 10)
    of, memory, deeds = lived(policy, of, memory, range(2, 9))
    assert (8, "take back", "due 2026-11-10") in deeds


def test_a_date_that_we_gave_and_a_person_cleared_is_put_off_by_nobody():
    """To clear it is to undo us: nobody is asked why, and no rule gives a date again."""
    policy = deferral("backlog")
    of, memory, deeds = lived(policy, improvement(due=None), NOTHING, (0, 1))
    assert "set due" in [deed for _, deed, _ in deeds]
    of = replace(of, due=None, updated=later(2))
    of, memory, deeds = lived(policy, of, memory, range(2, 20))
    assert [(day, deed, what) for day, deed, what in deeds if deed in ("set due", "take back", "add label")] == []
    assert of.due is None


def test_a_date_that_we_gave_and_a_person_moved_out_is_put_off():
    """Who takes the date and moves it has to say why."""
    policy = deferral("backlog")
    of, memory, _ = lived(policy, improvement(due=None), NOTHING, (0, 1))
    promised = of.due
    of = replace(of, due=promised + timedelta(days=60), updated=later(2))
    of, memory, deeds = lived(policy, of, memory, range(2, 12))
    assert ("take back", f"due {promised}") in [deed[1:] for deed in deeds]


def test_a_follow_up_of_another_ticket_may_be_closed_as_not_planned():
    """As its own text says: the ticket that it belongs to wakes on its day all the same."""
    origin = Related(
        what="follow-up",
        way="origin",
        source="shop",
        uid="github.com/issue/3",
        ref="3",
        key="acme/shop#3",
        url="https://github.example/acme/shop/issues/3",
        title="Search times out",
        phase="new",
    )
    labels = frozenset({"follow-up"})
    closed = improvement(labels=labels, phase="done", resolution="not_planned", closed=later(0), updated=later(0))
    assert done(deferral(), closed, replace(NOTHING, related=(origin,)))[2].ops == ()
    assert [op.name for op in done(deferral(), closed)[2].ops] == ["add label", "card", "ping"]
