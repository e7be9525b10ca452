"""Labels: of a repository and on an issue."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from integrations.sandbox.github.api.call import Call, Refused, invalid, not_found, text_of
from integrations.sandbox.github.nouns import Issue, Label
from integrations.sandbox.wire import Response

NAME_LIMIT = 50
DESCRIPTION_LIMIT = 100
ISSUE_LIMIT = 100  # labels an issue
COLOUR = re.compile(r"[0-9a-fA-F]{6}")


def names_of(value: Any) -> list[str]:
    """Read label names from a list of texts or of objects with a name."""
    if not isinstance(value, list):
        raise invalid("Issue", "labels")
    names = [item.get("name") if isinstance(item, dict) else item for item in value]
    if not all(isinstance(name, str) and name for name in names):
        raise invalid("Label", "name")
    return [str(name) for name in names]


def check_name(name: str) -> None:
    """Refuse a name GitHub would not take."""
    if not name.strip():
        raise invalid("Label", "name", "missing_field")
    if len(name) > NAME_LIMIT:
        raise invalid("Label", "name", "custom", f"name is too long (maximum is {NAME_LIMIT} characters)")


def check_count(names: Collection[str]) -> None:
    """Refuse more labels than an issue can wear."""
    if len(names) > ISSUE_LIMIT:
        raise Refused(422, f"Validation Failed: an issue can have at most {ISSUE_LIMIT} labels")


def _show(call: Call, label: Label) -> Any:
    return call.payloads.label(call.repo, label)


def list_labels(call: Call) -> Response:
    """Answer with a page of the repository's labels."""
    labels = sorted(call.repo.labels.values(), key=lambda label: label.name.lower())
    return call.page(labels, lambda label: _show(call, label))


def get_label(call: Call) -> Response:
    """Answer with one label; its name is found in any case."""
    return Response(json=_show(call, _named(call)))


def _named(call: Call) -> Label:
    label = call.repo.labels.get(call.arguments["name"].lower())
    if label is None:
        raise not_found()
    return label


def _style(fields: dict[str, Any]) -> tuple[str, str | None]:
    color, description = text_of(fields, "color", default=""), text_of(fields, "description")
    if color and not COLOUR.fullmatch(color):
        raise invalid("Label", "color")
    if description is not None and len(description) > DESCRIPTION_LIMIT:
        message = f"description is too long (maximum is {DESCRIPTION_LIMIT} characters)"
        raise invalid("Label", "description", "custom", message)
    return (color or "").lower(), description


def create_label(call: Call) -> Response:
    """Add a label to the repository."""
    fields = call.fields()
    name = text_of(fields, "name", default="") or ""
    check_name(name)
    color, description = _style(fields)
    if name.lower() in call.repo.labels:
        raise invalid("Label", "name", "already_exists")
    label = call.world.label(name, color=color or "ededed", description=description or "", repo=call.repo)
    shown = _show(call, label)
    return Response(status=201, json=shown, headers={"Location": shown["url"]})


def update_label(call: Call) -> Response:
    """Rename or restyle a label."""
    label, fields = _named(call), call.fields()
    name = text_of(fields, "new_name", default="") or ""
    if name:
        check_name(name)
        if name.lower() != label.name.lower() and name.lower() in call.repo.labels:
            raise invalid("Label", "name", "already_exists")
    color, description = _style(fields)
    call.world.edit_label(label, name=name, color=color, description=description, repo=call.repo)
    return Response(json=_show(call, label))


def delete_label(call: Call) -> Response:
    """Delete a label from the repository and all its issues."""
    call.world.delete_label(_named(call), repo=call.repo)
    return Response(status=204)


def _worn(call: Call, issue: Issue) -> Response:
    return call.page(issue.labels, lambda label: _show(call, label))


def list_issue_labels(call: Call) -> Response:
    """Answer with the labels of an issue."""
    return _worn(call, call.issue())


def _asked(call: Call) -> list[str]:
    body = call.body()
    names = names_of(body.get("labels", []) if isinstance(body, dict) else body)
    for name in names:
        check_name(name)
    return names


def add_labels(call: Call) -> Response:
    """Put labels on an issue, unknown ones made; answers with all it wears then."""
    issue, names = call.issue(), _asked(call)
    wears = {label.name.lower() for label in issue.labels}
    check_count(wears | {name.lower() for name in names})
    for name in names:
        call.world.set_label(issue, name, actor=call.actor)
    return Response(json=[_show(call, label) for label in issue.labels])


def set_labels(call: Call) -> Response:
    """Replace all labels of an issue."""
    issue = call.issue()
    replace_labels(call, issue, _asked(call))
    return Response(json=[_show(call, label) for label in issue.labels])


def replace_labels(call: Call, issue: Issue, names: list[str]) -> None:
    """Make an issue wear exactly these labels."""
    check_count(names)
    wanted = {name.lower() for name in names}
    for label in list(issue.labels):
        if label.name.lower() not in wanted:
            call.world.remove_label(issue, label.name, actor=call.actor)
    for name in names:
        call.world.set_label(issue, name, actor=call.actor)


def remove_label(call: Call) -> Response:
    """Take one label off an issue; 404 if it does not wear it. Answers with the rest."""
    issue, name = call.issue(), call.arguments["name"]
    if name.lower() not in {label.name.lower() for label in issue.labels}:
        raise Refused(404, "Label does not exist")
    call.world.remove_label(issue, name, actor=call.actor)
    return Response(json=[_show(call, label) for label in issue.labels])


def remove_all_labels(call: Call) -> Response:
    """Take all labels off an issue."""
    replace_labels(call, call.issue(), [])
    return Response(status=204)
