"""Issues, people and comments as Jira's JSON, in the dialect of a flavour and a version of the API."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import orjson

from integrations.sandbox.jira import adf, scheme
from integrations.sandbox.jira.records import Comment, Flavour, History, Issue, Item, Link, RemoteLink, Sprint, Status
from integrations.sandbox.jira.times import stamp
from integrations.sandbox.jira.world import JiraWorld

COLOURS = {
    "new": (2, "To Do", "blue-gray"),
    "indeterminate": (4, "In Progress", "yellow"),
    "done": (3, "Done", "green"),
}
EMBEDDED_COMMENTS = 20  # in a search result of Cloud
EMBEDDED_CHANGES = 40  # in a search result of Cloud, the newest first
PEOPLE = {"assignee", "reporter"}
Json = dict[str, Any]


class Encoder:
    """Writes JSON for one flavour, version and base address. Cheap to keep: encoded people and names are remembered."""

    def __init__(self, world: JiraWorld, *, flavour: Flavour, version: str, base: str) -> None:
        self.world = world
        self.flavour = flavour
        self.version = version
        self.base = base
        self.rest = f"{base}/rest/api/{version}"
        self._people: dict[str, Json] = {}
        self._fields: dict[str, Callable[[Issue], Any]] = {
            "summary": lambda issue: issue.summary,
            "description": lambda issue: self.text(issue.description),
            "environment": lambda issue: self.text(issue.environment),
            "issuetype": lambda issue: self.type(issue.type),
            "project": lambda issue: self.project(issue.project),
            "status": lambda issue: self.status(world.statuses[issue.status]),
            "statusCategory": lambda issue: self.category(world.statuses[issue.status]),
            "statuscategorychangedate": lambda issue: self.time(issue.resolved or issue.created),
            "priority": lambda issue: self.priority(issue.priority) if issue.priority else None,
            "resolution": lambda issue: self.resolution(issue.resolution) if issue.resolution else None,
            "resolutiondate": lambda issue: self.time(issue.resolved) if issue.resolved else None,
            "created": lambda issue: self.time(issue.created),
            "updated": lambda issue: self.time(issue.updated),
            "duedate": lambda issue: issue.due.isoformat() if issue.due else None,
            "labels": lambda issue: list(issue.labels),
            "components": lambda issue: [self.component(issue.project, name) for name in issue.components],
            "fixVersions": lambda issue: [self.release(issue.project, name) for name in issue.fix_versions],
            "versions": lambda _: [],
            "assignee": lambda issue: self.user(issue.assignee) if issue.assignee else None,
            "reporter": lambda issue: self.user(issue.reporter),
            "creator": lambda issue: self.user(issue.creator),
            "issuelinks": lambda issue: [self.link(issue, one) for one in issue.links if self._whole(one)],
            "comment": lambda issue: self.embedded_comments(issue, len(issue.comments)),
            "customfield_10016": lambda _: None,
            "customfield_10031": lambda issue: issue.fingerprint or None,
            "customfield_10020": lambda issue: [self.sprint(world.sprints[name]) for name in issue.sprints] or None,
        }

    # -- issues ----------------------------------------------------------------------------------------------------
    def chosen(self, wanted: Sequence[str], *, all_but: Sequence[str] = ()) -> tuple[str, ...]:
        """Resolve what a client asked for (`*all`, `*navigable`, `-comment`, names, ids) to field ids."""
        everything = tuple(self._fields)
        picked = [name for name in wanted if name in self._fields]
        if not wanted or {"*all", "*navigable"} & set(wanted) or all(name.startswith("-") for name in wanted):
            left_out = {"comment"} if "*navigable" in wanted else set()
            picked = [name for name in everything if name not in left_out or name in wanted]
        dropped = {name[1:] for name in wanted if name.startswith("-")} | set(all_but)
        return tuple(name for name in dict.fromkeys(picked) if name not in dropped)

    def fields(self, issue: Issue, names: Sequence[str]) -> Json:
        """Encode some fields."""
        return {name: self._fields[name](issue) for name in names}

    def issue(self, issue: Issue, names: Sequence[str]) -> Json:
        """Encode an issue with some fields."""
        return {**self.stub(issue), "fields": self.fields(issue, names)}

    def found(self, issue: Issue, names: Sequence[str], *, history: bool) -> Json:
        """Encode an issue as search shows it: on Cloud with its first few comments and its newest changes only."""
        answer = self.issue(issue, names)
        if self.flavour == "cloud" and "comment" in names and len(issue.comments) > EMBEDDED_COMMENTS:
            answer["fields"]["comment"] = self.embedded_comments(issue, EMBEDDED_COMMENTS)
        if history:
            kept = issue.histories[: -EMBEDDED_CHANGES - 1 : -1] if self.flavour == "cloud" else issue.histories
            counts = {"startAt": 0, "maxResults": len(kept), "total": len(issue.histories)}
            answer["changelog"] = {**counts, "histories": [self.history(one) for one in kept]}
        return answer

    def found_bytes(self, issue: Issue, names: tuple[str, ...], *, history: bool) -> bytes:
        """Encode the same as bytes, remembered until the issue changes."""
        where = (self.flavour, self.version, self.base, names, history)
        if where not in issue.cache:
            issue.cache[where] = orjson.dumps(self.found(issue, names, history=history))
        return issue.cache[where]

    def stub(self, issue: Issue) -> Json:
        """Encode an issue without its fields."""
        return {
            "expand": "renderedFields,names,schema,operations,editmeta,changelog,versionedRepresentations",
            "id": str(issue.id),
            "self": f"{self.rest}/issue/{issue.id}",
            "key": issue.key,
        }

    def text(self, text: str) -> Any:
        """Encode a long text: wiki markup as it is, or a document in version 3."""
        return adf.document(text) if self.version == "3" else text or None

    def time(self, at: datetime) -> str:
        """Encode a time."""
        return stamp(at, self.world.offset)

    # -- people and names ------------------------------------------------------------------------------------------
    def user(self, login: str) -> Json:
        """Encode a person: by account id on Cloud, by name and key on Data Center."""
        if login not in self._people:
            self._people[login] = self._user(login)
        return self._people[login]

    def _user(self, login: str) -> Json:
        user = self.world.users.get(login)
        name = user.name if user else login
        sizes = ("48x48", "24x24", "16x16", "32x32")
        avatars = {size: f"{self.base}/secure/useravatar?size={size}&avatarId=10122&owner={login}" for size in sizes}
        rest = {"avatarUrls": avatars, "displayName": name, "active": user.active if user else False}
        zone = user.zone if user else "UTC"
        if self.flavour == "cloud":
            account = user.account_id if user else login
            where = f"{self.rest}/user?accountId={account}"
            return {"self": where, "accountId": account, **rest, "timeZone": zone, "accountType": "atlassian"}
        email = user.email if user else ""
        where = f"{self.rest}/user?username={login}"
        key = f"JIRAUSER{login}"
        return {"self": where, "name": login, "key": key, "emailAddress": email, **rest, "timeZone": zone}

    def native(self, login: str) -> str:
        """Return a person's id in this flavour."""
        user = self.world.users.get(login)
        return user.account_id if user and self.flavour == "cloud" else login

    def category(self, status: Status) -> Json:
        """Encode a status's category."""
        number, name, colour = COLOURS[status.category]
        where = f"{self.rest}/statuscategory/{number}"
        return {"self": where, "id": number, "key": status.category, "colorName": colour, "name": name}

    def status(self, status: Status) -> Json:
        """Encode a status."""
        icon = f"{self.base}/images/icons/statuses/generic.png"
        about = {"self": f"{self.rest}/status/{status.id}", "description": "", "iconUrl": icon}
        return {**about, "name": status.name, "id": status.id, "statusCategory": self.category(status)}

    def priority(self, name: str) -> Json:
        """Encode a priority."""
        one = self.world.priorities[name]
        icon = f"{self.base}/images/icons/priorities/{name.lower()}.svg"
        return {"self": f"{self.rest}/priority/{one.id}", "iconUrl": icon, "name": name, "id": one.id}

    def resolution(self, name: str) -> Json:
        """Encode a resolution."""
        one = self.world.resolutions[name]
        where = f"{self.rest}/resolution/{one.id}"
        return {"self": where, "id": one.id, "description": one.description, "name": name}

    def type(self, name: str) -> Json:
        """Encode an issue type."""
        one = self.world.types[name]
        icon = f"{self.base}/secure/viewavatar?size=medium&avatarId=10318&avatarType=issuetype"
        about = {"self": f"{self.rest}/issuetype/{one.id}", "id": one.id, "description": one.description}
        return {**about, "iconUrl": icon, "name": name, "subtask": False, "avatarId": 10318}

    def project(self, key: str) -> Json:
        """Encode a project, in short."""
        one = self.world.projects[key]
        where = f"{self.rest}/project/{one.id}"
        short = {"self": where, "id": one.id, "key": key, "name": one.name, "projectTypeKey": "software"}
        icon = f"{self.base}/secure/projectavatar?pid={one.id}&avatarId=10324"
        return {**short, "simplified": False, "avatarUrls": {"48x48": icon}}

    def component(self, project: str, name: str) -> Json:
        """Encode a component."""
        found = next(one for one in self.world.projects[project].components if one.name == name)
        return {"self": f"{self.rest}/component/{found.id}", "id": found.id, "name": name}

    def release(self, project: str, name: str) -> Json:
        """Encode a version."""
        home = self.world.projects[project]
        found = next(one for one in home.releases if one.name == name)
        answer: Json = {"self": f"{self.rest}/version/{found.id}", "id": found.id, "name": name}
        answer |= {"description": found.description, "archived": found.archived, "released": found.released}
        if found.date:
            answer["releaseDate"] = found.date.isoformat()
        return {**answer, "projectId": int(home.id)}

    def sprint(self, one: Sprint) -> Json | str:
        """Encode a sprint: on Data Center as the Java object prints itself."""
        start, end = (self.time(at) if at else None for at in (one.start, one.end))
        if self.flavour == "cloud":
            short: Json = {"id": one.id, "name": one.name, "state": one.state, "boardId": one.board, "goal": one.goal}
            return short | {name: at for name, at in (("startDate", start), ("endDate", end)) if at}
        told = (
            f"id={one.id},rapidViewId={one.board},state={one.state.upper()},name={one.name},"
            f"startDate={start or '<null>'},endDate={end or '<null>'},completeDate=<null>,"
            f"activatedDate={start or '<null>'},sequence={one.id},goal={one.goal}"
        )
        return f"com.atlassian.greenhopper.service.sprint.Sprint@{one.id:x}[{told}]"

    # -- what hangs on an issue ------------------------------------------------------------------------------------
    def comment(self, issue: Issue, comment: Comment, *, expand: Sequence[str] = ()) -> Json:
        """Encode a comment. Its properties are shown only on demand (`expand=properties`)."""
        answer: Json = {
            "self": f"{self.rest}/issue/{issue.id}/comment/{comment.id}",
            "id": str(comment.id),
            "author": self.user(comment.author),
            "body": self.text(comment.body),
            "updateAuthor": self.user(comment.editor),
            "created": self.time(comment.created),
            "updated": self.time(comment.updated),
        }
        if self.flavour == "cloud":
            answer["jsdPublic"] = True
        if "properties" in expand:
            answer["properties"] = [{"key": key, "value": value} for key, value in comment.properties.items()]
        if "renderedBody" in expand:
            answer["renderedBody"] = f"<p>{html.escape(comment.body)}</p>"
        return answer

    def embedded_comments(self, issue: Issue, count: int) -> Json:
        """Encode the first comments as they come inside an issue; `total` tells how many there are."""
        comments = [self.comment(issue, one) for one in issue.comments[:count]]
        where = f"{self.rest}/issue/{issue.id}/comment"
        return {"comments": comments, "self": where, "maxResults": count, "total": len(issue.comments), "startAt": 0}

    def history(self, history: History) -> Json:
        """Encode an entry of the changelog."""
        items = [self._item(one) for one in history.items]
        who, when = self.user(history.author), self.time(history.created)
        return {"id": str(history.id), "author": who, "created": when, "items": items}

    def _item(self, item: Item) -> Json:
        person = item.field_id in PEOPLE
        answer: Json = {"field": item.field, "fieldtype": "jira"}
        if item.field_id and self.flavour == "cloud":
            answer["fieldId"] = item.field_id
        return {
            **answer,
            "from": self.native(item.before) if person and item.before else item.before,
            "fromString": item.before_text,
            "to": self.native(item.after) if person and item.after else item.after,
            "toString": item.after_text,
        }

    def link(self, issue: Issue, link: Link) -> Json:
        """Encode a link as it stands on one of its two issues."""
        source = link.inward == issue.id
        other = self.world.issues[link.outward if source else link.inward]
        short = {**self.stub(other), "fields": self.fields(other, ("summary", "status", "priority", "issuetype"))}
        del short["expand"]
        answer = {"id": str(link.id), "self": f"{self.rest}/issueLink/{link.id}", "type": self.link_type(link.type)}
        return {**answer, ("outwardIssue" if source else "inwardIssue"): short}

    def _whole(self, link: Link) -> bool:
        return link.inward in self.world.issues and link.outward in self.world.issues

    def link_type(self, name: str) -> Json:
        """Encode a kind of link."""
        number, inward, outward = scheme.LINK_TYPES[name]
        where = f"{self.rest}/issueLinkType/{number}"
        return {"id": number, "name": name, "inward": inward, "outward": outward, "self": where}

    def remote_link(self, issue: Issue, link: RemoteLink) -> Json:
        """Encode a link to a page outside."""
        answer: Json = {"id": link.id, "self": f"{self.rest}/issue/{issue.key}/remotelink/{link.id}"}
        if link.global_id:
            answer["globalId"] = link.global_id
        about = {"application": link.raw.get("application") or {}, "object": link.raw.get("object") or {}}
        return {**answer, **about, **({"relationship": link.relationship} if link.relationship else {})}
