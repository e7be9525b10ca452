"""The words of the card: short, plain and kind; what others wrote stays text."""

from __future__ import annotations

from collections.abc import Collection

from rules.card_content import Content, Point
from rules.commanded import rule_of
from rules.commanded import said as as_said
from rules.duplicates import DUPLICATE
from rules.effects import ASSIGNED, CLOSED, DUE, LABELLED, PLANNED, PRIORITY, REOPENED
from rules.gates import words as gates
from rules.leaders import TWIN, leader_of
from rules.memory import LIKENESS, RECURRENCE, REPORTED, Answer, Effect, Ignore, Likeness, Related, Reversal, Swing
from rules.model import Block, Bullets, Code, Heading, Line, Link, Paragraph, Prose, Span, Strong, Text
from rules.moves import NextStep, View
from rules.people import called
from rules.posts import clauses, ignore_command
from rules.resembling import signatures_in_words
from rules.resting import SPAN
from rules.texts import clipped, fill, quiet
from rules.undoing import TAKEN_BACK

HELLO = "Hello {names}, this is where this ticket stands as of {today}. "
HELLO_ALL = "This is where this ticket stands as of {today}. "
QUIET = "This comment is kept up to date; nobody is notified when it changes."
IN_ORDER = "All in order: nothing is asked of anybody here."
DONE = "This ticket is done. Thank you."
STILL = {
    "blocked": "The clock stands still: it waits for another ticket.",
    "waiting": "The clock stands still: it waits for somebody outside.",
}
NO_MORE = "Nothing more happens by itself."
CHANGED = "Changed here, and why:"
UNDONE = "Taken back by you, and left so:"
AT_REST = "Left alone, because somebody or something else keeps turning it round:"
REST = " was set {times} times, the last time on {day}. It is not set again before "
UNLESS = "somebody else changes this ticket or comments on it, a command is written here, the rules change, "
PEACE = "or it is left in peace for {days} days; by rule "
LEFT_ALONE = "Left alone, as asked:"
ANSWERED = "Your commands:"
RELATED = "What belongs to it:"
ALIKE = "May be the same problem:"
OBJECT = "Does a rule not fit here? Comment "
ASK = ", or ask for the reasons with "
WHY_COMMAND = "/kaizen why"
FOLLOWED = {"state": "state", "owner": "owner", "due": "due date"}
FOLLOWS = ": change it there. What you change here stays until it changes there."
STRANGERS = " The owner there, {names}, is not known here: [people] of the config can say who that is."
SAME = {"filed": "it came back: ", "origin": "the same problem as "}
KNOWN = {"filed": "the same problem: ", "origin": "the same problem as "}
LIKE = {"filed": "it probably came back: ", "origin": "probably the same problem as "}
CHANGED_STATE = {REOPENED: "reopened", CLOSED: "closed"}
CHANGES = {LABELLED: "label", DUE: "due date", PRIORITY: "priority", ASSIGNED: "owner", PLANNED: "planned for the"}


def prose(view: View, said: Content) -> Prose:
    """Return the card's text."""
    blocks: list[Block] = [_hello(view, said)]
    if said.still:
        blocks.append(Paragraph((Text(STILL[said.still]),)))
    for point in said.points:
        blocks += _point(view, point)
    if not any(point.next or point.awaited for point in said.points):
        blocks.append(Paragraph((Text(NO_MORE if said.points or said.rests else DONE if said.done else IN_ORDER),)))
    speaking = {point.held.rule.id for point in said.points}
    blocks += _section(ALIKE, [_alike(view, each) for each in said.alike])
    blocks += _section(CHANGED, [_change(view, effect, speaking) for effect in said.effects])
    blocks += _section(UNDONE, [_undone(view, undo) for undo in said.undone])
    blocks += _section(AT_REST, [_resting(view, swing) for swing in said.rests])
    blocks += _section(LEFT_ALONE, [_ignored(view, ignore) for ignore in said.ignores])
    blocks += _section(ANSWERED, [_answer(view, answer) for answer in said.answers])
    blocks += _section(RELATED, [_related(each) for each in said.related])
    blocks += _following(view, said)
    return Prose((*blocks, _footer(said)))


def _hello(view: View, said: Content) -> Paragraph:
    words = HELLO if said.owners and not said.done else HELLO_ALL
    names: Line = (Text(clipped(" and ".join(said.owners))),)
    return Paragraph((*fill(words, {"names": names, "today": (Text(view.today.isoformat()),)}), Text(QUIET)))


def _point(view: View, point: Point) -> list[Block]:
    rule = point.held.rule
    lines: list[Line] = [
        (Text("Rule "), Code(rule.id), Text(f", since {point.since.isoformat()}")),
        (Text("Because "), *clauses(point.held.because)),
        *gates.closings(rule, view.about),
        *([(Text(_next(point.next)),)] if point.next else []),
    ]
    if point.missing:
        lines.append((Text(f"It is not known who is {' or '.join(point.missing)} here, so they cannot be asked."),))
    say = Paragraph(quiet(rule.say, view.about, **gates.subject_of(gates.behind(rule, view.about))))
    return [Heading((Text(clipped(rule.about or rule.id)),)), *([say] if rule.say else []), Bullets(tuple(lines))]


