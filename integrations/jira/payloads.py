"""Jira's JSON to our nouns. Pure; a payload of another shape is a KeyError, TypeError, ValueError or AttributeError."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from integrations.dates import day, moment
from integrations.values import count_of
from rules.model import Comment, Event, Marker, Phase, Release, Ticket

MARKER = "kaizend"
"""The key of the comment or issue property that holds our marker."""
FIELDS = (
    "summary,description,status,issuetype,project,resolution,resolutiondate,labels,components,fixVersions,assignee,"
    "reporter,creator,priority,duedate,created,updated,comment,issuelinks"
)
"""What a ticket is made of, besides the sprint, whose field has another id everywhere.

Jira answers with everything, or on Cloud with bare ids, unless told.
"""

PHASES: Mapping[str, Phase] = {"new": "new", "undefined": "new", "indeterminate": "active", "done": "done"}
_EVENTS = {
    "labels": "label",
    "duedate": "due",
    "summary": "title",
    "description": "body",
    "issuetype": "type",
    "fix version": "milestone",
    "fixversions": "milestone",
    "components": "component",
    "remoteissuelink": "link",
}
_SPRINTS = "com.pyxis.greenhopper.jira:gh-sprint"
_BLOCKED_BY, _DUPLICATES = "is blocked by", "duplicates"
_BY_ID = frozenset({"assignee", "reporter", "due"})  # told by what they are, the rest by what they are called
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EVENT_TEXT = 255  # characters kept of a value in a history, or in a custom field
_VALUES = 10  # kept of a custom field that holds several


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where payloads come from: what ids and links start with.

    `uid` is host and path of what people's links start with, so that it outlives a change of the API's address:
    an issue is "acme.atlassian.net/jira/issue/10001", the project itself "acme.atlassian.net/jira/project/OPS".
    """

    source: str
    uid: str
    browse: str
    sprint: str = ""  # the id of the field that holds the sprints; "" where there is none
    named: Mapping[str, str] = field(default_factory=dict)  # id of a custom field that is asked for -> its name


def ticket(site: Site, raw: Mapping[str, Any]) -> Ticket:
    """Translate an issue."""
    fields = raw["fields"]
    status = fields["status"]
    assignee = account(fields.get("assignee"))
    key, ref = raw["key"], raw["id"]
    return Ticket(
        source=site.source,
        uid=f"{site.uid}/jira/issue/{ref}",
        key=key,
        ref=ref,
        url=f"{site.browse}/browse/{key}",
        title=text(fields.get("summary")),
        created=moment(fields["created"]),
        updated=moment(fields["updated"]),
        phase=PHASES.get(status["statusCategory"]["key"], "new"),
        status=name(status["name"]),
        body=text(fields.get("description")),
        type=_name(fields.get("issuetype")),
        resolution=_name(fields.get("resolution")),
        labels=frozenset(name(one) for one in fields.get("labels") or ()),
        components=frozenset(name(one["name"]) for one in fields.get("components") or ()),
        milestone=next((name(one["name"]) for one in fields.get("fixVersions") or ()), ""),
        assignees=frozenset({assignee} if assignee else ()),
        reporter=account(fields.get("reporter")),
        priority=_name(fields.get("priority")),
        due=_date(fields.get("duedate")),
        closed=moment(fields["resolutiondate"]) if fields.get("resolutiondate") else None,
        comments=count_of((fields.get("comment") or {}).get("total", 0)),
        sprint=sprint_name(fields.get(site.sprint)),
        blocked=_blocked(fields.get("issuelinks")),
        duplicates=_duplicates(fields.get("issuelinks")),
        fields=frozenset(_named(site, fields)) if site.named else frozenset(),
    )


def comment(site: Site, issue: str, raw: Mapping[str, Any]) -> Comment:
    """Translate a comment; its marker is known only where the payload brings properties."""
    return Comment(
        source=site.source,
        uid=f"{site.uid}/jira/comment/{raw['id']}",
        ref=raw["id"],
        ticket=f"{site.uid}/jira/issue/{issue}",
        author=account(raw.get("author")),
        created=moment(raw["created"]),
        updated=moment(raw["updated"]),
        body=text(raw.get("body")),
        marker=marker(raw.get("properties")),
    )


def events(site: Site, issue: str, histories: Any) -> Iterator[Event]:
    """Translate a changelog, oldest first: one event for each field of an entry, and for each label on or off."""
    dated = sorted(((moment(one["created"]), one) for one in histories), key=lambda one: one[0])
    for at, history in dated:
        actor = account(history.get("author"))
        for place, (what, before, after) in enumerate(_changes(history["items"])):
            yield Event(
                source=site.source,
                uid=f"{site.uid}/jira/event/{history['id']}/{place}",
                ticket=f"{site.uid}/jira/issue/{issue}",
                at=at,
                actor=actor,
                what=what,
                before=before[:_EVENT_TEXT],
                after=after[:_EVENT_TEXT],
            )


def release(site: Site, project: str, raw: Mapping[str, Any]) -> Release:
    """Translate a version. Jira knows no time of its making; it is released at midnight UTC of its release date."""
    on = _date(raw.get("releaseDate")) if raw.get("released") else None
    return Release(
        source=site.source,
        uid=f"{site.uid}/jira/version/{raw['id']}",
        ref=raw["id"],
        name=text(raw["name"]),
        url=f"{site.browse}/projects/{project}/versions/{raw['id']}",
        released=datetime(on.year, on.month, on.day, tzinfo=UTC) if on else None,
    )


