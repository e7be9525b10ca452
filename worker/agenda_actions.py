"""The agenda's parts on what was agreed: what is left of the last review, and what was decided since."""

from __future__ import annotations

from rules.memory import NOTHING, Memory, Related
from rules.model import Block, Line, Link, Paragraph, Text
from rules.texts import clipped
from worker.agenda_words import LONGEST, listed, owners_of, titled
from worker.sitting import DECISION, Known, Sitting

ACTIONS = "Open actions of the last review"
DECISIONS = "Decisions"
NO_LAST = "There is no review before this one."


def open_actions(sitting: Sitting) -> tuple[Block, ...]:
    """Return the agenda's part on the last review: how it ended, and what was filed from it and is open."""
    last = sitting.last
    if last is None:
        return listed(ACTIONS, (), "", none=NO_LAST)
    memory = sitting.worker.ledger.memory((last.uid,)).get(last.uid, NOTHING)
    left = [each for each in memory.related if each.way == "filed" and each.phase != "done"]
    left.sort(key=lambda each: (each.due is None, each.due, each.key))
    lines = [_action(sitting, each) for each in left]
    blocks = listed(ACTIONS, lines, "open", none="Nothing that was filed from it is open.")
    said: Line = (Text("The last one was "), Link(last.key, last.url), Text(f". {_came(memory)}"))
    return (blocks[0], Paragraph(said), *blocks[1:])


def decisions(sitting: Sitting) -> tuple[Block, ...]:
    """Return the agenda's part on the decisions that are still open, or were taken since the last review."""
    found = sorted(
        (known for known in sitting.of(DECISION) if known.open or _since(sitting, known)),
        key=lambda known: (known.open, known.ticket.closed or known.ticket.created, known.ticket.key),
        reverse=True,
    )
    lines = [titled(known.ticket, _state(sitting, known)) for known in found]
    return listed(DECISIONS, lines, "decisions", none="Nothing was decided since the last time, and nothing waits.")


def _came(memory: Memory) -> str:
    """Say what people told of the last review: that it was held, and what came of it."""
    held = [said for said in memory.statements if said.what == "held"]
    if not held:
        return "Nobody said that it was held."
    because = next((said.because for said in reversed(held) if said.because), "")
    came = f", and what came of it: {clipped(because, LONGEST)}" if because else ""
    return f"It was held on {held[-1].value}{came}."


def _action(sitting: Sitting, each: Related) -> Line:
    owner = owners_of(sitting.worker.policy, each.source, each.assignees)
    due = f"due {each.due.isoformat()}" if each.due else "without a date"
    return (Link(each.key, each.url), Text(f" {clipped(each.title, LONGEST)}, {due}, {owner}"))


def _since(sitting: Sitting, known: Known) -> bool:
    return known.ticket.closed is not None and known.ticket.closed >= sitting.since


def _state(sitting: Sitting, known: Known) -> str:
    owner = owners_of(sitting.worker.policy, known.ticket.source, known.ticket.assignees)
    if known.open or known.ticket.closed is None:
        return f"open, {owner}"
    return f"closed on {sitting.worker.policy.calendar.date_of(known.ticket.closed).isoformat()}"
