"""Apply: what becomes of an op under every fault, and of a plan whose targets have changed meanwhile."""

import time

import pytest

from rules.actions import WriteCard
from tests.worker.places import company, pair, place

THROTTLED = {"message": "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."}
WAIT = {"Retry-After": "30"}
UNHEARD = {
    "dropped before": {"kind": "drop_before"},
    "dropped after": {"kind": "drop_after"},
    "502 before": {"kind": "status", "status": 502},
    "502 after": {"kind": "status_after", "status": 502},
    "timeout before": {"kind": "delay", "seconds": 1.0},
    "timeout after": {"kind": "delay_after", "seconds": 1.0},
    "cut short": {"kind": "truncate"},
}
UNREADABLE = {"half an answer": {"kind": "halve"}, "a proxy's page": {"kind": "html", "status": 201}}
REFUSED = {
    "422": {"kind": "status", "status": 422},
    "404": {"kind": "status", "status": 404},
    "410": {"kind": "status", "status": 410},
    "403": {"kind": "status", "status": 403},
}
THROTTLES = {
    "503 before": {"kind": "status", "status": 503, "headers": WAIT},
    "503 after": {"kind": "status_after", "status": 503, "headers": WAIT},
    "429": {"kind": "status", "status": 429, "headers": WAIT},
    "403 secondary": {"kind": "status", "status": 403, "body": THROTTLED},
}
WIRE = {
    "label": ("POST", r"/issues/1/labels$", "acme/shop#1", "add label"),
    "due": ("PATCH", r"/issues/1$", "acme/shop#1", "set due"),
    "comment": ("POST", r"/issues/1/comments$", "acme/shop#1", "card"),
    "file": ("POST", r"/shop/issues$", "shop", "file"),
}


@pytest.fixture
def small(tmp_path):
    """Serve a company of two tickets."""
    with pair(tmp_path, digests=True) as made:
        yield made


def met(made, verb, fault):
    """Make a pass in which a verb meets a fault; return how often it was sent, its state and the pass."""
    method, path, target, name = WIRE[verb]
    made.fail(**fault, method=method, path=path)
    if "seconds" in fault:
        made.configure(patience=fault["seconds"] / 2)
    passed = made.once()
    made.configure(patience=5)
    states = [state for key, op, state in made.ops() if (key, op) == (target, name)]
    return made.sandbox.log.count(method=method, path=path), *states, passed


def recovered(made, *, told=()):
    """Make passes, three minutes apart, until one has nothing to write and says what is `told`; return what is seen."""
    while any(entry.status == 0 and not entry.fault for entry in made.sandbox.log.entries):
        time.sleep(0.01)  # the server is still at something that nobody waits for any more
    for _ in range(5):
        made.clock.forward(minutes=3)
        made.sandbox.log.clear()
        passed = made.once()
        if not made.writes():
            break
    assert ([trouble.kind for trouble in passed.found], made.writes()) == ([*told], [])
    assert max(made.seen().values()) == max(made.marks().values()) == 1
    return made.seen()


@pytest.fixture(scope="module")
def everything(tmp_path_factory):
    """Give what people see when nothing goes wrong."""
    with pair(tmp_path_factory.mktemp("everything"), digests=True) as made:
        made.once()
        return made.seen()


@pytest.mark.parametrize("fault", (UNHEARD | UNREADABLE).values(), ids=(UNHEARD | UNREADABLE).keys())
@pytest.mark.parametrize("verb", ["comment", "file"])
def test_what_is_made_is_sent_once_and_looked_for(small, everything, verb, fault):
    """Without an answer nobody knows: the op is in doubt, is not sent again blindly, and is there once in the end."""
    sends, state, passed = met(small, verb, fault)
    assert (sends, state, passed.whole) == (1, "doubt", False)
    assert recovered(small) == everything


