"""Scenes of what comes back: faults that were fixed are reported again, duplicates fall due, a link is objected to."""

from contextlib import contextmanager

from tests.worker.alike import NEW, OLD, broken
from tests.worker.faults import Fault
from tests.worker.faulty import firm
from tests.worker.test_recurrence_duplicates import WANTED

TITLES = {
    "github": {"back": "Basket shows wrong totals", "twice": "Login loops", "open": "Banner overlaps menu"},
    "cloud": {"back": "Printer stays offline", "twice": "Invoice lacks address", "open": "Nightly export stalls"},
}
"""No two of them hold the same words: what resembles what is decided by other texts alone."""


@contextmanager
def recurring(folder, wrap):
    """Serve a company where all of that has happened since the last pass, on GitHub and on Jira."""
    with firm(folder, rules=("pack:recurrence",), wrap=wrap) as made:
        made.configure(more=WANTED)
        sides = [Fault(made, "github"), Fault(made, "cloud")]
        before = [_before(side) for side in sides]
        for side, (back, *_) in zip(sides, before, strict=True):
            _report(side, "twice", reporter="kim")
            _report(side, "open", reporter="kim")
            assert not side.is_open(back)
        made.once()
        made.once()
        for side, found in zip(sides, before, strict=True):
            _deeds(side, *found)
        made.clock.forward(days=1)
        made.sandbox.log.clear()
        yield made


def _before(side):
    """Have three faults fixed and one left open; return their numbers: back, twice, alike, open."""
    fixed = [_report(side, name) for name in ("back", "twice")]
    fixed.append(broken(side, *OLD))
    left = _report(side, "open")
    side.wait(days=1)
    for number in fixed:
        side.close(number)
    side.made.once()
    side.wait(days=1)
    return (*fixed, left)


def _report(side, name, **given):
    return side.report(TITLES[side.kind][name], f"Fingerprint: {side.kind}-{name}", **given)


def _deeds(side, _back, twice, _alike, left):
    """Have one fault come back, the other one's return objected to, and one resembled; the open one has a twin."""
    _report(side, "back", reporter="kim")
    broken(side, *NEW, reporter="zoe")
    side.say(twice, f"/kaizen not-same {side.key(left + 1)}")
