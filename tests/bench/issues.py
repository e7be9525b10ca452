"""Made-up issues of realistic size: text, labels, people and times like those of a large public repository."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

SEED = 1
ENGLISH = (
    "the a of to in is it that when after before not only server client page list build test deploy cache query "
    "index table memory socket thread timeout retry error warning crash slow empty wrong missing duplicate upgrade "
    "login session token user request response header payload field value default option config release branch"
)
NOT_ENGLISH = "schéma größe naïve → “quoted” für Zürich"
WORDS, FOREIGN = ENGLISH.split(), NOT_ENGLISH.split()
LABELS = tuple(f"{area}:{name}" for area in ("area", "os", "status") for name in ("one", "two", "three", "four"))
PEOPLE = tuple(f"person-{number}" for number in range(60))
BODY_MEDIAN, BODY_SPREAD, BODY_LONGEST = 430, 1.0, 8000
"""Characters: log-normal, as in the issues of large public repositories (mean about 650)."""
FOREIGN_SHARE = 0.05
"""Of the texts, how many hold more than ASCII."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """One issue."""

    title: str
    body: str
    labels: tuple[str, ...]
    author: str
    assignees: tuple[str, ...]
    created: datetime
    updated: datetime
    closed: datetime | None


def made_issues(count: int, now: datetime) -> Iterator[Made]:
    """Make issues of three years, oldest first, the last one an hour old; the same for the same arguments."""
    dice = random.Random(SEED)  # noqa: S311 - text for a measurement
    every = timedelta(days=3 * 365) / count
    for number in range(count):
        created = (now - timedelta(hours=1) - every * (count - 1 - number)).replace(microsecond=0)
        updated = created + (now - created) * dice.random() * 0.5
        closed = updated if dice.random() < 0.7 else None
        yield Made(
            title=text(dice, 60),
            body=text(dice, min(int(dice.lognormvariate(0, BODY_SPREAD) * BODY_MEDIAN), BODY_LONGEST)),
            labels=tuple(dice.sample(LABELS, dice.randrange(4))),
            author=dice.choice(PEOPLE),
            assignees=(dice.choice(PEOPLE),) if dice.random() < 0.4 else (),
            created=created,
            updated=updated.replace(microsecond=0),
            closed=closed.replace(microsecond=0) if closed else None,
        )


def text(dice: random.Random, length: int) -> str:
    """Return about so many characters of words, in lines."""
    words = dice.choices(WORDS, k=max(1, length // 6))
    if dice.random() < FOREIGN_SHARE:
        words[0] = dice.choice(FOREIGN)
    lines = [" ".join(words[at : at + 12]) for at in range(0, len(words), 12)]
    return "\n".join(lines)
