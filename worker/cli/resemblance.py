"""What a ticket resembles, as `kaizend recurrence show` tells it: candidates, what counts most, the project's gate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rich.table import Table
from rich.text import Text

from rules.facts import kind_of
from rules.memory import Memory
from rules.model import Ticket
from rules.recurrence.judge import Candidate
from rules.recurrence.problems import is_problem
from rules.recurrence.tokens import spoken
from rules.recurrence.trust import LIKELY, STRONG, Gate
from rules.resembling import signatures_in_words
from rules.texts import clipped
from worker.recurrence.comparing import Compared, Comparing, comparing
from worker.recurrence.likenesses import Verdict
from worker.worker import Worker

LISTED, TELLING = 5, 3
"""Candidates that are shown, and what counts most of each."""
ANY = "D"
"""The tier of what is only shown when somebody asks for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidacy:
    """An earlier ticket that a ticket is compared with, as it is shown."""

    ticket: Ticket
    tier: str
    score: float
    telling: tuple[tuple[str, float], ...]  # what added to the score or took from it, the strongest first
    signatures: tuple[str, ...]
    words: tuple[str, ...]
    state: str  # "suggested", "in shadow", "linked", "right: ...", "wrong: ...", ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resemblance:
    """What a ticket resembles now, and what strong matches may do in its project."""

    source: str
    gate: Gate
    threshold: float  # from which on candidates are suggested
    candidates: tuple[Candidacy, ...]
    kinds: tuple[str, ...] = ()  # what a ticket has to be to be compared by itself, if this one is not

    def lines(self) -> Iterator[str]:
        """Yield the gate in sentences."""
        low, high = self.gate.bounds
        last = f"{self.gate.right} of the last {self.gate.last} verdicts on strong matches were right"
        said = f"{last} ({low:.0%} to {high:.0%})" if self.gate.last else "nobody has judged a strong match yet"
        yield f"In {self.source} {said}: {self.gate.why}. Suggested from a score of {self.threshold:.2f} on."
        if self.kinds:
            yield f"It is none of {', '.join(self.kinds)}: it is compared only here, and nothing is suggested on it."
        yield "By their texts these resemble it most:" if self.candidates else "Nothing from before resembles it."

    def table(self) -> Table:
        """Return the candidates as a table."""
        table = Table(box=None, pad_edge=False)
        for name in ("ticket", "is", "tier", "score", "state", "counts most", "both show", "both say"):
            table.add_column(name, no_wrap=name in ("ticket", "score"))
        for each in self.candidates:
            telling = ", ".join(f"{name} {value:+.1f}" for name, value in each.telling)
            shown, said = ", ".join(signatures_in_words(each.signatures)), ", ".join(each.words)
            is_, score = f"{clipped(each.ticket.title, 60)} ({_phase(each.ticket)})", f"{each.score:.2f}"
            cells = (each.ticket.key, is_, each.tier, score, each.state, telling, clipped(shown, 80), clipped(said, 80))
            table.add_row(*(Text(cell) for cell in cells))
        return table

    def as_data(self) -> dict[str, Any]:
        """Return all of it for scripts."""
        low, high = self.gate.bounds
        return {
            "gate": {
                "source": self.source,
                "verdicts": self.gate.judged,
                "right": self.gate.right,
                "last": self.gate.last,
                "lower": low,
                "upper": high,
                "acts": self.gate.acts,
                "reopens": self.gate.opens,
                "why": self.gate.why,
            },
            "threshold": self.threshold,
            "compared": not self.kinds,
            "candidates": [
                {
                    "key": each.ticket.key,
                    "title": each.ticket.title,
                    "state": _phase(each.ticket),
                    "tier": each.tier,
                    "score": each.score,
                    "standing": each.state,
                    "features": dict(each.telling),
                    "signatures": list(each.signatures),
                    "words": list(each.words),
                }
                for each in self.candidates
            ],
        }


def resemblance(worker: Worker, ticket: Ticket, memory: Memory) -> Resemblance:
    """Compare a ticket with what was reported before it, whether anything was suggested or not."""
    with comparing(worker) as with_all:
        compared = with_all.compare(ticket)
        verdicts = with_all.known.verdicts()
        found: list[Candidacy] = []
        for candidate in compared.verdict.candidates[:LISTED]:
            other = worker.mirror.ticket(candidate.uid)
            if other is not None:
                verdict = verdicts.get(frozenset((ticket.uid, other.uid)))
                state = _answer(verdict) if verdict else _state(memory, other)
                tier = _tier(compared, candidate)
                found.append(_candidacy(with_all, compared, candidate, other, tier=tier, state=state))
    return Resemblance(
        source=ticket.source,
        gate=compared.gate,
        threshold=compared.thresholds.likely,
        candidates=tuple(found),
        kinds=_missed(worker, ticket, memory),
    )


def _missed(worker: Worker, ticket: Ticket, memory: Memory) -> tuple[str, ...]:
    """Return the kinds of which a ticket would have to be one; none if it is."""
    policy, today = worker.policy, worker.policy.calendar.today(worker.clock())
    if is_problem(policy.recurring, ticket, kind_of(ticket, memory, policy, today)):
        return ()
    return tuple(sorted(policy.recurring.kinds))


def _candidacy(
    with_all: Comparing, compared: Compared, candidate: Candidate, other: Ticket, *, tier: str, state: str
) -> Candidacy:
    return Candidacy(
        ticket=other,
        tier=tier,
        score=candidate.probability,
        telling=with_all.model.weights.telling(candidate.features)[:TELLING],
        signatures=candidate.signatures,
        words=spoken(f"{compared.ticket.title}\n{compared.ticket.body}", candidate.words),
        state=state,
    )


def _tier(compared: Compared, candidate: Candidate) -> str:
    if candidate.strong and candidate is compared.verdict.candidates[0]:
        return STRONG
    return LIKELY if candidate.probability >= compared.thresholds.likely else ANY


def _answer(verdict: Verdict) -> str:
    return f"{'right' if verdict.correct else 'wrong'}: {verdict.why}"


def _state(memory: Memory, other: Ticket) -> str:
    """Say what is done about a candidate."""
    found = next((each for each in memory.likenesses if each.other.uid == other.uid), None)
    if found is None:
        return "not suggested"
    return "suggested" if found.tier == LIKELY else "suggested, strong in shadow" if found.shadow else "linked"


def _phase(ticket: Ticket) -> str:
    return "done" if ticket.phase == "done" else "open"
