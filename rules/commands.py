"""Slash commands in comments, from anybody: `/kaizen why`, `/kaizen ignore RULE [until DATE] [because ...]`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

from rules.model import NOTHING, Answer, Comment, Ignore, Memory, Ticket
from rules.people import may_command
from rules.policy import Policy
from rules.texts import clipped
from rules.why import Explanation, why
from rules.wording import listed, meant, shown

MOST = 5  # commands read of one comment
LONGEST_BODY = 100_000  # characters of a comment that are looked at
LONGEST_LINE = 500
LONGEST_REPLY = 1500
VERBS = ("why", "ignore")
USAGE = "I know '/kaizen why' and '/kaizen ignore RULE until YYYY-MM-DD because ...'."
REFUSED = "Commands are taken from the ticket's owners, team leads, the council and the commanders named in the config."
NO_RULE = "Which rule? Write '/kaizen ignore RULE until YYYY-MM-DD because ...'."
COMMAND = re.compile(r"/kaizen(?:\s+(?P<verb>\S+))?(?:\s+(?P<rest>\S.*?))?\s*", re.DOTALL)
FENCE = re.compile(r"\s{0,3}(?P<fence>`{3,}|~{3,})")
JIRA_BLOCK = re.compile(r"\{(?P<name>quote|code|noformat)(?::[^}\n]*)?\}")
LINE_END = re.compile(r"\r?\n")  # no other: a quoted line that holds another kind of break stays one line
HIDDEN = re.compile(r"<!--[\s\S]*?(?:-->|\Z)")
UNSEEN = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff"))  # a command copied from a card may hold one


def read_commands(
    policy: Policy, ticket: Ticket, comment: Comment, now: datetime, *, memory: Memory = NOTHING
) -> tuple[tuple[Answer, Ignore | None], ...]:
    """Read the commands of a comment; each has an answer, and an ignore if it asked for one that can be given.

    The caller leaves out our own comments. Somebody who may not give commands is told so once a ticket.
    """
    lines = list(_command_lines(comment.body))[:MOST]
    if not lines:
        return ()
    if not may_command(policy, ticket, comment.author):
        told = any((answer.by, answer.reply) == (comment.author, REFUSED) for answer in memory.answers)
        return () if told else ((_answer(comment, lines[0], REFUSED, now), None),)
    found = [_carried_out(policy, ticket, comment, line, now, memory) for line in lines]
    return tuple((_numbered(answer, number), ignore) for number, (answer, ignore) in enumerate(found, 1))


def _numbered(answer: Answer, number: int) -> Answer:
    """Give each command of a comment an id of its own, the first one the comment's."""
    return answer if number == 1 else replace(answer, comment=f"{answer.comment}#{number}")


def _carried_out(
    policy: Policy, ticket: Ticket, comment: Comment, line: str, now: datetime, memory: Memory
) -> tuple[Answer, Ignore | None]:
    found = COMMAND.fullmatch(line)
    verb, rest = ((found["verb"] or "").lower(), found["rest"] or "") if found else ("", "")
    ignore = None
    if verb == "why":
        reply = _reasons(policy, ticket, memory, now)
    elif verb == "ignore":
        reply, ignore = _ignore(policy, comment, rest, now)
    else:
        reply = f"There is no command {shown(verb)}{meant(verb, VERBS)}. {USAGE}" if verb else USAGE
    return _answer(comment, line, reply, now), ignore


def _answer(comment: Comment, line: str, reply: str, now: datetime) -> Answer:
    return Answer(comment=comment.uid, command=clipped(line), by=comment.author, at=now, reply=reply)


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
    head, _, because = _split(rest, "because")
    name, until_given, day = _split(head, "until")
    if not name:
        return NO_RULE, None
    name, _, surplus = name.partition(" ")
    if surplus:
        return f"I do not understand {shown(surplus.strip())}. {USAGE}", None
    rules = _rules(policy, name)
    if len(rules) != 1:
        return _no_rule(policy, name, rules), None
    today, until = policy.calendar.today(now), _date(day)
    if until_given and until is None:
        return f"{shown(day)} is no date: write it like {today.isoformat()}.", None
    if until is not None and until < today:
        return f"{day} is past already: name a date to come.", None
    ignore = Ignore(rule=rules[0], by=comment.author, at=now, until=until, because=clipped(because))
    return f"Rule {rules[0]} leaves this ticket alone{f' until {day}' if until else ''}.", ignore


def _split(text: str, word: str) -> tuple[str, bool, str]:
    parts = re.split(rf"(?:^|\s+){word}(?:\s+|$)", text, maxsplit=1, flags=re.IGNORECASE)
    return parts[0].strip(), len(parts) > 1, parts[-1].strip() if len(parts) > 1 else ""


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


def _date(text: str) -> date | None:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _reasons(policy: Policy, ticket: Ticket, memory: Memory, now: datetime) -> str:
    """Return the rules that look at the ticket in one sentence each, those that hold first."""
    every = [each for each in why(policy, ticket, memory, now) if each.state != "not its kind"]
    said = [_reason(each) for each in sorted(every, key=lambda each: each.state != "holds")]
    today = policy.calendar.today(now).isoformat()
    return clipped(f"As of {today}: {'; '.join(said) or 'no rule looks at this kind of ticket'}.", LONGEST_REPLY)


def _reason(each: Explanation) -> str:
    if each.state == "holds":
        return f"{each.rule.id} holds: {', '.join(str(clause) for clause in each.clauses)}"
    if each.state == "does not hold":
        missing = [str(clause) for clause in each.clauses if clause.holds is not True]
        return f"{each.rule.id} does not hold: not {', '.join(missing)}"
    return f"{each.rule.id}: {each.state}"
