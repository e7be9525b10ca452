"""`kaizend gate`: for people how the gates stand, for a CI whether a release or a pull request may go on."""

from datetime import timedelta

import orjson
import pytest

from tests.worker.gated import incident
from tests.worker.gatehouse import GATE, gatehouse
from tests.worker.shop import now
from tests.worker.test_waivers import say
from worker.cli import run
from worker.cli.exits import Exit

DAY, UNTIL = f"{now() - timedelta(hours=4):%Y-%m-%d}", f"{now() + timedelta(days=5):%Y-%m-%d}"
WAIVE = f"/kaizen waive budget until {UNTIL} because a contract asks for it"
LONG = ("--fresh", "400 days")
RELEASES = """
[[gate]]
id = "releases"
about = "Nothing is released while the error budget is spent."
power = "block-releases"
close_when = ['error_budget["checkout"] < 0.0']
blocking = ['kind == "incident"']
say = "Releases wait for the error budget."
waivers = ["council"]
"""


@pytest.fixture
def house(tmp_path, monkeypatch):
    """Serve the company with two gates that are closed, and an incident that one of them waits for."""
    monkeypatch.setenv("COLUMNS", "220")
    with gatehouse(tmp_path) as made:
        made.clock.start = now() - timedelta(hours=4)
        made.gates(GATE, RELEASES)
        for name, value in made.env.items():
            monkeypatch.setenv(name, value)
        made.stand(closed=True)
        made.incident = incident(made)[0]
        made.feature = made.pull()
        made.settle()
        yield made


@pytest.fixture
def ask(house, capsys):
    """Return what asks: the exit code, and the lines on stdout and on stderr."""

    def asked(*words):
        capsys.readouterr()
        code = run(["--config", str(house.config), "gate", *words])
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return code, out, err

    return asked


def test_why_tells_scripts_of_gates_too(house, capsys):
    """As it tells people: which wait for a ticket or hold it, since when, why and where."""
    capsys.readouterr()
    assert run(["--config", str(house.config), "why", house.incident, "--json"]) == 0
    (said,) = orjson.loads(capsys.readouterr().out)["gates"]
    assert (said["way"], said["gate"], said["subject"]) == ("waits", "own/releases", "")
    assert said["because"] == ['error_budget["checkout"] < 0.0 (error_budget["checkout"] = -0.2)']
    assert said["since"].startswith(DAY)
    assert said["url"]


def test_all_gates_are_shown_with_their_reasons(house, ask):
    """In a table, or as JSON; waivers besides."""
    say(house, WAIVE)
    house.settle()
    code, out, err = ask()
    assert code == Exit.FINE
    assert 'error_budget["checkout"] < 0.0' in out
    assert [line for line in out.splitlines() if line.startswith("own/")] == [
        f"own/budget: closed since {DAY}",
        f"own/releases: closed since {DAY}",
    ]
    assert house.incident in out
    assert err.splitlines() == [f"waived until {UNTIL} by ana: own/budget: a contract asks for it"]
    code, out, _ = ask("--json")
    assert [each["closed"] for each in orjson.loads(out)] == [True, True]


def test_a_release_is_blocked_with_all_that_one_needs_to_know(house, ask):
    """The gate, the clause, what it waits for, and who may waive it where."""
    code, out, err = ask("--release", "v1.4", "--source", "shop", *LONG)
    assert code == Exit.BLOCKED == 6
    lines = out.splitlines()
    assert lines[0] == "release v1.4 of shop: blocked"
    assert lines[1].startswith(f'  own/releases is closed since {DAY}: error_budget["checkout"] < 0.0')
    assert lines[2].startswith(f"    waits for {house.incident} Checkout is down: http")
    assert lines[4].startswith("    may be waived by: council, on http")
    assert err == ""


def test_a_release_goes_on_when_its_gate_is_open_or_waived(house, ask):
    """The waiver is said on the gate's page."""
    page = next(issue for issue in house.issues() if issue.title == "Gate closed: releases")
    say(house, WAIVE.replace("budget ", ""), author="kim-gh", on=page)
    house.settle()
    code, out, _ = ask("--release", "v1.4", *LONG, "--json")
    told = orjson.loads(out)
    assert (code, told["verdict"], told["what"]) == (Exit.FINE, "open", "release v1.4")
    assert [each["says"] for each in told["gates"]] == ["waived"]
    house.stand(closed=False)
    house.settle()
    code, out, _ = ask("--release", "v1.4", *LONG)
    assert (code, out.splitlines()) == (Exit.FINE, ["release v1.4: open", "  own/releases is open"])


def test_what_was_judged_long_ago_is_not_known(house, ask):
    """A closed gate blocks however old that is; an open one is no longer believed."""
    assert ask("--release", "v1.4")[0] == Exit.BLOCKED
    house.stand(closed=False)
    house.settle()
    code, out, _ = ask("--release", "v1.4", "--json")
    assert (code, orjson.loads(out)["verdict"]) == (Exit.STALE, "unknown")
    assert "the gate own/releases was judged last at 20" in orjson.loads(out)["doubts"][0]


def test_a_change_is_asked_for_by_its_key(house, ask):
    """As its status says; what nobody knows is an error."""
    code, out, _ = ask("--change", house.feature.key, *LONG)
    assert (code, out.splitlines()[0]) == (Exit.BLOCKED, f"{house.feature.key}: blocked")
    say(house, WAIVE)
    house.settle()
    code, out, _ = ask("--change", house.feature.key.upper(), *LONG)
    assert code == Exit.FINE
    assert f"  own/budget is closed, and waived by ana until {UNTIL}: a contract asks for it" in out.splitlines()


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--change", "acme/shop#99"), "no pull request is known by that name"),
        (("--change", "acme/shop#1", "--release", "v1"), "ask for one of them"),
        (("--release", "v1", "--source", "shp"), "no such source (did you mean 'shop'?)"),
        (("--release", "v1", "--subject", "cart"), "no gate is judged for it"),
        (("--release", "v1", "--fresh", "soon"), "must be a time span"),
    ],
)
def test_a_wrong_question_is_told_in_a_line(house, ask, words, why):
    """Nothing goes on or is blocked by a slip."""
    code, out, err = ask(*words)
    assert (code, out) == (Exit.EXPECTED, "")
    assert why in err
    assert len(err.splitlines()) == 1
