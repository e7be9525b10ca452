"""Rollouts: what went out, what it brought and how long that had waited, what was taken back."""

from dataclasses import replace
from datetime import timedelta

import pytest

from rules.metrics.merged import Merged, Merges
from rules.metrics.rolled import deployed, released, without_doubles
from rules.model import Deployment, Release
from rules.policy import Service
from tests.rules.factories import NOW, policy

CHECKOUT = Service(name="checkout", sources=frozenset({"shop", "ops"}), components=frozenset({"login"}))
POLICY = replace(policy(), services=(CHECKOUT,))


def hours(count):
    """Return the moment so many hours from now."""
    return NOW + timedelta(hours=count)


def merged(name, at, base="main", source="shop"):
    """Return a change of a name, merged so many hours from now."""
    keys = {"uid": f"c/{name}", "key": f"acme/{source}#{ord(name[0])}", "url": f"https://x/{name}", "title": name}
    return Merged(source=source, base=base, sha=name * 10, at=hours(at), **keys)


def deployment(name, at, state="success", environment="production", source="shop"):
    """Return a deployment of a change's merge, so many hours from now."""
    facts = {"source": source, "sha": name * 10, "environment": environment, "state": state}
    return Deployment(uid=f"d/{at}", ref=str(at), created=hours(at), updated=hours(at), **facts)


def told(deployments, merges=(), rules=POLICY):
    """Return the rollouts as (name, hours from now, failed, rolled back, lead in hours)."""
    found = [each.rollout for each in deployed(rules, deployments, Merges(merges))]
    return [
        (
            one.name[0],
            in_hours(one.at - NOW),
            one.failed,
            one.rolled_back and in_hours(one.rolled_back - NOW),
            in_hours(one.lead),
        )
        for one in found
    ]


def in_hours(span):
    """Return a span in hours."""
    return None if span is None else span / timedelta(hours=1)


MERGES = [merged(name, at) for at, name in enumerate("abcdef")]  # an hour apart, from now on


def test_a_deployment_brings_what_was_merged_since_the_last_one():
    """It has waited since the first of these was merged; of the first deployment nobody knows what it brought."""
    assert told([deployment("a", 10), deployment("d", 20), deployment("e", 21)], MERGES) == [
        ("a", 10, False, None, None),
        ("d", 20, False, None, 19),
        ("e", 21, False, None, 17),
    ]


@pytest.mark.parametrize(
    "merges",
    [
        MERGES[:1],
        MERGES[3:],
        [MERGES[0], merged("d", 3, base="hotfix")],
    ],
    ids=["the later commit is of no merge", "the earlier one is of none", "they are on different branches"],
)
def test_what_it_brought_is_not_always_known(merges):
    """Then nothing is guessed."""
    assert [lead for *_, lead in told([deployment("a", 10), deployment("d", 20)], merges)] == [None, None]


def test_an_older_deployment_again_is_a_rollback():
    """Whether its commits are known or not; all that came after it is taken back, and it is none of its own."""
    line = [deployment("a", 10), deployment("c", 20), deployment("d", 30), deployment("a", 31), deployment("e", 40)]
    for merges, leads in (((), [None] * 4), (MERGES, [None, 19, 27, 39])):
        assert told(line, merges) == [
            ("a", 10, False, None, leads[0]),
            ("c", 20, False, 31, leads[1]),
            ("d", 30, False, 31, leads[2]),
            ("e", 40, False, None, leads[3]),
        ]


def test_an_older_commit_that_never_was_out_is_a_rollback_too():
    """Between the two that were."""
    line = [deployment("a", 10), deployment("d", 20), deployment("c", 21)]
    assert [(name, back) for name, _, _, back, _ in told(line, MERGES)] == [("a", None), ("d", 21)]


def test_what_follows_a_failed_deployment_is_no_rollback():
    """The old commit is up still; what failed was not."""
    line = [deployment("a", 10), deployment("c", 20, "failure"), deployment("a", 21), deployment("c", 22)]
    assert [(name, failed, back) for name, _, failed, back, _ in told(line, MERGES)] == [
        ("a", False, None),
        ("c", True, None),
        ("a", False, None),
        ("c", False, None),
    ]


def test_environments_stand_for_themselves():
    """What goes back in one did not in another; what is no production counts nowhere."""
    line = [
        deployment("a", 1),
        deployment("b", 2),
        deployment("a", 3, environment="live"),
        deployment("a", 4, environment="qa"),
    ]
    assert [(name, back) for name, _, _, back, _ in told(line)] == [("a", None), ("b", None), ("a", None)]


def test_what_is_under_way_does_not_count_yet():
    """Nor what nobody told the end of."""
    line = [deployment("a", at, state) for at, state in enumerate(["pending", "in_progress", "queued", "", "inactive"])]
    assert [at for _, at, *_ in told(line)] == [4]


def test_a_service_may_name_its_environments():
    """Then these count, whatever they are called, and for it alone."""
    web = Service(name="web", sources=frozenset({"shop"}), environments=frozenset({"web-eu"}))
    rest = Service(name="rest", sources=frozenset({"shop"}), environments=frozenset({"production"}))
    rules = replace(policy(), services=(web, rest))
    line = [deployment("a", 1, environment="Web-EU"), deployment("a", 2), deployment("a", 3, environment="api-eu")]
    found = deployed(rules, line, Merges(()))
    assert [sorted(each.rollout.subjects.services) for each in found] == [["web"], ["rest"]]


def test_for_whom_a_rollout_counts():
    """Its services, and the teams that answer for the source or for what the services are made of."""
    (found,) = deployed(POLICY, [deployment("a", 1)], Merges(()))
    assert found.rollout.subjects.services == {"checkout"}
    assert found.rollout.subjects.teams == {"checkout", "access"}


def release(name, at, source="shop", **given):
    """Return a release so many hours from now."""
    return Release(source=source, uid=f"r/{source}/{name}", ref=name, name=name, released=hours(at), **given)


def test_releases_and_versions():
    """Those that are out and meant for all; what they brought went into the branch that most goes into."""
    coming = Release(source="shop", uid="r/3", ref="3", name="3")
    every = [release("2", 30), release("1", 10), release("2rc", 20, prerelease=True), coming, release("7", 5, "ops")]
    found = [each.rollout for each in released(POLICY, every, Merges([*MERGES, merged("z", 12), merged("y", 11, "x")]))]
    assert [(one.name, one.kind, in_hours(one.lead)) for one in sorted(found, key=lambda one: one.at)] == [
        ("7", "version", None),
        ("1", "release", None),
        ("2", "release", 18),
    ]


def test_a_version_does_not_count_beside_what_tells_more_exactly():
    """For a service that has deployments it says the same again; for others it is all there is."""
    other = Service(name="desk", sources=frozenset({"ops"}))
    rules = replace(POLICY, services=(CHECKOUT, other))
    version = list(released(rules, [release("7", 5, "ops")], Merges(())))
    deployments = list(deployed(rules, [deployment("a", 1)], Merges(())))
    assert [sorted(each.rollout.subjects.services) for each in without_doubles(version)] == [["checkout", "desk"]]
    both = list(without_doubles([*deployments, *version]))
    assert [sorted(each.rollout.subjects.services) for each in both] == [["checkout"], ["desk"]]
    alone = list(released(POLICY, [release("7", 5, "ops")], Merges(())))
    assert list(without_doubles([*deployments, *alone])) == deployments
