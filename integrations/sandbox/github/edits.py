"""What people and programs do to issues: each edit changes the issue and is written into its history."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from integrations.sandbox.github.catalogue import Catalogue
from integrations.sandbox.github.nouns import App, Issue, Label, Milestone, Pull, Repo, User


class Edits(Catalogue):
    """Issues, as they are made and changed. `at` defaults to the clock's now."""

    def add_issue(  # noqa: PLR0913 - a factory takes what a case may vary
        self,
        title: str,
        *,
        body: str = "",
        author: str = "ann",
        labels: Iterable[str] = (),
        assignees: Iterable[str] = (),
        milestone: Milestone | None = None,
        state: str = "open",
        state_reason: str | None = None,
        created_at: datetime | None = None,
        updated_at: datetime | None = None,
        closed_at: datetime | None = None,
        closed_by: str = "",
        number: int | None = None,
        pull: Pull | None = None,
        app: App | None = None,
        repo: Repo | None = None,
    ) -> Issue:
        """Add an issue (or, with `pull`, a pull request) as it stands, quickly; its first labels make events."""
        home = repo or self.main
        created = created_at or self.now()
        number = number or home.last_number + 1
        home.last_number = max(home.last_number, number)
        issue = Issue(
            id=self.new_id(),
            repo=home,
            number=number,
            title=title,
            body=body,
            author=self.user(author),
            created_at=created,
            updated_at=updated_at or closed_at or created,
            milestone=milestone,
            pull=pull,
            app=app,
        )
        home.issues[number] = issue
        home.version += 1
        if self.lag_seconds:
            issue.past.append((self.clock(), None))
        for name in labels:
            label = self.label(name, repo=home)
            issue.labels.append(label)
            self.happened(issue, "labeled", issue.author, created, label=_chip(label))
        for login in assignees:
            issue.assignees.append(self.user(login))
            self.happened(issue, "assigned", issue.author, created, about=issue.assignees[-1])
        if milestone is not None:
            _count(issue, 1)
        if pull is not None:
            home.commits.update(sha for sha in (pull.head_sha, pull.merge_commit_sha) if sha)
        if state == "closed":
            self._ended(issue, self.user(closed_by or author), state_reason, closed_at or issue.updated_at)
        return issue

    def _ended(self, issue: Issue, actor: User, reason: str | None, at: datetime) -> None:
        _count(issue, -1)
        issue.state = "closed"
        issue.state_reason = None if issue.pull else reason or "completed"
        issue.closed_at, issue.closed_by = at, actor
        _count(issue, 1)
        _shown_anew(issue)
        self.happened(issue, "closed", actor, at, state_reason=issue.state_reason)

    def close(
        self, issue: Issue | int, *, actor: str = "ann", reason: str = "completed", at: datetime | None = None
    ) -> None:
        """Close an open issue."""
        it = self.find(issue)
        if it.state == "closed":
            return
        self._ended(it, self.user(actor), reason, self.changing(it, at))

    def reopen(self, issue: Issue | int, *, actor: str = "ann", at: datetime | None = None) -> None:
        """Open a closed issue."""
        it = self.find(issue)
        if it.state == "open":
            return
        moment = self.changing(it, at)
        _count(it, -1)
        it.state, it.closed_at, it.closed_by = "open", None, None
        it.state_reason = None if it.pull else "reopened"
        _count(it, 1)
        _shown_anew(it)
        self.happened(it, "reopened", self.user(actor), moment)

    def edit(
        self,
        issue: Issue | int,
        *,
        actor: str = "ann",
        title: str | None = None,
        body: str | None = None,
        type: str | None = None,  # noqa: A002 - GitHub's word
        at: datetime | None = None,
    ) -> None:
        """Give an issue another title, text or type."""
        it = self.find(issue)
        if title is not None and title != it.title:
            moment = self.changing(it, at)
            self.happened(it, "renamed", self.user(actor), moment, rename={"from": it.title, "to": title})
            it.title = title
        if body is not None and body != it.body:
            self.changing(it, at)
            it.body = body
        if type is not None and type != it.type:
            self.changing(it, at)
            it.type = type

    def set_label(self, issue: Issue | int, name: str, *, actor: str = "ann", at: datetime | None = None) -> None:
        """Put a label on an issue; nothing happens if it wears it."""
        it = self.find(issue)
        label = self.label(name, repo=it.repo)
        if label in it.labels:
            return
        moment = self.changing(it, at)
        it.labels.append(label)
        self.happened(it, "labeled", self.user(actor), moment, label=_chip(label))

    def remove_label(self, issue: Issue | int, name: str, *, actor: str = "ann", at: datetime | None = None) -> None:
        """Take a label off an issue; nothing happens if it does not wear it."""
        it = self.find(issue)
        label = it.repo.labels.get(name.lower())
        if label is None or label not in it.labels:
            return
        moment = self.changing(it, at)
        it.labels.remove(label)
        self.happened(it, "unlabeled", self.user(actor), moment, label=_chip(label))

    def assign(self, issue: Issue | int, login: str, *, actor: str = "ann", at: datetime | None = None) -> None:
        """Make somebody an assignee."""
        it, person = self.find(issue), self.user(login)
        if person in it.assignees:
            return
        moment = self.changing(it, at)
        it.assignees.append(person)
        self.happened(it, "assigned", self.user(actor), moment, about=person)

    def unassign(self, issue: Issue | int, login: str, *, actor: str = "ann", at: datetime | None = None) -> None:
        """Take an assignee off."""
        it, person = self.find(issue), self.user(login)
        if person not in it.assignees:
            return
        moment = self.changing(it, at)
        it.assignees.remove(person)
        self.happened(it, "unassigned", self.user(actor), moment, about=person)

    def set_milestone(
        self, issue: Issue | int, milestone: Milestone | None, *, actor: str = "ann", at: datetime | None = None
    ) -> None:
        """Put an issue into a milestone, or into none."""
        it = self.find(issue)
        if it.milestone is milestone:
            return
        moment = self.changing(it, at)
        if it.milestone is not None:
            _count(it, -1)
            self.happened(it, "demilestoned", self.user(actor), moment, milestone={"title": it.milestone.title})
        it.milestone = milestone
        if milestone is not None:
            _count(it, 1)
            self.happened(it, "milestoned", self.user(actor), moment, milestone={"title": milestone.title})

    def set_field(self, issue: Issue | int, name: str, value: Any, *, at: datetime | None = None) -> None:
        """Set an issue field of the organisation by its name; None clears it."""
        it = self.find(issue)
        fields = self.organisations[it.repo.owner.login.lower()]
        field = next(field for field in fields if field.name == name)
        if it.fields.get(field.id) == value:
            return
        self.changing(it, at)
        it.fields[field.id] = value
        if value is None:
            del it.fields[field.id]

    def lock(
        self, issue: Issue | int, *, actor: str = "ann", reason: str | None = None, at: datetime | None = None
    ) -> None:
        """Lock the conversation."""
        it = self.find(issue)
        moment = self.changing(it, at)
        it.locked, it.lock_reason = True, reason
        self.happened(it, "locked", self.user(actor), moment, lock_reason=reason)

    def unlock(self, issue: Issue | int, *, actor: str = "ann", at: datetime | None = None) -> None:
        """Unlock the conversation."""
        it = self.find(issue)
        moment = self.changing(it, at)
        it.locked, it.lock_reason = False, None
        self.happened(it, "unlocked", self.user(actor), moment)

    def block(
        self, issue: Issue | int, blocker: Issue | int, *, actor: str = "ann", at: datetime | None = None
    ) -> None:
        """Say that an issue is blocked by another one."""
        it, other = self.find(issue), self.find(blocker)
        if other in it.blockers:
            return
        moment = self.changing(it, at)
        it.blockers.append(other)
        other.blocks.append(it)
        _shown_anew(it)
        self.happened(it, "blocked_by_added", self.user(actor), moment)

    def unblock(
        self, issue: Issue | int, blocker: Issue | int, *, actor: str = "ann", at: datetime | None = None
    ) -> None:
        """Say that an issue is no longer blocked by another one."""
        it, other = self.find(issue), self.find(blocker)
        if other not in it.blockers:
            return
        moment = self.changing(it, at)
        it.blockers.remove(other)
        other.blocks.remove(it)
        it.repo.version += 1
        other.version += 1
        self.happened(it, "blocked_by_removed", self.user(actor), moment)

    def pin(self, issue: Issue | int, *, actor: str = "ann", at: datetime | None = None) -> None:
        """Pin an issue to the top of its repository's list."""
        it = self.find(issue)
        if not it.pinned:
            it.pinned = True
            self.happened(it, "pinned", self.user(actor), at or self.now())

    def delete_issue(self, issue: Issue | int) -> None:
        """Delete an issue: it is gone (410) from now on."""
        it = self.find(issue)
        self._taken_out(it)
        _shown_anew(it)
        for other in it.blocks:
            other.blockers.remove(it)
        for other in it.blockers:
            other.blocks.remove(it)
        it.repo.deleted.add(it.number)

    def transfer_issue(self, issue: Issue | int, target: Repo) -> Issue:
        """Move an issue to another repository, where it has another number; its old place redirects."""
        it = self.find(issue)
        self._taken_out(it)
        source, number = it.repo, it.number
        target.last_number += 1
        it.repo, it.number, it.milestone = target, target.last_number, None
        it.labels = [self.label(label.name, repo=target) for label in it.labels]
        target.issues[it.number] = it
        target.comments.update({comment.id: comment for comment in it.comments})
        for comment in it.comments:
            comment.encoded.clear()
        self.changing(it)
        source.transferred[number] = it
        return it

    def _taken_out(self, issue: Issue) -> None:
        _count(issue, -1)
        repo = issue.repo
        del repo.issues[issue.number]
        for comment in issue.comments:
            repo.comments.pop(comment.id, None)
        repo.events = [event for event in repo.events if event.issue is not issue]
        repo.version += 1


def _shown_anew(issue: Issue) -> None:
    """Have the issues that depend on this one, or it on them, shown with other counts; it is no change of theirs."""
    for other in (*issue.blocks, *issue.blockers):
        other.version += 1
        other.repo.version += 1


def _chip(label: Label) -> dict[str, str]:
    return {"name": label.name, "color": label.color}


def _count(issue: Issue, by: int) -> None:
    """Count an issue into or out of its milestone, under its present state."""
    milestone = issue.milestone
    if milestone is None:
        return
    if issue.state == "open":
        milestone.open_issues += by
    else:
        milestone.closed_issues += by
    milestone.version += 1
