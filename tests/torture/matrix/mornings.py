"""Scenes of everyday work: a first pass, a busy morning, the same with the database lost, people's deeds taken back."""

from contextlib import contextmanager
from functools import partial

from tests.worker.busy import busy, configure
from tests.worker.faulty import firm
from tests.worker.places import LATE, place
from tests.worker.test_deferral import RULES as DEFERRAL
from tests.worker.test_deferral import Put


@contextmanager
def backlog(folder, wrap):
    """Serve a company that was never looked at, with a ticket on each tracker; reviews and digests are due."""
    with place(folder, rules=("pack:backlog", "pack:cadence"), digests=True, wrap=wrap) as made:
        configure(made)
        made.issue("Search is slow", labels=["priority:high"])
        made.task("Alerts nobody reads", owner="bo", due=LATE)
        yield made


def morning(folder, wrap):
    """Serve a company on a busy morning."""
    return busy(folder, wrap=wrap)


def morning_on_premises(folder, wrap):
    """Serve it with a Jira Data Center."""
    return busy(folder, serve=partial(firm, flavour="dc"), wrap=wrap)


@contextmanager
def lost(folder, wrap):
    """Serve a company on a busy morning whose database is gone; the key stays."""
    with busy(folder, wrap=wrap) as made:
        for file in made.folder.glob("**/*.db*"):
            file.unlink()
        yield made


@contextmanager
def undoing(folder, wrap):
    """Serve a company on the day on which what was put off without a word is taken back, and a command was given.

    The pass before it died right after it had posted its digest: that is edited.
    """
    with firm(folder, rules=DEFERRAL, digests=True, wrap=wrap) as made:
        other = made.issue("Retries hang", labels=["priority:high"], owner="bo")
        desk = Put(made, "cloud")
        desk.off("status")
        made.github.set_label(other.number, "deferred", actor="bo-gh")
        for _ in range(7):
            made.clock.forward(hours=23, minutes=50)
            made.once()
        made.clock.forward(hours=10)
        made.github.comment(other, "/kaizen owner @kim", author="ana-gh")
        made.clock.forward(days=1)
        with made.worker() as worker, worker.database.begin() as connection:
            connection.exec_driver_sql("update slots set done = null where name like 'digest/%'")
        made.sandbox.log.clear()
        yield made
