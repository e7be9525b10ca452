"""The weather at the trackers: calm, flaky, down, throttling, lagging, with a clock that is wrong."""

from datetime import timedelta
from email.utils import format_datetime

from integrations.sandbox.faults import Fault

SINGLE = (
    Fault(kind="status", status=500),
    Fault(kind="status", status=502),
    Fault(kind="status", status=503),
    Fault(kind="status", status=504),
    Fault(kind="status_after", status=502),
    Fault(kind="status_after", status=504),
    Fault(kind="drop_before"),
    Fault(kind="drop_after"),
    Fault(kind="truncate"),
    Fault(kind="halve"),
    Fault(kind="html"),
    Fault(kind="html", status=502),
    Fault(kind="status", status=408),
    Fault(kind="status", status=409),
)
DROP_BEFORE, DROP_AFTER = Fault(kind="drop_before"), Fault(kind="drop_after")
DOWN = (
    Fault(kind="status", status=503),
    Fault(kind="status", status=502),
    Fault(kind="html", status=503),
    Fault(kind="drop_before"),
    Fault(kind="drop_after"),
    Fault(kind="status", status=401),
)
KINDS = {
    "calm": 5,
    "flaky": 4,
    "stormy": 4,
    "down": 2,
    "throttled": 4,
    "lagging": 3,
    "skewed": 2,
    "bad writes": 3,
    "lost answers": 1,
}
"""How it may be, and how often."""
SHARES = {"flaky": 0.04, "stormy": 0.2, "bad writes": 0.4}
SECONDARY = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."


class Weather:
    """What befalls the requests to one face."""

    def __init__(self, face, world, clock, dice, kinds):
        self.face, self.world, self.clock, self.dice = face, world, clock, dice
        self.kinds = kinds
        self.kind, self.until, self.fault = "calm", clock.now, None

    def turn(self):
        """Change, for some hours."""
        self.kind = self.dice.choices(tuple(self.kinds), tuple(self.kinds.values()))[0]
        self.until = self.clock.now + timedelta(hours=self.dice.choice((3, 9, 20, 40)))
        self.world.lag_seconds = self.dice.choice((3, 10, 45)) if self.kind == "lagging" else 0.0
        wrong = self.dice.choice((-600, -30, 30, 600)) if self.kind == "skewed" else 0
        self.world.clock.ahead = timedelta(seconds=wrong)
        self.fault = self.dice.choice(DOWN) if self.kind == "down" else None

    def calm(self):
        """Clear up for good."""
        self.kind, self.fault, self.world.lag_seconds = "calm", None, 0.0
        self.world.clock.ahead = timedelta()

    def befall(self, request):
        """Return what befalls a request, None for nothing."""
        if self.clock.now >= self.until:
            return None
        if self.kind == "throttled" and self.dice.random() < (0.3 if request.method != "GET" else 0.05):
            return self._throttle()
        if self.kind == "lost answers":
            return DROP_AFTER if request.method == "POST" and self.dice.random() < 0.5 else None
        if self.kind == "bad writes" and request.method == "GET":
            return None
        if self.dice.random() < SHARES.get(self.kind, 0.0):
            return self.dice.choice(SINGLE)
        return self.fault

    def _throttle(self):
        seconds = self.dice.choice((1, 7, 60, 90, 900, 3300))
        date = format_datetime(self.clock.now.replace(microsecond=0) + timedelta(seconds=seconds), usegmt=True)
        told = self.dice.choice((str(seconds), f"{seconds}.5", date, "0", "-5", "1000000000", "soon", ""))
        headers = {"Retry-After": told} if told else {}
        if self.face == "github":
            status = self.dice.choice((403, 429))
            return Fault(kind="status", status=status, headers=headers, body={"message": SECONDARY})
        body = {"errorMessages": ["Rate limit exceeded."], "errors": {}}
        return Fault(kind="status", status=429, headers=headers, body=body)
