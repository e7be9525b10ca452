"""The wire: whatever befalls a comment or a new ticket on its way, Jira is sent it exactly once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from integrations.base import Draft
from integrations.errors import RateLimited, Unavailable
from integrations.sandbox.faults import Fault
from tests.integrations.jira.office import FLAVOURS, MARK, SAID, Clock, made_tracker, office

DRAFT = Draft(title="Review of November", prose=SAID)
WRITES = {
    "comment": (r"/comment$", lambda jira: jira.tracker.comment(jira.ref("OPS-1"), SAID, MARK)),
    "file": (r"/issue$", lambda jira: jira.tracker.file(DRAFT, MARK)),
}
# name -> (the fault, whether the effect happens all the same)
FAULTS = {
    "dropped before the effect": ({"kind": "drop_before"}, False),
    "dropped after the effect": ({"kind": "drop_after"}, True),
    "502": ({"status": 502}, False),
    "502 after the effect": ({"kind": "status_after", "status": 502}, True),
    "500": ({"status": 500}, False),
    "503": ({"status": 503}, False),
    "504 after the effect": ({"kind": "status_after", "status": 504}, True),
    "408": ({"status": 408}, False),
    "409": ({"status": 409}, False),
    "timeout before the effect": ({"kind": "delay", "seconds": 3.0}, None),
    "timeout after the effect": ({"kind": "delay_after", "seconds": 3.0}, True),
    "a cut body": ({"kind": "truncate"}, True),
    "half a body": ({"kind": "halve"}, True),
    "a proxy's page": ({"kind": "html"}, True),
    "a login instead of an answer": ({"kind": "status_after", "status": 302, "headers": {"Location": "/login"}}, True),
    "an answer to a stranger": (
        {
            "kind": "status_after",
            "status": 201,
            "headers": {"X-AUSERNAME": "anonymous"},
            "body": {"id": "1", "key": "OPS-1"},
        },
        True,
    ),
    "an empty object": ({"kind": "status_after", "status": 201, "body": {}}, True),
}
# name -> (status, headers, what is paused, seconds until it may be asked again: at least, at most)
THROTTLES = {
    "quota": (429, {"RateLimit-Reason": "jira-quota-tenant-based", "Retry-After": "1200"}, "source", (1200, 1200)),
    "burst": (429, {"RateLimit-Reason": "jira-burst-based", "Retry-After": "7"}, "endpoint", (7, 7)),
    "per issue": (429, {"RateLimit-Reason": "jira-per-issue-on-write", "Retry-After": "12"}, "target", (12, 12)),
    "unknown reason": (429, {"RateLimit-Reason": "jira-whatever", "Retry-After": "9"}, "source", (9, 9)),
    "no reason": (429, {"Retry-After": "9"}, "source", (9, 9)),
    "nothing said": (429, {}, "source", (60, 75)),
    "a fraction": (429, {"Retry-After": "0.5"}, "source", (0, 1)),
    "an absurd wait": (429, {"Retry-After": "1000000000"}, "source", (86_400, 86_400)),
    "garbage": (429, {"Retry-After": "soon"}, "source", (60, 75)),
    "503 with a wait": (503, {"Retry-After": "30"}, "source", (30, 30)),
}


def effects(jira, name):
    """Count what the write left in the world."""
    return len(jira.world.issue("OPS-1").comments) if name == "comment" else len(jira.world.issues) - 1


@pytest.mark.fault("hostile/library-that-sends-again")
@pytest.mark.parametrize("flavour", FLAVOURS)
@pytest.mark.parametrize("write", WRITES)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_write_whose_answer_is_lost_is_sent_once(flavour, write, fault):
    """After a drop, a gateway's error, a timeout or a spoiled answer, nothing is sent again: it is unknown."""
    about, effect = FAULTS[fault]
    path, send = WRITES[write]
    with office(flavour, timeout=(2, 0.5) if "seconds" in about else (2, 10)) as jira:
        jira.add()
        jira.tracker.connect()
        jira.sandbox.fail(Fault(method="POST", path=path, times=5, **about))
        with pytest.raises(Unavailable) as raised:
            send(jira)
        assert jira.sandbox.log.count(method="POST") == 1
        assert raised.value.sent
        if effect is not None:  # a server that is late may still be at it
            assert effects(jira, write) == int(effect)


