"""A link of ours is removed, once; what people linked stays."""

from __future__ import annotations

import pytest

from integrations.errors import Rejected
from integrations.sandbox.faults import Fault
from integrations.sandbox.jira.records import Transition

LINK = {"url": "", "key": "OPS-2", "relation": "relates"}
PAGE = "https://github.com/acme/shop/issues/12"


def test_a_link_of_ours_is_removed_once(jira):
    """Its history says whose it is; asked for again, nothing is sent."""
    jira.add(2)
    ref = jira.ref("OPS-1")
    jira.tracker.link(ref, title="", **LINK)
    assert jira.tracker.unlink(ref, **LINK).wrote
    assert jira.world.issue("OPS-1").links == []
    jira.requests()
    assert not jira.tracker.unlink(ref, **LINK).wrote
    assert not any(request.startswith("DELETE") for request in jira.requests())


@pytest.mark.parametrize("kind", ["Relates", "Duplicate"])
def test_a_link_that_people_made_stays(jira, kind):
    """Also one that we had made before, they removed, and made again."""
    jira.add(2)
    ref = jira.ref("OPS-1")
    jira.tracker.link(ref, title="", **LINK)
    for link in list(jira.world.issue("OPS-1").links):
        jira.world.unlink(link, actor="ana")
    jira.clock.on(minutes=1)
    jira.world.link("OPS-1", "OPS-2", kind, actor="ana")
    assert not jira.tracker.unlink(ref, **LINK).wrote
    assert [link.type for link in jira.world.issue("OPS-1").links] == [kind]


def test_whose_it_is_is_read_from_a_long_history(jira):
    """However much happened since."""
    jira.add(2)
    ref = jira.ref("OPS-1")
    jira.tracker.link(ref, title="", **LINK)
    for number in range(60):
        jira.clock.on(minutes=1)
        jira.world.edit("OPS-1", actor="ana", summary=f"title {number}")
    assert jira.tracker.unlink(ref, **LINK).wrote


def test_a_lost_answer_is_no_trouble(jira):
    """Asked again, Jira does not know the link any more: it is gone all the same."""
    jira.add(2)
    ref = jira.ref("OPS-1")
    jira.tracker.link(ref, title="", **LINK)
    jira.sandbox.fail(Fault(kind="drop_after", method="DELETE"))
    jira.tracker.unlink(ref, **LINK)
    assert jira.world.issue("OPS-1").links == []


def test_a_page_of_ours_is_unlinked_once(jira):
    """By the global id that we gave it; another one to the same page stays."""
    jira.add()
    ref = jira.ref("OPS-1")
    jira.tracker.link(ref, url=PAGE, title="shop#12", key="", relation="relates")
    jira.world.remote_link("OPS-1", {"globalId": "theirs", "object": {"url": PAGE, "title": "x"}}, actor="ana")
    assert jira.tracker.unlink(ref, url=PAGE, key="", relation="relates").wrote
    assert [link.global_id for link in jira.world.issue("OPS-1").remote_links] == ["theirs"]
    assert not jira.tracker.unlink(ref, url=PAGE, key="", relation="relates").wrote


def test_a_duplicate_is_closed_as_one(jira):
    """By the resolution of that name, where the workflow has it."""
    jira.add()
    jira.tracker.close(jira.ref("OPS-1"), "duplicate")
    assert jira.world.issue("OPS-1").resolution == "Duplicate"


def test_a_duplicate_is_not_closed_as_done(jira):
    """Where a workflow cannot say so, the ticket stays open and the refusal says why."""
    jira.world.transitions = (Transition(id="9", name="Finish", sources=frozenset({"To Do"}), to="Done"),)
    jira.add()
    with pytest.raises(Rejected, match="'Duplicate' cannot be said there"):
        jira.tracker.close(jira.ref("OPS-1"), "duplicate")
    assert jira.world.issue("OPS-1").status == "To Do"
