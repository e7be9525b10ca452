"""The card: our one comment on a ticket, when it is worth a write, and what its marker keeps for a lost database."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from urllib.parse import quote, unquote

from rules.actions import NAMES, AddLabel, Assign, Close, Op, PlanFor, Reopen, SetDue, SetPriority, Verb, WriteCard
from rules.card_content import Content, content, essence
from rules.card_words import prose
from rules.commanded import Asked, newest, op_id
from rules.duplicates import DUPLICATE
from rules.effects import ASSIGNED, CLOSED, DUE, LABELLED, PLANNED, PRIORITY, REOPENED, value_of
from rules.filing import links
from rules.leaders import TWIN
from rules.memory import Card, Effect, Episode, Lead, Reversal
from rules.moves import NOTHING, View, target_of
from rules.policy import Policy
from rules.reverting import BY
from rules.spoken import spoken
from rules.twins import FIELDS, with_leads
from rules.undoing import TAKEN_BACK, read_left
from rules.worn import is_worn

CARD = "card"
"""What stands as an op's rule for the card, which speaks for all rules at once."""
FIRST = "c0"
UNLIKES = 10  # so many objections a marker keeps, the newest
LINKED = 20  # so many links, the newest
NOON = time(12, tzinfo=UTC)  # a date in a marker is read as its noon: the same date in nearly all zones
DAY = r"\d{4}-\d{2}-\d{2}"
ITEM = re.compile(rf"(?P<rule>[\w.-]+/[\w.-]+):(?P<number>[1-9]\d{{0,6}}):(?P<began>{DAY})(?::(?P<ended>{DAY}))?")
BASELINE_ITEM = re.compile(rf"baseline:(?P<rule>[\w.-]+/[\w.-]+):(?P<taken>{DAY})")
HEARD_ITEM = re.compile(r"heard:([0-9a-f]{1,64})")
LED_ITEM = re.compile(r"led:(state|owner|due):([\w.~%-]*)", re.ASCII)
UNLIKE_ITEM = re.compile(r"unlike:([\w.~%-]{1,300})", re.ASCII)
DUE_ITEM = re.compile(rf"due:(?P<due>{DAY})")
TRACES = {
    LABELLED: "label",
    DUE: "due",
    PRIORITY: "priority",
    REOPENED: "reopen",
    TAKEN_BACK: "takeback",
    CLOSED: "close",  # as a duplicate
    ASSIGNED: "assign",
    PLANNED: "plan",
}
"""Verb -> its word in a marker, for those whose value can be told again from the rule or the marker."""
TRACE_ITEM = re.compile(
    r"(?P<how>did|undone|reverted):(?P<what>label|due|priority|reopen|close|takeback|plan|assign):(?P<rule>[\w.-]+/[\w.-]+)"
    rf"(?::(?P<label>[\w.~%-]+))?(?:@(?P<day>{DAY}))?",
    re.ASCII,
)


NAMED = frozenset({LABELLED, TAKEN_BACK, ASSIGNED})
"""Verbs whose value a marker keeps: the policy cannot tell it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """Something that we once did to a ticket, as its card's marker tells: it stands, or people took it back."""

    rule: str
    number: int  # the rule's episode
    name: str  # the verb's
    verb: Verb | None  # None: what was taken back can no longer be told
    stands: bool
    by: str = ""  # who took it back, if it was an undo
    at: datetime | None = None  # when, if it does not stand and the marker tells


def card_op(view: View, ops: Sequence[Op]) -> Op | None:
    """Return the write of the card if it has something new to say.

    `view` is the ticket as the real `ops` of this pass will leave it, so that a card never speaks of what is settled
    in the same moment. A card that somebody deleted is not written again; that rules went to a baseline is no news.
    """
    card = view.memory.card
    if card is not None and card.gone:
        return None
    said = content(view)
    shadow = not _worth_writing(said, card is not None, ops)
    if shadow:
        said = content(view, shadow=True)
        if not said.points:
            return None
    now = essence(said)
    if card is not None and (card.essence == now or _says_as_before(card, view, shadow=shadow)):
        return None
    op = _op(view, said, now, ops, shadow=shadow)
    return None if op.id in view.memory.done else op


def _says_as_before(card: Card, view: View, *, shadow: bool) -> bool:
    """Tell whether the card says what it would say if no rule were in a baseline: so it stood before there was one."""
    every = view.evaluation.holding
    if not any(held.episode.baseline for held in every):
        return False
    acting = tuple(replace(held, episode=replace(held.episode, baseline=None)) for held in every)
    before = replace(view, evaluation=replace(view.evaluation, holding=acting))
    return card.essence == essence(content(before, shadow=shadow))


