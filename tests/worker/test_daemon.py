"""The long-running worker: jobs that do not starve each other, and a config that is followed while it is right."""

import threading
from contextlib import closing
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
import schedule

from tests.worker.shop import serving
from worker.cli.context import Cli
from worker.daemon import Beat, run
from worker.errors import LockLost, WorkerError
from worker.following import Following
from worker.stop import Stop


@pytest.fixture
def shop(tmp_path):
    """Serve a small shop."""
    with serving(tmp_path) as made:
        yield made


def counting(stop, enough, error=None):
    """Make a job that counts its calls, fails if it is told to and asks for a stop when it was called enough."""
    calls = []

    def job():
        calls.append(threading.get_ident())
        if len(calls) >= enough:
            stop.ask()
        if error is not None:
            raise error

    return calls, job


@pytest.mark.parametrize("error", [WorkerError("no disk"), ValueError("a bug")], ids=["expected", "not expected"])
def test_a_failing_job_never_starves_the_others(error):
    """Each failure is reported, and every job comes to its turn again."""
    stop, reported = Stop(), []
    failures, failing = counting(stop, 99, error)
    calls, working = counting(stop, 2)
    beats = {"failing": Beat(seconds=1, job=failing), "working": Beat(seconds=1, job=working)}
    run(beats, stop, failed=lambda job, why: reported.append((job, why)))
    assert len(calls) == 2
    assert len(failures) == 2
    assert reported == [("failing", error)] * 2


def test_a_lost_lock_ends_it_all():
    """Another worker is at it: there is nothing more to do here."""
    stop = Stop()
    calls, job = counting(stop, 99, LockLost("taken over"))
    with pytest.raises(LockLost):
        run({"pass": Beat(seconds=1, job=job)}, stop, failed=lambda job, why: None)
    assert len(calls) == 1


def test_a_lock_that_another_worker_took_stops_what_is_under_way(shop):
    """A machine that slept too long finds another worker at it, and writes nothing more."""
    cli = Cli(config=shop.config, env={}, ttl=timedelta(seconds=0.6))
    settings = shop.settings()
    with shop.worker() as worker, pytest.raises(LockLost, match="another worker"), cli.locked(worker, settings):
        rest_and_lose_the_lock(worker.database, cli.stop)


def test_a_stop_that_was_asked_for_before_the_start_is_obeyed():
    """No job begins after a stop."""
    stop = Stop()
    calls, job = counting(stop, 99)
    stop.ask()
    run({"pass": Beat(seconds=1, job=job)}, stop, failed=lambda job, why: None)
    assert calls == []


class Clock(datetime):
    """The clock that `schedule` reads, an hour ahead until it is put right."""

    ahead = timedelta(hours=1)

    @classmethod
    def now(cls, tz=None):
        """Return the time as it is shown."""
        return datetime.now(tz) + cls.ahead


class Naps(Stop):
    """A stop whose waits take no time; in the first of them the clock is put right, after the last it is asked for."""

    left = 3

    def sleep(self, seconds):
        """Wait."""
        Clock.ahead, self.left = timedelta(), self.left - 1
        if not self.left:
            self.ask()
        self.check()


def test_a_clock_that_is_put_back_does_not_lay_the_worker_to_rest(monkeypatch):
    """A minute's job is run when the clock goes back an hour, and not an hour later."""
    monkeypatch.setattr(schedule, "datetime", SimpleNamespace(datetime=Clock, timedelta=timedelta))
    calls = []
    run({"pass": Beat(seconds=60, job=lambda: calls.append(1))}, Naps(), failed=lambda job, why: None)
    assert len(calls) == 2


def rest_and_lose_the_lock(database, stop):
    """Take the lock as another worker does when it has run out, while this one waits."""
    with database.begin() as connection:
        connection.exec_driver_sql("update leases set owner = 'another'")
    stop.sleep(60)


class Followed:
    """A worker that follows its config, and what it said of the config."""

    def __init__(self, shop, worker):
        self.wrong = []
        self.following = Following(worker, shop.settings(), load=shop.settings, wrong=self.wrong.append)


@pytest.fixture
def followed(shop):
    """Open a worker that follows its config."""
    with shop.worker() as worker:
        made = Followed(shop, worker)
        with closing(made.following):
            yield made


def test_a_config_as_it_was_changes_nothing(followed):
    """The same worker goes on, with its connections."""
    before = followed.following.worker
    assert followed.following.follow() is before
    assert followed.wrong == [False]


def test_changed_rules_are_taken_up(shop, followed):
    """An admin need not restart anything to tune a rule."""
    before = followed.following.worker
    shop.edit('"incident" in labels', '"outage" in labels')
    after = followed.following.follow()
    assert after.policy.sha == shop.policy().sha != before.policy.sha
    assert after.database is before.database


def test_a_changed_credential_is_taken_up(shop, followed):
    """Tokens are renewed while it runs."""
    before = followed.following.worker
    shop.github.tokens["renewed"] = "kaizen-bot"
    shop.edit('token = "sandbox"', 'token = "renewed"')
    after = followed.following.follow()
    assert after is not before
    assert after.trackers["shop"].connect().author == before.trackers["shop"].connect().author


@pytest.mark.fault("rules/broken-while-running")
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"incident" in labels', "incdent"),
        ("[instance]", "[instanse]"),
        ('token = "sandbox"\n', ""),
        ('name = "shop"', 'name = "other"'),
        ("pack:backlog", "pack:nothing"),
        ('rules = ["pack:backlog"]', "rules = []"),
    ],
    ids=["condition", "table", "credential", "instance", "pack", "no rules at all"],
)
def test_a_config_that_cannot_be_used_leaves_the_last_good_one_in_force(shop, followed, old, new):
    """And it is said so; once it is right again, it is taken up."""
    before, right = followed.following.worker, shop.config.read_text("utf-8")
    shop.edit(old, new)
    assert followed.following.follow() is before
    assert followed.wrong == [True]
    shop.config.write_text(right, encoding="utf-8")
    assert followed.following.follow() is before
    assert followed.wrong == [True, False]
