"""The watchers of a month bite: each is shown what it must not pass over, and spoilt workers do not get through."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import orjson
import pytest

from tests.rules.factories import ticket
from tests.torture.months import limits, once, watchers
from tests.torture.months.lives import Deed, insists, swings
from tests.torture.months.month import Month
from tests.torture.months.wire import Seen

NOW = datetime(2027, 3, 8, 9, tzinfo=UTC)
TRIES = 6  # seeds, until one meets the worker where it is spoilt
COMMENTS = "/repos/acme/shop/issues/1/comments"


def seen(
    seconds=0.0, *, answered=None, method="POST", path=COMMENTS, face="github", did=201, told=None, body=None, **given
):
    """Make a request, so long after nine; answered at once, or so long after nine."""
    return Seen(
        at=NOW + timedelta(seconds=seconds),
        answered=NOW + timedelta(seconds=seconds if answered is None else answered),
        face=face,
        method=method,
        path=path,
        query={},
        body=orjson.dumps(body or {}),
        who="A",
        turn=1,
        did=did,
        told=did if told is None else told,
        **given,
    )


def deed(hours, what="label needs-owner", *, ours=True, on=True):
    """Make something that was done to a ticket."""
    return Deed(at=NOW + timedelta(hours=hours), ours=ours, what=what, on=on)


def over(requests):
    """Return the budgets that were broken."""
    return [name for name, used, limit in limits.windows(requests) if used > limit]


def test_limits_are_counted():
    """One comment too many in a minute or an hour, one write too many to an issue in two seconds."""
    assert over([seen(at * 0.7) for at in range(80)]) == []
    assert over([seen(at * 0.7) for at in range(81)]) == ["content a minute"]
    assert over([seen(at * 7) for at in range(501)]) == ["content an hour"]
    writes = {"method": "PUT", "path": "/rest/api/2/issue/10001", "face": "jira-dc", "did": 204}
    assert over([seen(at * 0.09, **writes) for at in range(21)]) == ["writes to an issue in 2 s"]


@pytest.mark.parametrize(
    ("told", "until"),
    [("60", 60), ("7.5", 7.5), ("1000000000", 86400), ("Mon, 08 Mar 2027 09:15:00 GMT", 900), ("soon", 60)],
)
def test_a_request_before_the_time_is_noticed(told, until):
    """Whole seconds and parts, absurd ones, a date, nothing to be understood: a second before is too early."""
    throttle = seen(told=429, did=0, fault="status", headers={"Retry-After": told})
    excused = lambda why, one: False  # noqa: E731 - nobody died
    assert [*limits.too_early([throttle, seen(until - 1)], excused)] != []
    assert [*limits.too_early([throttle, seen(until)], excused)] == []


def test_who_asked_before_the_answer_was_there_was_not_too_early():
    """A process is frozen before it is answered, and another asks; from the answer on nobody may."""
    throttle = seen(answered=9, told=429, did=0, fault="status", headers={"Retry-After": "60"})
    excused = lambda why, one: False  # noqa: E731 - nobody died
    assert [*limits.too_early([throttle, seen(5), seen(69)], excused)] == []
    assert [*limits.too_early([throttle, seen(5), seen(68)], excused)] != []


MENTIONS = {"bo": {"github": watchers.mention("@bo-gh"), "jira-cloud": watchers.mention("[~accountid:acc-bo]")}}


def test_pings_are_counted():
    """The sixth in seven days is one too many; those before the database was lost do not count, nor mere words."""
    mentions = MENTIONS
    posts = [seen(day * 86400, body={"body": "Hello @bo-gh"}) for day in range(6)]
    assert [*limits.pings(posts, mentions, ())] == [("bo", 6)]
    assert [*limits.pings(posts, mentions, (NOW + timedelta(days=2.5),))] == [("bo", 3)]
    there = {"path": "/rest/api/2/issue/1/comment", "face": "jira-cloud"}
    words = (seen(1, body={"body": "[~accountid:acc-bo]"}), seen(1, body={"body": "@bo-gh"}, **there))
    assert [*limits.pings(words, mentions, ())] == [("bo", 0)]
    assert [*limits.pings([seen(1, body={"body": "[~accountid:acc-bo]"}, **there)], mentions, ())] == [("bo", 1)]


def test_what_has_to_wait_is_excused_and_no_more():
    """A ping for whom five were in the week before, no other text; a pass that wrote half of what a minute takes."""
    mentions = MENTIONS
    posts = [seen(day * 86400, body={"body": "Hello @bo-gh"}) for day in (0, 1, 2, 3, 4)]
    late = seen(7 * 86400, body={"body": "Hello @bo-gh"})
    before = late.at - timedelta(minutes=15)
    assert limits.waited(late, posts, mentions, before)
    assert not limits.waited(late, posts[1:], mentions, before)
    assert not limits.waited(late, posts, mentions, late.at + timedelta(minutes=15))
    refused = replace(late, at=before + timedelta(seconds=9), did=403, told=403)
    assert limits.waited(late, [*posts[1:], refused], mentions, before)
    assert not limits.waited(late, [*posts[1:], replace(refused, at=before - timedelta(days=1))], mentions, before)
    assert not limits.waited(late, [*posts[2:], refused], mentions, before)
    assert not limits.waited(seen(7 * 86400, body={"body": "Hello."}), posts, mentions, before)
    assert not limits.waited(replace(late, method="PATCH"), posts, mentions, before)
    assert limits.fills(posts[:4], 8)
    assert not limits.fills([*posts[:3], seen(path="/repos/acme/shop/issues/1/labels")], 8)


def test_what_was_posted_twice_is_noticed():
    """By its mark on either tracker; a post without effect does not count."""
    mark = {"body": "Text.\n\n<!-- kaizend op=abc mac=1 -->"}
    hidden = {"body": "Text.", "properties": [{"key": "kaizend", "value": {"op": "def"}}]}
    jira = {"path": "/rest/api/2/issue/1/comment", "face": "jira-cloud", "body": hidden}
    found = once.posted([seen(body=mark), seen(9, body=mark), seen(body=mark, did=0), seen(**jira), seen(9, **jira)])
    assert {op: len(where) for op, where in found.items()} == {"abc": 2, "def": 2}


def test_what_nobody_could_know_of_is_excused_and_no_more():
    """Deleted before a loss, or after it and before a read; not a card of whose ticket the history tells."""
    deleted, hour = NOW, timedelta(hours=1)
    assert once.untold(deleted, False, [NOW + hour], [])
    reads = [(NOW - 3 * hour, NOW - hour), (NOW + hour, NOW + hour)]
    assert once.untold(deleted, False, [NOW - 2 * hour], reads)
    assert not once.untold(deleted, False, [NOW - 2 * hour], [*reads, (NOW - hour, NOW - hour)])
    assert once.unread([NOW - 2 * hour], deleted, reads)
    assert not once.unread([NOW - 4 * hour], deleted, reads)
    assert not once.unread([], deleted, reads)
    assert not once.untold(deleted, False, [], [])
    assert not once.untold(None, False, [NOW + hour], [])
    assert not once.untold(deleted, True, [NOW + hour], [])


def test_a_history_tells_of_a_card():
    """By a label or a date of ours, if another comment of ours is left from that time; of no other text."""
    card, done = "This is where this ticket stands.", [deed(0)]
    assert once.given(card, done) == [done[0].at]
    assert once.given("Hello @ana-gh", done) == once.given(card, [deed(0, ours=False)]) == []
    assert once.tells([NOW], [NOW + timedelta(hours=1)])
    assert not once.tells([NOW], [NOW + timedelta(days=2)])
    assert not once.tells([], [NOW])


def test_a_swing_is_noticed():
    """On, off, on by us; not if a person did something between."""
    swinging = [deed(0), deed(1, on=False), deed(2)]
    assert [*swings(swinging, [], [])] != []
    assert [*swings([*swinging[:2], deed(1.5, "owner bo-gh", ours=False), swinging[2]], [], [])] == []


def test_insisting_is_noticed():
    """What a person took back and we did again; not if the person did something else since."""
    undone = [deed(0), deed(1, ours=False, on=False)]
    assert [*insists([*undone, deed(20)], [], [])] != []
    assert [*insists([*undone, deed(5, "owner bo-gh", ours=False), deed(20)], [], [])] == []
    assert [*insists([deed(0), deed(1, "due", ours=False), undone[1], deed(20)], [], [])] == []
    assert [*insists([deed(0), deed(0.9, "due", ours=False), undone[1], deed(20)], [], [])] != []


def test_a_date_is_put_back_once_to_who_did_not_say_why():
    """Only one of people's own, after days of asking on the ticket, and a second time is noticed."""
    week = 7 * 24 * 60
    asked, again = deed(2, "label deferral-unexplained"), deed(week, "due")
    ours = [deed(0, "due"), deed(1, "due", ours=False, on=False)]
    assert [*insists([*ours, asked, again], [], [])] != []
    undone = [deed(-1, "due", ours=False, on=False), *ours]  # ours came in the place of one of people's
    assert [*insists([*undone, again], [], [])] != []
    assert [*insists([*undone, asked, deed(60, "due")], [], [])] != []
    once_more = [*undone, asked, again]
    assert [*insists(once_more, [], [])] == []
    off = deed(week + 1, "due", ours=False, on=False)
    more = [deed(week + 2, "label deferral-unexplained"), deed(2 * week, "due")]
    assert [*insists([*once_more, off, *more], [], [])] != []


