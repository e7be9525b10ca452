"""A signal's config -> constructor. To add a kind of number source, add its line to NUMBERS."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from importlib import import_module
from typing import cast

from integrations.base import NumberSource
from integrations.http import Line
from integrations.numbers.config import PrometheusNumbersConfig, TableNumbersConfig

NumberConfig = PrometheusNumbersConfig | TableNumbersConfig
Clock = Callable[[], datetime]

NUMBERS: Mapping[type[NumberConfig], tuple[str, str]] = {
    PrometheusNumbersConfig: ("integrations.numbers.prometheus", "PrometheusNumbers"),
    TableNumbersConfig: ("integrations.numbers.table", "TableNumbers"),
}
"""The config of a kind of number source -> module and class, imported when the first of the kind is built."""


def build_numbers(config: NumberConfig, line: Line, clock: Clock) -> NumberSource:
    """Construct the source that a config describes; nothing is read yet."""
    module, name = NUMBERS[type(config)]
    constructor = getattr(import_module(module), name)
    return cast("NumberSource", constructor(config, line, clock))


def server_of(config: NumberConfig) -> str:
    """Return what several signals may share, and with it a server's wish to be left alone; "" for a file."""
    return config.base_url if isinstance(config, PrometheusNumbersConfig) else ""


def where(name: str) -> str:
    """Name a signal in errors, as the config does."""
    return f"[signals.{name}]"
