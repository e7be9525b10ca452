"""Without the index of reports a pass does all else, says so, and compares what came meanwhile as soon as it can."""

import pytest

from tests.worker.alike import NEW, broken, fixed, verdict
from tests.worker.faults import Fault
from tests.worker.faulty import firm
from worker.cli import run

PAGE = 4096


@pytest.fixture
def fault(tmp_path):
    """Serve a company whose rules are about what comes back, with a problem that was fixed."""
    with firm(tmp_path, rules=("pack:recurrence", "pack:backlog")) as made:
        yield Fault(made, "github")


def index_of(fault):
    """Return where the index is."""
    with fault.made.worker() as worker:
        return worker.index


def blocked(fault):
    """Put something in the index's place that no file can replace; return it."""
    index = index_of(fault)
    for suffix in ("", "-wal", "-shm"):
        index.with_name(index.name + suffix).unlink(missing_ok=True)
    index.mkdir()
    return index


def test_without_the_index_a_pass_does_all_else_and_says_so(fault):
    """Labels and answers go on; once the index can be used again, what waited is compared, once."""
    old = fixed(fault)
    new = broken(fault, *NEW, reporter="zoe")
    fault.settle()
    index = blocked(fault)
    fault.say(new, f"/kaizen not-same {fault.key(old)}")
    other = broken(fault, *NEW, reporter="kim")
    task = fault.report("Old runbook", labels=["improvement"], owner="")
    fault.wait(days=5)
    passed = fault.made.once()
    (trouble,) = passed.troubles
    assert trouble.startswith("new reports were not compared with earlier ones: ")
    assert f"{index}: the index of recurrences cannot be used" in trouble
    assert verdict(fault, new) == [("C", False, False)]
    assert "needs-owner" in fault.worn(task)
    assert fault.card(other).count("May be the same") == 0
    index.rmdir()
    fault.settle()
    assert "May be the same problem" in fault.card(other)


def test_the_verbs_say_so_and_are_not_green(fault, capsys):
    """Exit code 4: something was left out."""
    fixed(fault)
    blocked(fault)
    broken(fault, *NEW, reporter="zoe")
    for verb in ("sync", "plan", "once"):
        assert run(["--config", str(fault.made.config), verb]) == 4, verb
        assert "new reports were not compared" in capsys.readouterr().err


@pytest.mark.parametrize("where", [1, 2, 4])
def test_an_index_damaged_within_is_made_anew_within_the_pass(fault, where):
    """A page that went bad is found only when it is read; nobody has to delete the file."""
    fixed(fault)
    for number in range(30):
        broken(fault, f"Something else {number}", f"It is {number} times as bad as its voucher.")
    fault.made.once()
    index = index_of(fault)
    with index.open("r+b") as file:
        file.seek(where * PAGE)
        file.write(b"\xff" * PAGE * 3)
    new = broken(fault, *NEW, reporter="zoe")
    assert fault.made.once().troubles == ()
    assert "May be the same problem" in fault.card(new)
    fault.settle()
