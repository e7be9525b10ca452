"""`kaizend scorecards`: the figures for people who do not wait for the review."""

from datetime import timedelta

import orjson
import pytest

from tests.worker.shop import now, serving
from worker.cli import run


@pytest.fixture
def shop(tmp_path, monkeypatch):
    """Serve a small shop that was read once; the screen is wide."""
    monkeypatch.setenv("COLUMNS", "200")
    with serving(tmp_path) as made:
        assert made.run("sync") == 0
        yield made


@pytest.fixture
def said(capsys):
    """Return the lines on stdout and on stderr since last asked."""

    def lines():
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return out.splitlines(), err.splitlines()

    return lines


def month(days=0):
    """Return the name of a month: this one, or that of so many days ago."""
    return f"{now() - timedelta(days=days):%Y-%m}"


def last_month():
    """Return the name of the last month that is over."""
    return f"{now().replace(day=1) - timedelta(days=1):%Y-%m}"


def test_both_tables_of_the_last_month_are_shown(shop, said):
    """Domains as they stood on its last day, and a line for the lead."""
    said()
    assert shop.run("scorecards") == 0
    out, err = said()
    assert err == []
    assert any(line.startswith(f"Domains on {last_month()}-") for line in out)
    assert any(line.startswith(f"Leads, {last_month()}-01 to {last_month()}-") for line in out)
    assert any(line.strip().startswith("ana ") and "nothing finished, target 20%" in line for line in out)


def test_scripts_get_json_of_any_month(shop, said):
    """The running month up to now: one improvement was closed today, and too few to judge."""
    shop.edit('lead = "ana"', 'lead = "ana"\nimprovement_target = 0.5')
    said()
    assert shop.run("scorecards", "--month", month(), "--json") == 0
    out, err = said()
    found = orjson.loads("\n".join(out))
    assert err == []
    security = next(one for one in found["domains"] if one["domain"] == "security")
    assert security == {"domain": "security", "open": 1, "finished": 1, "overdue": 0, "quiet": False}
    (card,) = found["leads"]
    assert {name: card[name] for name in ("lead", "teams", "finished", "improvements", "target", "standing")} == {
        "lead": "ana",
        "teams": ["all"],
        "finished": 1,
        "improvements": 1,
        "target": 0.5,
        "standing": "too few",
    }
    assert (found["start"], found["unread"]) == (f"{month()}-01", {})


@pytest.mark.parametrize("wrong", ["2026-13", "november", "2026-W03", "26-11", "2026-1", "\u0662026-11"])
def test_what_is_no_month_is_told(shop, said, wrong):
    """With one that is."""
    said()
    assert shop.run("scorecards", "--month", wrong) == 1
    out, err = said()
    assert (out, len(err)) == ([], 1)
    assert err[0].endswith(f"is no month: write it like {month()}")


def test_a_month_to_come_has_no_figures(shop, said):
    """Nor has the last month of all."""
    said()
    assert shop.run("scorecards", "--month", "2999-12") == 1
    assert said()[1] == ["--month 2999-12: it is yet to come"]


def test_a_source_that_was_not_read_is_told(shop, said):
    """Figures that may lack something say so."""
    shop.edit(shop.sandbox.url, "http://127.0.0.1:9")
    assert shop.run("sync") == 4
    said()
    assert shop.run("scorecards") == 0
    assert any("source shop was not read wholly" in line for line in said()[1])


def test_before_the_first_pass_it_is_said_what_to_do(tmp_path, said):
    """There is nothing to count yet."""
    with serving(tmp_path) as made:
        assert run(["--config", str(made.config), "scorecards"]) == 1
    out, err = said()
    assert (out, len(err)) == ([], 1)
