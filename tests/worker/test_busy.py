"""A busy morning on trackers that fail: what one pass files, links, takes back and closes is there once in the end."""

from collections import Counter

import pytest

from tests.worker.busy import busy
from tests.worker.faulty import FLAVOURS, firm

FAULTS = {
    "the answer is lost": ("github", "/issues$", {"kind": "drop_after"}),
    "a bad gateway, after it was done": ("jira-dc", "/issue$", {"kind": "status_after", "status": 502}),
    "a throttle": ("jira-cloud", "/issue$", {"kind": "status", "status": 429, "headers": {"Retry-After": "200"}}),
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


def settled(made):
    """Make passes until one has nothing to write, five at most."""
    for _ in range(5):
        made.clock.forward(minutes=6)
        if made.written() == []:
            return
    raise AssertionError(made.writes())


@pytest.mark.parametrize(("face", "path", "fault"), FAULTS.values(), ids=FAULTS.keys())
def test_filing_in_a_tracker_that_fails_leaves_everything_there_once(tmp_path, face, path, fault):
    """Tickets of one tracker are filed in the other, which fails at the first; by the next day all are there."""
    found = []
    for name in ("well", "badly"):
        with morning(tmp_path / name, "dc" if face == "jira-dc" else "cloud") as made:
            if name == "badly":
                made.fail(face=face, method="POST", path=path, **fault)
            assert made.once().whole is (name == "well")
            settled(made)
            made.clock.forward(days=1)
            settled(made)
            assert max(made.marks().values()) == 1
            found.append((seen(made), len(made.marks())))
    assert found[0] == found[1]


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
