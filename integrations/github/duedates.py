"""The organisation's date field on issues ("Target date"), where there is one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from integrations.errors import Incomplete, NotAllowed, NotFound, Rejected
from integrations.github.payloads import Repository
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
        answer = self.session.rows("issue fields", self._path(ref))
        where = self.session.where("issue fields")
        values = answer.json(where)
        if not isinstance(values, list):
            raise Incomplete(where, f"expected a list, got {type(values).__name__}")
        return next((found for value in values if (found := self._date(value, where))), None)

    def write(self, ref: str, due: date | None) -> None:
        """Set or clear an issue's date, and see that it was taken: GitHub may drop a value without a word."""
        if due is None:
            path = f"{self._path(ref)}/{self.id}"
            self.session.repeatable("clear due", "DELETE", path, target=ref)
        else:
            body = {"issue_field_values": [{"field_id": self.id, "value": due.isoformat()}]}
            self.session.repeatable("set due", "POST", self._path(ref), body, target=ref)
        kept = self.read(ref)
        if kept != due:
            raise Rejected(
                self.session.where("set due"), f"GitHub kept {kept or 'no date'} in place of {due or 'none'}"
            )

    def _path(self, ref: str) -> str:
        return f"/repos/{self.repository.full_name}/issues/{ref}/issue-field-values"

    def _date(self, value: Any, where: str) -> date | None:
        try:
            field = value.get("issue_field_id", value.get("field_id"))
            told = value.get("value") if field == self.id else None
            return date.fromisoformat(str(told)[:10]) if told else None
        except (AttributeError, ValueError) as error:
            raise Incomplete(where, f"a value has not the expected shape ({type(error).__name__})") from None


def find_field(session: Session, repository: Repository, owner: Mapping[str, Any]) -> DueField | None:
    """Look once whether the owner, if an organisation, has the field; a server or a token without it has none."""
    if owner.get("type") != "Organization":
        return None
    try:
        answer = session.rows("issue fields", f"/orgs/{owner['login']}/issue-fields")
    except (NotFound, NotAllowed):
        return None
    fields = answer.json(session.where("issue fields"))
    for field in fields if isinstance(fields, list) else ():
        if str(field.get("name", "")).strip().lower() == _NAME and str(field.get("data_type", "date")) == "date":
            return DueField(session, repository, int(field["id"]))
    return None
