"""What caused incidents: people say so, a revert tells, or it was the last rollout before; how is always told."""

from dataclasses import replace
from datetime import timedelta

import pytest

from rules.metrics.causes import Causes, Said
from rules.metrics.merged import Merged, Merges
from rules.metrics.model import Cause, Incident, Rollout, Subjects
from rules.metrics.reverts import reverts
from rules.metrics.rolled import Shipped
from tests.rules.factories import NOW

DAY = timedelta(days=1)


def hours(count):
    """Return the moment so many hours from now."""
    return NOW + timedelta(hours=count)


def change(number, at, title="", source="shop"):
    """Return a change, merged so many hours from now."""
    facts = {"uid": f"c/{source}/{number}", "key": f"acme/{source}#{number}", "url": "", "base": "main"}
    return Merged(source=source, title=title or f"Change {number}", sha=f"{number:040x}", at=hours(at), **facts)


def shipped(of, at, services=("checkout",), **given):
    """Return the deployment of a change, so many hours from now."""
    rollout = Rollout(
        uid=f"d/{of.source}/{at}",
        name=f"{of.key} to production",
        url="",
        subjects=Subjects(services=frozenset(services)),
        at=hours(at),
        kind="deployment",
        **given,
    )
    return Shipped(rollout=rollout, source=of.source, environment="production", sha=of.sha, merged=of)


def incident(began=0, resolved=None, services=("checkout",)):
    """Return an incident that began so many hours from now."""
    return Incident(
        uid="i/1",
        key="acme/shop#90",
        url="",
        subjects=Subjects(services=frozenset(services)),
        began=hours(began),
        reported=hours(began),
        resolved=None if resolved is None else hours(resolved),
    )


ONE, TWO, THREE = (change(number, -10 * (4 - number)) for number in (1, 2, 3))  # 30, 20 and 10 hours ago
OUT = (shipped(ONE, -29), shipped(TWO, -19), shipped(THREE, -9))
MERGES = Merges([ONE, TWO, THREE])


def causes(of, said=None, rollouts=OUT, merges=MERGES, undone=(), source="shop", behind=()):
    """Return what caused an incident, as (rollout, how)."""
    every = Causes(rollouts, merges, undone, DAY).of(of, source, said, dict(behind))
    assert all(each.incident == of.uid and each.evidence for each in every)
    return [(each.rollout, each.how) for each in every]


def undone_by(at, body="", title="Revert it", merges=MERGES, number=50):
    """Return the reverts that a change is, merged so many hours from now."""
    by = change(number, at, title)
    return list(reverts([(by, body)], Merges([*merges.all, by])))


# -- nearness in time -------------------------------------------------------------------------------------------------


def test_the_last_rollout_of_the_service_before_it():
    """Within a day; what came after it, or longer before, did not cause it."""
    assert causes(incident()) == [("d/shop/-9", "window")]
    assert causes(incident(began=-10)) == [("d/shop/-19", "window")]
    assert causes(incident(began=-9)) == [("d/shop/-9", "window")]
    assert causes(incident(began=15)) == [("d/shop/-9", "window")]
    assert causes(incident(began=15.1)) == []
    assert causes(incident(began=-30)) == []


def test_the_rollouts_of_other_services_did_not():
    """Where services are known on both sides they must be the same; else it is the source that counts."""
    assert causes(incident(services=("search",))) == []
    assert causes(incident(services=())) == [("d/shop/-9", "window")]
    assert causes(incident(services=()), source="ops") == []
    assert causes(incident(), source="ops") == [("d/shop/-9", "window")]
    unknown = [shipped(THREE, -9, services=())]
    assert causes(incident(services=("cart",)), rollouts=unknown) == [("d/shop/-9", "window")]
    assert causes(incident(services=("cart",)), rollouts=unknown, source="ops") == []


def test_the_evidence_tells_how_near_it_was():
    """So that people can judge it."""
    (found,) = Causes(OUT, MERGES, (), DAY).of(incident(), "shop", None, {})
    assert found == Cause(
        incident="i/1",
        rollout="d/shop/-9",
        how="window",
        evidence="acme/shop#3 to production went out 9 h before, the last one",
    )


# -- people say so ----------------------------------------------------------------------------------------------------


def test_what_people_say_goes_before_all_else():
    """The first rollout that held the change; others of the sentence as well, each rollout once."""
    assert causes(incident(), Said(keys=("acme/shop#1",), by="ana")) == [("d/shop/-29", "stated")]
    assert causes(incident(), Said(keys=("acme/shop#2", "acme/shop#1"), by="ana")) == [
        ("d/shop/-19", "stated"),
        ("d/shop/-29", "stated"),
    ]
    together = (shipped(TWO, -19),)
    assert causes(incident(), Said(keys=("acme/shop#1", "acme/shop#2"), by="ana"), together) == [
        ("d/shop/-19", "stated")
    ]


