"""What is planned: each thing once, nothing needless, people's word first, all within the ceilings."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some

from rules.actions import AddLabel, Assign, Held, RemoveLabel, SetDue, SetPriority
from rules.model import Effect, Memory, Reversal
from rules.plan import assemble
from rules.policy import Ceilings
from tests.rules.factories import (
    NOW,
    card_of,
    decision,
    done,
    due,
    episode,
    jira_ticket,
    later,
    ops,
    policy,
    posts,
    rule,
    step,
    ticket,
)

OWNED = rule(label="needs-owner")
DUE = rule("time-boxed", ("open", "!has_due", 'priority != "none"'), due=due(critical=5, high=20))
LADDER = rule("overdue", ("overdue",), label="overdue", steps=(step(0, "owner"), step(5, "lead"), step(10, "council")))


def verbs(found):
    """Return the verbs of ops."""
    return tuple(op.verb for op in found)


def plan(rules, *found, pings=None, paused=frozenset()):
    """Assemble the ops of decisions."""
    every = [op for each in found for op in each.ops]
    return assemble(rules, every, pings=pings or {}, paused=paused, now=NOW)


# -- what a rule asks for ---------------------------------------------------------------------------------------------


def test_a_label_is_worn_while_its_rule_holds():
    """It is put on in the first pass, left alone in the next and taken off when the reason is gone."""
    rules = policy(OWNED)
    labelled, memory, first = done(rules)
    assert verbs(first.ops)[0] == AddLabel(label="needs-owner")
    assert ops(rules, labelled, memory) == ()
    owned = replace(labelled, assignees=frozenset({"ana-gh"}))
    (off,) = ops(rules, owned, memory, later(1))
    assert (off.verb, off.before, off.after) == (RemoveLabel(label="needs-owner"), "label needs-owner", "-")


def test_a_label_that_a_person_put_on_is_not_taken_off():
    """Only what we put on is ours to take off."""
    worn = ticket(labels=frozenset({"improvement", "needs-owner"}), assignees=frozenset({"ana-gh"}))
    assert ops(policy(OWNED), worn) == ()


def test_a_label_stays_while_another_rule_wears_it():
    """Two rules may wear one label: it goes with the last of them."""
    other = rule("idle", ("open",), label="needs-owner")
    labelled, memory, first = done(policy(OWNED, other))
    assert len([op for op in first.ops if isinstance(op.verb, AddLabel)]) == 1
    owned = replace(labelled, assignees=frozenset({"ana-gh"}))
    assert ops(policy(OWNED, other), owned, memory) == ()
    assert verbs(ops(policy(OWNED, other), replace(owned, phase="done"), memory)) == (RemoveLabel(label="needs-owner"),)


def test_a_label_stays_for_the_rule_that_once_put_it_on_itself():
    """An op done long ago does not make its label another rule's to take off."""
    other = rule("idle", ("open",), label="needs-owner")
    ours = Effect(op="1", rule=OWNED.id, verb="add label", value="needs-owner", at=later(-9))
    memory = Memory(effects=(ours,), done=frozenset(op.id for op in ops(policy(other))))
    worn = ticket(labels=frozenset({"improvement", "needs-owner"}), assignees=frozenset({"ana-gh"}))
    assert ops(policy(OWNED, other), worn, memory) == ()


def test_labels_come_off_a_closed_ticket_quietly():
    """A closed ticket loses our label; nobody is notified and no card is made."""
    of, memory, _ = done(policy(OWNED))
    decided = decision(policy(OWNED), replace(of, phase="done", closed=NOW), replace(memory, card=None))
    assert verbs(decided.ops) == (RemoveLabel(label="needs-owner"),)


@pytest.mark.parametrize(
    ("label", "of", "expected"),
    [
        ("by priority from creation", ticket(priority="P2"), date(2026, 11, 22)),
        ("never in the past", ticket(priority="P1", created=later(-100)), date(2026, 11, 8)),
        ("no limit for the level", ticket(priority="P4"), None),
        ("a person's date stays", ticket(priority="P1", due=date(2026, 1, 1)), None),
    ],
)
def test_a_due_date_follows_from_the_priority(label, of, expected):
    """The date is counted from creation; where that is past already, from today."""
    found = ops(policy(DUE), of)
    assert verbs(found) == ((SetDue(due=expected),) if expected else ())
    assert [(op.before, op.after) for op in found] == ([("-", f"due {expected}")] if expected else [])


