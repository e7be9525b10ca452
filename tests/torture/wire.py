"""The section of the wire: each kind of write loses its answer in each way; how often it was sent, what is there."""

import re
from collections import Counter, defaultdict
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import cycle, groupby
from pathlib import Path

from integrations.sandbox.faults import Fault
from tests.torture.canary import swept
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
    """Play on GitHub beside Jira Cloud and beside Jira Data Center."""
    with ProcessPoolExecutor(extent.jobs) as pool:
        plain = dict(zip(JIRA, pool.map(undisturbed, JIRA), strict=True))
        dealt = [(flavour, deal) for flavour in JIRA for deal in deals(plain[flavour][1], every=extent.every)]
        flavours, ways = zip(*dealt, strict=True)
        played = list(pool.map(play, flavours, ways, [plain[flavour][0] for flavour in flavours]))
    sends = defaultdict(dict)
    wrong = []
    for (flavour, deal), (told, wrongs) in zip(dealt, played, strict=True):
        name = " and ".join(sorted(set(deal.values())))
        wrong += [f"{name}, beside {flavour}: {one}" for one in wrongs]
        wrong += [f"{kind}, beside {flavour}, was not met by {lost}" for kind, lost in deal.items() if kind not in told]
        for kind, count in told.items():
            lost = deal[kind]
            sends[kind][lost] = max(count, sends[kind].get(lost, 0))
            if count > (1 if ONCE.match(kind.partition(" ")[2]) else MOST):
                wrong.append(f"{kind}: sent {count} times after {lost}")
    title = f"writes on the wire for each lost answer: {len(sends)} kinds of write, {len(LOST)} ways to lose an answer"
    return Section(title=title, lines=table(sends), wrong=tuple(wrong))


def deals(kinds, *, every):
    """Deal out how each kind of write loses its answer, a dict for each play.

    In the long form each kind meets each way. In the short one all are dropped, and then each tracker meets each way.
    """
    if every:
        return [dict.fromkeys(kinds, lost) for lost in LOST]
    others = [lost for lost in LOST if lost != "drop"]
    faces = groupby(kinds, key=lambda kind: kind.partition(" ")[0])
    mixed = {kind: lost for _, mine in faces for kind, lost in zip(mine, cycle(others), strict=False)}
    return [dict.fromkeys(kinds, "drop"), mixed]


def table(sends):
    """Return the lines: a kind of write a line, its sends in the pass in which its answer was lost."""
    wide = max(map(len, sends), default=0)
    head = f"{'sends in that pass; effects in the end: 1 each':{wide}}  " + "".join(f"{lost:>9}" for lost in LOST)
    rows = [
        f"{kind:{wide}}  " + "".join(f"{told.get(lost, '-'):>9}" for lost in LOST)
        for kind, told in sorted(sends.items())
    ]
    return (head, *rows)


def play(flavour, deal, expected):
    """Lose the first answer to each kind of write as dealt; return the sends of each kind, and what was wrong."""
    with swept() as folder, busy(Path(folder, "lost"), serve=partial(served, flavour)) as made:
        made.configure(patience=1)
        configure(made)
        for kind, lost in deal.items():
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


def undisturbed(flavour):
    """Return what people see after passes without a fault, and which kinds of writes those make."""
    with swept() as folder, busy(Path(folder, "plain"), serve=partial(served, flavour)) as made:
        for _ in range(3):
            made.once()
            made.clock.forward(minutes=2)
        return seen(made), sorted({kind_of(entry) for entry in made.sandbox.log.writes() if entry.path != "/"})


def seen(made):
    """Count what of ours stands in the trackers, by titles: in which order tickets are filed depends on what fails."""
    titles = {issue.key: issue.title for issue in made.issues()}
    titles |= {issue.key: issue.summary for issue in made.jira.issues.values()}
    found = Counter()
    for name, count in made.seen().items():
        key, _, what = name.partition(" ")
        found[f"{titles.get(key, key)!r} {what}"] += count
    return found


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
    hit = [entry for entry in writes if entry.fault or not entry.status]  # a late answer may still be on its way
    return Counter({kind_of(entry): sent[entry.face, entry.method, entry.path, entry.body] for entry in hit})


def wrongs(made, expected, quiet):
    """Say what is there twice, what is missing, and whether it never came to rest."""
    there = seen(made)
    if twice := +(there - expected):
        yield f"there twice: {dict(twice)}"
    if missing := +(expected - there):
        yield f"missing: {dict(missing)}"
    if marked := [one for one, count in made.marks().items() if count > 1]:
        yield f"marked twice: {marked}"
    if quiet != QUIET:
        yield "it never came to rest"
