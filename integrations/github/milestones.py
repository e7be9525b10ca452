"""Due dates by the way the source has: the organisation's field, a milestone of ours, or the card alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from integrations.errors import Incomplete, Rejected, Taken
from integrations.github.circles import Circles
from integrations.github.duedates import DueField
from integrations.github.payloads import Repository
from integrations.github.session import Session

_TITLE = "Due {due}"
_OURS = re.compile(r"Due \d{4}-\d{2}-\d{2}", re.ASCII)
_ABOUT = "Work that is due on this day. Kept by kaizend; a milestone that people set is never replaced by it."


@dataclass(slots=True)
class Milestones:
    """Our milestones, one a date, found by their titles."""

    session: Session
    repository: Repository
    _numbers: dict[str, int] = field(default_factory=dict)
    _listed: bool = False

    def number(self, due: date) -> int:
        """Return the number of a date's milestone; made if it is not there."""
        title = _TITLE.format(due=due.isoformat())
        if title not in self._numbers and not self._listed:
            self._list()
        if title not in self._numbers:
            self._make(title, due)
        return self._numbers[title]

    def _make(self, title: str, due: date) -> None:
        # GitHub keeps the date of due_on in Pacific time: noon UTC is on the same day there, midnight is not.
        body = {"title": title, "due_on": f"{due.isoformat()}T12:00:00Z", "description": _ABOUT}
        where = self.session.where("create milestone")
        try:
            told = self.session.repeatable("create milestone", "POST", self._path, body, content=True).json(where)
        except Rejected as refused:
            if "already_exists" not in refused.what:
                raise
            self._list()  # somebody made it a moment ago
        else:
            self._note([told], where)
        if title not in self._numbers:
            raise Rejected(where, f"GitHub did not make the milestone {title!r}")

    def _list(self) -> None:
        page, where = 1, self.session.where("list milestones")
        circles = Circles(where)
        while True:
            answer = self.session.rows("list milestones", self._path, {"state": "all", "page": page})
            rows = answer.json(where)
            self._note(rows, where)
            circles.check([row["number"] for row in rows], more=answer.has_next(len(rows)))
            if not answer.has_next(len(rows)):
                self._listed = True
                return
            page += 1

    def _note(self, rows: Any, where: str) -> None:
        try:
            self._numbers.update({str(row["title"]): int(row["number"]) for row in rows})
        except (KeyError, TypeError, ValueError):
            raise Incomplete(where, "a milestone has not the expected shape") from None

    @property
    def _path(self) -> str:
        return f"/repos/{self.repository.full_name}/milestones"


@dataclass(slots=True)
class Due:
    """How this source keeps due dates."""

    session: Session
    repository: Repository
    due_field: DueField | None
    milestones: Milestones

    @property
    def by_milestone(self) -> bool:
        """Say whether milestones carry them."""
        return self.due_field is None and self.session.config.due in {"auto", "milestone"}

    def set(self, ref: str, issue: Mapping[str, Any], due: date | None) -> bool:
        """Set or clear an issue's due date; False if nothing was to be written. `issue` is as GitHub has it now."""
        way = self.session.config.due
        if way == "card":
            return False  # the card's text carries it
        if self.due_field is not None:
            if self.due_field.read(ref) == due:
                return False
            self.due_field.write(ref, due)
            return True
        if way == "field":
            raise Rejected(self.session.where("set due"), "the organisation has no issue field 'Target date'")
        return self._by_milestone(ref, issue, due)

    def _by_milestone(self, ref: str, issue: Mapping[str, Any], due: date | None) -> bool:
        where = self.session.where("set due")
        title = str((issue.get("milestone") or {}).get("title") or "")
        if title and not _OURS.fullmatch(title):
            raise Taken(where, f"#{ref} is in the milestone {title!r}, set by a person: it is not replaced")
        if title == (_TITLE.format(due=due.isoformat()) if due else ""):
            return False
        number = self.milestones.number(due) if due else None
        path = f"/repos/{self.repository.full_name}/issues/{ref}"
        told = self.session.repeatable("set due", "PATCH", path, {"milestone": number}, target=ref).json(where)
        now = (told.get("milestone") or {}).get("number") if isinstance(told, dict) else -1
        if now != number:
            raise Rejected(where, f"#{ref}: the milestone did not become {number}")
        return True
