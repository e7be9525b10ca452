"""Troubles: why a pass was not whole and what waits for somebody, each with what an operator should do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

import orjson

from rules.actions import Plan

Kind = Literal[
    "unread",
    "throttled",
    "held",
    "conflict",
    "stopped",
    "failed",
    "unsent",
    "doubt",
    "parked",
    "cut",
    "died",
    "index",
    "deployments",
    "digest",
    "signal",
    "gate",
]
KINDS: tuple[Kind, ...] = get_args(Kind)
ADVICE: Mapping[Kind, str] = {
    "unread": "see `kaizend doctor`: credential, right or network; nothing is written there until it is read wholly",
    "throttled": "nothing: it goes on by itself then; if it comes often, write less in a pass ([ceilings])",
    "held": "see `kaizend plan`: if meant, give the rule a `ceiling` or raise [ceilings]; if not, shadow the rule",
    "conflict": "change one of the rules it names: until then neither does anything there",
    "stopped": "see `kaizend doctor` if it is a right or a credential; a throttled source goes on by itself",
    "failed": "see `kaizend ops --failed`: put right what the tracker says; it is tried again a day later",
    "unsent": "nothing: the next pass sends it; if it stays so, see what is said of its source",
    "doubt": "nothing: the next passes look for it; see `kaizend ops --doubt`",
    "parked": "see `kaizend ops --parked`: look at the ticket, then `kaizend ops --retry ID` or `--drop ID`",
    "cut": "nothing: the next pass goes on; if it stays so, give it more time before it is stopped",
    "died": "see the log for its end: memory, disk, kill; what it had sent is looked for before it is sent again",
    "index": "free disk space or put the file's owner and mode right; it is made anew by itself",
    "deployments": "see `kaizend doctor`: the App's right to deployments",
    "digest": "see its source above; if its issue is deleted or locked, name another one: `issue` in [[digest]]",
    "signal": "see `kaizend signals`: what does not tell its number, or no longer",
    "gate": "see `kaizend gate`: the number that it waits for is missing or stale",
}
"""What an operator should do about each kind."""
PLURAL: Mapping[Kind, str] = {
    "unread": "a source was not read",
    "throttled": "a tracker had us wait",
    "held": "a ceiling held something back",
    "conflict": "rules asked for opposite things",
    "stopped": "nothing more was sent to a source",
    "failed": "a tracker refused something",
    "unsent": "something was left for the next pass",
    "doubt": "the answer to a write was lost",
    "parked": "something waits for a person",
    "cut": "it was stopped before its end",
    "died": "it ended without a word",
    "index": "reports were not compared",
    "deployments": "deployments were not answered",
    "digest": "a digest was not posted",
    "signal": "a signal was not read or is stale",
    "gate": "a gate could not be judged",
}
"""What is said of passes that met each kind."""


ACCOUNT = re.compile("[0-9a-f]{12}")
"""What the bucket of an account looks like."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One thing that keeps a pass from being whole, or that waits for somebody."""

    kind: Kind
    said: str
    until: datetime | None = None  # when it ends by itself, where that is known

    def __str__(self) -> str:
        """Say what it is."""
        return self.said

    @property
    def advice(self) -> str:
        """Say what an operator should do."""
        return ADVICE[self.kind]


def of_plan(plan: Plan, unread: Mapping[str, str]) -> Iterator[Trouble]:
    """Tell what was not planned: for sources that were not read, over ceilings, and where rules disagree."""
    for name, why in unread.items():
        yield Trouble(kind="unread", said=f"source {name} was not read: {why}")
    for held in plan.held:
        said = f"{held.what}: {held.wanted} wanted, ceiling {held.ceiling}: held back"
        yield Trouble(kind="held", said=said)
    for conflict in plan.conflicts:
        yield Trouble(kind="conflict", said=f"conflict: {conflict}")


def of_ops(stopped: Mapping[str, str], counts: Mapping[str, int]) -> Iterator[Trouble]:
    """Tell what was not carried out: sources to which nothing more was sent, and what came of ops."""
    for name, why in stopped.items():
        yield Trouble(kind="stopped", said=f"source {name}: nothing more was sent: {why}")
    if counts.get("failed"):
        yield Trouble(kind="failed", said=f"{counts['failed']} ops failed")
    if counts.get("unsent"):
        yield Trouble(kind="unsent", said=f"{counts['unsent']} ops unsent")


def of_ledger(states: Mapping[str, int]) -> Iterator[Trouble]:
    """Tell what of the ledger is unfinished, by how many ops are in each state."""
    if states.get("doubt"):
        yield Trouble(kind="doubt", said=f"{states['doubt']} ops in doubt: `kaizend ops --doubt`")
    if states.get("parked"):
        yield Trouble(kind="parked", said=f"{states['parked']} ops parked: `kaizend ops --parked`")


def paused(pauses: Mapping[str, datetime], accounts: Mapping[str, str]) -> tuple[Trouble, ...]:
    """Tell of the pauses that are in force, by bucket; `accounts` names the sources of an account's bucket."""
    return tuple(
        Trouble(kind="throttled", said=f"{_called(bucket, accounts)}: the server has us wait", until=until)
        for bucket, until in pauses.items()
    )


def _called(bucket: str, accounts: Mapping[str, str]) -> str:
    """Return the name of a bucket: an account's is made of its credential, and says nothing to anybody."""
    return accounts.get(bucket, "the account of a source" if ACCOUNT.fullmatch(bucket) else bucket)


def as_text(troubles: Sequence[Trouble]) -> str:
    """Return troubles as the database keeps them: JSON, a pair of kind and words each."""
    return orjson.dumps([[trouble.kind, trouble.said] for trouble in troubles]).decode()


def from_text(text: str) -> tuple[Trouble, ...]:
    """Return what the database keeps as troubles; kinds of another version are left out."""
    known = {str(kind): kind for kind in KINDS}
    return tuple(Trouble(kind=known[kind], said=said) for kind, said in orjson.loads(text) if kind in known)
