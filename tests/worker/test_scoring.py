"""The figures of domains and leads: from what people do in the trackers to the tables that a review shows."""

import tracemalloc
from datetime import UTC, date, datetime

import pytest

from integrations.base import Page
from integrations.github.markdown import render as markdown
from integrations.jira.markup import render as wiki
from rules.coverage import Coverage, Covered
from rules.model import Link, Prose, Table
from rules.scorecards import Scorecard
from tests.rules.factories import NOW, policy, ticket
from tests.worker.faulty import FLAVOURS, firm, settled
from tests.worker.places import kind
from worker.agenda_domains import domain_blocks
from worker.agenda_leads import lead_blocks, share
from worker.ledger import Ledger
from worker.markers import Keys
from worker.mirror import Mirror
from worker.scoring import month_before, month_span, score
from worker.worker import Worker

PACKS = ("pack:backlog", "pack:leadership")
REVIEWS = "[kinds]\nreview = ['\"review\" in labels']\n"
BEGIN = datetime(2026, 11, 5, 10, tzinfo=UTC)  # a Thursday
DECEMBER = datetime(2026, 12, 2, 9, tzinfo=UTC)
LATE = date(2026, 11, 6)
START, END = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)


@pytest.fixture(params=FLAVOURS)
def small(request, tmp_path):
    """Serve a company in early November that has reviews, led by ana, beside Jira Cloud and beside Data Center."""
    with firm(tmp_path, request.param, rules=PACKS, due="card") as made:
        made.clock.start = BEGIN
        text = made.config.read_text(encoding="utf-8")
        made.config.write_text(text.replace("[kinds]\n", REVIEWS), encoding="utf-8")
        yield made


def turn(made, key, *, done):
    """Have bo close OPS-1 or open it again."""
    issue = made.jira.issue(key)
    way = next(one for one in made.jira.ways(issue) if (one.to == "Done") is done)
    made.jira.transition(key, way.name, actor="bo", **({"resolution": "Done"} if done else {}))


def november(made):
    """Return the figures of November."""
    with made.worker() as worker:
        assert month_before(worker.policy, worker.clock()) == "2026-11"
        return score(worker, *month_span(worker.policy, "2026-11"))


def test_a_month_is_counted_from_what_people_did(small):
    """Closed, opened again, put off, held and late: each figure against one worked out on paper."""
    owned = {"at": BEGIN, "due": date(2027, 3, 31), "owner": "bo"}
    for name in ("undone", "finished"):
        small.issue(name, labels=["priority:high"], **owned)
        small.task(name, **owned)
    late = small.task("late", at=BEGIN, owner="ana", due=LATE)
    review = small.github.add_issue("Review", author="bo-gh", labels=["review"], created_at=BEGIN, updated_at=BEGIN)
    settled(small)
    small.clock.forward(days=1)
    for number in (1, 2):
        small.github.close(number, actor="bo-gh")
        turn(small, f"OPS-{number}", done=True)
    small.github.comment(review.number, "/kaizen held", author="ana-gh")
    settled(small)
    small.clock.forward(days=1)
    small.github.reopen(1, actor="bo-gh")
    turn(small, "OPS-1", done=False)
    small.jira.comment(late.key, "/kaizen defer until 2026-11-09 because of the audit", author="ana")
    settled(small)
    small.clock.start = DECEMBER
    settled(small)
    found = november(small)
    assert found.cards == (
        Scorecard(
            lead="ana",
            teams=("all",),
            finished=2,
            improvements=2,
            target=0.2,
            own=1,
            overdue=(link(small, late.key),),
            reviews=1,
            held=1,
            deferrals=1,
            regressions=(link(small, "OPS-1"), link(small, "acme/shop#1")),
        ),
    )
    reliability = Covered(domain="reliability", open=3, finished=2, overdue=1)
    assert found.coverage.domains[0] == reliability
    assert found.coverage.day == date(2026, 11, 30)
    assert len(found.coverage.quiet) == 5
    assert found.unread == {}


def link(made, key):
    """Return the link to a ticket, as the mirror has it."""
    with made.worker() as worker:
        return Link(key, worker.mirror.find(key).url)


def test_an_improvement_wears_exactly_one_domain(small):
    """Both trackers are asked to choose; who chooses gets rid of the question."""
    small.issue("Both", labels=["domain:security", "priority:high"], owner="bo", due=date(2027, 3, 31))
    small.task("Both", labels=["domain:security"], owner="bo", due=date(2027, 3, 31))
    settled(small)
    keys = ("acme/shop#1", "OPS-1")
    assert [small.seen()[f"{key} label several-domains"] for key in keys] == [1, 1]
    small.clock.forward(hours=2)
    small.github.remove_label(1, "domain:security", actor="bo-gh")
    small.jira.label("OPS-1", actor="bo", remove=["domain:security"])
    settled(small)
    assert [small.seen()[f"{key} label several-domains"] for key in keys] == [0, 0]


