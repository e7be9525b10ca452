"""A small company with a gate whose state a test sets by hand, and pull requests that it holds or lets through."""

from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

import orjson

from rules.conditions import compile_all
from rules.gates.change_facts import CHANGE_TYPES
from rules.gates.model import Gate
from rules.policy import Duration
from tests.worker.places import Place, place

GATE = "teeth/error-budget"
CONTEXT = "kaizend/gate"
PAGE = "https://github.example/acme/shop/issues/1"
SINCE = datetime(2026, 11, 23, 9, tzinfo=UTC)
KINDS = "incident = ['\"incident\" in labels']"


def condition(*clauses):
    """Compile a condition over a change."""
    return compile_all(clauses, where="test", types=CHANGE_TYPES)


def gate(**changes):
    """Return a gate that pauses feature work on the shop, but for fixes and reverts."""
    usual = {
        "id": GATE,
        "pack": "teeth",
        "about": "Feature work pauses while an error budget is spent.",
        "power": "pause-features",
        "close_when": condition("true"),
        "sources": ("shop",),
        "holds": condition('"feature" in labels'),
        "lets": (condition("fixes"), condition("reverts")),
        "say": "the error budget is spent",
        "waivers": ("lead", "council"),
        "follow_up": Duration(5, "workdays"),
    }
    return Gate(**(usual | changes))


class Gatehouse(Place):
    """The company. The gate stands as `stand` said last."""

    gates = (gate(),)

    def configure(self, **changes):
        """Write the config, which knows incidents, too."""
        super().configure(**changes)
        text = self.config.read_text(encoding="utf-8")
        self.config.write_text(text.replace("[kinds]", f"[kinds]\n{KINDS}"), encoding="utf-8")

    @contextmanager
    def worker(self):
        """Open the worker, with the gates in its policy and their states in its database."""
        with super().worker() as worker:
            yield replace(worker, policy=replace(worker.policy, gates=self.gates))

    def stand(self, *, closed, because=(), unsure="", page="", url=PAGE, blocking=(), name=GATE, subject=""):
        """Have the gate stand so from now on."""
        row = (name, subject, int(closed), 1, 0, orjson.dumps(because).decode(), orjson.dumps(blocking).decode())
        row += (unsure, page, url if closed else "", 0, 0)
        statement = """
            insert into gates
                (gate, subject, closed, number, waiting, because, blocking, unsure, page, url, since, looked)
            values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            on conflict (gate, subject) do update set closed = excluded.closed, because = excluded.because,
                blocking = excluded.blocking, unsure = excluded.unsure, page = excluded.page, url = excluded.url
        """
        with self.worker() as worker, worker.database.begin() as connection:
            connection.exec_driver_sql(worker.database.sql(statement), row)

    def lose_database(self):
        """Have the next pass begin with an empty one."""
        files = list((self.folder / "var").glob("kaizend.db*"))
        assert files
        for file in files:
            file.unlink()

    def pull(self, title="Add a button", *, labels=("feature",), **given):
        """Add an open pull request by bo."""
        return self.github.add_pull(title, author="bo-gh", labels=labels, created_at=SINCE, updated_at=SINCE, **given)

    def push(self, pull):
        """Push to a pull request; return its new head."""
        pull.pull.head_sha = self.github.add_commit()
        self.github.changing(pull, None)
        return pull.pull.head_sha

    def status(self, pull):
        """Return what the newest status on a pull request's head says, as "failure: text", "" if there is none."""
        there = [each for each in self.said(pull) if each.context == CONTEXT]
        return f"{there[-1].state}: {there[-1].description}" if there else ""

    def said(self, pull):
        """Return all statuses on a pull request's head, oldest first."""
        return self.github.main.statuses.get(pull.pull.head_sha, [])

    def posts(self):
        """Return the heads on which a status was set since the log was cleared."""
        sent = self.sandbox.log.matching(method="POST", path="/statuses/")
        return [entry.path.rpartition("/")[2] for entry in sent]


@contextmanager
def gatehouse(folder, **given):
    """Serve the company; its gate is open."""
    with place(folder, made=Gatehouse, **given) as made:
        made.stand(closed=False)
        yield made