def test_a_change_may_be_named_of_which_no_rollout_is_known():
    """Then it is mapped, and no rollout failed."""
    for rollouts in ((), (shipped(ONE, -29),)):
        assert causes(incident(), Said(keys=("acme/shop#2",), by="ana"), rollouts) == [("", "stated")]
    assert causes(incident(), Said(keys=("acme/shop#77",), by="ana")) == [("", "stated")]


def test_what_went_out_afterwards_did_not_cause_it():
    """Though people name its change: it was deployed once more since, or for the first time."""
    said = Said(keys=("acme/shop#3",), by="its text")
    assert causes(incident(began=-9.5), said) == [("", "stated")]
    assert causes(incident(began=-9), said) == [("d/shop/-9", "stated")]


def test_a_deployment_that_failed_is_not_what_brought_it():
    """If one after it succeeded, and before the incident; else there is only that one."""
    said = Said(keys=("acme/shop#3",), by="its text")
    failed, again = shipped(THREE, -9, failed=True), shipped(THREE, -8)
    rollouts = (*OUT[:2], failed, again)
    assert causes(incident(), said, rollouts) == [("d/shop/-8", "stated")]
    assert causes(incident(began=-8.5), said, rollouts) == [("d/shop/-9", "stated")]


def test_people_may_say_that_no_rollout_did():
    """Though one was near."""
    assert causes(incident(), Said(keys=("none",), by="ana")) == [("", "stated")]


def test_a_ticket_stands_for_the_changes_that_name_it():
    """The earliest of their rollouts."""
    behind = {"ops-4": ["acme/shop#3", "acme/shop#2", "acme/web#9"]}
    assert causes(incident(), Said(keys=("ops-4",), by="ana"), behind=behind) == [("d/shop/-19", "stated")]


# -- a revert tells ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("Undo", "Reverts acme/shop#2"),
        ("Undo", "This reverts #2."),
        ("Undo", "Reverts https://github.example/acme/shop/pull/2"),
        ("Undo", f"This reverts commit {2:040x}."),
        ('Revert "Change 2"', ""),
        ('revert: "Change 2" (#51)', ""),
    ],
)
def test_a_revert_is_known_in_many_ways(title, body):
    """By the change's number, address, commit or title."""
    (found,) = undone_by(1, body, title)
    assert found.of == TWO


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("Undo", "Reverts #77"),
        ("Undo", "We may revert to #2 one day"),
        ('Revert "Some other change"', ""),
        ("Undo", f"This reverts commit {0:030x}."),
        ("Undo", "Reverts #50"),
    ],
)
def test_what_is_no_revert_of_anything_known(title, body):
    """Unknown changes, prose, the beginning of several commits, itself."""
    assert undone_by(1, body, title) == []


def test_what_was_reverted_while_it_was_open_caused_it():
    """If it had gone out before, no longer than a month ago; nearness counts for less."""
    undone = undone_by(1, "Reverts #2")
    assert causes(incident(), undone=undone) == [("d/shop/-19", "revert")]
    assert causes(incident(resolved=2), undone=undone) == [("d/shop/-19", "revert")]
    assert causes(incident(resolved=0.5), undone=undone) == [("d/shop/-9", "window")]
    assert causes(incident(began=2), undone=undone) == [("d/shop/-9", "window")]
    assert causes(incident(services=("search",)), undone=undone) == []
    assert causes(incident(began=-19.5), undone=undone) == [("d/shop/-29", "window")]
    late = incident(began=24 * 31)
    assert causes(late, undone=undone_by(24 * 31 + 1, "Reverts #2")) == []


def test_a_revert_that_names_it_tells_even_after_it_was_over():
    """Whatever else was reverted meanwhile."""
    undone = [*undone_by(1, "Reverts #3"), *undone_by(9, "Reverts #1\n\nBecause of #90.", number=51)]
    assert causes(incident(resolved=2), undone=undone) == [("d/shop/-29", "revert")]


def test_a_revert_counts_where_no_rollouts_are_known():
    """It is mapped, to a change that was merged before."""
    undone = undone_by(1, "Reverts #2")
    assert causes(incident(), rollouts=(), undone=undone) == [("", "revert")]
    assert causes(incident(), rollouts=(), undone=undone, source="ops") == []


def test_what_was_not_out_yet_did_not_cause_it():
    """Its change was merged, and went out only later."""
    later = (shipped(ONE, -29), replace(shipped(TWO, 3), merged=TWO))
    assert causes(incident(), rollouts=later, undone=undone_by(4, "Reverts #2")) == []
