"""What a rule's test states besides the ticket: what people said, its waits, and what belongs to it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from rules.document import build_policy, read_pack
from rules.errors import PolicyError
from rules.example_words import example, toml
from rules.memory import Ignore, Memory, Pause, Related, Reversal, Statement, Work
from rules.trial import run_tests

TABLES = {"people": {"ana": {}}, "kinds": {"improvement": ["open"]}, "calendar": {"time_zone": "Europe/Berlin"}}
RULE = '[pack]\nname = "own"\n\n[[rule]]\nid = "one"\non = "improvement"\n'
AT = datetime(2026, 10, 1, 7, tzinfo=UTC)  # nine in the morning in Berlin
CREATED = datetime(2026, 8, 10, 7, tzinfo=UTC)


def pack(given, *, when="open", does='say = "Hello."', expect="[]"):
    """Return a rule file with a test of a ticket that was created in August."""
    rule = f"{RULE}when = ['{when}']\n{does}\n"
    return (
        f'{rule}\n[[rule.test]]\ngiven = {{ created = "2026-08-10", {given} }}\nat = "2026-10-01"\nexpect = {expect}\n'
    )


def stated(text):
    """Return the one test of a rule file."""
    (test,) = build_policy(TABLES, [("own.toml", text)]).tests
    return test


def said(number, what, value, **more):
    """Return a statement, made when the ticket was unless it says more."""
    return Statement(comment=f"given/{number}", what=what, value=value, **({"by": "somebody", "at": CREATED} | more))


def morning(month, day):
    """Return nine in the morning of a day in Berlin's summer time."""
    return datetime(2026, month, day, 7, tzinfo=UTC)


SAID = """deferred = ["2026-09-01", { until = "2026-12-01", because = "it is late", by = "ana", at = "2026-09-02" }], \
outcome = "mttr 90m -> 45m by 2027-03-31", held = "2026-09-08 because we met", evidence = "OPS-7\""""


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param(
            SAID,
            Memory(
                statements=(
                    said(0, "evidence", "OPS-7"),
                    said(1, "outcome", "mttr 90m -> 45m by 2027-03-31"),
                    said(2, "held", "2026-09-08", because="we met"),
                    said(3, "defer", "2026-09-01", because="of other work"),
                    said(4, "defer", "2026-12-01", because="it is late", by="ana", at=morning(9, 2)),
                )
            ),
            id="statements",
        ),
        pytest.param(
            "deferred = 2026-09-01",
            Memory(statements=(said(0, "defer", "2026-09-01", because="of other work"),)),
            id="one deferral as a date of TOML's own",
        ),
        pytest.param(
            'ignored = "own/one", undone = 2',
            Memory(
                ignores=(Ignore(rule="own/one", by="somebody", at=CREATED),),
                reversals=(Reversal(rule="given/rule", verb="add label", value="given", at=CREATED),) * 2,
            ),
            id="what people took back",
        ),
        pytest.param(
            'due = "2026-09-30", pauses = [{ from = 2026-09-10, to = 2026-09-15T12:00:00Z }, { from = "2026-09-28" }]',
            Memory(
                pauses=(
                    Pause(began=morning(9, 10), ended=datetime(2026, 9, 15, 12, tzinfo=UTC), due=date(2026, 9, 30)),
                    Pause(began=morning(9, 28), due=date(2026, 9, 30)),
                )
            ),
            id="pauses",
        ),
        pytest.param(
            'open_changes = "acme/shop#3", merged_changes = ["acme/shop#4"]',
            Memory(
                work=(
                    Work(
                        uid="given/acme/shop#3", key="acme/shop#3", url="https://tracker.example/change", state="open"
                    ),
                    Work(
                        uid="given/acme/shop#4",
                        key="acme/shop#4",
                        url="https://tracker.example/change",
                        state="merged",
                        merged=AT,
                    ),
                )
            ),
            id="changes",
        ),
        pytest.param(
            'related = [{ what = "follow-up", key = "OPS-2", phase = "done" }, { what = "review", way = "origin" }]',
            Memory(
                related=(
                    Related(
                        what="follow-up",
                        way="filed",
                        source="example",
                        uid="example/OPS-2",
                        ref="OPS-2",
                        key="OPS-2",
                        url="https://tracker.example/OPS-2",
                        title="Another example",
                        phase="done",
                        closed=AT,
                    ),
                    Related(
                        what="review",
                        way="origin",
                        source="example",
                        uid="example/EXAMPLE-2",
                        ref="EXAMPLE-2",
                        key="EXAMPLE-2",
                        url="https://tracker.example/EXAMPLE-2",
                        title="Another example",
                        phase="new",
                    ),
                )
            ),
            id="what belongs to it",
        ),
    ],
)
def test_what_a_test_states_is_remembered(given, expected):
    """As the engine would remember it; what has no date of its own is as old as the ticket."""
    assert stated(pack(given)).memory == expected


