"""What people command, as ops: an owner, a due date, and a sign on the comment that it was understood; each once.

A command counts for a week: an older one, read again after the database was lost, undoes nothing that came later.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from rules.actions import NAMES, Assign, Op, React, SetDue, Verb
from rules.fact_asked import UNKNOWN_SOURCE
from rules.memory import Memory, Statement
from rules.model import Ticket
from rules.moves import NOTHING, OpKeys, View, target_of
from rules.people import called
from rules.policy import Policy
from rules.texts import clipped

OWNER, DUE, DEFER, SEEN = "command/owner", "command/due", "command/defer", "command/seen"
"""What stands as an op's rule where a person commanded it."""
COMMANDED = {
    OWNER: "An owner, as somebody asked.",
    DUE: "A due date, as somebody asked.",
    DEFER: "A due date moved, because somebody put the ticket off.",
    SEEN: "A sign that a command was understood.",
}
VERBS: dict[str, type[Verb]] = {"owner": Assign, "due": SetDue, "defer": SetDue}
LASTING = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What commands are looked at with."""

    policy: Policy
    memory: Memory
    now: datetime
    keys: OpKeys

    @property
    def today(self) -> date:
        """The calendar's date."""
        return self.policy.calendar.today(self.now)

    def fresh(self, statement: Statement) -> bool:
        """Tell whether it was said lately enough to be carried out."""
        return self.now - statement.at <= LASTING

    def open(self, ticket: Ticket, statement: Statement) -> bool:
        """Tell whether it is still to be carried out."""
        return self.fresh(statement) and op_id(self.keys, ticket, statement) not in self.memory.done


def rule_of(statement: Statement) -> str:
    """Return what stands as the rule of a statement's op."""
    return f"command/{statement.what}"


def op_id(keys: OpKeys, ticket: Ticket, statement: Statement) -> str:
    """Return the id of the op that carries a statement out."""
    return keys.id(rule_of(statement), ticket.uid, statement.comment, NAMES[VERBS[statement.what]])


def deed(ticket: Ticket, statement: Statement, today: date) -> Verb | None:
    """Return what a statement asks for on a ticket as it is; None if there is nothing to do."""
    if statement.what == "owner":
        there = statement.value.lower() in {login.lower() for login in ticket.assignees}
        return None if there else Assign(person=statement.value)
    if statement.what not in VERBS:
        return None
    day = date.fromisoformat(statement.value)
    late = ticket.due is not None and ticket.due < day
    wanted = late if statement.what == "defer" else ticket.due != day
    return SetDue(due=day) if wanted and day >= today else None


def waiting(asked: Asked, ticket: Ticket) -> Iterator[tuple[Statement, Verb]]:
    """Yield what is still to be carried out: the newest word on the owner, and the newest on the due date."""
    for statement in newest(asked, ticket):
        verb = deed(ticket, statement, asked.today) if asked.open(ticket, statement) else None
        if verb is not None:
            yield statement, verb


def newest(asked: Asked, ticket: Ticket) -> Iterator[Statement]:
    """Yield the statements that decide about the owner and the due date, whether they are carried out or not."""
    said = asked.memory.statements
    yield from [each for each in said if each.what == "owner"][-1:]
    days = [each for each in said if each.what in {"due", "defer"}]
    dues = [each for each in days if each.what == "due"][-1:]
    for last in days[-1:]:
        later = [due for due in dues if due.value >= last.value and asked.open(ticket, due)]
        yield later[0] if last.what == "defer" and later else last


def command_ops(view: View) -> Iterator[Op]:
    """Yield what people commanded and is not carried out yet."""
    if not view.memory.statements:
        return
    asked = Asked(policy=view.policy, memory=view.memory, now=view.now, keys=view.keys)
    for statement, verb in waiting(asked, view.ticket):
        yield _op(view, statement, rule_of(statement), verb, op_id(view.keys, view.ticket, statement))
    yield from _signs(view, asked)


def _signs(view: View, asked: Asked) -> Iterator[Op]:
    """Yield a thumb up for each comment that was understood, where the tracker has such signs."""
    if view.policy.sources.get(view.ticket.source, UNKNOWN_SOURCE).kind != "github":
        return
    first: dict[str, Statement] = {}
    for statement in filter(asked.fresh, view.memory.statements):
        first.setdefault(statement.comment.partition("#")[0], statement)
    for comment, statement in first.items():
        sign = view.keys.id(SEEN, view.ticket.uid, comment, NAMES[React])
        if sign not in view.memory.done:
            yield _op(view, statement, SEEN, React(comment=comment), sign)


def _op(view: View, statement: Statement, rule: str, verb: Verb, op: str) -> Op:
    before, after = _shown(view, verb)
    return Op(
        id=op,
        target=target_of(view.ticket),
        verb=verb,
        rule=rule,
        because=(said(view.policy, view.ticket, statement),),
        before=before,
        after=after,
        rules=frozenset({rule}),
    )


def _shown(view: View, verb: Verb) -> tuple[str, str]:
    ticket = view.ticket
    if isinstance(verb, Assign):
        return ", ".join(sorted(ticket.assignees)) or NOTHING, f"owner {verb.person}"
    if isinstance(verb, SetDue):
        return f"due {ticket.due.isoformat()}" if ticket.due else NOTHING, f"due {verb.due.isoformat()}"
    return NOTHING, "+1"


def said(policy: Policy, ticket: Ticket, statement: Statement) -> str:
    """Return a statement as a reason: the command, who gave it, when and why."""
    who, day = called(policy, ticket.source, statement.by), policy.calendar.date_of(statement.at).isoformat()
    until = "until " if statement.what == "defer" else ""
    why = f" because {clipped(statement.because)}" if statement.because else ""
    return f"/kaizen {statement.what} {until}{statement.value}{why} ({clipped(who)}, {day})"
