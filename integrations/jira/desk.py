"""What reading and writing share: the session, the line, who we are, and which Jira this is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from integrations.errors import Forbidden, Incomplete, NotFound, Unavailable
from integrations.http import Line
from integrations.jira.config import JiraConfig
from integrations.jira.payloads import FIELDS, Site, account, custom_fields, named_fields, sprint_field
from integrations.jira.session import Session, checked_base
from integrations.wording import nearest

SHAPE = (KeyError, TypeError, ValueError, AttributeError, IndexError)
"""What a payload of an unexpected shape ends in."""


class Desk:
    """One project of one Jira, and a line to it."""

    def __init__(self, config: JiraConfig, line: Line, clock: Callable[[], datetime]) -> None:
        self.name = config.name
        self.config = config
        self.line = line
        self.clock = clock
        self.session = Session(config, line, clock)
        browse = checked_base(config.name, config.browse_url or config.base_url)
        self.site = Site(source=config.name, uid=browse.partition("://")[2], browse=browse)
        self._author = ""
        self._server: dict[str, Any] = {}
        self._project: dict[str, Any] = {}
        self._fields = ""  # what a ticket is asked for, once it is known
        self._custom: tuple[str, ...] = ()  # what the custom fields are called, once that is known
        self.refused: dict[str, frozenset[str]] = {}  # issue type -> fields that are not on its screen
        self._edits_silently = True  # until the server refuses to
        self._edits_take_markers = False  # seen, of this server: an edit of a comment takes its properties along

    def get(self, where: str, *path: str, **params: str) -> Any:
        """Read something, again if need be."""
        return self.line.read(where, lambda: self.session.ask(where, "GET", path, params=params))

    def put(self, where: str, ref: str, method: str, *path: str, json: Mapping[str, Any], **params: str) -> Any:
        """Write to the issue `ref` what may be written twice."""
        return self.line.repeatable(
            where,
            lambda: self.session.ask(where, method, path, params=params, json=json),
            target=ref,
            limits=self.config.issue_limits,
        )

    def delete(self, where: str, ref: str, *path: str) -> None:
        """Remove something of the issue `ref`; NotFound if it is gone."""
        self.line.repeatable(
            where,
            lambda: self.session.ask(where, "DELETE", path),
            target=ref,
            limits=self.config.issue_limits,
        )

    def shaped(self, where: str, data: Any) -> dict[str, Any]:
        """Insist on a JSON object."""
        if not isinstance(data, dict):
            raise Incomplete(f"{self.name}: {where}", "the answer is not of the expected shape")
        return data

    def made(self, where: str, data: Any, *keys: str) -> dict[str, Any]:
        """Insist on an answer to a write that names what was made; without it, whether it was made is unknown."""
        if isinstance(data, dict) and all(data.get(key) for key in keys or ("id",)):
            return data
        raise Unavailable(f"{self.name}: {where}", "the answer does not say what was made")

    def wrong(self, where: str, error: Exception) -> Incomplete:
        """Word a payload that could not be understood, by the kind of trouble and never by its content."""
        return Incomplete(f"{self.name}: {where}", f"the answer is not of the expected shape ({type(error).__name__})")

    @property
    def server(self) -> dict[str, Any]:
        """What the server says of itself; asked once, and again by each connect()."""
        return self._server or self.greet()

    def greet(self) -> dict[str, Any]:
        """Ask the server what it is."""
        self._server = self.shaped("server", self.get("server", "serverInfo"))
        return self._server

    @property
    def cloud(self) -> bool:
        """Whether this is Jira Cloud; before the server was asked, an e-mail beside the token says so."""
        kind = self._server.get("deploymentType")
        return kind == "Cloud" if isinstance(kind, str) else bool(self.config.email)

    @property
    def author(self) -> str:
        """Our account as it stands on what we write; asked once, and again by each connect()."""
        return self._author or account(self.meet())

    def meet(self) -> dict[str, Any]:
        """Ask who we are."""
        myself = self.shaped("myself", self.get("myself", "myself"))
        self._author = account(myself)
        if not self._author:
            raise Incomplete(f"{self.name}: myself", "the server does not say who we are")
        return myself

    @property
    def project(self) -> dict[str, Any]:
        """The project as it is called now; asked once, and again by each connect()."""
        return self._project or self.visit()

    def visit(self) -> dict[str, Any]:
        """Ask for the project."""
        project = self.shaped("project", self.get("project", "project", self.config.project))
        if not (project.get("id") and isinstance(project.get("key"), str)):
            raise Incomplete(f"{self.name}: project", "the answer is not of the expected shape")
        self._project = project
        return project

    @property
    def ticket_fields(self) -> str:
        """The fields to ask for of a ticket; which one holds the sprint is asked once."""
        if not self._fields:
            try:
                rows = self.get("fields", "field")
                found, custom = sprint_field(rows), custom_fields(rows)
            except (NotFound, Forbidden):
                found, custom = "", {}
            except SHAPE as error:
                raise self.wrong("fields", error) from error
            named = named_fields(custom, self.config.fields)
            self.site, self._custom = replace(self.site, sprint=found, named=named), tuple(custom.values())
            self._fields = ",".join((FIELDS, *([found] if found else []), *named))
        return self._fields

    @property
    def asked(self) -> str:
        """The custom fields that tickets are asked for, by their ids, as the config names them."""
        return ",".join(sorted(self.site.named)) if self.config.fields and self.ticket_fields else ""

    def unknown_fields(self) -> tuple[str, ...]:
        """Return the names of the config that no field has, one line each, with the nearest that one has."""
        found = {*self.site.named.values()} if self.asked else frozenset()
        missing = (name for name in self.config.fields if name not in found)
        return tuple(
            f"no custom field is called '{name}', as the config asks for{nearest(name, self._custom)}"
            for name in missing
        )

    @property
    def sprint_field(self) -> str:
        """The id of the field that holds the sprints, "" if there is none; asked once."""
        return self.site.sprint if self.ticket_fields else ""

    def person(self, person: str | None) -> dict[str, str | None]:
        """Address a person in a payload; None is nobody."""
        return {"accountId" if self.cloud else "name": person}
