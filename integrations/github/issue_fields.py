"""The organisation's issue fields that issues are read with: its date field, and those that the config names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from integrations.errors import Incomplete, NotAllowed, NotFound
from integrations.github.duedates import DueField, due_field, field_values
from integrations.github.payloads import Raw, Repository, with_due
from integrations.github.session import Session
from integrations.wording import nearest
from rules.model import Ticket

LATELY = timedelta(days=180)
"""A closed issue is asked for the fields that the config names if it changed so lately: one request each."""
LONGEST = 255  # characters kept of a value


@dataclass(frozen=True, slots=True)
class IssueFields:
    """The fields, on the issues of one repository."""

    session: Session
    repository: Repository
    due: DueField | None = None
    named: Mapping[int, str] = field(default_factory=dict)  # id -> the name as the config has it
    unknown: tuple[str, ...] = ()  # names of the config that no field has, one line each

    def wanted(self, ticket: Ticket, now: datetime) -> bool:
        """Tell whether an issue is to be asked for its fields."""
        if ticket.phase == "done":
            return bool(self.named) and now - ticket.updated <= LATELY
        return bool(self.named) or self.due is not None

    def filled(self, ticket: Ticket) -> Ticket:
        """Return an issue with its fields, which lists do not carry."""
        where = self.session.where("issue fields")
        rows = field_values(self.session, self.repository, ticket.ref)
        try:
            told = frozenset(self._told(rows))
        except (AttributeError, TypeError, ValueError) as error:
            raise Incomplete(where, f"a value has not the expected shape ({type(error).__name__})") from None
        dated = ticket if self.due is None else with_due(ticket, self.due.among(rows))
        return replace(dated, fields=told) if told else dated

    def _told(self, rows: Sequence[Raw]) -> Iterator[str]:
        """Yield the values of the fields that the config names, each as "NAME: value"."""
        for row in rows:
            name = self.named.get(int(row.get("issue_field_id") or row.get("field_id") or 0))
            value = " ".join(str(row.get("value") or "").split())
            if name and value:
                yield f"{name}: {value[:LONGEST]}"


def find_fields(session: Session, repository: Repository, owner: Mapping[str, Any]) -> IssueFields:
    """Look once which of the fields that the config asks for the owner, if an organisation, has.

    A server or a token without them has none.
    """
    config = session.config
    wants_due = config.due in {"auto", "field"}
    rows = _rows(session, owner) if wants_due or config.fields else []
    due = due_field(session, repository, rows) if wants_due else None
    wanted = {name.casefold(): name for name in config.fields}
    names = {int(row["id"]): str(row.get("name", "")).strip() for row in rows if "id" in row}
    named = {number: wanted[name.casefold()] for number, name in names.items() if name.casefold() in wanted}
    unknown = tuple(
        f"no issue field is called '{name}', as the config asks for{nearest(name, names.values())}"
        for name in config.fields
        if name not in named.values()
    )
    return IssueFields(session, repository, due, named, unknown)


def _rows(session: Session, owner: Mapping[str, Any]) -> list[Raw]:
    if owner.get("type") != "Organization":
        return []
    try:
        answer = session.rows("issue fields", f"/orgs/{owner['login']}/issue-fields")
    except (NotFound, NotAllowed):
        return []
    rows = answer.json(session.where("issue fields"))
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
