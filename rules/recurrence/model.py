"""The model that ships: weights and background, as read from the text of their files."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field

from rules.errors import RulesError
from rules.recurrence.background import Background
from rules.recurrence.judge import Thresholds
from rules.recurrence.weights import Weights


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """All that a verdict depends on besides the tickets."""

    weights: Weights
    background: Background
    thresholds: Thresholds = field(default_factory=Thresholds)


def read_background(text: str, file: str = "background.toml") -> Background:
    """Read the table of common words: [shares] with lists of words by their share of tickets, in per mille."""
    try:
        shares = {
            word: int(rate) / 1000 for rate, words in tomllib.loads(text)["shares"].items() for word in words.split()
        }
    except (tomllib.TOMLDecodeError, KeyError, ValueError, AttributeError) as error:
        raise RulesError(f"{file}: not a table of words ({error})") from error
    return Background(shares=shares)