def test_what_people_chose_is_never_overwritten():
    """A rule that does not ask whether there is a date or an owner changes neither."""
    bold = rule(when=("open",), due=due(high=5), assign="lead", priority="low")
    chosen = ticket(priority="P2", due=date(2027, 1, 1), assignees=frozenset({"ana-gh"}))
    assert ops(policy(bold), chosen) == ()


def test_every_op_says_why():
    """An op names its rule and the clauses that held, with their values."""
    (op,) = ops(policy(DUE), ticket(priority="P2"))
    assert op.rule == "backlog/time-boxed"
    assert op.because == ("open (open = yes)", "!has_due (has_due = no)", 'priority != "none" (priority = high)')


def test_an_owner_is_found_by_role():
    """The lead of the team that answers for a component comes before the lead of the source."""
    rules = policy(rule(assign="lead"))
    assert verbs(ops(rules)) == (Assign(person="lena-gh"),)
    assert verbs(ops(rules, ticket(labels=frozenset({"improvement", "component:login"})))) == (Assign(person="lee-gh"),)
    assert verbs(ops(rules, jira_ticket(components=frozenset({"Login"})))) == (Assign(person="acc-lee"),)


def test_nobody_is_assigned_where_nobody_is_known():
    """A role that is nobody here is said on the card; no op is made up."""
    decided = decision(policy(rule(assign="lead")), jira_ticket())
    assert [op.name for op in decided.ops] == ["card"]


def test_a_domain_is_given_where_it_is_certain():
    """The label of the domain that the title's words make certain is put on, and kept."""
    rules = policy(rule("classified", ('domain == ""', 'suggested_domain != ""'), add_label="{domain}"))
    assert verbs(ops(rules)) == (AddLabel(label="domain:performance"),)
    assert ops(rules, ticket(title="Something else")) == ()
    of, memory, _ = done(rules)
    assert ops(rules, replace(of, phase="done"), memory) == ()


def test_a_comment_is_posted_once_an_episode():
    """The rule's comment comes once, and again only in a later episode."""
    rules = policy(rule(comment="Nobody owns {title}."))
    of, memory, first = done(rules)
    assert len(posts(first.ops)) == 1
    _, memory, second = done(rules, of, memory, later(1))
    assert second.ops == ()
    owned, memory, _ = done(rules, replace(of, assignees=frozenset({"ana-gh"})), memory, later(2))
    _, _, again = done(rules, replace(owned, assignees=frozenset()), memory, later(3))
    assert [op.episode for op in posts(again.ops)] == [2]


# -- the ladder -------------------------------------------------------------------------------------------------------

LATE = ticket(due=date(2026, 11, 2), assignees=frozenset({"ana-gh"}))


def test_steps_come_in_order_each_once():
    """Over two weeks of daily passes the owner, the lead and the council are asked once each."""
    rules, of, memory, asked = policy(LADDER), LATE, Memory(), []
    for day in range(15):
        of, memory, passed = done(rules, of, memory, later(day))
        asked += [(day, op.verb.people) for op in posts(passed.ops)]
    assert asked == [(0, ("ana-gh",)), (5, ("lena-gh",)), (10, ("kim-gh", "lee-gh"))]


def test_after_a_pause_the_last_step_speaks_for_all():
    """Three steps that came due while nobody looked make one ping."""
    memory = Memory(episodes=(episode("overdue", began=later(-30)),))
    of, memory, first = done(policy(LADDER), LATE, memory)
    (ping,) = posts(first.ops)
    assert ping.verb.people == ("kim-gh", "lee-gh")
    assert ping.because[1:] == ("step 1 came due before and is skipped", "step 2 came due before and is skipped")
    assert done(policy(LADDER), of, memory, later(1))[2].ops == ()


def test_a_first_look_at_an_old_ticket_starts_the_ladder_at_its_foot():
    """What was late for a year before we came is late since today."""
    found = posts(ops(policy(LADDER), replace(LATE, due=date(2025, 1, 1))))
    assert [op.verb.people for op in found] == [("ana-gh",)]


# -- people win -------------------------------------------------------------------------------------------------------


