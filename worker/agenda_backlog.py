"""The agenda's parts on the backlog: what is longest overdue, what was put off, and what effect is expected."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rules.coverage import IMPROVEMENT
from rules.facts import of
from rules.memory import Statement
from rules.model import Block, Bullets, Heading, Line, Paragraph, Text
from rules.texts import clipped
from worker.agenda_words import LONGEST, MOST, link, listed, more, owners, times, titled
from worker.digest import Account, Late, gather
from worker.sitting import Known, Sitting

OVERDUE = "Longest overdue"
DEFERRALS = "Put off"
OUTCOMES = "Outcomes expected"


def overdue_blocks(late: Sequence[Late]) -> tuple[Block, ...]:
    """Return what is overdue, the longest first; nothing if nothing is."""
    if not late:
        return ()
    lines: list[Line] = [
        (link(one.ticket), Text(f" {one.ticket.title}, due {one.ticket.due}, {owners(one.owners)}"))
        for one in late[:MOST]
    ]
    return (Heading((Text(OVERDUE),)), Bullets((*lines, *more(len(late) - MOST, "overdue"))))


def overdue(sitting: Sitting) -> tuple[Block, ...]:
    """Return the agenda's part on what is overdue, counted as the digest counts it."""
    policy = sitting.worker.policy
    digest = gather(
        "",
        "",
        policy=policy,
        tickets=((known.ticket, known.memory) for known in sitting.of(IMPROVEMENT)),
        account=Account(),
        end=policy.calendar.today(sitting.now),
        now=sitting.now,
    )
    return overdue_blocks(digest.overdue) or listed(OVERDUE, (), "", none="Nothing is overdue.")


def deferrals(sitting: Sitting) -> tuple[Block, ...]:
    """Return the agenda's part on what is open and was put off, the most often first."""
    every = ((_deferrals(sitting, known), known) for known in sitting.of(IMPROVEMENT) if known.open)
    found = [each for each in every if each[0]]
    found.sort(key=lambda each: (-each[0], each[1].ticket.key))
    blocks = listed(DEFERRALS, [_put_off(*each) for each in found], "put off", none="Nothing that is open was put off.")
    if not found:
        return blocks
    total = sum(count for count, _ in found)
    words = f"{len(found)} open improvements were put off, {times(total)} in all."
    if len(found) == 1:
        words = f"One open improvement was put off, {times(total)}."
    return (blocks[0], Paragraph((Text(words),)), *blocks[1:])


def outcomes(sitting: Sitting) -> tuple[Block, ...]:
    """Return the agenda's part on the effects that people expect of what is open, or was closed since the last time."""
    stated = sorted(_stated(sitting), key=lambda each: (each[1].value.rpartition(" ")[2], each[0].ticket.key))
    lines = [_outcome(known, said) for known, said in stated]
    blocks = listed(OUTCOMES, lines, "with an outcome", none="Nobody said what effect they expect of anything.")
    left = [known for known in sitting.of(IMPROVEMENT) if known.open]
    silent = sum(1 for known in left if not any(said.what == "outcome" for said in known.memory.statements))
    if not silent:
        return blocks
    return (*blocks, Paragraph((Text(f"Of {len(left)} open improvements {silent} state no outcome."),)))


def _deferrals(sitting: Sitting, known: Known) -> int:
    policy = sitting.worker.policy
    today = policy.calendar.today(sitting.now)
    found = of(known.ticket, known.kind, known.memory, policy, today, ("deferrals",))
    return int(str(found["deferrals"]))


def _put_off(count: int, known: Known) -> Line:
    days = [each.value for each in known.memory.statements if each.what == "defer"]
    until = f", until {days[-1]}" if days else ""
    return titled(known.ticket, f"{times(count)}{until}")


def _stated(sitting: Sitting) -> Iterator[tuple[Known, Statement]]:
    for known in sitting.of(IMPROVEMENT):
        closed = known.ticket.closed
        if known.open or (closed is not None and closed >= sitting.since):
            newest = [said for said in known.memory.statements if said.what == "outcome"][-1:]
            yield from ((known, said) for said in newest)


def _outcome(known: Known, said: Statement) -> Line:
    return titled(known.ticket, f"{clipped(said.value, LONGEST)}, {'open' if known.open else 'closed'}")
