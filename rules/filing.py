"""Filing: the tickets that rules' steps file from the ticket they hold for, each once, and the links between them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256

from rules import facts
from rules.action_items import normal, same_item
from rules.actions import NAMES, FileTicket, LinkTo, Op, Unlink
from rules.coming_back import told
from rules.evaluate import Holding
from rules.fact_asked import UNKNOWN_SOURCE, asked_of
from rules.fact_domain import domain, suggested_domain
from rules.filing_words import filed_prose, filed_title
from rules.leaders import TWIN
from rules.memory import LIKENESS, RECURRENCE, REPORTED, Related
from rules.moves import NOTHING, View, due_steps, op_of, target_of
from rules.people import there
from rules.policy import Policy
from rules.resembled import acted_upon
from rules.rule import Duration, Filing, NewTicket
from rules.texts import clipped

LINKS = "filed/link"
"""What stands as an op's rule where a ticket is linked to what was filed from it."""
ITEM = "item"
LONGEST_LINE = 6
"""Tickets filed from each other, one below the other: a rule that files from what it filed would never end."""
ENDLESS = (
    "{rule} files no {kind} from it: it is the last of {count} tickets that were filed from each other, which would go"
    " on for ever"
)
DOMAIN = "{domain}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """One ticket that a step asks for."""

    step: int
    new: NewTicket
    item: str = ""


def file_ops(view: View) -> Iterator[Op]:
    """Yield the tickets that are to be filed from this one: once an episode, or once for each item of a list."""
    for held in view.holding:
        files = any(step.file for step in held.rule.steps)
        for number in due_steps(view, held) if files else ():
            new = held.rule.steps[number - 1].file
            if new is None:
                continue
            for asked in _each(view, number, new):
                yield from _file(view, held, asked)


def _each(view: View, number: int, new: NewTicket) -> Iterator[_Asked]:
    if not new.each:
        yield _Asked(step=number, new=new)
        return
    filed = [each.title for each in view.memory.related if each.way == "filed" and each.what == new.kind]
    filed += [each.title for each in view.memory.kin if each.what == new.kind]
    items = _fact(view, new.each)
    for item in items if isinstance(items, list) else ():
        asked = _Asked(step=number, new=new, item=str(item))
        title = filed_title(view, asked.new.title, asked.item)
        if not any(same_item(title, there_) for there_ in filed):
            filed.append(title)
            yield asked


def _file(view: View, held: Holding, asked: _Asked) -> Iterator[Op]:
    """Yield a filing, unless it was carried out or is on its way."""
    occasion = f"e{held.episode.number}.s{asked.step}"
    if asked.item:
        occasion = f"item.{sha256(normal(asked.item).encode()).hexdigest()[:24]}"
    op_id = view.op_id(held.rule.id, occasion, FileTicket)
    if op_id in view.memory.done:
        return
    verb = _ticket(view, held, asked)
    op = op_of(view, held, verb, op_id, after=f"{asked.new.kind} {clipped(verb.title, 80)}")
    if view.memory.line >= LONGEST_LINE:
        op = replace(op, conflict=ENDLESS.format(rule=held.rule.id, kind=asked.new.kind, count=LONGEST_LINE))
    yield replace(op, because=(*op.because, f"{asked.new.each}: {clipped(asked.item)}")) if asked.item else op


def _ticket(view: View, held: Holding, asked: _Asked) -> FileTicket:
    new, ticket = asked.new, view.ticket
    filing = filing_of(view.policy, new.kind)
    source = filing.source or ticket.source
    owners = there(view.policy, ticket, source, new.assign) if new.assign else ()
    return FileTicket(
        title=filed_title(view, new.title, asked.item),
        prose=filed_prose(view, held, new, asked.item),
        labels=filing.labels | _labels(view, new),
        assignee=next(iter(owners), ""),
        due=_due(view, asked),
        type=filing.type,
        source=source,
        what=new.kind,
    )


def filing_of(policy: Policy, kind: str) -> Filing:
    """Return where tickets of a kind are filed: as the config says, else beside the ticket, labelled as the kind."""
    return policy.filing.get(kind) or Filing(kind=kind, labels=frozenset({kind}))


def _labels(view: View, new: NewTicket) -> frozenset[str]:
    """Return the labels a step asks for; `{domain}` is the ticket's own domain, else the one that is certain."""
    asked = asked_of(view.policy, view.ticket)
    worn = domain(asked)
    names = (worn if worn != "several" else "") or suggested_domain(asked)
    labels = {each.name: each.label for each in view.policy.domains}
    found = (labels.get(names, "") if label == DOMAIN else label for label in new.labels)
    return frozenset(label for label in found if label)


