"""Tests that rules carry: what they may expect, and how a failure is worded."""

from __future__ import annotations

from datetime import date

import pytest

from rules import policy as of_policy
from rules.policy import Domain
from rules.rule import Duration, Step
from rules.trial import TrialResult, run_tests
from tests.rules.factories import NOW, due, later, policy, rule, step, ticket


def trial(tested, given, *expect, at=NOW):
    """Run one test of a rule, in a policy with another rule that has much to do."""
    busy = rule("busy", ("open",), label="busy", priority="high", assign="lead", comment="Hello.")
    test = of_policy.Test(
        rule=tested.id, given=given, kind="improvement", at=at, expect=expect, where="backlog.toml: rule 'x', test 1"
    )
    (result,) = run_tests(policy(busy, tested, tests=(test,)))
    return result


OWNED_BY_ANA = frozenset({"ana"})


def reopening(days, *people):
    """Return a step that opens a ticket again."""
    return Step(after=Duration(days, "days"), ping=people, reopen=True)


@pytest.mark.parametrize(
    ("tested", "given", "expect"),
    [
        (rule(label="needs-owner"), ticket(), ("label needs-owner",)),
        (rule(label="needs-owner"), ticket(labels=frozenset({"needs-owner"})), ()),
        (rule(label="x"), ticket(labels=frozenset({"x"}), assignees=OWNED_BY_ANA), ("unlabel x",)),
        (rule(label="x"), ticket(assignees=OWNED_BY_ANA), ()),
        (rule("boxed", ("!has_due",), due=due(high=5)), ticket(priority="high"), ("set due 2026-11-07",)),
        (rule("boxed", ("!has_due",), due=due(high=5)), ticket(priority="high", due=date(2026, 12, 1)), ()),
        (rule(priority="low"), ticket(), ("set priority low",)),
        (rule(assign="lead"), ticket(), ("assign lead",)),
        (rule(assign="dave"), ticket(), ("assign dave",)),
        (rule(add_label="{domain}"), ticket(components=frozenset({"Security"})), ("domain security",)),
        (rule(comment="Hello."), ticket(), ("comment",)),
        (rule(say="Hello."), ticket(), ("say",)),
        (rule(say="Hello."), ticket(assignees=OWNED_BY_ANA), ()),
        (rule(mode="shadow", label="x"), ticket(), ("label x",)),
        (rule(since=date(2026, 11, 3), label="x"), ticket(), ()),
        (
            rule(when=("open",), steps=(step(0, "owner", "council"),)),
            ticket(assignees=OWNED_BY_ANA),
            ("ping owner, council",),
        ),
        (rule(steps=(step(0, "reporter", "lead"),)), ticket(), ("ping reporter, lead",)),
        (rule(steps=(step(2, "lead"),)), ticket(created=later(-1)), ()),
        (rule(steps=(step(2, "lead"),)), ticket(created=later(-2)), ("ping lead",)),
        (rule(steps=(step(2, "lead"), step(9, "council"))), ticket(created=later(-40)), ("ping council",)),
        (rule(when=("closed",), steps=(reopening(2),)), ticket(phase="done", closed=later(-1)), ()),
        (rule(when=("closed",), steps=(reopening(2),)), ticket(phase="done", closed=later(-2)), ("reopen",)),
        (
            rule(when=("closed",), steps=(reopening(2, "lead"),)),
            ticket(phase="done", created=later(-9), closed=later(-2)),
            ("ping lead", "reopen"),
        ),
    ],
)
def test_what_a_rule_would_do_is_worded_for_its_tests(tested, given, expect):
    """Each verb has its short words; everybody exists, and only the rule itself is looked at."""
    result = trial(tested, given, *expect)
    assert sorted(result.got) == sorted(expect)
    assert result.passed


def test_an_episode_is_traced_back_to_the_day_the_rule_began_to_hold():
    """A rule that holds only after some workdays counts its steps from then on, not from creation."""
    late = rule(when=("open", "workdays_open >= 3"), steps=(Step(after=Duration(2, "workdays"), ping=("lead",)),))
    given = ticket(created=later(-7))
    assert [trial(late, given, at=later(day)).got for day in (-2, -1, 0, 1)] == [(), (), ("ping lead",), ("ping lead",)]


def test_a_failure_shows_what_is_missing_what_is_too_much_and_why():
    """One line for each difference, then each clause with its values."""
    result = trial(rule(label="needs-owner"), ticket(), "label owner-needed")
    assert not result.passed
    assert str(result) == (
        "backlog.toml: rule 'x', test 1:\n"
        "  - expected: label owner-needed\n"
        "  + came:     label needs-owner\n"
        "    holds: open (open = yes)\n"
        "    holds: !has_owner (has_owner = no)"
    )


def test_the_order_of_what_is_expected_does_not_matter_but_the_number_does():
    """Twice is not once."""
    result = TrialResult(where="x", expected=("a", "b"), got=("b", "a"))
    assert (result.passed, str(result)) == (True, "x: ok")
    twice = TrialResult(where="x", expected=("a",), got=("a", "a"))
    assert (twice.passed, twice.surplus) == (False, ("a",))


def test_a_domain_may_look_otherwise_in_the_config():
    """The label "domain:NAME" of a test's ticket is whatever the config has the domain wear."""
    tested = rule("mixed", ('domain == "several"',), label="mixed")
    given = ticket(labels=frozenset({"domain:security", "domain:performance"}))
    test = of_policy.Test(rule=tested.id, given=given, kind="improvement", at=NOW, expect=("label mixed",), where="x")
    domains = tuple(Domain(name=name, label=f"area/{name[:4]}") for name in ("security", "performance"))
    (result,) = run_tests(policy(tested, tests=(test,), domains=domains))
    assert result.passed
