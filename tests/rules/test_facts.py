"""Facts: what is found for the conditions to judge."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from rules import facts
from rules.calendar import WorkCalendar
from rules.conditions import activate, compile_all
from rules.fact_table import KIND_TYPES, TYPES
from rules.memory import Card, Effect, Fix, Ignore, Memory, Outcome, Reversal, Statement, Work
from rules.policy import Domain, Kind
from tests.rules.factories import (
    NOW,
    jira_ticket,
    later,
    likeness,
    measure,
    metric,
    policy,
    recurrence,
    related,
    ticket,
)

TODAY = date(2026, 11, 3)  # NOW's, a Tuesday
PYTHON_TYPES = {"bool": bool, "int": int, "string": str, "list(string)": list}


def fact(name: str, of=None, *, memory=None, rules=None, today=TODAY):
    """Find one fact; None if it is missing."""
    return facts.of(of or ticket(), "improvement", memory or Memory(), rules or policy(), today, [name]).get(name)


def test_all_facts_of_a_ticket():
    """The whole table for one ticket: what is missing is left out."""
    given = ticket(
        labels=frozenset({"improvement", "p2", "component:cart"}),
        components=frozenset({"Login"}),
        assignees=frozenset({"bo-gh", "ana-gh"}),
        due=date(2026, 10, 30),
        comments=3,
        type="Bug",
        sprint="Sprint 12",
        created=datetime(2026, 10, 26, 9, tzinfo=UTC),
        updated=datetime(2026, 11, 2, 9, tzinfo=UTC),
    )
    assert facts.of(given, "improvement", Memory(), policy(), TODAY) == {
        "source": "shop",
        "tracker": "github",
        "key": "acme/shop#12",
        "kind": "improvement",
        "issue_type": "Bug",
        "title": "Search times out",
        "body": "",
        "labels": ["component:cart", "improvement", "p2"],
        "components": ["Login", "cart"],
        "comments": 3,
        "locked": False,
        "open": True,
        "closed": False,
        "phase": "new",
        "status": "open",
        "resolution": "",
        "has_milestone": False,
        "milestone": "",
        "assignees": ["ana-gh", "bo-gh"],
        "has_owner": True,
        "owner": "ana-gh",
        "reporter": "rita",
        "has_priority": True,
        "priority": "high",
        "domain": "",
        "domains": [],
        "suggested_domain": "security",
        "created": "2026-10-26",
        "days_open": 8,
        "workdays_open": 6,
        "days_idle": 1,
        "workdays_idle": 1,
        "has_due": True,
        "due": "2026-10-30",
        "days_to_due": -4,
        "workdays_to_due": -2,
        "overdue": True,
        "days_overdue": 4,
        "workdays_overdue": 2,
        "blocked": False,
        "waiting": False,
        "paused_workdays": 0,
        "declined": False,
        "has_sprint": True,
        "sprint": "Sprint 12",
        "planned": True,
        "changes": [],
        "merged_changes": [],
        "evidence": [],
        "has_evidence": False,
        "reversals": 0,
        "ignored": False,
        "put_off": [],
        "put_off_explained": False,
        "put_off_again": False,
        "deferral_missing": ["reason", "date"],
        "deferrals": 0,
        "deferral_reasons": [],
        "deferred": False,
        "deferred_to": [],
        "woken": False,
        "outcome_stated": False,
        "outcome_problem": "",
        "outcome": "",
        "held": False,
        "held_by": [],
        "holds_up": [],
        "gate": "",
        "gate_waits_for": [],
        "outcome_recorded": False,
        "review_missing": [
            "that it was held (comment /kaizen held)",
            "what came of it (comment /kaizen held because ..., or a line Outcome: ...)",
        ],
        "actions": [],
        "filed": [],
        "filed_kinds": [],
        "open_filed": [],
        "has_origin": False,
        "owned_by_lead": False,
        "feeds": [],
        "feeds_missing": ["roadmap", "budget", "staffing", "training"],
        "fed": [],
        "fed_nothing": False,
        "inputs_missing": [],
        "informed": True,
        "reopened_by": [],
        "recurred": False,
        "recurrences": 0,
        "recurrences_unanswered": 0,
        "recurrence_list": [],
        "recurrence_history": [],
        "recurrence_evidence": "",
        "recurrence_hours": 0,
        "recurs": "",
        "recurs_tier": "",
        "recurs_because": "",
        "recurs_again": False,
        "duplicate": False,
        "alike": [],
        "alike_evidence": [],
        "likely_same": "",
        "likely_same_because": "",
        "twins": [],
        "has_leader": False,
        "closed_with_leader": False,
    }


def test_what_belongs_to_a_ticket_are_facts():
    """What was filed from it, as what, what of that is open; and what it was filed from itself."""
    memory = Memory(
        related=(related(key="#2"), related(key="#3", phase="done"), related(key="OPS-1", what="review", way="origin"))
    )
    names = ("filed", "filed_kinds", "open_filed", "has_origin", "origin", "origin_open")
    found = facts.of(ticket(), "review", memory, policy(), TODAY, names)
    assert list(found.values()) == [["#2", "#3"], ["follow-up"], ["#2"], True, "OPS-1", True]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (ticket(), False),
        (ticket(assignees=frozenset({"bo-gh"})), False),
        (ticket(assignees=frozenset({"bo-gh", "lena-gh"})), True),
        (ticket(assignees=frozenset({"lee-gh"})), True),  # of another team
        (ticket(assignees=frozenset({"acc-lena"})), False),  # that is her name elsewhere
        (jira_ticket(assignees=frozenset({"acc-lena"})), True),
    ],
)
def test_a_lead_is_known_by_the_login_of_the_source(given, expected):
    """Of whatever team, alone or with others."""
    found = facts.of(given, "improvement", Memory(), policy(), TODAY, ["owned_by_lead"])
    assert found == {"owned_by_lead": expected}


def test_what_people_stated_are_facts():
    """How often it was put off and until when, what it is to reach, whether it was held."""

    def found(*said):
        statements = tuple(
            Statement(comment=str(number), what=what, value=value, by="bo", at=NOW)
            for number, (what, value) in enumerate(said)
        )
        names = ("deferrals", "deferred", "deferred_until", "outcome_stated", "held")
        given = facts.of(ticket(), "improvement", Memory(statements=statements), policy(), TODAY, names)
        return [given.get(name) for name in names]

    assert found(("defer", "2026-11-04")) == [1, True, "2026-11-04", False, False]
    assert found(("defer", "2027-01-01"), ("defer", "2026-11-03")) == [2, False, "2026-11-03", False, False]
    assert found(("outcome", "x"), ("held", "2026-11-03"), ("owner", "bo")) == [0, False, None, True, True]


def test_every_fact_is_of_the_type_it_says():
    """The table's types are those the conditions are checked against."""
    done = ticket(phase="done", closed=later(-1), due=TODAY)
    put_off = Statement(comment="c1", what="defer", value="2026-12-01", by="bo", at=NOW)
    found = facts.of(ticket(), "improvement", Memory(), policy(), TODAY)
    found |= facts.of(done, "improvement", Memory(statements=(put_off,)), policy(), TODAY)
    found |= facts.of(ticket(), "review", Memory(related=(related(way="origin"),)), policy(), TODAY)
    report = Memory(recurrences=(recurrence(of={"way": "origin"}),), fix=Fix(at=NOW, how="closed"))
    found |= facts.of(ticket(), "improvement", report, policy(), TODAY)
    judged = Outcome(
        stated="mttr 2h -> 1h by 2026-10-01", by="bo", before=measure(), frozen=NOW, after_ends=NOW, judgement="worse"
    )  # its window after is over today
    found |= facts.of(done, "improvement", Memory(outcome=judged), policy(metrics=(metric(),)), TODAY)
    pending = replace(judged, judgement=None)
    found |= facts.of(done, "improvement", Memory(outcome=pending), policy(), TODAY, ["outcome_due"])
    found |= facts.of(ticket(), "improvement", Memory(likenesses=(likeness(),)), policy(), TODAY, ["alike_days"])
    assert {name: type(value) for name, value in found.items()} == {
        name: PYTHON_TYPES[kind] for name, kind in TYPES.items()
    }


