"""A year of restless people in seconds: whatever moves while we read, the mirror ends up as the world is."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from tests.integrations.github.conftest import add_issues

STREAMS = ("tickets", "comments", "changes")
PASSES = 6


class People:
    """Edit a world at random: new tickets and changes, new titles, new and changed comments."""

    def __init__(self, hub, seed: int, haste: float) -> None:
        self.hub = hub
        self.random = random.Random(seed)  # noqa: S311 - repeatable, guards nothing
        self.haste = haste  # how often time stands still between two edits
        self.comments = []

    def edit(self, count: int) -> None:
        for serial in range(count):
            world, chance = self.hub.world, self.random.random()
            issue = self.random.choice(list(world.main.issues.values()))
            text = f"{serial} {chance}"
            if chance < 0.15:
                world.add_issue(text)
            elif chance < 0.25:
                world.add_pull(text)
            elif chance < 0.45:
                self.comments.append(world.comment(issue, text))
            elif chance < 0.5 and self.comments:
                world.edit_comment(self.random.choice(self.comments), text)
            else:
                world.edit(issue, title=text)
            if self.random.random() > self.haste:
                self.hub.clock.now += timedelta(seconds=self.random.choice([0.3, 1, 2, 30]))


def read(hub, mirror: dict, cursors: dict[str, str], people: People | None = None) -> None:
    """Read all streams as a pass does; with people, they edit between pages and some reads break off."""
    tracker = hub.connected()
    for stream in STREAMS:
        for page in tracker.read(stream, cursors.get(stream, "")):
            mirror.update({item.uid: item for item in page.items})
            cursors[stream] = page.cursor
            if people:
                people.edit(people.random.choice([0, 0, 3, 20]))
                if people.random.random() < 0.1:
                    break


@pytest.mark.parametrize("haste", [0.0, 0.7, 1.0])
@pytest.mark.parametrize(("seed", "count", "lag"), [(1, 1, 0.0), (2, 99, 5.0), (3, 101, 0.0), (4, 330, 20.0)])
def test_nothing_is_missed(hub, seed, count, lag, haste):
    """Edits between pages, reads broken off, lists that lag: in the end every row is there in its newest form."""
    hub.world.rate_limit = None
    hub.world.lag_seconds = lag
    add_issues(hub.world, count)
    people, mirror, cursors = People(hub, seed, haste), {}, {}
    hub.clock.now += timedelta(minutes=1)
    for _ in range(PASSES):
        read(hub, mirror, cursors, people)
        people.edit(people.random.choice([0, 5, 40, 150]))
        hub.clock.now += timedelta(seconds=people.random.choice([1, 60, 3600, 86400]))
    hub.clock.now += timedelta(minutes=3)
    read(hub, mirror, cursors)
    read(hub, mirror, cursors)
    repository, found = hub.world.main, {uid.partition("/")[2].partition("/")[2]: item for uid, item in mirror.items()}
    titles = {f"{'pull' if it.pull else 'issue'}/{it.number}": it.title for it in repository.issues.values()}
    bodies = {
        f"comment/{it.id}": "" if it.issue.pull else it.body
        for it in repository.comments.values()
        if not it.issue.pull or it.updated_at > it.created_at
    }
    assert {name: getattr(item, "title", None) or item.body for name, item in found.items()} == titles | bodies
    assert len(hub.asked()) == len(STREAMS)
