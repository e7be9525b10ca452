"""Links from a ticket: to another of the same Jira, or to a page by a global id."""

from __future__ import annotations

import hashlib
import re
from typing import Any

from integrations.base import Receipt
from integrations.errors import NotFound, Rejected
from integrations.jira.desk import SHAPE, Desk
from integrations.jira.markup import summary

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

    def _to_issue(self, ref: str, key: str, relation: str) -> Receipt:
        kind, forward = self._kind(relation)
        there = "outwardIssue" if forward else "inwardIssue"
        fields = self.get("links", "issue", ref, fields="issuelinks")["fields"]
        symmetric = kind["inward"] == kind["outward"]
        for one in fields.get("issuelinks") or ():
            ends = [one.get("outwardIssue"), one.get("inwardIssue")] if symmetric else [one.get(there)]
            if one["type"]["id"] == kind["id"] and any(end and end["key"] == key for end in ends):
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
        global_id = "kaizend:" + hashlib.sha256(url.encode("utf-8", "surrogatepass")).hexdigest()
        try:
            found = self.get("remote link", "issue", ref, "remotelink", globalId=global_id)
        except NotFound:
            found = {}
        if {name: (found.get("object") or {}).get(name) for name in wanted} == wanted:
            return Receipt(ref=str(found.get("id", "")), url=url, wrote=False)
        body = {"globalId": global_id, "relationship": relation, "object": wanted}
        made = self.put("remote link", ref, "POST", "issue", ref, "remotelink", json=body)
        return Receipt(ref=str((made or {}).get("id", "")), url=url)
