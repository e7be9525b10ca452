"""One request to Jira: by the jira library's session, without its resends; what fails is one of our errors."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit

import requests
import urllib3
from jira import JIRA

from integrations.deadline import DeadlineAdapter, total_of
from integrations.errors import NotAllowed, Unavailable
from integrations.http import Line
from integrations.jira.answers import Answer, checked
from integrations.jira.config import JiraConfig
from integrations.loopback import is_loopback, keep_here
from integrations.wording import network_words

BODY_LIMIT = 64 * 1024 * 1024  # bytes; a page of a hundred issues with their talk is two or three million
API, AGILE = "api/2", "agile/1.0"
"""Below /rest/: Jira itself, and Jira Software, which knows boards and sprints."""
_CHUNK = 1 << 16
_NOT_JSON = (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError)


class Session:
    """The library's authenticated session to one Jira, for `send` functions of a Line: one request a call."""

    def __init__(self, config: JiraConfig, line: Line, clock: Callable[[], datetime]) -> None:
        base = checked_base(config.name, config.base_url)
        if not config.token:
            raise NotAllowed(config.name, "no token is set")
        auth: dict[str, Any] = {"token_auth": config.token}
        if config.email:
            auth = {"basic_auth": (config.email, config.token)}
        self._client = JIRA(
            server=base,
            options={"rest_api_version": "2", "check_update": False},
            get_server_info=False,  # a request in a constructor: connect() asks, and knows what to make of the answer
            max_retries=0,
            timeout=config.timeout,
            logging=False,  # else it sets its logger to INFO for the whole process
            **auth,
        )
        keep_here(self._client._session, base)
        # Else requests reads the body of a redirect, however large, before it gives it to us.
        self._client._session.get_redirect_target = lambda resp: None  # type: ignore[method-assign]  # noqa: ARG005
        self._wire = DeadlineAdapter(total_of(config.timeout))
        self._client._session.mount("https://", self._wire)
        self._client._session.mount("http://", self._wire)
        self._rest = f"{base}/rest"
        self._source = config.name
        basic = base64.b64encode(f"{config.email}:{config.token}".encode()).decode()
        self._secrets = (config.token, basic)
        self._timeout = config.timeout
        self._clock = clock
        self._line = line
        self.headers: Mapping[str, str] = {}  # of the newest answer

    def close(self) -> None:
        """End the kept-alive connections."""
        self._client.close()  # type: ignore[no-untyped-call]  # the library has no types here

    def ask(
        self,
        where: str,
        method: str,
        path: tuple[str, ...],
        *,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        api: str = API,
    ) -> Any:
        """Send one request and return its JSON, None if there is none. Raises only integrations.errors."""
        return self.answer(where, method, path, params=params, json=json, api=api)[1]

    def answer(
        self,
        where: str,
        method: str,
        path: tuple[str, ...],
        *,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        api: str = API,
    ) -> tuple[int, Any]:
        """As `ask`, with the status before it."""
        place = f"{self._source}: {where}"
        url = "/".join((self._rest, api, *(quote(part, safe="") for part in path)))
        answer = self._send(place, method, url, params, json)
        self.headers = answer.headers
        self._line.heard(answer.headers)
        answer = self._without_token(answer)
        return answer.status, checked(place, answer, now=self._clock(), back_off=lambda: self._line.back_off(where))

    def _send(self, place: str, method: str, url: str, params: Mapping[str, Any] | None, json: Any) -> Answer:
        """Send once. The library's own `request` would send again after a dropped connection, a 429 or a 503."""
        self._wire.journey.began = False
        try:
            with requests.Session.request(
                self._client._session,
                method,
                url,
                params=params,
                json=json,
                timeout=self._timeout,
                allow_redirects=False,
                stream=True,
            ) as response:
                headers = {name.lower(): value for name, value in response.headers.items()}
                body = self._body(place, response)
                return Answer(method=method, status=response.status_code, headers=headers, body=body)
        except _NOT_JSON as error:
            raise Unavailable(place, network_words(error), sent=self._wire.journey.began) from error

    def _body(self, place: str, response: requests.Response) -> bytes:
        """Read a body piece by piece as it comes: a huge one does not fill memory, nor is half a one taken for it."""
        if response.is_redirect:
            return b""  # it says nothing to us, and may be endless
        chunks, size = [], 0
        while chunk := response.raw.read1(_CHUNK, decode_content=True):
            chunks.append(chunk)
            size += len(chunk)
            if size > BODY_LIMIT:
                raise Unavailable(place, f"the answer is larger than {BODY_LIMIT} bytes")
        expected = response.headers.get("Content-Length", "")
        if expected.isdecimal() and not response.headers.get("Content-Encoding") and size < int(expected):
            raise Unavailable(place, "the answer is cut short")
        return b"".join(chunks)

    def _without_token(self, answer: Answer) -> Answer:
        """Take our credentials out of an answer that echoes them, so that no message can carry them on."""
        if answer.status < 300:
            return answer
        headers, body = dict(answer.headers), answer.body
        for secret in self._secrets:
            headers = {name: value.replace(secret, "***") for name, value in headers.items()}
            body = body.replace(secret.encode(), b"***")
        return Answer(method=answer.method, status=answer.status, headers=headers, body=body)


def checked_base(source: str, base_url: str) -> str:
    """Return a base URL without its last slash. Raises NotAllowed for one that must not be talked to."""
    base = base_url.rstrip("/")
    try:
        parts = urlsplit(base)
        host = parts.hostname or ""
    except ValueError:
        host = ""
    if not host or parts.scheme not in {"http", "https"} or parts.query or parts.fragment:
        raise NotAllowed(source, "base_url is no address of a Jira: https://host[/path] is")
    if parts.username is not None or parts.password is not None:
        raise NotAllowed(source, "base_url holds a user or password: the token belongs elsewhere")
    if parts.scheme == "http" and not is_loopback(host):
        raise NotAllowed(source, f"base_url is plain http to {host}: only loopback may go without https")
    return base
