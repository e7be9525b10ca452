"""What each kind of number source needs to know, as the config gives it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

TIMEOUT = (5.0, 15.0)
"""Seconds to connect, seconds between bytes; twice their sum ends an answer, however slowly it drips."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrometheusNumbersConfig:
    """A query, and the label whose values name what its numbers are about; "" for one number of the whole."""

    name: str
    base_url: str  # "https://prometheus.acme.example", or what speaks its API, path included
    query: str
    subject: str = ""
    token: str = field(default="", repr=False)  # sent as a bearer token, if there is one
    timeout: tuple[float, float] = TIMEOUT


@dataclass(frozen=True, slots=True, kw_only=True)
class TableNumbersConfig:
    """A file of rows: the columns, or keys, of the date, the number, and what it is about; "" for the whole."""

    name: str
    kind: Literal["csv", "json"]
    file: Path  # absolute
    shown: str  # the file as the config names it, for errors
    date: str
    value: str
    subject: str = ""
