"""`kaizend signals`: the newest number of each, how old it is, and what is wrong."""

import orjson
import pytest

from integrations.sandbox.prometheus import NumbersWorld, PrometheusFace
from integrations.sandbox.server import Sandbox
from tests.worker.shop import now, serving

MORE = """
[signals.error_budget]
kind = "prometheus"
base_url = "{url}/prometheus"
query = "budget"
subject = "service"
unit = "%"

[signals.csat]
kind = "csv"
path = "csat.csv"
date = "day"
value = "score"
unit = "of 5"
"""


@pytest.fixture
def shop(tmp_path, monkeypatch):
    """Serve a small shop, and an error budget of two services beside it."""
    monkeypatch.setenv("COLUMNS", "120")
    world = NumbersWorld(now)
    world.say("budget", "checkout", -20)
    world.say("budget", "search", 71.5)
    with serving(tmp_path) as made, Sandbox([PrometheusFace(world, now)]) as numbers:
        made.configure(more=MORE.format(url=numbers.url))
        yield made


def rows(capsys):
    """Return the cells of the table on stdout, and the lines on stderr."""
    out, err = capsys.readouterr()
    return [line.split("  ") for line in out.splitlines() if line.strip()], err.splitlines()


def test_each_subject_has_a_row_and_what_is_wrong_a_line(shop, capsys):
    """The table is data, the complaints are talk."""
    assert shop.run("sync") == 0
    assert shop.run("once") == 0
    capsys.readouterr()
    assert shop.run("signals") == 0
    found, err = rows(capsys)
    cells = [[cell.strip() for cell in row if cell.strip()] for row in found]
    assert cells[0] == ["signal", "subject", "value", "age", "state"]
    assert cells[2:] == [
        ["error_budget", "checkout", "-20%", "less than a minute", "fresh"],
        ["search", "71.5%", "less than a minute", "fresh"],
        ["csat", "-", "-", "-", "not read"],
    ]
    assert err == ["signal csat: csat.csv: no such file: 'path' is relative to the config"]


def test_scripts_get_all_of_it(shop, capsys):
    """With --json; before the first pass there is nothing yet."""
    text = shop.config.read_text("utf-8")
    shop.configure()
    assert shop.run("sync") == 0
    shop.config.write_text(text, "utf-8")
    capsys.readouterr()
    assert shop.run("signals", "--json") == 0
    before = orjson.loads(capsys.readouterr().out)
    assert [(one["signal"], one["read"], one["numbers"]) for one in before] == [
        ("error_budget", None, []),
        ("csat", None, []),
    ]
    assert shop.run("once") == 0
    capsys.readouterr()
    assert shop.run("signals", "--json") == 0
    budget, csat = orjson.loads(capsys.readouterr().out)
    assert set(budget) == {"signal", "unit", "better", "fresh_seconds", "read", "error", "refused", "numbers"}
    assert [(one["subject"], one["value"], one["stale"]) for one in budget["numbers"]] == [
        ("checkout", -20, False),
        ("search", 71.5, False),
    ]
    assert (budget["unit"], budget["fresh_seconds"], budget["error"]) == ("%", 3600, "")
    assert csat["error"].endswith("no such file: 'path' is relative to the config")


def test_a_pass_says_which_signals_were_not_read(shop, capsys):
    """Beside what it did, and ends well all the same."""
    assert shop.run("once") == 0
    said = capsys.readouterr()
    assert "signal csat: csat.csv: no such file" in said.out + said.err


def test_without_signals_there_is_a_word(shop, capsys):
    """Not an empty table."""
    shop.configure()
    assert shop.run("sync") == 0
    capsys.readouterr()
    assert shop.run("signals") == 0
    assert capsys.readouterr() == ("", "[signals] of the config names none\n")
