"""The digest: figures counted by hand, and words that say what they leave out."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from integrations.github.markdown import render as markdown
from integrations.jira.markup import render as wiki
from rules.conditions import compile_all
from rules.fact_table import KIND_TYPES
from rules.memory import NOTHING, Ignore, Memory, Pause, Statement
from rules.model import Link, Prose, Table, Text
from rules.policy import Kind
from tests.rules.factories import jira_ticket, policy, rule, ticket, words
from worker.digest import NO_DOMAIN, Account, Did, DomainRow, gather
from worker.digest_decisions import decisions
from worker.digest_text import MOST, prose, sparkline
from worker.ledger_baseline import Debt

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
END = date(2026, 11, 23)


def day(text):
    """Return a noon of 2026."""
    return datetime.fromisoformat(f"2026-{text}T12:00:00+00:00")


def closed(number, at, **changes):
    """Make a ticket that was done at a moment."""
    return ticket(number, phase="done", status="closed", closed=day(at), **changes)


def digest(*tickets, account=None, **given):
    """Gather the digest of the week before 2026-11-23."""
    return gather(
        "shop",
        "2026-W48",
        policy=policy(**given),
        tickets=[(one, NOTHING) for one in tickets],
        account=account or Account(),
        end=END,
        now=NOW,
    )


SECURE = frozenset({"improvement", "domain:security"})


def test_a_domain_is_counted_by_hand():
    """Open, new, closed, overdue and the oldest, of one domain, against figures worked out on paper."""
    old = ticket(1, labels=SECURE, created=day("01-05"), due=date(2026, 11, 22))
    tickets = [
        old,
        ticket(2, labels=SECURE, created=day("11-16"), due=date(2026, 11, 23)),  # new, due today: not late
        closed(3, "11-22", labels=SECURE, created=day("11-01")),
        closed(4, "11-15", labels=SECURE, created=day("11-01")),  # closed the week before
        ticket(5, labels=SECURE, created=day("11-23")),  # of the week to come
        ticket(6, labels=frozenset({"feature"}), created=day("11-17")),  # no improvement
    ]
    row = next(row for row in digest(*tickets).rows if row.domain == "security")
    assert row == DomainRow(domain="security", open=3, new=1, closed=1, overdue=1, oldest=old)


def test_a_domain_is_quiet_without_work_of_thirty_days():
    """Open or finished as done; the label counts, also beside another one."""
    fast = frozenset({"improvement", "domain:performance"})
    assert digest().quiet == ("security", "performance")
    assert digest(closed(1, "11-01", labels=SECURE)).quiet == ("performance",)
    assert digest(closed(1, "10-23", labels=SECURE), ticket(2, labels=fast)).quiet == ("security",)
    assert digest(closed(1, "11-01", labels=SECURE | fast)).quiet == ()
    gone = closed(1, "11-01", labels=SECURE, resolution="not_planned")
    said = markdown(prose(digest(gone, ticket(2, labels=fast))))
    assert "0 overdue. No improvement work, open or finished within 30 days: security." in said
    assert "No improvement work" not in markdown(prose(digest(ticket(1, labels=SECURE | fast))))


def test_a_ticket_without_a_domain_is_counted_apart():
    """What belongs to no domain has a row of its own, and only then."""
    assert NO_DOMAIN in [row.domain for row in digest(ticket(1)).rows]
    assert NO_DOMAIN not in [row.domain for row in digest(ticket(1, labels=SECURE)).rows]


def test_what_waits_is_not_counted_as_overdue_unless_it_was_before():
    """A pause puts the due date off, for the figures of a week as for the rules."""
    waits = ticket(1, labels=SECURE, due=date(2026, 11, 18), blocked=True)
    late = ticket(2, labels=SECURE, due=date(2026, 11, 12), blocked=True)
    paused = [(one, Memory(pauses=(Pause(began=day("11-17"), due=one.due),))) for one in (waits, late)]
    account = Account()
    found = gather("shop", "2026-W48", policy=policy(), tickets=paused, account=account, end=END, now=NOW)
    assert [one.ticket for one in found.overdue] == [late]
    assert [row.overdue for row in found.rows if row.domain == "security"] == [1]


def test_what_was_closed_long_ago_counts_only_if_somebody_put_it_off_until_later():
    """No week tells of it any more; what was declined in spring until next year is still put off."""
    declined = closed(1, "03-02", created=day("02-02"), resolution="not_planned", assignees=frozenset({"ana-gh"}))
    until = Statement(comment="c", what="defer", value="2027-02-01", by="ana-gh", at=day("03-02"), because="no budget")
    tickets = [(declined, Memory(statements=(until,))), (closed(2, "03-02", created=day("02-02")), NOTHING)]
    found = gather("shop", "2026-W48", policy=policy(), tickets=tickets, account=Account(), end=END, now=NOW)
    assert [one.ticket for one in found.deferrals.tickets] == [declined]
    assert set(found.weeks) == {(0, 0)}


def test_weeks_run_from_monday_to_sunday_of_the_calendar():
    """What happens at the edge of a week counts once, in the week of the calendar's zone."""
    late_sunday = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    weeks = digest(
        ticket(1, created=day("11-16")), ticket(2, created=day("11-15")), ticket(3, created=late_sunday)
    ).weeks
    assert [new for new, _ in weeks[-2:]] == [1, 2]
    assert len(weeks) == 12


