"""Answers to writes that are lost, wrong or late, on each tracker: one send, a look at the tracker, one effect."""

import subprocess
import sys
import time

import pytest

from tests.torture.catalogue.fault import TRACKERS
from tests.worker.faulty import beside, face_of, firm, rules, settled, states

AFTER = "status_after"
REDIRECT = {"Location": "/elsewhere"}
STRANGE = {"id": "999999", "body": "Somebody else's words.", "author": {"name": "zoe", "accountId": "acc-zoe"}}
# fault of the catalogue -> ways it befalls the first comment on a ticket, and whether the comment is there afterwards
WAYS = {
    "delivery/reset-after-the-effect": [({"kind": "drop_after"}, True), ({"kind": "drop_before"}, False)],
    "delivery/gateway-error-after-the-effect": [
        ({"kind": AFTER, "status": 502}, True),
        ({"kind": AFTER, "status": 504}, True),
        ({"kind": "status", "status": 502}, False),
    ],
    "delivery/uncertain-refusal": [({"kind": AFTER, "status": status}, True) for status in (408, 409, 500, 507)]
    + [({"kind": "status", "status": 500}, False)],
    "delivery/success-without-an-answer": [
        ({"kind": "truncate"}, True),
        ({"kind": "halve"}, True),
        ({"kind": "html"}, True),
        ({"kind": "html", "status": 201}, True),
        ({"kind": AFTER, "status": 201, "body": b""}, True),
        ({"kind": AFTER, "status": 200, "body": {}}, True),
        ({"kind": AFTER, "status": 201, "body": []}, True),
        ({"kind": AFTER, "status": 202, "body": {}}, True),
        ({"kind": AFTER, "status": 204, "body": b""}, True),
    ],
    "delivery/success-of-another": [({"kind": AFTER, "status": 201, "body": STRANGE | {"id": 999999}}, True)],
    "delivery/redirected-write": [
        ({"kind": AFTER, "status": 302, "headers": REDIRECT}, True),
        ({"kind": AFTER, "status": 303, "headers": REDIRECT}, True),
    ],
}
SENDS = {"github": "/issues/{}/comments$", "cloud": "/issue/{}/comment$", "dc": "/issue/{}/comment$"}


def many(made, where, count):
    """Add tickets whose card is new; return what each is called in the path of a request that comments on it."""
    if where == "github":
        return [str(made.issue(f"Slow {one}", labels=["priority:high"]).number) for one in range(count)]
    made_ones = [made.task(f"Late {one}") for one in range(count)]
    return [f"({one.key}|{one.id})" for one in made_ones]


def cards(made):
    """Count the cards on each ticket."""
    return {name: count for name, count in made.seen().items() if name.endswith(" card")}


@pytest.mark.parametrize("where", TRACKERS)
@pytest.mark.parametrize(
    "ways", [pytest.param(ways, marks=pytest.mark.fault(name), id=name) for name, ways in WAYS.items()]
)
def test_a_comment_whose_answer_is_lost_is_sent_once_and_found(tmp_path, where, ways):
    """Each ticket's comment meets another fault, in one pass: one send each, then one card each, then silence."""
    with firm(tmp_path, beside(where)) as made:
        face, paths = face_of(where), many(made, where, len(ways))
        paths = [SENDS[where].format(path) for path in paths]
        for path, (how, _) in zip(paths, ways, strict=True):
            made.fail(face=face, method="POST", path=path, **how)
        assert not made.once().whole
        sent = [made.sandbox.log.count(face=face, method="POST", path=path) for path in paths]
        assert sent == [1] * len(ways)
        assert len(cards(made)) == sum(effect for _, effect in ways)
        for _ in range(3):
            made.once()
        sent = [made.sandbox.log.count(face=face, method="POST", path=path) for path in paths]
        assert sent == [1 if effect else 2 for _, effect in ways]
        assert list(cards(made).values()) == [1] * len(ways)
        settled(made)