@pytest.mark.parametrize("fault", UNHEARD.values(), ids=UNHEARD.keys())
@pytest.mark.parametrize("verb", ["label", "due"])
def test_what_can_be_repeated_is_repeated(small, everything, verb, fault):
    """A label or a date that may have been lost is set again at once."""
    assert met(small, verb, fault)[:2] == (2, "done")
    assert recovered(small) == everything


@pytest.mark.parametrize("fault", UNREADABLE.values(), ids=UNREADABLE.keys())
@pytest.mark.parametrize("verb", ["label", "due"])
def test_an_answer_that_nobody_can_read_is_looked_into_later(small, everything, verb, fault):
    """The write may have been done: it is looked for in the next pass, and counts as ours."""
    assert met(small, verb, fault)[:2] == (1, "intent")
    assert recovered(small) == everything


@pytest.mark.parametrize("fault", REFUSED.values(), ids=REFUSED.keys())
@pytest.mark.parametrize("verb", WIRE)
def test_a_definite_refusal_fails_its_op_and_no_other(small, everything, verb, fault):
    """The refused op is failed and rests for a day; all others of its source are done; then it is tried again."""
    sends, state, passed = met(small, verb, fault)
    assert (sends, state, passed.applied.stopped) == (1, "failed", {})
    before = recovered(small, told=("digest",) if verb == "file" else ())
    missing = everything - before
    assert missing
    small.clock.forward(days=1)
    assert recovered(small) == everything | before


@pytest.mark.parametrize("fault", THROTTLES.values(), ids=THROTTLES.keys())
@pytest.mark.parametrize("verb", WIRE)
def test_a_throttled_source_is_left_alone_and_the_other_goes_on(small, everything, verb, fault):
    """Nothing more goes to the source in this pass nor before its time; the other source gets all of its writes."""
    sends, state, passed = met(small, verb, fault)
    assert (sends, state) == (1, "doubt" if verb in {"comment", "file"} else "intent")
    assert list(passed.applied.stopped) == ["shop"]
    assert not passed.whole
    assert small.seen()["OPS-1 ping"] == small.seen()["OPS-1 card"] == 1
    assert small.written() == []
    assert recovered(small) == everything


@pytest.mark.parametrize("verb", WIRE)
def test_a_credential_that_is_refused_stops_its_source_and_its_ops_stay_planned(small, everything, verb):
    """After a 401 nothing more is sent with it in this pass; with the right one all is done."""
    sends, state, passed = met(small, verb, {"kind": "status", "status": 401})
    assert (sends, state, list(passed.applied.stopped)) == (1, "intent", ["shop"])
    after = [entry.method for entry in small.sandbox.log.entries if entry.face == "github"]
    assert after[-1] != "GET"
    assert small.seen()["OPS-1 ping"] == 1
    assert recovered(small) == everything


def test_a_right_that_is_missing_everywhere_starves_nobody(tmp_path):
    """Ten refusals end a pass for their source; the refused rest, so the next passes come to all others in turn."""
    with place(tmp_path) as made:
        for number in range(25):
            made.issue(f"Number {number}", labels=["priority:high"])
        made.fail("status", method="POST", path="/labels$", status=403, times=1000)
        counts = []
        for _ in range(4):
            passed = made.once()
            counts.append((passed.applied.counts["failed"], list(passed.applied.stopped)))
        assert counts == [(10, ["shop"]), (10, ["shop"]), (5, []), (0, [])]
        assert sum(one for key, one in made.seen().items() if "card" in key) == 25
        assert sum(one for key, one in made.seen().items() if " due " in key) == 25


def test_a_card_says_nothing_of_what_was_refused(small):
    """The label was not taken: the card tells of the rule, and not of a label."""
    met(small, "label", REFUSED["422"])
    recovered(small)
    (card,) = small.github.issue(1).comments
    assert "Every improvement has an owner" in card.body
    assert "label needs-owner" not in card.body


