"""What the trackers said is kept, once, in its newest version, with how far we have read."""

from dataclasses import replace
from datetime import date

import pytest

from rules.model import Change, Deployment, Event, Marker, Release
from tests.worker.stores import KEY, NOW, TODAY, after, comment, page, ticket
from worker.ledger import Ledger
from worker.mirror import Mirror


@pytest.fixture
def mirror(database):
    """Make an empty mirror."""
    return Mirror(database)


def revision_of(database, uid):
    """Return the number of a ticket's last change."""
    return database.rows("select revision, seen from tickets where uid = ?", (uid,))


FULL = ticket(
    7,
    body="line\n" * 50,
    type="Bug",
    resolution="completed",
    labels=frozenset({"b", "a,b", "\u00e9", "\U0001f600", ' lead"quote'}),
    components=frozenset({"Billing"}),
    milestone="M1",
    assignees=frozenset({"ana", "bob"}),
    reporter="cy",
    priority="P1",
    due=date(2026, 12, 1),
    closed=after(seconds=5),
    comments=3,
    locked=True,
    phase="done",
)
CHANGE = Change(
    source="shop",
    uid="c1",
    key="acme/shop#8",
    ref="8",
    url="u",
    title="t",
    created=NOW,
    updated=NOW,
    state="merged",
    body="b",
    draft=True,
    labels=frozenset({"x"}),
    author="ana",
    base="main",
    head_sha="h",
    merge_sha="m",
    merged=after(hours=1),
    closed=after(hours=1),
)
DEPLOYMENT = Deployment(
    source="shop", uid="d1", ref="1", sha="h", environment="prod", state="success", created=NOW, updated=NOW
)
RELEASE = Release(source="shop", uid="r1", ref="1", name="v1", url="u", released=NOW, prerelease=True)
EVENT = Event(
    source="shop", uid="e1", ticket="github.com/issue/7", at=NOW, actor="ana", what="due", before="", after="2026-12-01"
)
MARKED = comment(ticket="github.com/issue/7", marker=Marker(op="ab", mac="cd", state="x:1"))


def test_what_is_saved_comes_back_whole(mirror):
    """Every noun survives the database with all its fields."""
    assert mirror.save("shop", "all", page(FULL, CHANGE, DEPLOYMENT, RELEASE, EVENT, MARKED), NOW) == 6
    assert list(mirror.tickets()) == [FULL]
    assert list(mirror.changes("shop")) == [CHANGE]
    assert list(mirror.deployments("shop")) == [DEPLOYMENT]
    assert list(mirror.releases("shop")) == [RELEASE]
    assert mirror.events(FULL.uid) == (EVENT,)
    assert mirror.comments(FULL.uid) == (MARKED,)


def test_openings_and_closings_of_a_span_are_found(mirror):
    """From its first moment up to but not with its end, oldest first, and nothing else that happened then."""
    turns = [
        replace(EVENT, uid=f"e{hours}", at=after(hours=hours), what="resolution" if hours % 2 else "status")
        for hours in (4, 0, 1, 2, 3)
    ]
    mirror.save("shop", "events", page(replace(EVENT, uid="other"), *turns), NOW)
    assert [event.uid for event in mirror.turns(after(hours=1), after(hours=4))] == ["e1", "e2", "e3"]
    assert [event.uid for event in mirror.turns(NOW, after(hours=1))] == ["e0"]


def test_what_has_not_changed_is_not_written(database, mirror):
    """Reading the same page again changes no row and no revision."""
    mirror.save("shop", "all", page(FULL, CHANGE, MARKED, EVENT), NOW)
    before = revision_of(database, FULL.uid)
    assert mirror.save("shop", "all", page(FULL, CHANGE, MARKED, EVENT), after(hours=1)) == 0
    assert revision_of(database, FULL.uid) == before


