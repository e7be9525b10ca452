"""Measuring on labelled history: no leaks, the figures, the command, and the training."""

import gzip
import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from rules.recurrence.features import NAMES
from rules.recurrence.weights import read_weights
from tests.worker.history import START, made_history, written
from worker.cli import run
from worker.errors import WorkerError
from worker.recurrence.labelled import Arrived, Closed, read_rows, replay
from worker.recurrence.measuring import predictions
from worker.recurrence.shipped import shipped_model
from worker.recurrence.train import as_toml, examples, fit, solved


@pytest.fixture(scope="module")
def history(tmp_path_factory):
    """Write a small history to a file."""
    return written(tmp_path_factory.mktemp("history") / "history.jsonl", made_history())


def said(path):
    """Return what is predicted for a file."""
    return [(one.uid, one.candidates, one.action) for one in predictions(read_rows(path), shipped_model())]


def test_what_comes_later_changes_nothing(history, tmp_path):
    """Other labels, closings and tickets of the future leave every earlier prediction as it was."""
    rows, cut = made_history(), START + timedelta(days=110)
    future = cut.isoformat()
    for row in rows:
        if row["created"] >= future:
            row |= {"title": "all is different", "body": "", "truth": "unique", "duplicate_of": None}
        elif row["resolved"] is None or row["resolved"] >= future:
            row |= {
                "resolved": None,
                "duplicate_of": None,
                "resolution": "Invalid",
                "truth": "unique",
                "related": ["shop-1"],
            }
    before = {row["id"] for row in rows if row["created"] < future and row["query"]}
    other = said(written(tmp_path / "other.jsonl", rows))
    expected = [one for one in said(history) if one[0] in before]
    assert [one for one in other if one[0] in before] == expected
    assert len(expected) > 60
    assert [one for one in other if one[0] not in before] != [one for one in said(history) if one[0] not in before]


def test_its_own_label_changes_nothing(history, tmp_path):
    """What a report was said to be afterwards is not known when it comes; only closings tell of duplicates."""
    rows = made_history()
    for row in rows:
        row |= {"truth": "unique", "related": [], "status": "odd"}
    assert said(written(tmp_path / "other.jsonl", rows)) == said(history)


def test_a_duplicate_is_known_from_its_closing_on(tmp_path):
    """At the same moment a closing comes before an arrival."""
    rows = made_history()[:3]
    rows[0] |= {"resolved": rows[2]["created"], "resolution": "Done", "duplicate_of": "shop-9"}
    rows[1] |= {"resolved": None}
    rows[2] |= {"resolved": (START + timedelta(days=99)).isoformat()}
    happened = list(replay(read_rows(written(tmp_path / "rows.jsonl", rows))))
    told = [(type(one), one.report.uid if isinstance(one, Arrived) else one.uid) for one in happened]
    assert told == [(Arrived, "shop-1"), (Arrived, "shop-2"), (Closed, "shop-1"), (Arrived, "shop-3")]
    assert (happened[2].resolution, happened[2].duplicate_of) == ("Done", "shop-9")


def test_candidates_are_older_than_the_report(history):
    """Nobody is pointed at what is yet to come."""
    created = {row.uid: row.created for row in read_rows(history)}
    for uid, candidates, _ in said(history):
        assert all(created[candidate] < created[uid] for candidate, _ in candidates)