def test_the_longest_overdue_come_first_and_the_rest_is_counted():
    """Ten are listed; how many more there are is said."""
    tickets = [
        ticket(number, labels=SECURE, created=day("01-05"), due=date(2026, 1, 1 + number)) for number in range(1, 14)
    ]
    made = digest(*reversed(tickets))
    assert [late.ticket.ref for late in made.overdue] == [str(number) for number in range(1, 14)]
    said = markdown(prose(made))
    assert f"and {13 - MOST} more overdue" in said


def test_people_are_called_by_their_names():
    """An account id is nobody's name; a digest mentions nobody."""
    made = digest(jira_ticket(7, labels=SECURE, due=date(2026, 1, 1), assignees=frozenset({"acc-ana"})))
    assert made.overdue[0].owners == ("ana",)
    assert "acc-ana" not in wiki(prose(made), cloud=True)


@pytest.mark.parametrize(
    ("values", "expected"),
    [((), ""), ((0, 0, 0), "▁▁▁"), ((0, 7, 14), "▁▅█"), ((5,), "█")],
)
def test_a_sparkline_is_as_tall_as_its_greatest_value(values, expected):
    """Nothing is the lowest bar, the most is the highest."""
    assert sparkline(values) == expected


def did(count=1, rule="backlog/owned"):
    """Make one line of what was done."""
    example = Link("acme/shop#1", "https://github.com/acme/shop/issues/1")
    return Did(
        rule=rule,
        about="Every improvement has an owner.",
        deeds={"card": count} if rule == "card" else {"add label": count, "ping": 1},
        example=example,
        because=("open", "!has_owner"),
    )


def test_it_says_what_was_done_why_and_what_could_not_be():
    """Each line names its rule and its clauses; what failed is there too."""
    account = Account(
        did=(did(3), did(61, rule="card")), could_not=("acme/shop#9: ping was refused: locked",), undone=2
    )
    said = markdown(prose(digest(ticket(1), account=account)))
    assert "**3 labels put on, 1 ping** by `backlog/owned`" in said
    assert "open; !has" in said
    assert "61 cards" in said
    assert "was refused: locked" in said
    assert "People took back 2 of these" in said


def test_it_says_how_much_of_what_a_rule_did_people_took_back():
    """The largest share first; of many rules the rest is counted. Where nothing was taken back nothing is said."""
    few = {"backlog/idle": (61, 6), "backlog/owned": (10, 5)}
    many = {f"own/r{number:02}": (100, 20 - number) for number in range(MOST + 3)}
    said = [
        markdown(prose(digest(ticket(1), account=Account(rates=rates)))).replace("\\", "") for rates in (few, many, {})
    ]
    head = "Taken back by people, of what was done in 30 days: "
    assert f"{head}backlog/owned 5 of 10 (50 %), backlog/idle 6 of 61 (10 %)." in said[0]
    assert f"{head}own/r00 20 of 100 (20 %), own/r01 19 of 100 (19 %)" in said[1]
    assert said[1].count(" of 100 (") == MOST
    assert ", 3 more rules." in said[1]
    assert head not in said[2]


