"""Deployment protection: which deployments wait for a word of our App, and how it is given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from integrations.base import Receipt, WaitingDeployment
from integrations.errors import Incomplete
from integrations.github.payloads import Repository
from integrations.github.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection:
    """The deployments of one repository to the environments that the config names.

    https://docs.github.com/rest/actions/workflow-runs: the runs, their pending deployments, the review of a rule.
    """

    session: Session
    repository: Repository

    def waiting(self) -> Iterator[WaitingDeployment]:
        """Read what waits, of the newest 100 runs that do: a request for the runs, and one for each of them."""
        if not self.session.config.protect:
            return
        endpoint = "waiting runs"
        answer = self.session.rows(endpoint, self._home, {"status": "waiting"})
        told = answer.json(self.session.where(endpoint))
        runs = told.get("workflow_runs") if isinstance(told, dict) else None
        if not isinstance(runs, list):
            raise Incomplete(self.session.where(endpoint), "the answer is no list of runs")
        for run in runs:
            yield from self._of_run(run)

    def _of_run(self, run: Any) -> Iterator[WaitingDeployment]:
        try:
            number, attempt = int(run["id"]), int(run.get("run_attempt") or 1)
            url = str(run.get("html_url") or "")
        except (KeyError, TypeError, ValueError, AttributeError):
            raise Incomplete(self.session.where("waiting runs"), "a run has not the expected shape") from None
        for name in self._environments(str(number)):
            yield WaitingDeployment(run=str(number), attempt=attempt, environment=name, url=url)

    def _environments(self, run: str) -> list[str]:
        """Return the environments that a run waits for, of those that the config names, as GitHub spells them."""
        endpoint = "pending deployments"
        answer = self.session.get(endpoint, f"{self._home}/{quote(run, safe='')}/pending_deployments")
        rows = answer.json(self.session.where(endpoint))
        ours = {name.lower() for name in self.session.config.protect}
        try:
            names = [str(row["environment"]["name"]) for row in rows]
        except (KeyError, TypeError):
            raise Incomplete(self.session.where(endpoint), "the answer is no list of environments") from None
        return [name for name in names if name.lower() in ours]

    def approve(self, *, run: str, environment: str, comment: str) -> Receipt:
        """Let a deployment go on if it still waits; sent once."""
        if environment not in self._environments(run):
            return Receipt(ref=run, wrote=False)
        path = f"{self._home}/{quote(run, safe='')}/deployment_protection_rule"
        body: Mapping[str, str] = {"environment_name": environment, "state": "approved", "comment": comment}
        self.session.once("approve deployment", "POST", path, body, content=False, target=run)
        return Receipt(ref=run)

    @property
    def _home(self) -> str:
        return f"/repos/{self.repository.full_name}/actions/runs"
