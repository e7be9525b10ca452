"""What is planned: each thing once, nothing needless, people's word first, all within the ceilings."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from rules.actions import AddLabel, Assign, RemoveLabel, SetDue
from rules.memory import Effect, Memory, Reversal
from rules.plan import assemble
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
    words,
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
    assert [op.name for op in decision(policy(bold), chosen).ops] == ["card"]


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


def test_what_undoes_a_date_that_was_put_back_undoes_any_date():
    """The date was people's, we put it back, and it was cleared again: no rule gives another one."""
    undone = Reversal(rule="deferral/unexplained", verb="take back", value="due 2026-10-01", at=later(-9))
    assert ops(policy(DUE), ticket(priority="P1"), Memory(reversals=(undone,))) == ()
    label = replace(undone, value="label deferred")
    assert [op.name for op in ops(policy(DUE), ticket(priority="P1"), Memory(reversals=(label,)))] == ["set due"]


def test_a_label_that_was_tidied_up_comes_again_with_a_new_reason():
    """Who gives a ticket an owner may take the label off as well; without an owner again, the label is right again."""
    of, memory, _ = done(policy(OWNED))
    tidy = replace(of, labels=frozenset({"improvement"}), assignees=frozenset({"ana-gh"}), updated=later(1))
    tidy, memory, second = done(policy(OWNED), tidy, memory, later(1))
    assert [op.name for op in second.ops] == ["card"]
    assert "needs-owner" not in words(card_of(second.ops).verb.prose)
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


def test_an_op_that_is_on_its_way_is_not_planned_again():
    """Ids in doubt count like ids done."""
    (op,) = ops(policy(OWNED))
    assert ops(policy(OWNED), memory=Memory(done=frozenset({op.id}))) == ()


# -- rules that were changed ------------------------------------------------------------------------------------------

RENAMED = replace(OWNED, label="ownerless")


def settled(rules, of, memory, day):
    """Make a pass, see that the next one has nothing to do, and return the ticket, the memory and the labels' ops."""
    of, memory, found = done(rules, of, memory, later(day))
    assert done(rules, of, memory, later(day + 0.1))[2].ops == ()
    assert memory.reversals == ()
    return of, memory, [op.verb for op in found.ops if isinstance(op.verb, AddLabel | RemoveLabel)]


def test_a_label_that_is_changed_in_its_rule_changes_on_tickets_too():
    """In the middle of an episode the new one comes and the old one goes; and so it does when it is changed back."""
    of, memory, _ = done(policy(OWNED))
    old, new = OWNED.label, RENAMED.label
    for day, (one, put_on, taken_off) in enumerate([(RENAMED, new, old), (OWNED, old, new), (RENAMED, new, old)], 1):
        of, memory, found = settled(policy(one), of, memory, day)
        assert found == [AddLabel(label=put_on), RemoveLabel(label=taken_off)]
        assert of.labels == {"improvement", put_on}
    owned = replace(of, assignees=frozenset({"ana-gh"}), updated=later(4))
    assert settled(policy(RENAMED), owned, memory, 4)[2] == [RemoveLabel(label=new)]


def test_a_label_that_was_changed_while_its_reason_went_goes_too():
    """Nobody looked in between: the old label is taken off, the new one never comes."""
    of, memory, _ = done(policy(OWNED))
    owned = replace(of, assignees=frozenset({"ana-gh"}), updated=later(1))
    assert settled(policy(RENAMED), owned, memory, 1)[2] == [RemoveLabel(label="needs-owner")]


GONE_LABELS = {
    "the rule wears none any more": policy(replace(OWNED, label="", say="Nobody owns this.")),
    "the rule is gone": policy(rule("other", ("closed",))),
    "all rules are gone": policy(),
}


@pytest.mark.parametrize("rules", GONE_LABELS.values(), ids=GONE_LABELS.keys())
def test_a_label_that_no_rule_knows_any_more_comes_off(rules):
    """Once and quietly: otherwise nothing would ever take it off."""
    of, memory, _ = done(policy(OWNED))
    of, memory, found = settled(rules, of, memory, 1)
    assert found == [RemoveLabel(label="needs-owner")]
    assert of.labels == {"improvement"}


STAYING = {
    "another rule wears it": policy(rule("idle", ("open",), label="needs-owner")),
    "another rule wears it, spelled otherwise": policy(rule("idle", ("open",), label="Needs-Owner")),
    "the rule keeps it now": policy(replace(OWNED, label="", add_label="needs-owner")),
    "only its spelling changed": policy(replace(OWNED, label="Needs-Owner")),
    "the rule only shows what it would do": policy(replace(RENAMED, mode="shadow")),
}


@pytest.mark.parametrize("rules", STAYING.values(), ids=STAYING.keys())
def test_a_label_that_is_still_wanted_stays(rules):
    """It is neither taken off nor put on a second time."""
    of, memory, _ = done(policy(OWNED))
    acting = [op for op in ops(rules, of, memory, later(1)) if isinstance(op.verb, AddLabel | RemoveLabel)]
    assert acting == []


def test_a_label_that_is_kept_outlives_its_rule():
    """What was put on for good stays, whether the rule names another one, wears one too, or is gone."""
    of, memory, _ = done(policy(rule(add_label="seen")))
    for one in (rule(add_label="other"), rule(label="worn"), rule("else", ("closed",)), rule(label="seen")):
        assert RemoveLabel(label="seen") not in verbs(ops(policy(one), of, memory, later(1)))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"due": due(high=20)}, {"due": due(high=5)}),
        ({"assign": "lead"}, {"assign": "ana"}),
        ({"add_label": "seen", "priority": "low"}, {"add_label": "seen", "priority": "critical"}),
    ],
)
def test_a_field_that_was_given_is_not_given_again_by_other_words(before, after):
    """Another date, owner or level in a rule counts from the next episode on; the ticket keeps what it has."""
    of, memory, first = done(policy(rule(when=("open",), **before)), ticket(priority="P2" if "due" in before else ""))
    assert len(first.ops) > 1
    assert ops(policy(rule(when=("open",), **after)), of, memory, later(1)) == ()


def test_an_effect_that_cannot_be_told_to_be_ours_to_take_off_is_left_alone():
    """The rule is gone and the op is none that a worn label would have."""
    effect = Effect(op="1", rule="backlog/gone", verb="add label", value="old", at=later(-9))
    assert ops(policy(DUE), ticket(labels=frozenset({"improvement", "old"})), Memory(effects=(effect,))) == ()
