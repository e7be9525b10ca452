"""Machines' fingerprints: what monitors, alert rules and test runs write so that the same fault is known again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from rules.model import Ticket
from rules.references import plain_lines
from rules.texts import clipped

FINGERPRINT = "fingerprint"
"""The name that every tool's labels and lines may carry: "fingerprint:4711", "Fingerprint: 4711"."""
MOST = 10  # of one ticket
LONGEST = 200  # characters of one
LONGEST_LINE = 1000
NOTHING = frozenset({"none", "unknown", "null", "n/a", "tbd", "todo", "undefined", "true", "false", "test", "0"})
"""Values that tell nothing apart."""
FIELD = re.compile(
    r"[\s*_|-]{0,10}(?P<name>[A-Za-z][\w .-]{0,40}?)[*_|\s]{0,4}[:=|][*_|\s]{0,4}(?P<value>[^\n]{1,600})"
)
ALERTS = ("alertname", "alert", "alert rule", "alert_rule", "rule name")
SERVICES = ("service", "job", "application", "app", "namespace")
TESTS = ("test", "failed test", "failing test", "test case", "test id", "testcase")
FAILURES = ("failure", "error", "exception", "message", "failure message")
HINTS = ("alert", "rule name", "test", "sentry")
"""Words of which one stands in each text with a fingerprint, apart from those of other names: looked for quickly."""
TEST_ID = re.compile(r"(?=\S{0,200}[._:/#])\S{6,200}")  # what people type into a form has no such marks
WORDS = re.compile(r"[a-z]{4}")
SENTRY = re.compile(
    r"https?://(?P<host>[A-Za-z0-9.-]{0,100}sentry[A-Za-z0-9.-]{0,100})/(?:[A-Za-z0-9._~-]{1,100}/){0,4}issues/(?P<id>[0-9]{1,18})",
    re.IGNORECASE,
)
MASKS = (
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), "<id>"),
    (re.compile(r"\d{4}-\d{2}-\d{2}(?:[t ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:z|[+-]\d{2}:?\d{2})?)?"), "<time>"),
    (re.compile(r"\b0x[0-9a-f]+\b|\b[0-9a-f]{12,64}\b"), "<hex>"),
    (re.compile(r"(?:/[\w.@+-]+){2,}"), "<path>"),
    (re.compile(r"\d+(?:[.,]\d+)*"), "<n>"),
)
"""What differs from run to run, in the order in which it is masked; on lower case."""


def fingerprints(
    ticket: Ticket, names: Sequence[str] = (), *, fields: Sequence[str] = (), text: str | None = None
) -> Mapping[str, str]:
    """Return a ticket's fingerprints, each with its evidence in words; `names` are labels' and lines' own names.

    `fields` are the names of the custom fields that hold one.

    `text` is read instead of the ticket's own, "" if what its writer says is not to count.

    They are found in these fields, in labels `NAME:X`, in lines `NAME: X`, in lines
    that name an alert rule and a service, or a test and its failure, and in links to Sentry's issues.
    """
    wanted = {FINGERPRINT, *(name.lower().rstrip(":") for name in names)}
    found = dict((*_fields(ticket, frozenset(fields)), *_labels(ticket, wanted)))
    body = ticket.body if text is None else text
    seen = body.lower()
    if any(word in seen for word in (*wanted, *HINTS)) and _hint(frozenset(wanted)).search(seen):
        found |= dict(_lines(body, wanted))
    return dict(list(found.items())[:MOST])


@lru_cache(maxsize=8)
def _hint(wanted: frozenset[str]) -> re.Pattern[str]:
    """Return what a text in lower case is like that may hold a fingerprint: most hold none."""
    names = "|".join(re.escape(name) for name in sorted({*wanted, *ALERTS, *TESTS}))
    return re.compile(rf"^[ \t*_|>-]{{0,10}}(?:{names})[ \t*_|]{{0,4}}[:=|]|sentry", re.MULTILINE)


def _fields(ticket: Ticket, wanted: frozenset[str]) -> Iterator[tuple[str, str]]:
    for field in sorted(ticket.fields):
        name, _, value = field.partition(": ")
        if name in wanted and _tells(value):
            yield _named(name, value)


def _labels(ticket: Ticket, wanted: set[str]) -> Iterator[tuple[str, str]]:
    for label in sorted(ticket.labels):
        name, colon, value = label.partition(":")
        if colon and name.lower() in wanted and _tells(value):
            yield _named(name, value)


def _lines(body: str, wanted: set[str]) -> Iterator[tuple[str, str]]:
    told: dict[str, str] = {}
    for line in plain_lines(body):
        if line.startswith(">"):
            continue
        sentry = SENTRY.search(line[:LONGEST_LINE]) if "sentry" in line.lower() else None
        if sentry:
            yield f"sentry:{sentry['host'].lower()}/{sentry['id']}", f"Sentry issue {sentry['id']}"
        field = FIELD.match(line[:LONGEST_LINE])
        value = field["value"].strip(" \t*_|`\"'") if field else ""
        if field and _tells(value):
            name = field["name"].strip().lower()
            told.setdefault(name, value)
            if name in wanted:
                yield _named(name, value)
    yield from _alert(told)
    yield from _test(told)


def _named(name: str, value: str) -> tuple[str, str]:
    plain = clipped(value.strip(), LONGEST)
    return f"{name.lower()}:{plain.lower()}", f"{name} {plain}"


def _alert(told: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    rule, service = _first(told, ALERTS), _first(told, SERVICES)
    if rule and service:
        yield f"alert:{rule.lower()}@{service.lower()}", f"alert {rule} of {service}"


def _test(told: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    test, failure = _first(told, TESTS), _first(told, FAILURES)
    if TEST_ID.fullmatch(test) and WORDS.search(masked(failure)):
        yield f"test:{test.lower()}|{masked(failure)}", clipped(f"test {test}: {failure}", LONGEST)


def _first(told: Mapping[str, str], names: Sequence[str]) -> str:
    return clipped(next((told[name] for name in names if name in told), ""), LONGEST)


def _tells(value: str) -> bool:
    plain = value.strip().lower()
    return len(plain) > 1 and plain not in NOTHING


def masked(failure: str) -> str:
    """Return a failure without what differs from run to run: numbers, times, addresses, paths, ids."""
    text = " ".join(failure[:LONGEST_LINE].lower().split())
    for pattern, mask in MASKS:
        text = pattern.sub(mask, text)
    return text[:LONGEST]
