"""Reviews in rule files: what they say, when their slots fall due, what is said of wrong ones, and the pack's rules."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest

from rules.document import build_policy, read_pack
from rules.errors import PolicyError
from rules.fact_reviews import outcome_recorded
from rules.memory import Memory, Statement
from rules.pack_page import override_example, pack_page
from rules.reviews import earlier, invited, newest, place_of
from rules.rule import Duration, Filing, Review, Rhythm
from rules.schema import rule_file_schema
from rules.trial import run_tests
from tests.rules.factories import NOW
from tests.rules.test_document import FILE, PACK, RULE, TABLES
from tests.rules.test_facts import fact, ticket

CADENCE = Path(__file__).parents[2] / "rules" / "packs" / "cadence.toml"
KINDS = {"review": ['"review" in labels']}
ONE = """
[[review]]
id = "talk"
every = "month"
"""
WHOLE = """
[[review]]
id = "talk"
about = "We talk."
policy = "People talk."
section = "leadership"
every = "week"
day = 3
at = "08:30"
title = "Talk {slot}"
say = "By {due}."
assign = ["bo", "ana"]
due = "3 days"
agenda = ["overdue", "decisions"]
source = "shop"
labels = "talk"
mode = "shadow"
from = "2026-11-01"
ceiling = 1
"""


def made(text, **changes):
    """Return the policy of a file beside TABLES with changes."""
    return build_policy(TABLES | {"kinds": KINDS} | changes, [(FILE, PACK + text)])


def talk(text=ONE, **changes):
    """Return the one review of a file, and its policy."""
    policy = made(text, **changes)
    return policy, policy.reviews[0]


def problems(text, **changes):
    """Return what is said of a file."""
    with pytest.raises(PolicyError) as caught:
        made(text, **changes)
    return caught.value.problems


def test_a_whole_review_is_read():
    """Every key becomes what the worker plans by; a file may hold reviews alone."""
    policy, review = talk(WHOLE)
    assert policy.rules == ()
    assert review == Review(
        id="backlog/talk",
        pack="backlog",
        about="We talk.",
        section="leadership",
        rhythm=Rhythm("week", 3, time(8, 30)),
        title="Talk {slot}",
        say="By {due}.",
        assign=("bo", "ana"),
        due=Duration(3, "days"),
        agenda=("overdue", "decisions"),
        source="shop",
        labels=frozenset({"talk"}),
        mode="shadow",
        since=date(2026, 11, 1),
        ceiling=1,
    )


def test_what_is_left_out_is_plain():
    """The council, on the first at nine, ten workdays; filed as [file.review] has it; TOML's own times are times."""
    policy, review = talk(ONE + "at = 09:00:00\n", file={"review": {"source": "shop", "labels": ["review", "x"]}})
    assert (review.rhythm, review.due, review.assign) == (Rhythm("month"), Duration(10, "workdays"), ("council",))
    assert place_of(policy, review) == Filing(kind="review", source="shop", labels=frozenset({"review", "x"}))
    assert place_of(*talk(ONE + 'labels = ["more"]')).labels == {"review", "more"}
    assert place_of(*talk(ONE)).source == "shop"  # the first there is


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('agenda = ["overdue", "dcisions"]', "line 9, column 1: 'dcisions' is not one of 'overdue', 'deferrals',"),
        ('at = "9 am"', "at, line 9, column 1: '9 am' is not a time of day: write '09:00'"),
        ('at = "24:00"', "at, line 9, column 1: '24:00' is not a time of day: write '09:00'"),
        ("at = 9", "at, line 9, column 1: '9' is not a time of day: write '09:00'"),
        ("day = 32", "day, line 9, column 1: write a number less than or equal to 31"),
        ('evry = "week"', "line 9, column 1: no key 'evry' (did you mean 'every'?)"),
        ('due = "10 wrokdays"', "due, line 9, column 1: no unit 'wrokdays' in the duration '10 wrokdays'"),
        ('mode = "canary"', "mode, line 9, column 1: 'canary' is not one of 'shadow' or 'on'"),
        ('title = ""', "title, line 9, column 1: write something between the quotes"),
        ('title = "Talk {solt}"', "title, column 6: no placeholder '{solt}' (did you mean '{slot}'?)"),
        ('say = "{title}"', "say, column 1: no placeholder '{title}': there are slot, due"),
        ('assign = ["counsil"]', "assign: no person 'counsil' (did you mean 'council'?)"),
        ('assign = "owner"', "assign: no person 'owner': there is 'council', 'ana' or 'bo'"),
        ('source = "shpo"', "source: no source 'shpo' (did you mean 'shop'?)"),
        ('labels = ["a,b"]', "labels: the label 'a,b' holds a comma"),
    ],
)
def test_a_wrong_review_is_told_with_its_place(line, problem):
    """The file, the review, the key, its place, and the nearest right name."""
    (found,) = problems(ONE + line)
    assert found.startswith(f"{FILE}: review 'talk', ")
    assert problem in found


