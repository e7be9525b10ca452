"""The labels that rules wear: put on while a rule holds, taken off with it, or when it wears another label now."""

from __future__ import annotations

from collections.abc import Iterator

from rules.actions import AddLabel, Op, RemoveLabel
from rules.effects import LABELLED, wears
from rules.evaluate import Holding
from rules.memory import Effect
from rules.moves import NOTHING, View, op_of, target_of
from rules.rule import Rule
from rules.texts import label_text

CHANGED = ", changed"  # no label holds a comma


def occasion(label: str, episode: int, turn: int = 1) -> str:
    """Return the occasion on which a rule's label is put on: it names the label, as the rule may wear another one.

    `turn` counts on in an episode when the rule's label was changed to another one and back.
    """
    return f"e{episode}.{turn} {label}"


def label_ops(view: View) -> Iterator[Op]:
    """Yield the labels that rules put on while they hold."""
    for held in view.holding:
        yield from _put_on(view, held)


def take_off_ops(view: View) -> Iterator[Op]:
    """Yield the labels of ours that nothing asks for any more.

    Their rules no longer hold, wear another label or none, or are gone from the policy: a policy that cannot be read
    is refused as a whole, so that a rule which is not there was taken out by people.
    """
    rules = {rule.id: rule for rule in view.policy.rules}
    worn = {held.rule.label.lower() for held in view.evaluation.holding}
    newest = {(effect.rule, effect.value): effect for effect in view.memory.effects if effect.verb == LABELLED}
    for effect in newest.values():
        if effect.rule in view.barred or effect.value.lower() in worn or not wears(view.ticket, effect.value):
            continue
        if is_worn(view, effect):
            yield from _take_off(view, rules.get(effect.rule), effect)


def is_worn(view: View, effect: Effect) -> bool:
    """Tell whether a label of ours was put on only for as long as its rule would hold; others are kept for good."""
    rule = next((rule for rule in view.policy.rules if rule.id == effect.rule), None)
    if rule and rule.add_label and label_text(view.policy, view.ticket, rule.add_label) == effect.value:
        return False
    return bool((rule and rule.label == effect.value) or _turn_of(view, effect))


def _put_on(view: View, held: Holding) -> Iterator[Op]:
    label = held.rule.label
    if not label or wears(view.ticket, label) or label in view.undone(LABELLED):
        return
    op_id = view.op_id(held.rule.id, _turns(view, held.rule.id, label, held.episode.number)[-1], AddLabel)
    if op_id not in view.memory.done:
        yield op_of(view, held, AddLabel(label=label), op_id, after=f"label {label}")


def _turns(view: View, rule: str, label: str, episode: int) -> list[str]:
    """Return the occasions of a label in an episode: each but the last ended in taking it off for another label."""
    turns = [occasion(label, episode)]
    while view.op_id(rule, turns[-1] + CHANGED, RemoveLabel) in view.memory.done:
        turns.append(occasion(label, episode, len(turns) + 1))
    return turns


def _turn_of(view: View, effect: Effect) -> str:
    """Return the occasion on which the label was put on, "" if it was put on to be kept."""
    turns = _turns(view, effect.rule, effect.value, effect.episode)
    return next((turn for turn in turns if view.op_id(effect.rule, turn, AddLabel) == effect.op), "")


def _take_off(view: View, rule: Rule | None, effect: Effect) -> Iterator[Op]:
    turn = _turn_of(view, effect) or occasion(effect.value, effect.episode)
    changed = CHANGED if rule and rule.label != effect.value else ""
    op = Op(
        id=view.op_id(effect.rule, turn + changed, RemoveLabel),
        target=target_of(view.ticket),
        verb=RemoveLabel(label=effect.value),
        rule=effect.rule,
        because=(_why(rule, effect),),
        before=f"label {effect.value}",
        after=NOTHING,
        episode=effect.episode,
        shadow=view.shadowed(rule) if rule else effect.rule in view.paused,
        rules=frozenset({effect.rule}),
    )
    if op.id not in view.memory.done:
        yield op


def _why(rule: Rule | None, effect: Effect) -> str:
    if rule is None:
        return f"the rule {effect.rule} is gone"
    if rule.label != effect.value:
        return f"{rule.id} no longer has this label"
    return f"{rule.id} no longer holds"