def test_the_table_is_for_people_too():
    """Each fact has a name of its own and says what it means."""
    names = [each.name for each in facts.table()]
    assert len(set(names)) == len(names)
    assert all(each.meaning for each in facts.table())


def test_only_facts_that_are_asked_for_are_found():
    """What no condition names costs nothing."""
    conditions = [compile_all(["open", "days_open > 3"], where="x"), compile_all(['priority == "high"'], where="x")]
    names = facts.needed(conditions)
    assert names == frozenset({"open", "days_open", "priority"})
    assert facts.of(ticket(), "improvement", Memory(), policy(), TODAY, names).keys() == names


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "none"),
        ({"labels": frozenset({"P1"})}, "critical"),
        ({"labels": frozenset({"p4", "p2", "other"})}, "high"),
        ({"priority": "P3", "labels": frozenset({"p1"})}, "medium"),  # the field goes before labels
        ({"priority": "High"}, "high"),
        ({"priority": "Someday"}, "none"),
        ({"source": "gone", "labels": frozenset({"p1"})}, "none"),
    ],
)
def test_a_priority_is_one_of_four_levels_or_none(changes, expected):
    """Native names and labels become neutral levels by the source's table, in whatever case."""
    given = ticket(**changes)
    assert (facts.level_of(policy(), given), fact("has_priority", given)) == (expected, expected != "none")


