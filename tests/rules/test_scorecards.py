"""Scorecards: what leads did in October, worked out on paper."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from rules.calendar import WorkCalendar
from rules.conditions import compile_all
from rules.fact_table import KIND_TYPES
from rules.memory import NOTHING, Memory, Outcome, Pause, Statement
from rules.model import Link
from rules.policy import Kind, Team
from rules.scorecards import Scorecard, held_on, scorecards, span_days
from tests.rules.factories import NOW, jira_ticket, later, policy, ticket

START, END = datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)
KINDS = ("incident", "review", "decision", "follow-up", "improvement", "feature")
TEAMS = (
    Team(name="checkout", lead="lena", sources=frozenset({"shop"})),
    Team(name="access", lead="lee", components=frozenset({"login"}), improvement_target=0.5),
)


def company(**values):
    """Return a policy with all kinds, and two teams."""
    kinds = (Kind(name=name, when=compile_all([f'"{name}" in labels'], where="k", types=KIND_TYPES)) for name in KINDS)
    return policy(**({"kinds": tuple(kinds), "teams": TEAMS} | values))


def day(text):
    """Return a noon of 2026."""
    return datetime.fromisoformat(f"2026-{text}T12:00:00+00:00")


def done(number, label="improvement", at="10-15", **changes):
    """Return a ticket that was closed as done on a day."""
    plain = {"phase": "done", "status": "closed", "resolution": "completed", "closed": day(at), "created": day("07-01")}
    return ticket(number, **(plain | {"labels": frozenset({label})} | changes))


def said(what, value="", at="10-15", by="lena-gh"):
    """Return a memory of one statement."""
    return Memory(statements=(Statement(comment=f"{what} {at}", what=what, value=value, by=by, at=day(at)),))


def cards(*tickets, reopened=(), **values):
    """Return the cards of October; a ticket alone has no memory."""
    pairs = [one if isinstance(one, tuple) else (one, NOTHING) for one in tickets]
    return scorecards(company(**values), pairs, START, END, now=NOW, reopened=frozenset(reopened))


def lena(*tickets, **given):
    """Return lena's card."""
    return cards(*tickets, **given)[0]


def test_what_was_judged_in_the_span_is_counted():
    """By the day on which it could be judged; too little data is no judgement, and other kinds state no effect."""

    def judged(number, judgement, at="10-20", **changes):
        kept = Outcome(stated="mttr 2h -> 1h by 2026-10-19", by="bo", after_ends=day(at), judgement=judgement)
        return done(number, at="08-01", **changes), Memory(outcome=kept)

    found = lena(
        judged(1, "validated"),
        judged(2, "worse"),
        judged(3, "too little data"),
        judged(4, "validated", at="11-20"),
        judged(5, "validated", label="feature"),
        judged(6, None),
    )
    assert (found.judged, found.validated, found.finished) == (2, 1, 0)


def test_a_card_is_worked_out_by_hand():
    """All figures of one lead, and none of another's."""
    review = ticket(20, labels=frozenset({"review"}), due=date(2026, 10, 20), assignees=frozenset({"lena-gh"}))
    given = (
        done(1),
        done(2, "feature"),
        done(3, "chore"),  # of no kind
        done(4, at="09-30"),
        done(5, resolution="not_planned"),
        done(6, "incident"),
        done(7, "feature", components=frozenset({"login"})),  # lee's
        ticket(8, assignees=frozenset({"lena-gh"}), due=date(2026, 11, 2)),
        jira_ticket(9, assignees=frozenset({"acc-lena", "acc-bo"})),
        (ticket(10), said("defer", "2026-12-01")),
        (review, said("held", "2026-10-21")),
        ticket(11),
    )
    first, second = cards(*given, reopened=[ticket(11).uid, ticket(12).uid])
    assert first == Scorecard(
        lead="lena",
        teams=("checkout",),
        finished=3,
        improvements=1,
        target=0.2,
        own=3,
        overdue=(Link("acme/shop#20", review.url), Link("acme/shop#8", ticket(8).url)),
        reviews=1,
        held=1,
        deferrals=1,
        regressions=(Link("acme/shop#11", ticket(11).url),),
    )
    nothing = {"own": 0, "overdue": (), "reviews": 0, "held": 0, "deferrals": 0, "regressions": ()}
    assert second == Scorecard(lead="lee", teams=("access",), finished=1, improvements=0, target=0.5, **nothing)


@pytest.mark.parametrize("kind", ["incident", "review", "decision", "follow-up"])
def test_what_nobody_plans_is_no_finished_work(kind):
    """Neither for nor against a lead."""
    assert lena(done(1, kind)).finished == 0


def test_the_edges_of_a_month_are_the_calendars():
    """What is closed at midnight belongs to the month that begins."""
    first, last = done(1, closed=START), done(2, closed=END)
    assert lena(first, last).finished == 1