def test_what_was_said_of_a_new_ticket_was_said_long_before():
    """So that it is never news in a test."""
    (statement,) = stated(pack('outcome = "x"').replace("2026-08-10", "2026-09-30")).memory.statements
    assert statement.at == AT - timedelta(days=30)


# -- what rules make of it --------------------------------------------------------------------------------------------

LADDER = 'say = "Hello."\n[[rule.step]]\nafter = "5 workdays"\nping = "lead"'


@pytest.mark.parametrize(
    ("when", "given", "does", "expect"),
    [
        ("deferrals >= 2", 'deferred = ["2026-09-01", "2026-12-01"]', 'label = "x"', '["label x"]'),
        ("deferred", 'deferred = "2026-09-01"', 'label = "x"', "[]"),
        ("held", 'held = "2026-09-08"', 'label = "x"', '["label x"]'),
        ("ignored", 'ignored = "backlog/owned"', 'label = "x"', '["label x"]'),
        ("open", 'ignored = "own/one"', 'label = "x"', "[]"),
        ("reversals > 1", "undone = 2", 'label = "x"', '["label x"]'),
        ("size(changes) == 1 && size(merged_changes) == 0", 'open_changes = "a/b#3"', 'label = "x"', '["label x"]'),
        ("paused_workdays == 3", 'pauses = [{ from = "2026-09-10", to = "2026-09-15" }]', 'label = "x"', '["label x"]'),
        ("has_origin && !origin_open", 'related = [{ what = "x" }]', 'label = "x"', "[]"),
        (
            "size(open_filed) == 1",
            'related = [{ what = "a" }, { what = "b", key = "B-1", phase = "done" }]',
            'label = "x"',
            '["label x"]',
        ),
        # a command was carried out before: the due date that it moved is the one given
        (
            "overdue",
            'due = "2026-09-25", deferred = [{ until = "2026-12-01", at = "2026-09-29" }]',
            'label = "x"',
            '["label x"]',
        ),
        # how long the rule has held: since the third deferral, and not while nothing had been said
        ("deferrals >= 1", 'deferred = [{ until = "2026-12-01", at = "2026-09-24" }]', LADDER, '["ping lead"]'),
        ("deferrals >= 1", 'deferred = [{ until = "2026-12-01", at = "2026-09-25" }]', LADDER, '["say"]'),
        # ... or since it is blocked; and a ladder waits while the ticket does
        ("blocked", 'blocked = true, pauses = [{ from = "2026-09-24" }]', LADDER, '["ping lead"]'),
        ("blocked", 'blocked = true, pauses = [{ from = "2026-09-25" }]', LADDER, '["say"]'),
        ("!blocked", 'pauses = [{ from = "2026-09-01", to = "2026-09-25" }]', LADDER, '["say"]'),
        ("workdays_open >= 30", 'blocked = true, pauses = [{ from = "2026-09-25" }]', LADDER, '["say"]'),
        ("workdays_open >= 30", "blocked = false", LADDER, '["ping lead"]'),
    ],
)
def test_rules_are_tested_with_what_is_stated(when, given, does, expect):
    """Facts, commands that were carried out, how long a rule has held, and clocks that stand still."""
    (result,) = run_tests(build_policy(TABLES, [("own.toml", pack(given, when=when, does=does, expect=expect))]))
    assert result.passed, str(result)


