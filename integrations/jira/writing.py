"""Writing to a project: comments and tickets once, everything else so that twice is as good as once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, Literal

from integrations.base import CommitStatus, Draft, LabelStyle, Receipt, WaitingDeployment
from integrations.errors import NotAllowed, NotFound, Rejected, TrackerError, Unavailable
from integrations.jira import markup, payloads
from integrations.jira.answers import FieldRefused
from integrations.jira.fields import Fields
from integrations.jira.payloads import MARKER, marker_value
from rules.model import Marker, Prose

NOTHING_WROTE = Receipt(wrote=False)
_OPTIONAL = frozenset({"labels", "assignee", "duedate"})  # of a new ticket: it is filed without what has no place
_LATER = frozenset({"assignee", "duedate"})  # and without a value that is refused: rules ask for an owner and a date


class Writing(Fields):
    """The writing half of a tracker, workflow and links apart."""

    text_limit = markup.LIMIT
    keeps_due = True

    def render(self, prose: Prose, marker: Marker | None = None) -> str:  # noqa: ARG002 - no text here: a property
        """Render prose as wiki text; the marker is a property beside it."""
        return markup.render(prose, cloud=self.cloud)

    # -- fields ---------------------------------------------------------------------------------------------------
    def add_label(self, ref: str, label: LabelStyle) -> Receipt:
        """Put one label on."""
        self._one_word(label.name)
        return self._label(ref, "add", label.name)

    def remove_label(self, ref: str, name: str) -> Receipt:
        """Take one label off; absent is fine."""
        return self._label(ref, "remove", name)

    def set_due(self, ref: str, due: date | None) -> Receipt:
        """Set or clear the due date."""
        value = due.isoformat() if due else None
        issue = self.fields("set due", ref, "duedate")
        if issue.get("duedate") == value:
            return NOTHING_WROTE
        return self.edit("set due", ref, issue, "duedate", [{"set": value}])

    def set_priority(self, ref: str, level: str) -> Receipt:
        """Set the priority that the config's table has for a level."""
        name = self.config.priority_names.get(level)
        if not name:
            known = ", ".join(sorted(self.config.priority_names)) or "nothing"
            what = f"no priority is configured for '{level}': priority_names has {known}"
            raise Rejected(f"{self.name}: set priority", what)
        issue = self.fields("set priority", ref, "priority")
        if (issue.get("priority") or {}).get("name") == name:
            return NOTHING_WROTE
        return self.edit("set priority", ref, issue, "priority", [{"set": {"name": name}}])

    def assign(self, ref: str, person: str) -> Receipt:
        """Make a person the assignee; Jira has one."""
        issue = self.fields("assign", ref, "assignee")
        if payloads.account(issue.get("assignee")) == person:
            return NOTHING_WROTE
        self.put("assign", ref, "PUT", "issue", ref, "assignee", json=self.person(person))
        return Receipt()

    def unassign(self, ref: str, person: str) -> Receipt:
        """Take the assignee off, if it is this person."""
        issue = self.fields("unassign", ref, "assignee")
        if payloads.account(issue.get("assignee")) != person:
            return NOTHING_WROTE
        self.put("unassign", ref, "PUT", "issue", ref, "assignee", json=self.person(None))
        return Receipt()

    def set_status(  # the seam's signature, to refuse it
        self,
        *,
        sha: str,
        context: str,
        state: str,  # noqa: ARG002 - see above
        description: str,  # noqa: ARG002 - see above
        url: str,  # noqa: ARG002 - see above
    ) -> Receipt:
        """Refuse: commits live elsewhere."""
        raise Rejected(f"{self.name}: set status", f"Jira has no commit statuses ({context} on {sha[:12]})")

    def statuses(self, context: str) -> Iterator[CommitStatus]:  # noqa: ARG002 - the seam's
        """Read nothing: Jira has no changes."""
        return iter(())

    def waiting_deployments(self) -> Iterator[WaitingDeployment]:
        """Read nothing: Jira deploys nothing."""
        return iter(())

    def approve_deployment(self, *, run: str, environment: str, comment: str) -> Receipt:  # noqa: ARG002 - the seam's
        """Refuse: deployments wait elsewhere."""
        raise Rejected(f"{self.name}: approve deployment", f"Jira has no deployments that wait ({environment}, {run})")

    def react(self, ref: str, comment: str, what: Literal["+1", "confused"]) -> Receipt:  # noqa: ARG002 - the seam's
        """Do nothing: the API of Jira has no reactions."""
        return Receipt(ref=ref, wrote=False)

    def pin(self, ref: str) -> Receipt:
        """Do nothing: Jira pins no issues."""
        return Receipt(ref=ref, wrote=False)

    # -- once -----------------------------------------------------------------------------------------------------
    def comment(self, ref: str, prose: Prose, marker: Marker) -> Receipt:
        """Add a comment, its marker in the same request."""
        body = {"body": self.render(prose), "properties": _properties(marker)}
        where, path = "comment", ("issue", ref, "comment")
        made = self.line.once(
            where,
            lambda: self.session.ask(where, "POST", path, json=body),
            target=ref,
            limits=self.config.issue_limits,
        )
        author = payloads.account(self.made(where, made).get("author"))
        if author and self._author and author != self._author:  # else we would edit somebody's words later
            raise Unavailable(f"{self.name}: {where}", "the answer is not our comment: it may be there, or not")
        ref_made = str(made["id"])
        return Receipt(ref=ref_made, uid=f"{self.site.uid}/jira/comment/{ref_made}")  # its address would want the key

    def edit_comment(self, ref: str, comment: str, prose: Prose, marker: Marker) -> Receipt:
        """Put a new text and marker into our own comment. Where the edit does not take the marker, it is put apart."""
        where = "edit comment"
        uid = f"{self.site.uid}/jira/comment/{comment}"
        path, wanted = ("issue", ref, "comment", comment), self.render(prose)
        old = self.shaped(where, self.get("comment", *path, expand="properties"))
        if old.get("body") == wanted and payloads.marker(old.get("properties")) == marker:
            return Receipt(ref=comment, uid=uid, wrote=False)
        body = {"body": wanted, "properties": _properties(marker)}
        self._edit_silently(where, ref, path, body)
        if not self._edits_take_markers:
            now = self.shaped(where, self.get("comment", *path, expand="properties"))
            self._edits_take_markers = payloads.marker(now.get("properties")) == marker
        if not self._edits_take_markers:
            self.put(where, ref, "PUT", "comment", comment, "properties", MARKER, json=marker_value(marker))
        return Receipt(ref=comment, uid=uid)

    def delete_comment(self, ref: str, comment: str) -> Receipt:
        """Delete our own comment; gone is fine."""
        try:
            self.delete("delete comment", ref, "issue", ref, "comment", comment)
        except NotFound:
            return NOTHING_WROTE
        return Receipt()

    def _edit_silently(self, where: str, ref: str, path: tuple[str, ...], body: dict[str, Any]) -> None:
        """Edit a comment without mail to its watchers, where the server has a way (Cloud) and lets us."""
        if self.cloud and self._edits_silently:
            try:
                self.put(where, ref, "PUT", *path, json=body, notifyUsers="false")
            except (NotAllowed, Rejected):
                self._edits_silently = False
            else:
                return
        self.put(where, ref, "PUT", *path, json=body)

    def file(self, draft: Draft, marker: Marker) -> Receipt:
        """File a ticket, its marker in the same request.

        It is filed without the optional fields that its type has no place for, and without a person who cannot be
        assigned (they left, or may not) or a date that is refused.
        """
        for label in draft.labels:
            self._one_word(label.name)
        kind = draft.type or self.config.issue_type
        fields = self._draft(draft, kind)
        refused = self.refused.get(kind, frozenset())
        fields = {name: value for name, value in fields.items() if name not in refused & _OPTIONAL}
        try:
            made = self._create(fields, marker)
        except FieldRefused as error:
            gone = (self.remember(kind, error) & _OPTIONAL | error.fields.keys() & _LATER) & fields.keys()
            if not gone or error.fields.keys() - gone:
                raise
            # Refused outright, so nothing was made: once more, without them.
            made = self._create({name: value for name, value in fields.items() if name not in gone}, marker)
        ref, key = str(made["id"]), str(made["key"])
        if not self._is_ours(ref, fields["summary"], marker):
            raise Unavailable(f"{self.name}: file", "the answer is not our ticket: it may be there, or not")
        url = f"{self.site.browse}/browse/{key}"
        return Receipt(ref=ref, uid=f"{self.site.uid}/jira/issue/{ref}", key=key, url=url)

    def _is_ours(self, ref: str, summary: str, marker: Marker) -> bool:
        """Tell whether what is said to be made is what was sent: else we would write to somebody's ticket later.

        A server may not know at once what it has just made: then it is believed.
        """
        try:
            there = self.fields("file", ref, "summary,creator")
        except TrackerError:
            return True
        if payloads.account(there.get("creator")) != self.author:
            return False
        return str(there.get("summary")).split() == summary.split() or self._bears(ref, marker)

    def _bears(self, ref: str, marker: Marker) -> bool:
        """Tell whether a ticket bears a marker; a workflow may have given it another summary."""
        try:
            found = self.shaped("marker", self.get("marker", "issue", ref, "properties", MARKER))
        except TrackerError:
            return False
        return payloads.marker_of(found.get("value")) == marker

    def _draft(self, draft: Draft, kind: str) -> dict[str, Any]:
        fields: dict[str, Any] = {
            "project": {"key": self.config.project},
            "issuetype": {"name": kind},
            "summary": markup.summary(draft.title) or "(no title)",
            "description": self.render(draft.prose),
        }
        if draft.labels:
            fields["labels"] = [label.name for label in draft.labels]
        if draft.assignee:
            fields["assignee"] = self.person(draft.assignee)
        if draft.due:
            fields["duedate"] = draft.due.isoformat()
        return fields

    def _create(self, fields: dict[str, Any], marker: Marker) -> dict[str, Any]:
        body = {"fields": fields, "properties": _properties(marker)}
        made = self.line.once("file", lambda: self.session.ask("file", "POST", ("issue",), json=body))
        return self.made("file", made, "id", "key")

    # -- one field --------------------------------------------------------------------------------------------------
    def _label(self, ref: str, verb: Literal["add", "remove"], name: str) -> Receipt:
        where = f"{verb} label"
        issue = self.fields(where, ref, "labels")
        if (name in (issue.get("labels") or ())) == (verb == "add"):
            return NOTHING_WROTE
        return self.edit(where, ref, issue, "labels", [{verb: name}])

    def _one_word(self, name: str) -> None:
        if not name or any(letter.isspace() for letter in name) or len(name) > 255:
            right = "-".join(name.split()) or "needs-owner"
            what = (
                f"'{name[:80]}' cannot be a label: Jira's are one word of at most 255 characters, as in '{right[:80]}'"
            )
            raise Rejected(f"{self.name}: label", what)


def _properties(marker: Marker) -> list[dict[str, Any]]:
    return [{"key": MARKER, "value": marker_value(marker)}]
