"""What ships with kaizend for recognising recurrences: weights and background, read from the package."""

from __future__ import annotations

from importlib import resources

from rules.recurrence.background import Background
from rules.recurrence.model import Model, read_background
from rules.recurrence.weights import read_weights


def shipped_model() -> Model:
    """Read the model that ships."""
    return Model(weights=read_weights(_text("weights.toml")), background=shipped_background())


def shipped_background() -> Background:
    """Read the table of common words that ships."""
    return read_background(_text("background.toml"))


def _text(name: str) -> str:
    return (resources.files("rules") / "recurrence" / name).read_text(encoding="utf-8")