def marker(properties: Any) -> Marker | None:
    """Find our marker among properties as Jira gives them: `[{"key": ..., "value": ...}]`."""
    for one in properties or ():
        if isinstance(one, dict) and one.get("key") == MARKER:
            return marker_of(one.get("value"))
    return None


def marker_of(value: Any) -> Marker | None:
    """Read a marker from a property's value; anything that is no marker is none."""
    if not isinstance(value, dict):
        return None
    op, mac, state = value.get("op"), value.get("mac"), value.get("state", "")
    if not (isinstance(op, str) and isinstance(mac, str) and isinstance(state, str) and op and mac):
        return None
    return Marker(op=op, mac=mac, state=state)


def marker_value(mark: Marker) -> dict[str, str]:
    """Write a marker as a property's value."""
    value = {"op": mark.op, "mac": mark.mac}
    return value | {"state": mark.state} if mark.state else value


def account(user: Any) -> str:
    """Return what an account is addressed by: Cloud's account id, Data Center's user name; "" for nobody."""
    if not isinstance(user, dict):
        return ""
    return text(user.get("accountId") or user.get("name") or user.get("key"))


def milliseconds(at: datetime) -> int:
    """Return whole milliseconds since 1970, the one form of a time in JQL that knows no zone."""
    return (at - _EPOCH) // timedelta(milliseconds=1)


def text(value: Any) -> str:
    """Return a value that should be text; NUL, which no database of ours stores, is made visible."""
    if not isinstance(value, str):
        return ""
    return value.replace("\0", "\ufffd") if "\0" in value else value


def name(value: Any) -> str:
    """Return what a label, a status and the like is called, composed: the rules compare names, and so do people."""
    return unicodedata.normalize("NFC", text(value))


def _name(value: Any) -> str:
    return name(value["name"]) if value else ""


def sprint_field(rows: Any) -> str:
    """Find the field of sprints among all fields; "" if there is none."""
    return next((text(row["id"]) for row in rows if (row.get("schema") or {}).get("custom") == _SPRINTS), "")


def custom_fields(rows: Any) -> dict[str, str]:
    """Find the custom fields among all fields: id -> name; several may share one."""
    return {text(row["id"]): text(row["name"]).strip() for row in rows if row.get("custom")}


def named_fields(custom: Mapping[str, str], names: Sequence[str]) -> dict[str, str]:
    """Choose the custom fields that are called so: id -> the name as it was asked for."""
    wanted = {name.strip().casefold(): name for name in names}
    return {number: wanted[name.casefold()] for number, name in custom.items() if name.casefold() in wanted}


def _named(site: Site, fields: Mapping[str, Any]) -> Iterator[str]:
    """Yield the values of the custom fields that are asked for, each as "NAME: value"."""
    for number, name in site.named.items():
        found = fields.get(number)
        for one in (found if isinstance(found, list) else [found])[:_VALUES]:
            value = " ".join(_plain(one).split())
            if value:
                yield f"{name}: {value[:_EVENT_TEXT]}"


def _plain(value: Any) -> str:
    """Return a field's value as people see it: a text, a number, or what an option or a person is called."""
    if isinstance(value, dict):
        return next((text(value[key]) for key in ("value", "name", "displayName") if value.get(key)), "")
    return str(value) if isinstance(value, int | float) else text(value)


def sprint_name(sprints: Any) -> str:
    """Return the name of the active sprint, else of the first coming one; those that are over do not count."""
    coming = ""
    for one in sprints or ():
        told = one if isinstance(one, dict) else _told(text(one))
        state = text(told.get("state")).lower()
        if state == "active":
            return text(told.get("name"))
        if state == "future":
            coming = coming or text(told.get("name"))
    return coming


def _told(java: str) -> dict[str, str]:
    """Read a sprint as Data Center writes it, `...Sprint@1f[id=1,state=ACTIVE,name=One, two,goal=]`."""
    told, last = dict[str, str](), ""
    for part in java.partition("[")[2].removesuffix("]").split(","):
        name, equals, value = part.partition("=")
        if equals and name.isalpha() and name not in told:
            told[name], last = value, name
        elif last:
            told[last] += f",{part}"  # a comma within a name
    return told


def _blocked(links: Any) -> bool:
    """Tell whether an issue that is not done blocks this one."""
    for one in links or ():
        other = one.get("inwardIssue")
        if other and one["type"]["inward"].casefold() == _BLOCKED_BY:
            status = (other.get("fields") or {}).get("status")
            if status and status["statusCategory"]["key"] != "done":
                return True
    return False


def _duplicates(links: Any) -> frozenset[str]:
    """Return the keys of the issues that this one duplicates."""
    return frozenset(
        text(one["outwardIssue"]["key"])
        for one in links or ()
        if one.get("outwardIssue") and one["type"]["outward"].casefold() == _DUPLICATES
    )


def _date(value: Any) -> date | None:
    return day(value) if value else None


def _changes(items: Any) -> Iterator[tuple[str, str, str]]:
    """Yield what, before and after of each change in a history entry."""
    for item in items:
        field = text(item["field"]).lower()
        what = _EVENTS.get(field, field)
        before, after = name(item.get("fromString")), name(item.get("toString"))
        if what == "label":
            left, came = set(before.split()), set(after.split())
            yield from ((what, gone, "") for gone in sorted(left - came))
            yield from ((what, "", new) for new in sorted(came - left))
        elif what == "body":
            yield what, "", ""  # whole texts are no history of ours
        elif what in _BY_ID:
            yield what, text(item.get("from")), text(item.get("to"))
        else:
            yield what, before, after
