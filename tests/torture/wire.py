"""The section of the wire: each kind of write loses its answer in each way; how often it was sent, what is there."""

import re
from collections import Counter, defaultdict
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

from integrations.sandbox.faults import Fault
from tests.torture.catalogue.fault import JIRA
from tests.torture.section import Extent, Section
from tests.worker.busy import busy, configure
from tests.worker.faulty import firm

LOST = {
    "drop": {"kind": "drop_after"},
    "502": {"kind": "status_after", "status": 502},
    "503": {"kind": "status_after", "status": 503},
    "504": {"kind": "status_after", "status": 504},
    "503+wait": {"kind": "status_after", "status": 503, "headers": {"Retry-After": "30"}},
    "late": {"kind": "delay_after", "seconds": 1.5},
    "429": {"kind": "status", "status": 429, "headers": {"Retry-After": "30"}},
}
"""How an answer is lost: after the effect, but for the throttle, which has none."""
ONCE = re.compile(r"^POST .*/(comments?|issues?|transitions)$")
"""Writes that would show twice if they were sent twice."""
MOST = 3
"""So often at most is sent what may be sent again."""
PASSES = 60
QUIET = 2  # passes without a write, one after the other
OPAQUE = re.compile(r"\d+|(?<=/labels/)[^/]+")


def wire(extent: Extent) -> Section:
    """Play every way on GitHub beside Jira Cloud and beside Jira Data Center."""
    ways = list(product(JIRA, LOST))
    with ProcessPoolExecutor(extent.jobs) as pool:
        played = dict(zip(ways, pool.map(play, *zip(*ways, strict=True)), strict=True))
    sends = defaultdict(dict)
    wrong = []
    for (flavour, lost), (told, wrongs) in played.items():
        wrong += [f"{lost}, beside {flavour}: {one}" for one in wrongs]
        for kind, count in told.items():
            sends[kind][lost] = max(count, sends[kind].get(lost, 0))
            if count > (1 if ONCE.match(kind.partition(" ")[2]) else MOST):
                wrong.append(f"{kind}: sent {count} times after {lost}")
    wrong += [f"{kind} was not met by {lost}" for kind, told in sends.items() for lost in LOST if lost not in told]
    title = f"writes on the wire for each lost answer: {len(sends)} kinds of write, {len(LOST)} ways to lose an answer"
    return Section(title=title, lines=table(sends), wrong=tuple(wrong))


def table(sends):
    """Return the lines: a kind of write a line, its sends in the pass in which its answer was lost."""
    wide = max(map(len, sends), default=0)
    head = f"{'sends in that pass; effects in the end: 1 each':{wide}}  " + "".join(f"{lost:>9}" for lost in LOST)
    rows = [
        f"{kind:{wide}}  " + "".join(f"{told.get(lost, '-'):>9}" for lost in LOST)
        for kind, told in sorted(sends.items())
    ]
    return (head, *rows)


def play(flavour, lost):
    """Lose the first answer to each kind of write; return the sends of each kind, and what was wrong."""
    with TemporaryDirectory() as folder:
        expected, kinds = undisturbed(Path(folder, "plain"), flavour)
        with busy(Path(folder, "lost"), serve=partial(served, flavour)) as made:
            made.configure(patience=1)
            configure(made)
            for kind in kinds:
                face, method, path = kind.split(" ", 2)
                made.sandbox.fail(Fault(face=face, method=method, path=pattern(path), **LOST[lost]))
            sends = Counter()
            quiet = 0
            for _ in range(PASSES):
                made.sandbox.log.clear()
                made.once()
                sends |= lost_in(made)
                made.clock.forward(minutes=2)
                quiet = 0 if made.writes() else quiet + 1
                if quiet == QUIET:
                    break
            return dict(sends), list(wrongs(made, expected, quiet))


def served(flavour, folder, **given):
    """Serve a company beside this Jira."""
    folder.mkdir()
    return firm(folder, flavour, **given)


def undisturbed(folder, flavour):
    """Return what people see after passes without a fault, and which kinds of writes those make."""
    with busy(folder, serve=partial(served, flavour)) as made:
        for _ in range(3):
            made.once()
            made.clock.forward(minutes=2)
        return made.seen(), sorted({kind_of(entry) for entry in made.sandbox.log.writes() if entry.path != "/"})


def kind_of(entry):
    """Name a kind of write: "github POST /repos/acme/shop/issues/N/comments"."""
    return f"{entry.face} {entry.method} {OPAQUE.sub('N', entry.path)}"


def pattern(path):
    """Return the regular expression of a kind's paths."""
    return "^" + re.escape(path).replace("N", "[^/]+") + "$"


def lost_in(made):
    """Return how often each request whose answer was lost in this pass was sent in it, by its kind."""
    writes = made.sandbox.log.writes()
    sent = Counter((entry.face, entry.method, entry.path, entry.body) for entry in writes)
    hit = [entry for entry in writes if entry.fault]
    return Counter({kind_of(entry): sent[entry.face, entry.method, entry.path, entry.body] for entry in hit})


def wrongs(made, expected, quiet):
    """Say what is there twice, what is missing, and whether it never came to rest."""
    seen = made.seen()
    if twice := +(seen - expected):
        yield f"there twice: {dict(twice)}"
    if missing := +(expected - seen):
        yield f"missing: {dict(missing)}"
    if marked := [one for one, count in made.marks().items() if count > 1]:
        yield f"marked twice: {marked}"
    if quiet != QUIET:
        yield "it never came to rest"
