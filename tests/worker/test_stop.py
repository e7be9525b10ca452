"""A stop is clean and quick, whatever is under way."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from tests.worker.shop import serving
from worker.lease import lease
from worker.stop import GRACE, PATIENCE, Stop, Stopping

PROMISED = 10  # seconds in which a process is gone
SOON = PROMISED + 10  # the same on a machine that is busy with other things
HANGING = 60  # seconds that a tracker takes to answer


@pytest.fixture
def shop(tmp_path):
    """Serve a small shop."""
    with serving(tmp_path) as made:
        yield made


RUN = "from worker.cli import main; main()"
HASTY = f"from worker.stop import Stop; Stop.__init__.__kwdefaults__.update(patience=1.0); {RUN}"


def started(shop, *verb, script=RUN):
    """Start kaizend as a process of its own."""
    command = [sys.executable, "-c", script, "--config", str(shop.config), *verb]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)  # noqa: S603 - our own command


def until(asked, seconds=120):
    """Wait for something to be so."""
    end = time.monotonic() + seconds
    while not asked():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.02)


def ended(process, number):
    """Send a signal; return how long the process lived on, its exit code and what it said."""
    began = time.monotonic()
    process.send_signal(number)
    _, said = process.communicate(timeout=SOON)
    return time.monotonic() - began, process.returncode, said


def test_a_wait_ends_at_once_when_a_stop_is_asked_for():
    """Who sleeps until a limit is over does not sleep through a stop."""
    stop = Stop()
    threading.Timer(0.05, stop.ask).start()
    began = time.monotonic()
    with pytest.raises(Stopping):
        stop.sleep(30)
    assert time.monotonic() - began < 20


def test_nobody_who_was_not_asked_to_stop_stops():
    """Without a stop a wait is a wait."""
    stop = Stop()
    stop.sleep(0)
    stop.check()
    assert not stop.asked


def test_a_stop_knows_who_asked():
    """The exit code of ^C is another one than that of a service manager's stop."""
    stop = Stop()
    with stop.on_signals():
        os.kill(os.getpid(), signal.SIGINT)
        with pytest.raises(Stopping) as raised:
            stop.sleep(30)
    assert raised.value.interrupted


def test_signals_mean_afterwards_what_they_meant_before():
    """Whoever calls us in a process of theirs gets it back as it was."""
    before = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGALRM)]
    with Stop().on_signals():
        assert signal.getsignal(signal.SIGTERM) != before[0]
    assert [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGALRM)] == before


def test_a_question_can_be_left_by_ctrl_c():
    """Nobody has to answer before they may leave."""
    stop = Stop()
    with stop.on_signals(), stop.answering(), pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
    assert not stop.asked


def test_the_two_deadlines_leave_time_to_close():
    """What hangs is broken off before the process is ended, and both are within the ten seconds people wait."""
    assert PATIENCE < GRACE < PROMISED


BUSY = """
import sqlite3, sys
from worker.stop import Stop
with Stop(patience=0.2, grace=0.5).on_signals():
    print("ready", flush=True)
    sqlite3.connect(sys.argv[1], timeout=60).execute("begin immediate")
"""


def test_a_call_that_no_signal_reaches_does_not_hold_the_end_up(tmp_path):
    """Deep in a library, waiting for a lock or a name server, Python hears no signal: the process ends all the same."""
    file = tmp_path / "held.db"
    with closing(sqlite3.connect(file, isolation_level=None)) as holder:
        holder.execute("begin immediate")
        command = [sys.executable, "-c", BUSY, str(file)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)  # noqa: S603 - ours
        assert process.stdout.readline() == "ready\n"
        took, code, said = ended(process, signal.SIGTERM)
    assert (code, took < SOON, said) == (4, True, "")


@pytest.mark.fault("delivery/terminated-in-a-pass", "github")
def test_a_read_that_hangs_and_a_worker_that_rests_both_end_in_time(shop, tmp_path_factory):
    """SIGTERM and ^C are answered in under ten seconds, even while a tracker does not answer at all."""
    shop.fail("delay", path=r"/issues$", seconds=HANGING)
    reading = started(shop, "sync")
    until(lambda: shop.sandbox.log.count(path=r"/issues$"))
    with serving(tmp_path_factory.mktemp("other")) as other, ThreadPoolExecutor() as aside:
        resting = started(other, "run")
        until(lambda: other.sandbox.log.count(path=r"/labels") and other.sandbox.log.writes())
        meanwhile = aside.submit(ended, reading, signal.SIGINT)
        until(lambda: passes_of(other) >= 1)
        took, code, said = ended(resting, signal.SIGTERM)
        assert (code, took < SOON, "Traceback" in said) == (0, True, False), said
    took, code, said = meanwhile.result()
    assert (code, took < SOON, said.count("\n")) == (130, True, 1), said
    with shop.worker() as worker, lease(worker.database, name="shop"):
        assert worker.mirror.unreadable(("shop",))


def passes_of(shop):
    """Return how many passes have ended."""
    with shop.worker() as worker:
        return sum(1 for _ in worker.database.rows("select 1 from runs where ended is not null"))


@pytest.mark.fault("delivery/terminated-in-a-pass", "github")
def test_a_write_that_hangs_is_in_doubt_and_then_settled(shop):
    """A pass that is stopped in the midst of a write ends partial, and the next one finds out what came of it."""
    shop.fail("delay_after", method="POST", path=r"/comments$", seconds=HANGING)
    process = started(shop, "once", script=HASTY)
    until(lambda: shop.sandbox.log.count(method="POST", path=r"/comments$"))
    took, code, said = ended(process, signal.SIGTERM)
    assert (code, took < SOON, "Traceback" in said) == (4, True, False), said
    assert shop.run("once") in (0, 4)
    bodies = [comment.body for comment in shop.ownerless.comments]
    assert sum("What kaizend" in body or "stands as of" in body for body in bodies) == 1, bodies
