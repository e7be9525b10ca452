"""What a scenario is, and what people see of ours when it is over: whatever a tracker would show of it."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from tests.worker.places import BOT, kind

KEY = re.compile(r"acme/shop(?:#|/issues/)\d+|OPS-\d+")
CARD = "where this ticket stands"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A company that is served, and what its next pass is to do."""

    name: str
    serve: Callable  # (folder, wrap of faces) -> context of the company
    verbs: frozenset[str]  # what the pass carries out, by the names of verbs: all of it


def seen(made):
    """Count all of ours that stands in the trackers, each change that they tell of among it.

    What we filed goes by its title: the numbers are given out in the order of filing, which is nobody's business.
    """
    filed = {issue.key: issue.title for issue in made.issues() if issue.author.login == made.bot}
    filed |= {issue.key: issue.summary for issue in made.jira.issues.values() if issue.creator == BOT}
    found = Counter()
    for text in (*_on_github(made), *_on_jira(made)):
        plain = text.replace("\\", "").replace("\u200b", "")
        found[KEY.sub(lambda match: _called(match[0], filed), plain)] += 1
    return found


def _called(key, filed):
    """Return the title of a ticket that we filed for its key or address, else the key as it is."""
    return filed.get(key.replace("/issues/", "#"), key)


def marks(made):
    """Count our comments and tickets by the op ids they carry."""
    found = Counter()
    for issue in made.issues():
        bodies = [one.body for one in issue.comments if one.author.login == made.bot]
        bodies += [issue.body] if issue.author.login == made.bot else []
        found.update(body.rpartition("op=")[2].partition(" ")[0] for body in bodies)
    for issue in made.jira.issues.values():
        found.update(one.properties["kaizend"]["op"] for one in issue.comments if one.author == BOT)
        found.update([issue.properties["kaizend"]["op"]] if issue.creator == BOT else [])
    return found


def _said(body):
    """Yield what a comment of ours is; of the card each line, its mark left out."""
    if CARD not in body:
        yield kind(body)
        return
    yield from (f"card: {line}" for line in body.partition("<!--")[0].splitlines() if line)


def _on_github(made):
    for repo in made.github.repos.values():
        for issue in repo.issues.values():
            yield from (f"{issue.key} {what}" for what in _of_issue(issue, made.bot))
        for each in repo.events:
            if each.actor.login == made.bot:
                yield f"{each.issue.key} {each.event} {each.about.login if each.about else ''} {each.extra}"
        yield from (f"milestone {one.title}" for one in repo.milestones.values() if one.creator.login == made.bot)
        for sha, statuses in repo.statuses.items():
            yield from (f"{sha} {what}" for what in _of_head(statuses))
        yield from (f"run {one.id} {said}" for one in repo.runs.values() for said in one.said)


def _of_head(statuses):
    """Yield what stands at a commit, and what was said there twice in a row. More may be said as more is known."""
    said = [f"{one.context} {one.state}: {one.description} {one.target_url}" for one in statuses]
    yield from said[-1:]
    yield from (f"again {one}" for one, other in pairwise(said) if one == other)


def _of_issue(issue, bot):
    yield f"{issue.state} {issue.state_reason}"
    yield from (line for one in issue.comments if one.author.login == bot for line in _said(one.body))
    yield from (f"label {label.name}" for label in issue.labels)
    yield from (f"owner {one.login}" for one in issue.assignees)
    yield from (f"{one.content} on {comment.id}" for comment in issue.comments for one in comment.reactions)
    if issue.milestone:
        yield f"due {issue.milestone.title}"
    if issue.author.login == bot:
        yield f"filed: {issue.title}, pinned: {issue.pinned}"


def _on_jira(made):
    for issue in made.jira.issues.values():
        yield from (f"{issue.key} {what}" for what in _of_jira_issue(issue))


def _of_jira_issue(issue):
    yield f"{issue.status} {issue.resolution}, {issue.priority}, due {issue.due}, owner {issue.assignee}"
    yield from (line for one in issue.comments if one.author == BOT for line in _said(one.body))
    yield from (f"label {label}" for label in issue.labels)
    yield from (f"sprint {name}" for name in issue.sprints)
    yield from (link.type for link in issue.links)
    yield from (f"page {link.title} {link.url}" for link in issue.remote_links)
    for each in issue.histories:
        if each.author == BOT:
            yield from (f"history {item.field}: {item.before_text} -> {item.after_text}" for item in each.items)
    if issue.creator == BOT:
        yield f"filed: {issue.summary}"
