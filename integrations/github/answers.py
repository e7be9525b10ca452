"""What GitHub answered: read as JSON, or as the one of our errors that it means."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from integrations.errors import Forbidden, NotAllowed, NotFound, RateLimited, Rejected, TrackerError, Unavailable
from integrations.http import LONGEST, Line, retry_after
from integrations.server_clock import date_of
from integrations.wording import printable

_THROTTLE = re.compile(r"rate limit|abuse detection|wait a few minutes|retry your request again later", re.IGNORECASE)
_ABOUT_THE_TARGET = re.compile(r"\b(locked|archived|read-only|commenting is disabled|blocked)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One HTTP answer. Header names are lower case."""

    status: int
    path: str  # what was asked for in the end, redirects followed
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    told: Any = field(default=None, repr=False)  # the body, where it was read already

    @property
    def fresh(self) -> bool:
        """False for "not modified"."""
        return self.status != 304

    @property
    def etag(self) -> str:
        """What to ask with next time, "" if the server gave none."""
        return self.headers.get("etag", "")

    def has_next(self, count: int) -> bool:
        """Say whether a page of `count` rows is followed by another; without any Link header a full one may be."""
        link = self.headers.get("link", "")
        return 'rel="next"' in link if link else count >= 100

    def date(self, otherwise: datetime) -> datetime:
        """Return the server's clock, in whole seconds."""
        return (date_of(self.headers) or otherwise).replace(microsecond=0)

    def json(self, where: str) -> Any:
        """Read the body; Unavailable if it is not JSON, cut short or not even text.

        Characters that no database takes (NUL, lone surrogates, broken UTF-8) become U+FFFD.
        """
        if self.told is not None:
            return self.told
        if self.body.rfind(b"\\u0000") < 0:  # from behind, CPython searches in a third of the time that `in` takes
            try:
                return orjson.loads(self.body)
            except orjson.JSONDecodeError:
                pass
        try:
            return _cleaned(json.loads(self.body.decode("utf-8", "replace")))
        except (ValueError, RecursionError):
            kind = self.headers.get("content-type", "no type").split(";")[0]
            raise Unavailable(where, f"the answer ({self.status}, {printable(kind)}) is not whole JSON") from None


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        if value.isascii() and "\0" not in value:
            return value
        paired = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return paired.replace("\0", "\ufffd")
    if isinstance(value, list):
        return [_cleaned(item) for item in value]
    if isinstance(value, dict):
        return {_cleaned(key): _cleaned(item) for key, item in value.items()}
    return value


def refusal(where: str, answer: Answer, line: Line, endpoint: str, now: datetime) -> TrackerError | None:
    """Return the error that an answer means, None for a success, "not modified" or a redirect to be looked at."""
    if answer.status in {200, 201, 204, 304}:
        return None
    said = _said(answer)
    what = f"{answer.status} {said}".strip()
    return _limited(where, answer, said, line, endpoint, now) or _refused(where, answer, what)


def _refused(where: str, answer: Answer, what: str) -> TrackerError:
    status = answer.status
    if status < 300 or status >= 500 or status in {408, 409}:
        return Unavailable(where, what)
    if status in {302, 303}:
        return Unavailable(where, f"sent on to another page ({status}): whether it was done is not known")
    if status < 400:
        return Rejected(where, f"redirected ({status}): the repository has moved; nothing was changed")
    if status == 401:
        return NotAllowed(where, f"the credential was not accepted ({what})")
    if status == 403:
        return _forbidden(where, answer, what)
    return NotFound(where, what) if status in {404, 410} else Rejected(where, what)


def _forbidden(where: str, answer: Answer, what: str) -> TrackerError:
    if "required" in answer.headers.get("x-github-sso", ""):
        return NotAllowed(where, "the token is not authorised for the organisation's single sign-on (SSO required)")
    if _ABOUT_THE_TARGET.search(what):
        return Rejected(where, what)
    return Forbidden(where, what)


def _limited(where: str, answer: Answer, said: str, line: Line, endpoint: str, now: datetime) -> RateLimited | None:
    """Tell a throttle, in the order of GitHub's documentation: Retry-After, then an empty limit, then a minute."""
    told = retry_after(answer.headers, now)
    throttle = answer.status == 429
    if answer.status == 403:
        throttle = (
            told is not None or answer.headers.get("x-ratelimit-remaining") == "0" or bool(_THROTTLE.search(said))
        )
    if answer.status >= 500 and told is not None:
        throttle = True
    if not throttle:
        return None
    return _wait(where, answer, line, endpoint, now)


def limited_in_words(where: str, answer: Answer, line: Line, endpoint: str, now: datetime) -> RateLimited | None:
    """Tell a throttle of GraphQL, which answers 200 and says so among its errors (docs: rate limits of GraphQL)."""
    return _wait(where, answer, line, endpoint, now) if _THROTTLE.search(_said(answer)) else None


def _wait(where: str, answer: Answer, line: Line, endpoint: str, now: datetime) -> RateLimited:
    """Return until when to wait; a limit of GraphQL's own that is used up leaves the rest of the account alone."""
    told, reset = retry_after(answer.headers, now), _reset(answer, now)
    retry_at = told or reset or line.back_off(endpoint)
    own = told is None and reset is not None and answer.headers.get("x-ratelimit-resource") == "graphql"
    what = f"{answer.status}: asked to wait until {retry_at:%Y-%m-%d %H:%M:%S} UTC"
    return RateLimited(where, what, retry_at=retry_at, scope="endpoint" if own else "source")


def _reset(answer: Answer, now: datetime) -> datetime | None:
    if answer.headers.get("x-ratelimit-remaining") != "0":
        return None
    return limit_reset(answer, now)


def limit_reset(answer: Answer, now: datetime) -> datetime | None:
    """Return when the primary limit starts anew, by our clock: the server's may be ahead or behind."""
    try:
        reset = datetime.fromtimestamp(int(float(answer.headers.get("x-ratelimit-reset", ""))), UTC)
    except (ValueError, OverflowError, OSError):
        return None
    wait = reset - answer.date(now) + timedelta(seconds=1)
    return now + min(max(wait, timedelta(seconds=1)), LONGEST)


def whole_number(text: str) -> int | None:
    """Read what a header counts; None for what is no number."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def _said(answer: Answer) -> str:
    """Return the server's message in one short line, the errors of a 422 worded; "" for anything but its JSON."""
    try:
        told = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        return ""
    if not isinstance(told, dict):
        return ""
    errors = told.get("errors")
    parts = [str(told.get("message") or "")]
    parts += [_worded(error) for error in errors[:5]] if isinstance(errors, list) else []
    return printable("; ".join(part for part in parts if part))


def _worded(error: Any) -> str:
    if not isinstance(error, dict):
        return str(error)
    if error.get("message"):
        return str(error["message"])
    return " ".join(str(error[name]) for name in ("field", "code") if error.get(name))