@pytest.mark.parametrize("flavour", FLAVOURS)
@pytest.mark.parametrize("write", WRITES)
@pytest.mark.parametrize("throttle", THROTTLES)
def test_a_throttled_write_is_sent_once_and_says_what_waits_until_when(flavour, write, throttle):
    """A 429 pauses what its reason names, for as long as it says; nothing is sent again."""
    status, headers, scope, (least, most) = THROTTLES[throttle]
    path, send = WRITES[write]
    with office(flavour) as jira:
        jira.add()
        jira.tracker.connect()
        jira.sandbox.fail(Fault(method="POST", path=path, times=5, status=status, headers=headers))
        with pytest.raises(RateLimited) as raised:
            send(jira)
        assert jira.sandbox.log.count(method="POST") == 1
        assert (raised.value.scope, raised.value.sent) == (scope, True)
        assert timedelta(seconds=least) <= raised.value.retry_at - jira.clock() <= timedelta(seconds=most)


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_nothing_is_sent_while_a_pause_is_in_force(flavour):
    """Before the time that a throttle named, not one more request goes out; after it, the write does."""
    with office(flavour) as jira:
        jira.add()
        jira.tracker.connect()
        jira.sandbox.fail(Fault(method="POST", path="/comment$", status=429, headers={"Retry-After": "120"}))
        for _ in range(3):
            with pytest.raises(RateLimited):
                WRITES["comment"][1](jira)
        assert jira.sandbox.log.count(method="POST") == 1
        jira.clock.on(seconds=121)
        WRITES["comment"][1](jira)
        assert effects(jira, "comment") == 1


@pytest.mark.fault("rates/throttle-unsaid")
@pytest.mark.fault("rates/no-reason")
@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_server_s_silence_about_the_wait_is_met_with_ever_longer_ones(flavour):
    """Throttles in a row that name no time: a minute, two, four ..., never more than an hour and a quarter."""
    with office(flavour) as jira:
        jira.add()
        jira.tracker.connect()
        jira.sandbox.fail(Fault(method="POST", path="/comment$", times=9, status=429))
        waits = []
        for _ in range(9):
            with pytest.raises(RateLimited) as raised:
                WRITES["comment"][1](jira)
            waits.append((raised.value.retry_at - jira.clock()).total_seconds())
            jira.clock.now = raised.value.retry_at
        assert all(60 * 2**n <= wait <= 75 * 2**n for n, wait in enumerate(waits[:5]))
        assert max(waits) <= 4_500


@pytest.mark.fault("rates/limits-unsaid")
@pytest.mark.parametrize("flavour", FLAVOURS)
def test_the_limit_of_writes_to_one_issue_is_kept_without_being_told(flavour):
    """Twenty writes to an issue in two seconds, a hundred in thirty: the server never has to say no."""
    with office(flavour) as jira:
        jira.add()
        jira.tracker.connect()
        refusals = []
        while effects(jira, "comment") < 130:
            try:
                WRITES["comment"][1](jira)
            except RateLimited as limited:
                refusals.append(limited)
                jira.clock.now = limited.retry_at
        assert refusals
        assert not any(one.sent for one in refusals)
        assert {one.status for one in jira.sandbox.log.writes()} == {201}


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_write_that_never_left_says_so(flavour):
    """Nobody listens: certainly nothing was sent, and the error says it."""
    with office(flavour) as jira:
        address = jira.sandbox.url
    tracker = made_tracker(address + "/jira", flavour, Clock())
    with pytest.raises(Unavailable) as raised:
        tracker.comment("10001", SAID, MARK)
    assert not raised.value.sent
    tracker.close_connections()


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_an_idempotent_write_is_sent_at_most_three_times(flavour):
    """A label is put on again after a lost answer, twice at most."""
    with office(flavour) as jira:
        jira.add()
        jira.tracker.connect()
        jira.sandbox.fail(Fault(method="PUT", path="/issue/", times=9, kind="drop_after"))
        with pytest.raises(Unavailable):
            jira.tracker.assign(jira.ref("OPS-1"), jira.world.users["ana"].account_id if flavour == "cloud" else "ana")
        assert jira.sandbox.log.count(method="PUT") == 3
        assert jira.world.issue("OPS-1").assignee == "ana"


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_transition_is_sent_once(flavour):
    """Taking a transition twice may lead too far, so it is sent once; asked again, we look where the ticket stands."""
    with office(flavour) as jira:
        jira.add()
        jira.tracker.connect()
        jira.sandbox.fail(Fault(method="POST", path="/transitions$", kind="drop_after"))
        with pytest.raises(Unavailable):
            jira.tracker.close(jira.ref("OPS-1"), "completed")
        assert not jira.tracker.close(jira.ref("OPS-1"), "completed").wrote
        assert jira.sandbox.log.count(method="POST") == 1