@pytest.mark.fault("delivery/unavailable-with-a-wait")
@pytest.mark.parametrize("where", TRACKERS)
@pytest.mark.parametrize("kind", ["status", AFTER])
def test_a_server_that_is_unavailable_for_a_while_may_have_done_it(tmp_path, where, kind):
    """503 with a wait: sent once, nothing is asked before it is over, then it is looked for before it is sent again."""
    with firm(tmp_path, beside(where)) as made:
        face, (path,) = face_of(where), many(made, where, 1)
        path = SENDS[where].format(path)
        made.fail(kind, face=face, method="POST", path=path, status=503, headers={"Retry-After": "120"})
        assert not made.once().whole
        assert {state for (_, verb), state in states(made).items() if verb == "card"} == {"doubt"}
        asked = made.sandbox.log.count(face=face)
        made.clock.forward(seconds=110)
        made.once()
        assert made.sandbox.log.count(face=face) == asked
        made.clock.forward(seconds=15)
        for _ in range(2):
            made.once()
        assert made.sandbox.log.count(face=face, method="POST", path=path) == (1 if kind == AFTER else 2)
        settled(made)
        assert list(cards(made).values()) == [1]


@pytest.mark.fault("delivery/late-effect")
@pytest.mark.parametrize("where", TRACKERS)
def test_what_a_slow_server_commits_later_is_found_by_the_second_look(tmp_path, where):
    """No answer in time and no effect yet: the second look, a grace later, finds it."""
    with firm(tmp_path, beside(where), grace="1 minute") as made:
        made.configure(patience=0.5)
        face, (path,) = face_of(where), many(made, where, 1)
        path = SENDS[where].format(path)
        made.fail("delay", face=face, method="POST", path=path, seconds=1.2)
        made.once()
        assert cards(made) == {}
        made.once()
        until(lambda: cards(made))
        made.clock.forward(minutes=2)
        made.once()
        assert made.sandbox.log.count(face=face, method="POST", path=path) == 1
        settled(made)
        assert list(cards(made).values()) == [1]


LOCATIONS = ("/jira/rest/api/2/issue/1/comment", "https://elsewhere.example/take", "@elsewhere.example", "")


@pytest.mark.fault("delivery/redirected-write")
@pytest.mark.parametrize("where", TRACKERS)
def test_a_write_that_is_sent_elsewhere_goes_nowhere(tmp_path, where):
    """No redirect of a write is followed, on the same host or to another; the other tracker gets all it should."""
    ways = [(status, location) for status in (301, 307, 308) for location in LOCATIONS]
    with firm(tmp_path, beside(where)) as made:
        face, paths = face_of(where), many(made, where, len(ways))
        many(made, "cloud" if where == "github" else "github", 1)
        for path, (status, location) in zip(paths, ways, strict=True):
            headers = {"Location": location} if location else {}
            made.fail(
                "status", face=face, method="POST", path=SENDS[where].format(path), status=status, headers=headers
            )
        assert not made.once().whole
        sent = made.sandbox.log.matching(face=face, method="POST", path="comment")
        assert all(300 < entry.status < 400 for entry in sent)
        assert len({entry.path for entry in sent}) == len(sent) > 0
        assert len(cards(made)) == 1
        made.sandbox.faults.clear()
        made.clock.forward(days=1)
        for _ in range(2):
            made.once()
        assert list(cards(made).values()) == [1] * (len(ways) + 1)
        settled(made)