def test_a_lead_who_is_late_is_taken_to_the_council(small):
    """On either tracker, a week after the date; urgent work without a plan is brought to the lead."""
    small.issue("Mine", labels=["priority:low"], owner="ana", due=date(2026, 11, 2))
    small.task("Mine", owner="ana", due=date(2026, 11, 2), priority="Low")
    small.issue("Urgent", labels=["priority:high"], owner="bo")
    small.task("Urgent", owner="bo", due=date(2027, 3, 31))
    for _ in range(8):
        settled(small)
        small.clock.forward(days=1)
    council = [body for body in pings(small) if "belongs to a lead, ana" in body]
    lead = [body for body in pings(small) if "has had no room for it in the plan" in body]
    assert ["kim" in body for body in council] == [True, True]
    assert ["ana" in body for body in lead] == [True, True]


def pings(made):
    """Return the pings on both trackers."""
    issues = [*made.github.main.issues.values(), *made.jira.issues.values()]
    return [one.body for issue in issues for one in issue.comments if kind(one.body) == "ping"]


COVERAGE = Coverage(
    day=date(2026, 11, 30),
    days=30,
    domains=(Covered(domain="security", open=4, finished=1, overdue=2), Covered(domain="performance")),
    several=1,
    none=2,
)


def card(**changes):
    """Return a card on which all is well."""
    plain = {"finished": 12, "improvements": 3, "target": 0.2, "own": 2, "overdue": (), "reviews": 2, "held": 1}
    return Scorecard(**({"lead": "ana", "teams": ("all",), "deferrals": 0, "regressions": ()} | plain | changes))


def test_domains_on_an_agenda():
    """A row a domain; what belongs to none or to several is said below."""
    shown = markdown(Prose(domain_blocks(COVERAGE)))
    assert "### Domains on 2026-11-30" in shown
    assert "| domain | open | finished in 30 days | overdue | state |" in shown
    assert "| security | 4 | 1 | 2 | worked on |" in shown
    assert "| performance | 0 | 0 | 0 | quiet: no improvement work |" in shown
    assert "Open improvements: 2 without a domain; 1 with several domains, counted in each of them." in shown


def test_leads_on_an_agenda():
    """Each figure with the number it is of; tickets are linked, and the rest of them counted."""
    links = tuple(Link(f"OPS-{number}", f"https://jira.example/browse/OPS-{number}") for number in range(1, 6))
    blocks = lead_blocks(
        (card(overdue=links[:1], regressions=links, judged=2, validated=1),),
        start=date(2026, 11, 1),
        end=date(2026, 12, 1),
    )
    shown = wiki(Prose(blocks), cloud=True)
    assert "Leads, 2026-11-01 to 2026-11-30" in shown
    (table,) = (block for block in blocks if isinstance(block, Table))
    (row,) = table.rows
    assert ["".join(span.text for span in cell) for cell in row] == [
        *("ana", "3 of 12 (25%), target 20%: met", "1 of 2 open: OPS-1", "1 of 2 due", "0"),
        *("5: OPS-1, OPS-2, OPS-3 and 2 more", "1 of 2 judged"),
    ]
    assert "https://jira.example/browse/OPS-1]" in shown


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"finished": 0, "improvements": 0}, "nothing finished, target 20%"),
        ({"finished": 4}, "3 of 4 (75%), target 20%: too few to judge"),
        ({"finished": 30}, "3 of 30 (10%), target 20%: missed"),
    ],
)
def test_a_share_is_never_without_its_numbers(changes, expected):
    """A percentage alone says nothing."""
    assert share(card(**changes)) == expected


def test_without_leads_the_agenda_says_so():
    """And says where leads are named."""
    shown = markdown(Prose(lead_blocks((), start=date(2026, 11, 1), end=date(2026, 12, 1))))
    assert "No team has a lead" in shown


def test_the_figures_need_no_more_memory_for_more_tickets(sqlite):
    """Tickets are looked at one by one and let go of."""
    worker = alone(sqlite)
    small, large = (peak(worker, some) for some in ((0, 3000), (3000, 9000)))
    assert score(worker, START, END).coverage.domains[0].open == 9000
    assert large - small < 1_000_000  # six thousand texts alone are thirty times that


def peak(worker, numbers):
    """Save some tickets; return how much memory the figures of all need at most, in bytes."""
    text = "x" * 5000
    labels = frozenset({"improvement", "domain:security"})
    for start in range(*numbers, 500):
        some = tuple(ticket(number, body=text, labels=labels) for number in range(start, start + 500))
        worker.mirror.save("shop", "tickets", Page(items=some, cursor=str(start)), NOW)
    tracemalloc.start()
    score(worker, START, END)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most


def alone(database):
    """Return a worker that knows no tracker."""
    return Worker(
        policy=policy(),
        trackers={},
        database=database,
        mirror=Mirror(database),
        ledger=Ledger(database, b"key"),
        keys=Keys("test", b"key"),
        clock=lambda: NOW,
        sleep=lambda seconds: None,
    )
