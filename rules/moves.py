"""What the rules that hold ask for on one ticket: fields, kept labels, pings; each once an episode, never a no-op."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import sha256
from typing import Protocol

from rules.actions import (
    NAMES,
    AddLabel,
    Assign,
    Op,
    Post,
    Reopen,
    SetDue,
    SetPriority,
    TakeBack,
    Target,
    Verb,
)
from rules.duplicates import closing_due
from rules.effects import ASSIGNED, LABELLED, OPEN, PRIORITY, wears, with_reversals
from rules.evaluate import Evaluation, Holding
from rules.fact_asked import Asked
from rules.fact_table import level_of
from rules.memory import Memory, PutOff, Swing
from rules.model import Ticket
from rules.opened import left_closed
from rules.pauses import ABOUT_PAUSES, Running, running, with_pauses
from rules.people import calendar_of, called, resolve
from rules.policy import Calendar, Policy
from rules.posts import comment_prose, ping_prose
from rules.putting_off import Way
from rules.resting import resting
from rules.returning import reopening_due, returning
from rules.rule import LEVELS, Duration, Rule, Step
from rules.texts import About, clipped, label_text
from rules.undoing import date_undone, to_take_back

NOTHING = "-"
SHARES = 2**64


class OpKeys(Protocol):
    """Where op ids come from: a keyed hash of what an op is for, never of what it says."""

    def id(self, rule: str, target_uid: str, occasion: str, verb: str) -> str:
        """Return the op id, hex. The same four always give the same id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """All that is looked at to plan for one ticket."""

    policy: Policy
    evaluation: Evaluation
    memory: Memory
    now: datetime
    keys: OpKeys
    paused: frozenset[str] = frozenset()
    barred: frozenset[str] = frozenset()  # rules that do nothing here, because they undo each other

    @property
    def holding(self) -> tuple[Holding, ...]:
        """The rules that hold and speak: not barred or at rest, nor, but for those it follows by, in a baseline."""
        every = self.evaluation.holding
        speaking = (held for held in every if held.rule.follow or not held.episode.baseline)
        silent = self.barred.union(*(swing.rules for swing in self.resting))
        return tuple(held for held in speaking if held.rule.id not in silent)

    @property
    def resting(self) -> tuple[Swing, ...]:
        """What was set often enough here: its rules do nothing until a person looks after the ticket."""
        return resting(self.ticket, self.memory) if self.memory.swings else ()

    @property
    def ticket(self) -> Ticket:
        """The ticket that was evaluated."""
        return self.evaluation.ticket

    @property
    def today(self) -> date:
        """The calendar's date."""
        return self.policy.calendar.today(self.now)

    @property
    def about(self) -> About:
        """What texts on the ticket are filled with."""
        kind = self.evaluation.kind
        return About(policy=self.policy, ticket=self.ticket, now=self.now, kind=kind, memory=self.memory)

    @property
    def calendar(self) -> Calendar:
        """The calendar by which the ticket's workdays count."""
        return calendar_of(self.policy, self.ticket)

    @property
    def asked(self) -> Asked:
        """What facts of the ticket are found from."""
        return Asked(self.ticket, self.evaluation.kind, self.memory, self.policy, self.today)

    def undone(self, verb: str) -> frozenset[str]:
        """Return the values that a person undid here, now or earlier, whichever rule had asked for them."""
        return frozenset(undo.value for undo in self.memory.reversals if undo.verb == verb)

    def op_id(self, rule: str, occasion: str, verb: type[Verb]) -> str:
        """Return the id of an op of a rule on this ticket."""
        return self.keys.id(rule, self.ticket.uid, occasion, NAMES[verb])

    def shadowed(self, rule: Rule) -> bool:
        """Tell whether the rule only shows here what it would do."""
        if rule.mode == "shadow" or rule.id in self.paused:
            return True
        return rule.mode == "canary" and not chosen(rule, self.ticket.uid)


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    """What a rule does next if nothing changes."""

    number: int
    on: date | None  # None: not known while the clock stands still
    people: tuple[str, ...]  # as they are called, not as they are mentioned
    left: Duration | None = None  # how long after the clock goes on, while it stands still
    missing: tuple[str, ...] = ()  # roles that stand for nobody
    pings: bool = True
    reopens: bool = False
    closes: bool = False  # as a duplicate
    files: str = ""  # the kind of ticket that it files
    takes_back: tuple[str, ...] = ()  # how it is put off, in words


