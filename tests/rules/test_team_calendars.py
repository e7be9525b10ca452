"""Business time of teams: the workdays of a ticket are those of the team that answers for it."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from rules import facts
from rules.actions import FileTicket
from rules.calendar import WorkCalendar
from rules.document import build_policy
from rules.errors import PolicyError
from rules.memory import Memory, Pause
from rules.rule import DueRule, Duration, NewTicket, Step
from rules.why import why
from tests.rules.factories import NOW, done, later, ops, policy, rule, ticket

CHECKOUT = WorkCalendar(closed=frozenset({date(2026, 11, 4)}))  # answers for the source shop
ACCESS = WorkCalendar(week=frozenset({0, 1, 3}))  # answers for the component login; Monday, Tuesday and Thursday
OWN = {"checkout": CHECKOUT, "access": ACCESS}
LOGIN = {"components": frozenset({"login"})}
NOBODYS = {"source": "ops"}
TABLES = {
    "calendar": {"country": "DE", "subdivision": "BE", "holidays": [date(2026, 12, 24)], "workdays": ["monday"]},
    "people": {"ana": {}},
    "kinds": {"improvement": ["open"]},
}
PACK = '[pack]\nname = "own"\n\n[[rule]]\nid = "any"\non = "any"\nwhen = ["open"]\nsay = "Hello."\n'


def fact(name, of, day, rules=None, memory=None):
    """Find one fact of a ticket on a day of November."""
    asked = rules or policy(calendars=OWN)
    return facts.of(of, "improvement", memory or Memory(), asked, date(2026, 11, day), [name])[name]


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        pytest.param({}, [0, 1, 2, 3], id="the team of its source"),
        pytest.param(LOGIN, [0, 1, 1, 2], id="the team of its component comes first"),
        pytest.param({"labels": frozenset({"component:Login"})}, [0, 1, 1, 2], id="a component by its label"),
        pytest.param(NOBODYS, [1, 2, 3, 4], id="no team: the company's"),
    ],
)
def test_workdays_are_those_of_the_team_that_answers_for_it(of, expected):
    """From Tuesday to Wednesday, Thursday, Friday and Monday."""
    given = ticket(created=NOW, **of)
    assert [fact("workdays_open", given, day) for day in (4, 5, 6, 9)] == expected


def test_teams_without_workdays_of_their_own_have_the_companys():
    """Nothing changes for them when another team gets some."""
    of = ticket(created=NOW)
    assert fact("workdays_open", of, 5, policy(calendars={"access": ACCESS})) == 2
    assert fact("workdays_open", of, 5, policy()) == 2


@pytest.mark.parametrize(("of", "expected"), [({}, (-2, 2)), (LOGIN, (-1, 1)), (NOBODYS, (-3, 3))])
def test_what_is_late_counts_in_the_teams_workdays(of, expected):
    """Due on Tuesday, looked at on Friday: one of the three days is none for checkout, two are for access."""
    given = ticket(due=NOW.date(), **of)
    assert (fact("workdays_to_due", given, 6), fact("workdays_overdue", given, 6)) == expected


@pytest.mark.parametrize(("of", "expected"), [({}, (2, False)), (LOGIN, (1, True)), (NOBODYS, (3, False))])
def test_pauses_count_in_the_teams_workdays(of, expected):
    """From Tuesday to Friday, and the due date moves by so many of them."""
    noon = [datetime(2026, 11, day, 12, tzinfo=UTC) for day in (3, 6)]
    memory = Memory(pauses=(Pause(began=noon[0], ended=noon[1], due=NOW.date()),))
    given = ticket(due=NOW.date(), **of)
    assert (fact("paused_workdays", given, 6, memory=memory), fact("overdue", given, 6, memory=memory)) == expected


@pytest.mark.parametrize(
    ("of", "expected"),
    [({}, date(2026, 11, 6)), (LOGIN, date(2026, 11, 9)), (NOBODYS, date(2026, 11, 5))],
)
def test_due_dates_and_ladders_are_counted_by_the_team(of, expected):
    """Two workdays from Tuesday; a second pass finds nothing, before the step as after it."""
    span = Duration(2, "workdays")
    boxed = rule(
        "boxed",
        ("open",),
        say="Hello.",
        due=DueRule(start="created", by_level={"high": span}),
        steps=(Step(after=span, ping=("council",)),),
    )
    rules = policy(boxed, calendars=OWN)
    given, memory, _ = done(rules, ticket(created=NOW, priority="high", **of))
    assert given.due == expected
    assert why(rules, given, memory, NOW)[0].next.on == expected
    pinged = {}
    for day in range(8):
        now = later(day)
        given, memory, plan = done(rules, given, memory, now)
        pinged[now.date()] = any(op.name == "ping" for op in plan.ops)
        assert done(rules, given, memory, now)[2].ops == ()
    assert [day for day, came in pinged.items() if came] == [expected]


@pytest.mark.parametrize(("of", "expected"), [({}, date(2026, 11, 6)), (NOBODYS, date(2026, 11, 5))])
def test_what_is_filed_is_due_by_the_team_of_its_origin(of, expected):
    """Two workdays from Tuesday."""
    new = NewTicket(kind="follow-up", title="Look again", due=Duration(2, "workdays"))
    filing = rule("filing", ("open",), steps=(Step(after=Duration(0, "days"), file=new),))
    (filed,) = (op.verb for op in ops(policy(filing, calendars=OWN), ticket(**of)) if isinstance(op.verb, FileTicket))
    assert filed.due == expected


# -- the config -------------------------------------------------------------------------------------------------------


def team(**calendar):
    """Return the company's calendar and a team's beside it, as the config has both."""
    teams = {"a": {"lead": "ana", "calendar": calendar}}
    built = build_policy(TABLES | {"teams": teams}, [("own.toml", PACK)])
    return built.calendar, built.calendars.get("a")


def workdays(calendar, *days):
    """Return on which of some days people work."""
    return [calendar.is_workday(day) for day in days]


CHRISTMAS_EVE, WOMENS_DAY, LABOUR_DAY, BASTILLE = (
    date(2026, 12, 24),
    date(2027, 3, 8),  # a Monday, and a holiday in Berlin alone
    date(2028, 5, 1),  # a Monday, and a holiday in both countries
    date(2026, 7, 14),  # a Tuesday
)


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        pytest.param({"workdays": ["tuesday", "thursday"]}, [False, False, False, True], id="its days alone"),
        pytest.param({"holidays": [date(2027, 3, 15)]}, [False, False, False, False], id="its days off alone"),
        pytest.param({"subdivision": "BY"}, [False, True, False, False], id="another part of the country"),
        pytest.param({"country": "DE"}, [False, False, False, False], id="the same country"),
        pytest.param({"country": "FR"}, [False, True, False, False], id="another country"),
        pytest.param({"country": ""}, [False, True, True, True], id="no country"),
    ],
)
def test_what_a_team_leaves_out_is_the_companys(own, expected):
    """Days off add up; another country brings its own workdays and no subdivision."""
    company, calendar = team(**({"country": None, "subdivision": None, "workdays": None, "holidays": []} | own))
    assert workdays(calendar, CHRISTMAS_EVE, WOMENS_DAY, LABOUR_DAY, BASTILLE) == expected
    assert workdays(company, CHRISTMAS_EVE, WOMENS_DAY, LABOUR_DAY, BASTILLE) == [False, False, False, False]


def test_the_days_off_of_the_company_are_those_of_its_teams():
    """And the team has its own besides."""
    company, calendar = team(holidays=[date(2027, 3, 15)], workdays=["monday", "thursday"])
    assert workdays(calendar, CHRISTMAS_EVE, date(2027, 3, 15), date(2027, 3, 22)) == [False, False, True]
    assert workdays(company, date(2027, 3, 15)) == [True]


def test_a_team_that_says_nothing_has_no_calendar_of_its_own():
    """It is not looked for then."""
    assert team(country=None, subdivision=None, workdays=None, holidays=None)[1] is None


@pytest.mark.parametrize(
    ("own", "problem"),
    [
        ({"country": "XX"}, "country: no holidays known for the country 'XX': write an ISO code like 'DE'"),
        ({"subdivision": "BEE"}, "subdivision: the country 'DE' has no subdivision 'BEE' (did you mean 'BE'?)"),
        ({"country": "", "subdivision": "BE"}, "subdivision: 'BE' is of no country: name its country, too"),
    ],
)
def test_a_wrong_calendar_of_a_team_is_told_by_its_table(own, problem):
    """With what would be right."""
    with pytest.raises(PolicyError) as caught:
        team(**own)
    assert caught.value.problems == (f"config.toml: [teams.a]: calendar.{problem}",)


def test_a_wrong_calendar_of_the_company_is_told_once():
    """Not again for each team that takes it over."""
    tables = TABLES | {"calendar": {"country": "XX"}, "teams": {"a": {"lead": "ana", "calendar": {"workdays": []}}}}
    with pytest.raises(PolicyError) as caught:
        build_policy(tables, [("own.toml", PACK)])
    assert len(caught.value.problems) == 1