@pytest.mark.parametrize(
    ("improvements", "others", "expected"),
    [
        (0, 0, "too few"),
        (4, 0, "too few"),
        (1, 4, "met"),  # exactly
        (0, 5, "missed"),
        (1, 5, "missed"),
        (7, 28, "met"),
    ],
)
def test_a_share_is_judged_where_there_is_enough(improvements, others, expected):
    """Five finished tickets, against a fifth."""
    given = [done(number) for number in range(improvements)]
    given += [done(100 + number, "feature") for number in range(others)]
    assert lena(*given).standing == expected


def test_a_target_is_met_whatever_its_binary_fraction():
    """Seven of a hundred are 7%."""
    given = [done(number, "improvement" if number < 7 else "feature") for number in range(100)]
    assert lena(*given, teams=(replace(TEAMS[0], improvement_target=0.07),)).standing == "met"


def test_who_leads_two_teams_has_one_card():
    """Its target is that of the teams, each with the weight of what it finished."""
    teams = (TEAMS[0], replace(TEAMS[1], lead="lena"))
    login = {"components": frozenset({"login"})}
    (card,) = cards(done(1), done(2), done(3, **login), teams=teams)
    assert (card.teams, card.finished, card.improvements) == (("checkout", "access"), 3, 3)
    assert card.target == pytest.approx((2 * 0.2 + 0.5) / 3)
    (idle,) = cards(teams=teams)
    assert idle.target == pytest.approx(0.35)


@pytest.mark.parametrize(
    ("due", "held", "expected"),
    [
        (date(2026, 10, 20), "2026-10-20", (1, 1)),
        (date(2026, 10, 20), None, (0, 1)),
        (date(2026, 10, 20), "2026-11-02", (0, 1)),  # too late for October
        (date(2026, 10, 20), "2026-09-30", (0, 0)),  # that was September's
        (date(2026, 9, 20), "2026-10-02", (1, 1)),  # late, and held now
        (date(2026, 11, 20), None, (0, 0)),
        (date(2026, 10, 31), None, (0, 1)),
        (None, None, (0, 1)),  # asked for in October
    ],
)
def test_reviews_are_held_when_people_say_so(due, held, expected):
    """Due in the month, or held in it."""
    review = ticket(1, labels=frozenset({"review"}), due=due, created=day("10-05"))
    card = lena((review, said("held", held) if held else NOTHING))
    assert (card.held, card.reviews) == expected


def test_a_review_of_another_scope_counts_for_the_lead_who_owns_it():
    """For both, then; for the lead of the scope only once."""
    review = ticket(1, labels=frozenset({"review"}), due=date(2026, 10, 5), assignees=frozenset({"lena-gh", "lee-gh"}))
    assert [card.reviews for card in cards(review)] == [1, 1]


def test_who_says_again_when_it_was_held_corrects_it():
    """The last word counts; who said nothing held nothing."""
    twice = Memory(statements=(*said("held", "2026-10-05").statements, *said("held", "2026-11-02").statements))
    assert held_on(twice) == date(2026, 11, 2)
    assert held_on(NOTHING) is None


@pytest.mark.parametrize(
    ("memory", "expected"),
    [
        (said("defer", at="10-01"), 1),
        (said("defer", at="11-01"), 0),
        (said("defer", by="bo-gh"), 0),
        (said("defer", by="acc-lena"), 0),  # her name in another tracker
        (said("due"), 0),
    ],
)
def test_deferrals_are_those_the_lead_said(memory, expected):
    """By the login of the tracker, within the span, of whatever ticket."""
    assert lena((done(1, "feature", components=frozenset({"login"})), memory)).deferrals == expected


def test_only_improvements_regress():
    """A feature that is opened again is not an improvement that came undone."""
    feature = ticket(1, labels=frozenset({"feature"}))
    assert lena(feature, reopened=[feature.uid]).regressions == ()


def test_a_ticket_that_waits_is_not_overdue():
    """The pause puts its date off, for leads as for everybody."""
    late = ticket(1, assignees=frozenset({"lena-gh"}), due=date(2026, 10, 30), blocked=True)
    paused = Memory(pauses=(Pause(began=later(-5), due=late.due),))
    assert [len(lena((late, memory)).overdue) for memory in (NOTHING, paused)] == [1, 0]


def test_a_team_without_a_login_there_has_a_card_all_the_same():
    """Nobody of that name works in the tracker: nothing is owned there."""
    stranger = ticket(1, assignees=frozenset({""}))
    assert lena(stranger, people={}).own == 0


def test_a_span_has_the_days_of_the_calendar():
    """October in Berlin begins at ten in the evening; a day that is begun belongs to the span."""
    berlin = policy(calendar=WorkCalendar("Europe/Berlin"))
    begin, end = datetime(2026, 9, 30, 22, tzinfo=UTC), datetime(2026, 10, 31, 23, tzinfo=UTC)
    assert span_days(berlin, begin, end) == (date(2026, 10, 1), date(2026, 11, 1))
    assert span_days(berlin, begin, day("10-15")) == (date(2026, 10, 1), date(2026, 10, 16))
