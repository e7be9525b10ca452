"""The session: PyGithub's requester, one request at a time, every answer looked at by us."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import unquote, urlencode, urljoin, urlsplit

import requests
from github import Auth, Github
from github.Requester import Requester

from integrations.errors import NotAllowed, Rejected, Unavailable
from integrations.github.answers import Answer, limit_reset, limited_in_words, refusal, whole_number
from integrations.github.config import GithubConfig
from integrations.github.connection import Connection, checked_base
from integrations.github.credentials import InstallationToken
from integrations.http import Line
from integrations.wording import network_words, printable

_HOPS = 3
_VERSION = "2022-11-28"
_AGENT = "kaizend"


class Session:
    """One repository's requests. Each goes over the line; errors name the source and the call, never a secret."""

    def __init__(self, config: GithubConfig, line: Line, clock: Callable[[], datetime]) -> None:
        self.config = config
        self.clock = clock
        self._line = line
        self._version: str | None = _VERSION
        self._base = checked_base(config)
        self._connection = Connection(self._base, config.timeout)
        self.installation = InstallationToken(config.app) if config.app else None
        self._requester = self._as(self.installation or Auth.Token(config.token))
        self.closed = ""  # why nothing is to be written here, as far as is known
        self.sends = 0  # how often the last write that may be written again was sent

    def close(self) -> None:
        """Close the connection."""
        self._connection.session.close()

    def forget_version(self) -> None:
        """Name no API version from now on: an old server refuses those that it does not know."""
        self._version = None
        self._requester = self._as(self.installation or Auth.Token(self.config.token))

    # -- requests ---------------------------------------------------------------------------------------------
    def get(self, endpoint: str, path: str, params: Mapping[str, Any] | None = None, *, etag: str = "") -> Answer:
        """Read; with an ETag the answer may be "not modified". Redirects on our host are followed, query and all."""
        self._authorise()
        url = f"{path}?{urlencode(params)}" if params else path
        headers = {"If-None-Match": etag} if etag else {}
        for _ in range(_HOPS):
            send = partial(self._send, endpoint, "GET", url, headers=headers)
            answer = self._line.read(endpoint, send)
            if answer.status < 300 or answer.status == 304:
                return answer
            url = self._moved(endpoint, answer, url)
        raise Rejected(self.where(endpoint), "redirected in circles")

    def rows(self, endpoint: str, path: str, params: Mapping[str, Any] | None = None, *, etag: str = "") -> Answer:
        """Read one page of a list."""
        return self.get(endpoint, path, {**(params or {}), "per_page": 100}, etag=etag)

    def ask(self, endpoint: str, query: str, variables: Mapping[str, Any]) -> Answer:
        """Ask GraphQL: it goes by POST, and reads."""
        self._authorise()
        body = {"query": query, "variables": dict(variables)}
        return self._line.read(endpoint, lambda: self._send(endpoint, "POST", self.graphql, body=body))

    def once(self, endpoint: str, verb: str, path: str, body: Any, *, content: bool = True, target: str = "") -> Answer:
        """Write exactly one time; `content` is what GitHub takes only so much of in an hour."""
        self._let_in(endpoint)
        self._authorise()
        return self._line.once(
            endpoint, lambda: self._send(endpoint, verb, path, body=body), content=content, target=target
        )

    def repeatable(
        self, endpoint: str, verb: str, path: str, body: Any = None, *, content: bool = False, target: str = ""
    ) -> Answer:
        """Write what may be written again; `sends` says how often it was."""
        self._let_in(endpoint)
        self._authorise()
        self.sends = 0

        def send() -> Answer:
            self.sends += 1
            return self._send(endpoint, verb, path, body=body)

        return self._line.repeatable(endpoint, send, content=content, target=target)

    def as_app(self, endpoint: str, path: str) -> Answer:
        """Read as the App itself, not as its installation."""
        return self._as_app(endpoint, "GET", path)

    def where(self, endpoint: str) -> str:
        """Name a call in errors."""
        return f"{self.config.name}: {endpoint}"

    @property
    def graphql(self) -> str:
        """The address of GraphQL, which is not under the REST prefix."""
        prefix = self._base.path.removesuffix("/v3") if self._base.path else ""
        return f"{self._base.scheme}://{self._base.netloc}{prefix}/graphql"

    def _let_in(self, endpoint: str) -> None:
        """Send no write that is known to be refused, whatever it is about."""
        if self.closed:
            raise NotAllowed(self.where(endpoint), self.closed)

    # -- one request ------------------------------------------------------------------------------------------
    def _send(
        self,
        endpoint: str,
        verb: str,
        url: str,
        *,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        requester: Requester | None = None,
    ) -> Answer:
        where = self.where(endpoint)
        wire = self._connection
        wire.adapter.journey.began = False
        try:
            (requester or self._requester).requestJson(
                verb,
                url,
                headers=dict(headers or {}),
                input=body,
                cnx=wire,  # type: ignore[arg-type] # quacks alike
            )
        except requests.RequestException as error:
            raise Unavailable(where, network_words(error), sent=wire.adapter.journey.began) from None
        answer = Answer(status=wire.status, headers=wire.headers, body=wire.body, path=url)
        self._line.heard(answer.headers)
        self._keep_reserve(answer)
        if verb == "GET" and 300 <= answer.status < 400:
            return answer
        refused = refusal(where, answer, self._line, endpoint, self.clock())
        if url == self.graphql and refused is None:
            refused = limited_in_words(where, answer, self._line, endpoint, self.clock())
        if answer.status == 401 and requester is None and self.installation:
            self.installation.forget()
        if refused:
            raise refused
        if verb == "GET" and answer.fresh:  # here, so that a body that was cut short is asked for again
            return replace(answer, told=answer.json(where), body=b"")
        return answer

    def _keep_reserve(self, answer: Answer) -> None:
        """Leave the last of the hour's requests to people and other tools: wait until the limit starts anew.

        Without a reserve, too, none is sent that is known to be refused.
        """
        left, limit = (whole_number(answer.headers.get(f"x-ratelimit-{name}", "")) for name in ("remaining", "limit"))
        if left is None or not limit or answer.headers.get("x-ratelimit-resource", "core") != "core":
            return
        reset = limit_reset(answer, self.clock())
        if reset is not None and left < max(1, limit * self.config.reserve):
            self._line.hold(reset)

    def _moved(self, endpoint: str, answer: Answer, asked: str) -> str:
        """Return where a redirect leads, below our prefix; the query is kept unless the new address has its own."""
        where, prefix = self.where(endpoint), self._base.path
        given = answer.headers.get("location", "")
        try:
            to = urlsplit(urljoin(f"{self._base.geturl()}{urlsplit(asked).path}", given))
        except ValueError:
            given = ""
        if not given or answer.status not in {301, 302, 307, 308}:
            raise Rejected(where, f"{answer.status} without a usable address")
        if (to.scheme, to.netloc.lower()) != (self._base.scheme, self._base.netloc.lower()):
            raise Rejected(where, f"redirected to another host, {printable(to.hostname or 'nowhere')}: not followed")
        # Else what is put behind the host could become another host; a transport resolves dots, encoded ones, too.
        if not to.path.startswith(f"{prefix}/") or not {".", ".."}.isdisjoint(unquote(to.path).split("/")):
            raise Rejected(where, "redirected to what is not the API's: not followed")
        path, query = to.path.removeprefix(prefix), to.query or urlsplit(asked).query
        return f"{path}?{query}" if query else path

    # -- credentials ------------------------------------------------------------------------------------------
    def _as(self, auth: Auth.Auth) -> Requester:
        return Github(
            auth=auth,
            base_url=self._base.geturl(),
            timeout=int(sum(self.config.timeout)) or 1,
            user_agent=_AGENT,
            per_page=100,
            retry=None,
            seconds_between_requests=0,
            seconds_between_writes=0,
            api_version=self._version,
        ).requester

    def _authorise(self) -> None:
        """See to it that an App's token lasts."""
        if self.installation is None or self.installation.lasts(self.clock()):
            return
        endpoint = "App token"
        answer = self._as_app(endpoint, "POST", self.installation.path, body={})
        self.installation.renew(answer.json(self.where(endpoint)), self.where(endpoint))

    def _as_app(self, endpoint: str, verb: str, path: str, body: Any = None) -> Answer:
        assert self.installation  # noqa: S101 - asked only for Apps
        requester = self._as(self.installation.app(self.clock(), self.where(endpoint)))
        try:
            return self._line.read(endpoint, lambda: self._send(endpoint, verb, path, body=body, requester=requester))
        except NotAllowed as refused:
            what = f"{refused.what}; is the key the App's, and is this machine's clock right?"
            raise NotAllowed(refused.where, what) from None
