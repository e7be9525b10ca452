"""A company on a busy morning: one pass files, links, takes back, closes, opens again, escalates and follows up."""

from contextlib import contextmanager

from tests.worker.places import LATE, place

RULES = ("pack:backlog", "pack:postmortems", "pack:cadence", "pack:deferral", "pack:twins")
KINDS = """
[kinds]
incident = ['"incident" in labels']
review = ['"review" in labels']
escalation = ['"escalation" in labels']
follow-up = ['"follow-up" in labels']
improvement = ['"improvement" in labels || issue_type == "Improvement"']

[file.improvement]
source = "ops"
labels = ["improvement"]

[file.review]
source = "shop"

[file.escalation]
source = "ops"

[file.follow-up]
source = "shop"
"""
ACTIONS = "It was down.\n\n- [ ] Alert on slow queries\n- [x] Restart it\n- [ ] Retry payments\n"
INCIDENT, LEADER, PUT_OFF = 1, 2, 3
WAITS, FOLLOWER, LEADING = "OPS-1", "OPS-2", "OPS-3"


@contextmanager
def busy(folder, *, serve=place, go=lambda made: made.once(), **given):
    """Serve a company two weeks after a quiet pass, with much that happened meanwhile. `go` makes that pass."""
    with serve(folder, rules=RULES, digests=True, **given) as made:
        configure(made)
        _tickets(made)
        go(made)
        made.clock.forward(days=14)
        _deeds(made)
        made.sandbox.log.clear()
        yield made


def configure(made):
    """Write the config, with the kinds."""
    text = made.config.read_text(encoding="utf-8")
    begin, end = text.index("[kinds]"), text.index("[sources.shop]")
    made.config.write_text(text[:begin] + KINDS + text[end:], encoding="utf-8")


def _tickets(made):
    github = made.github
    github.add_issue(
        "Checkout was down",
        author="ana-gh",
        labels=["incident"],
        assignees=["bo-gh"],
        body=ACTIONS,
        created_at=made.clock(),
    )
    made.issue("Search is slow", owner="bo", labels=["priority:high"])
    made.issue("Retries hang", owner="bo", labels=["priority:high", "deferred"])
    made.task("Restores are not tried", owner="bo", due=LATE)
    made.task("Search is slow in the app", owner="bo", due=LATE)
    made.task("The index is old", owner="ana", due=LATE)
    made.issue("The index is old, too", owner="bo", labels=["priority:high"])
    github.edit(LEADER, actor="bo-gh", body=f"Twin: {FOLLOWER}")
    made.jira.edit(LEADING, actor="bo", description="Twin: acme/shop#4")
    _done(made, LEADING)
    github.close(4, actor="bo-gh", reason="completed")


def _done(made, key):
    way = next(one.name for one in made.jira.ways(made.jira.issue(key)) if one.to == "Done")
    made.jira.transition(key, way, actor="bo", resolution="Done")


def _deeds(made):
    github, jira = made.github, made.jira
    github.close(INCIDENT, actor="bo-gh", reason="completed")
    github.close(LEADER, actor="bo-gh", reason="completed")
    jira.comment(WAITS, "/kaizen defer until 2027-01-15 because the vendor is late", author="bo")
    way = next(one.name for one in jira.ways(jira.issue(LEADING)) if one.to != "Done")
    jira.transition(LEADING, way, actor="bo")
    made.clock.forward(minutes=5)
