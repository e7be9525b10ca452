"""What a rule file says, in words for people who have never seen one: spans of time, people, and its tests."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime

from rules.leaders import TWIN
from rules.memory import Followed
from rules.people import COUNCIL, LEAD, OWNER, REPORTER
from rules.policy import LEVELS, DueRule, Duration, NewTicket, Rhythm, Room, Rule
from rules.schema import DeferralTable, PauseTable, RelatedTable, TestTable

CALLED = {
    OWNER: "the owner",
    LEAD: "the lead of the team",
    COUNCIL: "the improvement council",
    REPORTER: "whoever wrote the ticket",
}
FOLLOWED: Mapping[Followed, str] = {
    "state": "it is closed and opened with it",
    "owner": "it gets its owner",
    "due": "it gets its due date",
}
SPECIAL = re.compile(r"([\\`*_\[\]<>|#])")


def plain(text: str) -> str:
    """Return a text for Markdown to show as it is written, on one line."""
    return SPECIAL.sub(r"\\\1", " ".join(text.split()))


def code(text: str) -> str:
    """Return a text for Markdown to show as code, on one line."""
    line = " ".join(text.split())
    longest = max((len(ticks) for ticks in re.findall("`+", line)), default=0)
    fence, space = "`" * (longest + 1), " " if longest else ""
    return f"{fence}{space}{line}{space}{fence}"


def quote(text: str) -> str:
    """Return a text that people get to read, in quotes."""
    return f"“{plain(text)}”"


def series(parts: Iterable[str], last: str = "and") -> str:
    """Join parts as a sentence does: "a, b and c"."""
    *others, end = parts
    return f"{', '.join(others)} {last} {end}" if others else end


def span(duration: Duration) -> str:
    """Word a span of time: "1 workday"."""
    return str(duration)


def people(names: Iterable[str]) -> str:
    """Word roles and people: "the owner and the lead of the team"."""
    return series(CALLED.get(name, name) for name in names)


def filed(new: NewTicket, say: str) -> str:
    """Word what a step files; `say` is what the ticket says if the step has no text for it."""
    title = f"called {quote(new.title)}"
    if new.each:
        title = f"for each of {code(new.each)}, once, {title}"
    parts = [f"a ticket of the kind {code(new.kind)} is filed {title}, and linked"]
    if new.assign:
        parts.append(f"it is assigned to {people([new.assign])}")
    if new.due is not None:
        when = f"after {span(new.due)}" if isinstance(new.due, Duration) else f"on {code(new.due)}"
        parts.append(f"it is due {when}")
    text = new.say or say
    return series([*parts, f"it says {quote(text)}"] if text else parts)


def led(rule: Rule) -> str:
    """Word what a twin's tickets are to those that lead them: "what was filed from it as `follow-up`"."""
    kinds = [kind for kind in rule.leads_as if kind != TWIN]
    filed_as = f" as {series(map(code, kinds), 'or')}" if kinds else ""
    parts = [f"it was filed from that one{filed_as}"] if kinds or not rule.leads_as else []
    parts += ["that one calls it its twin"] if TWIN in rule.leads_as or not rule.leads_as else []
    where = f", and it is in {series(map(code, rule.sources), 'or')}" if rule.sources else ""
    return f"{', or '.join(parts)}{where}"


def follows(rule: Rule) -> str:
    """Word what a twin's tickets take over."""
    words = series(FOLLOWED[name] for name in rule.follow)
    return f"It follows the ticket that leads it: {words}. What people change here stays until it changes there."


def due_by_priority(due: DueRule) -> str:
    """Word how long work may take: "5 workdays if critical, 20 workdays if high"."""
    return ", ".join(f"{span(due.by_level[level])} if {level}" for level in LEVELS if level in due.by_level)