def test_an_older_version_does_not_overwrite(mirror):
    """A page that was overtaken by a newer read changes nothing."""
    newer = ticket(title="new", updated=after(minutes=1))
    mirror.put_ticket(newer, NOW)
    assert mirror.save("shop", "tickets", page(ticket(title="old")), NOW) == 0
    assert mirror.ticket(newer.uid) == newer


def test_a_change_within_the_same_second_is_kept(mirror):
    """Trackers stamp to the second: an equally old version that differs is taken."""
    mirror.put_ticket(ticket(title="a"), NOW)
    assert mirror.put_ticket(ticket(title="b"), NOW) == 1
    assert mirror.ticket(ticket().uid).title == "b"


def test_a_page_and_its_cursor_are_saved_together(mirror):
    """The cursor of a page that could not be saved is not saved either."""
    mirror.save("shop", "tickets", page(ticket(1), cursor="one"), NOW)
    with pytest.raises(TypeError):
        mirror.save("shop", "tickets", page(ticket(2), replace(CHANGE, created=None), cursor="two"), NOW)
    assert (mirror.cursor("shop", "tickets"), mirror.count()) == ("one", 1)
    assert mirror.cursor("shop", "never read") == ""


def test_hostile_text_is_stored(mirror):
    """NUL and lone surrogates become replacement characters; anything else stays as it is."""
    text = "a\0b \ud800 \u202e \u200b \U0001f600 ' \" % ? :x {y}"
    mirror.save("shop", "tickets", page(ticket(title=text, body=text, labels=frozenset({"x\0y", "\udfff"}))), NOW)
    stored = mirror.ticket(ticket().uid)
    assert stored.title == stored.body == text.replace("\0", "\ufffd").replace("\ud800", "\ufffd")
    assert stored.labels == {"x\ufffdy", "\ufffd"}


def test_a_read_is_whole_only_when_it_ended_well(mirror):
    """A source begun and not ended, failed or never read is unreadable, and says why."""
    for source in ("good", "failed", "killed"):
        mirror.begin_read(source, NOW)
    mirror.end_read("good", NOW)
    mirror.end_read("failed", NOW, "page 2: 502")
    assert mirror.unreadable() == {"failed": "page 2: 502", "killed": "cut short"}
    assert mirror.unreadable(["good", "other"]) == mirror.unreadable() | {"other": "never read"}
    assert mirror.reads()["good"].whole
    mirror.begin_read("failed", NOW)
    mirror.end_read("failed", NOW)
    assert "failed" not in mirror.unreadable()


@pytest.mark.parametrize("wanted", ["OPS-12", "ops-12", " Ops-12 "])
def test_a_key_is_found_however_it_is_written(mirror, wanted):
    """People do not mind the case of a key."""
    ops = ticket(2, key="OPS-12", uid="jira/12")
    mirror.save("ops", "tickets", page(ops, ticket(1)), NOW)
    assert mirror.find(wanted) == ops


def test_a_bare_number_is_found_if_only_one_ticket_has_it(mirror):
    """A number that two repositories share is not guessed."""
    other = ticket(2, key="acme/api#12", uid="x")
    mirror.save("shop", "tickets", page(ticket(12), ticket(112), ticket(13), other), NOW)
    assert mirror.find("#13") == mirror.find("13") == ticket(13)
    assert mirror.find("#12") is None
    assert mirror.candidates("12") == (other, ticket(12))
    assert mirror.find("%") is mirror.find("nothing") is None


def test_a_buried_ticket_is_kept_and_not_shown(mirror):
    """A ticket that is gone is not evaluated, until the tracker shows it again."""
    mirror.save("shop", "tickets", page(ticket(1), ticket(2)), NOW)
    assert [mirror.bury(ticket(1).uid, NOW, "410 gone"), mirror.bury(ticket(1).uid, NOW, "410 gone")] == [1, 0]
    assert (list(mirror.tickets()), mirror.count(), mirror.ticket(ticket(1).uid)) == ([ticket(2)], 1, None)
    assert list(mirror.unsettled("p", TODAY)) == [ticket(2)]
    mirror.put_ticket(ticket(1), NOW)
    assert mirror.ticket(ticket(1).uid) == ticket(1)


