"""What a card says of the gates behind a rule: for what they are closed, since when, why, and where their page is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rules.fact_asked import Asked
from rules.fact_gates import holding, waiting
from rules.gates.ruling import FIRST
from rules.gates.states import GateState
from rules.model import Line, Link, Text
from rules.rule import Rule
from rules.texts import About, clipped

SUBJECT = "subject"
PAGE = "its page"


def behind(rule: Rule, about: About) -> tuple[GateState, ...]:
    """Return the closed gates by which a gate's rule holds for a ticket; none for any other rule."""
    if not rule.gate:
        return ()
    today = about.policy.calendar.today(about.now)
    asked = Asked(about.ticket, about.kind, about.memory, about.policy, today)
    found = waiting(asked) if rule.id.endswith(f".{FIRST}") else holding(asked)
    return tuple(state for state in found if state.gate == rule.gate)


def subject_of(states: Iterable[GateState]) -> Mapping[str, Line]:
    """Return what stands for `{subject}` in a gate's text."""
    subjects = ", ".join(dict.fromkeys(state.subject for state in states if state.subject))
    return {SUBJECT: (Text(clipped(subjects)),)} if subjects else {}


def closings(rule: Rule, about: About) -> list[Line]:
    """Word each closing: since when, why, and its page."""
    return [_closing(state, about) for state in behind(rule, about)]


def told(rule: Rule, about: About) -> tuple[tuple[str, str], ...]:
    """Return what is said of the gates, for the essence of a card."""
    return tuple((state.name, f"{state.number} {state.url}") for state in behind(rule, about))


def _closing(state: GateState, about: About) -> Line:
    day = about.policy.calendar.date_of(state.since).isoformat()
    why = clipped("; ".join(state.because))
    words = Text(f"Closed{f' for {state.subject}' if state.subject else ''} since {day}: {why}")
    return (words, Text(", see "), Link(PAGE, state.url)) if state.url else (words,)
