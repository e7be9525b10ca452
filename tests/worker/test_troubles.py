"""No silence: each trouble reaches the exit code, the talk, the metric, the digest and `kaizend ops`.

The table has a row for each kind of trouble; a kind without a row, or without words, fails.
"""

import json
import os
import signal
from typing import NamedTuple

import orjson
import pytest

from rules.actions import AddLabel, Op, Target
from tests.torture.months.wire import Meddling
from tests.worker.gated import GATE
from tests.worker.shop import now, serving
from tests.worker.test_faults_rules import QUARREL
from tests.worker.test_stop import ended, passes_of, started, until
from worker.cli.exits import Exit
from worker.troubles import ADVICE, KINDS, PLURAL

MORE = """
metrics_file = "kaizend.prom"

[[digest]]
name = "shop"
source = "shop"
"""
CEILINGS = "\n[ceilings]\nrule = 1\n"
SIGNAL = """
[services.checkout]
sources = ["shop"]

[signals.error_budget]
kind = "csv"
path = "missing.csv"
date = "day"
value = "left"
subject = "service"
every = "1 hour"
fresh = "3 days"
"""
HEAD = """
[pack]
name = "own"
about = "Ours."
"""


def an_op(shop):
    """Return an op on the improvement that nobody owns."""
    target = Target(source="shop", uid="github.com/1/issue/1", ref=str(shop.ownerless.number), key="acme/shop#1")
    return Op(id="ab" * 12, target=target, verb=AddLabel(label="x"), rule="own/x", because=(), before="-", after="x")


def unread(shop):
    """Take the credential's right away while the tickets are read."""
    shop.fail("status", status=403, method="GET", path=r"/issues$", times=9)


def throttled(shop):
    """Have the first write wait for ten minutes."""
    shop.fail("status", status=429, method="POST", headers={"Retry-After": "600"})


def held(shop):
    """Let a rule write to one ticket alone."""
    shop.issue("Nobody owns this either", labels=["improvement", "domain:security", "priority:low"])
    shop.configure(more=MORE + CEILINGS)


def ruled(shop, text, more=""):
    """Give the shop rules of its own."""
    (shop.folder / "own.toml").write_text(HEAD + text, encoding="utf-8")
    shop.configure(rules=("own.toml",), more=MORE + more)


def conflict(shop):
    """Have two rules take each other's reason away."""
    ruled(shop, QUARREL)


def failed(shop):
    """Refuse a label for good."""
    shop.fail("status", status=422, method="POST", path=r"/issues/\d+/labels$", times=9)


def doubt(shop):
    """Lose the answer to a comment."""
    shop.fail("drop_after", method="POST", path=r"/comments$")


def parked(shop):
    """Have an op wait for a person."""
    assert shop.run("sync") == 0
    with shop.worker() as worker:
        worker.ledger.intend(0, (an_op(shop),), now())
        worker.ledger.park("ab" * 12, "sent 3 times and never seen", now())


def cut(shop):
    """Stop a pass, as a service manager does, when its first write comes in."""
    asked = []

    def stop(_face, request):
        if request.method == "POST" and not asked:
            asked.append(request.path)
            os.kill(os.getpid(), signal.SIGTERM)

    shop.sandbox.faults = Meddling(stop)


def died(shop):
    """Leave a run that never ended."""
    with shop.worker() as worker:
        worker.ledger.begin_run("once", "sha", now())


def index(shop):
    """Put a folder in the place of the index."""
    (shop.folder / "var" / "kaizend.recurrence.db").mkdir(parents=True)
    shop.github.add_issue("The shop is down again", author="bo-gh", labels=["incident"], created_at=now())
    shop.configure(rules=("pack:recurrence",), more=MORE)


def digest(shop):
    """Delete the issue that digests are posted to, in the week before the one that is due."""
    assert shop.run("once") == 0
    with shop.worker() as worker, worker.database.begin() as connection:
        connection.exec_driver_sql("delete from slots where name like 'digest/%'")
        connection.exec_driver_sql("delete from ops where verb = 'ping'")
    shop.github.delete_issue(next(one for one in shop.github.main.issues.values() if "digest" in one.title))


def unknown(shop):
    """Ask for numbers that nobody wrote."""
    shop.configure(more=MORE + SIGNAL)


def gate(shop):
    """Have a gate that waits for numbers that nobody wrote."""
    ruled(shop, GATE.replace('"kim"', '"bo"').replace('kind == "feature"', 'kind == "improvement"'), SIGNAL)
    shop.edit("incident = [", "gate = ['\"gate\" in labels']\nincident = [")


class Row(NamedTuple):
    """What is arranged before a pass, and how the pass ends."""

    arrange: object
    ends: Exit = Exit.PARTIAL
    talk: str = "not whole: "
    digest: str = ""  # what the digest says; the words for the kind if left out
    after: bool = False  # it is looked at as arranged, without a pass: the next pass puts it right


TABLE = {
    "unread": Row(unread),
    "throttled": Row(throttled),
    "stopped": Row(throttled),
    "unsent": Row(throttled),
    "held": Row(held),
    "failed": Row(failed),
    "doubt": Row(doubt),
    "parked": Row(parked),
    "cut": Row(cut),
    "died": Row(died, after=True),
    "index": Row(index),
    "digest": Row(digest),
    "signal": Row(unknown, Exit.FINE, talk="", digest=r"Signal error\_budget"),
    "gate": Row(gate, Exit.FINE, talk="", digest=r"error\_budget has no value for checkout"),
    "conflict": Row(conflict),
    "deployments": Row(None),
}
"""Each kind of trouble; deployments are in test_deployments."""