def chosen(rule: Rule, uid: str) -> bool:
    """Tell whether a ticket belongs to the share on which a canary rule acts: the same ones in every pass."""
    number = int.from_bytes(sha256(f"{rule.id}\n{uid}".encode()).digest()[:8], "big")
    return number < rule.canary_share * SHARES


def field_ops(view: View) -> Iterator[Op]:
    """Yield what opens the ticket again, or gives it a due date, a priority, an owner or a label that stays."""
    for held in view.holding:
        yield from _reopen(view, held)
        yield from _take_back(view, held)
        yield from _due(view, held)
        yield from _priority(view, held)
        yield from _assign(view, held)
        yield from _kept_label(view, held)


def comment_ops(view: View) -> Iterator[Op]:
    """Yield the comments that rules post once an episode; they notify nobody in particular."""
    for held in view.holding:
        if held.rule.comment:
            post = Post(prose=comment_prose(view.about, held))
            yield from _op(view, held, post, "comment", after="a comment")


def ping_ops(view: View) -> Iterator[Op]:
    """Yield the one ping of each rule's ladder that is due: after a pause the last one speaks for those before it."""
    for held in view.holding:
        due = pings_due(view, held)
        if due:
            yield from _ping(view, held, due)


def clock(view: View, held: Holding) -> Running:
    """Return how the clock of a rule's ladder has run in its present episode: it stands still as a deadline's does."""
    known = with_pauses(view.memory, view.evaluation.pauses).pauses
    pauses = () if ABOUT_PAUSES & held.rule.when.names else known
    began = view.policy.calendar.date_of(held.episode.began)
    return running(view.policy, view.ticket, pauses, began, view.today)


def due_steps(view: View, held: Holding) -> tuple[int, ...]:
    """Return the numbers, from 1, of the steps whose date has come, in the order of their dates."""
    if not held.rule.steps:
        return ()
    ran = clock(view, held)
    dated = sorted((ran.reached(step.after), number) for number, step in enumerate(held.rule.steps, 1))
    return tuple(number for day, number in dated if day <= ran.day)


def pings_due(view: View, held: Holding) -> tuple[int, ...]:
    """Return those of the steps whose date has come that ping somebody."""
    return tuple(number for number in due_steps(view, held) if held.rule.steps[number - 1].ping)


def may_reopen(view: View, rule: Rule) -> bool:
    """Tell whether a rule may open the ticket again: it is done, and no person has closed it against a reopening.

    What came back is opened once for each report, whatever was before. What this rule opened otherwise and a person
    closed stays closed for good; what another rule did as well, unless there are news.
    """
    ticket, memory = view.ticket, with_reversals(view.memory, view.evaluation.reversals)
    if returning(rule):
        return bool(_return(view, rule))
    return ticket.phase == "done" and not left_closed(view.policy, ticket, memory, rule)


def next_step(view: View, held: Holding) -> NextStep | None:
    """Return the first step of a rule's ladder that is still to come and has something to do, None after the last."""
    steps = held.rule.steps
    if not steps:
        return None
    does, ran = _doing(view, held), clock(view, held)
    dated = [(ran.reached(step.after), number) for number, step in enumerate(steps, 1) if does.anything(step)]
    coming = [(day, number) for day, number in dated if day > ran.day]
    if not coming:
        return None
    day, number = min(coming)
    step = steps[number - 1]
    found = resolve(view.policy, view.ticket, *step.ping)
    people = tuple(called(view.policy, view.ticket.source, login) for login in found.logins)
    return NextStep(
        number=number,
        on=None if ran.still else day,
        left=ran.left(step.after) if ran.still else None,
        people=people,
        missing=found.missing,
        pings=bool(step.ping),
        reopens=step.reopen and does.reopens,
        closes=bool(step.close) and does.closes,
        files=step.file.kind if step.file else "",
        takes_back=does.takes_back if step.undo else (),
    )