# -- for people -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ('deferred = "2026-12-01"', "put off until 2026-12-01"),
        (
            'deferred = [{ until = "2026-12-01", by = "ana", at = "2026-09-02", because = "the vendor is late" }]',
            "put off until 2026-12-01 by `ana` on 2026-09-02 because “the vendor is late”",
        ),
        ('held = "2026-09-08 because we met"', "held: “2026-09-08 because we met”"),
        ('ignored = ["own/one", "own/two"]', "which `own/one` and `own/two` are to leave alone"),
        ("undone = 1", "on which people took back what was done 1 time"),
        (
            'pauses = [{ from = "2026-09-10", to = "2026-09-15" }, { from = "2026-09-28" }]',
            "waiting from 2026-09-10 to 2026-09-15, and since 2026-09-28",
        ),
        ("blocked = true", "blocked by another ticket"),
        ('open_changes = "a/b#3"', "named by the open pull request `a/b#3`"),
        (
            'related = [{ what = "follow-up", key = "OPS-2", phase = "done" }, { what = "review", way = "origin" }]',
            "from which the follow-up `OPS-2` (done) was filed, filed as review from `EXAMPLE-2` (new)",
        ),
    ],
)
def test_a_packs_page_has_it_in_words(given, words):
    """As part of the example that the test is."""
    (table,) = read_pack("own.toml", pack(given)).tables
    assert example(table.test[0], table.on) == (
        f"On 2026-10-01, a ticket of the kind `improvement`, created 2026-08-10, {words}: nothing is done."
    )


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ('recurrences = [{ way = "filed", created = "2026-09-08" }]', "which came back as `EXAMPLE-3` on 2026-09-08"),
        (
            'recurrences = [{ way = "origin", created = "2026-09-08", again = false, ahead = 2 }]',
            "the same problem as `EXAMPLE-3`, before it was fixed, with 2 more comments there than here",
        ),
        ('likenesses = [{ tier = "B" }]', "which may be the same as `EXAMPLE-4` (a strong match)"),
        (
            'likenesses = [{ at = "2026-09-08", shadow = true }]',
            (
                "which may be the same as `EXAMPLE-4` (a likely match, of a sort that people have not confirmed often "
                "enough, found 2026-09-08)"
            ),
        ),
        ("likenesses = []", "which resembles no other"),
        ('fixed = "2026-09-08"', "fixed for its users on 2026-09-08"),
    ],
)
def test_what_came_back_and_what_resembles_is_in_words(given, words):
    """No line of a page is the inside of the program."""
    (table,) = read_pack("own.toml", pack(given)).tables
    assert example(table.test[0], table.on).endswith(f"created 2026-08-10, {words}: nothing is done.")


def test_what_has_no_words_is_shown_as_the_file_has_it():
    """Tables in braces, with the keys that were given and no other; whoever adds a key need not word it."""
    (table,) = read_pack(
        "own.toml", pack('likenesses = [{ at = "2026-09-08", shadow = true }], promised = "2026-09-09"')
    ).tables
    shown = toml(table.test[0].given)
    assert shown == (
        "{ created = 2026-08-10, likenesses = [{ shadow = true, at = 2026-09-08 }], promised = 2026-09-09 }"
    )


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ('deferred = ["soon"]', "deferred[1].until, {place}: 'soon' is not a date: write '2026-12-01'"),
        (
            'deferred = [{ until = "2026-12-01", becuase = "x" }]',
            "deferred[1], {place}: no key 'becuase' (did you mean 'because'?)",
        ),
        (
            'held = "yesterday"',
            "held, {place}: 'yesterday' is not a day: write '2026-09-08', or '2026-09-08 because ...'",
        ),
        (
            'held = "2026-09-08 because"',
            "held, {place}: '2026-09-08 because' is not a day: write '2026-09-08', or '2026-09-08 because ...'",
        ),
        ('pauses = [{ to = "2026-09-10" }]', "pauses[1], {place}: 'from' is missing"),
        ('pauses = ["2026-09-10"]', "pauses[1], {place}: write a table, not '2026-09-10'"),
        (
            'related = [{ what = "x", way = "form" }]',
            "related[1].way, {place}: 'form' is not one of 'filed' or 'origin'",
        ),
        ("undone = -1", "undone, {place}: write a number greater than or equal to 0"),
    ],
)
def test_what_is_stated_wrongly_is_told_with_its_place(given, problem):
    """Rule, test and key, and what would be right."""
    with pytest.raises(PolicyError) as caught:
        read_pack("own.toml", pack(given))
    assert (
        caught.value.problems[0] == f"own.toml: rule 'one', test[1].given.{problem.format(place='line 11, column 1')}"
    )
