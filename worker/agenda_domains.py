"""The domains on a review's agenda: which have improvement work, and which are quiet."""

from __future__ import annotations

from rules.coverage import Coverage, Covered
from rules.model import Block, Heading, Line, Paragraph, Table, Text

QUIET, WORKED_ON = "quiet: no improvement work", "worked on"
WITHOUT = "{count} without a domain"
SEVERAL = "{count} with several domains, counted in each of them"


def domain_blocks(coverage: Coverage) -> tuple[Block, ...]:
    """Return a heading, a table with a row a domain, and what the table cannot tell of open improvements."""
    finished = f"finished in {coverage.days} days"
    head = ("domain", "open", finished, "overdue", "state")
    blocks: tuple[Block, ...] = (
        Heading((Text(f"Domains on {coverage.day.isoformat()}"),)),
        Table(head, tuple(_cells(each) for each in coverage.domains)),
    )
    besides = [WITHOUT.format(count=coverage.none)] if coverage.none else []
    besides += [SEVERAL.format(count=coverage.several)] if coverage.several else []
    return (*blocks, Paragraph((Text(f"Open improvements: {'; '.join(besides)}."),))) if besides else blocks


def _cells(each: Covered) -> tuple[Line, ...]:
    counts = (str(each.open), str(each.finished), str(each.overdue))
    state = QUIET if each.quiet else WORKED_ON
    return tuple((Text(text),) for text in (each.domain, *counts, state))
