"""Baseline: what holds now on an old project, and is to be left alone for as long as it goes on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from rules.evaluate import evaluate
from rules.memory import Episode
from worker.ledger_baseline import Chosen
from worker.remembered import remembered
from worker.worker import Worker


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """On how many tickets a rule holds."""

    fresh: int = 0  # first seen now
    going_on: int = 0  # seen by a pass before: it may have acted on them
    known: int = 0  # in a baseline already


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What holds now."""

    episodes: tuple[tuple[str, Episode], ...]  # by the tickets' uids: those that are in no baseline yet
    rules: Mapping[str, Standing]  # those that hold anywhere, in the policy's order
    unread: Mapping[str, str]  # chosen sources of which nothing is concluded, and why


def find(worker: Worker, chosen: Chosen, now: datetime, *, progress: Callable[[int], None] | None = None) -> Found:
    """Evaluate all tickets of the sources over the mirror, and return where the rules hold. Writes nothing."""
    sources = [name for name in worker.trackers if chosen.sources is None or name in chosen.sources]
    unread = {name: why for name, why in worker.mirror.unreadable(worker.trackers).items() if name in sources}
    episodes: list[tuple[str, Episode]] = []
    counts: Counter[tuple[str, str]] = Counter()
    tickets = (ticket for name in sources if name not in unread for ticket in worker.mirror.tickets(name))
    for looked, (ticket, memory) in enumerate(remembered(worker, tickets), 1):
        if progress is not None:
            progress(looked)
        for held in evaluate(worker.policy, ticket, memory, now).holding:
            if not chosen.has(held.rule.id, ticket.source):
                continue
            counts[held.rule.id, _of(held.episode, memory.episodes)] += 1
            if held.episode.baseline is None:
                episodes.append((ticket.uid, held.episode))
    return Found(episodes=tuple(episodes), rules=_by_rule(worker, counts), unread=unread)


def _of(episode: Episode, remembered: tuple[Episode, ...]) -> str:
    if episode.baseline is not None:
        return "known"
    return "going_on" if episode in remembered else "fresh"


def _by_rule(worker: Worker, counts: Counter[tuple[str, str]]) -> Mapping[str, Standing]:
    rules = [rule.id for rule in worker.policy.rules if any(rule.id == name for name, _ in counts)]
    return {
        rule: Standing(fresh=counts[rule, "fresh"], going_on=counts[rule, "going_on"], known=counts[rule, "known"])
        for rule in rules
    }
