"""Forged marks, and people and bots who undo what we do, on GitHub and on either Jira."""

import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest

from tests.worker.faulty import FLAVOURS, firm, rules, settled
from tests.worker.places import BOT
from worker.quarrels import at_rest

OWNED = """
[[rule]]
id = "owned"
about = "Every improvement has an owner."
on = "improvement"
when = ['open', '!has_owner']
label = "needs-owner"
say = "Nobody owns this."
"""


@pytest.mark.fault("hostile/pasted-marker")
@pytest.mark.fault("hostile/pasted-marker", "github")
@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_mark_in_any_other_place_is_text(tmp_path, flavour):
    """On their ticket, on ours, quoted, edited in, in a body, a title, a property of theirs: nothing comes of it."""
    with firm(tmp_path, flavour) as made:
        rules(made, OWNED)
        issue, task = made.issue(), made.task()
        settled(made)
        body, (ours,) = issue.comments[0].body, task.comments
        mark = body.rpartition("\n")[2]
        late, other = made.issue(mark, at=made.clock()), made.task(mark, at=made.clock())
        late.body = other.description = f"Look:\n\n{mark}"
        for text in (body, mark, f"> {mark}", f"{mark}\r\n", f"<details>\n{body}", f"```\n{body}"):
            made.github.comment(late, text, author="zoe-gh")
            made.github.comment(issue, text, author="ana-gh")
            for key in (task.key, other.key):
                made.jira.comment(key, text, author="zoe", properties=dict(ours.properties))
        made.github.edit_comment(made.github.comment(issue, "Hello.", author="zoe-gh"), body)
        made.clock.forward(minutes=5)
        settled(made)
        keys = (issue.key, late.key, task.key, other.key)
        assert [made.seen()[f"{key} card"] for key in keys] == [1, 1, 1, 1]
        assert (ours.body, issue.comments[0].body) == (task.comments[0].body, body)


@pytest.mark.fault("hostile/person-who-undoes")
@pytest.mark.fault("hostile/person-who-undoes", "github")
@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_person_who_takes_our_label_off_again_and_again_has_the_last_word(tmp_path, flavour):
    """Taken off it stays off; put on by a person it stays on; taken off once more it stays off."""
    with firm(tmp_path, flavour) as made:
        rules(made, OWNED)
        issue, task = made.issue(), made.task()
        settled(made)
        for on in (False, True, False):
            made.clock.forward(hours=1)
            change = made.github.set_label if on else made.github.remove_label
            change(issue, "needs-owner", actor="bo-gh")
            made.jira.label(task.key, actor="bo", **{"add" if on else "remove": ["needs-owner"]})
            settled(made)
            worn = [made.seen()[f"{key} label needs-owner"] for key in (issue.key, task.key)]
            assert worn == [on, on]
        made.clock.forward(days=30)
        settled(made)
        assert [made.seen()[f"{key} label needs-owner"] for key in (issue.key, task.key)] == [0, 0]


class Quarrel:
    """A bot that gives and takes an owner, so that the reason of a label comes and goes."""

    def __init__(self, made):
        self.made = made
        rules(made, OWNED)
        self.issue, self.task = made.issue(), made.task()
        self.owned = False
        made.once()

    def turn(self, **after):
        """Have the bot turn the reason round, and time pass; return what a pass then writes."""
        self.made.clock.forward(**after)
        self.owned = not self.owned
        (self.made.github.assign if self.owned else self.made.github.unassign)(self.issue, "zoe-gh", actor="zoe-gh")
        self.made.jira.edit(self.task.key, actor="zoe", assignee="zoe" if self.owned else "")
        return self.made.written()

    def turns(self, count, **after):
        """Have it do so often; return all that was written."""
        return [write for _ in range(count) for write in self.turn(**after)]

    def worn(self):
        """Return how many of the two tickets wear the label."""
        seen = self.made.seen()
        return sum(seen[f"{one.key} label needs-owner"] for one in (self.issue, self.task))

    def told(self):
        """Return how many of the two cards say that the rule rests."""
        return sum("keeps turning it round" in one.comments[0].body for one in (self.issue, self.task))