def test_what_a_person_takes_back_stays_taken_back():
    """A label that somebody took off while the rule still holds never comes again, in later episodes neither."""
    rules = policy(OWNED)
    of, memory, _ = done(rules)
    bare = replace(of, labels=frozenset({"improvement"}), updated=later(1))
    bare, memory, second = done(rules, bare, memory, later(1))
    assert [undo.value for undo in memory.reversals] == ["needs-owner"]
    assert [op.name for op in second.ops] == ["card"]
    assert done(rules, bare, memory, later(1.1))[2].ops == ()
    owned, memory, _ = done(rules, replace(bare, assignees=frozenset({"ana-gh"})), memory, later(2))
    again = ops(rules, replace(owned, assignees=frozenset()), memory, later(3))
    assert again == ()


def test_a_label_of_two_rules_that_a_person_takes_off_stays_off():
    """It does not matter which of the rules had put it on, nor which of them holds now."""
    other = rule("idle", ("open",), label="needs-owner")
    rules = policy(OWNED, other)
    of, memory, _ = done(rules)
    bare = replace(of, labels=frozenset({"improvement"}), assignees=frozenset({"ana-gh"}), updated=later(1))
    assert ops(rules, bare, memory, later(1)) == ()


def test_a_label_is_the_same_however_it_is_capitalised():
    """A repository that spells it differently gets no second one, and nobody took it back."""
    spelled = ticket(labels=frozenset({"improvement", "Needs-Owner"}))
    assert ops(policy(OWNED), spelled) == ()
    _, memory, _ = done(policy(OWNED))
    assert done(policy(OWNED), spelled, memory, later(1))[1].reversals == ()


def test_a_due_date_that_was_cleared_is_not_set_again():
    """A person's word counts for the field, whatever date the rule would name today."""
    undone = Reversal(rule="backlog/time-boxed", verb="set due", value="2026-10-01", at=later(-9))
    assert ops(policy(DUE), ticket(priority="P1"), Memory(reversals=(undone,))) == ()


def test_a_label_that_was_tidied_up_comes_again_with_a_new_reason():
    """Who gives a ticket an owner may take the label off as well; without an owner again, the label is right again."""
    of, memory, _ = done(policy(OWNED))
    tidy = replace(of, labels=frozenset({"improvement"}), assignees=frozenset({"ana-gh"}), updated=later(1))
    tidy, memory, second = done(policy(OWNED), tidy, memory, later(1))
    assert [op.name for op in second.ops] == ["card"]
    bare, memory, again = done(policy(OWNED), replace(tidy, assignees=frozenset(), updated=later(2)), memory, later(2))
    assert verbs(again.ops)[0] == AddLabel(label="needs-owner")
    assert memory.reversals == ()
    (off,) = ops(policy(OWNED), replace(bare, assignees=frozenset({"ana-gh"})), memory, later(3))
    assert (off.name, off.episode) == ("remove label", 2)


def test_a_card_that_was_deleted_is_not_written_again():
    """Deleting the card is an answer too."""
    _, memory, _ = done(policy(OWNED))
    gone = replace(memory, card=replace(memory.card, gone=True))
    assert card_of(decision(policy(OWNED, rule("idle", ("open",), label="idle")), ticket(), gone).ops) is None


# -- fixed point ------------------------------------------------------------------------------------------------------


def test_what_one_rule_settles_starts_the_next_in_the_same_pass():
    """A priority is given, then the due date that goes with it; a second pass finds nothing."""
    rules = policy(DUE, rule("prioritised", ('priority == "none"',), priority="high"))
    of, memory, first = done(rules)
    assert verbs(first.ops)[:2] == (SetDue(due=date(2026, 11, 22)), SetPriority(level="high"))
    assert done(rules, of, memory, later(1))[2].ops == ()


def test_what_a_field_settles_is_not_labelled_first():
    """A label that asks for what the same pass gives is neither put on nor shown."""
    asks = rule("asks", ("!has_due",), label="needs-due")
    for mode in ("on", "shadow"):
        decided = decision(policy(replace(asks, mode=mode), DUE), ticket(priority="P2"))
        assert [op.name for op in decided.ops] == ["set due", "card"]


def test_a_label_that_the_same_pass_would_take_off_again_is_not_put_on():
    """What comes and goes within one plan is left out of it."""
    first = rule("first", ('!("b" in labels)',), label="a")
    second = rule("second", ('"a" in labels', '!("b" in labels)'), add_label="b")
    of, memory, found = done(policy(first, second))
    assert verbs(found.ops)[0] == AddLabel(label="b")
    assert [op.name for op in found.ops] == ["add label", "card"]
    assert done(policy(first, second), of, memory, later(1))[2].ops == ()