def _due(view: View, asked: _Asked) -> date | None:
    """Return the day by which the new ticket is to be done, never one already past."""
    due = asked.new.due
    if due is None:
        return None
    if isinstance(due, Duration):
        return view.calendar.add(view.today, due)
    said = asked.item if due == ITEM else _fact(view, due)
    try:
        day = date.fromisoformat(str(said)[:10])
    except ValueError:
        return None
    return max(day, view.today)


def _fact(view: View, name: str) -> object:
    found = facts.of(view.ticket, view.evaluation.kind, view.memory, view.policy, view.today, (name,))
    return found.get(name)


def link_ops(view: View) -> Iterator[Op]:
    """Yield the links that a tracker of ours keeps itself: Jira's. On GitHub what names a ticket is the link.

    What was filed links to where it comes from; the other way round only to another kind of tracker, for two tickets
    of one Jira share a link.
    """
    for other, op_id in _links(view):
        if op_id not in view.memory.done:
            yield _link(view, other, op_id)


def links(view: View) -> Iterator[str]:
    """Yield the ids of the ops that make, or have made, its links."""
    for _, op_id in _links(view):
        yield op_id


def _links(view: View) -> Iterator[tuple[Related, str]]:
    if _kind(view, view.ticket.source) != "jira":
        return
    for other in (*view.memory.related, *told(view), *acted_upon(view)):
        if other.way == "filed" and _kind(view, other.source) == "jira":
            continue
        yield other, view.keys.id(LINKS, view.ticket.uid, other.uid, NAMES[LinkTo])


def _link(view: View, other: Related, op_id: str) -> Op:
    words = f"{other.what} {other.key} was filed from it" if other.way == "filed" else f"it was filed from {other.key}"
    words = f"{other.key} is its twin" if other.what == TWIN else words
    words = f"{other.key} is the same problem" if other.what in (RECURRENCE, REPORTED) else words
    words = f"{other.key} is probably the same problem" if other.what == LIKENESS else words
    key = other.key if _kind(view, other.source) == "jira" else ""
    return Op(
        id=op_id,
        target=target_of(view.ticket),
        verb=LinkTo(url=other.url, title=f"{other.key} {clipped(other.title)}", key=key),
        rule=LINKS,
        because=(words,),
        before=NOTHING,
        after=f"link to {other.key}",
        rules=frozenset({LINKS}),
    )


def unlink_ops(view: View) -> Iterator[Op]:
    """Yield what removes the links that we made between tickets that people say are not the same, once for each."""
    if _kind(view, view.ticket.source) != "jira":
        return
    for objection in view.memory.objections:
        made, gone = (view.keys.id(LINKS, view.ticket.uid, objection.uid, NAMES[verb]) for verb in (LinkTo, Unlink))
        if made in view.memory.done and gone not in view.memory.done:
            key = objection.key if _kind(view, objection.source) == "jira" else ""
            yield Op(
                id=gone,
                target=target_of(view.ticket),
                verb=Unlink(url=objection.url, key=key),
                rule=LINKS,
                because=(f"{objection.key} is not the same: {objection.why}",),
                before=f"link to {objection.key}",
                after=NOTHING,
                rules=frozenset({LINKS}),
            )


def _kind(view: View, source: str) -> str:
    return view.policy.sources.get(source, UNKNOWN_SOURCE).kind