def test_a_write_without_an_op_is_noticed():
    """And so is an op that was sent and stands in no plan."""
    op = SimpleNamespace(
        id="abc", target=SimpleNamespace(ref="1", key="acme/shop#1"), rule="backlog/owned", name="add label"
    )
    planned = SimpleNamespace(look=SimpleNamespace(plan=SimpleNamespace(ops=(op,))))
    rows = {"abc": (op, True, False)}
    assert [*watchers.unplanned([planned], [seen()], rows)] == []
    assert [*watchers.unplanned([planned], [seen(path="/repos/acme/shop/issues/2/labels")], rows)] != []
    assert [*watchers.unplanned([planned], [seen()], {"xyz": (op, True, False)})] != []


def test_a_rule_that_goes_on_is_excused():
    """One that was paused in the pass before; not one that is paused now, or was not, and not for want of a look."""
    plain, paused = (SimpleNamespace(look=SimpleNamespace(paused=frozenset(names))) for names in ((), ("a/b",)))
    cut = SimpleNamespace(look=None)
    assert limits.resumed(paused, plain) == {"a/b"}
    for before, made in ((plain, paused), (paused, paused), (plain, plain), (cut, plain), (paused, cut)):
        assert limits.resumed(before, made) == set()


def test_planning_in_vain_is_noticed():
    """Ops that a pass made and gave up; not those that it sent, and not a pass that never came so far."""
    assert [*watchers.in_vain(SimpleNamespace(counts=Counter(dropped=2, sent=1)))] != []
    assert [*watchers.in_vain(SimpleNamespace(counts=Counter(sent=3)))] == [*watchers.in_vain(None)] == []


