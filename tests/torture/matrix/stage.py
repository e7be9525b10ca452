"""A stage: one scenario, set up once, and its pass played again and again from there, each time in its own process.

`python -m tests.torture.matrix.stage SCENARIO` says in a line of JSON which seams there are, and what was wrong without
any fault; then it plays what it reads, "SEAM FAULT" a line, and says in a line what was wrong.
"""

import gc
import os
import shutil
import signal
import sys
import tempfile
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import orjson

from integrations.sandbox.faults import Fault
from tests.torture.canary import sweep
from tests.torture.matrix.passing import TTL, WAIT, forked
from tests.torture.matrix.scenario import marks, seen
from tests.torture.matrix.scenarios import SCENARIOS
from tests.torture.matrix.seams import IN_THE_SERVER, faults_of, is_commit
from tests.worker.places import pair

TRIES = 3
ELSEWHERE = "another seam than before"
"""The clock goes on as it does: once in a while a second begins elsewhere, and the order of things changes by it."""
PASSES = 3
"""So many passes after a restart may write."""
KEY = f"{7:064x}\n"
ON_THE_WIRE = {
    "lost": {"kind": "drop_before"},
    "drop": {"kind": "drop_after"},
    "502": {"kind": "status_after", "status": 502},
}


class Doors:
    """The doors of a company's faces: they count the requests that had their effect, and kill who sent one of them."""

    def __init__(self):
        self.answered = 0
        self.fatal = 0
        self.victim = 0
        self.closing = False  # a connection serves one request

    def face(self, face):
        """Put a door before a face."""
        return Door(face, self)


class Door:
    """A face behind its door."""

    def __init__(self, face, doors):
        self.inner, self.doors = face, doors
        self.name, self.prefix = face.name, face.prefix

    def answer(self, request):
        """Answer, if whoever asked is left alive."""
        doors, answer = self.doors, self.inner.answer(request)
        doors.answered += 1
        if doors.answered == doors.fatal:
            os.kill(doors.victim, signal.SIGKILL)
        return replace(answer, headers={**answer.headers, "Connection": "close"}) if doors.closing else answer


@dataclass(slots=True)
class Stage:
    """A scenario that is set up: its company rests, and has been seen in an undisturbed pass."""

    scenario: object
    made: object
    doors: Doors
    seams: list = field(default_factory=list)  # kinds
    verbs: list = field(default_factory=list)
    expected: Counter = field(default_factory=Counter)
    at_first: Counter = field(default_factory=Counter)  # what is seen right after the pass itself
    marks: int = 0
    plays: int = 0
    wrong: dict = field(default_factory=dict)  # of the undisturbed pass

    def play(self, seam=0, fault=""):
        """Play the pass, one fault at one seam; return what was wrong, nothing if all promises held."""
        if fault and fault not in faults_of(self.seams[seam - 1]):
            return {"no such fault here": fault}
        for _ in range(TRIES):
            wrong = self._apart(seam, fault)["wrong"]
            if ELSEWHERE not in wrong:
                break
        return wrong

    def look(self):
        """Play the pass undisturbed."""
        told = self._apart(0, "")
        self.seams, self.verbs = told["seams"], told["verbs"]
        self.expected, self.at_first = Counter(told["seen"]), Counter(told["at_first"])
        self.marks, self.wrong = told["marks"], told["wrong"]

    def _apart(self, seam, fault):
        """Play in a copy of this process and of the company's files; return what is told."""
        self.plays += 1
        folder = self.made.folder.parent / f"play-{self.plays}"
        shutil.copytree(self.made.folder, folder)
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(reading)
            self.made.config = folder / self.made.config.relative_to(self.made.folder)
            self.made.folder = folder
            _alone(lambda: Play(self, seam, fault).told(), writing)
        os.close(writing)
        with os.fdopen(reading, "rb") as report:
            said = report.read()
        ended = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        sweep(folder)
        shutil.rmtree(folder)
        broken = {"wrong": {"the play broke off": ended}, "seams": [], "verbs": [], "marks": 0}
        broken |= {"seen": {}, "at_first": {}}
        return orjson.loads(said) if said else broken


def _alone(work, writing):
    """Do something, tell what came of it and end this process."""
    code = 3
    try:
        with os.fdopen(writing, "wb") as report:
            report.write(orjson.dumps(work()))
        code = 0
    except BaseException:  # noqa: BLE001 - whatever it is, this process must not go on as its parent would
        sys.excepthook(*sys.exc_info())
    os._exit(code)


