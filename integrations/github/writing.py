"""The writes to a repository's issues: each idempotent by itself, or sent exactly once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal
from urllib.parse import quote

from integrations.base import Draft, LabelStyle, Receipt
from integrations.errors import NotFound, Rejected, TrackerError, Unavailable
from integrations.github.answers import Answer
from integrations.github.markdown import render, title_text
from integrations.github.milestones import Due
from integrations.github.payloads import Repository
from integrations.github.session import Session
from rules.model import Link, Marker, Paragraph, Prose, Reason, Text

_PIN = "mutation($id: ID!) { pinIssue(input: {issueId: $id}) { issue { number isPinned } } }"
_ENOUGH = 2_480
"""An issue takes 2,500 comments in all its life, deleted ones counted: the last few are left to people."""
_PERSON = re.compile(r"\bassignees?\b")
"""What GitHub names (422) where somebody cannot be assigned."""
_GIVEN_UP = frozenset({"not_planned", "not planned", "won't do", "won't fix", "wontfix", "duplicate", "invalid"})


@dataclass(slots=True)
class Writer:
    """One pass's writing to one repository."""

    session: Session
    repository: Repository
    due: Due
    _labels: set[str] = field(default_factory=set)  # known to exist, in lower case
    _talk: dict[str, int] = field(default_factory=dict)  # issue -> its comments, as last read

    # -- labels ---------------------------------------------------------------------------------------------------
    def add_label(self, ref: str, label: LabelStyle) -> Receipt:
        """Put one label on, made first if need be; the others are not touched."""
        self._have_label(label)
        answer = self.session.repeatable(
            "add label", "POST", self._issue(ref, "labels"), {"labels": [label.name]}, target=ref
        )
        worn = {str(one.get("name", "")).lower() for one in _list(answer.json(self.session.where("add label")))}
        if label.name.lower() not in worn:
            raise Rejected(self.session.where("add label"), f"GitHub did not put {label.name!r} on #{ref}")
        return self._receipt(ref)

    def remove_label(self, ref: str, name: str) -> Receipt:
        """Take one label off; absent is fine. Where an answer was lost, we have taken it off ourselves."""
        try:
            self.session.repeatable("remove label", "DELETE", self._issue(ref, f"labels/{_part(name)}"), target=ref)
        except NotFound:
            return self._receipt(ref, wrote=self.session.sends > 1)
        return self._receipt(ref)

    def set_priority(self, ref: str, level: str) -> Receipt:
        """Put on the label of a level, then take off those of the other levels."""
        table = self.session.config.priority_labels
        wanted = table.get(level)
        if not wanted:
            known = ", ".join(sorted(table)) or "none"
            raise Rejected(self.session.where("set priority"), f"no label stands for {level!r} (known: {known})")
        worn = {str(label["name"]).lower() for label in _list(self.read(ref).get("labels"))}
        others = sorted({name for name in table.values() if name.lower() in worn} - {wanted})
        if wanted.lower() in worn and not others:
            return self._receipt(ref, wrote=False)
        self.add_label(ref, LabelStyle(name=wanted))
        for name in others:
            self.remove_label(ref, name)
        return self._receipt(ref)

    def _have_label(self, label: LabelStyle) -> None:
        """Make a label with its colour and description; one that is there stays as people styled it."""
        if label.name.lower() in self._labels:
            return
        path = f"{self._home}/labels"
        try:
            self.session.get("label", f"{path}/{_part(label.name)}")
        except NotFound:
            body = {"name": label.name, "color": label.colour, "description": title_text(label.description, 100)}
            try:
                self.session.repeatable("create label", "POST", path, body, content=True)
            except Rejected as refused:
                if "already_exists" not in refused.what:
                    raise
        self._labels.add(label.name.lower())

    # -- fields ---------------------------------------------------------------------------------------------------
    def assign(self, ref: str, person: str) -> Receipt:
        """Add an assignee; GitHub drops one who cannot be assigned without a word, we do not."""
        path = self._issue(ref, "assignees")
        told = self._told(
            "assign", self.session.repeatable("assign", "POST", path, {"assignees": [person]}, target=ref)
        )
        if person.lower() not in {str(one.get("login", "")).lower() for one in _list(told.get("assignees"))}:
            raise Rejected(self.session.where("assign"), f"{person!r} cannot be assigned here")
        return self._receipt(ref)

    def unassign(self, ref: str, person: str) -> Receipt:
        """Take an assignee off; the others stay, and who is none is fine."""
        path = self._issue(ref, "assignees")
        self.session.repeatable("unassign", "DELETE", path, {"assignees": [person]}, target=ref)
        return self._receipt(ref)

    def set_due(self, ref: str, due: date | None) -> Receipt:
        """Set or clear the due date by the way the source has."""
        issue = self.read(ref) if self.due.by_milestone else {}
        return self._receipt(ref, wrote=self.due.set(ref, issue, due))

    def reopen(self, ref: str) -> Receipt:
        """Open a closed issue."""
        return self._patch("reopen", ref, {"state": "open", "state_reason": "reopened"}, expected={"state": "open"})

    def close(self, ref: str, reason: Reason) -> Receipt:
        """Close an issue; as not planned where the server does not know duplicates: an older Enterprise Server."""
        body = {"state": "closed", "state_reason": reason}
        try:
            return self._patch("close", ref, body, expected={"state": "closed"})
        except Rejected:
            if reason != "duplicate":
                raise
        return self.close(ref, "not_planned")

    def transition(self, ref: str, phase: Literal["new", "active", "done"], resolution: str) -> Receipt:
        """Close for "done", open for the others: GitHub's workflow has two states."""
        if phase != "done":
            return self.reopen(ref)
        return self.close(ref, "not_planned" if resolution.strip().lower() in _GIVEN_UP else "completed")

    def _patch(self, endpoint: str, ref: str, body: Mapping[str, Any], *, expected: Mapping[str, Any]) -> Receipt:
        answer = self.session.repeatable(endpoint, "PATCH", self._issue(ref), body, target=ref)
        told = self._told(endpoint, answer)
        for name, value in {"number": int(ref), **expected}.items():
            if told.get(name) != value:
                raise Rejected(self.session.where(endpoint), f"#{ref}: {name} did not become {value!r}")
        return self._receipt(ref)

    # -- texts ----------------------------------------------------------------------------------------------------
    def comment(self, ref: str, prose: Prose, marker: Marker) -> Receipt:
        """Add a comment, once."""
        self._leave_room("comment", ref)
        body = {"body": render(prose, marker)}
        answer = self.session.once("comment", "POST", self._issue(ref, "comments"), body, target=ref)
        return self._commented("comment", ref, self._told("comment", answer), body["body"])

    def _leave_room(self, endpoint: str, ref: str) -> None:
        """Refuse to be the one who takes the last comments that an issue has room for."""
        count = self._talk.get(ref, 0)
        if count >= _ENOUGH:
            what = f"#{ref} has {count} comments, of 2,500 it can ever have: the rest is left to people"
            raise Rejected(self.session.where(endpoint), what)

    def edit_comment(self, ref: str, comment: str, prose: Prose, marker: Marker) -> Receipt:
        """Put a new text into our comment."""
        path = f"{self._home}/issues/comments/{_part(comment)}"
        body = {"body": render(prose, marker)}
        answer = self.session.repeatable("edit comment", "PATCH", path, body, content=True, target=ref)
        told = self._told("edit comment", answer)
        if str(told.get("id")) != comment:
            raise Rejected(self.session.where("edit comment"), f"comment {comment} was not changed")
        return self._commented("edit comment", ref, told, body["body"])

    def delete_comment(self, ref: str, comment: str) -> Receipt:
        """Delete our comment; gone is fine."""
        path = f"{self._home}/issues/comments/{_part(comment)}"
        try:
            self.session.repeatable("delete comment", "DELETE", path, target=ref)
        except NotFound:
            return self._receipt(ref, wrote=False)
        return self._receipt(ref)

    def file(self, draft: Draft, marker: Marker) -> Receipt:
        """File an issue, once; its labels and milestone are made before."""
        for label in draft.labels:
            self._have_label(label)
        body: dict[str, Any] = {"title": title_text(draft.title) or "(no title)", "body": render(draft.prose, marker)}
        if draft.labels:
            body["labels"] = [label.name for label in draft.labels]
        if draft.assignee:
            body["assignees"] = [draft.assignee]
        if draft.type:
            body["type"] = draft.type
        if draft.due and self.due.by_milestone:
            body["milestone"] = self.due.milestones.number(draft.due)
        told = self._told("file", self._made(body))
        if not isinstance(told.get("number"), int) or str(told.get("body")).split() != body["body"].split():
            raise Unavailable(self.session.where("file"), "the answer is not our issue: it may be there, or not")
        ref = str(told["number"])
        if draft.due and not self.due.by_milestone:
            # The issue is there whatever becomes of its date; the rule that asks for dates will ask again.
            with suppress(TrackerError):
                self.due.set(ref, {}, draft.due)
        return self._receipt(ref, url=str(told.get("html_url", "")))

    def _made(self, body: dict[str, Any]) -> Answer:
        """Make an issue; without its assignee where GitHub refuses the person, who may have left, and made nothing."""
        try:
            return self.session.once("file", "POST", f"{self._home}/issues", body)
        except Rejected as refused:
            if "assignees" not in body or not _PERSON.search(refused.what):
                raise
        return self._made({name: value for name, value in body.items() if name != "assignees"})

    def _commented(self, endpoint: str, ref: str, told: Mapping[str, Any], sent: str) -> Receipt:
        """Believe an answer that shows what was sent, spaces apart: else we would edit another's comment later."""
        if not isinstance(told.get("id"), int) or str(told.get("body")).split() != sent.split():
            raise Unavailable(self.session.where(endpoint), "the answer is not our comment: it may be there, or not")
        uid = f"{self.repository.uid}/comment/{told['id']}"
        key = f"{self.repository.full_name}#{ref}"
        return Receipt(ref=str(told["id"]), uid=uid, key=key, url=str(told.get("html_url", "")))

    def mention(self, ref: str, *, url: str, title: str, relation: str) -> Receipt:
        """Add a comment that mentions another ticket or a page: GitHub makes a cross-reference of it."""
        self._leave_room("link", ref)
        line = (Text(f"Linked ({relation}): "), Link(title or url, url))
        body = {"body": render(Prose((Paragraph(line),)))}
        answer = self.session.once("link", "POST", self._issue(ref, "comments"), body, target=ref)
        return self._commented("link", ref, self._told("link", answer), body["body"])

    def react(self, ref: str, comment: str, what: Literal["+1", "confused"]) -> Receipt:
        """Put a reaction of ours on a comment, by its uid; GitHub answers 200 in place of 201 if it is there."""
        path = f"{self._home}/issues/comments/{_part(comment.rpartition('/')[2])}/reactions"
        answer = self.session.repeatable("react", "POST", path, {"content": what}, target=ref)
        if self._told("react", answer).get("content") != what:
            raise Rejected(self.session.where("react"), f"GitHub did not put {what} on the comment")
        return self._receipt(ref, wrote=answer.status == 201)

    def pin(self, ref: str) -> Receipt:
        """Pin an issue to the top of the list; only GraphQL can."""
        variables = {"id": self.read(ref).get("node_id", "")}
        body = {"query": _PIN, "variables": variables}
        told = self._told("pin", self.session.repeatable("pin", "POST", self.session.graphql, body, target=ref))
        if told.get("errors"):
            raise Rejected(self.session.where("pin"), f"#{ref} was not pinned")
        return self._receipt(ref)

    # -- common ---------------------------------------------------------------------------------------------------
    def read(self, ref: str) -> Mapping[str, Any]:
        """Read an issue as GitHub has it now."""
        answer = self.session.get("ticket", self._issue(ref))
        told = self._told("ticket", answer)
        if told.get("number") != int(ref) or not self.repository.holds(answer.path):
            raise NotFound(self.session.where("ticket"), f"#{ref} was moved to another repository")
        self._talk[ref] = int(told.get("comments") or 0)
        return told

    @property
    def _home(self) -> str:
        return f"/repos/{self.repository.full_name}"

    def _issue(self, ref: str, rest: str = "") -> str:
        path = f"{self._home}/issues/{_part(ref)}"
        return f"{path}/{rest}" if rest else path

    def _told(self, endpoint: str, answer: Answer) -> Mapping[str, Any]:
        told = answer.json(self.session.where(endpoint))
        if not isinstance(told, dict):
            raise Unavailable(self.session.where(endpoint), f"expected an object, got {type(told).__name__}")
        return told

    def _receipt(self, ref: str, *, url: str = "", wrote: bool = True) -> Receipt:
        return Receipt(
            ref=ref,
            uid=self.repository.ticket_uid(ref),
            key=f"{self.repository.full_name}#{ref}",
            url=url or f"{self.repository.url}/issues/{ref}",
            wrote=wrote,
        )


def _part(text: str) -> str:
    """Quote a part of a path. However it is quoted, "labels/." would be all labels, and "labels/.." the issue."""
    if text in {"", ".", ".."}:
        raise Rejected("address", f"{text!r} cannot be part of one")
    return quote(text, safe="")


def _list(value: Any) -> list[Any]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
