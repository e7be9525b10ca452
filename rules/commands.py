"""Slash commands in comments, from anybody: `/kaizen why`, `/kaizen ignore RULE ...` and what people state."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from rules.commanded import LASTING, VERBS, deed
from rules.effects import applied
from rules.gates.states import GateState, Waiver
from rules.gates.waivers import WAIVE, Waiving, read_waiver
from rules.memory import NOTHING, Answer, Ignore, Memory, Statement
from rules.model import Comment, Ticket
from rules.outcomes.stating import closed_with
from rules.people import may_command
from rules.phrases import day_of, no_day, past, split
from rules.policy import Policy
from rules.statements import FORMS, Asking, Stated, What, read_statement
from rules.texts import clipped
from rules.why import Explanation, why
from rules.wording import listed, meant, shown

MOST = 5  # commands read of one comment
LONGEST_BODY = 100_000  # characters of a comment that are looked at
LONGEST_LINE = 500
LONGEST_REPLY = 1500
IGNORE = "/kaizen ignore RULE until YYYY-MM-DD because ..."
KNOWN = ("why", "ignore", *FORMS, "waive")
FORM_LIST = ", ".join(f"'{form}'" for form in FORMS.values())
USAGE = f"I know '/kaizen why', '{IGNORE}', {FORM_LIST}, '{WAIVE}'."
REFUSED = "Commands are taken from the ticket's owners, team leads, the council and the commanders named in the config."
NO_RULE = f"Which rule? Write '{IGNORE}'."
SAID_FIRST = "What this comment said first counts: '{said}'. Write a new comment to say something else."
TOO_LATE = " It was said on {day}, so it is noted and not carried out: say it again if it still counts."
COMMAND = re.compile(r"/kaizen(?:\s+(?P<verb>\S+))?(?:\s+(?P<rest>\S.*?))?\s*", re.DOTALL)
FENCE = re.compile(r"\s{0,3}(?P<fence>`{3,}(?=[^`]*\Z)|~{3,})")  # "```x``` fails" is code within a line
JIRA_BLOCK = re.compile(r"(?<![{\\])\{(?P<name>quote|code|noformat)(?::[^}\n]*)?\}(?!\})")  # "{{code}}" is a word
LINE_END = re.compile(r"\r?\n")  # no other: a quoted line that holds another kind of break stays one line
HIDDEN = re.compile(r"<!--[\s\S]*?(?:-->|\Z)")
UNSEEN = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff"))  # a command copied from a card may hold one


SINCE = " Somebody changed it since, so it is noted and not carried out: say it again if it still counts."
Wish = Ignore | Statement | Waiver | None
"""What a command asks us to remember."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What else a tracker has shown us that commands are read with."""

    logins: frozenset[str] = frozenset()  # of people we met there
    changed: Mapping[str, datetime] = field(default_factory=dict)  # "owner", "due" -> when people last changed it
    twins: Mapping[str, str] = field(default_factory=dict)  # tickets that are named -> why they cannot be twins, or ""
    tickets: frozenset[str] = frozenset()  # the keys (lower case) of those that are named and that there are
    causes: frozenset[str] = frozenset()  # the same of changes and tickets that are named as causes
    gates: tuple[GateState, ...] = ()  # as they stand


NEVER = Shown()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Heard:
    """A line with a command, and all that it is read with."""

    policy: Policy
    ticket: Ticket
    comment: Comment
    id: str  # the command's: the comment's uid for its first one
    line: str
    now: datetime
    memory: Memory
    tracker: Shown


def read_commands(
    policy: Policy,
    ticket: Ticket,
    comment: Comment,
    now: datetime,
    *,
    memory: Memory = NOTHING,
    tracker: Shown = NEVER,
) -> tuple[tuple[Answer, Wish], ...]:
    """Read the commands of a comment; each has an answer, and an ignore or a statement if it was understood.

    The caller leaves out our own comments. `ticket` is as it will be when what was said before is carried out.
    Somebody who may not give commands is told so once a ticket; whoever wrote it may say that it is another problem.
    """
    lines = command_lines(comment)
    if not may_command(policy, ticket, comment.author) and not _own_word(ticket, comment, lines):
        return _from_strangers(policy, ticket, comment, lines, now, memory, tracker)
    found: list[tuple[Answer, Wish]] = []
    for number, line in enumerate(lines, 1):
        own = comment.uid if number == 1 else f"{comment.uid}#{number}"
        heard = _Heard(
            policy=policy, ticket=ticket, comment=comment, id=own, line=line, now=now, memory=memory, tracker=tracker
        )
        found.append(_read(heard))
        ticket = foreseen(policy, ticket, found[-1][1], now)
    return tuple(found)


