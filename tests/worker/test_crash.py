"""kill -9 at each commit and each request of a pass: after a restart nothing is there twice and nothing is missing.

Two seams with no commit and no effect between them leave the same behind. So `make test` kills right before commits and
right before and after writes: at the first of each kind, and at the last, too, of the ledger's commits and of what took
effect. Of one kind are commits that write to the same tables, and writes that go to the same place. With CRASH=all the
kills before and after all of these and around each read are played, on more tickets.
"""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import orjson
import pytest

from tests.worker.places import company, pair
from worker.audit import verify

ROOT = Path(__file__).parents[2]
ALL = os.environ.get("CRASH") == "all"
served = company if ALL else pair  # four tickets or two
SHARES = 2  # of the seams of a kind, each a test, so that they run side by side
WRITES = {"before POST", "before PUT", "before PATCH", "before DELETE"}
WITH_LAST = {"before commit", "after write"}  # what is done at the end of a pass is left by more than at its beginning
KINDS = {
    "before a commit": "before commit",
    "before a commit of the mirror": "before lazy commit",
    "before a write leaves": "before write",
    "after a write took effect": "after write",
} | ({"after a commit": "after commit", "before a read": "before GET", "after a read": "after GET"} if ALL else {})


class Killer:
    """The process that makes passes in processes of their own, which it is told to kill."""

    def __init__(self):
        command = [sys.executable, "-m", "tests.worker.killer"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT)  # noqa: S603 - ours
        self.victim = 0
        self.known = threading.Event()
        self.requests = []
        self.fatal = 0

    def run(self, place, *, passes=1, fatal=0, request=0):
        """Have passes made; killed at the seam `fatal`, or after the effect of a request. Both are counted from 1."""
        self.known.clear()
        self.requests, self.fatal = [], request
        order = {
            "config": str(place.config),
            "start": place.clock.start.isoformat(),
            "origin": place.clock.origin,
            "passes": passes,
            "fatal": fatal,
        }
        self.process.stdin.write(orjson.dumps(order) + b"\n")
        self.process.stdin.flush()
        self.victim = orjson.loads(self.process.stdout.readline())["pid"]
        self.known.set()
        return orjson.loads(self.process.stdout.readline())

    def answered(self, method):
        """Hear from the server that a request had its effect and is about to be answered."""
        self.requests.append(method)
        if len(self.requests) == self.fatal:
            assert self.known.wait(10)
            os.kill(self.victim, signal.SIGKILL)

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(10)


class Watched:
    """A face that says when a request has had its effect."""

    def __init__(self, face, answered):
        self.face, self.answered = face, answered
        self.name, self.prefix = face.name, face.prefix

    def answer(self, request):
        answer = self.face.answer(request)
        self.answered(request.method)
        return answer


@pytest.fixture(scope="module")
def killer():
    """Start the process that makes passes and is killed."""
    made = Killer()
    yield made
    made.close()


@pytest.fixture(scope="module")
def undisturbed(killer, tmp_path_factory):
    """Make one pass without a kill: its seams, its requests and what people see after it."""
    with served(tmp_path_factory.mktemp("warm"), digests=True, wrap=watched_by(killer)) as place:
        assert killer.run(place)["ended"] == 0
    with served(tmp_path_factory.mktemp("undisturbed"), digests=True, wrap=watched_by(killer)) as place:
        told = killer.run(place)
        assert told["ended"] == 0
        (first,) = told["passes"]
        assert first["troubles"] == []
        seams = list(zip(first["seams"], first["kinds"], strict=True))
        return seams, killer.requests, place.seen(), len(place.marks())


def watched_by(killer):
    """Return what makes a face tell of its requests."""
    return lambda face: Watched(face, killer.answered)


def points(kind, seams, requests):
    """Return where to kill, as arguments of Killer.run."""
    when, _, what = kind.partition(" ")
    names = WRITES if what == "write" else {kind if when == "before" or what == "commit" else f"before {what}"}
    if when == "after" and what != "commit":
        sent = [seam for seam in seams if not seam[0].endswith("commit")]
        assert [name for name, _ in sent] == [f"before {method}" for method in requests]
        return [{"request": number} for number in chosen(kind, names, sent)]
    return [{"fatal": number} for number in chosen(kind, names, seams)]


def chosen(kind, names, seams):
    """Return the numbers of the seams of these names that are played: all, or the ends of each kind."""
    found = {number: what for number, (name, what) in enumerate(seams, 1) if name in names}
    if ALL:
        return list(found)
    if kind == "before commit":  # right after a write is played as such
        found = {number: what for number, what in found.items() if seams[number - 2][0] not in WRITES}
    firsts = {what: number for number, what in reversed(found.items())}
    lasts = {what: number for number, what in found.items()}
    ends = {*firsts.values(), *(lasts.values() if kind in WITH_LAST else ())}
    return sorted(ends)


@pytest.mark.parametrize("share", range(SHARES))
@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
def test_a_kill_at_any_moment_repeats_nothing_and_loses_nothing(killer, undisturbed, tmp_path, kind, share):
    """After kill -9 and a restart everything intended is there exactly once, and a further pass writes nothing."""
    seams, requests, expected, marks = undisturbed
    played = points(kind, seams, requests)[share::SHARES]
    assert played
    wrong = {}
    for number, point in enumerate(played):
        folder = tmp_path / str(number)
        folder.mkdir()
        with served(folder, digests=True, wrap=watched_by(killer)) as place:
            assert killer.run(place, **point)["ended"] == -signal.SIGKILL
            found = after_restart(killer, place)
            seen = place.seen()
            found |= {"twice": +(seen - expected), "lost": +(expected - seen)}
            found |= {"marked twice": [one for one, count in place.marks().items() if count > 1]}
            found |= {"marks": len(place.marks()) - marks} | milestones(place)
        if any(found.values()):
            wrong[str(point)] = {what: value for what, value in found.items() if value}
    assert wrong == {}


def after_restart(killer, place):
    """Make passes until one finds nothing left to write, three at most; return what is wrong then."""
    passes = killer.run(place, passes=2)["passes"]
    if writes(passes[-1]):
        passes += killer.run(place)["passes"]
    with place.worker() as worker:
        states = worker.ledger.ops_by_state()
        trail = verify(worker.database, worker.keys.key)
    return {
        "troubles": [trouble for one in passes for trouble in one["troubles"]],
        "never quiet": writes(passes[-1]),
        "open": {state: states[state] for state in states.keys() - {"done", "dropped"}},
        "trail": trail.why,
    }


def writes(told):
    """Return the writes of a pass; a question in GraphQL is none."""
    sent = zip(told["seams"], told["kinds"], strict=True)
    return [kind for seam, kind in sent if seam in WRITES and not kind.endswith("/graphql")]


def milestones(place):
    """Return the milestones that were made twice."""
    titles = [one.title for one in place.github.main.milestones.values()]
    return {"milestones": sorted({title for title in titles if titles.count(title) > 1})}
