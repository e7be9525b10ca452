"""kill -9 on a busy morning: whatever is filed, linked, taken back, closed, opened or asked, it is there exactly once.

The seams are those of test_crash, in a pass that does what the packs ask for. `make test` kills right before and right
after a few of the writes; CRASH=all at every seam.
"""

import signal

import pytest

from tests.worker import test_crash
from tests.worker.busy import busy
from tests.worker.test_crash import ALL, Killer, after_restart, points, watched_by

FEW = {"before a write leaves": "before write", "after a write took effect": "after write"}
KINDS = test_crash.KINDS if ALL else FEW
SHARES = 2
EACH = 1 if ALL else 8
"""Of the seams that are chosen, one in so many is played."""


@pytest.fixture(scope="module")
def killer():
    """Start the process that makes passes and is killed."""
    made = Killer()
    yield made
    made.close()


def morning(killer, folder):
    """Serve the company, its quiet pass made by a process of its own."""

    def go(made):
        assert killer.run(made)["ended"] == 0

    folder.mkdir(exist_ok=True)
    return busy(folder, wrap=watched_by(killer), go=go)


@pytest.fixture(scope="module")
def undisturbed(killer, tmp_path_factory):
    """Make the busy pass without a kill: its seams, its requests and what people see after it."""
    with morning(killer, tmp_path_factory.mktemp("undisturbed")) as made:
        told = killer.run(made)
        (first,) = told["passes"]
        requests = killer.requests
        assert first["troubles"] == []
        assert after_restart(killer, made) == {"troubles": [], "never quiet": [], "open": {}, "trail": ""}
        return list(zip(first["seams"], first["kinds"], strict=True)), requests, made.seen(), len(made.marks())


@pytest.mark.parametrize("share", range(SHARES))
@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
def test_a_kill_on_a_busy_morning_repeats_nothing_and_loses_nothing(killer, undisturbed, tmp_path, kind, share):
    """After kill -9 and a restart each effect is there exactly once, and a further pass writes nothing."""
    seams, requests, expected, marks = undisturbed
    played = points(kind, seams, requests)[share :: SHARES * EACH]
    assert played
    wrong = {}
    for number, point in enumerate(played):
        with morning(killer, tmp_path / str(number)) as made:
            assert killer.run(made, **point)["ended"] == -signal.SIGKILL
            found = after_restart(killer, made)
            seen = made.seen()
            found |= {"twice": +(seen - expected), "lost": +(expected - seen)}
            found |= {"marked twice": [one for one, count in made.marks().items() if count > 1]}
            found |= {"marks": len(made.marks()) - marks}
        if any(found.values()):
            wrong[str(point)] = {what: value for what, value in found.items() if value}
    assert wrong == {}
