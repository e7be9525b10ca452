"""The crash matrix in short: of each scenario a few plays, and what makes sure that it looks at everything."""

import subprocess
import sys
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import pytest

from rules.actions import NAMES, Clear, Transition
from tests.torture.matrix.__main__ import main
from tests.torture.matrix.choosing import every, few, kinds
from tests.torture.matrix.scenarios import SCENARIOS
from tests.torture.matrix.stage import Play
from tests.torture.matrix.troupe import staged

ROOT = Path(__file__).parents[2]
FEW = 6
"""Plays of a scenario, each half a second; `make torture` plays every kind of seam."""


@pytest.mark.parametrize("name", SCENARIOS)
def test_whatever_dies_when_nothing_is_there_twice_and_nothing_is_missing(name):
    """After a fault and a restart people see what they see without it, and a further pass writes nothing."""
    with staged(name) as stage:
        assert stage.wrong == {}
        assert stage.verbs == SCENARIOS[name].verbs
        plays = few(stage.seams, FEW)
        assert len(plays) == FEW
        found = {f"{seam} {fault}": stage.play(seam, fault) for seam, fault in plays}
    assert {again: wrong for again, wrong in found.items() if wrong} == {}


def test_the_scenarios_carry_out_every_verb_there_is():
    """Each class of verb is sent by the pass of some scenario, but for those that only `kaizend undo` sends."""
    by_command = {NAMES[Clear], NAMES[Transition]}
    assert frozenset().union(*(one.verbs for one in SCENARIOS.values())) == set(NAMES.values()) - by_command


def test_a_play_is_played_again_alone(capsys):
    """By scenario, seam and fault, as a failure says; what is not there is told."""
    assert main(["backlog", "3", "kill-before"]) == 0
    assert "seam 3 (commit kaizend.db" in capsys.readouterr().out
    assert main(["backlog", "3", "drop"]) == 2
    assert "there are kill-before, raise, kill-after" in capsys.readouterr().err
    assert main(["backlog", "9999"]) == 2
    assert main(["no such"]) == 2
    assert "scenarios: backlog" in capsys.readouterr().err


COMMIT, LAZY, POST, GET = "commit a.db insert audit", "commit a.db insert tickets", "POST /jira/x", "GET /x"


def test_each_kind_of_seam_is_played_where_it_is_met_first():
    """In the smallest scenario, with every fault that tells something of it; a new kind is among them by itself."""
    seams = {"one": [COMMIT, LAZY, GET, LAZY, GET], "two": [COMMIT, GET, POST, COMMIT], "two-dc": [POST]}
    plays = kinds(seams)
    assert {seam for seam, _ in plays["one"]} == {2}
    assert {seam for seam, _ in plays["two"]} == {1, 2, 3}
    assert len(plays["two-dc"]) == 6
    assert sorted(fault for seam, fault in plays["two"] if seam == 2) == ["502", "raise"]
    assert kinds({"one": ["commit a.db update ops state = 'sending'"]})["one"][0] == (1, "freeze")
    assert {seam for seam, _ in few(seams["two"], 6)} == {1, 3}


def test_in_the_long_form_every_seam_meets_every_fault_and_no_moment_comes_twice():
    """A process that dies right before a seam has just gone over the one before it."""
    assert [fault for _, fault in every([COMMIT])] == ["kill-before", "raise", "kill-after"]
    assert [fault for _, fault in every([COMMIT, GET, POST, COMMIT])] == [
        *("kill-before", "raise", "kill-after"),
        *("raise", "drop", "502"),
        *("kill-before", "raise", "lost", "kill-after", "drop", "502"),
        *("raise", "kill-after"),
    ]


# -- it bites -------------------------------------------------------------------------------------------------------


def test_what_is_there_twice_or_missing_is_noticed():
    """Compared with the pass that nothing befell; what a pass says of itself counts for nothing."""
    stage = SimpleNamespace(made=None, doors=None, seams=["POST /x"], expected=Counter(card=1, ping=1), marks=2)
    fine, wrong = (Play(stage, 1, "drop") for _ in range(2))
    fine._compare(Counter(card=1, ping=1), Counter(one=1, other=1))
    wrong._compare(Counter(card=2), Counter(one=1))
    assert fine.wrong == {}
    assert wrong.wrong == {"twice": {"card": 1}, "lost": {"ping": 1}, "marks": -1}


PAST = """
import sqlite3, sys
from tests.torture.matrix.seams import Seams
seams = Seams()
seams.watch()
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute("create table x (y)")
for commit in (lambda: database.execute("commit"), database.commit, lambda: database.executescript("select 1")):
    database.execute("begin")
    database.execute("insert into x values (1)")
    commit()
    print(seams.passed, seams.unheard())
database.execute("delete from x")
print(*seams.unheard(), sep="\\n")
"""


def test_what_is_written_past_the_seams_is_noticed(tmp_path):
    """A commit that was not heard of, as a library may make one, and a write outside of any transaction."""
    command = [sys.executable, "-c", PAST, str(tmp_path / "a.db")]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603 - our own program
    heard = "commit a.db insert x"
    assert ran.stdout.splitlines() == [
        f"{[heard]} []",
        f"{[heard] * 2} []",
        f"{[heard] * 2} {['1 commits were not heard of']}",
        "written outside of a transaction: delete from x",
        "1 commits were not heard of",
    ]