def test_a_due_date_on_the_card_counts_where_the_tracker_has_none(mirror):
    """The tracker's own due date wins; a saved page leaves the card's alone."""
    mirror.save("shop", "tickets", page(ticket(1), ticket(2, due=date(2026, 12, 2))), NOW)
    for number in (1, 2):
        assert mirror.set_card_due(ticket(number).uid, date(2026, 12, 24)) == 1
    assert mirror.set_card_due(ticket(1).uid, date(2026, 12, 24)) == 0
    mirror.save("shop", "tickets", page(ticket(1, title="edited")), NOW)
    assert {t.ref: t.due for t in mirror.tickets()} == {"1": date(2026, 12, 24), "2": date(2026, 12, 2)}
    assert mirror.set_card_due(ticket(1).uid, None) == 1
    assert mirror.ticket(ticket(1).uid).due is None


def test_only_what_changed_is_unsettled(mirror):
    """After a pass, only tickets that changed, or were asked for, are evaluated again."""
    mirror.save("shop", "tickets", page(ticket(1), ticket(2), ticket(3)), NOW)
    upto = mirror.revision()
    assert len(list(mirror.unsettled("p", TODAY))) == 3
    mirror.save("shop", "tickets", page(ticket(1), ticket(2, title="during the pass")), NOW)
    mirror.settle(upto, "p", TODAY)
    assert [t.ref for t in mirror.unsettled("p", TODAY)] == ["2"]
    mirror.settle(mirror.revision(), "p", TODAY)
    assert mirror.unsettle([ticket(3).uid]) == 1
    assert [t.ref for t in mirror.unsettled("p", TODAY)] == ["3"]


@pytest.mark.parametrize(("policy", "day"), [("q", TODAY), ("p", date(2026, 11, 24))], ids=["policy", "day"])
def test_a_new_policy_or_day_unsettles_all(mirror, policy, day):
    """What a rule says may change with the policy and with the date; going back to the old ones is new as well."""
    mirror.save("shop", "tickets", page(ticket(1), ticket(2)), NOW)
    mirror.settle(mirror.revision(), "p", TODAY)
    assert len(list(mirror.unsettled(policy, day))) == 2
    mirror.settle(mirror.revision(), policy, day)
    assert list(mirror.unsettled(policy, day)) == []
    assert len(list(mirror.unsettled("p", TODAY))) == 2


def test_a_comment_is_new_until_it_was_looked_at(mirror):
    """A comment edited later is looked at again; one edited while we looked stays new."""
    first, second = comment(1, body="/kaizen why"), comment(2, body="/kaizen why", created=after(seconds=1))
    mirror.save("shop", "comments", page(second, first), NOW)
    assert mirror.new_comments() == (first, second)
    mirror.put_comments([replace(second, body="/kaizen owner")], NOW)
    assert mirror.mark_read([first, second]) == 1
    assert [c.body for c in mirror.new_comments()] == ["/kaizen owner"]
    mirror.save("shop", "comments", page(first), NOW)
    assert first not in mirror.new_comments()
    mirror.save("shop", "comments", page(replace(first, body="/kaizen ignore x", updated=after(minutes=1))), NOW)
    assert len(mirror.new_comments()) == 2


def test_tickets_stream_while_others_are_saved(mirror):
    """A slow reader does not hold up a writer, nor does it see half a page."""
    mirror.save("shop", "tickets", page(*map(ticket, range(300))), NOW)
    stream = mirror.tickets()
    next(stream)
    mirror.put_ticket(ticket(0, title="edited", updated=after(seconds=1)), NOW)
    assert len([t for t in stream if t.title != "edited"]) == 299


def test_a_source_can_be_streamed_alone(mirror):
    """Only that source's tickets come."""
    mirror.save("shop", "tickets", page(ticket(1), ticket(2, source="ops")), NOW)
    assert [t.ref for t in mirror.tickets("ops")] == ["2"]


