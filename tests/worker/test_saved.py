"""Saved plans: whole files, and refused as soon as anything they rest on has changed."""

from dataclasses import replace

import pytest

from tests.worker.shop import now, serving
from worker.cycle import Watching, read
from worker.errors import WorkerError
from worker.look import look
from worker.saved import PlanRefused, agreed, load, save


@pytest.fixture
def shop(tmp_path):
    """Serve a small shop."""
    with serving(tmp_path) as made:
        yield made


@pytest.fixture
def seen(shop):
    """Open a worker that has read the shop; return it and what it found."""
    with shop.worker() as worker:
        read(worker, Watching())
        yield worker, look(worker, now(), whole=True)


def test_a_plan_comes_back_as_it_was_saved(seen, tmp_path):
    """Nothing is lost on the way through the file, and the state of the targets is in it."""
    worker, found = seen
    save(worker, found, tmp_path / "plan.json")
    plan = load(tmp_path / "plan.json")
    assert replace(plan, targets=()) == found.plan
    assert {uid for uid, _ in plan.targets} == {op.target.uid for op in plan.ops}
    assert agreed(worker, found, plan, "plan.json").plan == plan


def test_a_plan_that_cannot_be_saved_leaves_nothing_behind(seen, tmp_path):
    """Neither half a file nor a file of another name."""
    worker, found = seen
    before = set(tmp_path.iterdir())
    with pytest.raises(WorkerError, match="cannot be saved"):
        save(worker, found, tmp_path / "none" / "plan.json")
    (tmp_path / "folder.json").mkdir()
    with pytest.raises(WorkerError, match="cannot be saved"):
        save(worker, found, tmp_path / "folder.json")
    assert set(tmp_path.iterdir()) - before == {tmp_path / "folder.json"}


def test_an_op_that_is_no_longer_asked_for_is_refused(seen, tmp_path):
    """What was agreed to may have been settled in another way: the ticket and the verb are named."""
    worker, found = seen
    gone = found.plan.ops[0]
    present = replace(found, plan=replace(found.plan, ops=found.plan.ops[1:]))
    with pytest.raises(PlanRefused, match=rf"{gone.target.key} \({gone.name}\)"):
        agreed(worker, present, found.plan, "plan.json")


def test_only_what_the_plan_is_about_is_settled_by_it(seen):
    """Tickets that the file leaves out are looked at again in the next pass."""
    worker, found = seen
    none = replace(found.plan, ops=())
    look_ = agreed(worker, found, none, "plan.json")
    assert look_.unsettled >= {op.target.uid for op in found.plan.ops}
    assert look_.episodes == ()


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"{}", b"[" * 100_000], ids=["empty", "bytes", "other", "deep"])
def test_a_file_that_is_no_plan_is_named(tmp_path, content):
    """The line says which file, and what it is not."""
    file = tmp_path / "plan.json"
    file.write_bytes(content)
    with pytest.raises(WorkerError, match=r"plan\.json: "):
        load(file)