def test_an_episode_that_the_plan_itself_begins_is_remembered_from_now():
    """What is due soon because of the date just given began with this pass, not with the next."""
    decided = decision(policy(DUE, rule("due-soon", ("has_due",), say="Soon.")), ticket(priority="P2"))
    assert decided.episodes == (episode("time-boxed"), episode("due-soon"))


def test_a_look_just_before_the_write_asks_for_the_same_ops():
    """With the plan's episodes saved and nothing written yet, the same ids are planned again, three looks deep."""
    soon = rule("due-soon", ("has_due",), label="due-soon", steps=(step(0, "lead"),))
    rules = policy(rule("prioritised", ("!has_priority",), priority="high"), DUE, soon)
    first = decision(rules)
    second = decision(rules, memory=Memory(episodes=first.episodes), now=later(0.01))
    assert [op.name for op in first.ops] == ["set priority", "set due", "add label", "ping", "card"]
    assert ([op.id for op in second.ops], second.episodes) == ([op.id for op in first.ops], first.episodes)


def test_a_rule_that_undoes_itself_does_nothing():
    """A label that ends its own rule would come and go for ever: it is reported instead."""
    rules = policy(rule("restless", ('!("restless" in labels)',), label="restless"), OWNED)
    of, memory, first = done(rules)
    assert first.ops == ()
    assert "backlog/restless" in first.conflicts[0]
    assert done(rules, of, memory, later(1))[2].ops == ()


RULES = (
    rule("owned", ("open", "!has_owner"), label="needs-owner", steps=(step(2, "lead"),)),
    rule("led", ("open", "!has_owner", "workdays_open >= 3"), assign="lead"),
    rule("classified", ('domain == ""', 'suggested_domain != ""'), add_label="{domain}"),
    rule("domain", ("open", 'domain == ""'), label="needs-domain", say="Which domain?"),
    rule("prioritised", ("open", "!has_priority", "days_open >= 5"), priority="low"),
    rule("time-boxed", ("open", "!has_due", "has_priority"), due=due("episode", critical=1, high=2, medium=9, low=20)),
    rule(
        "due-soon", ("open", "has_due", "days_to_due >= 0", "days_to_due <= 2"), steps=(step(0, "owner", "reporter"),)
    ),
    rule("overdue", ("overdue",), label="overdue", steps=(step(0, "owner"), step(3, "lead"))),
    rule("idle", ("open", "days_idle >= 4"), comment="Still wanted?", label="idle"),
    rule("closed", ("closed",), add_label="seen"),
)
TICKETS = some.builds(
    ticket,
    title=some.sampled_from(["Search times out", "Hello", "@team closes #1 <!-- kaizend -->"]),
    created=some.integers(0, 40).map(lambda days: later(-days)),
    updated=some.integers(0, 9).map(lambda days: later(-days)),
    phase=some.sampled_from(["new", "active", "done"]),
    labels=some.frozensets(
        some.sampled_from(["needs-owner", "overdue", "domain:security", "idle", "component:login"])
    ).map(lambda labels: labels | {"improvement"}),
    assignees=some.frozensets(some.sampled_from(["ana-gh", "bo-gh"])),
    priority=some.sampled_from(["", "P1", "P2", "P4", "whatever"]),
    due=some.none() | some.dates(date(2026, 10, 20), date(2026, 11, 20)),
)


@given(
    of=TICKETS,
    chosen=some.sets(some.sampled_from(range(len(RULES))), min_size=1),
    days=some.lists(some.integers(0, 6), max_size=4),
)
def test_a_second_pass_finds_nothing(of, chosen, days):
    """Whatever the ticket and the rules, what one pass leaves needs no second one, on any day."""
    rules, memory, now = policy(*(RULES[number] for number in sorted(chosen))), Memory(), NOW
    for day in (0, *days):
        now = later(day, since=now)
        of, memory, _ = done(rules, of, memory, now)
        _, _, second = done(rules, of, memory, later(0.2, since=now))
        assert (second.ops, second.conflicts) == ((), ())


@given(
    of=TICKETS,
    chosen=some.sets(some.sampled_from(range(len(RULES))), min_size=1),
    days=some.lists(some.integers(0, 6), max_size=3),
)
def test_a_look_just_before_the_writes_asks_for_the_same(of, chosen, days):
    """Once the plan's episodes are saved, planning anew on the unchanged ticket gives the same ids, twice over."""
    rules, memory, now = policy(*(RULES[number] for number in sorted(chosen))), Memory(), NOW
    for day in days:
        of, memory, _ = done(rules, of, memory, now)
        now = later(day, since=now)
    first = decision(rules, of, memory, now)
    for _ in range(2):
        memory = replace(memory, episodes=first.episodes)
        again = decision(rules, of, memory, later(0.01, since=now))
        assert [op.id for op in again.ops] == [op.id for op in first.ops]


