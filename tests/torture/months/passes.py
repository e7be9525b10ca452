"""One pass of one process, and how it ended."""

import traceback
from dataclasses import dataclass, field
from typing import Any

from tests.torture.months.process import Killed, Process
from worker.cycle import Watching, once
from worker.errors import LockHeld, LockLost, WorkerError
from worker.lease import TTL, acquire
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
    passed: Any = None
    carried: list = field(default_factory=list)

    def run(self, made, *, whole):
        """Make it, as `kaizend once` does."""
        with self.process.running():
            try:
                self.passed = self._pass(made, whole=whole)
                self.outcome = "fine" if self.passed.whole else "partial"
                self.why = "; ".join(self.passed.troubles)[:300]
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
            try:
                return once(worker, process.stop, watching=Watching(carried=self.carried.append), whole=whole)
            finally:
                if process.alive:
                    held.release()
