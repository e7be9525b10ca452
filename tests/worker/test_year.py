"""Months of a living company, day by day: nobody is nagged, nothing swings, every digest comes once, nothing is lost.

A small company that grows, and the generated one with a year behind it; with every pack that ships. YEAR_DAYS and
YEAR_SEED live longer or another life: `YEAR_DAYS=365 YEAR_SEED=7 pytest tests/worker/test_year.py`.
"""

import os
from collections import Counter, defaultdict
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.worker.faulty import firm
from tests.worker.generated import generated
from tests.worker.places import DIGESTS, kind
from tests.worker.year import ZONE, Year
from worker.settings.files import packs_that_ship

BERLIN = ZoneInfo("Europe/Berlin")
START = datetime(2027, 3, 8, 6, 50, tzinfo=UTC)  # the zone's clocks go forward on the 28th
DAYS = {"small": int(os.environ.get("YEAR_DAYS", "60")), "generated": int(os.environ.get("YEAR_DAYS", "14"))}
SEED = int(os.environ.get("YEAR_SEED", "1"))
BUDGET = 5
PACKS = tuple(f"pack:{name}" for name in packs_that_ship())
OTHERS = ("incident", "review", "decision", "escalation", "gate")
KINDS = "[kinds]\n" + "\n".join(f"{kind} = ['\"{kind}\" in labels']" for kind in OTHERS)
DAY = timedelta(days=1)
WEEK = timedelta(days=7) - timedelta(seconds=2)  # trackers tell whole seconds


@contextmanager
def small(folder, flavour):
    """Serve a company that begins with nothing."""
    with firm(folder, flavour, rules=PACKS) as made:
        made.clock.start = START
        made.configure(more=ZONE + DIGESTS)
        made.config.write_text(made.config.read_text("utf-8").replace("[kinds]", KINDS), encoding="utf-8")
        yield made


@pytest.fixture(scope="module", params=["small cloud", "small dc", "generated cloud", "generated dc"])
def lived(request, tmp_path_factory):
    """Live through the days, once for all tests; the seed is printed where one fails."""
    size, _, flavour = request.param.partition(" ")
    print(f"seed {SEED}, {DAYS[size]} days")  # noqa: T201 - pytest shows it with a failure
    folder = tmp_path_factory.mktemp("year")
    company = small(folder, flavour) if size == "small" else generated(folder, START, SEED, flavour, PACKS)
    with company as made:
        year = Year(made, SEED, DAYS[size])
        year.live()
        yield year


def said(made):
    """Yield all our comments on both trackers as (ticket, when, text)."""
    for issue in made.issues():
        yield from ((issue.key, one.created_at, one.body) for one in issue.comments if one.author.login == made.bot)
    for issue in made.jira.issues.values():
        yield from ((issue.key, one.created, one.body) for one in issue.comments if one.author == made.bot)


def labelled(made):
    """Yield when we put a label on or took it off, as (ticket, label, how, when)."""
    for event in (event for repository in made.github.repos.values() for event in repository.events):
        if event.actor.login == made.bot and event.event in ("labeled", "unlabeled"):
            yield event.issue.key, event.extra["label"]["name"], event.event, event.created_at
    for issue in made.jira.issues.values():
        for history in issue.histories:
            for item in history.items if history.author == made.bot else ():
                if item.field == "labels":
                    before, after = set((item.before_text or "").split()), set((item.after_text or "").split())
                    yield from ((issue.key, name, "labeled", history.created) for name in after - before)
                    yield from ((issue.key, name, "unlabeled", history.created) for name in before - after)


def test_the_days_were_worth_living(lived):
    """The company wrote tickets, and kaizend labelled, pinged and wrote cards: there is something to check."""
    texts = Counter(kind(text) for _, _, text in said(lived.made))
    assert texts["card"] > lived.days / 10
    assert texts["ping"] > lived.days / 30
    assert texts["digest"] >= 2 * (lived.days // 14)
    assert len(list(labelled(lived.made))) > lived.days / 10
    assert lived.passes > lived.days / 2


def test_every_pass_was_whole(lived):
    """Nothing failed, nothing was parked, no ceiling but that of pings was met."""
    assert lived.loud == []


def test_nobody_is_pinged_more_than_the_budget(lived):
    """No person has more pings in any seven days than the config grants, both trackers together."""
    pings = [(at, text) for _, at, text in said(lived.made) if kind(text) == "ping"]
    for name in lived.made.people:
        logins = (f"@{lived.made.login(name)}", f"acc-{name}]", f"[~{name}]")
        mine = sorted(at for at, text in pings if any(login in text for login in logins))
        assert max((sum(at <= other < at + WEEK for other in mine) for at in mine), default=0) <= BUDGET, name


def test_no_label_swings(lived):
    """No label of ours comes twice to a ticket within a day."""
    times = defaultdict(list)
    for ticket, label, how, at in labelled(lived.made):
        times[ticket, label, how].append(at)
    swinging = [
        what
        for what, ats in times.items()
        if any(b - a < DAY for a, b in zip(sorted(ats), sorted(ats)[1:], strict=False))
    ]
    assert swinging == []


def test_every_digest_came_once(lived):
    """Each week that the worker was up has one digest a target, on the wall's Monday at nine or when it came back."""
    found = Counter((ticket, slot(at)) for ticket, at, text in said(lived.made) if kind(text) == "digest")
    expected = {slot(at) for at in lived.times if slot(at) >= slot(START) and at >= slot_moment(slot(at))}
    targets = {ticket for ticket, _ in found}
    assert len(targets) == 2
    assert found == Counter(dict.fromkeys(((ticket, week) for ticket in targets for week in expected), 1))


def test_every_review_slot_exists_once(lived):
    """A ticket for each month and quarter that the worker saw, from nine o'clock of its first day on."""
    there = [at.astimezone(BERLIN) - timedelta(hours=9) for at in lived.times]
    expected = {f"Improvement review {at:%Y-%m}" for at in there}
    expected |= {f"Improvement themes {at.year}-Q{(at.month + 2) // 3}" for at in there}
    filed = [issue.title for issue in lived.made.issues() if issue.author.login == lived.made.bot]
    filed += [issue.summary for issue in lived.made.jira.issues.values() if issue.creator == lived.made.bot]
    found = [title for title in filed if title.startswith(("Improvement review", "Improvement themes"))]
    assert sorted(found) == sorted(expected)


def slot(at):
    """Return the Monday whose nine o'clock came last."""
    there = at.astimezone(BERLIN) - timedelta(hours=9)
    return (there - timedelta(days=there.weekday())).date()


def slot_moment(monday):
    """Return that Monday's nine o'clock."""
    return datetime(monday.year, monday.month, monday.day, 9, tzinfo=BERLIN)


def test_nothing_of_ours_stands_twice(lived):
    """Every mark of ours is there once, and the last pass leaves nothing to do."""
    assert all(count == 1 for count in lived.made.marks().values())
    lived.made.once(whole=True)
    assert lived.made.written(whole=True) == []