# -- modes ------------------------------------------------------------------------------------------------------------


def test_a_rule_in_shadow_is_planned_and_only_shown():
    """All ops of a shadow rule are marked; with them alone nothing is written."""
    decided = decision(policy(replace(OWNED, mode="shadow")))
    assert [(op.name, op.shadow) for op in decided.ops] == [("add label", True), ("card", True)]


def test_a_shadow_rule_has_no_say_on_a_real_card():
    """The card speaks of rules that act."""
    rules = policy(replace(OWNED, mode="shadow"), rule("idle", ("open",), say="Idle."))
    card = card_of(decision(rules).ops)
    assert (card.shadow, card.after) == (False, "backlog/idle")


def test_a_canary_rule_acts_on_the_same_share_in_every_pass():
    """Whether a ticket is in the share depends on the rule and the ticket alone."""
    canary = policy(replace(OWNED, mode="canary", canary_share=0.3))
    shares = [[bool(ops(canary, ticket(number))) for number in range(200)] for _ in range(2)]
    assert shares[0] == shares[1]
    assert 30 < sum(shares[0]) < 90


def test_a_paused_rule_only_shows_what_it_would_do():
    """A rule that people keep undoing is noted and not carried out."""
    paused = frozenset({OWNED.id})
    found = plan(policy(OWNED), decision(policy(OWNED), paused=paused), paused=paused)
    assert all(op.shadow for op in found.ops)
    assert "paused" in found.notes[0]


# -- conflicts and ceilings -------------------------------------------------------------------------------------------


def test_of_two_due_dates_the_first_rule_in_order_wins():
    """The conflict is settled by the policy's order and reported; it does not come back in the next pass."""
    second = rule("hasty", ("open", "!has_due"), due=due(high=3))
    for rules in (policy(DUE, second), policy(second, DUE)):
        of, memory, first = done(rules, ticket(priority="P2"))
        assert [op.rule for op in first.ops if op.name == "set due"] == [rules.rules[0].id]
        assert len(first.conflicts) == 1
        assert f"{rules.rules[0].id} comes first" in first.conflicts[0]
        assert done(rules, of, memory, later(1))[2].ops == ()


def test_a_rule_that_is_only_shown_never_wins():
    """A shadow rule that comes first loses to one that acts."""
    rules = policy(replace(DUE, mode="shadow"), rule("hasty", ("open", "!has_due"), due=due(high=3)))
    first = done(rules, ticket(priority="P2"))[2]
    assert [op.rule for op in first.ops if op.name == "set due"] == ["backlog/hasty"]


def test_a_label_that_one_puts_on_and_another_takes_off_is_a_conflict():
    """Ops that are brought together only in the plan are compared there as well."""
    rules = policy(rule("adds", ("open",), label="x"), rule("drops", ("closed",), label="x"))
    (adds,) = ops(rules)
    drops = replace(adds, id="other", rule="backlog/drops", verb=RemoveLabel(label="x"))
    found = assemble(rules, (drops, adds), pings={}, paused=frozenset(), now=NOW)
    assert (found.ops, len(found.conflicts)) == ((adds,), 1)


def test_a_rule_over_its_ceiling_stops_before_its_first_write():
    """With one ticket too many nothing of the rule is left, cards that speak of it neither; other rules go on."""
    rules = policy(OWNED, DUE, ceilings=Ceilings(rule=3))
    tickets = [ticket(number, priority="P2" if number == 1 else "") for number in range(4)]
    found = plan(rules, *(decision(rules, of) for of in tickets))
    assert [op.rule for op in found.ops] == [DUE.id]
    assert found.held == (Held(what=f"rule {OWNED.id}", ceiling=3, wanted=4, rules=frozenset({OWNED.id})),)


def test_what_rests_on_a_held_rule_is_held_with_it():
    """A label that is right only once a held rule has acted waits for it."""
    soon = rule("due-soon", ("has_due",), label="due-soon", steps=(step(0, "lead"),))
    rules = policy(replace(DUE, ceiling=0), soon)
    assert plan(rules, decision(rules, ticket(priority="P1"))).ops == ()
    assert [op.rule for op in plan(rules, decision(rules, ticket(due=date(2026, 11, 9)))).ops] == [
        soon.id,
        "card",
        soon.id,
    ]


