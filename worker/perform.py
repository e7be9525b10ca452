"""Perform: one op, one call on its tracker."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import assert_never

from integrations.base import Draft, LabelStyle, Receipt, Tracker
from integrations.errors import Forbidden, Rejected
from rules.actions import (
    NAMES,
    AddLabel,
    Approve,
    Assign,
    Clear,
    Close,
    EditPost,
    FileTicket,
    LinkTo,
    Op,
    PlanFor,
    Post,
    React,
    RemoveLabel,
    Reopen,
    SetDue,
    SetPriority,
    SetStatus,
    TakeBack,
    Transition,
    Unlink,
    Verb,
    WriteCard,
)
from rules.card import CARD, FIRST
from rules.memory import Card
from rules.reverting import STRUCK
from worker.markers import Keys

Styles = Mapping[str, tuple[str, str]]
"""Label -> (colour, description)."""


def appends(verb: Verb, card: Card | None) -> bool:
    """Tell whether carrying it out twice would show twice: such a verb is sent once and then looked for."""
    return isinstance(verb, Post | FileTicket) or (isinstance(verb, WriteCard) and card is None)


def perform(  # noqa: PLR0911, PLR0912 - one line a verb
    tracker: Tracker, op: Op, *, card: Card | None, keys: Keys, styles: Styles
) -> Receipt:
    """Carry out one op. Raises integrations.errors."""
    ref, verb = op.target.ref, op.verb
    match verb:
        case AddLabel():
            return tracker.add_label(ref, style(verb.label, styles))
        case RemoveLabel():
            return tracker.remove_label(ref, verb.label)
        case Assign():
            return tracker.assign(ref, verb.person)
        case SetDue():
            return tracker.set_due(ref, verb.due)
        case SetPriority():
            return tracker.set_priority(ref, verb.level)
        case WriteCard():
            return _write_card(tracker, op, verb, card=card, keys=keys)
        case Post():
            return tracker.comment(ref, verb.prose, keys.marker(op.id, op.target.uid))
        case EditPost():
            return tracker.edit_comment(ref, verb.comment, verb.prose, keys.marker(verb.marker_op, op.target.uid))
        case FileTicket():
            return tracker.file(_draft(verb, styles), keys.marker(op.id, op.target.uid, relation_state(op)))
        case LinkTo():
            return tracker.link(ref, url=verb.url, title=verb.title, key=verb.key, relation=verb.relation)
        case Unlink():
            return tracker.unlink(ref, url=verb.url, key=verb.key, relation=verb.relation)
        case Clear():
            return _clear(tracker, op, verb, keys)
        case Reopen():
            return tracker.reopen(ref)
        case TakeBack():
            return _take_back(tracker, ref, verb)
        case Close():
            return tracker.close(ref, verb.reason)
        case Transition():
            return tracker.transition(ref, verb.phase, verb.resolution)
        case PlanFor():
            return tracker.plan_for(ref, verb.place)
        case SetStatus():
            return tracker.set_status(
                sha=verb.sha, context=verb.context, state=verb.state, description=verb.description, url=verb.url
            )
        case Approve():
            return tracker.approve_deployment(run=verb.run, environment=verb.environment, comment=verb.comment)
        case React():
            return tracker.react(ref, verb.comment, verb.what)
        case _:
            assert_never(verb)


def relation_state(op: Op) -> str:
    """Return what the mark of a ticket that is filed keeps: what it is filed as, from which ticket, and when it is due.

    "review@github.com/17/issue/4711|2026-11-16": there may be no other place for the date than our memory.
    """
    if not isinstance(op.verb, FileTicket) or not op.verb.what:
        return ""
    due = f"|{op.verb.due.isoformat()}" if op.verb.due else ""
    return f"{op.verb.what}@{op.target.uid}{due}"


def _take_back(tracker: Tracker, ref: str, verb: TakeBack) -> Receipt:
    match verb.way:
        case "label":
            return tracker.remove_label(ref, verb.value)
        case "status":
            return tracker.transition(ref, verb.phase, "")
        case "declined":
            return tracker.reopen(ref)
        case "due":
            return tracker.set_due(ref, date.fromisoformat(verb.value))
        case _:
            assert_never(verb.way)


def _clear(tracker: Tracker, op: Op, verb: Clear, keys: Keys) -> Receipt:
    match verb.what:
        case "owner":
            return tracker.unassign(op.target.ref, verb.value)
        case "due":
            return tracker.set_due(op.target.ref, None)
        case "comment":
            return _delete(tracker, op, verb.value, keys)
        case _:
            assert_never(verb.what)


def _delete(tracker: Tracker, op: Op, comment: str, keys: Keys) -> Receipt:
    """Delete a comment of ours; where we may not, its text goes, and its marker stays: it is not posted again."""
    try:
        return tracker.delete_comment(op.target.ref, comment)
    except (Forbidden, Rejected):
        return tracker.edit_comment(op.target.ref, comment, STRUCK, keys.marker(op.undoes, op.target.uid))


def style(label: str, styles: Styles) -> LabelStyle:
    """Return how a label looks, as configured or plain."""
    if label not in styles:
        return LabelStyle(name=label)
    colour, description = styles[label]
    return LabelStyle(name=label, colour=colour, description=description)


def _write_card(tracker: Tracker, op: Op, verb: WriteCard, *, card: Card | None, keys: Keys) -> Receipt:
    """Post the card, or edit it where it stands. A card keeps one op id for life: it is found again by that."""
    marker = keys.marker(card_op(keys, op.target.uid), op.target.uid, verb.state)
    if card is None:
        return tracker.comment(op.target.ref, verb.prose, marker)
    return tracker.edit_comment(op.target.ref, card.ref, verb.prose, marker)


def card_op(keys: Keys, uid: str) -> str:
    """Return the op id under which a ticket's card is known."""
    return keys.id(CARD, uid, FIRST, NAMES[WriteCard])


def _draft(verb: FileTicket, styles: Styles) -> Draft:
    return Draft(
        title=verb.title,
        prose=verb.prose,
        labels=tuple(style(label, styles) for label in sorted(verb.labels)),
        assignee=verb.assignee,
        due=verb.due,
        type=verb.type,
    )
