"""A replay acts as the product would: in shadow for fifty verdicts, then by the gate; closings are the verdicts."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from rules.recurrence.judge import Thresholds
from rules.recurrence.scoring import figures
from tests.worker.history import START, written
from worker.recurrence.labelled import read_rows
from worker.recurrence.measuring import labels, predictions
from worker.recurrence.shipped import shipped_model

DAY = timedelta(days=1)
FIRST = ("Ana", "Bo", "Cy", "Di", "Ed", "Fay", "Gus")
LAST = ("Alder", "Birch", "Cedar", "Drift", "Elm", "Fern", "Gorse", "Hazel", "Iris", "Juniper")
MODEL = replace(shipped_model(), thresholds=Thresholds(strong=0.2))
NAMES = tuple(f"{one}{other}" for one in FIRST for other in LAST)


def pair(number, *, again=DAY, duplicate=True, **more):
    """Return a report that was fixed, and one of the same error by somebody else, closed within a day."""
    name, began = NAMES[number], START + 5 * number * DAY
    old, new = f"shop-{2 * number + 1}", f"shop-{2 * number + 2}"
    trace = f"```\n{name}Error: {name} drawer refused the {name} voucher\n```"
    first = row(old, f"{name} voucher is refused at the till", trace, began, "ana", "Fixed")
    second = row(new, f"{name} voucher is refused again at the till", trace, began + again + DAY, "zoe", "Duplicate")
    said = {"duplicate_of": old, "truth": "dup"} if duplicate else {"resolution": "Fixed"}
    return [first, second | {"query": True} | said | more]


def row(uid, title, body, created, reporter, resolution):
    """Return a ticket that is closed half a day after it came."""
    return {
        "id": uid,
        "project": "shop",
        "title": title,
        "body": body,
        "created": created.isoformat(),
        "type": "Bug",
        "reporter": reporter,
        "resolved": (created + DAY / 2).isoformat(),
        "status": "closed",
        "resolution": resolution,
        "duplicate_of": None,
        "truth": "unique",
        "related": [],
        "query": False,
    }


@pytest.fixture
def replayed(tmp_path):
    """Replay pairs; return the predictions and their figures."""

    def replay(*pairs):
        every = [each for two in pairs for each in two]
        rows = read_rows(written(tmp_path / "rows.jsonl", every))
        found = tuple(predictions(rows, MODEL))
        return found, figures(found, labels(rows))

    return replay


def test_the_first_fifty_are_suggested_and_what_is_right_so_often_opens(replayed):
    """The file of predictions says what was done, not what the text alone would have done."""
    found, figured = replayed(*(pair(number) for number in range(60)))
    assert [one.action for one in found] == ["suggest"] * 50 + ["reopen"] * 10
    assert [one.strong for one in found] == ["shadow"] * 50 + ["opened"] * 10
    assert (figured.reopen_precision, figured.reopen_right, figured.reopen_recall) == (1.0, 10, pytest.approx(1 / 6))
    assert (figured.strong_right, figured.strong_wrong) == (60, 0)
    assert (figured.strong_in_shadow, figured.strong_linked) == (50, 10)


def test_what_is_too_often_wrong_is_linked_at_most_and_two_rejections_end_that(replayed):
    """A report that was closed as no duplicate was another problem: 40 of 50 are not enough to open anything."""
    found, figured = replayed(*(pair(number, duplicate=number >= 10 and number < 50) for number in range(60)))
    assert Counter(one.strong for one in found) == {"shadow": 58, "linked": 2}
    assert {one.action for one in found} == {"suggest"}
    assert (figured.reopen_precision, figured.reopen_recall) == (None, 0.0)


def test_no_answer_is_no_verdict(replayed):
    """What stays open, or is a duplicate of nobody knows what, answers nothing."""
    silent = {"duplicate_of": None, "truth": "unknown"}
    found, _ = replayed(*(pair(number, **(silent if number % 2 else {})) for number in range(60)))
    assert {one.strong for one in found} == {"shadow"}
    found, _ = replayed(*(pair(number, resolved=None) for number in range(60)))
    assert {one.strong for one in found} == {"shadow"}


def test_what_is_fixed_long_ago_or_open_is_not_opened(replayed):
    """Past the window it is linked; a match with an open ticket is no recurrence, but a suggestion."""
    late = pair(60, again=40 * DAY)
    still = pair(61)
    still[0]["resolved"] = None
    refused = pair(62)
    refused[0]["resolution"] = "Won't Fix"
    found, _ = replayed(*(pair(number) for number in range(1, 51)), late, still, refused)
    told = {one.uid: (one.strong, one.action) for one in found}
    assert told[late[1]["id"]] == ("linked", "suggest")
    assert told[still[1]["id"]] == (None, "suggest")
    assert told[refused[1]["id"]] == ("linked", "suggest")


def test_each_project_is_tried_by_itself(replayed):
    """Verdicts count where they were given."""
    elsewhere = pair(60)
    for each in elsewhere:
        each["project"] = "other"
    found, _ = replayed(*(pair(number) for number in range(50)), elsewhere)
    assert found[-1].strong == "shadow"
