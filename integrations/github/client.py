"""GitHub as a Tracker: one repository, to read and to write. PyGithub inside, our nouns outside."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any, Literal

from integrations.base import Allowance, CommitStatus, Draft, Identity, LabelStyle, Page, Receipt, WaitingDeployment
from integrations.errors import Incomplete, NotFound
from integrations.github import payloads
from integrations.github.circles import Circles
from integrations.github.config import GithubConfig
from integrations.github.connecting import Connected, connect
from integrations.github.connection import checked_base
from integrations.github.markdown import LIMIT, render
from integrations.github.milestones import Due, Milestones
from integrations.github.payloads import Raw
from integrations.github.protection import Protection
from integrations.github.session import Session
from integrations.github.statuses import Statuses
from integrations.github.streams import BY_CLOCK, NAMES, Reader
from integrations.github.writing import Writer
from integrations.http import Line
from rules.model import Comment, Marker, Prose, Reason, Ticket


class GithubTracker:
    """One repository. Everything connects first if connect() was not called; `uid` is known from then on."""

    streams: tuple[str, ...] = NAMES
    by_clock: tuple[str, ...] = BY_CLOCK
    text_limit: int = LIMIT

    def __init__(self, config: GithubConfig, line: Line, clock: Callable[[], datetime]) -> None:
        self.name = config.name
        self.uid = ""
        self.keeps_due = config.due != "card"
        self._host = host_name(config)
        self._line = line
        self._session = Session(config, line, clock)
        self._connected: Connected | None = None
        self._writer: Writer | None = None

    def close_connections(self) -> None:
        """End the kept-alive connection; the next request opens another."""
        self._session.close()

    def allowance(self) -> Allowance | None:
        """Return how much may be written for now."""
        return self._line.allowance()

    # -- reading --------------------------------------------------------------------------------------------------
    def connect(self) -> Identity:
        """Make sure of the credential, the repository's present name, the canary and our own identity."""
        found = connect(self._session, self._host)
        due = Due(self._session, found.repository, found.fields.due, Milestones(self._session, found.repository))
        self._writer = Writer(self._session, found.repository, due)
        self._connected = found
        self.uid = found.repository.uid
        return found.identity

    def read(self, stream: str, cursor: str) -> Iterator[Page]:
        """Read a stream from a cursor to its present end; nothing at all if nothing has changed."""
        found = self._here()
        reader = Reader(self._session, found.repository, found.open_count, found.fields)
        return reader.read(stream, cursor)

    def ticket(self, ref: str) -> Ticket:
        """Read one issue; NotFound if it is gone, moved or a pull request."""
        found = self._here()
        raw = self._write().read(ref)
        where = self._session.where("ticket")
        tickets = payloads.each(where, [raw], lambda row: payloads.ticket(found.repository, row))
        if not tickets:
            raise NotFound(where, f"#{ref} is a pull request")
        asked = found.fields.due is not None or found.fields.named
        return found.fields.filled(tickets[0]) if asked else tickets[0]

    def comments(self, ref: str) -> Iterator[Comment]:
        """Read an issue's comments, oldest first."""
        repository = self._here().repository
        path = f"/repos/{repository.full_name}/issues/{ref}/comments"
        for rows in self._pages("comments", path, {}):
            yield from payloads.each(
                self._session.where("comments"), rows, lambda row: payloads.comment(repository, row)
            )

    def filed(self, since: datetime) -> Iterator[tuple[Ticket, Marker]]:
        """Read the issues that carry a marker and were created by us since then."""
        found = self._here()
        author = found.identity.author
        wanted = {
            "creator": author,
            "state": "all",
            "since": payloads.stamp(since),
            "sort": "created",
            "direction": "asc",
        }
        where = self._session.where("filed")
        for rows in self._pages("filed", f"/repos/{found.repository.full_name}/issues", wanted):
            for pair in payloads.each(where, rows, lambda row: payloads.filed(found.repository, row, author)):
                if pair[0].created >= since.replace(microsecond=0):  # GitHub's `since` goes by updates
                    yield pair

    def statuses(self, context: str) -> Iterator[CommitStatus]:
        """Read what the newest status of a context says on the head of each open pull request."""
        return self._statuses().of_open_heads(context)

    def waiting_deployments(self) -> Iterator[WaitingDeployment]:
        """Read the deployments to the environments that the config names which wait for our App."""
        return self._protection().waiting()

    def render(self, prose: Prose, marker: Marker | None = None) -> str:
        """Render prose as Markdown, with the marker on its last line."""
        return render(prose, marker)

    # -- writing --------------------------------------------------------------------------------------------------
    def add_label(self, ref: str, label: LabelStyle) -> Receipt:
        """Put one label on; make it first if need be."""
        return self._write().add_label(ref, label)

    def remove_label(self, ref: str, name: str) -> Receipt:
        """Take one label off; absent is fine."""
        return self._write().remove_label(ref, name)

    def assign(self, ref: str, person: str) -> Receipt:
        """Add an assignee; Rejected if GitHub does not take the person."""
        return self._write().assign(ref, person)

    def unassign(self, ref: str, person: str) -> Receipt:
        """Take an assignee off; who is none is fine."""
        return self._write().unassign(ref, person)

    def set_due(self, ref: str, due: date | None) -> Receipt:
        """Set or clear the due date: by the Target date field, by a milestone of ours, or not at all ("card")."""
        return self._write().set_due(ref, due)

    def set_priority(self, ref: str, level: str) -> Receipt:
        """Put on the label of a level in place of those of the other levels."""
        return self._write().set_priority(ref, level)

    def edit_comment(self, ref: str, comment: str, prose: Prose, marker: Marker) -> Receipt:
        """Put a new text into our own comment."""
        return self._write().edit_comment(ref, comment, prose, marker)

    def delete_comment(self, ref: str, comment: str) -> Receipt:
        """Delete our own comment; gone is fine."""
        return self._write().delete_comment(ref, comment)

    def reopen(self, ref: str) -> Receipt:
        """Open a closed issue."""
        return self._write().reopen(ref)

    def close(self, ref: str, reason: Reason) -> Receipt:
        """Close an open issue."""
        return self._write().close(ref, reason)

    def transition(self, ref: str, phase: Literal["new", "active", "done"], resolution: str) -> Receipt:
        """Close for "done", open for the other phases."""
        return self._write().transition(ref, phase, resolution)

    def plan_for(self, ref: str, place: Literal["sprint", "version"]) -> Receipt:  # noqa: ARG002 - the seam's
        """Do nothing: GitHub has neither sprints nor versions of issues."""
        return Receipt(ref=ref, wrote=False)

    def link(self, ref: str, *, url: str, title: str, key: str, relation: str) -> Receipt:  # noqa: ARG002 - the seam's
        """Mention the other in a comment, of which GitHub makes a cross-reference; not if one of ours does already."""
        author = self._here().identity.author
        if any(comment.author == author and f"({url})" in comment.body for comment in self.comments(ref)):
            return Receipt(ref=ref, wrote=False)
        return self._write().mention(ref, url=url, title=title, relation=relation)

    def unlink(self, ref: str, *, url: str, key: str, relation: str) -> Receipt:  # noqa: ARG002 - the seam's
        """Do nothing: a cross-reference stands for good."""
        return Receipt(ref=ref, wrote=False)

    def react(self, ref: str, comment: str, what: Literal["+1", "confused"]) -> Receipt:
        """Put a reaction of ours on a comment, once."""
        return self._write().react(ref, comment, what)

    def set_status(self, *, sha: str, context: str, state: str, description: str, url: str) -> Receipt:
        """Set a commit status if it differs from the newest of its context, or that is not by us."""
        return self._statuses().set(sha=sha, context=context, state=state, description=description, url=url)

    def approve_deployment(self, *, run: str, environment: str, comment: str) -> Receipt:
        """Let a deployment go on if it still waits."""
        return self._protection().approve(run=run, environment=environment, comment=comment)

    def comment(self, ref: str, prose: Prose, marker: Marker) -> Receipt:
        """Add a comment, once."""
        return self._write().comment(ref, prose, marker)

    def file(self, draft: Draft, marker: Marker) -> Receipt:
        """File an issue, once."""
        return self._write().file(draft, marker)

    def pin(self, ref: str) -> Receipt:
        """Pin an issue; NotAllowed where we lack the right."""
        return self._write().pin(ref)

    # -- inside ---------------------------------------------------------------------------------------------------
    def _here(self) -> Connected:
        if self._connected is None:
            self.connect()
        assert self._connected is not None  # noqa: S101 - connect() has set it or raised
        return self._connected

    def _statuses(self) -> Statuses:
        found = self._here()
        return Statuses(session=self._session, repository=found.repository, author=found.identity.author)

    def _protection(self) -> Protection:
        return Protection(session=self._session, repository=self._here().repository)

    def _write(self) -> Writer:
        self._here()
        assert self._writer is not None  # noqa: S101 - connect() has set it or raised
        return self._writer

    def _pages(self, endpoint: str, path: str, params: dict[str, str]) -> Iterator[list[Raw]]:
        page, circles = 1, Circles(self._session.where(endpoint))
        while True:
            answer = self._session.rows(endpoint, path, {**params, "page": page})
            rows: Any = answer.json(self._session.where(endpoint))
            if not isinstance(rows, list):
                raise Incomplete(self._session.where(endpoint), f"expected a list, got {type(rows).__name__}")
            if not self._here().repository.holds(answer.path):
                raise NotFound(self._session.where(endpoint), "it was moved to another repository")
            more = bool(rows) and answer.has_next(len(rows))
            circles.check([row.get("id") if isinstance(row, dict) else None for row in rows], more=more)
            yield rows
            if not more:
                return
            page += 1


def host_name(config: GithubConfig) -> str:
    """Return the host that global ids begin with; an unusual path prefix belongs to it."""
    base = checked_base(config)
    host = str(base.hostname)
    if host == "api.github.com":
        return "github.com"
    return host + base.path.removesuffix("/api/v3")