DOMAINS = (
    Domain(name="security", label="domain:security", components=frozenset({"login"}), keywords=frozenset({"cve"})),
    Domain(
        name="speed", label="Domain:Speed", components=frozenset({"search"}), keywords=frozenset({"slow", "build time"})
    ),
)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"title": "Nothing to see"}, ("", "")),
        ({"labels": frozenset({"domain:speed"}), "title": "x"}, ("speed", "")),
        ({"labels": frozenset({"domain:speed", "domain:security"}), "title": "x"}, ("several", "")),
        ({"title": "Why so SLOW?"}, ("", "speed")),
        ({"title": "Our build-time grows"}, ("", "speed")),
        ({"title": "Slowly does it"}, ("", "")),  # no whole word
        ({"title": "A slow CVE"}, ("", "")),  # two domains
        ({"components": frozenset({"Login"}), "title": "slow"}, ("", "security")),  # a component goes before words
        ({"components": frozenset({"login", "search"}), "title": "slow"}, ("", "")),
        ({"components": frozenset({"other"}), "title": "slow"}, ("", "speed")),
        ({"labels": frozenset({"Component:Search"}), "title": "x"}, ("", "speed")),
        ({"title": "\ud800 slow \0"}, ("", "speed")),
    ],
)
def test_a_domain_is_suggested_only_when_it_is_certain(changes, expected):
    """One component's domain, else one domain by whole words of the title; two of them are none."""
    given, rules = ticket(**changes), policy(domains=DOMAINS)
    assert (fact("domain", given, rules=rules), fact("suggested_domain", given, rules=rules)) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, (False, 0, 0, None, None)),
        ({"due": date(2026, 11, 4)}, (False, 0, 0, 1, 1)),
        ({"due": date(2026, 11, 3)}, (False, 0, 0, 0, 0)),  # due today is not late
        ({"due": date(2026, 10, 30)}, (True, 4, 2, -4, -2)),
        ({"due": date(2026, 10, 30), "phase": "done", "closed": NOW}, (False, 0, 0, -4, -2)),
    ],
)
def test_what_is_late_is_counted_in_days_and_workdays(changes, expected):
    """Only open work is late, from the day after its due date."""
    names = ("overdue", "days_overdue", "workdays_overdue", "days_to_due", "workdays_to_due")
    assert tuple(fact(name, ticket(**changes)) for name in names) == expected