def _worth_writing(said: Content, exists: bool, ops: Sequence[Op]) -> bool:
    """Tell whether there is anything to say: a card is never made only to say nothing."""
    named = any(each.way == "filed" or each.what == TWIN for each in said.related)
    says = (said.points, said.answers, said.effects, said.strangers)
    return exists or named or any(says) or any(value_of(op.verb) for op in ops)


def _op(view: View, said: Content, sense: str, ops: Sequence[Op], *, shadow: bool) -> Op:
    card = view.memory.card
    verb = WriteCard(prose=prose(view, said), essence=sense, state=write_state(view))
    speaking = tuple(point.held for point in said.points)
    occasion = FIRST if card is None else f"c{card.at.isoformat()}.{sense[:16]}"
    return Op(
        id=view.keys.id(CARD, view.ticket.uid, occasion, NAMES[WriteCard]),
        target=target_of(view.ticket),
        verb=verb,
        rule=CARD,
        because=tuple(f"{held.rule.id}: {clause}" for held in speaking for clause in held.because)
        or _news(ops)
        or _related(view),
        before=NOTHING if card is None else "card",
        after=", ".join(held.rule.id for held in speaking) or "all in order",
        shadow=shadow,
        rules=frozenset(held.rule.id for held in speaking).union(op.rule for op in ops),
    )


def _news(ops: Sequence[Op]) -> tuple[str, ...]:
    """Return why a card is written on which no rule speaks: what is done."""
    return tuple(f"{op.rule}: {clause}" for op in ops for clause in op.because)


def _related(view: View) -> tuple[str, ...]:
    """Return why a card is written where nothing is done: it names what belongs to the ticket, or all is in order."""
    first = view.memory.related if view.memory.card is None else ()
    return tuple(f"{each.key} belongs to it" for each in first) or ("no rule holds any more",)


def write_state(view: View) -> str:
    """Return what the card's marker keeps: the newest episode of each rule, what we did and what people undid.

    `backlog/owned:2:2026-11-03` is an open episode, with a second date it is over; `due:2026-11-30` is ours, as are
    `did:label:backlog/owned:needs-owner` and what came of it, `undone:...@2026-11-04`, or `reverted:...` by an undo.
    Where the card is a due date's only place, it stays there: with a lost database, nothing else tells whose it was.
    `baseline:backlog/owned:2026-11-23`: the rule was in the baseline of that day, and still is in the same episode.
    `heard:...` is an op that is not to be carried out twice: of a command of the last days, of a post or a ticket that
    somebody may delete, of a label that is put on to be kept, of a link that somebody may remove. `led:due:2026-12-01`
    is what the ticket that leads it said last: what people changed here since then stays.
    `unlike:OPS-12`: people showed, without a command, that this is another problem.
    """
    date_of = view.policy.calendar.date_of
    items = []
    for episode in sorted(view.evaluation.episodes, key=lambda each: each.rule):
        days = [date_of(moment).isoformat() for moment in (episode.began, episode.ended) if moment]
        items.append(":".join((episode.rule, str(episode.number), *days)))
        if episode.baseline and not episode.ended:
            items.append(f"baseline:{episode.rule}:{date_of(episode.baseline).isoformat()}")
    due = view.ticket.due.isoformat() if view.ticket.due else ""
    source = view.policy.sources.get(view.ticket.source)
    only_here = bool(due and source and source.due_on_card)
    if only_here or any((effect.verb, effect.value) == (DUE, due) for effect in view.memory.effects):
        items.append(f"due:{due}")
    undone = (*view.memory.reversals, *view.evaluation.reversals)
    ours = (each for each in view.memory.effects if each.verb != LABELLED or is_worn(view, each))
    traces = {f"did:{_trace(each)}" for each in ours if _traced(each)}
    traces |= {
        f"{'reverted' if each.by == BY else 'undone'}:{_trace(each)}@{date_of(each.at).isoformat()}"
        for each in undone
        if _traced(each)
    }
    asked = Asked(policy=view.policy, memory=view.memory, now=view.now, keys=view.keys)
    said = (each for each in newest(asked, view.ticket) if asked.fresh(each))
    heard = [f"heard:{op_id(view.keys, view.ticket, each)}" for each in said]
    heard += [f"heard:{op}" for op in spoken(view)]
    heard += [f"heard:{each.op}" for each in view.memory.effects if each.verb == LABELLED and not is_worn(view, each)]
    heard += [f"heard:{op}" for op in list(links(view))[-LINKED:]]
    leads = with_leads(view.memory, view.evaluation.leads).leads
    led = sorted(f"led:{lead.field}:{quote(lead.value, safe='')}" for lead in leads)
    apart = [each.key for each in view.memory.objections if not each.why.startswith("/")][-UNLIKES:]
    unlike = [f"unlike:{quote(key, safe='')}" for key in apart]
    return ",".join((*items, *sorted(traces), *heard, *led, *unlike))