def test_the_command_prints_its_figures_and_writes_its_predictions(history, tmp_path, capsys):
    """The names in JSON are for scripts; a file may be packed."""
    packed, kept = tmp_path / "history.jsonl.gz", tmp_path / "said.jsonl"
    packed.write_bytes(gzip.compress(history.read_bytes()))
    assert run(["recurrence", "score", "--data", str(packed), "--predictions", str(kept), "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert (figures["queries"], figures["duplicates"]) == (100, 35)
    assert 0.3 < figures["recall_at_1"] < figures["recall_at_5"]
    assert 0 < figures["ms_per_query_p50"] <= figures["ms_per_query_p95"]
    assert {"reopen_precision", "reopen_recall", "suggest_rate", "suggest_recall_at_5"} <= figures.keys()
    lines = [json.loads(line) for line in kept.read_text().splitlines()]
    assert len(lines) == 100
    assert {line["action"] for line in lines} <= {"reopen", "suggest", "none"}
    assert all(line["candidates"] == sorted(line["candidates"], key=lambda one: -one["score"]) for line in lines)


def test_the_command_prints_a_table(history, capsys):
    """Each figure has its meaning beside it."""
    assert run(["recurrence", "score", "--data", str(history)]) == 0
    shown = capsys.readouterr().out
    assert "history.jsonl: 100 reports, 35 of them duplicates" in shown
    assert "recall_at_5" in shown
    assert "among the first five" in shown


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("{", "line 1: not a labelled ticket"),
        ("[]", "line 1: not a labelled ticket"),
        ('\n{"id": "a-1"}', "line 2: not a labelled ticket .*title"),
    ],
)
def test_a_file_that_is_wrong_is_one_clear_line(tmp_path, text, error):
    """It names the line."""
    file = tmp_path / "rows.jsonl"
    file.write_text(text)
    with pytest.raises(WorkerError, match=error):
        read_rows(file)


def test_a_file_that_is_missing_or_doubled_is_one_clear_line(history, tmp_path, capsys):
    """Nothing is measured on it."""
    assert run(["recurrence", "score", "--data", str(tmp_path / "none.jsonl")]) == 1
    assert "cannot be read" in capsys.readouterr().err
    twice = tmp_path / "twice.jsonl"
    twice.write_bytes(history.read_bytes() * 2)
    assert run(["recurrence", "score", "--data", str(twice)]) == 1
    assert "an id is there twice" in capsys.readouterr().err
    wrong = tmp_path / "weights.toml"
    wrong.write_text("intercept = 1")
    assert run(["recurrence", "score", "--data", str(history), "--weights", str(wrong)]) == 1
    assert "not a file of weights" in capsys.readouterr().err


def test_training_is_deterministic_and_learns(history, tmp_path, capsys):
    """The same data give the same file, and what it learned names the right tickets."""
    rows = read_rows(history)
    trained = as_toml(fit(examples(rows)), ["made in a test"])
    assert trained == as_toml(fit(examples(rows)), ["made in a test"])
    weights = read_weights(trained)
    assert set(weights.by_name) == set(NAMES)
    assert weights.by_name["old_title_known"] > 0
    file = tmp_path / "weights.toml"
    file.write_text(trained)
    assert run(["recurrence", "score", "--data", str(history), "--weights", str(file), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["recall_at_1"] > 0.8


def test_equations_are_solved():
    """Also where the first pivot is nothing."""
    assert solved([[0.0, 2.0], [4.0, 1.0]], [6.0, 7.0]) == pytest.approx([1.0, 3.0])


LABELLED = os.environ.get("LABELLED_DATA", "")


@pytest.mark.skipif(not LABELLED, reason="LABELLED_DATA names no folder with data and the judge's script")
def test_the_judge_comes_to_the_same_figures(tmp_path, capsys):
    """LABELLED_DATA=folder: its score.py judges our predictions for the smallest file of its dev/ as we do."""
    folder = Path(LABELLED)
    file = min((folder / "dev").glob("*.jsonl.gz"), key=lambda each: each.stat().st_size)
    kept = tmp_path / "said.jsonl"
    assert run(["recurrence", "score", "--data", str(file), "--predictions", str(kept), "--json"]) == 0
    ours = json.loads(capsys.readouterr().out)
    command = [sys.executable, str(folder / "score.py"), str(file), str(kept), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - a script the user names
    theirs = json.loads(done.stdout)
    assert theirs["bad_input"] == {}
    assert ours["recall_at_1"] == pytest.approx(theirs["R1"])
    assert ours["recall_at_5"] == pytest.approx(theirs["R5"])
    assert ours["reopen_precision"] == theirs["reopen"]["precision"]
    assert ours["reopen_recall"] == pytest.approx(theirs["reopen"]["recall"])
    assert ours["suggest_rate"] == pytest.approx(theirs["suggest"]["comment_rate"])
    assert ours["suggest_recall_at_5"] == pytest.approx(theirs["suggest"]["recall_at5"])
