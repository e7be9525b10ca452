"""What resembles what, as it is shown: by `kaizend recurrence show`, and in the digest; and what it costs to look."""

import json
from dataclasses import replace

import pytest

from rules.model import Bullets
from rules.recurrence.trust import Given
from tests.worker.alike import NEW, STRONG, broken, fixed, opened, trusted
from tests.worker.faults import Fault
from tests.worker.faulty import firm
from tests.worker.stores import KEY, NOW, after, page, ticket
from worker.cli import run
from worker.digest_recurrence import recurrence_blocks, verdicts
from worker.mirror import Mirror
from worker.recurrence.likeness import see_likenesses
from worker.recurrence.likenesses import Likenesses, Verdict


@pytest.fixture
def fault(tmp_path):
    """Serve a fault that was fixed, and a report that resembles it strongly."""
    with firm(tmp_path, rules=("pack:recurrence",)) as made:
        told = Fault(made, "github")
        fixed(told)
        broken(told, *STRONG, reporter="zoe")
        told.settle()
        yield told


def shown(fault, capsys, *words):
    """Return what the command shows."""
    assert run(["--config", str(fault.made.config), "recurrence", "show", *words]) == 0
    return capsys.readouterr().out


def test_the_command_shows_candidates_what_counts_and_the_gate(fault, capsys, monkeypatch):
    """For people, and for scripts; also of what nothing was suggested for."""
    monkeypatch.setenv("COLUMNS", "250")
    told = shown(fault, capsys, "#2")
    assert "nobody has judged a strong match yet: strong matches are in shadow; 0 of 50" in told
    assert "suggested, strong in shadow" in told
    assert "store.py:open_session" in told
    assert "Nothing from before resembles it." in shown(fault, capsys, "#1")
    fault.say(2, "/kaizen not-same #1")
    fault.settle()
    data = json.loads(shown(fault, capsys, "#2", "--json"))["resembles"]
    (found,) = data["candidates"]
    assert (found["key"], found["tier"], found["state"]) == ("acme/shop#1", "B", "done")
    assert found["standing"] == "wrong: /kaizen not-same"
    assert len(found["features"]) == 3
    gate = data["gate"]
    assert (gate["verdicts"], gate["right"], gate["acts"], gate["reopens"]) == (1, 0, False, False)
    assert gate["lower"] == 0
    assert gate["upper"] == pytest.approx(0.793, abs=0.001)


def test_what_is_no_problem_is_shown_as_such(fault, capsys):
    """Nobody waits for a suggestion that never comes."""
    chore = fault.report(*STRONG, labels=["chore"], reporter="kim")
    fault.settle()
    assert "It is none of bug, incident: it is compared only here" in shown(fault, capsys, f"#{chore}")
    assert json.loads(shown(fault, capsys, f"#{chore}", "--json"))["resembles"]["compared"] is False
    assert "It is none of" not in shown(fault, capsys, "#2")
    assert json.loads(shown(fault, capsys, "#2", "--json"))["resembles"]["compared"] is True


def test_the_digest_tells_verdicts_precision_and_what_strong_matches_may_do(fault):
    """A line for each source for which people said something in the week."""
    fault.say(2, "/kaizen not-same #1")
    fault.settle()
    opened(fault)
    with fault.made.worker() as worker:
        today = worker.policy.calendar.today(worker.clock())
        said = verdicts(worker, ("shop", "ops"), today.replace(day=1), today.replace(day=28))
        early = verdicts(worker, ("shop", "ops"), today.replace(day=1), today.replace(day=2))
    assert early.trusts == ()
    *_, last = recurrence_blocks(said)
    assert isinstance(last, Bullets)
    (line,) = last.lines
    assert "".join(span.text for span in line) == (
        "shop: of what resembled an earlier problem, people confirmed 0 and rejected 1. 0 of the last 1 strong matches"
        " were right (0% to 79%): strong matches are in shadow; 1 of 50 verdicts are there to try them."
    )


def test_the_gate_that_is_open_says_so(fault, capsys):
    """By the verdicts of the past."""
    trusted(fault)
    opened(fault)
    assert "50 of the last 50 verdicts on strong matches were right (93% to 100%)" in shown(fault, capsys, "#2")
    assert "open again what was fixed" in shown(fault, capsys, "#2")


def test_the_store_is_of_either_kind(database, tmp_path):
    """Found, kept and told the same beside SQLite and beside PostgreSQL; a second look finds nothing new."""
    mirror = Mirror(database)
    bug = {"labels": frozenset({"bug"}), "title": NEW[0], "body": NEW[1]}
    old = ticket(1, **bug, phase="done", resolution="completed", closed=after(days=1), reporter="ana")
    mirror.save("shop", "tickets", page(old, ticket(2, **bug, reporter="bo", created=after(days=2))), NOW)
    folder = tmp_path / "firm"
    folder.mkdir()
    with firm(folder, rules=("pack:recurrence",)) as made, made.worker() as plain:
        ledger, index = type(plain.ledger)(database, KEY), folder / "index.db"
        worker = replace(plain, database=database, mirror=mirror, ledger=ledger, index=index)
        assert see_likenesses(worker, {}, after(days=2)) == 1
        (found,) = ledger.memory()["github.com/issue/2"].likenesses
        assert found.other.key == "acme/shop#1"
        assert see_likenesses(worker, {}, after(days=2)) == 0
        known = Likenesses(database, worker.policy.sha)
    assert known.tops("shop") == (pytest.approx(found.probability),)
    assert [each.uid for each in known.all()] == ["github.com/issue/2"]
    told = Verdict(
        uid="github.com/issue/2",
        other="github.com/issue/1",
        tier="C",
        signature="",
        why="said",
        by="",
        correct=True,
        acted=False,
        at=NOW,
    )
    for correct in (True, False):
        known.save_verdicts([replace(told, correct=correct)])
        assert known.given("shop") == (Given(tier="C", correct=correct),)
    assert ledger.memory() == {}
