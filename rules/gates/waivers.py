"""Waivers: somebody whom a gate names lets something through it for a time, by a command with a date and a reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from rules.gates.model import Gate
from rules.gates.states import GateState, Waiver
from rules.model import Comment, Ticket
from rules.people import OWNER, REPORTER, resolve
from rules.phrases import day_of, no_day, past, split
from rules.policy import Policy
from rules.rule import Duration
from rules.texts import clipped
from rules.wording import listed, meant, shown, there_is

WAIVE = "/kaizen waive GATE until YYYY-MM-DD because ..."
WRITE = f"Write '{WAIVE}'."
LONGEST = Duration(14, "days")
"""How long a waiver may last where its gate says nothing."""
NO_GATES = "There are no gates here."
NOBODY = "Nobody may waive the gate {gate}: it names nobody who may."
NOT_YOURS = "The gate {gate} is waived by {people} only."
EDITED = "An edited comment waives nothing: write a new one."
TOO_LONG = "The gate {gate} is waived for {longest} at most: until {day} at the latest."
NOTED = "The gate {gate} lets {what} through until {day}."
NO_SUBJECT = "The gate {gate} has no subjects: leave {subject} out."
STRANGE_SUBJECT = "The gate {gate} is not closed for any {subject}{near}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiving:
    """What a command to waive is read with."""

    policy: Policy
    place: Ticket  # what it was said on: a ticket, or the stand-in of a change
    comment: Comment
    states: Sequence[GateState] = ()  # all gates as they stand

    @property
    def day(self) -> date:
        """The calendar's date on which it was said."""
        return self.policy.calendar.date_of(self.comment.created)

    @property
    def page(self) -> GateState | None:
        """The gate of which the place is the page, where all that it holds is listed."""
        return next((state for state in self.states if state.page and state.page == self.place.uid), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waived:
    """A waiver that was understood, and what to answer."""

    waiver: Waiver
    reply: str


def read_waiver(words: str, asking: Waiving) -> Waived | str:
    """Read the words after `waive`; text is what to answer where nothing comes of them."""
    head, _, because = split(words, "because")
    what, _, until = split(head, "until")
    gate, subject, problem = _gate(what, asking)
    if gate is None:
        return problem
    wrong = _refused(gate, asking) or _edited(asking.comment) or _strange(gate, subject, asking)
    if wrong:
        return wrong
    day = _last_day(gate, until, asking)
    if isinstance(day, str):
        return day
    if not because:
        return f"Why? {WRITE}"
    return _waived(gate, subject, day, because, asking)


def may_waive(policy: Policy, place: Ticket, gate: Gate, login: str) -> bool:
    """Tell whether somebody is among the people whom a gate names; to own something is no right to wave it through."""
    roles = [name for name in gate.waivers if name not in (OWNER, REPORTER)]
    return bool(login) and login.lower() in {each.lower() for each in resolve(policy, place, *roles).logins}


def longest(policy: Policy, gate: Gate, start: date) -> date:
    """Return the last day on which a waiver given on a day may end."""
    return policy.calendar.add(start, gate.waive_for or LONGEST)


def _gate(what: str, asking: Waiving) -> tuple[Gate | None, str, str]:
    """Return the gate that is meant and its subject; else none, and what to answer."""
    gates, page = asking.policy.gates, asking.page
    if not gates:
        return None, "", NO_GATES
    name, _, subject = what.replace("(", " ").replace(")", " ").strip().partition(" ")
    if not name and page is not None:
        return next((gate for gate in gates if gate.id == page.gate), None), page.subject, WRITE
    if not name:
        return None, "", f"Which gate? {WRITE}"
    own = {gate.id: gate.id.rpartition("/")[2].lower() for gate in gates}
    found = [gate for gate in gates if name.lower() in (gate.id.lower(), own[gate.id])]
    if len(found) == 1:
        mine = page.subject if page is not None and page.gate == found[0].id else ""
        return found[0], " ".join(subject.split()) or mine, ""
    if found:
        return None, "", f"{shown(name)} can be {listed(gate.id for gate in found)}: write the whole name."
    known = sorted({*own, *own.values()})
    return None, "", f"There is no gate {shown(name)}{meant(name.lower(), known) or there_is(tuple(own))}."


def _refused(gate: Gate, asking: Waiving) -> str:
    if may_waive(asking.policy, asking.place, gate, asking.comment.author):
        return ""
    if not gate.waivers:
        return NOBODY.format(gate=gate.id)
    return NOT_YOURS.format(gate=gate.id, people=", ".join(gate.waivers))


def _edited(comment: Comment) -> str:
    """Return why a comment that was edited is not believed: others than its author may have put the words there."""
    return EDITED if comment.updated != comment.created else ""


def _strange(gate: Gate, subject: str, asking: Waiving) -> str:
    if not subject:
        return ""
    if not gate.each:
        return NO_SUBJECT.format(gate=gate.id, subject=shown(subject))
    known = [state.subject for state in asking.states if state.gate == gate.id]
    if not known or subject in known:
        return ""
    return STRANGE_SUBJECT.format(gate=gate.id, subject=shown(subject), near=meant(subject, known) or there_is(known))


def _last_day(gate: Gate, until: str, asking: Waiving) -> date | str:
    if not until:
        return f"Until when? {WRITE}"
    day = day_of(until)
    if day is None:
        return f"{no_day(until, asking.day + timedelta(days=1))} {WRITE}"
    if day < asking.day:
        return past(day)
    last = longest(asking.policy, gate, asking.day)
    if day > last:
        return TOO_LONG.format(gate=gate.id, longest=gate.waive_for or LONGEST, day=last.isoformat())
    return day


def _waived(gate: Gate, subject: str, day: date, because: str, asking: Waiving) -> Waived:
    page, comment = asking.page, asking.comment
    whole = page is not None and page.gate == gate.id
    waiver = Waiver(
        comment=comment.uid,
        gate=gate.id,
        subject=subject,
        target="" if whole else asking.place.uid,
        until=day,
        because=clipped(because),
        by=comment.author,
        at=comment.created,
        source=comment.source,
        place=asking.place.uid,
    )
    name = f"{gate.id} ({subject})" if subject else gate.id
    what = "all that it holds" if whole else asking.place.key
    return Waived(waiver=waiver, reply=NOTED.format(gate=name, what=what, day=day.isoformat()))
