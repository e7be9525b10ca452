"""Trust: what people's verdicts allow a resemblance to do in a project, and which signatures have lost their credit."""

from __future__ import annotations

import math
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from rules.recurrence.judge import HIGHEST, Thresholds

STRONG, LIKELY = "B", "C"
"""The tiers of a resemblance. Only people, links and machines make a pair certain: "A"."""
TRIED = 50
"""So many verdicts on strong matches there are, all in shadow, before the first is acted upon."""
LAST = 50
"""So many verdicts, the newest, tell how often strong matches are right."""
TRUSTED = 0.8
"""A strong match may open a ticket again as long as at least this share is right, by the lower bound."""
ACTIONS, REJECTED = 10, 2
"""So many rejections among so many answered actions, and strong matches go back to the shadow."""
CREDIT = 2
"""So many rejections, and a signature makes no match strong any more in its project."""
ACCEPTED, STRICTER = 0.1, 1.5
"""Of the last answered suggestions fewer were accepted: the threshold is raised by this factor."""
Z = 1.96
"""Of a 95 % confidence interval."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A verdict of people's: what they did shows that a resemblance was right or wrong."""

    tier: str
    correct: bool
    acted: bool = False  # we had done something about it
    signature: str = ""  # the rarest one common to both


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """What strong matches may do in a project, and why."""

    judged: int  # verdicts on strong matches in all
    right: int  # of the last of them
    last: int  # how many those are
    counted: int  # since strong matches last were in the shadow for good reason
    reopens: bool  # the owner of the source let them open tickets again
    fallen: bool = False  # they were sent back to the shadow

    @property
    def bounds(self) -> tuple[float, float]:
        """The confidence interval of the share that is right, 0 to 1."""
        return wilson(self.right, self.last)

    @property
    def acts(self) -> bool:
        """Tell whether a strong match is linked and labelled."""
        return self.counted >= TRIED

    @property
    def opens(self) -> bool:
        """Tell whether a strong match opens again what was fixed."""
        return self.acts and self.reopens and self.bounds[0] >= TRUSTED

    @property
    def why(self) -> str:
        """Say in a sentence why strong matches may do what they may."""
        if not self.acts:
            back = f": people rejected {REJECTED} of {ACTIONS} actions" if self.fallen else ""
            return f"strong matches are in shadow{back}; {self.counted} of {TRIED} verdicts are there to try them"
        if self.opens:
            return "strong matches are linked, labelled, and open again what was fixed"
        if not self.reopens:
            return "strong matches are linked and labelled; reopen_by_text does not name the source"
        return f"strong matches are linked and labelled; to open tickets again the lower bound has to be {TRUSTED:.0%}"


def gate(verdicts: Sequence[Given], *, reopens: bool) -> Gate:
    """Return what strong matches may do, by all verdicts of a project, oldest first."""
    strong = [each for each in verdicts if each.tier == STRONG]
    counted, fallen = 0, False
    answered: deque[bool] = deque(maxlen=ACTIONS)
    for each in strong:
        counted += 1
        if each.acted:
            answered.append(each.correct)
        if answered.count(False) >= REJECTED:
            counted, fallen = 0, True
            answered.clear()
    last = strong[-LAST:]
    right = sum(each.correct for each in last)
    return Gate(judged=len(strong), right=right, last=len(last), counted=counted, reopens=reopens, fallen=fallen)


def wilson(right: int, judged: int) -> tuple[float, float]:
    """Return the Wilson score interval of a share (E. B. Wilson, 1927); of nothing it is anything."""
    if not judged:
        return 0.0, 1.0
    share, spread = right / judged, Z * Z / judged
    middle = (share + spread / 2) / (1 + spread)
    half = Z * math.sqrt(share * (1 - share) / judged + spread / (4 * judged)) / (1 + spread)
    return max(0.0, middle - half), min(1.0, middle + half)


def discredited(verdicts: Iterable[Given]) -> frozenset[str]:
    """Return the signatures by which people were misled so often that they make no match strong any more."""
    rejected = Counter(each.signature for each in verdicts if each.signature and not each.correct)
    return frozenset(signature for signature, count in rejected.items() if count >= CREDIT)


def stricter(thresholds: Thresholds, verdicts: Iterable[Given]) -> Thresholds:
    """Raise the threshold of suggestions, once for each stretch of answers of which people accepted hardly any."""
    raised, answers = 0, 0
    accepted: deque[bool] = deque(maxlen=LAST)
    for each in (one for one in verdicts if one.tier == LIKELY):
        accepted.append(each.correct)
        answers += 1
        if answers >= LAST and accepted.count(True) < ACCEPTED * LAST:
            raised, answers = raised + 1, 0
            accepted.clear()
    likely = max(thresholds.likely, min(HIGHEST, thresholds.likely * STRICTER**raised))
    return replace(thresholds, likely=likely)
