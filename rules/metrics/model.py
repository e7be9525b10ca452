"""What metrics are computed of, and what comes of it. Moments are aware and in UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from rules.governance import Section

Measured = Literal[
    "incidents",
    "time-to-detect",
    "time-to-respond",
    "time-to-resolve",
    "change-failure-rate",
    "deployments",
    "lead-time",
    "load",
    "support",
    "improvement-share",
    "signal",
]
"""What a [[metric]] measures. "signal" is a number from outside: an error budget, a satisfaction score."""
Grain = Literal["all", "service", "team", "domain"]
"""By what a metric is split."""
Statistic = Literal["mean", "median", "p90", "rate", "count", "share", "last"]
"""What is made of the single values: "p90" is what nine tenths stay below, "last" the newest."""
Linked = Literal["stated", "revert", "window"]
"""What tells that a change caused an incident, the most certain first: people, a revert, nearness in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subjects:
    """What something is counted for."""

    services: frozenset[str] = frozenset()
    teams: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()

    def named(self, grain: Grain) -> frozenset[str]:
        """Return its subjects of a grain; of "all" the one subject ""."""
        match grain:
            case "service":
                return self.services
            case "team":
                return self.teams
            case "domain":
                return self.domains
            case _:
                return frozenset({""})


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A stretch of time: with its start, without its end."""

    start: datetime
    end: datetime
    name: str = ""  # the slot's, "2026-W48", "2026-11", "2026-Q4"; "" for any other stretch

    def holds(self, moment: datetime | None) -> bool:
        """Tell whether a moment lies in it."""
        return moment is not None and self.start <= moment < self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """An incident, as far as the tracker tells how it went."""

    uid: str
    key: str
    url: str
    subjects: Subjects
    began: datetime  # when the trouble began where that is told, else when it was reported
    reported: datetime
    detected: datetime | None = None  # where told
    responded: datetime | None = None  # somebody took it: the first assignment, status change or comment by a person
    resolved: datetime | None = None  # its last closing that lasted; none: open, or its closing does not count
    excluded: str = ""  # why its closing does not count: "closed by a bot", "closed with 40 others at once"
    reopened: int = 0
    severity: str = ""  # the neutral priority


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollout:
    """Something that went into production: a deployment, a release, a Jira version."""

    uid: str
    name: str  # what people call it: "v1.4", "3f2c1ab to production"
    url: str
    subjects: Subjects
    at: datetime
    kind: Literal["deployment", "release", "version"]
    failed: bool = False  # the deployment itself did not succeed
    rolled_back: datetime | None = None
    lead: timedelta | None = None  # from the first commit or merge that it brought, where that is known


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """That a rollout caused an incident, and what tells so."""

    incident: str  # uid
    rollout: str  # uid; "" if a change is named that no rollout is known to have brought
    how: Linked
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A ticket that is counted: a page, a toil ticket, an interrupt, a support ticket, finished work."""

    uid: str
    subjects: Subjects
    at: datetime  # created, or for finished work closed
    kind: Literal["load", "support", "improvement", "other"]
    excluded: str = ""  # as an incident's


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A number from outside at a time."""

    signal: str
    subject: str  # a service; "" for the whole
    at: datetime
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """All that metrics are computed of."""

    incidents: tuple[Incident, ...] = ()
    rollouts: tuple[Rollout, ...] = ()
    causes: tuple[Cause, ...] = ()
    set_aside: tuple[Incident, ...] = ()  # reported, but none: declined, or another one's report; `excluded` says why
    items: tuple[Item, ...] = ()
    samples: tuple[Sample, ...] = ()
    known_from: datetime | None = None  # who closed what before, and what was opened again, is not known; none: it is
    tickets_from: datetime | None = None  # tickets of before are not known; none: all are
    rollouts_from: datetime | None = None  # what came of rollouts before is not known; none: it is


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A [[metric]]: what is measured, of what, and how much of it is enough. `id` is unique in the policy."""

    id: str  # "mttr"; conditions call it by the same word with _ for -
    pack: str
    about: str
    measured: Measured
    by: tuple[Grain, ...] = ("all", "service", "team", "domain")
    section: Section | None = None  # of the governance policy
    signal: str = ""  # measured "signal": its name in [signals]
    better: Literal["lower", "higher"] = "lower"
    unit: str = ""  # "h", "%", "per week": what values are in; shares are 0 to 1, and shown as "%"
    enough: int = 5  # fewer observations say too little; of rates and counts: days
    statistic: Statistic = "mean"

    @property
    def called(self) -> Literal["metric"]:
        """What its file calls it."""
        return "metric"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """What a metric says of a subject in a window, with all it takes to trust it or not."""

    metric: str
    grain: Grain
    subject: str
    window: Window
    value: float | None  # none: it cannot be said
    low: float | None = None  # the interval, 95 %
    high: float | None = None
    numerator: float = 0.0  # of a mean or quantile the sum of its values
    denominator: float = 0.0  # of a rate the weeks or days, of all else what was looked at
    observations: int = 0  # of rates and counts: days
    unit: str = ""
    definition: str = ""  # a sentence: what is divided by what, and how the interval is made
    unmapped: float | None = None  # share of incidents that no rollout could be found for, 0 to 1
    linked: tuple[tuple[Linked, int], ...] = ()  # how incidents were linked with what caused them
    excluded: tuple[tuple[str, int], ...] = ()  # what was left out, by why
    complete: bool = True  # the window is over, and all of it is known
    lacking: str = ""  # why too little is known: "2 incidents, 5 are needed"

    @property
    def enough(self) -> bool:
        """Tell whether it says something."""
        return self.value is not None and not self.lacking