def _next(step: NextStep) -> str:
    who = " and ".join(step.people) or "nobody, because it is not known who is meant"
    deeds = ["it is reopened"] if step.reopens else []
    deeds += ["it is closed as a duplicate"] if step.closes else []
    deeds += [f"this is taken back: {clipped(', '.join(step.takes_back))}"] if step.takes_back else []
    deeds += [f"a ticket of the kind {step.files} is filed"] if step.files else []
    deeds += [f"a comment goes to {clipped(who)}"] if step.pings else []
    first, *others = deeds
    when = f"{step.left} after the clock goes on" if step.on is None else f"on {step.on.isoformat()}"
    return f"Next: if nothing changes, {', and '.join([f'{first} {when}', *others])}."


def _change(view: View, effect: Effect, speaking: Collection[str]) -> Line:
    """Word what was done, and what its rule is for, unless that stands above."""
    day = view.policy.calendar.date_of(effect.at).isoformat()
    asked = _asked(view, effect)
    if asked:
        return (Text(f"{_worded(view, effect)}, on {day}, as asked: "), Code(clipped(asked)))
    about = next((r.about for r in view.policy.rules if r.id == effect.rule and r.id not in speaking), "")
    return (
        Text(f"{_worded(view, effect)}, on {day}, by rule "),
        Code(effect.rule),
        Text(f": {about}" if about else ""),
    )


def _asked(view: View, effect: Effect) -> str:
    """Return the command that an effect comes from, "" if it comes from a rule."""
    made = (each for each in reversed(view.memory.statements) if rule_of(each) == effect.rule)
    return next((as_said(view.policy, view.ticket, each) for each in made if each.value == effect.value), "")


def _undone(view: View, undo: Reversal) -> Line:
    if undo.verb == TAKEN_BACK:
        return (Text(f"put off again: {clipped(undo.value)}, taken back before by rule "), Code(undo.rule))
    return (Text(f"{_worded(view, undo)}, by rule "), Code(undo.rule))


def _resting(view: View, swing: Swing) -> Line:
    day = view.policy.calendar.date_of(swing.last).isoformat()
    words = REST.format(times=swing.times, day=day) + UNLESS + PEACE.format(days=SPAN.days)
    return (Text(f"{_worded(view, swing)}{words}"), Code(", ".join(sorted(swing.rules))))


def _worded(view: View, thing: Effect | Reversal | Swing) -> str:
    if thing.verb in CHANGED_STATE:
        return f"{CHANGED_STATE[thing.verb]}{f' as a {DUPLICATE}' if thing.value == DUPLICATE else ''}"
    if thing.verb == TAKEN_BACK:
        return clipped(f"no longer put off: {thing.value}")
    value = called(view.policy, view.ticket.source, thing.value) if thing.verb == ASSIGNED else thing.value
    return f"{CHANGES[thing.verb]} {clipped(value)}"


def _ignored(view: View, ignore: Ignore) -> Line:
    until = f" until {ignore.until.isoformat()}" if ignore.until else ""
    who = clipped(called(view.policy, view.ticket.source, ignore.by))
    because = f": {clipped(ignore.because)}" if ignore.because else ""
    return (Text("rule "), Code(ignore.rule), Text(f"{until}, says {who}{because}"))


def _answer(view: View, answer: Answer) -> Line:
    who = clipped(called(view.policy, view.ticket.source, answer.by))
    return (Text(f"{who}: "), Code(clipped(answer.command)), Text(f" - {answer.reply}"))


def _related(other: Related) -> Line:
    state = "done" if other.phase == "done" else f"open, due {other.due.isoformat()}" if other.due else "open"
    words = f"{other.what} " if other.way == "filed" else "twin of " if other.what == TWIN else "filed from "
    known = {RECURRENCE: SAME, REPORTED: KNOWN, LIKENESS: LIKE}.get(other.what)
    words = known[other.way] if known else words
    return (Text(words), Link(other.key, other.url), Text(f" {clipped(other.title)} ({state})"))


def _alike(view: View, found: Likeness) -> Line:
    """Word an earlier ticket that may be the same problem, and what both say: all of it people's own words."""
    other = found.other
    state = f"done since {view.policy.calendar.date_of(other.closed).isoformat()}" if other.closed else "open"
    words = f" {clipped(other.title)} ({state}), score {found.probability:.2f}"
    line: list[Span] = [Link(other.key, other.url), Text(words)]
    for both, several in ((", both show ", signatures_in_words(found.signatures)), (", both say ", found.words)):
        line += [Text(both), Code(clipped(", ".join(several)))] if several else []
    return tuple(line)


def _following(view: View, said: Content) -> list[Block]:
    """Return who leads the ticket and in what, and whom nobody knows here."""
    leader = leader_of(view.memory)
    if leader is None or not said.following:
        return []
    *others, last = (FOLLOWED[name] for name in said.following)
    fields = f"{', '.join(others)} and {last}" if others else last
    follows = "follow" if others else "follows"
    line: Line = (Text(f"{fields.capitalize()} {follows} "), Link(leader.key, leader.url), Text(FOLLOWS))
    names = clipped(" and ".join(called(view.policy, leader.source, login) for login in said.strangers))
    unknown: Line = (Text(STRANGERS.format(names=names)),) if said.strangers else ()
    return [Paragraph((*line, *unknown))]


def _section(title: str, lines: list[Line]) -> list[Block]:
    return [Paragraph((Strong(title),)), Bullets(tuple(lines))] if lines else []


def _footer(said: Content) -> Paragraph:
    rule = said.points[0].held.rule.id if said.points else "RULE"
    return Paragraph((Text(OBJECT), Code(ignore_command(rule)), Text(ASK), Code(WHY_COMMAND), Text(".")))