def test_a_rule_that_only_speaks_has_a_ceiling_too():
    """Cards count for the rules that speak on them."""
    rules = policy(rule("owned", ("open",), say="Hello."), ceilings=Ceilings(rule=3))
    found = plan(rules, *(decision(rules, ticket(number)) for number in range(4)))
    assert (found.ops, found.held[0].what) == ((), "rule backlog/owned")


def test_what_is_just_at_its_ceilings_goes_ahead():
    """A ceiling is the most that is allowed, not the first that is not."""
    rules = policy(OWNED, ceilings=Ceilings(pass_=6, rule=3, ticket=2))
    found = plan(rules, *(decision(rules, ticket(number)) for number in range(3)))
    assert (len(found.ops), found.held) == (6, ())


def test_a_pass_over_its_ceiling_writes_nothing():
    """Above the pass's ceiling the whole plan is held, its shadow ops are still shown."""
    shown = rule("shown", ("open",), add_label="shown", mode="shadow")
    rules = policy(OWNED, shown, ceilings=Ceilings(pass_=5))
    found = plan(rules, *(decision(rules, ticket(number)) for number in range(3)))
    assert {op.rule for op in found.ops} == {shown.id}
    assert [(held.what, held.ceiling, held.wanted) for held in found.held] == [("the pass", 5, 6)]


def test_a_ticket_over_its_ceiling_is_left_alone():
    """Other tickets are not touched by it."""
    rules = policy(OWNED, rule("idle", ("days_open >= 9",), label="idle"), ceilings=Ceilings(ticket=2))
    found = plan(rules, decision(rules, ticket(1, created=later(-20))), decision(rules, ticket(2)))
    assert {op.target.key for op in found.ops} == {"acme/shop#2"}
    assert [(held.what, held.wanted) for held in found.held] == [("ticket acme/shop#1", 3)]


def test_a_person_is_not_pinged_beyond_the_budget():
    """The pings too many wait for a later pass; the labels and cards of their tickets do not."""
    rules = policy(LADDER, ceilings=Ceilings(person=3))
    late = [replace(LATE, uid=f"u{number}", key=f"acme/shop#{number}") for number in range(4)]
    found = plan(rules, *(decision(rules, of) for of in late), pings={"ana-gh": 1})
    assert [op.target.key for op in posts(found.ops)] == ["acme/shop#0", "acme/shop#1"]
    assert len([op for op in found.ops if op.name == "add label"]) == 4
    assert found.held == (Held(what="person ana", ceiling=3, wanted=5, rules=frozenset({LADDER.id})),)


def test_a_person_has_one_budget_for_all_trackers():
    """Pings to a person's logins elsewhere count."""
    rules = policy(LADDER, ceilings=Ceilings(person=3))
    assert posts(plan(rules, decision(rules, LATE), pings={"acc-ana": 3}).ops) == ()


def test_the_plan_does_not_depend_on_the_order_it_was_made_in():
    """By source, ticket and verb: fields and labels, the card, then what notifies."""
    rules = policy(LADDER, OWNED)
    every = [op for number in (10, 9) for op in decision(rules, replace(LATE, key=f"K-{number}", uid=str(number))).ops]
    shuffled = random.Random(3).sample(every, len(every))  # noqa: S311 - any order will do
    first, second = (assemble(rules, each, pings={}, paused=frozenset(), now=NOW) for each in (every, shuffled))
    assert first == second
    assert [(op.target.key, op.name) for op in first.ops] == [
        (key, name) for key in ("K-9", "K-10") for name in ("add label", "card", "ping")
    ]


def test_an_op_that_is_on_its_way_is_not_planned_again():
    """Ids in doubt count like ids done."""
    (op,) = ops(policy(OWNED))
    assert ops(policy(OWNED), memory=Memory(done=frozenset({op.id}))) == ()


def test_an_effect_of_a_rule_that_is_gone_is_left_alone():
    """Whether a rule was dropped for good or by a slip is for people to say."""
    effect = Effect(op="1", rule="backlog/gone", verb="add label", value="old", at=later(-9))
    assert ops(policy(DUE), ticket(labels=frozenset({"improvement", "old"})), Memory(effects=(effect,))) == ()