@pytest.mark.fault("delivery/lost-answer-to-an-edit")
@pytest.mark.parametrize("where", TRACKERS)
def test_a_lost_answer_to_what_may_be_written_twice_costs_a_second_send(tmp_path, where):
    """A label and an edit of the card whose answers are lost twice are sent thrice, and the ticket has them once."""
    with firm(tmp_path, beside(where)) as made:
        many(made, where, 1)
        made.once()
        assert any("needs-owner" in name for name in made.seen())
        made.clock.forward(days=1)
        if where == "github":
            made.github.assign(1, "bo-gh", actor="bo-gh")
        else:
            made.jira.edit("OPS-1", actor="bo", assignee="bo")
        made.sandbox.log.clear()
        writes = {"github": (("DELETE", "/labels/"), ("PATCH", "/comments/"))}.get(
            where, (("PUT", r"/issue/[\w-]+$"), ("PUT", "/comment/"))
        )
        for method, path in writes:
            made.fail("drop_after", face=face_of(where), method=method, path=path, times=2)
        made.once()
        sent = [made.sandbox.log.count(face=face_of(where), method=method, path=path) for method, path in writes]
        assert sent == [3, 3]
        assert not any("needs-owner" in name for name in made.seen())
        assert list(cards(made).values()) == [1]
        settled(made)


@pytest.mark.fault("delivery/database-deleted")
@pytest.mark.parametrize("where", TRACKERS)
def test_without_a_database_what_is_there_is_known_again(tmp_path, where):
    """The key stays: by their marks all comments are known as ours, and none is posted again."""
    with firm(tmp_path, beside(where)) as made:
        many(made, where, 3)
        settled(made)
        before = made.seen()
        for file in tmp_path.glob("**/kaizend.db*"):
            file.unlink()
        made.sandbox.log.clear()
        made.once()
        assert made.sandbox.log.count(face=face_of(where), method="POST", path="comment") == 0
        settled(made)
        assert made.seen() == before


PINGING = """
[[rule]]
id = "owned"
about = "It has an owner."
on = "improvement"
when = ["open", "!has_owner"]
say = "Nobody owns this."
[[rule.step]]
after = "0 days"
ping = ["lead"]
"""


@pytest.mark.fault("delivery/database-deleted")
@pytest.mark.parametrize("where", ["cloud", "dc"])
def test_without_a_database_nothing_is_posted_where_a_list_may_lag(tmp_path, where):
    """Seconds after a ping the database is lost, and Jira's index does not show it yet: the ticket waits for that."""
    with firm(tmp_path, beside(where)) as made:
        rules(made, PINGING)
        many(made, where, 1)
        made.clock.forward(minutes=10)
        made.jira.lag_seconds = 45.0
        made.once()
        for file in tmp_path.glob("**/kaizend.db*"):
            file.unlink()
        made.clock.forward(seconds=5)
        made.once()
        made.clock.forward(hours=1)
        made.once()
        assert made.sandbox.log.count(face=face_of(where), method="POST", path="comment") == 2  # the card, and the ping
        settled(made)


HASTY = "from worker.stop import Stop; Stop.__init__.__kwdefaults__.update(patience=1.0)"
RUN = f"{HASTY}; from worker.cli import main; main()"


@pytest.mark.fault("delivery/terminated-in-a-pass")
@pytest.mark.parametrize("where", TRACKERS)
def test_a_pass_that_is_told_to_end_in_a_write_is_gone_in_time(tmp_path, where):
    """SIGTERM while a comment hangs: exit 4 in under ten seconds, and the next pass finds out what came of it."""
    with firm(tmp_path, beside(where)) as made:
        path = SENDS[where].format(many(made, where, 1)[0])
        made.fail("delay_after", face=face_of(where), method="POST", path=path, seconds=60)
        command = [sys.executable, "-c", RUN, "--config", str(made.config), "once"]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own command
            until(lambda: made.sandbox.log.count(face=face_of(where), method="POST", path=path), seconds=60)
            began = time.monotonic()
            process.terminate()
            _, said = process.communicate(timeout=30)
        assert (process.returncode, "Traceback" in said) == (4, False), said
        assert time.monotonic() - began < 10
        made.once()
        settled(made)
        assert list(cards(made).values()) == [1]


def until(asked, seconds=10):
    """Wait until it is so, for some seconds."""
    ends = time.monotonic() + seconds
    while not asked():
        assert time.monotonic() < ends
        time.sleep(0.02)
