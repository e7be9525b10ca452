"""Commit statuses: what one of a context says on the heads of the open changes, and how ours is set."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from integrations.base import CommitStatus, Receipt
from integrations.errors import Incomplete, Rejected, Unavailable
from integrations.github.answers import Answer
from integrations.github.circles import Circles
from integrations.github.markdown import title_text
from integrations.github.payloads import Repository
from integrations.github.session import Session

DESCRIPTION = 140
"""Characters that a status's description may have."""
PAGES = 5
"""Pages of a commit's statuses that are looked through for the newest of a context."""
_OPEN_HEADS = """
query($owner: String!, $name: String!, $context: String!, $after: String) {
  repository(owner: $owner, name: $name) {
    pullRequests(states: OPEN, first: 100, after: $after) {
      pageInfo { hasNextPage endCursor }
      nodes { number headRefOid commits(last: 1) { nodes { commit { oid status {
        context(name: $context) { state description targetUrl creator { login } } } } } } }
    }
  }
}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statuses:
    """The commit statuses of one repository, and by which login ours are known."""

    session: Session
    repository: Repository
    author: str

    def of_open_heads(self, context: str) -> Iterator[CommitStatus]:
        """Read what the newest status of a context says on the head of each open change: a request for 100 of them.

        Only GraphQL tells it so cheaply, and who set it. A head without one has the state "".
        """
        owner, _, name = self.repository.full_name.partition("/")
        variables: dict[str, Any] = {"owner": owner, "name": name, "context": context, "after": None}
        circles = Circles(self.session.where("open heads"))
        while True:
            pulls = self._pulls(variables)
            for node in pulls["nodes"]:
                yield self._status(node)
            page = pulls["pageInfo"]
            if not page.get("hasNextPage"):
                return
            circles.check([page.get("endCursor")], more=True)
            variables = {**variables, "after": page.get("endCursor")}

    def _pulls(self, variables: Mapping[str, Any]) -> Mapping[str, Any]:
        where = self.session.where("open heads")
        told = self.session.ask("open heads", _OPEN_HEADS, variables).json(where)
        try:
            pulls: Mapping[str, Any] = told["data"]["repository"]["pullRequests"]
            if told.get("errors") or not isinstance(pulls["nodes"], list):
                raise Incomplete(where, "GraphQL answered with errors")
            return {"nodes": pulls["nodes"], "pageInfo": pulls["pageInfo"]}
        except (KeyError, TypeError) as error:
            raise Incomplete(where, "GraphQL did not answer with the open pull requests") from error

    def _status(self, node: Mapping[str, Any]) -> CommitStatus:
        try:
            commits: list[Any] = [each["commit"] for each in node["commits"]["nodes"]]
            of_head = [commit for commit in commits if commit["oid"] == node["headRefOid"]]
            status = of_head[0].get("status") if of_head else None
            found: Mapping[str, Any] = (status.get("context") if status else None) or {}
            return CommitStatus(
                change=f"{self.repository.uid}/pull/{node['number']}",
                sha=node["headRefOid"],
                state=str(found["state"]).lower() if found else "",
                description=(found["description"] or "") if found else "",
                url=(found["targetUrl"] or "") if found else "",
                ours=bool(found) and self._is_ours(found.get("creator")),
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise Incomplete(self.session.where("open heads"), "a pull request has not the expected shape") from error

    def set(self, *, sha: str, context: str, state: str, description: str, url: str) -> Receipt:
        """Set a commit's status if the newest of its context says something else, or is not by us; sent once."""
        body = {"state": state, "context": context, "description": title_text(description, DESCRIPTION)}
        if url:
            body["target_url"] = url
        now = self._newest(sha, context)
        same = now is not None and all(
            (now.get(name) or "") == value for name, value in {"target_url": "", **body}.items()
        )
        if now is not None and same and self._is_ours(now.get("creator")):
            return Receipt(ref=sha, wrote=False)
        path = f"/repos/{self.repository.full_name}/statuses/{quote(sha, safe='')}"
        told = self._told(self.session.once("set status", "POST", path, body, content=False, target=sha))
        if told.get("state") != state or told.get("context") != context:
            raise Rejected(self.session.where("set status"), f"{context} did not become {state}")
        return Receipt(ref=sha, url=str(told.get("url", "")))

    def _newest(self, sha: str, context: str) -> Mapping[str, Any] | None:
        """Return the newest status of a context; only the list tells who set it."""
        path = f"/repos/{self.repository.full_name}/commits/{quote(sha, safe='')}/statuses"
        for page in range(1, PAGES + 1):
            answer = self.session.rows("statuses", path, {"page": page})
            rows = answer.json(self.session.where("statuses"))
            if not isinstance(rows, list):
                raise Incomplete(self.session.where("statuses"), f"expected a list, got {type(rows).__name__}")
            for row in rows:
                if isinstance(row, dict) and row.get("context") == context:
                    return row
            if not answer.has_next(len(rows)):
                return None
        return None

    def _is_ours(self, creator: Any) -> bool:
        """Tell whether it is us; GraphQL leaves the "[bot]" of an App's login out."""
        login = str(creator.get("login") or "") if isinstance(creator, dict) else ""
        return bool(login) and login.lower().removesuffix("[bot]") == self.author.lower().removesuffix("[bot]")

    def _told(self, answer: Answer) -> Mapping[str, Any]:
        told = answer.json(self.session.where("set status"))
        if not isinstance(told, dict):
            raise Unavailable(self.session.where("set status"), f"expected an object, got {type(told).__name__}")
        return told
