"""Time as it is lived: it goes on by a little whenever somebody looks, and jumps when it is told to."""

from datetime import timedelta

LOOK = timedelta(microseconds=50)  # a look at the clock takes so long: no two moments are the same


class Clock:
    """The one clock of a month."""

    def __init__(self, start):
        self.now = start

    def __call__(self):
        """Return the time, aware, in UTC."""
        self.now += LOOK
        return self.now

    def forward(self, **span):
        """Let time pass."""
        self.now += timedelta(**span)

    def sleep(self, seconds):
        """Sleep without taking long."""
        self.now += timedelta(seconds=seconds)


class Skewed:
    """A server's clock, which may be wrong."""

    def __init__(self, clock):
        self.clock, self.ahead = clock, timedelta()

    def __call__(self):
        """Return the server's time."""
        return self.clock() + self.ahead