FEEDS = rule(
    "feeds",
    ("open && workdays_open >= 3 || fed_nothing", "size(feeds_missing) > 0 || fed_nothing"),
    on=("decision",),
    section="feedback",
)
NONES = "\n".join(f"{target}: none because of that" for target in ("Roadmap", "Budget", "Staffing", "Training"))


def decided(number, **changes):
    """Make a decision of ana's, a week old."""
    plain = {"labels": frozenset({"decision"}), "created": day("11-16"), "assignees": frozenset({"ana-gh"})}
    return ticket(number, **(plain | changes))


def told(*tickets, rules=FEEDS, memory=NOTHING):
    """Return the lines on decisions in the digest of a company whose rules ask for feedback."""
    kinds = (Kind(name="decision", when=compile_all(['"decision" in labels'], where="kinds", types=KIND_TYPES)),)
    made = gather(
        "shop",
        "2026-W48",
        policy=replace(policy(rules), kinds=kinds),
        tickets=[(one, memory) for one in tickets],
        account=Account(),
        end=END,
        now=NOW,
    )
    blocks = decisions(made.unfed)
    assert [block for block in prose(made).blocks if block in blocks] == list(blocks)
    return words(Prose(blocks)).split("\n")


def test_decisions_that_fed_nothing_are_listed_with_what_is_missing():
    """The oldest first, each with its owner; those with answers are not there."""
    assert told(
        decided(1, body="Roadmap: OPS-1\nBudget: none because of that\nTraining: OPS-2", title="Buy a cache"),
        decided(2, body=NONES, created=day("11-10"), title="Talk more", assignees=frozenset()),
        decided(3, body=NONES.replace("Roadmap: none because of that", "Roadmap: OPS-1")),
    ) == [
        "Decisions that feed nothing, or do not say what",
        "acme/shop#2 Talk more (no owner): feeds nothing",
        "acme/shop#1 Buy a cache (ana): says nothing of staffing",
    ]


def test_more_decisions_than_fit_are_counted():
    """Ten are listed."""
    said = told(*(decided(number) for number in range(1, 14)))
    assert (len(said), said[-1]) == (1 + MOST + 1, "and 3 more such decisions")


def test_a_decision_of_which_no_rule_speaks_is_not_listed():
    """Too young, ignored, or the rule is a shadow: nobody asks for its feedback."""
    ignored = Memory(ignores=(Ignore(rule=FEEDS.id, by="ana-gh", at=NOW),))
    assert told(decided(1, created=day("11-22"))) == [""]
    assert told(decided(1), memory=ignored) == [""]
    assert told(decided(1), rules=replace(FEEDS, mode="shadow")) == [""]
    assert told(decided(1), rules=replace(FEEDS, section="backlog")) == [""]


def test_what_is_left_alone_because_of_a_baseline_is_counted_in_a_line():
    """How many tickets, how many there were a week before, and by which rules; without a baseline no word of it."""

    def said(account):
        lines = (getattr(block, "line", ()) for block in prose(digest(account=account)).blocks)
        return "".join(span.text for line in lines for span in line if isinstance(span, Text))

    one = Debt(tickets=1, rules={"backlog/owned": 1})
    assert "In the baseline, and so left alone: 1 ticket. By rule: backlog/owned 1." in said(Account(baseline=one))
    many = Account(baseline=Debt(tickets=30, rules={f"a/{n}": 3 for n in range(MOST + 2)}), baseline_before=41)
    assert "left alone: 30 tickets (41 a week before). By rule: a/0 3, a/1 3," in said(many)
    assert f"a/{MOST - 1} 3, 2 more rules." in said(many)
    assert "baseline" not in said(Account())


def test_a_hostile_title_stays_text():
    """Titles neither mention nor link, in either tracker."""
    evil = ticket(1, labels=SECURE, due=date(2026, 1, 1), title="@org/team closes #1 [x](http://evil) [~admin] h1. hey")
    made = prose(digest(evil))
    assert "@org" not in markdown(made)
    assert "(http://evil)" not in markdown(made)
    assert "[~admin]" not in wiki(made, cloud=True)


def test_the_table_is_as_wide_as_its_head():
    """Every row has a cell for every column."""
    table = next(block for block in prose(digest(ticket(1))).blocks if isinstance(block, Table))
    assert {len(row) for row in table.rows} == {len(table.head)}
