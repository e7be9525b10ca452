"""A Jira project as a tracker: Cloud or Data Center, by the jira library's session."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from integrations.base import Allowance, Identity
from integrations.dates import moment
from integrations.errors import NotAllowed, NotFound
from integrations.http import Line
from integrations.jira.config import JiraConfig
from integrations.jira.desk import SHAPE
from integrations.jira.filed import FiledSearch
from integrations.jira.linking import Linking
from integrations.jira.moving import Moving
from integrations.jira.planning import Planning
from integrations.jira.reading import Reading, server_time
from integrations.jira.writing import Writing
from integrations.server_clock import YEARS
from rules.model import Marker, Ticket

NEEDED = {
    "BROWSE_PROJECTS": "see the project",
    "CREATE_ISSUES": "file tickets",
    "EDIT_ISSUES": "set labels, priorities and due dates",
    "SCHEDULE_ISSUES": "set due dates",
    "ASSIGN_ISSUES": "assign",
    "TRANSITION_ISSUES": "close and reopen",
    "LINK_ISSUES": "link",
    "ADD_COMMENTS": "comment",
    "EDIT_OWN_COMMENTS": "keep cards up to date",
}
ADMINISTRATION = ("ADMINISTER", "ADMINISTER_PROJECTS")
EXCESSIVE = (*ADMINISTRATION, "SYSTEM_ADMIN")  # the last is Data Center's alone


class JiraTracker(Reading, Writing, Moving, Planning, Linking):
    """One Jira project; satisfies integrations.base.Tracker."""

    uid: str  # "<site>/jira/project/<key>", by the key in the config: known before the first request

    def __init__(self, config: JiraConfig, line: Line, clock: Callable[[], datetime]) -> None:
        super().__init__(config, line, clock)
        self.uid = f"{self.site.uid}/jira/project/{config.project}"

    def close_connections(self) -> None:
        """End the kept-alive connections."""
        self.session.close()

    def allowance(self) -> Allowance | None:
        """Return how much may be written for now."""
        return self.line.allowance()

    def connect(self) -> Identity:
        """Ask the server what it is, who we are and what we may; see that the project and the canary are readable."""
        server = self.greet()
        now, date_header = self.clock(), self.session.headers.get("date", "")
        myself = self.meet()
        self.visit()
        have = self._rights()
        self._canary()
        return Identity(
            author=self.author,
            server="Jira Cloud" if self.cloud else f"Jira Data Center {server.get('version', '')}".strip(),
            rights=frozenset(have),
            missing=tuple(f"{right}: to {why}" for right, why in NEEDED.items() if right not in have),
            excess=tuple(f"{right}: kaizend never needs it" for right in EXCESSIVE if right in have),
            unknown=self.unknown_fields(),
            limit_left=_count(self.session.headers.get("x-ratelimit-remaining", "")),
            clock_skew=(_server_clock(server, date_header, now) - now).total_seconds(),
            time_zone=str(myself.get("timeZone") or "UTC"),
        )

    def filed(self, since: datetime) -> Iterator[tuple[Ticket, Marker]]:
        """Read the tickets we filed since then, the index's gaps filled by key."""
        return FiledSearch(self, since).tickets()

    def _rights(self) -> set[str]:
        # Cloud wants to be told which, and refuses one that it does not know; Data Center tells all.
        asked = {"permissions": ",".join((*NEEDED, *ADMINISTRATION))} if self.cloud else {}
        found = self.get("rights", "mypermissions", projectKey=self.config.project, **asked)
        try:
            return {
                name
                for name, about in found["permissions"].items()
                if about["havePermission"] and (name in NEEDED or name in EXCESSIVE)
            }
        except SHAPE as error:
            raise self.wrong("rights", error) from error

    def _canary(self) -> None:
        """Make sure that the issue which must be readable is."""
        if not self.config.canary:
            return
        try:
            self.get("canary", "issue", self.config.canary, fields="summary")
        except NotFound as error:
            what = f"the canary {self.config.canary} cannot be read: a permission is lost, or it was deleted"
            raise NotAllowed(f"{self.name}: canary", what) from error


def _server_clock(server: dict[str, Any], date_header: str, now: datetime) -> datetime:
    """Return the server's time as it tells it: to the millisecond in its own words, to the second in a header."""
    try:
        told = moment(server["serverTime"])
    except SHAPE:
        return server_time(date_header, now)
    return told if told.year in YEARS else server_time(date_header, now)


def _count(header: str) -> int | None:
    return int(header) if header.isascii() and header.isdigit() else None
