"""The command `undo`: it lists, shows, asks, does, and refuses what it does not know."""

import orjson
import pytest

from tests.worker.shop import serving


@pytest.fixture
def shop(tmp_path):
    """Serve a shop after a pass."""
    with serving(tmp_path) as made:
        assert made.run("once") == 0
        yield made


def test_runs_are_listed_and_one_is_taken_back(shop, capsys):
    """Nothing is written without a yes; with it all is as it was, and a second time there is nothing to do."""
    worn = {label.name for label in shop.github.issue(1).labels}
    assert "needs-owner" in worn
    before = shop.writes()
    capsys.readouterr()
    assert shop.run("undo") == 0
    assert " 1 " in capsys.readouterr().out
    assert shop.run("undo", "1") == 0
    told = capsys.readouterr()
    assert "Run 1 taken back:" in told.out
    assert "left as it is" in told.out
    assert "`kaizend undo 1 --yes` does this" in told.err
    assert shop.run("undo", "1", "--json") == 0
    planned = orjson.loads(capsys.readouterr().out)
    assert {op["rule"] for op in planned["ops"]} == {"undo"}
    assert all(each["why"] for each in planned["left"])
    assert shop.writes() == before
    assert shop.run("undo", "1", "--yes") == 0
    assert worn - {label.name for label in shop.github.issue(1).labels} == {"needs-owner"}
    capsys.readouterr()
    assert shop.run("undo", "1", "--yes") == 0
    assert "nothing to write" in capsys.readouterr().out
    assert shop.run("once", "--whole") == 0
    assert "needs-owner" not in {label.name for label in shop.github.issue(1).labels}
    assert shop.run("plan", "--exit-code") == 0


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("undo", "99"), "there is no run '99': the last that wrote something are 1"),
        (("undo", "last"), "there is no run 'last'"),
        (("undo", "--yes"), "--yes wants the number of a run"),
    ],
)
def test_what_cannot_be_taken_back_is_refused(shop, capsys, asked, said):
    """In one line, with what would be right; nothing is written."""
    before = shop.writes()
    capsys.readouterr()
    assert shop.run(*asked) == 1
    assert said in capsys.readouterr().err.replace("\n", " ")
    assert shop.writes() == before
