"""The terminal of who runs kaizend: titles, names and errors are shown there, and steer nothing."""

import json
import re

import pytest

from tests.worker.faulty import firm
from tests.worker.places import LATE
from worker.cli import run
from worker.cli.context import Screen, data, talk

SEEN = "[bold]red[/bold] [link=http://evil.example]x[/] :tada:"
TITLE = f"\x1b]0;owned\x07\x1b[31m\x1b[2J{SEEN} \x9b2J\u202egnol\u2066\x08\r\x7f end"
STEERING = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
VERBS = (
    ("plan",),
    ("-v", "once"),
    ("why", "acme/shop#1"),
    ("why", "OPS-1", "--all"),
    ("ops", "--done"),
    ("digest", "shop"),
    ("recurrence", "show", "acme/shop#1"),
    ("recurrence", "show", "OPS-1"),
    ("why", "acme/shop#1", "--json"),
    ("plan", "--json"),
)


def test_no_title_steers_the_terminal(tmp_path, capfd):
    """Every verb that shows it, as a table, as lines, as JSON and as a log: its letters, and nothing else."""
    with firm(tmp_path, digests=True) as made:
        made.issue(TITLE, labels=["priority:high"])
        made.task(TITLE, owner="bo", due=LATE)
        made.fail("status", method="GET", path="/releases", status=422, body={"message": TITLE}, times=9)
        shown = ""
        for verb in VERBS:
            assert run(["--config", str(made.config), *verb]) in {0, 4}, verb
            printed = capfd.readouterr()
            assert STEERING.findall(printed.out + printed.err) == [], verb
            shown += printed.out
        assert SEEN in shown


def test_json_is_whole(capsys):
    """What is escaped is still there for who reads it as JSON."""
    data({"title": TITLE})
    printed = capsys.readouterr().out
    assert STEERING.findall(printed) == []
    assert json.loads(printed) == {"title": TITLE}


def test_an_error_is_a_line(capsys):
    """Whatever is quoted in it."""
    talk(TITLE)
    assert STEERING.findall(capsys.readouterr().err) == []


@pytest.mark.parametrize("text", ["plain", TITLE])
def test_a_real_terminal_has_our_colours_alone(capsys, text):
    """Colour is ours to use."""
    Screen(force_terminal=True, color_system="standard", legacy_windows=False, highlight=False, emoji=False).print(
        text, style="bold", markup=False
    )
    assert re.findall("\x1b[^m]*m", capsys.readouterr().out) == ["\x1b[1m", "\x1b[0m"]