def test_more_that_is_wrong_with_reviews():
    """A day that no week has, an id that a rule has, no table at all, and a config that knows no reviews."""
    assert problems(ONE.replace("month", "week") + "day = 8\n") == (
        f"{FILE}: review 'talk', day: a week has no day 8: write 1 (Monday) to 7",
    )
    (twice,) = problems(RULE + ONE.replace("talk", "owned"))
    assert "review 1, id, line" in twice
    assert "there is a rule 'owned' already, at line 7, column 1: choose another name" in twice
    assert problems("") == (
        f"{FILE}: there is no rule: write a [[rule]], [[review]], [[twin]], [[gate]] or [[metric]]",
    )
    (unknown,) = problems(ONE, kinds=TABLES["kinds"])
    assert unknown.startswith("config.toml: [file.review]: what is filed, labelled review, would be of no kind:")
    assert problems("[[review]]\nid = 'x'\n") == (f"{FILE}: review 'x', line 5, column 1: 'every' is missing",)


def test_a_review_is_overridden_as_a_rule_is():
    """Single values; what is wrong is told of the override."""
    both = {"backlog.talk": {"day": 5, "assign": "ana"}}
    policy, review = talk(WHOLE, override=both)
    assert (review.rhythm.day, review.assign, review.section) == (5, ("ana",), "leadership")
    assert policy.shipped == {}
    at = 'config.toml: [override."backlog.talk"]'
    assert problems(WHOLE, override={"backlog.talk": {"assign": "anna"}}) == (
        f"{at}, assign: no person 'anna' (did you mean 'ana'?)",
    )
    assert problems(WHOLE, override={"backlog.talk": {"dya": 1}}) == (f"{at}: no key 'dya' (did you mean 'day'?)",)
    assert problems(WHOLE, override={"backlog.talk": {"id": "x"}}) == (
        f"{at}, id: cannot be overridden: copy the review to a file of your own",
    )


def test_the_schema_of_a_rule_file_knows_reviews():
    """Editors complete their keys and parts of the agenda."""
    keys = rule_file_schema()["$defs"]["ReviewTable"]["properties"]
    assert {"every", "at", "agenda", "from"} <= keys.keys()
    assert "open-actions" in keys["agenda"]["items"]["enum"]


# -- slots ------------------------------------------------------------------------------------------------


def at(text):
    """Return a moment in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("lines", "now", "slot", "due"),
    [
        ("", "2026-11-02T10:00", "2026-11", date(2026, 11, 13)),
        ("", "2026-11-13T22:59", "2026-11", date(2026, 11, 13)),
        ("", "2026-11-16T10:00", "2026-11", date(2026, 11, 30)),  # its time is over: from today
        ("", "2026-11-01T07:59", "2026-10", date(2026, 11, 13)),  # nine o'clock in Berlin is eight
        ("", "2026-10-01T07:00", "2026-10", date(2026, 10, 15)),  # and seven in summer
        ("", "2026-10-01T06:59", "2026-09", date(2026, 10, 15)),
        ("day = 31", "2027-02-28T09:00", "2027-02", date(2027, 3, 12)),
        ("day = 31", "2027-02-27T09:00", "2027-01", date(2027, 3, 12)),
    ],
)
def test_the_newest_slot_counts(lines, now, slot, due):
    """From its day and time of day on, in the company's zone; it is due after it, or after today if that is past."""
    policy, review = talk(ONE + lines)
    meeting = newest(policy, review, at(now))
    assert (meeting.slot, meeting.due) == (slot, due)


@pytest.mark.parametrize(
    ("every", "slots"),
    [
        ("week", ["2026-W46", "2026-W45", "2026-W44"]),
        ("month", ["2026-10", "2026-09", "2026-08"]),
        ("quarter", ["2026-Q3", "2026-Q2", "2026-Q1"]),
    ],
)
def test_the_slots_before_are_told_the_newest_first(every, slots):
    """As far back as about a year, and not beyond `from`."""
    policy, review = talk(ONE.replace("month", every))
    meeting = newest(policy, review, at("2026-11-17T10:00"))
    assert list(earlier(policy, meeting))[:3] == slots
    policy, review = talk(ONE.replace("month", every) + "from = 2026-11-10")
    meeting = newest(policy, review, at("2026-11-17T10:00"))
    assert (meeting is None) == (every != "week")
    assert meeting is None or list(earlier(policy, meeting)) == []


def test_every_slot_of_years_is_the_newest_once_it_is_due():
    """None is left out between two looks, whatever the day and the rhythm."""
    for every, day in (("week", 7), ("month", 31), ("quarter", 31), ("quarter", 1)):
        policy, review = talk(ONE.replace("month", every) + f"day = {day}")
        due = list(policy.calendar.due_slots(review.rhythm, after=at("2026-01-01"), now=at("2029-01-01")))
        assert len(due) > 10
        assert [newest(policy, review, moment).slot for _, moment in due] == [slot for slot, _ in due]
        before_next = [moment for _, moment in due[1:]]
        late = [newest(policy, review, moment - (moment - moment.replace(second=0)) - TICK) for moment in before_next]
        assert [meeting.slot for meeting in late] == [slot for slot, _ in due[:-1]]


