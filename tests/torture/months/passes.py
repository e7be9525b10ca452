"""One pass of one process, and how it ended."""

import traceback
from dataclasses import dataclass
from typing import Any

from tests.torture.months.process import Killed, Process
from worker.cycle import Watching, once, read
from worker.errors import LockHeld, LockLost, WorkerError
from worker.lease import TTL, acquire
from worker.look import look
from worker.settings import load_settings
from worker.stop import Stopping
from worker.wiring import opened


@dataclass(slots=True, kw_only=True)
class Pass:
    """A pass. `first` and `last` are its requests in the log; others may stand between them."""

    number: int
    process: Process
    began: Any
    first: int
    last: int = 0
    ended: Any = None
    outcome: str = ""
    why: str = ""
    planning: bool = False  # `kaizend plan`, not `kaizend once`
    passed: Any = None
    look: Any = None
    spoilt: Any = None  # what makes another worker of a worker, to see whether that is noticed

    def run(self, made, *, whole):
        """Make it, as `kaizend once` or `kaizend plan` does."""
        with self.process.running():
            try:
                self._pass(made, whole=whole)
            except Killed:
                self.outcome = "killed"
            except Stopping:
                self.outcome = "stopped"
            except LockHeld:
                self.outcome = "locked out"
            except LockLost as error:
                self.outcome, self.why = "lock lost", str(error)
            except WorkerError as error:
                self.outcome, self.why = ("killed" if not self.process.alive else "failed"), str(error)
            except Exception:  # noqa: BLE001 - whatever it is, it is told as what it is: a fault of ours
                self.outcome, self.why = "broken", traceback.format_exc()[-3000:]
        if self.process.lost and self.outcome in {"fine", "partial", "stopped", "failed"}:
            self.outcome = "lock lost"

    def _pass(self, made, *, whole):
        process = self.process
        settings = load_settings(made.config, made.env)
        with opened(settings, clock=process.clock, sleep=process.sleep) as worker:
            held = acquire(worker.database, name="worker", ttl=TTL, now=process.clock())
            process.hold(held)
            worker.guard.watch(held, process.clock)
            spoilt = self.spoilt(worker) if self.spoilt else worker
            try:
                if self.planning:
                    self._plan(spoilt)
                else:
                    self._once(spoilt, whole=whole)
            finally:
                if process.alive:
                    held.release()

    def _once(self, worker, *, whole):
        self.passed = once(worker, self.process.stop, watching=Watching(), whole=whole)
        self.look = self.passed.look
        self.outcome = "fine" if self.passed.whole else "partial"
        self.why = "; ".join(self.passed.troubles)[:300]

    def _plan(self, worker):
        read(worker, Watching())
        self.look = look(worker, worker.clock(), whole=True)
        self.outcome = "planned"
