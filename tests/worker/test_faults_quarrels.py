"""Forged marks, and people and bots who undo what we do, on GitHub and on either Jira."""

import pytest

from tests.worker.faulty import FLAVOURS, firm, rules, settled
from tests.worker.places import BOT

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


@pytest.mark.fault("hostile/quarrelsome-bot")
@pytest.mark.fault("hostile/quarrelsome-bot", "github")
@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_bot_that_turns_our_reason_on_and_off_moves_us_three_times_a_day(tmp_path, flavour):
    """It assigns and unassigns all day: the label comes three times, the pass then says so, no comment is added."""
    with firm(tmp_path, flavour) as made:
        rules(made, OWNED)
        issue, task = made.issue(), made.task()
        made.once()
        writes = []
        for turn in range(10):
            made.clock.forward(minutes=5)
            (made.github.unassign if turn % 2 else made.github.assign)(issue, "zoe-gh", actor="zoe-gh")
            made.jira.edit(task.key, actor="zoe", assignee="" if turn % 2 else "zoe")
            writes += made.written()
        assert sum(write.startswith("POST") and write.endswith("/labels") for write in writes) == 2
        passed = made.once()
        held = [one.what for one in passed.look.plan.held]
        for key in (issue.key, task.key):
            said = f"ticket {key}, add label by own/owned, again and again within a day,"
            assert held.count(said) == 1
        assert not passed.whole
        assert [made.seen()[f"{key} card"] for key in (issue.key, task.key)] == [1, 1]
        assert [sum(c.author.login == BOT for c in issue.comments), sum(c.author == BOT for c in task.comments)] == [
            1,
            1,
        ]
        made.clock.forward(days=1, minutes=10)
        settled(made, 2)
        assert made.once().whole
