"""What the ticket of a closing says: why the gate closed, what it holds and waits for, when it opens, who may waive."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rules.gates.model import Gate
from rules.gates.states import GateState
from rules.model import Block, Bullets, Code, Heading, Line, Link, Paragraph, Prose, Strong, Text
from rules.people import COUNCIL, LEAD
from rules.policy import Policy
from rules.texts import clipped, fill

TITLE = "Gate closed: {name}"
WHY, HOLDS, WAITS, WAIVE = "Why", "What it holds", "What it waits for", "To let something through"
EACH = "the changes and tickets that count for {subject}"
ALL = "all of them"
THROUGH = "But for a pull request of which one of these is true: "
NOTHING = "Nothing in particular: it goes by its numbers alone."
OPENS = "It opens by itself"
BY_ITSELF = "when what closed it is no longer true"
ENDS = ". This ticket is closed then, and what was held is let go."
COMMAND = "/kaizen waive {gate} until DATE because ..."
NOBODY = "Nobody may waive this gate."
MAY = "{who} may comment here, or on what is held: "
CALLED = {LEAD: "the lead of the team", COUNCIL: "the council"}


def page_title(gate: Gate, state: GateState) -> str:
    """Return its title: "Gate closed: error-budget (checkout)"."""
    own = gate.id.removeprefix(f"{gate.pack}/")
    return TITLE.format(name=clipped(f"{own} ({state.subject})" if state.subject else own))


def page_prose(policy: Policy, gate: Gate, state: GateState) -> Prose:
    """Return its text. What the gate waits for is kept up to date on the ticket's card."""
    return Prose((*_why(policy, gate, state), *_holds(gate, state), *_waits(gate, state), *_ends(gate, state)))


def _why(policy: Policy, gate: Gate, state: GateState) -> Iterator[Block]:
    subject: Line = (Text(clipped(state.subject)),)
    if said := fill(gate.say or gate.about, {"subject": subject}):
        yield Paragraph(said)
    day = policy.calendar.date_of(state.since).isoformat()
    yield Heading((Text(WHY),))
    yield Paragraph((Text("The gate "), Code(gate.id), Text(f" has been closed since {day}, because:")))
    yield _clauses(state.because)


def _holds(gate: Gate, state: GateState) -> Iterator[Block]:
    what = [Text(f"Sources: {', '.join(gate.sources) or ALL}")]
    what += [Text(f"For: {clipped(state.subject)}")] if state.subject else []
    lines: list[Line] = [(text,) for text in what]
    if gate.holds is not None:
        lines.append((Text("Pull requests with "), *_all(gate.holds.texts)))
    elif gate.holds_changes:
        lines.append((Text("Pull requests, all of them"),))
    if gate.holds_tickets is not None:
        lines.append(
            (Text("Tickets with "), *_all(gate.holds_tickets.texts), Text(" wear the label "), Code(gate.label))
        )
    yield Heading((Text(HOLDS),))
    yield Bullets(tuple(lines))
    if gate.lets:
        yield Paragraph((Text(THROUGH), *_any([" && ".join(each.texts) for each in gate.lets])))


def _waits(gate: Gate, state: GateState) -> Iterator[Block]:
    yield Heading((Text(WAITS),))
    lines: list[Line] = [(Link(key, url), Text(f" {clipped(title)}")) for key, url, title in state.blocking]
    more = state.waiting - len(state.blocking)
    lines += [(Text(f"and {more} more"),)] if more > 0 else []
    yield Bullets(tuple(lines)) if lines else Paragraph((Text(NOTHING),))
    opens = gate.open_when.texts if gate.open_when else ()
    when: Line = (Text(" when "), *_all(opens)) if opens else (Text(f" {BY_ITSELF}"),)
    yield Paragraph((Strong(OPENS), *when, Text(ENDS)))


def _ends(gate: Gate, state: GateState) -> Iterator[Block]:
    yield Heading((Text(WAIVE),))
    who = [CALLED.get(name, name) for name in gate.waivers]
    if not who:
        yield Paragraph((Text(NOBODY),))
        return
    said = f"{', '.join(who[:-1])} or {who[-1]}" if len(who) > 1 else who[0]
    meant = f"{gate.id} {state.subject}" if state.subject else gate.id
    yield Paragraph(
        (Text(MAY.format(who=said[:1].upper() + said[1:])), Code(COMMAND.format(gate=clipped(meant))), Text("."))
    )


def _clauses(texts: Sequence[str]) -> Bullets:
    return Bullets(tuple((Code(clipped(text, 300)),) for text in texts))


def _all(texts: Sequence[str]) -> Line:
    return _joined(texts, " and ")


def _any(texts: Sequence[str]) -> Line:
    return _joined(texts, " or ")


def _joined(texts: Sequence[str], between: str) -> Line:
    spans: list[Text | Code] = []
    for text in texts:
        spans += [Text(between), Code(clipped(text, 300))] if spans else [Code(clipped(text, 300))]
    return tuple(spans)
