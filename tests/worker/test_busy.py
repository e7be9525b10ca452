"""A busy morning on trackers that fail: what one pass files, links, takes back and closes is there once in the end."""

from collections import Counter

import pytest

from tests.worker.busy import FOLLOWER, busy
from tests.worker.faulty import FLAVOURS, firm

LOST = {"kind": "drop_before", "times": 20}  # what may be sent again is, a few times
THROTTLE = {"kind": "status", "status": 429, "headers": {"Retry-After": "200"}}
UNREAD = {"kind": "status", "status": 500, "times": 4}
FAULTS = {
    "the answer to a filing is lost": ("github", "POST", "/issues$", {"kind": "drop_after"}),
    "a bad gateway after it was filed": ("jira-dc", "POST", "/issue$", {"kind": "status_after", "status": 502}),
    "a throttle": (
        "jira-cloud",
        "POST",
        "/issue$",
        {"kind": "status", "status": 429, "headers": {"Retry-After": "200"}},
    ),
    "a date that did not arrive": ("jira-cloud", "PUT", "/issue/[0-9A-Z-]+$", LOST),
    "an owner who did not arrive": ("github", "POST", "/assignees$", LOST),
    "a label that did not arrive": ("github", "POST", "/issues/4/labels$", LOST),
    "a label that did not go": ("github", "DELETE", "/labels/deferral-unexplained$", LOST),
    "a closing that did not arrive": ("jira-cloud", "POST", "/transitions$", {"kind": "drop_before"}),
    "an issue that cannot be read before it is written to": ("github", "GET", "/issues/3$", UNREAD),
    "a ticket that cannot be read before it is written to": ("jira-cloud", "GET", "/issue/10001$", UNREAD),
    "a first card that did not arrive": ("github", "POST", "/issues/1/comments$", LOST),
}


def morning(folder, flavour):
    """Serve the company beside a Jira of a flavour."""
    folder.mkdir(exist_ok=True)
    return busy(folder, serve=lambda place, **given: firm(place, flavour, **given))


def seen(made):
    """Count what people see, whichever numbers the tickets have, and whichever dates if they were filed later."""
    found = Counter()
    for _, what in (line.split(" ", 1) for line in made.seen().elements()):
        found["due" if what.startswith("due ") else what] += 1
    return found


def a_day_later(made):
    """Return what people see when all is settled, now and on the next day, and how many marks there are."""
    settled(made)
    made.clock.forward(days=1)
    settled(made)
    return seen(made), len(made.marks())


def settled(made):
    """Make passes until one has nothing to write, five at most."""
    for _ in range(5):
        made.clock.forward(minutes=6)
        if made.written() == []:
            return
    raise AssertionError(made.writes())


@pytest.fixture(scope="module")
def well(tmp_path_factory):
    """Return what people see a day after a morning on which nothing failed, by the flavour of Jira."""
    found = {}
    for flavour in FLAVOURS:
        with morning(tmp_path_factory.mktemp(flavour), flavour) as made:
            assert made.once().whole
            found[flavour] = a_day_later(made)
    return found


@pytest.mark.parametrize(("face", "method", "path", "fault"), FAULTS.values(), ids=FAULTS.keys())
def test_a_write_that_fails_leaves_everything_there_once(tmp_path, well, face, method, path, fault):
    """Whatever became of it, by the next day all is as if nothing had failed."""
    flavour = "dc" if face == "jira-dc" else "cloud"
    with morning(tmp_path, flavour) as made:
        made.fail(face=face, method=method, path=path, **fault)
        assert not made.once().whole
        made.sandbox.faults.clear()
        assert a_day_later(made) == well[flavour]
        assert max(made.marks().values()) == 1


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_what_did_not_arrive_is_sent_again_by_the_next_pass_alone(tmp_path, flavour):
    """However often rules look once more in this one; and the ticket that it closes is not told that it is late."""
    closing = {"method": "POST", "path": "/transitions$"}
    with morning(tmp_path, flavour) as made:
        made.fail("drop_before", **closing)
        made.once()
        assert made.sandbox.log.count(**closing) == 1
        assert "overdue" not in made.jira.issue(FOLLOWER).labels
        made.once()
        assert made.sandbox.log.count(**closing) == 2
        assert made.jira.issue(FOLLOWER).status == "Done"


@pytest.mark.parametrize("flavour", FLAVOURS)
@pytest.mark.parametrize("status", [401, 429])
def test_a_tracker_that_shuts_hears_nothing_more_in_the_whole_pass(tmp_path, flavour, status):
    """Not by what rules ask for when they look once more at what was filed elsewhere meanwhile."""
    with morning(tmp_path, flavour) as made:
        made.fail("status", face="github", method="POST", path="/issues$", status=status)
        passed = made.once()
        asked = [entry.status for entry in made.sandbox.log.entries if entry.face == "github"]
        assert asked[-1] == status
        assert list(passed.applied.stopped) == ["shop"]
        assert any(entry.face != "github" for entry in made.sandbox.log.writes())
