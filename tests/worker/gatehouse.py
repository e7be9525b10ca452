"""A small company whose feature work waits while an error budget is spent, and pull requests that are held or not."""

import json
from contextlib import contextmanager
from datetime import UTC, datetime

from tests.worker.faulty import rules
from tests.worker.gated import KINDS, MORE, budget
from tests.worker.places import Place, place

CONTEXT = "kaizend/gate"
SINCE = datetime(2026, 11, 23, 9, tzinfo=UTC)
SAY = 'say = "Features wait for the error budget."'
GATE = f"""
[[gate]]
id = "budget"
about = "Features wait while the checkout has spent its error budget."
power = "pause-features"
close_when = ['error_budget["checkout"] < 0.0']
sources = ["shop"]
holds = ['"feature" in labels']
lets = ['fixes', 'reverts']
{SAY}
waivers = ["lead", "council"]
follow_up = "5 workdays"
"""
PAGE = "Gate closed: budget"


class Gatehouse(Place):
    """The company."""

    def gates(self, *texts, more=""):
        """Have these gates in place of those before."""
        self.env = {f"KAIZEND_KINDS__{name.upper()}": json.dumps(when) for name, when in KINDS.items()}
        rules(self, "\n".join(texts))
        self.configure(more=MORE + more)

    def stand(self, *, closed):
        """Have the budget spent, or not."""
        budget(self, -0.2 if closed else 0.5)

    def lose_database(self):
        """Have the next pass begin with an empty one."""
        files = list((self.folder / "var").glob("kaizend.db*"))
        assert files
        for file in files:
            file.unlink()

    def pull(self, title="Add a button", *, labels=("feature",), **given):
        """Add an open pull request by bo."""
        at = self.clock()
        return self.github.add_pull(title, author="bo-gh", labels=labels, created_at=at, updated_at=at, **given)

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

    def page(self):
        """Return the open ticket that tells of the gate's closing."""
        return next(issue for issue in self.issues() if issue.title.startswith(PAGE) and issue.state == "open")

    def settle(self, **span):
        """Let time pass and make a pass that ends at the fixed point; return the heads on which a status was set."""
        self.clock.forward(**(span or {"minutes": 20}))
        self.sandbox.log.clear()
        self.once()
        posts = self.posts()
        assert self.written() == []
        assert self.written(whole=True) == []
        return sorted(posts)


@contextmanager
def gatehouse(folder, **given):
    """Serve the company; its gate is open."""
    with place(folder, made=Gatehouse, **given) as made:
        made.gates(GATE)
        made.stand(closed=False)
        yield made
