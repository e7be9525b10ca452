"""Doctor: what is found about each source, good or bad."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from integrations.base import Identity
from integrations.errors import NotAllowed, Unavailable
from tests.worker.shop import now, serving
from worker.doctor import FEW, SKEW, examine

NOW = now()


class FakeTracker:
    """A tracker that says who we are, or fails."""

    def __init__(self, answer, name="shop"):
        self.answer, self.name = answer, name

    def connect(self):
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def found(*trackers):
    """Examine trackers; return (source, what, grade) of all findings, and their details."""
    worker = SimpleNamespace(
        trackers={tracker.name: tracker for tracker in trackers},
        inputs={},
        signals={},
        numbers={},
        policy=SimpleNamespace(signals={}),
    )
    findings = [finding for source in examine(worker, NOW) for finding in source]
    return [(one.source, one.what, one.grade) for one in findings], [one.detail for one in findings]


def identity(**given):
    """Make an identity with nothing amiss."""
    return Identity(**({"author": "kaizen-bot", "server": "GitHub"} | given))


WELL = [("shop", what, "good") for what in ("reach", "credential", "rights", "its clock")]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (identity(), WELL),
        (
            identity(missing=("issues: write",), excess=("admin:org", "delete_repo")),
            [*WELL[:2], ("shop", "missing right", "bad"), *[("shop", "excess right", "warn")] * 2, WELL[3]],
        ),
        (identity(clock_skew=SKEW + 1), [*WELL[:3], ("shop", "its clock", "warn")]),
        (identity(clock_skew=-SKEW - 1), [*WELL[:3], ("shop", "its clock", "warn")]),
        (identity(limit_left=FEW), [*WELL, ("shop", "limit", "good")]),
        (identity(limit_left=FEW - 1), [*WELL, ("shop", "limit", "warn")]),
        (NotAllowed("shop: user", "401"), [("shop", "credential", "bad")]),
        (Unavailable("shop: user", "no answer"), [("shop", "reach", "bad")]),
    ],
    ids=["well", "rights", "clock ahead", "clock behind", "limit", "few left", "credential", "down"],
)
def test_every_ailment_is_found_and_graded(answer, expected):
    """Bad is what keeps a pass from being whole, a warning is what should not stay so."""
    assert found(FakeTracker(answer))[0] == expected


def test_limits_are_told_with_their_reset():
    """How much is left, and when there is more."""
    _, details = found(FakeTracker(identity(limit_left=4000, limit_reset=NOW + timedelta(minutes=12))))
    assert details[-1] == "4000 requests left, reset in 12 minutes"


def test_a_source_that_is_down_does_not_hide_the_others():
    """Every source is examined."""
    named, _ = found(FakeTracker(Unavailable("a: user", "no answer"), "a"), FakeTracker(identity(), "b"))
    assert [source for source, _, _ in named] == ["a", "b", "b", "b", "b"]


def test_a_real_server_is_examined(tmp_path):
    """Over HTTP, with the real adapter."""
    with serving(tmp_path) as shop, shop.worker() as worker:
        findings = [finding for source in examine(worker, now()) for finding in source]
    assert ("credential", "good", "we are kaizen-bot") in {(one.what, one.grade, one.detail) for one in findings}
    assert {one.grade for one in findings} <= {"good", "warn"}
