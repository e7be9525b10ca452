"""What came back, as it is shown: by `kaizend recurrence show`, and in the digest."""

import json

import pytest

from rules.model import Bullets, Link, Paragraph
from tests.worker.faults import Fault
from tests.worker.faulty import firm
from tests.worker.test_recurrence import SAME, by_command, by_fingerprint, fixed
from worker.cli import run
from worker.digest_recurrence import recurrence_blocks, verdicts


@pytest.fixture
def fault(tmp_path):
    """Serve a fault that a machine reported twice, and of which a lead reported another one that is none."""
    with firm(tmp_path, rules=("pack:recurrence",)) as made:
        told = Fault(made, "github")
        fixed(told, body=SAME)
        by_fingerprint(told, 1)
        by_command(told, 1)
        told.settle()
        told.say(3, f"/kaizen not-same {told.key(1)}")
        told.settle()
        yield told


def test_the_command_shows_pairs_evidence_and_objections(fault, capsys, monkeypatch):
    """For people and for scripts."""
    monkeypatch.setenv("COLUMNS", "200")
    config = str(fault.made.config)
    assert run(["--config", config, "recurrence", "show", "#1"]) == 0
    shown = capsys.readouterr().out
    assert "Its fix took effect on 2026-11-25: closed." in shown
    assert "the same fingerprint pool-4711" in shown
    assert "Another problem: acme/shop#3 (/kaizen not-same, says ana, 2026-11-26)" in shown
    assert run(["--config", config, "recurrence", "show", "acme/shop#2", "--json"]) == 0
    (pair,) = json.loads(capsys.readouterr().out)["pairs"]
    assert {name: pair[name] for name in ("key", "way", "tier", "signal", "again")} == {
        "key": "acme/shop#1",
        "way": "origin",
        "tier": "A",
        "signal": "fingerprint",
        "again": True,
    }


def test_the_command_says_that_there_is_nothing(fault, capsys):
    """And that a ticket is unknown."""
    config = str(fault.made.config)
    assert run(["--config", config, "recurrence", "show", "#3"]) == 0
    assert "Nothing is certain to be the same problem." in capsys.readouterr().out
    assert run(["--config", config, "recurrence", "show", "#9"]) == 1
    assert "no such ticket in the mirror" in capsys.readouterr().err


def test_the_digest_tells_pairs_objections_and_how_often_they_were_right(fault):
    """A machine's word is no verdict; what people said and took back is one."""
    with fault.made.worker() as worker:
        today = worker.policy.calendar.today(worker.clock())
        said = verdicts(worker, ("shop", "ops"), today.replace(day=1), today.replace(day=28))
        assert verdicts(worker, ("ops",), today.replace(day=1), today.replace(day=28)).anything is False
    assert (len(said.found), said.objected, said.right, said.judged) == (1, 1, 0, 1)
    _, told, listed = recurrence_blocks(said)
    assert isinstance(told, Paragraph)
    assert "".join(span.text for span in told.line) == (
        "1 report of what had been fixed, 0 of what was still open or not wanted. People objected once."
        " Of the last 1 on which people had a word, 0 were right."
    )
    assert isinstance(listed, Bullets)
    assert [span.text for span in listed.lines[0] if isinstance(span, Link)] == ["acme/shop#2", "acme/shop#1"]
