"""Issue fields: an organisation's own columns, the Target date among them."""

from __future__ import annotations

from datetime import date
from typing import Any

from integrations.sandbox.github import history_payloads as shown_as
from integrations.sandbox.github.api.call import Call, Refused, invalid, not_found
from integrations.sandbox.github.nouns import Issue, IssueField
from integrations.sandbox.wire import Response


def list_fields(call: Call) -> Response:
    """Answer with an organisation's issue fields; 404 for a person."""
    fields = call.world.organisations.get(call.arguments["org"].lower())
    if fields is None:
        raise not_found()
    return call.page(fields, shown_as.field)


def _known(call: Call) -> dict[int, IssueField]:
    """Return the fields of the repository's owner; 404 if it has none."""
    fields = call.world.organisations.get(call.repo.owner.login.lower())
    if not fields:
        raise not_found()
    return {field.id: field for field in fields}


def list_values(call: Call) -> Response:
    """Answer with an issue's values."""
    known = _known(call)
    values = sorted(call.issue().fields.items())
    return call.page(values, lambda pair: shown_as.field_value(known[pair[0]], pair[1]))


def _asked(call: Call, known: dict[int, IssueField]) -> dict[int, Any]:
    """Read and check the values of a request."""
    asked = call.fields().get("issue_field_values")
    if not isinstance(asked, list):
        raise invalid("IssueFieldValue", "issue_field_values", "missing_field")
    values = {}
    for item in asked:
        field = known.get(item.get("field_id", 0)) if isinstance(item, dict) else None
        if field is None:
            raise invalid("IssueFieldValue", "field_id")
        values[field.id] = _checked(field, item.get("value"))
    return values


def _checked(field: IssueField, value: Any) -> Any:
    if field.options and value not in field.options:
        raise invalid("IssueFieldValue", "value")
    if field.data_type == "date":
        try:
            return date.fromisoformat(value).isoformat()
        except (TypeError, ValueError):
            raise Refused(422, "Value is not a valid date (YYYY-MM-DD)") from None
    return value


def _shown(issue: Issue, known: dict[int, IssueField]) -> Response:
    return Response(json=[shown_as.field_value(known[key], value) for key, value in sorted(issue.fields.items())])


def add_values(call: Call) -> Response:
    """Set the values named; the others stay."""
    known = _known(call)
    issue, values = call.issue(), _asked(call, known)
    for key, value in values.items():
        call.world.set_field(issue, known[key].name, value)
    return _shown(issue, known)


def set_values(call: Call) -> Response:
    """Set the values named; the others are cleared."""
    known = _known(call)
    issue, values = call.issue(), _asked(call, known)
    for key in list(issue.fields.keys() - values.keys()):
        call.world.set_field(issue, known[key].name, None)
    for key, value in values.items():
        call.world.set_field(issue, known[key].name, value)
    return _shown(issue, known)


def delete_value(call: Call) -> Response:
    """Clear one value."""
    known, issue = _known(call), call.issue()
    key = int(call.arguments["id"])
    if key not in issue.fields:
        raise not_found()
    call.world.set_field(issue, known[key].name, None)
    return Response(status=204)
