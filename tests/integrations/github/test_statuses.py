"""Commit statuses: read cheaply for all open heads, with who set them; set once and only on change."""

from datetime import timedelta

import pytest

from integrations.base import CommitStatus
from integrations.errors import Incomplete, RateLimited, Unavailable
from integrations.sandbox.faults import Fault

CONTEXT = "kaizend/gate"
WHY = "https://github.example/acme/shop/issues/9"


def pull(hub, title="Add a button", **given):
    """Add an open pull request; return its uid and its head."""
    made = hub.world.add_pull(title, author="bob", **given)
    return f"{hub.connected().uid}/pull/{made.number}", made.pull.head_sha


def say(hub, sha, **given):
    """Set a status by our tracker."""
    told = {"context": CONTEXT, "state": "failure", "description": "Held", "url": WHY}
    return hub.connected().set_status(sha=sha, **(told | given))


def test_the_statuses_of_all_open_heads_are_one_request(hub):
    """What is closed is left out; a head without a status of the context has none; who set it is told."""
    (first, sha), (second, other) = pull(hub), pull(hub, "Fix it")
    pull(hub, "Old", merged_at=hub.clock())
    say(hub, sha)
    hub.world.add_status(other, "ci", "success", creator="bob")
    tracker = hub.connected()
    assert tuple(tracker.statuses(CONTEXT)) == (
        CommitStatus(change=first, sha=sha, state="failure", description="Held", url=WHY, ours=True),
        CommitStatus(change=second, sha=other, state=""),
    )
    assert [entry.partition(" ")[0] for entry in hub.asked()] == ["POST"]
    hub.world.add_status(sha, CONTEXT, "success", creator="bob")
    assert [(each.state, each.ours) for each in tracker.statuses(CONTEXT)] == [("success", False), ("", False)]
    assert hub.sandbox.log.writes() == ()


def test_a_second_page_is_read_where_there_are_many(hub):
    """A hundred heads come at a time."""
    for number in range(101):
        hub.world.add_pull(f"Change {number}", author="bob")
    tracker = hub.connected()
    assert len(list(tracker.statuses(CONTEXT))) == 101
    assert len(hub.asked()) == 2


def test_open_heads_whose_pages_never_end_are_left(hub):
    """The cursor of the next page is that of this one: two requests, and nothing is concluded."""
    tracker = hub.connected()
    pulls = {"nodes": [], "pageInfo": {"hasNextPage": True, "endCursor": "Y3Vyc29y"}}
    told = {"data": {"repository": {"pullRequests": pulls}}}
    hub.sandbox.fail(Fault(method="POST", path="^/$", status=200, body=told, times=9))
    with pytest.raises(Incomplete, match="circles"):
        list(tracker.statuses(CONTEXT))
    assert len(hub.asked()) == 2


def test_what_somebody_else_says_in_our_name_is_said_again(hub):
    """The same state and text by another account is no status of ours."""
    _, sha = pull(hub)
    hub.world.add_status(sha, CONTEXT, "failure", description="Held", target_url=WHY, creator="bob")
    assert say(hub, sha).wrote
    assert not say(hub, sha).wrote
    assert [status.creator.login for status in hub.world.main.statuses[sha]] == ["bob", "kaizend"]


def test_a_status_whose_answer_was_lost_is_not_sent_again_at_once(hub):
    """It may be there: whoever comes again looks first, and finds it."""
    _, sha = pull(hub)
    hub.sandbox.fail(Fault(kind="drop_after", method="POST", path="/statuses/"))
    with pytest.raises(Unavailable):
        say(hub, sha)
    assert not say(hub, sha).wrote
    assert len(hub.world.main.statuses[sha]) == 1


@pytest.mark.parametrize(
    "body",
    [
        {"data": {"repository": None}, "errors": [{"message": "no"}]},
        {"data": {"repository": {"pullRequests": {"nodes": [{"number": 1}], "pageInfo": {}}}}},
        {"data": {"repository": {"pullRequests": {"nodes": None, "pageInfo": {}}}}},
        [],
    ],
)
def test_an_answer_of_another_shape_tells_nothing(hub, body):
    """Not that no head has a status."""
    tracker = hub.connected()
    hub.sandbox.fail(Fault(method="POST", path="^/$", status=200, body=body))
    with pytest.raises(Incomplete):
        list(tracker.statuses(CONTEXT))


USED_UP = {"X-RateLimit-Remaining": "0", "X-RateLimit-Resource": "graphql"}


@pytest.mark.fault("rates/hour-used-up", "github")
@pytest.mark.parametrize(
    ("headers", "minutes", "others"), [(USED_UP, 50, True), ({"Retry-After": "300"}, 5, False), ({}, 1, False)]
)
def test_graphql_says_in_words_that_we_have_to_wait(hub, headers, minutes, others):
    """It answers 200 with an error: nothing is asked there before its time; a limit of its own stops nothing else."""
    pull(hub)
    hub.world.add_issue("issue")
    tracker = hub.connected()
    if headers is USED_UP:
        headers = headers | {"X-RateLimit-Reset": str(int((hub.clock() + timedelta(minutes=50)).timestamp()))}
    body = {"errors": [{"type": "RATE_LIMITED", "message": "API rate limit exceeded for user ID 7."}]}
    hub.sandbox.fail(Fault(kind="status", status=200, method="POST", headers=headers, body=body))
    for _ in range(2):
        with pytest.raises(RateLimited) as limited:
            list(tracker.statuses(CONTEXT))
        assert limited.value.retry_at >= hub.clock() + timedelta(minutes=minutes, seconds=-1)
    assert len([asked for asked in hub.asked() if asked.startswith("POST")]) == 1
    if others:
        assert tracker.ticket("2").title == "issue"
    else:
        with pytest.raises(RateLimited):
            tracker.ticket("2")
    hub.clock.now += timedelta(minutes=minutes + 1)
    assert len(list(tracker.statuses(CONTEXT))) == 1
