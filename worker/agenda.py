"""The agenda of a review: its parts filled with data, and what people are asked to do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from rules.model import Block, Bullets, Code, Heading, Paragraph, Strong, Text
from rules.rule import Room
from worker.agenda_actions import decisions, open_actions
from worker.agenda_backlog import deferrals, outcomes, overdue
from worker.agenda_domains import domain_blocks
from worker.agenda_inputs import TITLE, input_blocks
from worker.agenda_leads import lead_blocks
from worker.digest_gates import gate_blocks, gates_shown
from worker.digest_metrics import agenda_blocks
from worker.inputs import states
from worker.sitting import Sitting

NO_INPUTS = (Heading((Text(TITLE),)), Paragraph((Text("[inputs] of the config names none."),)))


def _gates(sitting: Sitting) -> tuple[Block, ...]:
    worker = sitting.worker
    return gate_blocks(worker, gates_shown(worker, tuple(worker.trackers)), sitting.since)


def _inputs(sitting: Sitting) -> tuple[Block, ...]:
    return input_blocks(states(sitting.worker, sitting.now)) or NO_INPUTS


ROOMS: Mapping[Room, Callable[[Sitting], tuple[Block, ...]]] = {
    "overdue": overdue,
    "deferrals": deferrals,
    "decisions": decisions,
    "outcomes": outcomes,
    "open-actions": open_actions,
    "domains": lambda sitting: domain_blocks(sitting.scores.coverage),
    "inputs": _inputs,
    "metrics": agenda_blocks,
    "gates": _gates,
    "leads": lambda sitting: lead_blocks(sitting.scores.cards, start=sitting.scores.start, end=sitting.scores.end),
}
"""What an agenda may bring along: the name in a rule file -> what fills it."""
TO_DO: tuple[Block, ...] = (
    Heading((Text("When it was held"),)),
    Bullets(
        (
            (Text("Say so in a comment, with what was decided: "), Code("/kaizen held because ..."), Text(".")),
            (Text("Or say "), Code("/kaizen held"), Text(", and write what was decided behind the word Outcome.")),
            (Text("List what is to be done under Action items, as "), Code("- [ ] ..."), Text(".")),
            (Text("Then close this ticket."),),
        )
    ),
    Paragraph((Strong("Outcome:"),)),
    Heading((Text("Action items"),)),
)
"""What an agenda ends with. The last two are for people to fill in; empty as they are, they record nothing."""


def agenda(rooms: Iterable[Room], sitting: Sitting) -> tuple[Block, ...]:
    """Return an agenda: each part has a heading of its own and is bounded in length."""
    return (*(block for room in rooms for block in ROOMS[room](sitting)), *TO_DO)