def test_a_database_without_tables_has_no_ops(tmp_path):
    """Who is killed while it is made leaves an empty file."""
    (tmp_path / "kaizend.db").touch()
    assert watchers.ops_of(tmp_path / "kaizend.db", NOW) == {}


def test_removing_in_the_dark_is_noticed():
    """A list whose last try failed, and a label taken off in the same pass; and the pass that says it was whole."""
    page = {"method": "GET", "path": "/repos/acme/shop/issues", "did": 200}
    off = seen(2, method="DELETE", path="/repos/acme/shop/issues/1/labels/overdue", did=200)
    cut, again = seen(fault="truncate", **page), seen(1, **page)
    fine = SimpleNamespace(outcome="fine")
    assert [*watchers.absence([cut, off], {})] != []
    assert [*watchers.absence([cut, again, off], {})] == []
    assert [*watchers.silence(fine, [cut])] != []
    assert [*watchers.silence(fine, [cut, again])] == []


def test_a_lost_ticket_is_noticed():
    """One that the mirror lacks, one that it has otherwise; what people removed may be kept."""
    one, two = ticket(key="acme/shop#1", uid="1"), ticket(key="acme/shop#2", uid="2")
    both = {"1": one, "2": two}
    assert [*watchers.differences(both, both, ())] == []
    assert [*watchers.differences(both, {"1": one}, ())] != []
    assert [*watchers.differences(both, {"1": replace(one, title="Other"), "2": two}, ())] != []
    assert [*watchers.differences({"1": one}, both, ())] != []
    assert [*watchers.differences({"1": one}, both, {"acme/shop#2"})] == []


# -- a spoilt worker ------------------------------------------------------------------------------------------------


class Blind:
    """A tracker that shows no comment of ours, so that what was posted is not found again."""

    def __init__(self, tracker):
        self._tracker = tracker

    def __getattr__(self, name):
        return getattr(self._tracker, name)

    def comments(self, ref):
        """Find nothing."""
        return iter(())

    def read(self, stream, cursor):
        """Read what there is but comments that bear a mark."""
        for page in self._tracker.read(stream, cursor):
            yield replace(page, items=tuple(one for one in page.items if not getattr(one, "marker", None)))


def blind(worker):
    """Make a worker that does not find what it wrote."""
    return replace(worker, trackers={name: Blind(tracker) for name, tracker in worker.trackers.items()})


def hasty(worker):
    """Make a worker that forgets how long it was asked to wait."""
    with worker.database.begin() as connection:
        connection.exec_driver_sql("update buckets set paused_until = 0")
    return worker


@pytest.mark.parametrize(
    ("spoilt", "weather", "what"),
    [(blind, "lost answers", " was posted "), (hasty, "throttled", " before 03-")],
)
def test_a_spoilt_worker_does_not_get_through(tmp_path, spoilt, weather, what):
    """Who does not find what it wrote posts twice; who forgets a pause comes too early. The month says so."""
    for seed in range(1, TRIES):
        folder = tmp_path / str(seed)
        folder.mkdir()
        wrong = Month(folder, seed, 4, spoilt=spoilt, kinds={weather: 1}).live().wrong
        if wrong:
            break
    assert what in "".join(wrong)
    assert "what had happened:" in wrong[0]
