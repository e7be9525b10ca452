"""One worker at a time; a dead one does not keep the lock."""

import os
import re
import signal
import subprocess
import sys
import threading
from datetime import timedelta

import pytest

from tests.worker.places import place
from tests.worker.stores import NOW, after
from worker import lease as module
from worker.cli.context import Cli
from worker.errors import LockHeld, LockLost
from worker.lease import TTL, Guard, acquire, lease, this_place


def take(database, now=NOW, name="worker"):
    """Take the lock without a thread that keeps it alive."""
    return acquire(database, name=name, ttl=TTL, now=now)


def test_a_second_worker_is_told_who_holds_the_lock(database):
    """Host, pid and since when; after the first is done, the lock is free."""
    with lease(database, clock=lambda: NOW) as first:
        said = f"held by {this_place().host} pid {os.getpid()} since 2026-11-23 08:30:15 UTC"
        with pytest.raises(LockHeld, match=re.escape(said)), lease(database, clock=lambda: NOW):
            pass
        with lease(database, name="another instance", clock=lambda: NOW):
            pass
    with lease(database, clock=lambda: NOW) as second:
        assert second.fence == first.fence + 1


def test_the_lock_is_given_back_when_the_work_fails(database):
    """An error inside does not leave the lock behind."""
    with pytest.raises(KeyError), lease(database):
        raise KeyError
    take(database)


def test_of_many_that_start_together_one_gets_the_lock(database):
    """A race has one winner."""
    won, lost, start = [], [], threading.Barrier(4)

    def run():
        start.wait()
        try:
            won.append(take(database))
        except LockHeld as error:
            lost.append(error)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert (len(won), len(lost)) == (1, 3)


def test_a_holder_that_is_not_heard_of_loses_the_lock(database):
    """After the TTL another takes over, with a higher fence; the old one is told at its next beat."""
    old = take(database)
    old.beat(after(seconds=60))
    with pytest.raises(LockHeld):
        take(database, after(seconds=149))
    new = take(database, after(seconds=150))
    assert new.fence == old.fence + 1
    with pytest.raises(LockLost, match="another worker took over"):
        old.beat(after(seconds=151))
    old.release()
    with pytest.raises(LockHeld):
        take(database, after(seconds=152))


def test_a_held_lock_is_kept_alive(database):
    """A pass that takes longer than the TTL keeps its lock."""
    ttl = timedelta(seconds=0.3)
    expires = "select expires from leases"
    with lease(database, ttl=ttl) as held:
        before = database.rows(expires)
        for _ in range(1000):
            if database.rows(expires) != before:
                break
            threading.Event().wait(0.02)
        assert database.rows(expires) > before
        held.beat(module.utc_now())


DIE = """
import sys, os, signal
from worker.database import open_database
from worker.lease import lease
with lease(open_database(sys.argv[1])):
    print("held", flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_holder_of_this_machine_is_succeeded_at_once(database, database_url):
    """After kill -9 the next start does not wait for the TTL: the pid is certainly gone."""
    died = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", DIE, database_url], capture_output=True, text=True, timeout=60, check=False
    )
    assert (died.stdout, died.returncode) == ("held\n", -signal.SIGKILL)
    with lease(database):
        pass


@pytest.mark.parametrize(
    ("change", "free"),
    [
        ("pid = 999999999", True),
        ("started = '1'", True),
        ("pid = 999999999, host = 'elsewhere'", False),
        ("pid = 999999999, space = 'another boot'", False),
        ("pid = 999999999, space = ''", False),
    ],
    ids=["gone", "pid given out again", "another machine", "another container", "unknown"],
)
def test_a_holder_is_taken_for_dead_only_when_that_is_certain(database, change, free):
    """A pid says something only within its own machine and container."""
    take(database)
    with database.begin() as connection:
        connection.exec_driver_sql(f"update leases set {change}")  # noqa: S608 - words of this test
    if free:
        take(database)
        return
    with pytest.raises(LockHeld):
        take(database)


def test_who_was_frozen_asks_before_it_writes(database):
    """Within the TTL nothing is asked; after it, the lock is ours again if nobody took it, and lost if somebody did."""
    clock = [NOW]
    guard = Guard()
    guard.check()  # there is no lock to lose
    with lease(database, clock=lambda: clock[0], guard=guard) as held:
        before = database.rows("select expires from leases")
        clock[0] = after(seconds=89)
        guard.check()
        assert database.rows("select expires from leases") == before
        clock[0] = after(seconds=91)
        guard.check()
        assert database.rows("select expires from leases") > before
        assert (held.overtook, guard.overtook) == (False, False)
        clock[0] = after(seconds=200)
        successor = take(database, clock[0])
        assert successor.overtook
        with pytest.raises(LockLost):
            guard.check()
    guard.check()


def test_a_clock_that_is_put_back_does_not_lengthen_the_lock(database):
    """The ticks since the last beat count as well."""
    held = acquire(database, name="worker", ttl=timedelta(), now=NOW)
    other = acquire(database, name="worker", ttl=TTL, now=after(seconds=1))
    with pytest.raises(LockLost):
        held.check(after(hours=-5))
    other.check(after(hours=-5))


def test_who_gave_the_lock_back_or_is_gone_is_not_overtaken(database):
    """Only of a holder that may live is there anything to be waited for."""
    with lease(database, clock=lambda: NOW):
        pass
    assert not take(database).overtook
    with database.begin() as connection:
        connection.exec_driver_sql("update leases set pid = 999999999")
    assert not take(database).overtook


def test_a_worker_asks_about_the_lock_that_its_command_holds(tmp_path):
    """What the command line opens guards its writes, and knows that it overtook another."""
    with place(tmp_path) as made:
        cli = Cli(config=made.config, env={})
        with cli.working(cli.settings()) as worker:
            assert not worker.guard.overtook
        with made.worker() as worker, worker.database.begin() as connection:
            connection.exec_driver_sql("update leases set owner = 'another', host = 'elsewhere', expires = 1")
        with cli.working(cli.settings()) as worker:
            assert worker.guard.overtook
