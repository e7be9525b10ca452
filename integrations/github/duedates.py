"""The organisation's date field on issues ("Target date"), where there is one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from integrations.dates import day
from integrations.errors import Incomplete, Rejected
from integrations.github.payloads import Raw, Repository
from integrations.github.session import Session

_NAME = "target date"


@dataclass(frozen=True, slots=True)
class DueField:
    """The field, on the issues of one repository."""

    session: Session
    repository: Repository
    id: int

    def read(self, ref: str) -> date | None:
        """Read an issue's date."""
        return self.among(field_values(self.session, self.repository, ref))

    def among(self, values: Iterable[Raw]) -> date | None:
        """Find the date among an issue's values."""
        where = self.session.where("issue fields")
        return next((found for value in values if (found := self._date(value, where))), None)

    def write(self, ref: str, due: date | None) -> None:
        """Set or clear an issue's date, and see that it was taken: GitHub may drop a value without a word."""
        if due is None:
            path = f"{values_path(self.repository, ref)}/{self.id}"
            self.session.repeatable("clear due", "DELETE", path, target=ref)
        else:
            body = {"issue_field_values": [{"field_id": self.id, "value": due.isoformat()}]}
            self.session.repeatable("set due", "POST", values_path(self.repository, ref), body, target=ref)
        kept = self.read(ref)
        if kept != due:
            raise Rejected(
                self.session.where("set due"), f"GitHub kept {kept or 'no date'} in place of {due or 'none'}"
            )

    def _date(self, value: Any, where: str) -> date | None:
        try:
            field = value.get("issue_field_id", value.get("field_id"))
            told = value.get("value") if field == self.id else None
            return day(str(told)) if told else None
        except (AttributeError, ValueError) as error:
            raise Incomplete(where, f"a value has not the expected shape ({type(error).__name__})") from None


def due_field(session: Session, repository: Repository, rows: Iterable[Raw]) -> DueField | None:
    """Choose the date field among an organisation's fields, if there is one."""
    for row in rows:
        if str(row.get("name", "")).strip().lower() == _NAME and str(row.get("data_type", "date")) == "date":
            return DueField(session, repository, int(row["id"]))
    return None


def field_values(session: Session, repository: Repository, ref: str) -> list[Raw]:
    """Read an issue's values of its organisation's fields."""
    where = session.where("issue fields")
    values = session.rows("issue fields", values_path(repository, ref)).json(where)
    if not isinstance(values, list):
        raise Incomplete(where, f"expected a list, got {type(values).__name__}")
    return values


def values_path(repository: Repository, ref: str) -> str:
    """Return where an issue's values are."""
    return f"/repos/{repository.full_name}/issues/{ref}/issue-field-values"
