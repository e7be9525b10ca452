"""Which way through a workflow: by where it leads and what it asks for, never by its name alone. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from integrations.jira.payloads import PHASES
from rules.model import Phase, Reason

COMPLETED = ("Done", "Fixed", "Completed", "Complete", "Resolved", "Implemented")
NOT_PLANNED = ("Won't Do", "Won't Fix", "Not Planned", "Declined", "Rejected", "Cancelled", "Canceled", "Obsolete")
DUPLICATE = ("Duplicate", "Duplicated", "Duplicate Issue", "Closed as Duplicate")
"""What resolutions and statuses are called, the best first."""
FITTING: Mapping[Reason, tuple[str, ...]] = {
    "completed": COMPLETED,
    "not_planned": NOT_PLANNED,
    "duplicate": DUPLICATE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A transition to take, and the fields to send with it."""

    id: str
    fields: Mapping[str, Any]


class NoWay(Exception):
    """No transition leads there; the text says which there are, or what they ask for."""


def choose(transitions: Sequence[Mapping[str, Any]], phases: Sequence[Phase], resolutions: Sequence[str]) -> Way:
    """Choose a transition into one of the phases, the first phase that has one, that we can satisfy.

    `resolutions` are names to close with, the best first; none for a move that closes nothing. Raises NoWay.
    """
    refused: list[str] = []
    for phase in phases:
        leading = [one for one in transitions if _phase(one) == phase]
        for one in sorted(leading, key=lambda one: _unlikely(one, resolutions)):
            fields, lacking = _fields(one, resolutions)
            lacking = lacking or _unsaid(one, fields, resolutions)
            if not lacking:
                return Way(id=str(one["id"]), fields=fields)
            refused.append(f"'{one['name']}' asks for {', '.join(lacking)}")
    if refused:
        raise NoWay("; ".join(refused))
    names = ", ".join(f"'{one['name']}' (to {one['to']['name']})" for one in transitions) or "none"
    raise NoWay(f"no transition leads to {' or '.join(phases)}; there are: {names}")


def wanted(phase: Phase, resolution: str) -> tuple[str, ...]:
    """Return the resolutions that will do for a move to a phase, the named one alone if one is named."""
    if phase != "done":
        return ()
    return (resolution,) if resolution else COMPLETED


def _phase(transition: Mapping[str, Any]) -> Phase:
    return PHASES.get(transition["to"]["statusCategory"]["key"], "new")


def _unlikely(transition: Mapping[str, Any], resolutions: Sequence[str]) -> int:
    """Rank a transition by what its end is called: closing as done must not end in "Cancelled", nor the reverse."""
    if not resolutions:
        return 0
    ends = {transition["to"]["name"].lower(), transition["name"].lower()}
    if ends & {one.lower() for one in resolutions}:
        return 0
    others = {one.lower() for one in (*COMPLETED, *NOT_PLANNED)} - {one.lower() for one in resolutions}
    return 2 if ends & others else 1


def _fields(transition: Mapping[str, Any], resolutions: Sequence[str]) -> tuple[dict[str, Any], list[str]]:
    """Return the fields to send, and those that are required and that we cannot fill."""
    fields: dict[str, Any] = {}
    lacking = []
    for name, about in (transition.get("fields") or {}).items():
        must = about.get("required") and not about.get("hasDefaultValue")
        if name == "resolution" and resolutions:
            allowed = [one["name"] for one in about.get("allowedValues") or ()]
            value = _first(resolutions, allowed)
            if value:
                fields[name] = {"name": value}
            elif must or len(resolutions) == 1:
                lacking.append(f"a resolution out of {', '.join(allowed) or 'none'}")
        elif must:
            lacking.append(about.get("name") or name)
    return fields, lacking


def _unsaid(transition: Mapping[str, Any], fields: Mapping[str, Any], resolutions: Sequence[str]) -> list[str]:
    """Return what is lacking where nothing would tell a duplicate from what is done."""
    told = resolutions is not DUPLICATE or "resolution" in fields or not _unlikely(transition, resolutions)
    return [] if told else [f"no resolution: '{DUPLICATE[0]}' cannot be said there"]


def _first(wishes: Sequence[str], allowed: Sequence[str]) -> str:
    """Return the first wish that is allowed, as it is written there."""
    known = {one.lower(): one for one in allowed}
    return next((known[wish.lower()] for wish in wishes if wish.lower() in known), "")
