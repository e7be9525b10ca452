"""Facts of work: what people stated of a ticket, and what there is to show for it."""

from __future__ import annotations

import re

from rules.fact_asked import Asked, readable
from rules.putting_off import DEFERRING, plain
from rules.references import evidence_links

NOT_DONE = DEFERRING | {"duplicate", "cannotreproduce", "incomplete", "invalid", "notabug", "obsolete"}
"""Resolutions of what was closed without being done, as letters and digits alone: "Won't Do" is "wontdo"."""
DATE_ONLY = re.compile(
    r"Due \d{4}-\d{2}-\d{2}", re.ASCII
)  # a milestone of ours: it keeps a due date, and plans nothing


def stated(asked: Asked, what: str) -> int:
    """Count what people stated of this sort."""
    return sum(each.what == what for each in asked.memory.statements)


def declined(asked: Asked) -> bool:
    """Tell whether it was closed without being done."""
    return asked.ticket.phase == "done" and not_done(asked.ticket.resolution)


def not_done(resolution: str) -> bool:
    """Tell whether a resolution means that it was not done."""
    return plain(resolution) in NOT_DONE


def planned(asked: Asked) -> bool:
    """Tell whether it is in a sprint, or in a milestone that is more than a due date of ours."""
    ticket = asked.ticket
    return bool(ticket.sprint) or bool(ticket.milestone and not DATE_ONLY.fullmatch(ticket.milestone))


def merged(asked: Asked) -> list[str]:
    """Return the keys of the merged changes that name it."""
    return [work.key for work in asked.memory.work if work.state == "merged"]


def evidence(asked: Asked) -> list[str]:
    """Return the merged changes, what people gave as evidence, and the links in "Evidence:" lines."""
    stated = [said.value for said in asked.memory.statements if said.what == "evidence"]
    return list(dict.fromkeys(map(readable, (*merged(asked), *stated, *evidence_links(asked.ticket.body)))))
