"""The section `limits`: what was measured at the server, at the limits, and what was over one."""

from math import ceil

from tests.torture.canary import swept
from tests.torture.limits import plays
from tests.torture.section import Section

GITHUB = ((80, 60), (500, 3600))
SMALL = ((8, 60), (20, 3600))
SOME = (("github", "date"), ("github", "garbage"), ("cloud", "parts"), ("dc", "1e9"))


def limits(extent):
    """Measure. The short form has smaller limits, and some of the waits."""
    lines, wrong = [], []
    waits = [(where, wait) for where in plays.FACES for wait in plays.WAITS] if extent.every else SOME
    measures = (_content, _spacing, _one_issue, _unsaid, _turns, _reads)
    for measure in measures:
        for line, fine in measure(every=extent.every):
            lines.append(line)
            wrong += [] if fine else [line]
    for where, wait in waits:
        came, least = _played(plays.earliest, where, wait)
        line = f"Retry-After {wait:9} {where:6}  asked for {least:7.1f} s, next request after {came:9.2f} s"
        lines.append(line)
        wrong += [] if came >= least else [line]
    return Section(title="limits: measured at the server", lines=tuple(lines), wrong=tuple(wrong))


def _played(play, *what, **given):
    with swept() as folder:
        return play(folder, *what, **given)


def _content(*, every):
    pairs = GITHUB if every else SMALL
    found = _played(plays.content, tickets=1100 if every else 50, limits=pairs)
    (minute, _), (hour, _) = pairs
    yield (
        (
            f"content, 12 runs and 2 daemons in turns, 2 repositories of an account: fullest minute {found.minute} of"
            f" {minute}, fullest hour {found.hour} of {hour}, written {found.written}, punished {found.punished}"
        ),
        found.minute <= minute and found.hour == hour and not found.punished,
    )


def _spacing(*, every):
    least = _played(plays.spacing)
    yield f"writes to GitHub, 3 runs, 2 repositories: at least {least:.2f} s apart, of 1.00", least >= 1


def _one_issue(*, every):
    for flavour in ("cloud", "dc"):
        found = _played(plays.one_issue, flavour, 130 if every else 30)
        yield (
            (
                f"writes to one issue, {flavour}: {found.written}, fullest 2 s {found.short} of 20, fullest 30 s"
                f" {found.long} of 100, refused {found.refused}"
            ),
            found.short <= 20 and found.long <= 100 and not found.refused,
        )


def _unsaid(*, every):
    gaps = _played(plays.unsaid, 5 if every else 3)
    told = ", ".join(f"{gap:.0f}" for gap in gaps)
    fine = all(gap >= 60 * 2**number for number, gap in enumerate(gaps))
    yield f"throttled without a word, runs from cron: {told} s between requests, of 60 doubled each time", fine


def _turns(*, every):
    tickets, budget, arriving = (300, 10, 5) if every else (24, 5, 2)
    longest, waiting = _played(plays.longest_wait, tickets=tickets, budget=budget, arriving=arriving)
    most = ceil(tickets / (budget - arriving)) + 1  # all that are there, while others come
    yield (
        (
            f"{tickets} tickets, {budget} writes a pass, {arriving} new ones each, {budget + 1} fail: longest wait"
            f" {longest} passes of {most}, starved {waiting}"
        ),
        longest <= most and not waiting,
    )


def _reads(*, every):
    for where in plays.FACES:
        passes, read = _played(plays.cold_reads, where, 450)
        yield (
            f"first read of 450 tickets, {where}, throttled after two pages: {passes} passes, {read} read",
            read == 450,
        )
