"""Spoken: what was posted and filed for the episodes that go on; its marks may be deleted, the card keeps them then."""

from __future__ import annotations

from collections.abc import Iterator

from rules.actions import FileTicket, Post, Verb
from rules.moves import View


def spoken(view: View) -> Iterator[str]:
    """Yield the ids of the posts and filings that were done, or are on their way, for rules that hold."""
    for held in view.holding:
        began = f"e{held.episode.number}"
        steps = range(1, len(held.rule.steps) + 1)
        asked: list[tuple[str, type[Verb]]] = [(f"{began}.comment", Post)] if held.rule.comment else []
        asked += [(f"{began}.s{number}", verb) for number in steps for verb in (Post, FileTicket)]
        for occasion, verb in asked:
            op_id = view.op_id(held.rule.id, occasion, verb)
            if op_id in view.memory.done:
                yield op_id
