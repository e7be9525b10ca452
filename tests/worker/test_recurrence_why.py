"""What `kaizend why` says of what came back: the fix, each report with its evidence, and who objected."""

import json

import pytest

from tests.worker.faults import Fault
from tests.worker.faulty import firm
from tests.worker.test_recurrence import SAME, by_command, by_fingerprint, by_words, fixed
from worker.cli import run


@pytest.fixture
def fault(tmp_path):
    """Serve what a machine, a lead's words and a command said to have come back, one of them while it was open."""
    with firm(tmp_path, rules=("pack:recurrence",)) as made:
        told = Fault(made, "github")
        fixed(told, body=SAME)
        by_words(told, 1)
        told.settle()
        by_fingerprint(told, 1)
        by_command(told, 1)
        told.settle()
        told.say(4, "/kaizen not-same #1")
        told.settle()
        yield told


def said(fault, capsys, key, *more):
    """Return what the verb says of a ticket."""
    assert run(["--config", str(fault.made.config), "why", key, *more]) == 0
    return capsys.readouterr().out


def test_it_names_what_tells_and_how_often(fault, capsys):
    """Before the rules, which only count."""
    lines = said(fault, capsys, "#1").partition("recurrence/back")[0].splitlines()
    assert lines[4:8] == [
        "fixed: on 2026-11-25 (closed); came back since it was first fixed: 1",
        "came back: acme/shop#2 of 2026-11-26, open (tier A: ana says: This is a duplicate of acme/shop#1)",
        "reported while it was open: acme/shop#3 of 2026-11-26, open (tier A: the same fingerprint pool-4711)",
        "not the same: acme/shop#4 (/kaizen not-same, ana, 2026-11-26)",
    ]
    assert "report of: acme/shop#1, open (tier A: the same fingerprint pool-4711)" in said(fault, capsys, "#3")


def test_the_card_tells_a_recurrence_from_a_report_of_what_was_open(fault):
    """Both are the same problem; only one of them came back."""
    card = fault.card(1)
    assert "it came back: [acme/shop#2]" in card
    assert "the same problem: [acme/shop#3]" in card
    assert "acme/shop#4" not in card


def test_scripts_get_the_same(fault, capsys):
    """In JSON."""
    told = json.loads(said(fault, capsys, "#1", "--json"))
    assert [(each["ticket"], each["way"], each["again"], each["signal"]) for each in told["recurrences"]] == [
        ("acme/shop#2", "filed", True, "said"),
        ("acme/shop#3", "filed", False, "fingerprint"),
    ]
    assert [(each["ticket"], each["by"]) for each in told["not_the_same"]] == [("acme/shop#4", "ana-gh")]
    assert told["fixed"]["how"] == "closed"
    assert json.loads(said(fault, capsys, "#4", "--json"))["recurrences"] == []
