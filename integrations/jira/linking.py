"""Links from a ticket, made and removed: to another of the same Jira, or to a page by a global id."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from typing import Any

from integrations.base import Receipt
from integrations.dates import moment
from integrations.errors import NotFound, Rejected
from integrations.jira.desk import SHAPE, Desk
from integrations.jira.history import History
from integrations.jira.markup import summary
from integrations.jira.payloads import account

_KEY = re.compile(r"[A-Z][A-Z0-9_]+-\d+")


class Linking(Desk):
    """The linking part of a tracker."""

    def link(self, ref: str, *, url: str, title: str, key: str, relation: str) -> Receipt:
        """Link a ticket to another, once however often it is asked for, or to a page."""
        try:
            if key and _KEY.fullmatch(key) and (not url or url.startswith(f"{self.site.browse}/")):
                return self._to_issue(ref, key, relation)
            return self._to_page(ref, url, title, relation)
        except SHAPE as error:
            raise self.wrong("link", error) from error

    def unlink(self, ref: str, *, url: str, key: str, relation: str) -> Receipt:
        """Remove the link to a ticket or page, if we made it."""
        try:
            if key and _KEY.fullmatch(key) and (not url or url.startswith(f"{self.site.browse}/")):
                return self._from_issue(ref, key, relation)
            return self._from_page(ref, url)
        except SHAPE as error:
            raise self.wrong("unlink", error) from error

    def _from_issue(self, ref: str, key: str, relation: str) -> Receipt:
        kind, forward = self._kind(relation)
        issue = self.get("links", "issue", ref, fields="issuelinks,updated", expand="changelog")
        found = next((one for one in issue["fields"].get("issuelinks") or () if _leads(one, kind, key, forward)), None)
        if found is None or not self._ours(issue, [f" {kind[end]} {key}".casefold() for end in ("inward", "outward")]):
            return Receipt(key=key, wrote=False)
        return self._gone(ref, Receipt(key=key), "issueLink", str(found["id"]))

    def _ours(self, issue: dict[str, Any], words: list[str]) -> bool:
        """Tell whether it was we who last made a link whose entry in the history ends in one of the words.

        A link itself does not say whose it is.
        """
        entries = sorted(History(self).of(issue, 0), key=lambda entry: moment(entry["created"]))
        makers = [
            account(entry.get("author"))
            for entry in entries
            for item in entry["items"]
            if item["field"] == "Link" and str(item.get("toString") or "").casefold().endswith(tuple(words))
        ]
        return bool(makers) and makers[-1] == self.author

    def _from_page(self, ref: str, url: str) -> Receipt:
        try:
            found = self.get("remote link", "issue", ref, "remotelink", globalId=_global_id(url))
        except NotFound:
            return Receipt(url=url, wrote=False)
        return self._gone(ref, Receipt(url=url), "issue", ref, "remotelink", str(found["id"]))

    def _gone(self, ref: str, receipt: Receipt, *path: str) -> Receipt:
        """Remove a link; somebody may have done so meanwhile."""
        try:
            self.delete("unlink", ref, *path)
        except NotFound:
            return replace(receipt, wrote=False)
        return receipt

    def _to_issue(self, ref: str, key: str, relation: str) -> Receipt:
        kind, forward = self._kind(relation)
        fields = self.get("links", "issue", ref, fields="issuelinks")["fields"]
        if any(_leads(one, kind, key, forward) for one in fields.get("issuelinks") or ()):
            return Receipt(key=key, wrote=False)
        # "inward blocks outward": the inward issue is the one that shows the outward words.
        ours, other = ("inwardIssue", "outwardIssue") if forward else ("outwardIssue", "inwardIssue")
        body = {"type": {"name": kind["name"]}, ours: {"id": ref}, other: {"key": key}}
        where = "link"
        # Not repeated here: whether Jira keeps the same link twice is not said; asked again, we look first.
        self.line.once(
            where,
            lambda: self.session.ask(where, "POST", ("issueLink",), json=body),
            content=False,
            target=ref,
            limits=self.config.issue_limits,
        )
        return Receipt(key=key)

    def _kind(self, relation: str) -> tuple[dict[str, Any], bool]:
        """Return the type of link that a relation names, and whether it points from us to the other."""
        kinds = self.get("link types", "issueLinkType")["issueLinkTypes"]
        asked = relation.casefold()
        for kind in kinds:
            if asked in {kind["name"].casefold(), kind["outward"].casefold()}:
                return kind, True
            if asked == kind["inward"].casefold():
                return kind, False
        names = ", ".join(sorted(kind["name"] for kind in kinds)) or "none"
        raise Rejected(f"{self.name}: link", f"no type of link is called '{relation}'; there are: {names}")

    def _to_page(self, ref: str, url: str, title: str, relation: str) -> Receipt:
        if not url.startswith(("https://", "http://")):
            raise Rejected(f"{self.name}: link", "a link to a page wants an address that begins with https://")
        wanted = {"url": url, "title": summary(title) or url}
        global_id = _global_id(url)
        try:
            found = self.get("remote link", "issue", ref, "remotelink", globalId=global_id)
        except NotFound:
            found = {}
        if {name: (found.get("object") or {}).get(name) for name in wanted} == wanted:
            return Receipt(ref=str(found.get("id", "")), url=url, wrote=False)
        body = {"globalId": global_id, "relationship": relation, "object": wanted}
        made = self.put("remote link", ref, "POST", "issue", ref, "remotelink", json=body)
        return Receipt(ref=str((made or {}).get("id", "")), url=url)


def _leads(link: dict[str, Any], kind: dict[str, Any], key: str, forward: bool) -> bool:
    """Tell whether a link is of a kind, and leads to an issue: either way where the kind reads the same both ways."""
    symmetric = kind["inward"] == kind["outward"]
    there = "outwardIssue" if forward else "inwardIssue"
    ends = [link.get("outwardIssue"), link.get("inwardIssue")] if symmetric else [link.get(there)]
    return link["type"]["id"] == kind["id"] and any(end and end["key"] == key for end in ends)


def _global_id(url: str) -> str:
    """Return what a link of ours to a page is known by."""
    return "kaizend:" + hashlib.sha256(url.encode("utf-8", "surrogatepass")).hexdigest()
