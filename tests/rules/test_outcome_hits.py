"""What came of finished improvements, worked out on paper."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from rules.memory import Memory, Outcome
from rules.model import Link
from rules.outcomes.hits import Came, HarvestTally, Hits
from rules.policy import Team
from tests.rules.factories import NOW, jira_ticket, later, metric, policy, ticket

START, END = datetime(2026, 10, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
AIM = "mttr 2h -> 1h by 2026-10-31"
LABELS = frozenset({"improvement", "domain:performance"})
POLICY = policy(
    metrics=(metric(),),
    teams=(Team(name="search", lead="lena", sources=frozenset({"shop"})),),
)


def done(number, *, judgement=None, on=-3, closed=-60, labels=LABELS, resolution="completed", of=ticket, **outcome):
    """Return a closed improvement, and what came of it so many days ago; no judgement: nothing yet."""
    found = of(number, phase="done", closed=later(closed), created=later(-200), resolution=resolution, labels=labels)
    kept = {"stated": AIM, "by": "bo", "frozen": later(closed), "after_ends": later(on), "said": "Numbers.\nSo it is."}
    judged = {"judgement": judgement, "judged": later(on)} if judgement else {}
    return found, Memory(outcome=Outcome(**(kept | judged | outcome)))


def harvest(*tickets, start=START, end=END):
    """Return what came of tickets, in the last quarter of the year."""
    tally = HarvestTally(POLICY, start, end, now=NOW)
    for each, memory in tickets:
        tally.add(each, memory, "improvement")
    return tally.told()


def test_what_was_judged_in_the_span_is_told_the_worst_first():
    """By the day on which it could be judged; what waits or was judged earlier is not in it."""
    found = harvest(
        done(1, judgement="validated"),
        done(2, judgement="worse"),
        done(3, judgement="validated", on=-100),
        done(4),
        done(5, judgement="too little data"),
        done(6, judgement="not shown", of=jira_ticket),
    )
    assert [each.judgement for each in found.came] == ["worse", "not shown", "validated", "too little data"]
    assert found.came[2] == Came(
        ticket=Link("acme/shop#1", "https://github.example/acme/shop/issues/1"),
        title="Search times out",
        stated=AIM,
        domains=("performance",),
        lead="lena",
        judgement="validated",
        said="Numbers.\nSo it is.",
        day=later(-3).date(),
    )
    assert found.came[1].lead == "(no lead)"
    assert (found.waiting, found.silent, found.unclear, found.finished) == (1, (), (), 0)


def test_rates_are_of_what_was_judged():
    """Too little data is neither a hit nor a miss; two domains count it in both; Wilson's interval of 1 of 3."""
    both = frozenset({"improvement", "domain:performance", "domain:security"})
    found = harvest(
        done(1, judgement="validated", labels=both),
        done(2, judgement="worse"),
        done(3, judgement="not shown", labels=frozenset({"improvement"}), of=jira_ticket),
        done(4, judgement="too little data"),
    )
    assert found.all == Hits(name="all", judged=3, validated=1)
    assert [round(bound, 3) for bound in found.all.interval] == [0.061, 0.792]
    assert [(each.name, each.validated, each.judged) for each in found.by_domain] == [
        ("(no domain)", 0, 1),
        ("performance", 1, 2),
        ("security", 1, 1),
    ]
    assert [(each.name, each.validated, each.judged) for each in found.by_lead] == [("(no lead)", 0, 1), ("lena", 1, 2)]
    assert harvest().all.interval == (None, None)


def test_effort_without_impact_is_counted_five_workdays_after_the_closing():
    """What was declined is none, and what is stated but cannot be measured is counted apart."""
    unclear = done(4, closed=-8, resolution="completed")[0]
    found = harvest(
        (done(1, closed=-8)[0], Memory()),
        (done(2, closed=-5)[0], Memory()),
        (done(3, closed=-8, resolution="not_planned")[0], Memory()),
        (replace(unclear, body="Outcome: mtr 2 -> 1 by 2026-12-01"), Memory()),
        (ticket(5), Memory()),
    )
    assert [each.text for each in found.silent] == ["acme/shop#1"]
    assert [each.text for each in found.unclear] == ["acme/shop#4"]
    assert found.finished == 3
    assert found.anything is True
    assert harvest().anything is False


def test_only_improvements_count():
    """Whatever else states an effect is no improvement."""
    tally = HarvestTally(POLICY, START, END, now=NOW)
    tally.add(*done(1, judgement="validated"), "feature")
    assert tally.told().came == ()
