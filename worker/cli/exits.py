"""Exit codes: what a script may rely on."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """How a command ended."""

    FINE = 0
    EXPECTED = 1  # an error that was expected, one line on stderr
    USAGE = 2
    UNEXPECTED = 3  # an error that was not; the traceback is on stderr
    PARTIAL = 4  # the pass was not whole: throttled, over a ceiling, some ops failed or parked, a source unread
    LOCKED = 5  # another worker holds the lock
    BLOCKED = 6  # `gate --release` or `gate --change`: a gate is closed
    STALE = 7  # the same: not known, because the gates were not judged lately
    CHANGES = 10  # `plan --exit-code`, with changes pending
    INTERRUPTED = 130
