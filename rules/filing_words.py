"""The words of tickets that rules file: what is to be done, where it comes from, and why."""

from __future__ import annotations

from rules.evaluate import Holding
from rules.model import Bullets, Code, Line, Link, Paragraph, Prose, Text
from rules.moves import View
from rules.posts import clauses, ignore_command
from rules.rule import NewTicket
from rules.texts import clipped, plain, quiet

FROM = "It comes from "
FILED = "kaizend filed it by the rule "
BECAUSE = ", because "
UNWANTED = "If it is not wanted, close it as not planned: it is not filed again. Against the rule, comment there: "
LONGEST_TITLE = 200


def filled(view: View, template: str, item: str) -> Line:
    """Fill a text; `{item}` is the one of a list for which a ticket is filed."""
    return quiet(template, view.about, item=(Text(clipped(item)),))


def filed_title(view: View, template: str, item: str) -> str:
    """Return the title of a new ticket."""
    line = filled(view, template, item)
    return clipped(plain(line), LONGEST_TITLE)


def filed_prose(view: View, held: Holding, new: NewTicket, item: str) -> Prose:
    """Return the text of a new ticket."""
    ticket = view.ticket
    said = filled(view, new.say or held.rule.say or held.rule.about, item)
    origin: Line = (Text(FROM), Link(ticket.key, ticket.url), Text(f" {clipped(ticket.title)}"))
    why: Line = (Text(FILED), Code(held.rule.id), Text(BECAUSE), *clauses(held.because))
    unwanted: Line = (Text(UNWANTED), Code(ignore_command(held.rule.id)))
    return Prose((*([Paragraph(said)] if said else []), Paragraph(origin), Bullets((why, unwanted))))
