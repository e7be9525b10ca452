"""The verb `why`: what every rule makes of a ticket, each clause with its values, and what comes next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.console import Console, Group
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

from rules.commanded import said
from rules.fact_asked import Asked
from rules.fact_gates import holding, waiting
from rules.gates.states import GateState
from rules.leaders import TWIN
from rules.memory import Memory, Related
from rules.metrics.timeline import Course, timeline
from rules.model import Ticket
from rules.moves import NextStep
from rules.people import team_of
from rules.policy import Policy
from rules.texts import clipped
from rules.why import Explanation, why
from worker.cli.context import Cli, data, now, out
from worker.cli.evidence import same_data, same_lines
from worker.errors import WorkerError
from worker.measuring.history import course
from worker.pausing import paused_rules
from worker.world import memory_of, world

HOLDS = {True: "[green]yes[/]", False: "[red]no[/]", None: "[yellow]cannot be said[/]"}
STATES = {"holds": "[bold green]holds[/]", "does not hold": "[dim]does not hold[/]"}
ALL = "(--all shows all clauses of all rules)"
GATES = {"holds": "held by", "waits": "waited for by"}
"""How a closed gate and a ticket belong together -> in words."""
OPEN = "open"
"""The clause of nearly all rules: a closed ticket is told once that it is closed."""


def why_(
    context: typer.Context,
    key: Annotated[str, typer.Argument(help='The ticket: "OPS-12", "acme/shop#12", or "#12" if only one has it.')],
    *,
    everything: Annotated[bool, typer.Option("--all", help="Show all clauses of all rules.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
) -> None:
    """Say what every rule makes of a ticket: each clause with its values, and what comes next.

    Asks only the database, as the trackers were last read.
    """
    cli: Cli = context.obj
    moment = now()
    with cli.alone(cli.settings()) as worker:
        ticket = the_one(key, worker.mirror.candidates(key))
        memory = memory_of(worker, ticket.uid, world(worker, moment))
        paused = {rule: str(each) for rule, each in paused_rules(worker, moment).items()}
        explained = why(worker.policy, ticket, memory, moment, paused=paused)
        read = worker.mirror.reads().get(ticket.source)
        went = course(worker, ticket, moment)
    kind = explained[0].kind if explained else ""
    if json:
        gates = [_gate_data(*each) for each in _gates(worker.policy, ticket, kind, memory, moment)]
        incident = {"incident": _course_data(went)} if went else {}
        data(_as_data(ticket, memory, explained) | {"gates": gates} | incident)
        return
    screen = out()
    _head(screen, ticket, kind, read.ended if read else None)
    for line in _known(worker.policy, ticket, kind, memory, moment):
        screen.print(line, markup=False, soft_wrap=True)
    if went is not None:
        screen.print(_course(went))
    looking, aside = _sorted(explained, everything=everything)
    for one in looking:
        screen.print(_rule(one, everything=everything))
    for line in _aside(aside):
        screen.print(line, markup=False)
    if not everything:
        screen.print(ALL, markup=False)


def the_one(key: str, found: Sequence[Ticket]) -> Ticket:
    """Return the ticket that a person means. Raises WorkerError if there is none, or several."""
    if len(found) == 1:
        return found[0]
    if found:
        raise WorkerError(f"{key!r} can be {', '.join(ticket.key for ticket in found)}: say which")
    raise WorkerError(f"{key!r}: no such ticket in the mirror: `kaizend sync` reads the trackers")


def _head(screen: Console, ticket: Ticket, kind: str, read: datetime | None) -> None:
    screen.print(f"{ticket.key}  {ticket.title}", markup=False, style="bold")
    screen.print(ticket.url, markup=False, soft_wrap=True)
    seen = f", as read {read:%Y-%m-%d %H:%M} UTC" if read else ""
    screen.print(f"kind: {kind or 'none'}, status: {ticket.status}{seen}\n", markup=False)


def _known(policy: Policy, ticket: Ticket, kind: str, memory: Memory, moment: datetime) -> Iterator[str]:
    """Yield what is known of a ticket besides: whose workdays count, what people stated, what belongs to it."""
    known = []
    team = team_of(policy, ticket)
    if team and team.name in policy.calendars:
        known.append(f"workdays: those of the team {team.name}")
    known += [f"stated: {said(policy, ticket, each)}" for each in memory.statements]
    known += [_belonging(each) for each in memory.related]
    known += told_gates(policy, ticket, kind, memory, moment)
    known += same_lines(policy, ticket, memory)
    yield from known
    if known:
        yield ""


def told_gates(policy: Policy, ticket: Ticket, kind: str, memory: Memory, moment: datetime) -> Iterator[str]:
    """Yield the closed gates that hold a ticket or wait for it, each with since when, why, and its page."""
    for way, state in _gates(policy, ticket, kind, memory, moment):
        day = policy.calendar.date_of(state.since).isoformat()
        words = GATES[way]
        yield f"{words} the gate {state.name}, closed since {day}: {'; '.join(state.because)}  {state.url}".rstrip()


def _gates(
    policy: Policy, ticket: Ticket, kind: str, memory: Memory, moment: datetime
) -> Iterator[tuple[str, GateState]]:
    asked = Asked(ticket, kind, memory, policy, policy.calendar.today(moment))
    yield from (("holds", state) for state in holding(asked))
    yield from (("waits", state) for state in waiting(asked))


def _belonging(other: Related) -> str:
    """Word another ticket: "filed from it: follow-up OPS-2, done  Look again"."""
    way = "filed from it" if other.way == "filed" else "filed from"
    way = ("led by it" if other.way == "filed" else "twin of") if other.what == TWIN else way
    state = "done" if other.phase == "done" else "open"
    due = f", due {other.due.isoformat()}" if other.due and other.phase != "done" else ""
    return f"{way}: {f'{other.what} ' if other.way == 'filed' else ''}{other.key}, {state}{due}  {clipped(other.title)}"


def _course(went: Course) -> Padding:
    """Show how an incident went."""
    table = Table(show_header=False, box=None, padding=(0, 1), pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for what, words in timeline(went):
        table.add_row(what, escape(words))
    return Padding(Group("[bold]how it went[/]", Padding(table, (0, 0, 0, 2))), (0, 0, 1, 0))


def _sorted(
    explained: Sequence[Explanation], *, everything: bool
) -> tuple[list[Explanation], dict[str, list[Explanation]]]:
    """Part the rules that look at the ticket, those that hold first, from those that do not, by the reason why not."""
    looking: list[Explanation] = []
    aside: dict[str, list[Explanation]] = {}
    for one in sorted(explained, key=lambda each: each.state != "holds"):
        reason = "" if everything else _not_looking(one)
        if reason:
            aside.setdefault(reason, []).append(one)
        else:
            looking.append(one)
    return looking, aside


def _not_looking(one: Explanation) -> str:
    if one.state == "not its kind":
        return f"for other kinds than {one.kind}" if one.kind else "for kinds, and it is of none"
    if one.state == "does not hold" and any(clause.text == OPEN and not clause.holds for clause in one.clauses):
        return "for open tickets only"
    return ""


def _aside(aside: dict[str, list[Explanation]]) -> Iterable[str]:
    for reason, rules in aside.items():
        names = ", ".join(one.rule.id for one in rules)
        yield f"{len(rules)} {'rule is' if len(rules) == 1 else 'rules are'} {reason}: {names}"


def _rule(one: Explanation, *, everything: bool) -> Padding:
    """Show one rule: its clauses with their values, since when it holds, and what it does next.

    Of a rule that does not hold only the clauses that keep it from that are shown, unless all are asked for.
    """
    brief = one.state == "does not hold" and not everything
    table = Table(show_header=False, box=None, padding=(0, 1), pad_edge=False)
    table.add_column(min_width=5, no_wrap=True)
    table.add_column(overflow="fold")
    for clause in one.clauses:
        if brief and clause.holds:
            continue
        table.add_row(HOLDS[clause.holds], escape(str(clause)))
    if one.episode is not None:
        again = f", for the {one.episode.number}. time" if one.episode.number > 1 else ""
        table.add_row("since", f"{one.episode.began:%Y-%m-%d}{again}")
    if one.next is not None:
        when = one.next.on or f"{one.next.left} after the clock goes on"
        table.add_row("next", escape(f"{when}: step {one.next.number}, {_deeds(one.next)}"))
    for value in one.overridden:
        table.add_row("config", escape(str(value)))
    for note in one.notes:
        table.add_row("note", escape(note))
    state = STATES.get(one.state, one.state)
    about = "" if brief else f"  [dim]{escape(one.rule.about)}[/]"
    title = f"[bold]{escape(one.rule.id)}[/]: {state}{about}"
    return Padding(Group(title, Padding(table, (0, 0, 0, 2))), (0, 0, 0 if brief else 1, 0))


def _deeds(step: NextStep) -> str:
    whom = ", ".join(step.people) or "nobody (it is not known who is " + " or ".join(step.missing) + ")"
    deeds = ["reopen"] if step.reopens else []
    deeds += ["close as a duplicate"] if step.closes else []
    deeds += [f"take back {', '.join(step.takes_back)}"] if step.takes_back else []
    deeds += [f"file {step.files}"] if step.files else []
    return ", ".join((*deeds, *([f"ping {whom}"] if step.pings else [])))


def _as_data(ticket: Ticket, memory: Memory, explained: Sequence[Explanation]) -> dict[str, Any]:
    return {
        "ticket": ticket.key,
        "url": ticket.url,
        "title": ticket.title,
        "kind": explained[0].kind if explained else "",
        "stated": [
            {"what": each.what, "value": each.value, "by": each.by, "at": each.at, "because": each.because}
            for each in memory.statements
        ],
        "related": [
            {"way": each.way, "what": each.what, "ticket": each.key, "url": each.url, "phase": each.phase}
            for each in memory.related
        ],
        **same_data(memory),
        "rules": [_rule_data(one) for one in explained],
    }


def _gate_data(way: str, state: GateState) -> dict[str, Any]:
    return {
        "way": way,
        "gate": state.gate,
        "subject": state.subject,
        "since": state.since,
        "because": state.because,
        "url": state.url,
    }


def _course_data(went: Course) -> dict[str, Any]:
    it = went.incident
    return {
        "began": it.began,
        "reported": it.reported,
        "detected": it.detected,
        "responded": it.responded,
        "resolved": it.resolved,
        "reopened": it.reopened,
        "counts": went.counts,
        "excluded": it.excluded,
        "causes": [{"rollout": each.rollout, "how": each.how, "evidence": each.evidence} for each in went.causes],
        "doubts": went.doubts,
    }


def _rule_data(one: Explanation) -> dict[str, Any]:
    return {
        "rule": one.rule.id,
        "about": one.rule.about,
        "state": one.state,
        "clauses": [{"text": c.text, "holds": c.holds, "values": dict(c.values)} for c in one.clauses],
        "since": one.episode.began if one.episode else None,
        "episode": one.episode.number if one.episode else None,
        "baseline": one.episode.baseline if one.episode else None,
        "next": _step_data(one.next) if one.next else None,
        "overridden": [{"key": each.key, "value": each.value, "shipped": each.shipped} for each in one.overridden],
        "notes": one.notes,
    }


def _step_data(step: NextStep) -> dict[str, Any]:
    left = None if step.left is None else str(step.left)
    deeds = {"ping": step.people, "reopen": step.reopens, "take_back": step.takes_back, "file": step.files}
    return {"step": step.number, "on": step.on, "left": left, **deeds, "close": step.closes}
