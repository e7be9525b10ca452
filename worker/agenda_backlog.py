"""The agenda's parts on the backlog: what is longest overdue, what was put off, and what effect is expected."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rules.coverage import IMPROVEMENT
from rules.memory import Statement
from rules.model import Block, Bullets, Heading, Line, Paragraph, Text
from rules.texts import clipped
from worker.agenda_words import LONGEST, MOST, link, listed, more, owners, titled
from worker.digest import Account, Late, gather
from worker.digest_deferrals import TITLE as DEFERRALS
from worker.digest_deferrals import deferral_blocks, deferral_debt
from worker.sitting import Known, Sitting

OVERDUE = "Longest overdue"
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
    """Return the agenda's part on what is put off, as the digest has it."""
    tickets = ((known.ticket, known.memory) for known in sitting.of(IMPROVEMENT))
    debt = deferral_debt(sitting.worker.policy, tickets, sitting.now, kind=IMPROVEMENT)
    return deferral_blocks(debt) or listed(DEFERRALS, (), "", none="Nothing is put off.")


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


def _stated(sitting: Sitting) -> Iterator[tuple[Known, Statement]]:
    for known in sitting.of(IMPROVEMENT):
        closed = known.ticket.closed
        if known.open or (closed is not None and closed >= sitting.since):
            newest = [said for said in known.memory.statements if said.what == "outcome"][-1:]
            yield from ((known, said) for said in newest)


def _outcome(known: Known, said: Statement) -> Line:
    return titled(known.ticket, f"{clipped(said.value, LONGEST)}, {'open' if known.open else 'closed'}")