def test_a_due_date_at_the_end_of_time_breaks_nothing():
    """Workdays as far away as that are an estimate, five of seven days."""
    days, workdays = (fact(name, ticket(due=date.max)) for name in ("days_to_due", "workdays_to_due"))
    assert (days, workdays) == (2912136, pytest.approx(2912136 * 5 / 7, rel=0.001))


def test_days_are_the_calendars():
    """A ticket written at 23:30 UTC was written on the next day in Berlin, and the fact says so all day long."""
    berlin = policy(calendar=WorkCalendar("Europe/Berlin"))
    given = ticket(created=datetime(2026, 11, 1, 23, 30, tzinfo=UTC))
    assert (fact("created", given, rules=berlin), fact("days_open", given, rules=berlin)) == ("2026-11-02", 1)


def test_a_closed_ticket_was_open_until_it_closed():
    """Its age stands still, and the days since are counted."""
    given = ticket(phase="done", created=later(-10), closed=later(-3))
    assert [fact(name, given) for name in ("days_open", "days_closed", "open", "closed")] == [7, 3, False, True]


def effect(at: datetime) -> Effect:
    """Return a label of ours."""
    return Effect(op="1", rule="backlog/idle", verb="add label", value="idle", at=at)


@pytest.mark.parametrize(
    ("updated", "memory", "expected"),
    [
        (later(-5), Memory(), 5),
        (later(-5), Memory(effects=(effect(later(-9)),)), 5),  # changed after we did
        (later(-5), Memory(effects=(effect(later(-5)),)), 40),  # that was us
        (later(-5) + timedelta(seconds=90), Memory(card=Card(ref="1", essence="", at=later(-5))), 40),
        (later(-5), Memory(effects=(effect(later(-5)),), touched=later(-12)), 12),
        (later(-5), Memory(touched=later(-50)), 40),  # never before it was created
    ],
)
def test_our_own_writes_do_not_end_idleness(updated, memory, expected):
    """Else the card that says "nothing moved" would itself count as movement."""
    assert fact("days_idle", ticket(created=later(-40), updated=updated), memory=memory) == expected


@pytest.mark.parametrize(("until", "expected"), [(None, True), (date(2026, 11, 4), True), (TODAY, False)])
def test_an_ignore_counts_until_its_day(until, expected):
    """On the day it names, the rule speaks again."""
    memory = Memory(ignores=(Ignore(rule="backlog/owned", by="bo-gh", at=later(-1), until=until),))
    assert fact("ignored", memory=memory) is expected


def test_what_people_undid_is_counted():
    """A condition may leave alone what people keep undoing."""
    undone = Reversal(rule="backlog/owned", verb="add label", value="needs-owner", at=later(-1))
    assert fact("reversals", memory=Memory(reversals=(undone, replace(undone, value="x")))) == 2


@pytest.mark.parametrize(
    ("labels", "expected"),
    [({"incident", "improvement"}, "incident"), ({"improvement"}, "improvement"), ({"question"}, "")],
)
def test_the_first_kind_that_holds_is_the_tickets(labels, expected):
    """The config's order decides; a ticket may be of no kind."""
    kinds = tuple(
        Kind(name=name, when=compile_all([f'"{name}" in labels'], where="x", types=KIND_TYPES))
        for name in ("incident", "improvement")
    )
    given = ticket(labels=frozenset(labels))
    assert facts.kind_of(given, Memory(), policy(kinds=kinds), TODAY) == expected


KIND_CLAUSES = (
    'source == "ops"',
    'tracker == "jira"',
    'issue_type == "Bug"',
    '"incident" in labels',
    '"cart" in components',
    'title.startsWith("Postmortem")',
    "declined",
)
ALIKE = {"title": "Postmortem of it", "phase": "done", "resolution": "duplicate"}
UNLIKE = (
    {"source": "ops"},
    {"type": "Bug"},
    {"labels": frozenset({"incident"})},
    {"labels": frozenset({"component:cart"})},
    {"components": frozenset({"cart"})},
)