# -- cards -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["status", "status_after", "drop_after"])
def test_a_card_is_edited_in_place_whatever_happens(small, fault):
    """Lost answers make no second card, and the card says what it should in the end."""
    small.once()
    small.once()
    small.clock.forward(hours=1)
    small.github.assign(1, "bo-gh", actor="bo-gh")
    small.fail(fault, method="PATCH", path="/issues/comments/")
    small.once()
    recovered(small)
    assert "Nobody owns" not in small.github.issue(1).comments[0].body


def test_a_card_that_somebody_deleted_is_not_written_again(small):
    """Neither when it had something new to say nor later."""
    small.once()
    small.once()
    small.clock.forward(hours=1)
    small.github.delete_comment(small.github.issue(1).comments[0])
    small.github.assign(1, "bo-gh", actor="bo-gh")
    small.once()
    assert recovered(small)["acme/shop#1 card"] == 0
    small.clock.forward(days=2)
    small.github.unassign(1, "bo-gh", actor="bo-gh")
    assert recovered(small)["acme/shop#1 card"] == 0


# -- what changes between plan and apply -----------------------------------------------------------------------------


def changed_before_its_write(made, change):
    """Make a pass during which, right before the first write to acme/shop#1, somebody changes something."""
    done = []

    def meddle(stream):
        if not done and made.sandbox.log.count(path="/issue/10001/comment"):
            done.append(change())

    with made.worker() as worker:
        from worker.cycle import Watching, once  # noqa: PLC0415 - only here

        return once(worker, made.stop, watching=Watching(carried=meddle))


@pytest.mark.fault("objects/changed-before-the-write", "github")
def test_a_ticket_that_changed_after_the_plan_is_planned_anew(small):
    """Somebody takes the ticket while the plan is being carried out: no label that asks for an owner is put on."""
    passed = changed_before_its_write(small, lambda: small.github.assign(1, "bo-gh", actor="bo-gh"))
    assert passed.applied.counts["dropped"] == 2
    seen = recovered(small)
    assert seen["acme/shop#1 label needs-owner"] == 0
    assert seen["acme/shop#1 card"] == seen["acme/shop#1 due Due 2026-12-03"] == 1
    assert "Nobody owns" not in small.github.issue(1).comments[0].body


@pytest.mark.fault("objects/deleted-ticket", "github")
@pytest.mark.fault("objects/transferred-ticket", "github")
@pytest.mark.parametrize("move", ["deleted", "transferred"])
def test_a_ticket_that_is_gone_is_let_go(small, move):
    """Deleted or moved elsewhere between plan and apply: nothing is written to it, then or later."""
    elsewhere = small.github.add_repo("acme/other")

    def gone():
        if move == "deleted":
            return small.github.delete_issue(1)
        return small.github.transfer_issue(1, elsewhere)

    passed = changed_before_its_write(small, gone)
    assert passed.applied.counts["dropped"] == 3
    seen = recovered(small)
    assert not [one for one in seen if one.startswith("acme/shop#1 ")]
    assert [len(issue.comments) for issue in elsewhere.issues.values()] in ([], [0])
    assert not [write for write in small.writes() if "/issues/1" in write]


def test_what_is_only_shown_is_never_written(tmp_path):
    """A rule in shadow is planned and reported, and no card speaks of it."""
    (tmp_path / "shown.toml").write_text(
        '[pack]\nname = "shown"\nabout = "Shown."\n\n[[rule]]\nid = "owned"\nabout = "Owned."\non = "improvement"\n'
        'when = ["open"]\nlabel = "needs-owner"\nsay = "Who?"\nmode = "shadow"\n'
    )
    with company(tmp_path, rules=("shown.toml",)) as made:
        passed = made.once()
        assert {op.shadow for op in passed.look.plan.ops} == {True}
        assert [op for op in passed.look.plan.ops if isinstance(op.verb, WriteCard)]
        assert made.writes() == []
