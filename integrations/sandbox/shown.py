"""What the sandbox's page needs to know of a source: its tickets, what was said and what happened."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A ticket's line in the list."""

    source: str
    key: str  # "acme/shop#7", "OPS-7"
    title: str
    state: str  # in the tracker's words: "open", "In Progress"
    open: bool
    author: str
    updated_at: datetime
    labels: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()
    comments: int = 0
    touched: bool = False  # filed or commented on by us
    checked: str = ""  # the worst that a status says on its head: "failure", "success"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A comment."""

    author: str
    at: datetime
    text: str
    ours: bool = False
    signs: tuple[str, ...] = ()  # reactions: "+1 kaizen-bot"


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """An event: "labeled needs-owner"."""

    actor: str
    at: datetime
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What the newest status of a context says on the head of a change."""

    context: str
    state: str  # "success", "failure", "pending", "error"
    description: str
    url: str
    author: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """A ticket's own page. `facts` are (name, value) lines: milestone, due date, priority."""

    summary: Summary
    text: str
    facts: tuple[tuple[str, str], ...] = ()
    said: tuple[Said, ...] = ()
    happened: tuple[Happened, ...] = ()
    checks: tuple[Checked, ...] = ()


class Shown(Protocol):
    """A source as the page shows it."""

    name: str  # "acme/shop", "OPS"
    markup: Literal["markdown", "wiki"]

    def tickets(self) -> Iterable[Summary]:
        """Return all tickets, in any order."""

    def ticket(self, key: str) -> Thread | None:
        """Return one ticket; None if it is not there."""

    def find(self, path: str) -> str | None:
        """Return the key of the ticket whose web address has this path: "/acme/shop/issues/7"."""
