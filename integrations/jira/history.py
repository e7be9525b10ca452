"""An issue's changelog, beyond the forty entries that a search brings along."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from integrations.dates import moment
from integrations.jira.desk import Desk
from integrations.jira.payloads import milliseconds

_PAGE = 100


class History:
    """Reads what is missing of changelogs, and only that."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def of(self, row: Mapping[str, Any], since: int) -> list[dict[str, Any]]:
        """Return the entries of an issue at or after `since` (milliseconds), and maybe older ones."""
        log = row.get("changelog") or {}
        entries = list(log.get("histories") or ())
        if len(entries) >= log.get("total", 0) or any(_time(one) < since for one in entries):
            return entries
        older = self._paged(row["id"], log["total"], since) if self._desk.cloud else self._whole(row["id"])
        return list({one["id"]: one for one in [*entries, *older]}.values())

    def _paged(self, ref: str, total: int, since: int) -> list[dict[str, Any]]:
        """Page backwards from the newest: Cloud lists the oldest first."""
        found: list[dict[str, Any]] = []
        end = total
        while end > 0:
            start = max(end - _PAGE, 0)
            size = str(end - start)
            page = self._desk.get("changelog", "issue", ref, "changelog", startAt=str(start), maxResults=size)
            found += page["values"]
            if any(_time(one) < since for one in page["values"]):
                break
            end = start
        return found

    def _whole(self, ref: str) -> list[dict[str, Any]]:
        """Read all of it: Data Center has no pages here."""
        issue = self._desk.get("changelog", "issue", ref, expand="changelog", fields="updated")
        return list(issue["changelog"]["histories"])


def _time(entry: Mapping[str, Any]) -> int:
    return milliseconds(moment(entry["created"]))
