"""What came of improvements, as digests, reviews and the command line show it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rules.memory import Judgement
from rules.model import Block, Heading, Line, Link, Paragraph, Strong, Table, Text
from rules.outcomes.hits import Came, Harvest, Hits
from rules.texts import clipped
from worker.agenda_words import LONGEST, listed

JUDGED = "What came of finished improvements"
RATES = "How often the stated effect came true"
SILENT = "Effort without impact (nobody said what it was to achieve), {silent} of {finished} finished: "
NONE = "Nothing was to be judged."
WORDS: dict[Judgement, str] = {
    "validated": "validated",
    "not shown": "not shown",
    "worse": "worse",
    "too little data": "with too little data",
}
SHOWN = 5
"""Tickets of a list that are named; the rest is counted."""
LONGEST_SAID = 300
MEANING = (
    "A rate is of what was judged: validated, not shown or worse. Too little data is neither. In brackets is the 95% "
    "interval; what happened besides, a season or luck, is not taken out of the numbers."
)


def outcome_blocks(harvest: Harvest, *, title: str = JUDGED) -> tuple[Block, ...]:
    """Return a heading, the counts, and a line for each improvement that was judged, the unshown first."""
    lines = [_line(each) for each in harvest.came]
    blocks = listed(title, lines, "judged", none=NONE)
    sums = _sums(harvest)
    return (blocks[0], *([Paragraph(sums)] if sums else ()), *blocks[1:])


def _line(each: Came) -> Line:
    title = clipped(each.title, LONGEST)
    return (each.ticket, Text(f" {title}: "), Strong(each.judgement), Text(f". {clipped(each.said, LONGEST_SAID)}"))


def _sums(harvest: Harvest) -> Line:
    """Word the counts: "1 validated, 2 not shown. Effort without impact ..., 3 of 9 finished: OPS-1, ..."."""
    counts = harvest.counts
    parts: list[Line] = []
    if harvest.came:
        shown = (each for each in WORDS if counts[each])
        parts.append((Text(f"{', '.join(f'{counts[each]} {WORDS[each]}' for each in shown)}."),))
    if harvest.silent:
        words = SILENT.format(silent=len(harvest.silent), finished=harvest.finished)
        parts.append((Text(words), *_named(harvest.silent), Text(".")))
    if harvest.unclear:
        parts.append((Text("What cannot be measured: "), *_named(harvest.unclear), Text(".")))
    if harvest.waiting:
        parts.append((Text(f"Not judged yet: {harvest.waiting}."),))
    return tuple(span for part in parts for span in (*([Text(" ")] if part is not parts[0] else []), *part))


def _named(links: Sequence[Link]) -> Iterable[Link | Text]:
    for index, link in enumerate(links[:SHOWN]):
        yield from ((Text(", "), link) if index else (link,))
    if len(links) > SHOWN:
        yield Text(f" and {len(links) - SHOWN} more")


def rate_blocks(harvest: Harvest) -> tuple[Block, ...]:
    """Return how often what was stated came true, by domain and by lead; nothing where nothing was judged."""
    if not harvest.all.judged:
        return ()
    rows = [("all", harvest.all), *(("domain", each) for each in harvest.by_domain)]
    rows += [("lead", each) for each in harvest.by_lead]
    cells = tuple(
        ((Text(of if each.name == "all" else f"{of} {each.name}"),), (Text(rate(each)),)) for of, each in rows
    )
    return (Heading((Text(RATES),)), Table(("of", "came true"), cells), Paragraph((Text(MEANING),)))


def rate(hits: Hits) -> str:
    """Word a hit rate: "2 of 3 (67%, 21% to 94%)"."""
    low, high = hits.interval
    if low is None or high is None:
        return "nothing judged"
    return f"{hits.validated} of {hits.judged} ({hits.validated / hits.judged:.0%}, {low:.0%} to {high:.0%})"
