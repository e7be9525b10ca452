"""The demo's stage: what it is played with."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

from rich.console import Console

from worker.cycle import Watching
from worker.stop import Stop


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What the demo is played with."""

    clock: Callable[[], datetime]
    stop: Stop
    out: Console
    watching: Callable[[], AbstractContextManager[Watching]]  # opened anew for each long step
    program: str  # how to call kaizend, for what to try next

    def step(self, number: int, what: str) -> None:
        """Head a step."""
        self.out.print(f"\n{number}. {what}", style="bold", markup=False)
