"""An input's config -> constructor. To add a kind of input, add its line to SIGNALS."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from importlib import import_module
from typing import cast

from integrations.base import SignalSource
from integrations.http import Line
from integrations.inputs.config import PageConfig, PrometheusConfig, TableConfig

InputConfig = PrometheusConfig | TableConfig | PageConfig
Clock = Callable[[], datetime]

SIGNALS: Mapping[type[InputConfig], tuple[str, str]] = {
    PrometheusConfig: ("integrations.inputs.prometheus", "Prometheus"),
    TableConfig: ("integrations.inputs.table", "TableFile"),
    PageConfig: ("integrations.inputs.page", "Page"),
}
"""The config of a kind of input -> module and class, imported when the first input of the kind is built."""


def build_signal(config: InputConfig, line: Line, clock: Clock) -> SignalSource:
    """Construct the source that a config describes; nothing is read yet."""
    module, name = SIGNALS[type(config)]
    constructor = getattr(import_module(module), name)
    return cast("SignalSource", constructor(config, line, clock))


def where(name: str) -> str:
    """Name an input in errors, as the config does."""
    return f"[inputs.{name}]"
