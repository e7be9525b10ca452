"""One call of an endpoint: who asks what of which repository, and the ways to answer or refuse."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import urlencode

import orjson

from integrations.sandbox.github.access import Caller
from integrations.sandbox.github.nouns import Comment, Issue, Repo
from integrations.sandbox.github.payloads import Payloads
from integrations.sandbox.github.world import GithubWorld
from integrations.sandbox.wire import Request, Response

T = TypeVar("T")
KEPT_LISTS = 32  # a repository
DOCUMENTATION = "https://docs.github.com/rest"
SECONDARY = (
    "You have exceeded a secondary rate limit and have been temporarily blocked from content creation. "
    "Please retry your request again later."
)


class Refused(Exception):
    """The call is answered with an error."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        errors: Sequence[Any] = (),
        headers: dict[str, str] | None = None,
        documentation: str = DOCUMENTATION,
    ) -> None:
        super().__init__(message)
        body: dict[str, Any] = {"message": message}
        if errors:
            body["errors"] = list(errors)
        body |= {"documentation_url": documentation, "status": str(status)}
        self.response = Response(status=status, json=body, headers=headers or {})


def not_found() -> Refused:
    """Refuse: it is not there, or not for the caller to see."""
    return Refused(404, "Not Found")


def invalid(resource: str, field: str, code: str = "invalid", message: str = "") -> Refused:
    """Refuse: the caller's values cannot be taken."""
    error = {"resource": resource, "field": field, "code": code}
    if message:
        error["message"] = message
    return Refused(422, "Validation Failed", errors=[error])


def moved(location: str, method: str) -> Refused:
    """Refuse: it is elsewhere; 301 for reads, 307 for writes."""
    if method in {"GET", "HEAD"}:
        return Refused(301, "Moved Permanently", headers={"Location": location})
    return Refused(307, "Temporary Redirect", headers={"Location": location})


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What an endpoint is given. `arguments` are the parts of its path."""

    world: GithubWorld
    request: Request
    caller: Caller
    payloads: Payloads
    arguments: dict[str, str]
    found: Repo | None = None

    @property
    def repo(self) -> Repo:
        """The repository of the path."""
        if self.found is None:
            raise not_found()
        return self.found

    @property
    def actor(self) -> str:
        """The login of who asks."""
        return self.caller.user.login

    @property
    def reading(self) -> bool:
        """Whether the call changes nothing."""
        return self.request.method in {"GET", "HEAD"}

    def ask(self, name: str, default: str = "") -> str:
        """Return a value of the query."""
        return self.request.query.get(name, default)

    def body(self) -> Any:
        """Return the request's JSON."""
        try:
            return orjson.loads(self.request.body or b"{}")
        except orjson.JSONDecodeError:
            raise Refused(400, "Problems parsing JSON") from None

    def fields(self) -> dict[str, Any]:
        """Return the request's JSON, which must be an object."""
        body = self.body()
        if not isinstance(body, dict):
            raise Refused(400, "Body should be a JSON object")
        return body

    def issue(self) -> Issue:
        """Return the issue of the path, gone or moved ones refused; a write to it is counted."""
        number = int(self.arguments["number"])
        issue = self.repo.issues.get(number)
        if issue is not None:
            self.written(issue)
            return issue
        if number in self.repo.deleted:
            raise Refused(410, "This issue was deleted")
        now_at = self.repo.transferred.get(number)
        if now_at is not None:
            rest = self.request.path.partition(f"/issues/{number}")[2]
            home = f"{self.payloads.base}/repositories/{now_at.repo.id}"
            raise moved(f"{home}/issues/{now_at.number}{rest}", self.request.method)
        raise not_found()

    def comment(self) -> Comment:
        """Return the comment of the path; a write to it is counted as one to its issue."""
        comment = self.repo.comments.get(int(self.arguments["id"]))
        if comment is None:
            raise not_found()
        self.written(comment.issue)
        return comment

    def written(self, issue: Issue) -> None:
        """Count a write to an issue; refuse it when there were too many."""
        if self.reading or self.world.write_limit is None:
            return
        count, seconds = self.world.write_limit
        now = self.world.clock()
        times = self.world.writes.setdefault(issue.id, deque())
        while times and times[0] <= now - timedelta(seconds=seconds):
            times.popleft()
        if len(times) >= count:
            wait = math.ceil((times[0] + timedelta(seconds=seconds) - now).total_seconds())
            raise Refused(403, SECONDARY, headers={"Retry-After": str(max(wait, 1))})
        times.append(now)

    def creating(self) -> None:
        """Count an issue or a comment about to be made; refuse it when there were too many (GitHub: 80 in a minute)."""
        now, made = self.world.clock(), self.world.creations
        for count, seconds in self.world.content_limits:
            if len(made) >= count and made[-count] > now - timedelta(seconds=seconds):
                wait = math.ceil((made[-count] + timedelta(seconds=seconds) - now).total_seconds())
                raise Refused(403, SECONDARY, headers={"Retry-After": str(max(wait, 1))})
        made.append(now)

    def since(self) -> datetime | None:
        """Return the query's `since`, in UTC."""
        text = self.ask("since")
        return moment(text) if text else None

    def kept(self, question: tuple[Any, ...], make: Callable[[], list[T]]) -> list[T]:
        """Return a list of the repository's, made anew only when something has changed: pages ask again and again."""
        repo = self.repo
        stamp = (repo.version, len(repo.events))
        known = repo.lists.get(question)
        if known is not None and known[0] == stamp and not self.world.lag_seconds:
            return known[1]
        if len(repo.lists) >= KEPT_LISTS:
            repo.lists.clear()
        made = make()
        repo.lists[question] = (stamp, made)
        return made

    def page(self, items: Sequence[T], show: Callable[[T], Any], *, under: str = "", **more: Any) -> Response:
        """Answer with the page asked for, with a Link header to the others; under a key if the list has one."""
        size = min(max(_number(self.ask("per_page"), 30), 1), 100)
        page = max(_number(self.ask("page"), 1), 1)
        shown = [show(item) for item in items[(page - 1) * size : page * size]]
        last = max(math.ceil(len(items) / size), 1)
        link = self._link(page, last)
        answer: Any = {**more, under: shown} if under else shown
        return Response(json=answer, headers={"Link": link} if link else {})

    def _link(self, page: int, last: int) -> str:
        pages = {}
        if page > 1:
            pages["prev"] = min(page - 1, last)
        if page < last:
            pages |= {"next": page + 1, "last": last}
        if page > 1:
            pages["first"] = 1
        return ", ".join(f'<{self._address(number)}>; rel="{rel}"' for rel, number in pages.items())

    def _address(self, page: int) -> str:
        path = self.request.path
        if self.found is not None and path.startswith("/repos/"):
            path = f"/repositories/{self.found.id}/{path.split('/', 4)[4]}"
        return f"{self.payloads.base}{path}?{urlencode({**self.request.query, 'page': page})}"


def _number(text: str, default: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else default


def moment(text: str) -> datetime:
    """Read a time or a bare date; without an offset it is UTC."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise Refused(422, f"Invalid request.\n\n{text!r} is not a valid date-time.") from None
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)


def text_of(fields: dict[str, Any], name: str, *, default: str | None = None) -> str | None:
    """Return a text of the request's JSON; null and absent are the default."""
    value = fields.get(name)
    if value is None:
        return default
    if not isinstance(value, str):
        raise Refused(422, f"Invalid request.\n\nFor 'properties/{name}', {value!r} is not a string.")
    return value
