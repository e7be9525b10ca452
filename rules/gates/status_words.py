"""What the one status on a change says of all gates together: its state, a line, and where to read on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rules.gates.changes import Said
from rules.people import called
from rules.policy import Policy

CONTEXT = "kaizend/gate"
"""What the status is called: a repository can make it a required check."""
LONGEST = 140  # characters of a status's line
OPEN = "No gate holds this change."
HELD = "Held by {name}{more}"
UNSURE = "Open, though {name} cannot be judged"
LET = "Let through {name}: {clause}"
WAIVED = "Waived by {who} until {until}: {name}"
PEOPLE_MARK = "@"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The status that a change is to have."""

    state: Literal["success", "failure"]
    said: str  # what it says, less the figures that change from day to day: a new status is set when this changes
    description: str  # the whole line
    url: str = ""
    because: tuple[str, ...] = ()
    gates: frozenset[str] = frozenset()


def wanted(policy: Policy, saids: Sequence[Said]) -> Wanted:
    """Return the status that says what the gates say of a change: the first that holds it, else why it goes through."""
    held = [said for said in saids if said.what == "held"]
    if held:
        return _held(held)
    order = ("waived", "let", "open")
    telling = sorted((said for said in saids if _tells(said)), key=lambda said: order.index(said.what))
    if not telling:
        return Wanted(state="success", said=OPEN, description=OPEN, because=("no gate holds it",))
    first = telling[0]
    line = plain(_through(policy, first))
    said, whole = _lines(line, first.state.unsure if first.what == "open" else "")
    return Wanted(
        state="success",
        said=said,
        description=whole,
        url=first.state.url,
        because=(line,),
        gates=frozenset({first.gate.id}),
    )


def short_name(said: Said) -> str:
    """Return what a gate is called on a status: its own id and its subject, without the pack's name."""
    own = said.gate.id.rpartition("/")[2]
    return f"{own} ({said.state.subject})" if said.state.subject else own


def plain(text: str) -> str:
    """Return a line as a status shows it: one line, nothing in it that addresses a person."""
    return " ".join(text.replace(PEOPLE_MARK, "").split())


def says(shown: str, it: Wanted) -> bool:
    """Tell whether a status shows what is to be said, but for its figures."""
    there, said = _bare(shown), _bare(it.said)
    return there == said or (said.endswith(":") and there.startswith(said))


def _held(held: Sequence[Said]) -> Wanted:
    first = held[0]
    more = f" and {len(held) - 1} more" if len(held) > 1 else ""
    line = HELD.format(name=short_name(first), more=more) + (", which cannot be judged" if first.state.unsure else "")
    why = first.state.unsure or first.gate.say.replace("{subject}", first.state.subject)
    said, whole = _lines(plain(line), why or next(iter(first.state.because), ""))
    return Wanted(
        state="failure",
        said=said,
        description=whole,
        url=first.state.url,
        because=tuple(_reason(said) for said in held),
        gates=frozenset(said.gate.id for said in held),
    )


def _reason(said: Said) -> str:
    why = said.state.unsure or ", ".join(said.state.because)
    return f"{said.state.name} is closed{f': {why}' if why else ''}"


def _tells(said: Said) -> bool:
    return said.what in ("waived", "let") or bool(said.state.unsure)


def _through(policy: Policy, said: Said) -> str:
    """Return why a change goes through."""
    name = short_name(said)
    if said.waiver is not None:
        who = called(policy, said.waiver.source, said.waiver.by)
        return WAIVED.format(who=who, until=said.waiver.until.isoformat(), name=name)
    return LET.format(name=name, clause=said.clause) if said.what == "let" else UNSURE.format(name=name)


def _lines(line: str, figures: str) -> tuple[str, str]:
    """Return what a status says without and with its figures, each no longer than it may be."""
    lead = f"{line}:" if figures else line
    return _cut(lead), _cut(plain(f"{lead} {figures}"))


def _cut(text: str) -> str:
    units = text.encode("utf-16-le")
    if len(units) <= LONGEST * 2:
        return text
    return units[: (LONGEST - 1) * 2].decode("utf-16-le", "ignore").rstrip() + "\u2026"


def _bare(text: str) -> str:
    return " ".join(text.replace("\u200b", "").split())
