"""One field of an issue at a time: as it is now, changed, or refused because no screen has it."""

from __future__ import annotations

from typing import Any

from integrations.base import Receipt
from integrations.errors import Rejected
from integrations.jira.answers import FieldRefused
from integrations.jira.desk import Desk


class Fields(Desk):
    """Reads and changes fields, and remembers which have no place."""

    def fields(self, where: str, ref: str, field: str) -> dict[str, Any]:
        """Read one field of an issue as it is now, and its type."""
        issue = self.shaped(where, self.get("ticket", "issue", ref, fields=f"{field},issuetype"))
        return self.shaped(where, issue.get("fields"))

    def edit(self, where: str, ref: str, issue: dict[str, Any], field: str, steps: list[dict[str, Any]]) -> Receipt:
        """Change one field. One that is not on the screen of the issue's type is not tried there again."""
        kind = str((issue.get("issuetype") or {}).get("name", ""))
        if field in self.refused.get(kind, frozenset()):
            what = f"the field '{field}' is not on the screen of {kind or 'this type'} in {self.config.project}"
            raise Rejected(f"{self.name}: {where}", what)
        try:
            self.put(where, ref, "PUT", "issue", ref, json={"update": {field: steps}})
        except FieldRefused as error:
            self.remember(kind, error)
            raise
        return Receipt()

    def remember(self, kind: str, error: FieldRefused) -> frozenset[str]:
        """Note the fields that a type of issue has no place for, for as long as the process lives."""
        self.refused[kind] = self.refused.get(kind, frozenset()) | error.off_screen
        return error.off_screen