@dataclass(frozen=True, slots=True)
class _Doing:
    """What the steps of a rule could do now, besides pings and tickets."""

    reopens: bool
    closes: bool
    takes_back: tuple[str, ...]

    def anything(self, step: Step) -> bool:
        moves = (step.reopen and self.reopens) or (step.close and self.closes)
        return bool(step.ping or step.file or moves or (step.undo and self.takes_back))


def _doing(view: View, held: Holding) -> _Doing:
    undoes = any(step.undo for step in held.rule.steps)
    back = tuple(str(way) for _, way, _ in _to_take_back(view, held, view.today)) if undoes else ()
    return _Doing(may_reopen(view, held.rule), bool(closing(view, held.rule)), back)


def due_date(view: View, held: Holding) -> date | None:
    """Return the date by which the ticket is to be done, never one already past; None if its level has none."""
    plan, calendar = held.rule.due, view.calendar
    span = plan.by_level.get(level_of(view.policy, view.ticket)) if plan else None
    if plan is None or span is None:
        return None
    start = view.ticket.created if plan.start == "created" else held.episode.began
    due = calendar.add(calendar.date_of(start), span)
    return due if due >= view.today else calendar.add(view.today, span)


def _due(view: View, held: Holding) -> Iterator[Op]:
    if held.rule.due is None or view.ticket.due is not None or date_undone(view.memory):
        return
    due = due_date(view, held)
    if due:
        yield from _op(view, held, SetDue(due=due), after=f"due {due.isoformat()}")


def _priority(view: View, held: Holding) -> Iterator[Op]:
    """Yield a priority for a ticket that has none; what a gate waits for gets a higher one, too."""
    level, present = held.rule.priority, level_of(view.policy, view.ticket)
    if not level or view.undone(PRIORITY):
        return
    if present in LEVELS and (not held.rule.gate or LEVELS.index(present) <= LEVELS.index(level)):
        return
    for op in _op(view, held, SetPriority(level=level), after=f"priority {level}"):
        yield op if present == "none" else replace(op, before=f"priority {present}")


def _assign(view: View, held: Holding) -> Iterator[Op]:
    """Yield an owner for a ticket that has none: people who took it keep it."""
    if not held.rule.assign or view.ticket.assignees or view.undone(ASSIGNED):
        return
    for login in resolve(view.policy, view.ticket, held.rule.assign).logins[:1]:
        yield from _op(view, held, Assign(person=login), after=f"owner {login}")


def _kept_label(view: View, held: Holding) -> Iterator[Op]:
    label = label_text(view.policy, view.ticket, held.rule.add_label)
    if label and not wears(view.ticket, label) and label not in view.undone(LABELLED):
        yield from _op(view, held, AddLabel(label=label), "kept", after=f"label {label}")


def _reopen(view: View, held: Holding) -> Iterator[Op]:
    """Yield the reopening that is due, and the ping of the same step."""
    steps = held.rule.steps
    due = due_steps(view, held) if any(step.reopen for step in steps) else ()
    reopening = [number for number in due if steps[number - 1].reopen]
    if not reopening or not may_reopen(view, held.rule):
        return
    back = _return(view, held.rule) if returning(held.rule) else ""
    ops = [op_of(view, held, Reopen(), back, after=OPEN)] if back else _op(view, held, Reopen(), after=OPEN)
    for op in ops:
        yield replace(op, before=clipped(view.ticket.status))
        yield from _with_it(view, held, due, reopening[-1])


def _return(view: View, rule: Rule) -> str:
    """Return the id of the op by which a rule opens again what came back; "" if there is none to do."""
    return reopening_due(view.keys, rule, view.asked, view.memory)


