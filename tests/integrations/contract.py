"""What every tracker promises, as checks over a real client and a world that people edit.

A tracker's tests give each check of CHECKS a tracker and its `Hooks`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest

from integrations.base import Draft, LabelStyle, Tracker
from integrations.errors import NotFound
from rules.model import Marker, Paragraph, Prose, Text, Ticket

MARKER = Marker(op="0a1b", mac="c2d3", state="backlog/owned:1")
HELLO = Prose((Paragraph((Text("Hello there."),)),))
BYE = Prose((Paragraph((Text("Good bye."),)),))


@dataclass(frozen=True, kw_only=True)
class Hooks:
    """A tracker's world, as a person edits it. Tickets go by the adapter's refs."""

    add: Callable[[str], str]  # title -> ref
    comment: Callable[[str, str], None]  # ref, text
    rename: Callable[[str, str], None]  # ref, title
    remove: Callable[[str], None]  # ref
    later: Callable[[timedelta], None]  # let time pass
    now: Callable[[], datetime]
    writes: Callable[[], int]  # requests so far that are not reads
    person: str
    missing: str  # a ref nobody has


def read_all(tracker: Tracker, stream: str, cursor: str = "") -> tuple[list, str]:
    """Read a stream to its end; return the items and the last cursor."""
    items = []
    for page in tracker.read(stream, cursor):
        items += page.items
        cursor = page.cursor
    return items, cursor


def reading_again_brings_only_what_changed(tracker: Tracker, hooks: Hooks) -> None:
    """Bring all at first, then only what a person changed in between."""
    refs = [hooks.add(f"ticket {number}") for number in range(5)]
    hooks.later(timedelta(hours=1))
    first, cursor = read_all(tracker, "tickets")
    assert {one.ref for one in first if isinstance(one, Ticket)} >= set(refs)
    hooks.later(timedelta(hours=1))
    _, cursor = read_all(tracker, "tickets", cursor)
    hooks.rename(refs[2], "another title")
    hooks.later(timedelta(hours=1))
    third, _ = read_all(tracker, "tickets", cursor)
    assert {one.title for one in third if isinstance(one, Ticket) and one.ref == refs[2]} == {"another title"}


def reading_writes_nothing(tracker: Tracker, hooks: Hooks) -> None:
    """Connect and read all streams with reads only."""
    ref = hooks.add("ticket")
    before = hooks.writes()
    tracker.connect()
    for stream in tracker.streams:
        read_all(tracker, stream)
    tracker.ticket(ref)
    list(tracker.comments(ref))
    assert hooks.writes() == before


def a_comment_carries_its_marker(tracker: Tracker, hooks: Hooks) -> None:
    """Give back what we wrote with our author id and marker, what people wrote without."""
    ref = hooks.add("ticket")
    hooks.comment(ref, "from a person")
    receipt = tracker.comment(ref, HELLO, MARKER)
    theirs, ours = tracker.comments(ref)
    assert (theirs.marker, ours.marker) == (None, MARKER)
    assert (ours.ref, ours.author, ours.ticket) == (receipt.ref, tracker.connect().author, tracker.ticket(ref).uid)


def a_comment_is_edited_in_place(tracker: Tracker, hooks: Hooks) -> None:
    """Editing makes no second comment, and the marker may change."""
    ref = hooks.add("ticket")
    receipt = tracker.comment(ref, HELLO, MARKER)
    other = Marker(op=MARKER.op, mac="ffff", state="")
    tracker.edit_comment(ref, receipt.ref, BYE, other)
    (comment,) = tracker.comments(ref)
    assert "Good bye" in comment.body
    assert comment.marker == other


def labels_are_put_on_and_taken_off_one_by_one(tracker: Tracker, hooks: Hooks) -> None:
    """Others' labels stay; doing it twice changes nothing."""
    ref = hooks.add("ticket")
    for name in ("alpha", "beta", "beta"):
        tracker.add_label(ref, LabelStyle(name=name))
    tracker.remove_label(ref, "alpha")
    tracker.remove_label(ref, "alpha")
    assert tracker.ticket(ref).labels == {"beta"}


