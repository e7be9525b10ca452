"""The weights: what each feature is worth, from a file that `make weights` writes."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass

from rules.errors import RulesError
from rules.recurrence.features import NAMES


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """A logistic model: one figure a feature, and where it begins."""

    intercept: float
    by_name: Mapping[str, float]

    def probability(self, features: Mapping[str, float]) -> float:
        """Return how probable it is that a pair is one problem, 0 to 1."""
        score = self.intercept + sum(weight * features[name] for name, weight in self.by_name.items())
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))

    def telling(self, features: Mapping[str, float]) -> tuple[tuple[str, float], ...]:
        """Return what each feature added to the score, the strongest first."""
        added = ((name, weight * features[name]) for name, weight in self.by_name.items())
        return tuple(sorted(added, key=lambda each: (-abs(each[1]), each[0])))


def read_weights(text: str, file: str = "weights.toml") -> Weights:
    """Read the weights. Raises RulesError if a feature lacks its weight or one is not known."""
    try:
        said = tomllib.loads(text)
        weights = Weights(
            intercept=float(said["intercept"]), by_name={name: float(value) for name, value in said["weights"].items()}
        )
    except (tomllib.TOMLDecodeError, KeyError, ValueError, TypeError, AttributeError) as error:
        raise RulesError(f"{file}: not a file of weights ({error}); `make weights` writes one") from error
    odd = sorted(set(NAMES) ^ set(weights.by_name))
    if odd:
        raise RulesError(
            [f"{file}: the weights do not fit the features: {', '.join(odd)}; `make weights` makes them anew"]
        )
    return weights