@pytest.fixture
def shop(tmp_path):
    """Serve a shop whose passes leave metrics, and which has a digest."""
    with serving(tmp_path) as made:
        made.configure(more=MORE)
        yield made


def test_each_kind_has_its_row_and_its_words():
    """A new kind of trouble is told everywhere, or this fails."""
    assert set(KINDS) == set(TABLE) == set(ADVICE) == set(PLURAL)


@pytest.mark.parametrize("kind", [kind for kind, row in TABLE.items() if row.arrange])
def test_no_trouble_is_silent(shop, capsys, kind):
    """The exit code, a line for whoever watches, the metric, the digest, and `kaizend ops` with what to do."""
    row = TABLE[kind]
    row.arrange(shop)
    capsys.readouterr()
    if not row.after:
        assert shop.run("once") == row.ends
        said = capsys.readouterr().err
        assert metric(shop, kind) > 0
    assert shop.run("ops", "--json") == 0
    troubles = {one["kind"]: one for one in orjson.loads(capsys.readouterr().out)["troubles"]}
    assert (troubles[kind]["advice"], bool(troubles[kind]["said"])) == (ADVICE[kind], True)
    if not row.after:
        assert f"{row.talk}{troubles[kind]['said']}" in said
    assert shop.run("ops") == 0
    assert troubles[kind]["said"].split()[0] in capsys.readouterr().out
    if row.after:
        with shop.worker() as worker:
            worker.ledger.begin_run("once", "sha", now())
    assert shop.run("digest") == 0
    assert (row.digest or PLURAL[kind]) in capsys.readouterr().out


def test_the_log_of_a_worker_that_stays_tells_each_trouble(shop):
    """A line each with its kind and what to do, also of what keeps no pass from being whole."""
    gate(shop)
    shop.edit("metrics_file", 'log = "json"\nmetrics_file')
    parked(shop)
    process = started(shop, "run")
    until(lambda: passes_of(shop))
    _, code, said = ended(process, signal.SIGTERM)
    assert code in (0, Exit.PARTIAL), said
    lines = [orjson.loads(line) for line in said.splitlines() if line.startswith("{")]
    told = {(one["event"], one["kind"], one["todo"]) for one in lines if one["level"] == "warning" and "kind" in one}
    assert told >= {
        ("not whole", "parked", ADVICE["parked"]),
        ("not known", "signal", ADVICE["signal"]),
        ("not known", "gate", ADVICE["gate"]),
    }


def test_a_digest_that_is_posted_by_hand_hides_no_trouble(shop, capsys):
    """Of a pass that was not whole and of one that died `kaizend ops` tells until a pass is whole."""
    assert shop.run("once") == 0
    shop.fail("status", status=403, method="GET", path=r"/issues$", times=1)
    assert shop.run("once") == Exit.PARTIAL
    died(shop)
    capsys.readouterr()
    assert shop.run("digest", "--post") == 0
    assert capsys.readouterr().err.endswith(": posted, as of now\n")
    assert told(shop, capsys) >= {"unread", "died"}
    assert shop.run("once") == 0
    assert told(shop, capsys) == set()


def test_a_digest_that_cannot_be_posted_by_hand_is_told_of(shop, capsys):
    """Asked for, and its source cannot be read: the exit code, a line, and `kaizend ops`."""
    assert shop.run("once") == 0
    unread(shop)
    capsys.readouterr()
    assert shop.run("digest", "--post") == Exit.PARTIAL
    said = capsys.readouterr().err
    assert "source shop was not read" in said
    assert "posted" not in said
    assert told(shop, capsys) == {"unread"}


def told(shop, capsys):
    """Return the kinds of trouble that `kaizend ops` tells of."""
    capsys.readouterr()
    assert shop.run("ops", "--json") == 0
    return {one["kind"] for one in orjson.loads(capsys.readouterr().out)["troubles"]}


def metric(shop, kind):
    """Return how often the metrics file tells of a kind."""
    lines = (shop.folder / "kaizend.prom").read_text().splitlines()
    (line,) = [line for line in lines if line.startswith(f'kaizend_troubles{{kind="{kind}"}}')]
    return float(line.rpartition(" ")[2])


def test_a_whole_pass_leaves_a_sign_of_life_that_a_partial_one_keeps(shop):
    """The file tells when the last whole pass ended, also after one that was not; what counts up is not in it."""
    assert shop.run("once") == 0
    whole = sample(shop, "kaizend_last_whole_pass_timestamp_seconds")
    assert now().timestamp() - whole < 60
    assert metric(shop, "unread") == 0
    unread(shop)
    assert shop.run("once") == Exit.PARTIAL
    assert sample(shop, "kaizend_last_whole_pass_timestamp_seconds") == pytest.approx(whole, abs=5)
    assert sample(shop, "kaizend_last_pass_timestamp_seconds") > whole
    assert "_total" not in (shop.folder / "kaizend.prom").read_text()
    assert not [path for path in shop.folder.iterdir() if path.name.startswith("kaizend.prom.")]


def sample(shop, name):
    """Return a number of the metrics file."""
    lines = (shop.folder / "kaizend.prom").read_text().splitlines()
    return float(next(line for line in lines if line.startswith(name)).rpartition(" ")[2])


def test_a_metrics_file_that_cannot_be_written_is_told_in_a_line(shop, capsys):
    """The pass is done, and what it did is said first; that the metrics are not heard of is an error."""
    shop.edit("kaizend.prom", "nowhere/kaizend.prom")
    assert shop.run("once", "--json") == Exit.EXPECTED
    told = capsys.readouterr()
    assert json.loads(told.out)["whole"] is True
    assert "evaluated 3 tickets, planned 3 ops" in told.err
    assert "the metrics cannot be written (No such file or directory)" in told.err.splitlines()[-1]
