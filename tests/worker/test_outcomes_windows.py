"""The windows of an outcome are as long as what is known of them: what is not known is no zero."""

from dataclasses import replace

from rules.metrics.model import History, Rollout, Sample, Subjects
from rules.outcomes.aims import read_aim
from rules.outcomes.resolving import resolve
from tests.rules.factories import NOW, later, metric, ticket
from tests.rules.test_outcomes import KNOWN
from worker.outcomes.cases import Case
from worker.outcomes.judging import with_numbers
from worker.outcomes.keeping import Row

DEPLOYS = metric("deploys", measured="deployments", statistic="rate", unit="per week", better="higher")
POLICY = replace(KNOWN, metrics=(*KNOWN.metrics, DEPLOYS))
CHECKOUT = Subjects(services=frozenset({"checkout"}))


def judged(words, past):
    """Judge an effect of a ticket that was closed a hundred days ago."""
    words = f"{words} by 2027-02-10"
    row = Row(uid="i", stated=words, by="ana", frozen=NOW, after_ends=later(100))
    target = resolve(POLICY, read_aim(words))
    closed = ticket(phase="done", closed=NOW)
    frozen = with_numbers(Case(ticket=closed, target=target, row=row, start=NOW, since=NOW), past, NOW)
    return with_numbers(Case(ticket=closed, target=target, row=frozen, start=NOW, since=NOW), past, later(100))


def deployments(first, last):
    """Return a deployment a day."""
    return tuple(
        Rollout(uid=f"d{day}", name="", url="", subjects=CHECKOUT, at=later(day + 0.5), kind="deployment")
        for day in range(first, last)
    )


def test_days_of_which_nothing_is_known_are_no_days_without_deployments():
    """What came of deployments is known of the newest hundred alone: one a day before is one a day after."""
    past = History(rollouts=deployments(-30, 100), rollouts_from=later(-30))
    found = judged("deploys(checkout) 2/week -> 6/week", past)
    assert found.before.measure.window.start == later(-30)
    assert found.judgement == "not shown"
    assert "from 7 per week (30 rollouts in 30 days) to 7 per week (100 in 100 days)" in found.said


def test_days_after_of_which_nothing_is_known_are_not_counted():
    """Deployments of another repository came in between, and cut short what is known."""
    past = History(rollouts=deployments(-90, 100), rollouts_from=later(60))
    frozen = replace(past, rollouts_from=None)
    words = "deploys(checkout) 2/week -> 6/week by 2027-02-10"
    row = Row(uid="i", stated=words, by="ana", frozen=NOW, after_ends=later(100))
    case = Case(ticket=ticket(phase="done", closed=NOW), target=resolve(POLICY, read_aim(words)), row=row, start=NOW,
                since=NOW)  # fmt: skip
    before = with_numbers(case, frozen, NOW)
    found = with_numbers(replace(case, row=before), past, later(100))
    assert "to 7 per week (40 in 40 days)" in found.said


def test_a_signal_that_began_last_week_tells_of_last_week():
    """However often it was read then, and whatever is known of closings."""
    samples = tuple(Sample(signal="csat", subject="", at=later(hour / 24), value=3 + hour % 7 / 10 + (hour > 0))
                    for hour in range(-200, 2400))  # fmt: skip
    found = judged("satisfaction 3 -> 4", History(samples=samples, known_from=later(-20)))
    assert found.judgement == "too little data"
    assert found.said == "Too little is known of satisfaction to judge it: 9 days are known, and 14 are the least."