def closing(view: View, rule: Rule) -> str:
    """Return the id of the op by which a rule closes the ticket as a duplicate; "" if there is none to do."""
    return closing_due(view.keys, rule, view.asked, view.memory)


def _with_it(view: View, held: Holding, due: tuple[int, ...], number: int) -> Iterator[Op]:
    """Yield the ping of a step that does something: once that is done, the rule may hold no more."""
    steps = held.rule.steps
    if steps[number - 1].ping:
        until = due[: due.index(number) + 1]
        yield from _ping(view, held, tuple(each for each in until if steps[each - 1].ping))


def _take_back(view: View, held: Holding) -> Iterator[Op]:
    """Yield what takes back how the ticket is put off, once for each put-off, and the ping of the same step."""
    due = due_steps(view, held) if any(step.undo for step in held.rule.steps) else ()
    undoing = [number for number in due if held.rule.steps[number - 1].undo]
    if not undoing:
        return
    ops = []
    came = clock(view, held).reached(held.rule.steps[undoing[-1] - 1].after)
    for put_off, way, verb in _to_take_back(view, held, came):
        began = view.policy.calendar.date_of(put_off.began).isoformat()
        op_id = view.op_id(held.rule.id, f"{put_off.way} {put_off.value} {began}", TakeBack)
        op = op_of(view, held, verb, op_id, after=_aim(verb))
        ops += [replace(op, before=clipped(str(way)))] if op_id not in view.memory.done else []
    yield from ops
    if ops:
        yield from _with_it(view, held, due, undoing[-1])


def _aim(verb: TakeBack) -> str:
    """Word how a ticket is when it is no longer put off."""
    return {"label": NOTHING, "status": verb.phase, "declined": OPEN, "due": f"due {verb.value}"}[verb.way]


def _to_take_back(view: View, held: Holding, upto: date) -> Iterator[tuple[PutOff, Way, TakeBack]]:
    return to_take_back(view.policy, view.ticket, view.memory, held.rule.id, today=view.today, upto=upto)


def _ping(view: View, held: Holding, due: tuple[int, ...]) -> Iterator[Op]:
    number = due[-1]
    step = held.rule.steps[number - 1]
    people = resolve(view.policy, view.ticket, *step.ping).logins
    if not people:
        return
    post = Post(prose=ping_prose(view.about, held, step, people), people=people)
    for op in _op(view, held, post, f"s{number}", after=f"ping {', '.join(people)}"):
        missed = [each for each in due[:-1] if _step_id(view, held, each) not in view.memory.done]
        skipped = tuple(f"step {each} came due before and is skipped" for each in missed)
        yield replace(op, because=op.because + skipped)


def _step_id(view: View, held: Holding, number: int) -> str:
    return view.op_id(held.rule.id, f"e{held.episode.number}.s{number}", Post)


def _op(view: View, held: Holding, verb: Verb, part: str = "", *, after: str) -> Iterator[Op]:
    """Yield an op for a rule's present episode, unless it was carried out or is on its way."""
    number = held.episode.number
    op_id = view.op_id(held.rule.id, f"e{number}.{part}" if part else f"e{number}", type(verb))
    if op_id not in view.memory.done:
        yield op_of(view, held, verb, op_id, after=after)


def op_of(view: View, held: Holding, verb: Verb, op_id: str, *, after: str) -> Op:
    """Return what a rule that holds asks for, as an op."""
    return Op(
        id=op_id,
        target=target_of(view.ticket),
        verb=verb,
        rule=held.rule.id,
        because=tuple(str(clause) for clause in held.because),
        before=NOTHING,
        after=after,
        episode=held.episode.number,
        shadow=view.shadowed(held.rule),
        rules=frozenset({held.rule.id}),
    )


def target_of(ticket: Ticket) -> Target:
    """Return a ticket as the target of an op."""
    return Target(source=ticket.source, uid=ticket.uid, ref=ticket.ref, key=ticket.key, url=ticket.url)