def a_due_date_is_the_day_that_was_set(tracker: Tracker, hooks: Hooks) -> None:
    """No time zone moves it, in summer or winter; it can be moved and cleared by us."""
    ref = hooks.add("ticket")
    for due in (date(2026, 11, 30), date(2027, 7, 1)):
        tracker.set_due(ref, due)
        assert tracker.ticket(ref).due == due
    tracker.set_due(ref, None)
    assert tracker.ticket(ref).due is None


def a_person_becomes_an_owner(tracker: Tracker, hooks: Hooks) -> None:
    """Who is assigned is among the assignees."""
    ref = hooks.add("ticket")
    tracker.assign(ref, hooks.person)
    assert hooks.person in tracker.ticket(ref).assignees


def an_owner_is_taken_off_alone(tracker: Tracker, hooks: Hooks) -> None:
    """Who is none stays none, and others stay; twice is as good as once."""
    ref = hooks.add("ticket")
    tracker.assign(ref, hooks.person)
    tracker.unassign(ref, "nobody-at-all")
    assert tracker.ticket(ref).assignees == {hooks.person}
    for _ in range(2):
        tracker.unassign(ref, hooks.person)
        assert tracker.ticket(ref).assignees == frozenset()
    with pytest.raises(NotFound):
        tracker.unassign(hooks.missing, hooks.person)


def a_comment_of_ours_is_deleted(tracker: Tracker, hooks: Hooks) -> None:
    """Others' stay; one that is gone already is fine, and said to be."""
    ref = hooks.add("ticket")
    hooks.comment(ref, "from a person")
    receipt = tracker.comment(ref, HELLO, MARKER)
    assert [tracker.delete_comment(ref, receipt.ref).wrote for _ in range(2)] == [True, False]
    (theirs,) = tracker.comments(ref)
    assert theirs.marker is None


def a_sign_on_a_comment_is_put_once(tracker: Tracker, hooks: Hooks) -> None:
    """Twice is as good as once, and where a tracker has no signs nothing is sent."""
    ref = hooks.add("ticket")
    hooks.comment(ref, "/kaizen held")
    (comment,) = tracker.comments(ref)
    before = hooks.writes()
    first, second = (tracker.react(ref, comment.uid, "+1") for _ in range(2))
    assert not second.wrote
    assert first.wrote == (hooks.writes() > before)
    assert [one.updated for one in tracker.comments(ref)] == [comment.updated]


def a_ticket_is_closed_and_opened_again(tracker: Tracker, hooks: Hooks) -> None:
    """Its phase says so."""
    ref = hooks.add("ticket")
    tracker.close(ref, "completed")
    assert tracker.ticket(ref).phase == "done"
    tracker.reopen(ref)
    assert tracker.ticket(ref).phase != "done"
    tracker.transition(ref, "done", "")
    assert tracker.ticket(ref).phase == "done"


def what_we_filed_is_found_without_search(tracker: Tracker, hooks: Hooks) -> None:
    """By author and marker, since a moment; others' tickets are not ours."""
    hooks.add("somebody else's")
    since = hooks.now() - timedelta(minutes=1)
    draft = Draft(title="Ours", prose=HELLO, labels=(LabelStyle(name="kaizen"),))
    receipt = tracker.file(draft, MARKER)
    ((ticket, marker),) = tracker.filed(since)
    assert (ticket.ref, ticket.title, ticket.labels, marker) == (receipt.ref, "Ours", {"kaizen"}, MARKER)
    assert tracker.ticket(receipt.ref).uid == receipt.uid


def what_is_gone_is_not_found(tracker: Tracker, hooks: Hooks) -> None:
    """Say so of a ticket that never was, and of one that was deleted."""
    ref = hooks.add("ticket")
    hooks.remove(ref)
    for one in (ref, hooks.missing):
        with pytest.raises(NotFound):
            tracker.ticket(one)


CHECKS = (
    reading_again_brings_only_what_changed,
    reading_writes_nothing,
    a_comment_carries_its_marker,
    a_comment_is_edited_in_place,
    labels_are_put_on_and_taken_off_one_by_one,
    a_due_date_is_the_day_that_was_set,
    a_person_becomes_an_owner,
    an_owner_is_taken_off_alone,
    a_comment_of_ours_is_deleted,
    a_sign_on_a_comment_is_put_once,
    a_ticket_is_closed_and_opened_again,
    what_we_filed_is_found_without_search,
    what_is_gone_is_not_found,
)