TICK = at("2026-01-01T00:00:01") - at("2026-01-01")


def test_those_are_invited_who_have_a_login_there():
    """The council is its members; nobody twice; whoever has no login is left out."""
    policy, review = talk(ONE + 'assign = ["ana", "council", "bo"]')
    assert invited(policy, review.assign, "shop") == ("ana-gh", "bo-gh")
    assert invited(policy, review.assign, "ops") == ("acc-1",)


# -- facts ------------------------------------------------------------------------------------------------

TEXTS = {
    "a line": ("Outcome: we go on", True),
    "a decision, strong, in a list": ("* **Decision:** two people for search\r\n", True),
    "Jira's strong": ("h3. End\n*Outcome:* we go on", True),
    "on the next line": ("**Outcome:**\n\nWe go on.\n\n### Action items", True),
    "nothing, then a heading": ("**Outcome:**\n\n### Action items\n- [ ] x", False),
    "nothing, then Jira's heading": ("*Outcome:*\n\nh3. Action items", False),
    "nothing, then another field": ("Outcome:\nAttendees: ana, bo", False),
    "nothing, then our mark": ("**Outcome:**\n\n<!-- kaizend op=ab mac=cd -->", False),
    "dots": ("Outcome: ...", False),
    "not yet": ("Outcome: TBD", False),
    "in a sentence": ("The outcome: we go on", False),
    "in code": ("```\nOutcome: we go on\n```", False),
    "hidden": ("<!-- Outcome: we go on -->", False),
    "none": ("", False),
}


@pytest.mark.parametrize(("text", "expected"), TEXTS.values(), ids=TEXTS.keys())
def test_an_outcome_is_recorded_in_plain_sight(text, expected):
    """Behind the word that begins a line, or on the next one; what holds its place does not count."""
    assert outcome_recorded(text) is expected
    assert fact("outcome_recorded", ticket(body=text)) is expected


def held(because=""):
    """Return the memory of a review that somebody said was held."""
    return Memory(
        statements=(Statement(comment="c", what="held", value="2026-11-03", by="bo-gh", at=NOW, because=because),)
    )


def test_what_a_review_lacks_is_named():
    """That it was held, and what came of it."""
    assert [len(fact("review_missing", memory=memory)) for memory in (Memory(), held(), held("we go on"))] == [2, 1, 0]
    assert fact("review_missing", ticket(body="Outcome: x")) == ["that it was held (comment /kaizen held)"]
    assert fact("outcome_recorded", memory=held("we go on")) is True


# -- the pack ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "country"),
    [("UTC", ""), ("America/New_York", "US"), ("Europe/Berlin", "DE"), ("Asia/Tokyo", "JP")],
)
def test_the_pack_passes_the_tests_it_carries(zone, country):
    """In any of these calendars."""
    tables = TABLES | {
        "kinds": KINDS | {"escalation": ['"escalation" in labels']},
        "calendar": {"time_zone": zone, "country": country},
    }
    policy = build_policy(tables, [(CADENCE.name, CADENCE.read_text(encoding="utf-8"))])
    results = run_tests(policy)
    assert [str(result) for result in results if not result.passed] == []
    assert len(results) == len(policy.tests) >= 2 * len(policy.rules)


def test_each_rule_and_review_names_the_policy_it_serves():
    """A reader of the governance policy finds what enforces it."""
    pack = read_pack(CADENCE.name, CADENCE.read_text(encoding="utf-8"))
    assert [table.id for table in (*pack.tables, *pack.review_tables) if not table.policy] == []
    assert {each.section for each in pack.rules_and_reviews} == {"cadence"}


def test_the_page_of_a_pack_tells_all_that_a_review_does():
    """Each key in words; a pack of reviews alone has a page, too, with an override that can be used."""
    pack = read_pack(FILE, PACK + WHOLE)
    page = pack_page(pack)
    assert "It has 1 review. To use it" in page
    assert "A rule *holds*" not in page
    assert (
        page.split("## talk\n\n")[1].split("\n\n## Who is meant")[0]
        == """\
We talk.

The policy it serves: *People talk.*

**When:** each week, on Wednesday at 08:30, in the calendar's time zone; from 2026-11-01 on; in shadow: what would be \
filed is planned and shown, never done. After a time in which kaizend was down, only the newest is filed.

**What it does:** a ticket is filed, once.

- It is called “Talk {slot}” and is filed in the source `shop`.
- It wears `talk`, besides what makes it a review.
- It is for bo and ana: the first who has a login there owns it, all are mentioned.
- It is due 3 days after the slot, or after today if that day is past.
- Its text begins: “By {due}.”
- Its agenda: what is longest overdue; the decisions that are open or were taken since the last one.
- A pass that would file more than 1 files none, and says so."""
    )
    assert override_example(pack).startswith('[override."backlog.talk"]')
