"""Moving a ticket through its workflow: to a phase, by whatever way leads there."""

from __future__ import annotations

from typing import Any

from integrations.base import Receipt
from integrations.errors import Rejected
from integrations.jira import payloads, transitions
from integrations.jira.desk import SHAPE
from integrations.jira.fields import Fields
from rules.model import Phase, Reason

NOTHING_WROTE = Receipt(wrote=False)


class Moving(Fields):
    """The part of a tracker that knows the workflow."""

    def reopen(self, ref: str) -> Receipt:
        """Open a closed ticket; a resolution that the workflow leaves is cleared where that is allowed."""
        receipt = self._move("reopen", ref, ("new", "active"), ())
        if receipt.wrote:
            issue = self.fields("reopen", ref, "resolution")
            if issue.get("resolution"):
                self._clear_resolution(ref, issue)
        return receipt

    def close(self, ref: str, reason: Reason) -> Receipt:
        """Close an open ticket, with a resolution that fits the reason where the workflow takes one.

        As a duplicate only where it says so afterwards: else it would read as done.
        """
        return self._move("close", ref, ("done",), transitions.FITTING[reason])

    def transition(self, ref: str, phase: Phase, resolution: str) -> Receipt:
        """Move a ticket to a phase of its workflow."""
        return self._move("transition", ref, (phase,), transitions.wanted(phase, resolution))

    def _move(self, where: str, ref: str, phases: tuple[Phase, ...], resolutions: tuple[str, ...]) -> Receipt:
        try:
            status = self.fields(where, ref, "status")["status"]
            if payloads.PHASES.get(status["statusCategory"]["key"], "new") in phases:
                return NOTHING_WROTE
            found = self.get("transitions", "issue", ref, "transitions", expand="transitions.fields")["transitions"]
            way = transitions.choose(found, phases, resolutions)
        except transitions.NoWay as error:
            raise Rejected(f"{self.name}: {where}", f"from {status['name']}: {error}") from error
        except SHAPE as error:
            raise self.wrong(where, error) from error
        body = {"transition": {"id": way.id}} | ({"fields": way.fields} if way.fields else {})
        # Sent once: a transition taken twice may lead on to where nobody wanted to go.
        self.line.once(
            where,
            lambda: self.session.ask(where, "POST", ("issue", ref, "transitions"), json=body),
            content=False,
            target=ref,
            limits=self.config.issue_limits,
        )
        return Receipt()

    def _clear_resolution(self, ref: str, issue: dict[str, Any]) -> None:
        try:
            self.edit("reopen", ref, issue, "resolution", [{"set": None}])
        except Rejected:
            return  # the workflow does not let us; the ticket is open all the same
