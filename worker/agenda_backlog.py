"""The agenda's parts on the backlog: what is longest overdue, what was put off, and what effect is expected."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rules.coverage import IMPROVEMENT
from rules.model import Block, Bullets, Heading, Line, Paragraph, Text
from rules.outcomes.hits import HarvestTally
from rules.outcomes.stating import Said, stated
from rules.texts import clipped
from worker.agenda_outcomes import outcome_blocks, rate_blocks
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
    """Return the agenda's part on effects: those expected of open and newly closed work, and what came of them."""
    expected = sorted(_expected(sitting), key=lambda each: (each[1].text.rpartition(" ")[2], each[0].ticket.key))
    lines = [_outcome(known, said) for known, said in expected]
    blocks = listed(OUTCOMES, lines, "with an outcome", none="Nobody said what effect they expect of anything.")
    left = [known for known in sitting.of(IMPROVEMENT) if known.open]
    silent = sum(stated(known.ticket, known.memory) is None for known in left)
    if silent:
        blocks += (Paragraph((Text(f"Of {len(left)} open improvements {silent} state no outcome."),)),)
    return (*blocks, *_judged(sitting))


def _judged(sitting: Sitting) -> tuple[Block, ...]:
    """Return what came of what was judged since the last review, and how often it came true."""
    tally = HarvestTally(sitting.worker.policy, sitting.since, sitting.now, now=sitting.now)
    for known in sitting.of(IMPROVEMENT):
        tally.add(known.ticket, known.memory, known.kind)
    harvest = tally.told()
    return (*outcome_blocks(harvest), *rate_blocks(harvest)) if harvest.anything else ()


def _expected(sitting: Sitting) -> Iterator[tuple[Known, Said]]:
    for known in sitting.of(IMPROVEMENT):
        closed = known.ticket.closed
        if known.open or (closed is not None and closed >= sitting.since):
            said = stated(known.ticket, known.memory)
            yield from ((known, said),) if said else ()


def _outcome(known: Known, said: Said) -> Line:
    return titled(known.ticket, f"{clipped(said.text, LONGEST)}, {'open' if known.open else 'closed'}")
