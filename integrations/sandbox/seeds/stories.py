"""What happens at Acme, before it is told on a tracker: tickets with their fates."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Literal, TypeVar

from integrations.sandbox.seeds import wording
from integrations.sandbox.seeds.faults import FAMILIES
from integrations.sandbox.seeds.people import CLASSIFIED, DOMAIN_OF, PEOPLE, TEAMS, workers
from integrations.sandbox.seeds.stage import workday

Kind = Literal["bug", "feature", "chore", "improvement", "incident", "review", "decision", "follow-up"]
T = TypeVar("T")
RECENT = timedelta(weeks=6)
DAYS = {"critical": 7, "high": 28, "medium": 84, "low": 168}
LEVELS = tuple(DAYS)
OPEN_DAYS = {"bug": 6.0, "feature": 16.0, "chore": 12.0, "improvement": 24.0, "incident": 0.3, "follow-up": 15.0}
FLAWS = (
    ("owner",),
    ("domain:component",),
    ("priority",),
    ("due",),
    ("domain:keyword",),
    ("owner", "due"),
    ("domain:none",),
    ("overdue",),
    ("priority", "due"),
    ("owner", "domain:component", "priority", "due"),
    ("owner", "overdue"),
    ("domain:none", "owner", "due"),
    ("domain:keyword", "priority", "due"),
)
"""What is missing in improvements opened lately, taken in turns."""
ALERT = "\n\nAlert: {rule}\nService: {service}"
"""What the monitor writes under an incident that it found: the same for the same fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A ticket and what becomes of it. People are called by their names, priorities by neutral levels."""

    kind: Kind
    title: str
    body: str
    created: datetime
    reporter: str
    component: str = ""
    domain: str = ""  # told by a label; "" for none
    owner: str = ""
    priority: str = ""
    due: date | None = None
    closed: datetime | None = None
    completed: bool = True  # or dropped
    by_change: bool = False  # closed by a pull request
    put_off: tuple[tuple[datetime, date], ...] = ()  # when, to when
    talk: tuple[tuple[datetime, str, str], ...] = ()  # when, who, what
    labels: tuple[str, ...] = ()
    family: str = ""  # of the fault that came back
    flaws: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """How much of what happens at one source."""

    team: str
    counts: dict[Kind, int]
    flawed: int  # improvements opened lately with something missing
    hostile: int  # how many of those have a hostile title


class Author:
    """Makes up the stories of one source. All chance comes from its own generator."""

    def __init__(self, seed: str, plot: Plot, start: datetime, end: datetime) -> None:
        self.rng = random.Random(seed)  # noqa: S311 - made up on purpose
        self.plot = plot
        self.start = start
        self.end = end
        self.people = workers(plot.team)

    def stories(self) -> list[Story]:
        """Make up all stories of the year, oldest first."""
        made: list[Story] = []
        for kind, count in self.plot.counts.items():
            if kind == "improvement":
                made += self._improvements(count)
            elif kind == "review":
                made += self._reviews(count)
            else:
                made += [self._story(kind) for _ in range(count)]
        return sorted(made, key=lambda one: one.created)

    # -- ordinary work ---------------------------------------------------------------------------------------------
    def _story(self, kind: Kind) -> Story:
        created = self.moment(self.start, self.end, any_hour=kind == "incident")
        component = self._one(TEAMS[self.plot.team])
        title, body, family = self._words(kind, component)
        draft = Story(
            kind=kind,
            title=title,
            body=body,
            created=created,
            reporter=self._one(PEOPLE).name,
            component=component,
            owner=self._one(self.people).name if self.rng.random() < 0.85 else "",
            priority=self.rng.choices(LEVELS, (1, 3, 5, 2))[0] if kind != "incident" else self._one(LEVELS[:2]),
            family=family,
            by_change=kind in {"bug", "feature", "follow-up"} and self.rng.random() < 0.8,
        )
        stays = self.rng.random() < 0.05
        return self._talked(replace(draft, closed=None if stays else self._closing(kind, created)))

    def _words(self, kind: Kind, component: str) -> tuple[str, str, str]:
        ours = [one for one in FAMILIES if component in one.components]
        if ours and self.rng.random() < {"incident": 0.9, "bug": 0.35}.get(kind, 0.0):
            family = self._one(ours)
            title, body = self._fill(self._one(family.titles)), self._fill(self._one(family.bodies))
            told = ALERT.format(rule=family.name, service=component) if kind == "incident" else ""
            return title, body + told, family.name
        tables: dict[str, Sequence[str]] = {
            "bug": wording.BUGS,
            "incident": wording.BUGS,
            "feature": wording.FEATURES,
            "decision": wording.DECISIONS,
        }
        title = self._fill(self._one(tables.get(kind, wording.CHORES)))
        if kind == "follow-up":
            title = f"Follow-up: {title[0].lower()}{title[1:]}"
        return title, self._fill(self._one(wording.PLAIN)), ""

    # -- improvements ----------------------------------------------------------------------------------------------
    def _improvements(self, count: int) -> list[Story]:
        """Most are in good order; those opened lately are the ones with flaws."""
        lately = self.end - RECENT
        made = [self._improvement(self.moment(self.start, lately)) for _ in range(count - self.plot.flawed)]
        hostile = self.rng.sample(wording.HOSTILE, self.plot.hostile)
        for number in range(self.plot.flawed):
            created = self.moment(lately + timedelta(days=3), self.end - timedelta(days=7))
            story = self._flawed(created, FLAWS[number % len(FLAWS)])
            if number < len(hostile):
                story = replace(story, title=hostile[number][0], body=hostile[number][1])
            made.append(story)
        return made

    def _improvement(self, created: datetime) -> Story:
        component = self._one(TEAMS[self.plot.team])
        domain = DOMAIN_OF[component]
        level = self.rng.choices(LEVELS, (1, 4, 6, 3))[0]
        due = (created + timedelta(days=DAYS[level])).date()
        draft = Story(
            kind="improvement",
            title=self._fill(self._one(wording.IMPROVEMENTS[domain]) + self._one(wording.PLACES)),
            body=self._fill(self._one(wording.WHYS)),
            created=created,
            reporter=self._one(PEOPLE).name,
            component=component,
            domain=domain,
            owner=self._one(self.people).name,
            priority=level,
            due=due,
            by_change=self.rng.random() < 0.65,
        )
        fate = self.rng.random()
        if fate < 0.08:
            draft = self._deferred(draft)
        elif fate < 0.13 and due < self.end.date():  # forgotten: late, and some are nobody's
            draft = replace(draft, owner="" if self.rng.random() < 0.4 else draft.owner)
        elif fate < 0.97 or due < self.end.date():
            draft = replace(draft, closed=self._closing("improvement", created))
            if draft.closed is None:
                draft = replace(draft, closed=self.moment(created, self.end))
        return self._talked(draft)

    def _deferred(self, story: Story) -> Story:
        """Move its due date out, two or three times: the last one lies ahead."""
        first, last = story.created + timedelta(days=7), self.end - timedelta(days=8)
        moves = sorted(self.moment(first, last) for _ in range(self.rng.choice((2, 3))))
        day, put_off = story.due or story.created.date(), []
        for when in moves:
            ahead = self.end.date() + timedelta(days=self.rng.randint(25, 60))
            wish = ahead if when is moves[-1] else (when + timedelta(days=30)).date()
            day = max(day + timedelta(days=14), wish)
            put_off.append((when, day))
        return replace(story, put_off=tuple(put_off))

    def _flawed(self, created: datetime, flaws: tuple[str, ...]) -> Story:
        story = replace(self._improvement(created), closed=None, put_off=(), labels=(), talk=(), flaws=flaws)
        ahead = self.end.date() + timedelta(days=self.rng.randint(15, 50))
        story = self._talked(replace(story, due=ahead), ending=False)
        for flaw in flaws:
            story = self._spoilt(story, flaw)
        return story

    def _spoilt(self, story: Story, flaw: str) -> Story:
        named = [one for one in TEAMS[self.plot.team] if one in CLASSIFIED]
        late = self.end.date() - timedelta(days=self.rng.randint(2, 20))
        changes: dict[str, dict[str, Any]] = {
            "owner": {"owner": ""},
            "priority": {"priority": ""},
            "due": {"due": None},
            "overdue": {"due": max(late, story.created.date() + timedelta(days=2))},
            "domain:component": {"domain": "", "component": self._one(named)},
            "domain:keyword": {"domain": "", "component": "", "title": self._one(wording.KEYWORDED)},
            "domain:none": {"domain": "", "component": "", "title": self._one(wording.VAGUE)},
        }
        return replace(story, **changes[flaw])

    # -- reviews ---------------------------------------------------------------------------------------------------
    def _reviews(self, count: int) -> list[Story]:
        """One a month, but the month that was skipped."""
        months = [self.end - timedelta(days=30 * back + 3) for back in range(count, -1, -1)]
        skipped = months[count // 2]
        made = []
        for day in months:
            if day is skipped:
                continue
            created = workday(day.replace(hour=9, minute=0, second=0, microsecond=0))
            story = Story(
                kind="review",
                title=f"Monthly improvement review {day:%Y-%m}",
                body="Agenda: what is late, what came back, what got better.",
                created=created,
                reporter="kim",
                owner=self._one(self.people).name,
                priority="medium",
                due=(created + timedelta(days=5)).date(),
                closed=created + timedelta(days=2, hours=5),
            )
            made.append(self._talked(story, report=True))
        return made

    # -- bits ------------------------------------------------------------------------------------------------------
    def _talked(self, story: Story, *, ending: bool = True, report: bool = False) -> Story:
        """Add what people say under a ticket."""
        until = story.closed or self.end
        talk = [
            (self.moment(story.created, until), self._one(PEOPLE).name, self._fill(self._one(wording.TALK)))
            for _ in range(self.rng.choice((0, 0, 0, 1, 1, 2, 4)))
        ]
        talk += [(when, story.owner or story.reporter, self._one(wording.PUT_OFF)) for when, _ in story.put_off]
        if report and story.closed:
            talk.append((story.closed, story.owner, self._fill(self._one(wording.REPORT))))
        elif ending and story.closed and not story.by_change and self.rng.random() < 0.6:
            talk.append((story.closed, story.owner or story.reporter, self._one(wording.ENDINGS)))
        return replace(story, talk=tuple(sorted(talk)), completed=self.rng.random() < 0.92)

    def _closing(self, kind: Kind, created: datetime) -> datetime | None:
        days = self.rng.lognormvariate(0.0, 0.8) * OPEN_DAYS.get(kind, 10.0)
        closed = created + timedelta(days=min(days, 150.0), minutes=self.rng.randint(5, 50))
        return closed if closed < self.end - timedelta(hours=1) else None

    def moment(self, start: datetime, end: datetime, *, any_hour: bool = False) -> datetime:
        """Pick a moment, in working hours unless things break at any hour."""
        seconds = max(1, int((end - start).total_seconds()))
        when = (start + timedelta(seconds=self.rng.randrange(seconds))).replace(microsecond=0)
        if any_hour:
            return when
        hour = when.replace(hour=self.rng.randint(7, 16), minute=self.rng.randint(0, 59))
        if hour.weekday() > 4:
            hour -= timedelta(days=hour.weekday() - 4)
        return min(max(hour, start + timedelta(seconds=1)), end - timedelta(seconds=1)).replace(microsecond=0)

    def _fill(self, text: str) -> str:
        places = {
            "{n}": str(self.rng.randint(2, 9)),
            "{host}": self._one(wording.HOSTS),
            "{page}": self._one(wording.PAGES),
        }
        for place, words in places.items():
            text = text.replace(place, words)
        return text

    def _one(self, table: Sequence[T]) -> T:
        return table[self.rng.randrange(len(table))]
