"""kill -9 while a gate closes: its page, labels, mandate and statuses, and what follows a waiver, are there once each.

The seams are those of test_crash. `make test` kills at a few of them; CRASH=all at every one.
"""

import json
import signal
from collections import Counter
from contextlib import contextmanager

import pytest

from tests.worker import test_crash
from tests.worker.gated import GATE, KINDS, MANDATE, budget, feature, incident
from tests.worker.gatehouse import CONTEXT, gatehouse
from tests.worker.test_crash import ALL, Killer, after_restart, points, watched_by

FEW = {name: kind for name, kind in test_crash.KINDS.items() if kind != "before lazy commit"}
MODES = test_crash.KINDS if ALL else FEW
SHARES = 2
EACH = 1 if ALL else 8
"""Of the seams that are chosen, one in so many is played."""
HOLDS = """holds = ['"feature" in labels']\nfollow_up = "5 workdays"\n"""
WAIVE = "/kaizen waive budget until 2026-12-01 because a contract asks for it"


@pytest.fixture(scope="module")
def killer():
    """Start the process that makes passes and is killed."""
    made = Killer()
    yield made
    made.close()


@contextmanager
def closing(killer, folder):
    """Serve a company that was looked at once, and whose budget was spent since; one pull request is waived."""
    folder.mkdir(exist_ok=True)
    with gatehouse(folder, wrap=watched_by(killer)) as made:
        made.gates(GATE + HOLDS + MANDATE)
        _with_kinds(made)
        made.keys = (*feature(made), *incident(made))
        made.pulls = [made.pull("Add a button"), made.pull("Add a menu"), made.pull("Docs", labels=())]
        assert killer.run(made)["ended"] == 0
        made.clock.forward(minutes=20)
        budget(made, -0.2)
        made.github.comment(made.pulls[1], WAIVE, author="ana-gh", at=made.clock())
        made.sandbox.log.clear()
        yield made


def _with_kinds(made):
    """Write the kinds into the config: the process that is killed has no environment."""
    text = made.config.read_text(encoding="utf-8")
    begin, end = text.index("[kinds]"), text.index("[sources.shop]")
    kinds = "".join(f"{name} = {json.dumps(when)}\n" for name, when in KINDS.items())
    made.config.write_text(f"{text[:begin]}[kinds]\n{kinds}\n{text[end:]}", encoding="utf-8")


def shown(made):
    """Count all of ours that stands in the trackers, each status ever set on a head among it."""
    found = Counter(made.seen())
    for pull in made.pulls:
        found.update(
            f"{pull.key} {each.state}: {each.description}" for each in made.said(pull) if each.context == CONTEXT
        )
        found.update(f"{pull.key} {sign.content}" for comment in pull.comments for sign in comment.reactions)
    return found


@pytest.fixture(scope="module")
def undisturbed(killer, tmp_path_factory):
    """Make the pass without a kill: its seams, its requests and what people see after it."""
    with closing(killer, tmp_path_factory.mktemp("undisturbed")) as made:
        told = killer.run(made)
        (first,) = told["passes"]
        requests = killer.requests
        assert first["troubles"] == []
        assert after_restart(killer, made) == {"troubles": [], "never quiet": [], "open": {}, "trail": ""}
        return list(zip(first["seams"], first["kinds"], strict=True)), requests, shown(made), len(made.marks())


def test_an_undisturbed_closing_shows_all_there_is(undisturbed):
    """What is looked for after a kill is there without one."""
    *_, seen, _ = undisturbed
    told = " ".join(seen)
    for part in (
        "Gate closed: budget (checkout)",
        "Follow up on what went through",
        "label held",
        "owner ana",
        "Waived by",
    ):
        assert part in told
    assert max(count for what, count in seen.items() if "failure" in what or "filed" in what) == 1


@pytest.mark.parametrize("share", range(SHARES))
@pytest.mark.parametrize("kind", MODES.values(), ids=MODES.keys())
def test_a_kill_while_a_gate_closes_repeats_nothing_and_loses_nothing(killer, undisturbed, tmp_path, kind, share):
    """After kill -9 and a restart each effect is there exactly once, and a further pass writes nothing."""
    seams, requests, expected, marks = undisturbed
    played = points(kind, seams, requests)[share :: SHARES * EACH]
    assert played
    wrong = {}
    for number, point in enumerate(played):
        with closing(killer, tmp_path / str(number)) as made:
            assert killer.run(made, **point)["ended"] == -signal.SIGKILL
            found = after_restart(killer, made)
            seen = shown(made)
            found |= {"twice": +(seen - expected), "lost": +(expected - seen)}
            found |= {"marked twice": [one for one, count in made.marks().items() if count > 1]}
            found |= {"marks": len(made.marks()) - marks}
        if any(found.values()):
            wrong[str(point)] = {what: value for what, value in found.items() if value}
    assert wrong == {}
