"""The words of comments that are posted once: pings, and a rule's own comment."""

from __future__ import annotations

from rules.evaluate import Holding
from rules.model import Code, Line, Paragraph, Prose, Span, Text
from rules.rule import Clause, Step
from rules.texts import About, clipped, mentioned, mentions, notifying, quiet

LOOK = "Please have a look at {title}."
REASON = "By the rule "
BECAUSE = ", because "
OBJECTION = ". If it does not fit here, comment: "


def ping_prose(about: About, held: Holding, step: Step, people: tuple[str, ...]) -> Prose:
    """Return a ping: the people it is for are mentioned, each once, whatever the text says."""
    said = notifying(step.say or held.rule.say or held.rule.about or LOOK, about, people)
    missing = tuple(person for person in people if person not in mentioned(said))
    start: Line = (*mentions(missing), Text(": ")) if missing else ()
    return Prose((Paragraph((*start, *said)), closing(held)))


def comment_prose(about: About, held: Holding) -> Prose:
    """Return a rule's comment; it mentions nobody."""
    return Prose((Paragraph(quiet(held.rule.comment, about)), closing(held)))


def closing(held: Holding) -> Paragraph:
    """Return what every post ends with: the rule, its reasons, and how to object."""
    why: Line = (Text(REASON), Code(held.rule.id), Text(BECAUSE), *clauses(held.because))
    return Paragraph((*why, Text(OBJECTION), Code(ignore_command(held.rule.id))))


def ignore_command(rule: str) -> str:
    """Return the command with which people object to a rule."""
    return f"/kaizen ignore {rule} until YYYY-MM-DD because ..."


def clauses(because: tuple[Clause, ...]) -> Line:
    """Return clauses as code, each with the values it saw as plain text, if they say more than it."""
    line: list[Span] = []
    for clause in because:
        if line:
            line.append(Text("; "))
        line.append(Code(clause.text))
        values = ", ".join(f"{name} = {clipped(value)}" for name, value in clause.telling)
        if values:
            line.append(Text(f" ({values})"))
    return tuple(line)
