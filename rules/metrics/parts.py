"""Parts of a history: what counts in a window, and what is each subject's, so that it need not be sought again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from rules.metrics.model import Grain, History, Incident, Item, Rollout, Window

T = TypeVar("T")
Counts = Incident | Rollout | Item
NOBODY: frozenset[str] = frozenset()


def within(history: History, window: Window) -> History:
    """Return the part of a history that counts in a window: measures are the same, and found sooner."""
    incidents = tuple(each for each in history.incidents if any(map(window.holds, _moments(each))))
    rollouts = tuple(each for each in history.rollouts if window.holds(each.at))
    uids = {each.uid for each in incidents} | {each.uid for each in rollouts}
    return replace(
        history,
        incidents=incidents,
        set_aside=tuple(each for each in history.set_aside if window.holds(each.began)),
        rollouts=rollouts,
        causes=tuple(each for each in history.causes if each.incident in uids or each.rollout in uids),
        items=tuple(each for each in history.items if window.holds(each.at)),
        samples=tuple(each for each in history.samples if window.holds(each.at)),
    )


def _moments(incident: Incident) -> tuple[datetime | None, ...]:
    return incident.began, incident.reported, incident.detected, incident.responded, incident.resolved


def by_subject(history: History, grain: Grain) -> Mapping[str, History]:
    """Return what counts for each service, team or domain; something may count for several."""

    def theirs(each: Counts) -> frozenset[str]:
        return each.subjects.named(grain)

    owners = {each.uid: theirs(each) for each in history.rollouts} | {
        each.uid: theirs(each) for each in history.incidents
    }
    incidents, aside = _split(history.incidents, theirs), _split(history.set_aside, theirs)
    rollouts, items = _split(history.rollouts, theirs), _split(history.items, theirs)
    samples = _split(history.samples, lambda each: (each.subject,))
    causes = _split(history.causes, lambda each: owners.get(each.incident, NOBODY) | owners.get(each.rollout, NOBODY))
    return {
        name: replace(
            history,
            incidents=incidents.get(name, ()),
            set_aside=aside.get(name, ()),
            rollouts=rollouts.get(name, ()),
            causes=causes.get(name, ()),
            items=items.get(name, ()),
            samples=samples.get(name, ()),
        )
        for name in {*incidents, *aside, *rollouts, *items, *samples}
    }


def _split(things: Iterable[T], names: Callable[[T], Iterable[str]]) -> Mapping[str, tuple[T, ...]]:
    found: dict[str, list[T]] = {}
    for each in things:
        for name in names(each):
            found.setdefault(name, []).append(each)
    return {name: tuple(each) for name, each in found.items()}
