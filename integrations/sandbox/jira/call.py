"""One call of the API: who asks what, and how to refuse it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from integrations.sandbox.jira.encode import Encoder
from integrations.sandbox.jira.records import Flavour, Issue, User
from integrations.sandbox.jira.world import JiraWorld
from integrations.sandbox.wire import Request, Response


class Refusal(Exception):
    """An answer other than success, in Jira's form. `errors` maps fields to what is wrong with them."""

    def __init__(
        self,
        status: int,
        *messages: str,
        errors: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{status}: {messages} {errors}")
        self.status = status
        self.messages = messages
        self.errors = dict(errors or {})
        self.headers = dict(headers or {})

    def response(self) -> Response:
        """Word the refusal as Jira does."""
        body = {"errorMessages": list(self.messages), "errors": self.errors}
        return Response(status=self.status, json=body, headers=self.headers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request that has found its route."""

    world: JiraWorld
    request: Request
    flavour: Flavour
    version: str  # "2", "3", "latest"
    now: datetime
    user: User | None
    encoder: Encoder
    words: Mapping[str, str]  # what the route's pattern caught

    @property
    def cloud(self) -> bool:
        """Whether this is Jira Cloud."""
        return self.flavour == "cloud"

    def actor(self) -> User:
        """Return the account that asks. 401 for nobody."""
        if self.user is None:
            raise Refusal(401, "You are not authenticated. Authentication required to perform this operation.")
        return self.user

    def need(self, right: str, message: str) -> None:
        """Insist on a permission. 403 without."""
        if not self.actor().may(right):
            raise Refusal(403, message)

    def issue(self) -> Issue:
        """Find the issue named in the path. 404 if it is not there or not for this account to see."""
        found = self.find(self.words["issue"])
        if found is None:
            message = "Issue does not exist or you do not have permission to see it."
            raise Refusal(404, message if self.cloud else "Issue Does Not Exist")
        return found

    def find(self, key_or_id: str) -> Issue | None:
        """Find an issue by key or id, None if it is not there or not to be seen."""
        if not self.sees():
            return None
        try:
            return self.world.issue(key_or_id.upper())
        except KeyError:
            return None

    def sees(self) -> bool:
        """Whether the account may browse at all."""
        return self.user is not None and self.user.may("BROWSE_PROJECTS")

    def body(self) -> dict[str, Any]:
        """Read the JSON object sent. 400 if it is none."""
        try:
            value = orjson.loads(self.request.body or b"{}")
        except orjson.JSONDecodeError:
            raise Refusal(400, "There was an error parsing JSON. Check that your request body is valid.") from None
        if not isinstance(value, dict):
            raise Refusal(400, "Invalid request payload. Refer to the REST API documentation and try again.")
        return value

    def many(self, name: str, body: Mapping[str, Any] | None = None) -> tuple[str, ...]:
        """Read a list parameter: commas in one, the name repeated, or a JSON list or string in the body."""
        if body is not None:
            value = body.get(name) or ()
            parts: Sequence[Any] = (value,) if isinstance(value, str) else value
        else:
            pairs = self.request.pairs or tuple(self.request.query.items())
            parts = [value for key, value in pairs if key == name]
        return tuple(piece.strip() for part in parts for piece in str(part).split(",") if piece.strip())

    def number(self, name: str, default: int, body: Mapping[str, Any] | None = None) -> int:
        """Read a whole number. 400 if it is none, or below zero."""
        text = str((body if body is not None else self.request.query).get(name, default))
        if not re.fullmatch(r"-?\d{1,9}", text):
            raise Refusal(400, f"The value of '{name}' is no number: {text}")
        return max(0, int(text))


def page(call: Call, name: str, items: Sequence[Any], *, default: int, cap: int) -> dict[str, Any]:
    """Cut a slice of a list with `startAt`, `maxResults` and `total`, the way most of Jira pages."""
    start, size = call.number("startAt", 0), min(call.number("maxResults", default), cap)
    return {"startAt": start, "maxResults": size, "total": len(items), name: list(items[start : start + size])}
