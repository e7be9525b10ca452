"""Planning: a ticket is put into the sprint under way, or given the next version, if it has none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, assert_never

from integrations.base import Receipt
from integrations.errors import NotFound, Rejected
from integrations.jira.desk import SHAPE
from integrations.jira.fields import Fields
from integrations.jira.payloads import sprint_name
from integrations.jira.session import AGILE

NOTHING_WROTE = Receipt(wrote=False)
WHERE = "plan"
MOST_BOARDS = 20
STATES = ("active", "future")  # what is under way before what is to come


class Planning(Fields):
    """The part of a tracker that knows sprints and versions."""

    def plan_for(self, ref: str, place: Literal["sprint", "version"]) -> Receipt:
        """Plan a ticket for the sprint under way or else the next one, or for the next version; not if it has one."""
        match place:
            case "sprint":
                return self._sprint(ref)
            case "version":
                return self._version(ref)
            case _:
                assert_never(place)

    # -- versions ---------------------------------------------------------------------------------------------------
    def _version(self, ref: str) -> Receipt:
        issue = self.fields(WHERE, ref, "fixVersions")
        if issue.get("fixVersions"):
            return NOTHING_WROTE
        rows = self.get("versions", "project", self.config.project, "versions")
        try:
            coming = [row for row in rows if not row.get("released") and not row.get("archived")]
            dated = sorted(coming, key=lambda row: str(row.get("releaseDate") or "9999"))
            chosen = str(dated[0]["id"]) if dated else ""
        except SHAPE as error:
            raise self.wrong("versions", error) from error
        if not chosen:
            raise Rejected(f"{self.name}: {WHERE}", f"no version of {self.config.project} is still to be released")
        return self.edit(WHERE, ref, issue, "fixVersions", [{"add": {"id": chosen}}])

    # -- sprints ----------------------------------------------------------------------------------------------------
    def _sprint(self, ref: str) -> Receipt:
        field = self.sprint_field
        if not field:
            raise Rejected(f"{self.name}: {WHERE}", "this Jira has no sprints")
        if sprint_name(self.fields(WHERE, ref, field).get(field)):
            return NOTHING_WROTE
        sprint = self._coming_sprint()
        if not sprint:
            raise Rejected(f"{self.name}: {WHERE}", f"no sprint of {self.config.project} is under way or to come")
        self.line.repeatable(
            WHERE,
            lambda: self.session.ask(WHERE, "POST", ("sprint", sprint, "issue"), json={"issues": [ref]}, api=AGILE),
            target=ref,
            limits=self.config.issue_limits,
        )
        return Receipt()

    def _coming_sprint(self) -> str:
        """Return the id of the sprint under way on the first of the project's boards that has one, else of the next."""
        boards = self._agile("board", projectKeyOrId=self.config.project, type="scrum", maxResults=str(MOST_BOARDS))
        rows = [
            row for board in boards for row in self._agile("board", str(board["id"]), "sprint", state="active,future")
        ]
        for state in STATES:
            for row in rows:
                if str(row.get("state", "")).lower() == state:
                    return str(row["id"])
        return ""

    def _agile(self, *path: str, **params: str) -> list[Mapping[str, Any]]:
        """Read a list of Jira Software; none where that is not installed."""
        try:
            found = self.line.read(
                "sprints", lambda: self.session.ask("sprints", "GET", path, params=params, api=AGILE)
            )
        except NotFound:
            return []
        rows = self.shaped("sprints", found).get("values")
        if not isinstance(rows, list) or not all(isinstance(row, dict) and "id" in row for row in rows):
            raise self.wrong("sprints", ValueError())
        return rows
