"""What a Jira answer means: its JSON, or one of our errors. Pure; never a token, header or whole body in a message."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from urllib.parse import urlsplit

import orjson

from integrations.errors import Forbidden, NotAllowed, NotFound, RateLimited, Rejected, TrackerError, Unavailable
from integrations.http import LONGEST, retry_after
from integrations.jira.markup import fold
from integrations.server_clock import date_of

TEXT_LIMIT = 200  # characters of a server's words in a message
_LOGIN_WORDS = (b"login", b"log in", b"password", b"sso", b"saml", b"sign in")
Scope = Literal["source", "endpoint", "target"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One HTTP answer, whole. Header names are lower case."""

    method: str
    status: int
    headers: Mapping[str, str]
    body: bytes


class FieldRefused(Rejected):
    """Refused because of some fields: they are not on the screen, or their values are no good."""

    def __init__(self, where: str, what: str, fields: Mapping[str, str]) -> None:
        super().__init__(where, what)
        self.fields = fields  # field id -> the server's words

    @property
    def off_screen(self) -> frozenset[str]:
        """The fields that this project and issue type will not take, whatever the value."""
        return frozenset(name for name, words in self.fields.items() if "screen" in words or "cannot be set" in words)


def checked(where: str, answer: Answer, *, now: datetime, back_off: Callable[[], datetime]) -> Any:
    """Return an answer's JSON, None for an empty one. Raises what integrations.errors has for anything else.

    `back_off` says when to come again after a throttle that does not.
    """
    if 200 <= answer.status < 300:
        _not_anonymous(where, answer)
        return _json(where, answer)
    raise _error(where, answer, now, back_off)


def _error(where: str, answer: Answer, now: datetime, back_off: Callable[[], datetime]) -> TrackerError:
    status, (words, fields) = answer.status, said(answer.body)
    shown = f"{status}: {words}" if words else str(status)
    if status == 429 or (status == 503 and "retry-after" in answer.headers):
        return _limited(where, answer, now, back_off)
    if status in {408, 409} or status >= 500:
        return Unavailable(where, shown)
    if status in {302, 303} and answer.method != "GET":
        return Unavailable(where, f"{_sent_on(answer, shown)}; whether it was done is not known")
    if status in {404, 410}:
        return NotFound(where, shown)
    if refusal := _unwelcome(answer, shown):
        this_alone = status == 403 and "x-authentication-denied-reason" not in answer.headers
        return Forbidden(where, refusal) if this_alone else NotAllowed(where, refusal)
    return FieldRefused(where, shown, fields) if fields else Rejected(where, shown)


def _unwelcome(answer: Answer, shown: str) -> str:
    """Say why an admin must act; "" for an answer that has another reason."""
    if answer.status == 401:
        return f"{shown}; the token is wrong, expired or revoked"
    if answer.status == 403:
        return _forbidden(answer, shown)
    if 300 <= answer.status < 400:
        return _sent_on(answer, shown)
    return ""


def _sent_on(answer: Answer, shown: str) -> str:
    try:
        host = urlsplit(answer.headers.get("location", "")).hostname or "another path"
    except ValueError:
        host = "a broken address"
    return f"{shown}: sent on to {host}: a login page, or base_url is not Jira's own address"


def said(body: bytes) -> tuple[str, dict[str, str]]:
    """Return a server's words about an error, cut, and those of them that are about fields."""
    try:
        data = decoded(body)
    except ValueError:
        return "", {}
    if not isinstance(data, dict):
        return "", {}
    general, errors = data.get("errorMessages"), data.get("errors")
    words = [one for one in general if isinstance(one, str)] if isinstance(general, list) else []
    words += [one for name in ("message", "errorMessage") if isinstance(one := data.get(name), str)]
    fields = {str(name): str(text) for name, text in errors.items()} if isinstance(errors, dict) else {}
    words += [f"{name}: {text}" for name, text in fields.items()]
    return clipped("; ".join(words)), {fold(name): fold(text) for name, text in fields.items()}


def clipped(words: str) -> str:
    """Put a server's words on one line of at most 200 characters."""
    line = fold(words)
    return line if len(line) <= TEXT_LIMIT else line[: TEXT_LIMIT - 1] + "…"


def decoded(body: bytes) -> Any:
    """Read JSON; invalid UTF-8 and lone surrogates, which the fast reader refuses, are replaced. Raises ValueError."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        try:
            return _scrubbed(json.loads(body.decode("utf-8", "replace")))
        except RecursionError as error:
            raise ValueError("too deep") from error


def _scrubbed(value: Any) -> Any:
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        return {_scrubbed(name): _scrubbed(one) for name, one in value.items()}
    return [_scrubbed(one) for one in value] if isinstance(value, list) else value


def _json(where: str, answer: Answer) -> Any:
    if not answer.body.strip():
        return None
    try:
        return decoded(answer.body)
    except ValueError as error:
        page = answer.body[:20_000].lower()
        if answer.method == "GET" and b"<html" in page and any(word in page for word in _LOGIN_WORDS):
            raise NotAllowed(where, "answered with a login page: single sign-on stands before base_url") from error
        raise Unavailable(where, "the answer is not JSON: a proxy's page, or cut short") from error


def _not_anonymous(where: str, answer: Answer) -> None:
    """Refuse what Data Center tells strangers: a token it does not take can still be answered 200, with less in it."""
    reason = answer.headers.get("x-seraph-loginreason", "")
    if answer.headers.get("x-ausername", "").lower() != "anonymous" and "AUTHENTICATED_FAILED" not in reason:
        return
    what = "the server took us for a stranger: the token is wrong, expired or revoked"
    if answer.method == "GET":
        raise NotAllowed(where, what)
    raise Unavailable(where, f"{what}; whether it was done is not known")


def _forbidden(answer: Answer, shown: str) -> str:
    reason = answer.headers.get("x-authentication-denied-reason", "")
    if "CAPTCHA" in reason.upper():
        return "403: Jira wants a CAPTCHA solved: log in once as this account in a browser"
    return f"403: {clipped(reason)}" if reason else shown


def _limited(where: str, answer: Answer, now: datetime, back_off: Callable[[], datetime]) -> RateLimited:
    reason = answer.headers.get("ratelimit-reason", "")
    moments = [at for at in (retry_after(answer.headers, now), _reset(answer.headers, now)) if at is not None]
    retry_at = max(moments) if moments else back_off()
    what = f"{answer.status}: {clipped(reason) or 'throttled'}; again at {retry_at:%Y-%m-%d %H:%M:%S} UTC"
    return RateLimited(where, what, retry_at=retry_at, scope=_scope(reason))


def _scope(reason: str) -> Scope:
    if reason.startswith("jira-burst"):
        return "endpoint"
    return "target" if reason.startswith("jira-per-issue") else "source"


def _reset(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """Return when a quota is refilled, where a 429 tells (ISO 8601), within a day from now."""
    try:
        at = datetime.fromisoformat(headers.get("x-ratelimit-reset", ""))
    except ValueError:
        return None
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    return now + min(max(at - (date_of(headers) or now), timedelta()), LONGEST)