def test_small_talk_is_not_looked_at(mirror):
    """A comment with neither a mark nor a command is passed over; one that gets a command later is not."""
    talk = comment(1, body="I will look at it tomorrow.")
    mirror.save("shop", "comments", page(talk), NOW)
    assert mirror.new_comments() == ()
    mirror.put_comments([replace(talk, body="/kaizen why")], NOW)
    assert [c.body for c in mirror.new_comments()] == ["/kaizen why"]


def test_a_source_knows_the_people_it_has_shown(mirror):
    """Who wrote, owns or commented there; nobody of another source."""
    mirror.put_ticket(ticket(1, reporter="rita", assignees=frozenset({"ana", "bo"})), NOW)
    mirror.put_ticket(ticket(2, source="ops", reporter="zoe"), NOW)
    mirror.put_comments([comment(1, author="kim")], NOW)
    assert mirror.logins(ticket(1).source) == {"rita", "ana", "bo", "kim"}


def test_changes_name_tickets(database, mirror):
    """The tickets are looked at again when a change names them, no longer does, or is merged; not for anything less."""
    mirror.save("shop", "tickets", page(*(ticket(number) for number in range(1, 5))), NOW)
    mirror.save("ops", "tickets", page(ticket(9, source="ops", key="OPS-9")), NOW)

    def looked_at(**given):
        mirror.settle(mirror.revision(), "p", TODAY)
        mirror.save("shop", "changes", page(replace(CHANGE, **given)), NOW)
        return sorted(one.key for one in mirror.unsettled("p", TODAY))

    both = {"title": "For #1, OPS-9 and acme/shop#77", "body": ""}
    merged = both | {"state": "merged", "merged": NOW}
    assert looked_at(**both, state="open") == ["OPS-9", "acme/shop#1"]
    assert looked_at(**both, state="open", updated=after(hours=1)) == []
    assert looked_at(**merged, updated=after(hours=2)) == ["OPS-9", "acme/shop#1"]
    assert looked_at(**both, state="open", updated=after(hours=1)) == []  # an older read
    assert looked_at(**(merged | {"title": "For #2"}), updated=after(hours=3)) == [
        "OPS-9",
        "acme/shop#1",
        "acme/shop#2",
    ]
    remembered = Ledger(database, KEY).memory()
    assert {uid: [work.key for work in known.work] for uid, known in remembered.items()} == {
        "github.com/issue/2": [CHANGE.key]
    }
    few = Ledger(database, KEY).memory(["github.com/issue/2"])
    assert few == remembered
    assert few["github.com/issue/2"].work[0].merged == NOW


def test_a_change_does_not_name_itself(database, mirror):
    """A squashed merge carries its own number in its title."""
    mirror.save("shop", "all", page(ticket(3), replace(CHANGE, key="acme/shop#3", title="Faster (#3)", body="")), NOW)
    assert database.rows("select * from mentions") == []


def test_blocked_tickets_are_told_the_longest_not_seen_first(database, mirror):
    """Open ones of the source alone, up to a limit; to have been seen is no change."""
    for number in (1, 2, 3):
        mirror.put_ticket(ticket(number, blocked=True), after(minutes=number))
    mirror.put_ticket(ticket(4, blocked=True, phase="done"), NOW)
    mirror.put_ticket(ticket(5), NOW)
    mirror.put_ticket(ticket(6, blocked=True, source="other"), NOW)
    before = revision_of(database, ticket(1).uid)[0][0]
    assert mirror.mark_seen(ticket(1).uid, after(minutes=9)) == 1
    assert revision_of(database, ticket(1).uid)[0][0] == before
    found = mirror.blocked(ticket(1).source, 2)
    assert found == ((ticket(2, blocked=True), after(minutes=2)), (ticket(3, blocked=True), after(minutes=3)))
    assert mirror.blocked(ticket(1).source, 9)[-1] == (ticket(1, blocked=True), after(minutes=9))