@pytest.mark.parametrize("clause", KIND_CLAUSES)
def test_a_kind_that_was_judged_for_one_ticket_is_right_for_the_next(clause):
    """Whatever it is chosen by, what was found of other tickets before changes nothing."""
    kinds = (Kind(name="it", when=compile_all([clause], where="x", types=KIND_TYPES)),)
    given = [ticket(), *(ticket(**changes) for changes in (ALIKE, *UNLIKE))]
    alone = [facts.kind_of(of, Memory(), policy(kinds=kinds), TODAY) for of in given]
    one = policy(kinds=kinds)
    assert [facts.kind_of(of, Memory(), one, TODAY) for of in (*given, *given)] == alone + alone
    assert set(alone) == {"it", ""}


@pytest.mark.parametrize("text", ["a\0b", "\ud800x", "x\udfff\0", "\u202egnp.exe", "\U0001f600"])
def test_hostile_text_can_be_judged(text):
    """NUL and lone surrogates are replaced, all else stays; nothing cuts a text short."""
    expected = text.replace("\0", "\ufffd").replace("\ud800", "\ufffd").replace("\udfff", "\ufffd")
    found = facts.of(ticket(title=text, labels=frozenset({text})), "x", Memory(), policy(), TODAY)
    condition = compile_all([f"size(title) == {len(text)}", "labels == [title]"], where="x")
    assert (found["title"], condition.holds(activate(found))) == (expected, True)


def test_evidence_is_what_was_merged_stated_or_written_down():
    """Each once; a change that is open or was given up names the ticket, and is no evidence."""
    states = ("merged", "open", "closed", "merged")
    work = tuple(Work(uid=f"c{n}", key=f"acme/shop#{n}", url="u", state=state) for n, state in enumerate(states))
    said = Statement(comment="c", what="evidence", value="https://a.example", by="bo-gh", at=NOW)
    aim = replace(said, what="outcome", value="mttr 90m -> 45m by 2027-03-31")
    known = Memory(work=work, statements=(said, aim))
    of = ticket(body="Evidence: https://a.example, https://b.example")
    assert fact("changes", memory=known) == [f"acme/shop#{n}" for n in range(4)]
    assert fact("merged_changes", memory=known) == ["acme/shop#0", "acme/shop#3"]
    assert fact("evidence", of, memory=known) == [
        "acme/shop#0",
        "acme/shop#3",
        "https://a.example",
        "https://b.example",
    ]
    assert fact("has_evidence", of) is True
    assert fact("has_evidence", memory=Memory(work=work[1:3], statements=(aim,))) is False
    assert fact("outcome_stated", memory=known) is True
    assert fact("outcome_stated", memory=Memory(statements=(said,))) is False


@pytest.mark.parametrize(
    ("resolution", "expected"),
    [
        ("not_planned", True),
        ("duplicate", True),
        ("Won't Do", True),
        ("Won\u2019t Fix", True),
        ("Cannot Reproduce", True),
        ("Declined", True),
        ("Incomplete", True),
        ("completed", False),
        ("Done", False),
        ("Fixed", False),
        ("", False),
    ],
)
def test_what_was_closed_as_not_done_is_declined(resolution, expected):
    """In the words of either tracker; an open ticket is not, whatever it was before."""
    assert fact("declined", ticket(phase="done", resolution=resolution)) is expected
    assert fact("declined", ticket(resolution=resolution)) is False


@pytest.mark.parametrize(
    ("given", "expected"),
    [({"sprint": "S1"}, True), ({"milestone": "Autumn"}, True), ({"milestone": "Due 2026-12-01"}, False), ({}, False)],
)
def test_a_milestone_that_only_keeps_a_due_date_is_no_plan(given, expected):
    """Ours are called so; everything else in a milestone or sprint is planned by people."""
    assert fact("planned", ticket(**given)) is expected
