"""Faults of delivery that are moments of a pass: played by the crash matrix, at the seam that each is about."""

import re

import pytest

from tests.torture.catalogue.fault import TRACKERS
from tests.torture.matrix.troupe import staged

SCENARIOS = {"github": "backlog", "cloud": "backlog", "dc": "morning-dc"}
COMMENT = {"github": r"POST /api/.*/comments$", "cloud": r"POST /jira/.*/comment$", "dc": r"POST /jira/.*/comment$"}
MOMENTS = {
    "delivery/killed-after-the-answer": (0, "kill-after"),
    "delivery/killed-before-the-send": (0, "kill-before"),
    "delivery/disk-full-at-the-claim": (-1, "raise"),
    "delivery/disk-full-at-the-end": (1, "raise"),
}
"""How many commits from the send of a comment, and what befalls it there; a full disk is an error of SQLite."""


@pytest.fixture(scope="module", params=TRACKERS)
def played(request):
    """Set up a company that is about to comment on this tracker."""
    with staged(SCENARIOS[request.param]) as stage:
        yield request.param, stage


@pytest.mark.parametrize(
    ("commits", "fault"),
    [pytest.param(*told, marks=pytest.mark.fault(name), id=name) for name, told in MOMENTS.items()],
)
def test_a_comment_is_there_once_whatever_happens_around_its_send(played, commits, fault):
    """Killed or without room for a row, before the send or after it: after a restart people see what they should."""
    where, stage = played
    seam = next(number for number, kind in enumerate(stage.seams, 1) if re.match(COMMENT[where], kind))
    around = [number for number, kind in enumerate(stage.seams, 1) if kind.startswith("commit") or number == seam]
    assert stage.play(around[around.index(seam) + commits], fault) == {}