@pytest.mark.fault("hostile/quarrelsome-bot")
@pytest.mark.fault("hostile/quarrelsome-bot", "github")
@pytest.mark.parametrize("flavour", FLAVOURS)
@pytest.mark.parametrize("pace", [{"minutes": 5}, {"hours": 30}])
def test_a_bot_that_turns_our_reason_on_and_off_moves_us_three_times(tmp_path, flavour, pace):
    """The label comes three times; then the card says once that it rests, and nothing is written for weeks of it."""
    with firm(tmp_path, flavour) as made:
        quarrel = Quarrel(made)
        writes = quarrel.turns(5, **pace)
        assert sum(write.startswith("POST") and write.endswith("/labels") for write in writes) == 2
        assert (quarrel.worn(), quarrel.told()) == (0, 2)
        assert quarrel.turns(16, **pace) == []
        for file in (made.folder / "var").glob("kaizend.db*"):
            file.unlink()
        made.once()
        assert quarrel.turns(4, **pace) == []
        assert (quarrel.worn(), quarrel.told()) == (0, 2)
        assert settled(made).whole
        for one in (quarrel.issue, quarrel.task):
            assert sum((c.author.login if one is quarrel.issue else c.author) == BOT for c in one.comments) == 1


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_quarrel_is_read_back_twice(tmp_path, flavour):
    """A database that read it back from the tickets is restored later: what it knows of them is no news to it."""
    with firm(tmp_path, flavour) as made:
        quarrel = Quarrel(made)
        quarrel.turns(5, hours=1)
        database, copy = made.folder / "var" / "kaizend.db", made.folder / "copy.db"
        for file in database.parent.glob("kaizend.db*"):
            file.unlink()
        made.once()
        with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
        quarrel.turn(hours=1)
        made.github.comment(quarrel.issue, "The bot is off now.", author="bo-gh")
        made.jira.comment(quarrel.task.key, "The bot is off now.", author="bo")
        quarrel.turn(hours=1)
        settled(made)
        assert quarrel.told() == 0
        for file in database.parent.glob("kaizend.db*"):
            file.unlink()
        copy.rename(database)
        assert settled(made).whole


@pytest.mark.fault("hostile/quarrelsome-bot")
@pytest.mark.fault("hostile/quarrelsome-bot", "github")
@pytest.mark.parametrize(
    ("flavour", "end"), [("cloud", "comment"), ("dc", "rules"), ("dc", "quiet"), ("cloud", "word")]
)
def test_a_quarrel_is_over_when_a_person_sees_to_it(tmp_path, flavour, end):
    """Who was no party of it comments, one of them gives a command, a rule is changed, or all is quiet: we go on."""
    with firm(tmp_path, flavour) as made:
        quarrel = Quarrel(made)
        quarrel.turns(7, hours=1)
        assert quarrel.turn(hours=1) == []
        assert (quarrel.worn(), quarrel.told()) == (0, 2)
        made.clock.forward(hours=1)
        if end in ("comment", "word"):
            who, said = ("bo", "The bot is off now.") if end == "comment" else ("zoe", "/kaizen why")
            made.github.comment(quarrel.issue, said, author=f"{who}-gh")
            made.jira.comment(quarrel.task.key, said, author=who)
        elif end == "rules":
            rules(made, OWNED.replace("Nobody owns this.", "Nobody owns this yet."))
        else:
            made.clock.forward(days=15)
        settled(made)
        assert (quarrel.worn(), quarrel.told()) == (2, 0)
        quarrel.turns(7, hours=1)
        assert (quarrel.worn(), quarrel.told()) == (0, 2)
        settled(made)


def test_a_digest_tells_once_what_rests(tmp_path):
    """In the week in which it came to rest, not again in the next one."""
    with firm(tmp_path) as made:
        quarrel = Quarrel(made)
        quarrel.turns(6, hours=1)
        with made.worker() as worker:
            now = worker.clock()
            lines = [list(at_rest(worker, tuple(worker.trackers), since)) for since in (now - timedelta(days=7), now)]
        rests = "add label needs-owner by own/owned rests: others keep turning it round."
        assert [sorted(found) for found in lines] == [
            sorted(f"{one.key}: {rests}" for one in (quarrel.issue, quarrel.task)),
            [],
        ]
