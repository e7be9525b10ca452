"""The words of the digest, tracker-neutral."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

from rules.card import CARD
from rules.coverage import RECENTLY
from rules.deeds import counted
from rules.model import Bullets, Code, Heading, Line, Paragraph, Prose, Strong, Table, Text
from rules.rule import PLAIN
from worker.agenda_backlog import overdue_blocks
from worker.agenda_inputs import input_blocks
from worker.agenda_outcomes import outcome_blocks
from worker.agenda_words import MOST, link, more
from worker.digest import Account, Did, Digest, DomainRow
from worker.digest_decisions import decisions
from worker.digest_deferrals import deferral_blocks

BARS = "▁▂▃▄▅▆▇█"


def prose(digest: Digest) -> Prose:
    """Word a digest. Nothing is left out unsaid: what does not fit is counted."""
    title = f"Improvement digest {digest.slot}: {digest.name}"
    week = f"{digest.start.isoformat()} to {(digest.end - timedelta(days=1)).isoformat()}. "
    return Prose(
        (
            Heading((Text(title),)),
            Paragraph((Text(week), *_summary(digest))),
            _domains(digest),
            Paragraph(_trend(digest.weeks)),
            *digest.gates,
            *digest.waivers,
            *digest.metrics,
            *overdue_blocks(digest.overdue),
            *deferral_blocks(digest.deferrals),
            *(outcome_blocks(digest.harvest) if digest.harvest and digest.harvest.came else ()),
            *digest.recurrences,
            *decisions(digest.unfed),
            *digest.reviews,
            *input_blocks(digest.inputs),
            *_account(digest.account),
        )
    )


def _summary(digest: Digest) -> Line:
    total = Counter[str]()
    for row in digest.rows:
        total.update(open=row.open, new=row.new, closed=row.closed, overdue=row.overdue)
    said: Line = (
        Strong(f"{total['open']} open"),
        Text(f", {total['new']} new, {total['closed']} closed, {total['overdue']} overdue."),
    )
    if digest.quiet:
        said += (Text(f" No improvement work, open or finished within {RECENTLY} days: {', '.join(digest.quiet)}."),)
    return said


def _domains(digest: Digest) -> Table:
    head = ("domain", "open", "new", "closed", "overdue", "oldest open")
    return Table(head, tuple(_cells(row, digest.end) for row in digest.rows))


def _cells(row: DomainRow, end: date) -> tuple[Line, ...]:
    oldest: Line = (Text("-"),)
    if row.oldest is not None:
        age = (end - row.oldest.created.date()).days
        oldest = (link(row.oldest), Text(f" ({age} days)"))
    counts: tuple[Line, ...] = tuple((Text(str(n)),) for n in (row.open, row.new, row.closed, row.overdue))
    return ((Text(row.domain),), *counts, oldest)


def _trend(weeks: Sequence[tuple[int, int]]) -> Line:
    new, closed = [week[0] for week in weeks], [week[1] for week in weeks]
    return (
        Text(f"{len(weeks)} weeks: new "),
        Code(sparkline(new)),
        Text(f" ({sum(new)}), closed "),
        Code(sparkline(closed)),
        Text(f" ({sum(closed)})"),
    )


def sparkline(values: Sequence[int]) -> str:
    """Draw values as bars, the tallest for the greatest; nothing happened is the lowest bar."""
    top = max(values, default=0) or 1
    return "".join(BARS[round(value / top * (len(BARS) - 1))] for value in values)


def _account(account: Account) -> tuple[Heading | Bullets | Paragraph, ...]:
    did: list[Line] = [_did(one) for one in account.did[:MOST]]
    could_not: list[Line] = [(Text(line),) for line in account.could_not[:MOST]]
    blocks: list[Heading | Bullets | Paragraph] = [Heading((Text("What kaizend did, and why"),))]
    if did:
        blocks.append(Bullets((*did, *more(len(account.did) - MOST, "of what rules did"))))
    else:
        blocks.append(Paragraph((Text("Nothing."),)))
    if account.undone:
        blocks.append(Paragraph((Text(f"People took back {account.undone} of these; they stay taken back."),)))
    if account.rates:
        blocks.append(Paragraph((Text(_rates(account)),)))
    if account.baseline.tickets:
        blocks.append(Paragraph((Text(_left_alone(account)),)))
    if could_not:
        blocks.append(Heading((Text("What it could not do"),)))
        blocks.append(Bullets((*could_not, *more(len(account.could_not) - MOST, "such lines"))))
    return tuple(blocks)


def _rates(account: Account) -> str:
    """Say how much of what each rule did people took back, the largest share first."""
    worst = sorted(account.rates.items(), key=lambda each: (-each[1][1] / each[1][0], each[0]))
    rules = [f"{rule} {back} of {did} ({round(100 * back / did)} %)" for rule, (did, back) in worst[:MOST]]
    rules += [f"{len(worst) - MOST} more rules"] if len(worst) > MOST else []
    return f"Taken back by people, of what was done in 30 days: {', '.join(rules)}."


def _left_alone(account: Account) -> str:
    """Say how much is in the baseline, by rule, and whether that shrinks."""
    debt, before = account.baseline, account.baseline_before
    rules = [f"{rule} {count}" for rule, count in list(debt.rules.items())[:MOST]]
    rules += [f"{len(debt.rules) - MOST} more rules"] if len(debt.rules) > MOST else []
    tickets = "1 ticket" if debt.tickets == 1 else f"{debt.tickets} tickets"
    then = f" ({before} a week before)" if before else ""
    return f"In the baseline, and so left alone: {tickets}{then}. By rule: {', '.join(rules)}."


def _did(one: Did) -> Line:
    if one.rule == CARD:
        return (Strong(counted(one.deeds)), Text(" written or brought up to date, as on "), one.example)
    said: Line = (Strong(counted(one.deeds)), Text(" by "), Code(one.rule))
    if one.about:
        said += (Text(f" ({one.about})"),)
    said += (Text(", as on "), one.example)
    because = "; ".join(PLAIN.sub(r"\1\2", clause) for clause in one.because)
    return (*said, Text(f": {because}")) if because else said
