"""Fixes: when a ticket was closed, and when what fixed it took effect: deployed or released where that is known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from rules.fact_work import not_done
from rules.memory import Fix
from rules.model import Event, Release, Ticket
from rules.reopenings import turn

PATIENCE = timedelta(days=30)
"""A change that is not deployed so long after it was merged is not waited for: deployments are not told of here."""
CLOSED, WAITS = "closed", "not deployed yet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """A stretch in which a ticket was closed; it is over when the ticket was opened again."""

    at: datetime
    over: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """A merged change that names a ticket."""

    source: str
    key: str
    base: str
    sha: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollout:
    """A successful deployment of a commit, and when that commit was merged into which branch, where it is known."""

    sha: str
    at: datetime
    base: str = ""
    merged: datetime | None = None


def closings(ticket: Ticket, events: Iterable[Event]) -> tuple[Closing, ...]:
    """Return when a ticket was closed, oldest first, as its events (oldest first) and its state tell."""
    found: list[Closing] = []
    for event in events:
        opened = turn(event)
        if opened is True and found and found[-1].over is None:
            found[-1] = Closing(at=found[-1].at, over=event.at)
        elif opened is False and (not found or found[-1].over is not None):
            found.append(Closing(at=event.at))
    going_on = bool(found) and found[-1].over is None
    if ticket.phase == "done" and ticket.closed is not None:
        found = found[:-1] if going_on else found
        found.append(Closing(at=ticket.closed))
    elif going_on:
        found[-1] = Closing(at=found[-1].at, over=ticket.updated)
    return tuple(found)


def effective(
    ticket: Ticket,
    history: Sequence[Closing],
    merges: Iterable[Merge],
    rollouts: Sequence[Rollout],
    releases: Sequence[Release],
    now: datetime,
) -> Fix | None:
    """Return when the fix of a ticket's last closing took effect; None if it never was closed, or not as done.

    `rollouts` and `releases` are those of the source that the fix was merged into, oldest first; a Jira ticket's own
    version counts there. What is merged counts from its first deployment, else from the next release, where the source
    has such; all else from the closing.
    """
    if not history or (ticket.phase == "done" and not_done(ticket.resolution)):
        return None
    last, before = history[-1], history[-2].over if len(history) > 1 else None
    version = next((each for each in releases if ticket.milestone and each.name == ticket.milestone), None)
    if version is not None and version.released is not None:
        return Fix(at=version.released, how=f"released in {version.name}")
    since = [each for each in merges if before is None or each.at > before]
    ours = [each for each in since if last.over is None or each.at <= last.over]
    if not ours:
        return Fix(at=last.at, how=CLOSED)
    return _shipped(max(ours, key=lambda each: each.at), last, rollouts, releases, now)


def _shipped(
    change: Merge, last: Closing, rollouts: Sequence[Rollout], releases: Sequence[Release], now: datetime
) -> Fix:
    deployed = next((each for each in rollouts if _carries(each, change)), None)
    if deployed is not None:
        return Fix(at=deployed.at, how=f"{change.key} was deployed")
    waits = now - change.at <= PATIENCE
    if rollouts:
        return Fix(at=None, how=WAITS) if waits else Fix(at=last.at, how=CLOSED)
    told = [each for each in releases if each.released is not None and not each.prerelease]
    released = next((each for each in told if each.released and each.released >= change.at), None)
    if released is not None:
        return Fix(at=released.released, how=f"{change.key} was released in {released.name}")
    return Fix(at=None, how=WAITS) if told and waits else Fix(at=last.at, how=CLOSED)


def _carries(rollout: Rollout, change: Merge) -> bool:
    """Tell whether a deployment holds a change: its own commit, or what was merged or, if unknown, deployed later."""
    if rollout.sha == change.sha:
        return True
    if rollout.merged is not None:
        return rollout.base == change.base and rollout.merged >= change.at
    return rollout.at >= change.at
