"""The connection that PyGithub sends on, and which addresses it may go to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import SplitResult, urlsplit

import requests
from github.Requester import Requester

from integrations.deadline import DeadlineAdapter, Plain, total_of
from integrations.github.config import GithubConfig
from integrations.loopback import is_loopback, keep_here

BODY_LIMIT = 64 * 1024 * 1024
"""Bytes of an answer, unpacked; a page of a hundred issues whose bodies are as long as can be is a tenth of it."""
_CHUNK = 256 * 1024
"""Bytes of a body read at a time: by 10 KB, as requests does by itself, a page of a list costs a tenth more CPU."""


class Connection:
    """What PyGithub talks to instead of its own connection.

    PyGithub would follow a 301 with its query lost, wait out a 202 by itself and guess the encoding of each body. So
    it is told that all went well, and the answer is kept here for us to judge.
    """

    def __init__(self, base: SplitResult, timeout: tuple[float, float]) -> None:
        self.session = Plain()
        self.session.auth = Requester.noopAuth  # anything but None keeps ~/.netrc out
        self.adapter = DeadlineAdapter(total_of(timeout))
        self.session.mount("https://", self.adapter)
        self.session.mount("http://", self.adapter)
        self._origin = f"{base.scheme}://{base.netloc}"
        keep_here(self.session, self._origin)
        # The environment (proxies, an own CA) is asked once, not for every request.
        settings = self.session.merge_environment_settings(self._origin, {}, None, None, None)
        self.session.proxies, self.session.verify = settings["proxies"], settings["verify"]
        self.session.trust_env = False
        self._timeout = timeout
        self._asked: tuple[str, str, Any, dict[str, str]] = ("", "", None, {})
        self.status = 200
        self.headers: Mapping[str, str] = {}
        self.body = b""

    def request(self, verb: str, url: str, data: Any, headers: dict[str, str], stream: bool = False) -> None:
        """Take what PyGithub made of the request: its URL, its authentication."""
        self._asked = (verb, url, data, headers)
        assert not stream  # noqa: S101 - only requestJson is used

    def getresponse(self) -> _Seen:
        """Send it, once, and keep the answer."""
        verb, url, data, headers = self._asked
        with self.session.request(
            verb,
            self._origin + url,
            data=data,
            headers=headers,
            timeout=self._timeout,
            allow_redirects=False,
            stream=True,
        ) as answer:
            self.body = b"".join(_pieces(answer))
        self.status = answer.status_code
        self.headers = {name.lower(): value for name, value in answer.headers.items()}
        if self.status >= 300:
            self._forget(headers.get("Authorization", ""))
        return _SEEN

    def _forget(self, credential: str) -> None:
        """Take what we proved ourselves by out of an answer that echoes it: no message may carry it on."""
        secret = credential.rpartition(" ")[2]
        if secret:
            self.headers = {name: value.replace(secret, "***") for name, value in self.headers.items()}
            self.body = self.body.replace(secret.encode(), b"***")


class TooLarge(requests.RequestException):
    """An answer that would fill the memory: a fault, or packed to become that large."""


def _pieces(answer: requests.Response) -> Iterator[bytes]:
    """Yield a body. Raises TooLarge. A redirect's says nothing to us."""
    size = 0
    for piece in () if answer.is_redirect else answer.iter_content(_CHUNK):
        size += len(piece)
        if size > BODY_LIMIT:
            raise TooLarge
        yield piece


class _Seen:
    """An answer that gives PyGithub nothing to do."""

    status = 200

    def getheaders(self) -> tuple[tuple[str, str], ...]:
        """Tell of no header."""
        return ()

    def read(self) -> str:
        """Tell of no body."""
        return ""


_SEEN = _Seen()


def checked_base(config: GithubConfig) -> SplitResult:
    """Read the base URL; ValueError if it is none, or would carry the token in the clear."""
    base = urlsplit(config.base_url.rstrip("/"))
    right = "it must be https://HOST[/PREFIX], as in https://github.example.com/api/v3"
    if base.scheme not in {"https", "http"} or not base.hostname or base.query or base.fragment or base.username:
        raise ValueError(f"{config.name}: base_url: {right}")
    if base.scheme == "http" and not is_loopback(base.hostname):
        raise ValueError(f"{config.name}: base_url: plain http would show the token to the network; {right}")
    if bool(config.token) == bool(config.app):
        raise ValueError(f"{config.name}: exactly one of a token and an App is needed")
    if config.token and not (config.token.isascii() and config.token.isprintable() and " " not in config.token):
        raise ValueError(f"{config.name}: the token holds characters that no token has (a space, a line end?)")
    return base
