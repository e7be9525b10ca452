"""Which rules hold, since when, and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some

from rules import facts
from rules.conditions import activate
from rules.errors import ConditionError
from rules.evaluate import ONLY_DONE, ONLY_OPEN, Evaluation, Holding, evaluate
from rules.memory import NOTHING, Effect, Ignore, Memory, Reversal
from rules.rule import Clause
from rules.why import why
from tests.rules.factories import NOW, conditions, episode, later, policy, rule, step, ticket

TODAY = date(2026, 11, 3)  # NOW's
OWNED = rule()
POLICY = policy(OWNED)
CLAUSES = (
    Clause(text="open", holds=True, values=(("open", "yes"),)),
    Clause(text="!has_owner", holds=True, values=(("has_owner", "no"),)),
)


def test_a_rule_that_holds_begins_its_first_episode_now():
    """What is seen for the first time begins now, however old it is."""
    old = ticket(created=later(-400))
    expected = Evaluation(
        ticket=old,
        kind="improvement",
        holding=(Holding(rule=OWNED, because=CLAUSES, episode=episode()),),
        episodes=(episode(),),
        began=(episode(),),
    )
    assert evaluate(POLICY, old, NOTHING, NOW) == expected


def test_an_open_episode_goes_on():
    """An episode keeps its number and its beginning while the rule holds."""
    memory = Memory(episodes=(episode(number=2, began=later(-9)),))
    seen = evaluate(POLICY, ticket(), memory, NOW)
    assert (seen.episodes, seen.began, seen.ended) == (memory.episodes, (), ())


def test_an_episode_ends_when_the_rule_no_longer_holds():
    """The end of an episode is the moment it was seen."""
    memory = Memory(episodes=(episode(began=later(-9)),))
    seen = evaluate(POLICY, ticket(assignees=frozenset({"ana"})), memory, NOW)
    over = episode(began=later(-9), ended=NOW)
    assert (seen.holding, seen.episodes, seen.ended) == ((), (over,), (over,))


def test_a_rule_that_holds_again_is_a_new_occasion():
    """After an ended episode the next number begins."""
    memory = Memory(episodes=(episode(began=later(-9), ended=later(-5)),))
    seen = evaluate(POLICY, ticket(), memory, NOW)
    assert seen.episodes == (episode(number=2),)


@pytest.mark.parametrize(
    ("label", "of", "holds"),
    [
        ("its kind", ticket(), True),
        ("no kind", ticket(labels=frozenset()), False),
        ("done", ticket(phase="done", closed=NOW), False),
    ],
)
def test_a_rule_speaks_of_its_kind_and_of_what_is_open(label, of, holds):
    """Another kind and a closed ticket are left alone."""
    assert bool(evaluate(POLICY, of, NOTHING, NOW).holding) is holds


def test_a_rule_on_any_speaks_of_tickets_without_a_kind():
    """The kind `any` is every ticket."""
    every = policy(rule(on=("any",)))
    assert evaluate(every, ticket(labels=frozenset()), NOTHING, NOW).kind == ""
    assert evaluate(every, ticket(labels=frozenset()), NOTHING, NOW).holding


@pytest.mark.parametrize(("created", "holds"), [(later(-1), False), (later(0), True)])
def test_a_rule_leaves_tickets_older_than_itself_alone(created, holds):
    """`from` counts by the day a ticket was created."""
    young = policy(rule(since=NOW.date()))
    assert bool(evaluate(young, ticket(created=created), NOTHING, NOW).holding) is holds


@pytest.mark.parametrize(
    ("until", "holds"),
    [(None, False), (date(2026, 11, 3), False), (date(2026, 11, 2), True), (date(2027, 1, 1), False)],
)
def test_an_ignore_counts_up_to_and_with_its_date(until, holds):
    """A rule that was asked to leave a ticket alone does so for the time asked."""
    ignore = Ignore(rule=OWNED.id, by="ana", at=later(-3), until=until)
    assert bool(evaluate(POLICY, ticket(), Memory(ignores=(ignore,)), NOW).holding) is holds


def test_an_ignore_ends_the_episode():
    """Being asked to leave a ticket alone is an end, not a pause of the ladder."""
    ignore = Ignore(rule=OWNED.id, by="ana", at=NOW)
    memory = Memory(episodes=(episode(began=later(-9)),), ignores=(ignore,))
    assert evaluate(POLICY, ticket(), memory, NOW).ended == (episode(began=later(-9), ended=NOW),)


LABELLED = Effect(op="1", rule=OWNED.id, verb="add label", value="needs-owner", at=later(-2))


WEARING = rule(label="needs-owner")
KEEPING = rule(add_label="needs-owner")
SHARING = rule("shared", label="needs-owner")
OVER = episode(began=later(-9), ended=later(-1))
SHARED = episode("shared", began=later(-5))


@pytest.mark.parametrize(
    ("label", "of", "effect", "expected"),
    [
        ("label gone", ticket(), LABELLED, ("needs-owner",)),
        ("label there", ticket(labels=frozenset({"improvement", "needs-owner"})), LABELLED, ()),
        ("gone with its reason", ticket(assignees=frozenset({"ana"})), LABELLED, ()),
        ("not read since", ticket(updated=later(-2.5)), LABELLED, ()),
        ("due cleared", ticket(), replace(LABELLED, verb="set due", value="2026-12-01"), ("2026-12-01",)),
        ("due moved", ticket(due=date(2027, 1, 1)), replace(LABELLED, verb="set due", value="2026-12-01"), ()),
        ("owner gone", ticket(), replace(LABELLED, verb="assign", value="ana"), ("ana",)),
        ("priority cleared", ticket(), replace(LABELLED, verb="set priority", value="high"), ("high",)),
        ("priority changed", ticket(priority="P1"), replace(LABELLED, verb="set priority", value="high"), ()),
    ],
)
def test_what_a_person_took_back_is_seen(label, of, effect, expected):
    """An effect of ours that is gone while its rule still asks for it was taken back by somebody."""
    seen = evaluate(policy(WEARING), of, Memory(effects=(effect,), episodes=(episode(began=later(-2)),)), NOW)
    assert tuple(undo.value for undo in seen.reversals) == expected


@pytest.mark.parametrize(
    ("label", "rules", "memory", "taken_back"),
    [
        ("a worn label of an earlier episode", (WEARING,), Memory(effects=(LABELLED,), episodes=(OVER,)), True),
        ("a kept label of an earlier episode", (KEEPING,), Memory(effects=(LABELLED,), episodes=(OVER,)), True),
        ("a label another rule wore too", (SHARING,), Memory(effects=(LABELLED,), episodes=(OVER, SHARED)), True),
        ("a label its rule has no more", (rule(label="x"),), Memory(effects=(LABELLED,), episodes=(episode(),)), False),
        ("a label another rule now asks for", (SHARING,), Memory(effects=(LABELLED,), episodes=(OVER,)), False),
    ],
)
def test_a_label_that_went_with_its_reason_was_not_taken_back(label, rules, memory, taken_back):
    """A label that stood when a new episode began, or that was to stay, was taken off; others were tidied up."""
    assert bool(evaluate(policy(*rules), ticket(), memory, NOW).reversals) is taken_back


@pytest.mark.parametrize(
    ("label", "rules", "of", "faded"),
    [
        ("gone with its reason", (WEARING,), ticket(assignees=frozenset({"ana"})), True),
        ("gone with its rule", (), ticket(), True),
        ("gone, and to be kept", (KEEPING,), ticket(assignees=frozenset({"ana"})), False),
        ("gone, and worn by another rule", (SHARING,), ticket(), False),
        ("still there", (WEARING,), ticket(labels=frozenset({"needs-owner"}), assignees=frozenset({"ana"})), False),
        ("not read since", (WEARING,), ticket(assignees=frozenset({"ana"}), updated=later(-2.5)), False),
    ],
)
def test_a_label_that_goes_while_nothing_asks_for_it_has_faded(label, rules, of, faded):
    """It stands no more: with a new reason it is put on again. What is worn until then is of the new one as well."""
    memory = Memory(effects=(LABELLED,), episodes=(episode(began=later(-2)),))
    assert evaluate(policy(*rules), of, memory, NOW).faded == ((LABELLED.op,) if faded else ())


def test_a_reversal_is_new_only_once():
    """What is remembered as taken back is not reported again."""
    known = Reversal(rule=OWNED.id, verb="add label", value="needs-owner", at=later(-1))
    assert evaluate(POLICY, ticket(), Memory(effects=(LABELLED,), reversals=(known,)), NOW).reversals == ()


def test_why_explains_every_rule_and_every_clause():
    """Rules that do not hold are explained as well, with the values they saw and the next step."""
    rules = policy(
        rule(steps=(step(5, "lead"),)),
        rule("prioritised", ("open", "has_priority", "workdays_open >= 9"), mode="shadow"),
        rule("old", since=date(2027, 1, 1)),
        rule("incident", on=("incident",)),
        rule("quiet"),
    )
    memory = Memory(
        episodes=(episode(began=later(-2)),), ignores=(Ignore(rule="backlog/quiet", by="ana", at=NOW, because="later"),)
    )
    owned, prioritised, old, incident, quiet = why(
        rules, ticket(), memory, NOW, paused={"backlog/owned": "people took back much"}
    )
    assert (owned.state, owned.clauses, owned.episode) == ("holds", CLAUSES, memory.episodes[0])
    assert (owned.next.on, owned.next.people) == (date(2026, 11, 6), ("lena",))
    assert owned.notes[0] == "paused: people took back much"
    assert [clause.holds for clause in prioritised.clauses] == [True, False, False]
    assert prioritised.clauses[2].values == (("workdays_open", "1"),)
    assert (prioritised.state, "shadow" in prioritised.notes[0]) == ("does not hold", True)
    assert (old.state, incident.state, quiet.state) == ("older than the rule", "not its kind", "ignored")
    assert quiet.notes == ("left alone, as ana asked: later",)


def test_why_says_which_step_is_reached_where_it_matters():
    """A step for nobody, and a step that speaks for others, are worth a note."""
    rules = policy(
        rule(steps=(step(0, "owner"), step(2, "dave"))),
        rule("late", ("open",), steps=(step(0, "lead"), step(2, "lead"))),
    )
    memory = Memory(episodes=(episode(began=later(-1)), episode("late", began=later(-3))))
    owned, late = why(rules, ticket(), memory, NOW)
    assert owned.notes == ("step 1 is reached, but it is not known who is owner here",)
    assert (owned.next.number, owned.next.missing) == (2, ("dave",))
    assert late.notes == ("step 2 is reached and speaks for those before it",)


CLAUSES_OF_ALL_SORTS = (
    "open",
    "!has_owner",
    "days_to_due < 5",
    "size(labels) > 1",
    'due > "2026"',
    "1 / days_open > 0",
)


@given(
    chosen=some.lists(
        some.lists(some.sampled_from(CLAUSES_OF_ALL_SORTS), min_size=1, max_size=3), min_size=1, max_size=25
    ),
    of=some.builds(
        ticket,
        due=some.none() | some.dates(date(2026, 10, 20), date(2026, 11, 20)),
        created=some.sampled_from([NOW, later(-1)]),
        assignees=some.sampled_from([frozenset(), frozenset({"ana-gh"})]),
        phase=some.sampled_from(["new", "done"]),
    ),
)
def test_rules_judged_together_hold_exactly_when_each_alone_does(chosen, of):
    """Also where facts are missing or a clause fails: one rule never hides another."""
    rules = [rule(f"r{number}", tuple(when)) for number, when in enumerate(chosen)]
    alone = [one.id for one in rules if evaluate(policy(one), of, NOTHING, NOW).holding]
    assert [held.rule.id for held in evaluate(policy(*rules), of, NOTHING, NOW).holding] == alone


def test_a_condition_nested_as_deep_as_can_be_is_judged_as_any_other():
    """Where the engine takes no more brackets around it, rules are judged one by one."""
    deepest = 0
    for depth in range(1, 200):
        try:
            conditions(f"{'(' * depth}open{')' * depth}")
        except ConditionError:
            break
        deepest = depth
    assert 10 < deepest < 199
    deep = rule(when=(f"{'(' * deepest}open{')' * deepest}",))
    assert evaluate(policy(deep), ticket(), NOTHING, NOW).holding
    assert not evaluate(policy(deep), ticket(phase="done"), NOTHING, NOW).holding


STANDINGS = {"open": ticket(due=date(2020, 1, 1)), "done": ticket(phase="done", resolution="not_planned", closed=NOW)}


@pytest.mark.parametrize(
    ("clause", "standing"),
    [*((clause, "done") for clause in sorted(ONLY_OPEN)), *((clause, "open") for clause in sorted(ONLY_DONE))],
)
def test_a_clause_that_rules_a_ticket_out_unasked_would_not_hold_if_asked(clause, standing):
    """What is passed over for the sake of speed is what the engine says no to, and yes in the other case."""
    other = next(name for name in STANDINGS if name != standing)
    judged = {
        name: conditions(clause).holds(activate(facts.of(of, "improvement", NOTHING, POLICY, TODAY)))
        for name, of in STANDINGS.items()
    }
    assert judged == {standing: False, other: True}
    ruled = policy(rule(when=(clause,)))
    assert {name: bool(evaluate(ruled, of, NOTHING, NOW).holding) for name, of in STANDINGS.items()} == judged