def _traced(of: Effect | Reversal) -> bool:
    """Tell whether a marker keeps it. As its leader was, a ticket is closed once more by following that."""
    return of.verb in TRACES and (of.verb != CLOSED or of.value == DUPLICATE)


def _trace(of: Effect | Reversal) -> str:
    trace = f"{TRACES[of.verb]}:{of.rule}"
    return f"{trace}:{quote(of.value, safe='')}" if of.verb in NAMED else trace


def read_state(text: str) -> tuple[Episode, ...]:
    """Return the episodes that a marker keeps. Whatever is no episode is passed over."""
    episodes: dict[str, Episode] = {}
    taken = {found["rule"]: found["taken"] for found in map(BASELINE_ITEM.fullmatch, text.split(",")) if found}
    for item in text.split(","):
        found = ITEM.fullmatch(item)
        began, ended = (_moment(found[name]) if found and found[name] else None for name in ("began", "ended"))
        if found and began and bool(ended) is bool(found["ended"]):
            rule = found["rule"]
            baseline = None if ended else _moment(taken.get(rule, ""))
            number = int(found["number"])
            episodes[rule] = Episode(rule=rule, number=number, began=began, ended=ended, baseline=baseline)
    return tuple(episodes.values())


def read_heard(text: str) -> tuple[str, ...]:
    """Return the ids of the ops that carried commands out, as a marker keeps them."""
    return tuple(found[1] for found in map(HEARD_ITEM.fullmatch, text.split(",")) if found)


def read_unlike(text: str) -> tuple[str, ...]:
    """Return the keys of the tickets that are another problem, as a marker keeps them."""
    return tuple(unquote(found[1]) for found in map(UNLIKE_ITEM.fullmatch, text.split(",")) if found)


def read_leads(text: str, at: datetime) -> tuple[Lead, ...]:
    """Return what a leader said last, as a marker keeps it; `at` is when the card said so."""
    found = {item[1]: unquote(item[2]) for item in map(LED_ITEM.fullmatch, text.split(",")) if item}
    return tuple(Lead(field=name, value=found[name], number=1, at=at, settled=True) for name in FIELDS if name in found)


def read_due(text: str) -> date | None:
    """Return the due date that a marker keeps, if it keeps one."""
    for item in text.split(","):
        found = DUE_ITEM.fullmatch(item)
        moment = _moment(found["due"]) if found else None
        if moment:
            return moment.date()
    return None


def read_traces(policy: Policy, text: str) -> tuple[Trace, ...]:
    """Return what a marker tells that we did and people undid, as far as it or the policy still tells the values."""
    rules = {rule.id: rule for rule in policy.rules}
    due, numbers = read_due(text), {episode.rule: episode.number for episode in read_state(text)}
    traces = []
    for found in map(TRACE_ITEM.fullmatch, text.split(",")):
        if found is None:
            continue
        rule = rules.get(found["rule"])
        label = unquote(found["label"] or "") or (rule.label if rule else "")
        verbs: dict[str, tuple[str, Verb | None]] = {
            "label": (LABELLED, AddLabel(label=label) if label else None),
            "due": (DUE, SetDue(due=due) if due and rule and (rule.due or "due" in rule.follow) else None),
            "priority": (PRIORITY, SetPriority(level=rule.priority) if rule and rule.priority else None),
            "reopen": (REOPENED, Reopen()),
            "close": (CLOSED, Close(reason=DUPLICATE)),
            "plan": (PLANNED, PlanFor(place=rule.plan) if rule and rule.plan else None),
            "assign": (ASSIGNED, Assign(person=unquote(found["label"] or "")) if found["label"] else None),
            "takeback": (TAKEN_BACK, read_left(unquote(found["label"] or ""))),
        }
        name, verb = verbs[found["what"]]
        stands = found["how"] == "did"
        if verb is not None or (rule and not stands):
            number = numbers.get(found["rule"], 1)
            by, at = BY if found["how"] == "reverted" else "", _moment(found["day"] or "")
            rule_id = found["rule"]
            traces.append(Trace(rule=rule_id, number=number, name=name, verb=verb, stands=stands, by=by, at=at))
    return tuple(traces)


def _moment(day: str) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(day), NOON)
    except ValueError:
        return None