def _from_strangers(
    policy: Policy,
    ticket: Ticket,
    comment: Comment,
    lines: list[str],
    now: datetime,
    memory: Memory,
    tracker: Shown,
) -> tuple[tuple[Answer, Wish], ...]:
    """Read what somebody says who may give no commands: only a waiver may be theirs. What is refused is so once."""
    line = next(filter(waives, lines), next(iter(lines), ""))
    if not line:
        return ()
    heard = _Heard(
        policy=policy,
        ticket=ticket,
        comment=comment,
        id=comment.uid,
        line=line,
        now=now,
        memory=memory,
        tracker=tracker,
    )
    answer, wish = _waive(heard, waiver_words(line)) if waives(line) else (_answer(heard, REFUSED), None)
    told = any((each.by, each.reply) == (answer.by, answer.reply) for each in memory.answers)
    return () if told and wish is None else ((answer, wish),)


def _own_word(ticket: Ticket, comment: Comment, lines: list[str]) -> bool:
    """Tell whether somebody says nothing but that their own report is another problem than it was taken for."""
    said = [found["verb"] for found in map(COMMAND.fullmatch, lines) if found]
    return comment.author == ticket.reporter and {(verb or "").lower() for verb in said} == {"not-same"}


def foreseen(policy: Policy, ticket: Ticket, wish: Wish, now: datetime) -> Ticket:
    """Return the ticket as it will be after a wish is carried out."""
    verb = deed(ticket, wish, policy.calendar.today(now)) if isinstance(wish, Statement) else None
    return applied(policy, ticket, verb) if verb is not None else ticket


def _read(heard: _Heard) -> tuple[Answer, Wish]:
    found = COMMAND.fullmatch(heard.line)
    verb, rest = ((found["verb"] or "").lower(), found["rest"] or "") if found else ("", "")
    for what in FORMS:
        if verb == what:
            return _state(heard, what, rest)
    if verb == "why":
        return _answer(heard, _reasons(heard.policy, heard.ticket, heard.memory, heard.now)), None
    if verb == "ignore":
        reply, ignore = _ignore(heard.policy, heard.comment, rest, heard.now)
        return _answer(heard, reply), ignore
    if verb == "waive":
        return _waive(heard, rest)
    return _answer(heard, f"There is no command {shown(verb)}{meant(verb, KNOWN)}. {USAGE}" if verb else USAGE), None


def _state(heard: _Heard, what: What, rest: str) -> tuple[Answer, Wish]:
    """Read a statement. A comment that was understood once is not read another way when it is edited."""
    before = next((each for each in heard.memory.statements if each.comment == heard.id), None)
    if before is not None:
        told = next((each for each in heard.memory.answers if each.comment == heard.id), None)
        same = told is not None and told.command == clipped(heard.line)
        words = SAID_FIRST.format(said=f"{before.what} {before.value}")
        return (told if told is not None and same else _answer(heard, words)), None
    at, calendar = heard.comment.updated, heard.policy.calendar
    day = calendar.date_of(at)
    known = heard.tracker
    asking = Asking(
        policy=heard.policy,
        ticket=heard.ticket,
        day=day,
        logins=known.logins,
        twins=known.twins,
        tickets=known.tickets,
        causes=known.causes,
        aim=closed_with(heard.policy, heard.ticket, heard.memory) if _after_closing(heard.ticket, at) else "",
    )
    found = read_statement(what, rest, asking)
    if not isinstance(found, Stated):
        return _answer(heard, found), None
    statement = Statement(
        comment=heard.id,
        what=what,
        value=found.value,
        by=heard.comment.author,
        at=at,
        because=clipped(found.because),
    )
    return _answer(heard, found.reply + _not_done(heard, statement)), statement


def _waive(heard: _Heard, rest: str) -> tuple[Answer, Wish]:
    asking = Waiving(policy=heard.policy, place=heard.ticket, comment=heard.comment, states=heard.tracker.gates)
    found = read_waiver(rest, asking)
    if isinstance(found, str):
        return _answer(heard, found), None
    return _answer(heard, found.reply), found.waiver


def _after_closing(ticket: Ticket, at: datetime) -> bool:
    return ticket.closed is not None and at >= ticket.closed


def _not_done(heard: _Heard, statement: Statement) -> str:
    """Return why a statement that asks for something is not carried out, "" if it is."""
    if statement.what not in VERBS:
        return ""
    calendar, today = heard.policy.calendar, heard.policy.calendar.today(heard.now)
    over = statement.what != "owner" and statement.value < today.isoformat()
    if over or heard.now - statement.at > LASTING:
        return TOO_LATE.format(day=calendar.date_of(statement.at).isoformat())
    undone = overruled(statement, heard.tracker) and deed(heard.ticket, statement, today) is not None
    return SINCE if undone else ""