class Play:
    """One play: a pass that something befalls, then passes by a new process until one finds nothing to do."""

    def __init__(self, stage, seam, fault):
        self.stage, self.made, self.doors = stage, stage.made, stage.doors
        self.seam, self.fault = seam, fault
        self.kind = stage.seams[seam - 1] if seam else ""
        self.request = seam - sum(map(is_commit, stage.seams[:seam]))
        self.reached = []
        self.at_first = {}
        self.wrong = {}

    def told(self):
        """Play; tell what was wrong, and what was seen."""
        on_the_wire = self.fault in IN_THE_SERVER and not is_commit(self.kind)
        ttl = TTL if self.fault == "freeze" else None
        first = forked(self.made, fatal=self.seam, fault="" if on_the_wire else self.fault, ttl=ttl)
        after = forked(self.made, ttl=ttl)
        self._prepare(first, on_the_wire=on_the_wire)
        with self.made.sandbox:
            if self.fault == "freeze":
                told, passes = None, self._overtaken(first, after)
            else:
                told = first.make(self.reached.append)
                self._first(told, first.ended())
                passes = list(self._after(after))
            self._last(passes[-1])
            shown, marked = seen(self.made), marks(self.made)
        if self.fault:
            self._compare(shown, marked)
        self._note("marked twice", [one for one, count in marked.items() if count > 1])
        return {
            "wrong": self.wrong,
            "seams": told["seams"] if told else [],
            "verbs": told.get("verbs", []) if told else [],
            "seen": shown,
            "at_first": self.at_first,
            "marks": len(marked),
        }

    def _prepare(self, first, *, on_the_wire):
        self.doors.answered, self.doors.victim = 0, first.pid
        self.doors.closing = self.fault == "raise"
        if on_the_wire and self.fault == "kill-after":
            self.doors.fatal = self.request
        elif on_the_wire:
            self.made.sandbox.fail(Fault(after=self.request - 1, **ON_THE_WIRE[self.fault]))

    def _first(self, told, ended):
        """Look at the pass that something befell, and at what it left."""
        self.made.sandbox.faults.clear()
        self.doors.closing, self.doors.fatal = False, 0
        refused = self.fault == "raise" and not is_commit(self.kind)
        if self.fault and self.reached != ["refused" if refused else self.kind]:
            self._note(ELSEWHERE, self.reached or ["none"])
        if self.fault.startswith("kill"):
            self._note("not killed", "" if ended == -signal.SIGKILL else f"ended with {ended}")
            return
        self._note("ended", ended)
        if told is None:
            return
        self._note("broke", told["broke"])
        self._note("unheard", told["unheard"])
        if not self.fault:
            self._note("troubles", told["troubles"])
            self._note("another number of requests", self.doors.answered - requests(told["seams"]))
            self.at_first = seen(self.made)
        elif not told["troubles"] and not told["died"]:
            found, expected = seen(self.made), self.stage.at_first
            missing = {"lost": dict(expected - found), "twice": dict(found - expected)}
            self._note("said to be whole", {name: what for name, what in missing.items() if what})

    def _overtaken(self, first, after):
        """Freeze a pass, have another process take over and let the first go on; return what the other tells."""
        frozen = first.freeze(self.reached.append)
        if not frozen or self.reached != [self.kind]:
            self._note(ELSEWHERE, self.reached)
        passes = list(self._after(after))
        self.made.sandbox.log.clear()
        told = first.thaw()
        self._note("went on", "" if told and "took over" in told["died"] else told)
        self._note("sent by who was overtaken", self.made.writes())
        self._note("ended", first.ended())
        return passes

    def _after(self, after):
        """Make passes in a new process until one writes nothing; yield what each tells."""
        writes, overtaking = ["none was made"], self.fault == "freeze"
        for number in range(PASSES + overtaking):
            self.made.sandbox.log.clear()
            if overtaking and number:
                self.made.clock.forward(seconds=WAIT)
            told = after.make(self.reached.append, later=overtaking and number > 0)
            if told is None:
                self._note("ended after the restart", after.ended())
                yield {}
                return
            said = ("broke", "died") if overtaking and not number else ("troubles", "broke", "died")
            for what in said:  # who overtakes another says at first that it waits
                self._note(f"{what} after the restart", told[what])
            yield told
            writes = self.made.writes()
            if number and not writes:
                break
        after.ended()
        self._note("never quiet", writes)

    def _last(self, told):
        states = told.get("states", {})
        self._note("left open", {state: states[state] for state in states.keys() - {"done", "dropped"}})
        self._note("trail", told.get("trail", ""))

    def _compare(self, found, marked):
        expected = self.stage.expected
        self._note("twice", dict(found - expected))
        self._note("lost", dict(expected - found))
        self._note("marks", len(marked) - self.stage.marks)

    def _note(self, what, value):
        if value:
            self.wrong[what] = value


def requests(seams):
    """Count the requests among seams."""
    return sum(not is_commit(kind) for kind in seams)


@contextmanager
def staged(scenario, folder):
    """Set a scenario up; look at its pass undisturbed."""
    _warmed(folder / "warm")
    doors = Doors()
    company = folder / "company"
    (company / "var").mkdir(parents=True, mode=0o700)
    key = company / "var" / "kaizend.key"
    key.write_text(KEY, encoding="utf-8")  # the same each time: what is ordered by ids of ops is in the same order
    key.chmod(0o600)
    with scenario.serve(company, doors.face) as made:
        made.sandbox.rest()
        stage = Stage(scenario=scenario, made=made, doors=doors)
        stage.look()
        yield stage


def _warmed(folder):
    """Make a pass in this process: what libraries prepare they prepare once, and all forks have it."""
    folder.mkdir()
    with pair(folder) as made:
        made.once()
    gc.freeze()


def main(name):
    """Set a scenario up and play what is asked for."""
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 - a folder of our own in it
    with tempfile.TemporaryDirectory(dir=memory) as folder, staged(SCENARIOS[name], Path(folder)) as stage:
        _answer({"seams": stage.seams, "verbs": stage.verbs, "wrong": stage.wrong})
        for line in sys.stdin:
            seam, fault = line.split()
            _answer(stage.play(int(seam), fault))


def _answer(answer):
    sys.stdout.buffer.write(orjson.dumps(answer) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(sys.argv[1])
