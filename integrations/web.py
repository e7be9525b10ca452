"""One GET to a server that is no tracker: bounded in time and size, on its own host, and our errors alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from urllib.parse import SplitResult, urljoin, urlsplit

import requests
import urllib3

from integrations.deadline import DeadlineAdapter, Plain, total_of
from integrations.errors import NotAllowed, NotFound, RateLimited, Rejected, TrackerError, Unavailable
from integrations.http import Line, retry_after
from integrations.loopback import keep_here
from integrations.wording import network_words, printable

BODY_LIMIT = 4 * 1024 * 1024  # bytes
HOPS = 3  # redirects that are followed
_CHUNK = 16 * 1024  # small, for what a body that is compressed all the same may become
_NO_ANSWER = (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Got:
    """One whole answer with a 2xx status. Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def date(self, header: str) -> datetime | None:
        """Return the moment that a header names, None if it names none."""
        try:
            moment = parsedate_to_datetime(self.headers.get(header, ""))
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, TypeError, IndexError, OverflowError):
            return None


class Web:
    """What asks one server. Each read has a connection of its own: an hour later the old one would be dead."""

    def __init__(
        self, line: Line, clock: Callable[[], datetime], *, timeout: tuple[float, float], token: str = ""
    ) -> None:
        self._line = line
        self._clock = clock
        self._timeout = timeout
        self._token = token

    def get(
        self,
        where: str,
        url: str,
        params: Mapping[str, str] | None = None,
        words: Callable[[bytes], str] = lambda _body: "",
    ) -> Got:
        """Read an address, over redirects on its own host. `words` finds in a refusal's body what the server says."""
        with closing(self._session(url)) as session:
            for _ in range(HOPS + 1):
                got = self._line.read(where, partial(self._send, session, where, url, params, words))
                if got.status < 300:
                    return got
                url, params = _moved(where, url, got), None
        raise Rejected(where, "redirected in circles")

    def _session(self, url: str) -> requests.Session:
        session = Plain()
        keep_here(session, url)
        session.auth = lambda request: request  # anything but None keeps ~/.netrc out
        adapter = DeadlineAdapter(total_of(self._timeout))
        session.mount("https://", adapter)
        session.mount("http://", adapter)
        session.headers.update({"User-Agent": "kaizend", "Accept-Encoding": "identity"})
        if self._token:
            session.headers["Authorization"] = f"Bearer {self._token}"
        return session

    def _send(
        self,
        session: requests.Session,
        where: str,
        url: str,
        params: Mapping[str, str] | None,
        words: Callable[[bytes], str],
    ) -> Got:
        """Send one request. Returns a success or a redirect."""
        try:
            with session.get(url, params=params, timeout=self._timeout, allow_redirects=False, stream=True) as response:
                headers = {name.lower(): self._without_token(value) for name, value in response.headers.items()}
                body = b"" if 300 <= response.status_code < 400 else _body(where, response)
        except _NO_ANSWER as error:
            raise Unavailable(where, network_words(error)) from None
        told = body.replace(self._token.encode(), b"***") if self._token else body
        got = Got(status=response.status_code, headers=headers, body=told)
        if 200 <= got.status < 400:
            return got
        raise self._refusal(where, got, words)

    def _without_token(self, text: str) -> str:
        """Take our token out of what a server echoes."""
        return text.replace(self._token, "***") if self._token else text

    def _refusal(self, where: str, got: Got, words: Callable[[bytes], str]) -> TrackerError:
        said = printable(words(got.body))
        what = f"{got.status}: {said}" if said else f"the server answered {got.status}"
        now = self._clock()
        told = retry_after(got.headers, now)
        if got.status == 429 or (got.status == 503 and told):
            retry_at = told or self._line.back_off(where)
            return RateLimited(where, f"{what}; again at {retry_at:%Y-%m-%d %H:%M:%S} UTC", retry_at=retry_at)
        if got.status == 408 or got.status >= 500:
            return Unavailable(where, what)
        if got.status in {401, 403, 407}:
            return NotAllowed(where, f"{what}: it wants a credential, or another one")
        return NotFound(where, what) if got.status in {404, 410} else Rejected(where, what)


def _body(where: str, response: requests.Response) -> bytes:
    """Read a body, up to the limit; the transport ends one that takes too long or is cut short."""
    chunks, size = [], 0
    for chunk in response.iter_content(_CHUNK):
        chunks.append(chunk)
        size += len(chunk)
        if size > BODY_LIMIT:
            raise Rejected(where, f"the answer is larger than {BODY_LIMIT // 1024 // 1024} MB")
    return b"".join(chunks)


def _moved(where: str, url: str, got: Got) -> str:
    """Return where a redirect leads: on the same host, and never from https to http."""
    target = got.headers.get("location", "")
    try:
        to, was = urlsplit(urljoin(url, target)), urlsplit(url)
        stays = _origin(to) == _origin(was) or (_origin(was), _origin(to)) == (
            ("http", to.hostname, 80),
            ("https", was.hostname, 443),
        )
    except ValueError:
        target = ""
    if not target:
        raise Rejected(where, f"redirected ({got.status}) without a usable address")
    if not stays:
        host = printable(to.hostname or "nowhere")
        raise Rejected(where, f"redirected to {host}, another address: not followed (a login page?)")
    return to.geturl()


def _origin(parts: SplitResult) -> tuple[str, str | None, int | None]:
    return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)