ROOMS: Mapping[Room, str] = {
    "overdue": "what is longest overdue",
    "deferrals": "what was put off, and how often",
    "decisions": "the decisions that are open or were taken since the last one",
    "outcomes": "the effects that people expect of their work, and what came of them",
    "domains": "which domains have improvement work, and which are quiet",
    "inputs": "the newest of each input that the council decides from, and whether it is fresh",
    "metrics": "whether it got better: each metric beside the window before",
    "gates": "which gates are closed, since when and why, and which opened since the last one",
    "leads": "what each lead did since the last one",
    "open-actions": "how the last one ended, and what was filed from it and is still open",
}
"""A part of a review's agenda, in words."""
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def rhythm(when: Rhythm) -> str:
    """Word when something periodic falls due: "each month, on day 1 at 09:00"."""
    if when.every == "week":
        return f"each week, on {WEEKDAYS[when.day - 1]} at {when.at:%H:%M}"
    of = " of its first month" if when.every == "quarter" else ""
    return f"each {when.every}, on day {when.day}{of} at {when.at:%H:%M}"


# -- tests ------------------------------------------------------------------------------------------------------------


def example(test: TestTable, on: Iterable[str]) -> str:
    """Word a test as an example: the day, the ticket, and what is done; `on` are the rule's kinds."""
    kind = test.given.kind or next((name for name in on if name != "any"), "")
    ticket = ", ".join([f"a ticket of the kind {code(kind)}" if kind else "a ticket", *_given(test)])
    done = series(map(_done, test.expect)) if test.expect else "nothing is done"
    return f"On {_day(test.at)}, {ticket}: {done}."


def _given(test: TestTable) -> Iterable[str]:
    """Word what a test says of its ticket, in the order in which tickets are described."""
    table = test.given
    said = table.model_fields_set - {"kind"}
    for name in type(table).model_fields:
        if name in said:
            value = getattr(table, name)
            word = GIVEN.get(name)
            yield word(value) if word else f"{name} {code(str(value))}"


def _listed(values: Iterable[str]) -> str:
    return series(map(code, values)) if values else "none"


def _deferral(said: DeferralTable) -> str:
    """Word a deferral: who said so and when only where the test does."""
    told = said.model_fields_set
    who = f" by {code(said.by)}" if "by" in told else ""
    when = f" on {_day(said.at)}" if said.at else ""
    why = f" because {quote(said.because)}" if "because" in told and said.because else ""
    return f"until {_day(said.until)}{who}{when}{why}"


def _pause(stretch: PauseTable) -> str:
    return f"from {_day(stretch.start)} to {_day(stretch.end)}" if stretch.end else f"since {_day(stretch.start)}"


def _other(other: RelatedTable) -> str:
    """Word another ticket that belongs to the test's: "from which the follow-up `OPS-2` was filed (done)"."""
    facts = [other.phase, f"owned by {_listed(other.assignees)}" if other.assignees else ""]
    facts += [f"as {code(other.resolution)}" if other.resolution else "", f"due {_day(other.due)}" if other.due else ""]
    stands = f"{code(other.key)} ({', '.join(fact for fact in facts if fact)})"
    if other.what == TWIN:
        return f"with the twin {stands}" if other.way == "filed" else f"the twin of {stands}"
    if other.way == "filed":
        return f"from which the {other.what} {stands} was filed"
    return f"filed as {other.what} from {stands}"


def _day(moment: date) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if isinstance(moment, datetime) else moment.isoformat()


