"""What each kind of input needs to know, as the config gives it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

TIMEOUT = (5.0, 15.0)
"""Seconds to connect, seconds between bytes; twice their sum ends an answer, however slowly it drips."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrometheusConfig:
    """An instant query."""

    name: str
    base_url: str  # "https://prometheus.acme.example", or what speaks its API, path included
    query: str
    token: str = field(default="", repr=False)  # sent as a bearer token, if there is one
    timeout: tuple[float, float] = TIMEOUT


@dataclass(frozen=True, slots=True, kw_only=True)
class TableConfig:
    """A file of rows, of which the newest counts."""

    name: str
    kind: Literal["csv", "json"]
    file: Path  # absolute
    shown: str  # the file as the config names it, for errors
    date: str  # the column, or key, with the ISO date of a row


@dataclass(frozen=True, slots=True, kw_only=True)
class PageConfig:
    """A page, as old as the server says it is."""

    name: str
    url: str
    timeout: tuple[float, float] = TIMEOUT
