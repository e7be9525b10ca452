"""A test of a rule as an example in words: the day, the ticket, and what is done."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime

from pydantic import BaseModel

from rules.leaders import TWIN
from rules.pack_words import code, people, quote, series
from rules.schema import DeferralTable, LikenessTable, PauseTable, RecurrenceTable, RelatedTable, TestTable


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
            yield word(value) if word else f"with {code(f'{name} = {toml(value)}')}"


def toml(value: object) -> str:
    """Write a value of a test as a rule file has it: a table in braces, with the keys that it was given."""
    match value:
        case BaseModel():
            given = value.model_fields_set
            return toml({name: getattr(value, name) for name in type(value).model_fields if name in given})
        case Mapping():
            return f"{{ {', '.join(f'{key} = {toml(each)}' for key, each in value.items())} }}"
        case list():
            return f"[{', '.join(map(toml, value))}]"
        case date():
            return _day(value)
    return json.dumps(value)


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


def _again(report: RecurrenceTable) -> str:
    """Word a recurrence: "which came back as `OPS-3` on 2026-09-08", "the same problem as `OPS-1`"."""
    fixed = "" if report.again else ", before it was fixed"
    ahead = f", with {report.ahead} more comments there than here" if report.ahead else ""
    if report.way == "filed":
        done = " (done)" if report.phase == "done" else ""
        return f"which came back as {code(report.key)}{done} on {_day(report.created)}{fixed}{ahead}"
    return f"the same problem as {code(report.key)}{fixed}{ahead}"


def _alike(other: LikenessTable) -> str:
    """Word a resemblance: "which may be the same as `OPS-4` (a likely match)"."""
    kind = "a strong match" if other.tier == "B" else "a likely match"
    shadow = ", of a sort that people have not confirmed often enough" if other.shadow else ""
    found = f", found {_day(other.at)}" if other.at else ""
    return f"which may be the same as {code(other.key)} ({kind}{shadow}{found})"


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
    "recurrences": lambda reports: ", ".join(map(_again, reports)) or "which never came back",
    "likenesses": lambda others: ", ".join(map(_alike, others)) or "which resembles no other",
    "fixed": lambda at: f"fixed for its users on {_day(at)}",
    "key": lambda key: f"with the key {code(key)}",
    "open_changes": lambda keys: f"named by the open pull request{'s' if len(keys) > 1 else ''} {_listed(keys)}",
    "merged_changes": lambda keys: f"named by the merged pull request{'s' if len(keys) > 1 else ''} {_listed(keys)}",
}
"""A key of `given` -> its value in words; a key that has none is shown as the rule file has it."""


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