GIVEN: Mapping[str, Callable[..., str]] = {
    "source": lambda name: f"in the source {code(name)}",
    "title": lambda text: f"called {quote(text)}",
    "body": lambda text: f"described as {quote(text)}",
    "created": lambda day: f"created {_day(day)}",
    "updated": lambda day: f"last changed {_day(day)}",
    "closed": lambda day: f"closed {_day(day)}",
    "status": lambda name: f"in the status {code(name)}",
    "resolution": lambda name: f"closed as {code(name)}",
    "issue_type": lambda name: f"of the type {code(name)}",
    "labels": lambda names: f"labelled {_listed(names)}",
    "components": lambda names: f"of the component{'s' if len(names) > 1 else ''} {_listed(names)}",
    "milestone": lambda name: f"in the milestone {code(name)}",
    "assignees": lambda names: f"owned by {_listed(names)}",
    "reporter": lambda name: f"written by {code(name)}",
    "priority": lambda level: "without a priority" if level == "none" else f"of priority {level}",
    "due": lambda day: f"due {_day(day)}" if day else "without a due date",
    "comments": lambda count: f"with {count} comments",
    "locked": lambda locked: "locked" if locked else "not locked",
    "phase": lambda name: f"in the phase {name}",
    "sprint": lambda name: f"in the sprint {code(name)}",
    "evidence": lambda links: f"with the evidence {_listed(links)}",
    "judgement": lambda text: f"with the judgement {quote(text)}" if text else "not judged yet",
    "judged": lambda at: f"which can be judged on {_day(at)}" if at else "which cannot be judged yet",
    "outcome": lambda text: f"with the outcome {quote(text)} stated",
    "insisted": lambda ways: f"put off again by {_listed(ways)} after that was taken back",
    "promised": lambda day: f"promised for {_day(day)}",
    "feeds": lambda texts: f"said to feed {_listed(texts)}",
    "inputs_missing": lambda names: f"without the input{'s' if len(names) > 1 else ''} {_listed(names)}",
    "reopened_by": lambda ids: f"opened again by {_listed(ids)}",
    "blocked": lambda blocked: "blocked by another ticket" if blocked else "not blocked",
    "deferred": lambda said: f"put off {', and '.join(map(_deferral, said))}" if said else "never put off",
    "held": lambda text: f"held: {quote(text)}" if text else "not said to be held",
    "ignored": lambda rules: f"which {_listed(rules)} {'are' if len(rules) > 1 else 'is'} to leave alone",
    "undone": lambda count: f"on which people took back what was done {count} {'time' if count == 1 else 'times'}",
    "pauses": lambda stretches: f"waiting {', and '.join(map(_pause, stretches))}" if stretches else "never waiting",
    "related": lambda others: f"{', '.join(map(_other, others))}" if others else "with no ticket that belongs to it",
    "open_changes": lambda keys: f"named by the open pull request{'s' if len(keys) > 1 else ''} {_listed(keys)}",
    "merged_changes": lambda keys: f"named by the merged pull request{'s' if len(keys) > 1 else ''} {_listed(keys)}",
}
"""A key of `given` -> its value in words; a key that has none is shown as it is."""


def _kind_and_title(what: str) -> tuple[str, str]:
    kind, _, title = what.partition(": ")
    return code(kind), quote(title)


DONE: Mapping[str, Callable[[str], str]] = {
    "label": lambda name: f"the label {code(name)} is put on",
    "unlabel": lambda name: f"the label {code(name)} is taken off",
    "domain": lambda name: f"the label of the domain {name} is put on",
    "set due": lambda day: f"the due date becomes {day}",
    "set priority": lambda level: f"the priority becomes {level}",
    "assign": lambda who: f"{people([who])} becomes the owner",
    "ping": lambda who: f"{people(who.split(', '))} {'are' if ',' in who else 'is'} pinged",
    "comment": lambda _: "a comment is posted",
    "reopen": lambda _: "the ticket is opened again",
    "close": lambda reason: f"the ticket is closed as {code(reason)}",
    "file": lambda what: "a ticket of the kind {} is filed: {}".format(*_kind_and_title(what)),
    "take back": lambda what: f"this is taken back: {code(what)}",
    "say": lambda _: "its line stands on the card",
}
"""The beginning of what is expected -> the whole in words."""


def _done(expected: str) -> str:
    """Word one thing that a test expects; what is not known is shown as it is."""
    for verb, word in DONE.items():
        if expected == verb or expected.startswith(f"{verb} "):
            return word(expected.removeprefix(verb).strip())
    return code(expected)