def overruled(statement: Statement, tracker: Shown) -> bool:
    """Tell whether people changed what a statement is about after it was said."""
    changed = tracker.changed.get("owner" if statement.what == "owner" else "due")
    return changed is not None and changed > statement.at


def _answer(heard: _Heard, reply: str) -> Answer:
    return Answer(comment=heard.id, command=clipped(heard.line), by=heard.comment.author, at=heard.now, reply=reply)


def command_lines(comment: Comment) -> list[str]:
    """Return the lines of a comment that are commands, the first few."""
    return list(_command_lines(comment.body))[:MOST]


def waives(line: str) -> bool:
    """Tell whether a command waives a gate: who may is the gate's to say."""
    found = COMMAND.fullmatch(line)
    return found is not None and (found["verb"] or "").lower() == "waive"


def waiver_words(line: str) -> str:
    """Return what stands behind `waive` in a command."""
    found = COMMAND.fullmatch(line)
    return (found["rest"] or "") if found else ""


def _command_lines(body: str) -> Iterator[str]:
    """Yield the lines that begin with a command, outside of quotes, code and what nobody sees."""
    fence = block = ""
    for line in LINE_END.split(HIDDEN.sub("", body[:LONGEST_BODY].translate(UNSEEN))):
        opened = FENCE.match(line)
        if fence:
            closes = opened and opened["fence"].startswith(fence) and not line.strip().strip(fence[0])
            fence = "" if closes else fence
            continue
        if opened and not block:
            fence = opened["fence"]
            continue
        before = block
        for name in (found["name"] for found in JIRA_BLOCK.finditer(line)):
            block = "" if block == name else block or name
        if not before and COMMAND.match(line) and line[:8].strip() == "/kaizen":
            yield line[:LONGEST_LINE].rstrip()


def _ignore(policy: Policy, comment: Comment, rest: str, now: datetime) -> tuple[str, Ignore | None]:
    """Return what to say to an `ignore`, and the ignore if it can be given."""
    head, _, because = split(rest, "because")
    name, until_given, day = split(head, "until")
    if not name:
        return NO_RULE, None
    name, _, surplus = name.partition(" ")
    if surplus:
        return f"I do not understand {shown(surplus.strip())}. {USAGE}", None
    rules = _rules(policy, name)
    if len(rules) != 1:
        return _no_rule(policy, name, rules), None
    today, until = policy.calendar.today(now), day_of(day)
    if until_given and until is None:
        return no_day(day, today), None
    if until is not None and until < today:
        return past(until), None
    ignore = Ignore(rule=rules[0], by=comment.author, at=now, until=until, because=clipped(because))
    return f"Rule {rules[0]} leaves this ticket alone{f' until {day}' if until else ''}.", ignore


def _rules(policy: Policy, name: str) -> list[str]:
    """Return the rules of that name: whole, or without the pack's."""
    wanted = name.lower()
    return [rule.id for rule in policy.rules if wanted in (rule.id.lower(), rule.id.lower().rpartition("/")[2])]


def _no_rule(policy: Policy, name: str, rules: list[str]) -> str:
    if rules:
        return f"{shown(name)} can be {listed(rules)}: write the whole name."
    ids = [rule.id for rule in policy.rules]
    near = meant(name.lower(), [*ids, *(rule.rpartition("/")[2] for rule in ids)])
    return f"There is no rule {shown(name)}{near}."


def _reasons(policy: Policy, ticket: Ticket, memory: Memory, now: datetime) -> str:
    """Return the rules that look at the ticket in one sentence each, those that hold first."""
    every = [each for each in why(policy, ticket, memory, now) if each.state != "not its kind"]
    said = [_reason(each) for each in sorted(every, key=lambda each: each.state != "holds")]
    today = policy.calendar.today(now).isoformat()
    return clipped(f"As of {today}: {'; '.join(said) or 'no rule looks at this kind of ticket'}.", LONGEST_REPLY)


def _reason(each: Explanation) -> str:
    if each.state == "holds":
        still = each.episode is not None and each.episode.baseline and not each.rule.follow
        aside = " (in the baseline: nothing is done about it)" if still else ""
        return f"{each.rule.id} holds{aside}: {', '.join(str(clause) for clause in each.clauses)}"
    if each.state == "does not hold":
        missing = [str(clause) for clause in each.clauses if clause.holds is not True]
        return f"{each.rule.id} does not hold: not {', '.join(missing)}"
    return f"{each.rule.id}: {each.state}"
