"""Twins: a ticket that another one leads, and what of the leader's it has still to take over."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import assert_never

from rules.actions import NAMES, Assign, Close, Reopen, SetDue, Verb
from rules.fact_asked import UNKNOWN_SOURCE
from rules.fact_work import not_done
from rules.leaders import TWIN, leader_of
from rules.memory import Episode, Followed, Lead, Memory, Related
from rules.model import Ticket
from rules.people import login_of, person_of
from rules.policy import Policy
from rules.rule import Rule

OPEN, DONE = "open", "done"
READ_BACK = timedelta(hours=1)
"""What was filed so long before we came to know of it was read back: the database is new, and people were at work."""
COMMAND = "command/"
"""How what stands as the rule of a command's effect begins: see rules.commanded."""
FIELDS: tuple[Followed, ...] = ("state", "owner", "due")


def followed(rules: Iterable[Rule]) -> tuple[Followed, ...]:
    """Return the fields in which rules have a ticket follow its leader."""
    asked = {name for rule in rules for name in rule.follow}
    return tuple(name for name in FIELDS if name in asked)


def noticed_leads(
    policy: Policy, ticket: Ticket, memory: Memory, held: Iterable[tuple[Rule, Episode]], now: datetime
) -> tuple[Lead, ...]:
    """Return what the leader says in the fields that rules which hold follow, if that is news: to be remembered.

    A ticket that is done follows in its state alone; the rest waits until it is opened again. What was said up to a
    baseline is left alone; what is said from then on is followed.
    """
    following = [(rule, episode.baseline) for rule, episode in held if rule.follow]
    leader, known = leader_of(memory), {lead.field: lead for lead in memory.leads}
    found: list[Lead] = []
    rests = ticket.phase == "done"
    for name in followed(rule for rule, _ in following):
        if leader is None or (name != "state" and rests):
            continue
        last = known.get(name)
        lead = _lead(ticket, leader, name, last, now)
        past = all(_before(lead, baseline) for rule, baseline in following if name in rule.follow)
        if past or takeover(policy, ticket, leader, lead) is None or _overruled(memory, lead):
            lead = replace(lead, settled=True)
        found += [lead] if lead != last else []
        rests = rests and (name != "state" or lead.settled or leader.phase == "done")
    return tuple(found)


def with_leads(memory: Memory, leads: Iterable[Lead]) -> Memory:
    """Return the memory with what leaders say by now."""
    known = {lead.field: lead for lead in memory.leads} | {lead.field: lead for lead in leads}
    return replace(memory, leads=tuple(known.values()))


def later_leads(memory: Memory, leads: Iterable[Lead]) -> tuple[Lead, ...]:
    """Return those of the leads that are news to the memory, as not followed yet."""
    known = {(lead.field, lead.number) for lead in memory.leads}
    return tuple(replace(lead, settled=False) for lead in leads if (lead.field, lead.number) not in known)


def _lead(ticket: Ticket, leader: Related, name: Followed, last: Lead | None, now: datetime) -> Lead:
    value = said(leader, name)
    if last is None:
        return Lead(field=name, value=value, number=1, at=now, settled=_old_news(ticket, leader, name))
    if last.value != value:
        return Lead(field=name, value=value, number=last.number + 1, at=now)
    return last


def _old_news(ticket: Ticket, leader: Related, name: Followed) -> bool:
    """Tell whether what a leader says at first is nothing to follow.

    What was filed from a ticket that was done by then is not done with it; what is done is not opened because it gets
    an open leader; and after a database was lost, what differs was changed by people.
    """
    filed = leader.what != TWIN
    if filed and leader.since is not None and leader.since - ticket.created > READ_BACK:
        return True
    if name != "state":
        return False
    if leader.phase != "done":
        return True
    return filed and (leader.closed is None or leader.closed <= ticket.created)


def _before(lead: Lead, baseline: datetime | None) -> bool:
    """Tell whether a leader said so before a baseline was taken."""
    return baseline is not None and (lead.number == 1 or lead.at <= baseline)


def _overruled(memory: Memory, lead: Lead) -> bool:
    """Tell whether a person's command on the ticket itself is younger than what the leader says."""
    verb = {"owner": NAMES[Assign], "due": NAMES[SetDue]}.get(lead.field)
    return any(each.rule.startswith(COMMAND) and each.verb == verb and each.at >= lead.at for each in memory.effects)


def said(leader: Related, name: Followed) -> str:
    """Return what a leader says in a field, as it is remembered: another text is another word."""
    if name == "state":
        closed = f" {leader.closed.isoformat()}" if leader.closed else ""
        return f"{DONE}{closed}" if leader.phase == "done" else OPEN
    if name == "due":
        return leader.due.isoformat() if leader.due else ""
    return ",".join(sorted(leader.assignees))


def takeover(policy: Policy, ticket: Ticket, leader: Related, lead: Lead) -> Verb | None:
    """Return what makes the ticket follow its leader in a field; None if there is nothing to do."""
    match lead.field:
        case "state":
            return _state(ticket, leader)
        case "due":
            return SetDue(due=leader.due) if leader.due and ticket.due != leader.due else None
        case "owner":
            known = owners_here(policy, ticket, leader)
            there = {login.lower() for login in ticket.assignees}
            return Assign(person=known[0]) if known and there.isdisjoint(each.lower() for each in known) else None
        case _:
            assert_never(lead.field)


def _state(ticket: Ticket, leader: Related) -> Verb | None:
    if leader.phase == "done" and ticket.phase != "done":
        return Close(reason="not_planned" if not_done(leader.resolution) else "completed")
    return Reopen() if leader.phase != "done" and ticket.phase == "done" else None


def owners_here(policy: Policy, ticket: Ticket, leader: Related) -> tuple[str, ...]:
    """Return a leader's owners by their logins in the ticket's source; who has none is left out."""
    logins = (_login(policy, ticket, leader, owner) for owner in sorted(leader.assignees))
    return tuple(dict.fromkeys(login for login in logins if login))


def strangers(policy: Policy, ticket: Ticket, leader: Related) -> tuple[str, ...]:
    """Return the leader's owners, as they are called there, if none of them has a login in the ticket's source."""
    return () if owners_here(policy, ticket, leader) else tuple(sorted(leader.assignees))


def _login(policy: Policy, ticket: Ticket, leader: Related, owner: str) -> str:
    """Return an owner's login in the ticket's source: the same one where both are kept by one tracker."""
    if _tracker(policy, leader.source, leader.uid) == _tracker(policy, ticket.source, ticket.uid):
        return owner
    return login_of(policy, ticket.source, person_of(policy, leader.source, owner))


def _tracker(policy: Policy, source: str, uid: str) -> tuple[str, str]:
    """Return what keeps a ticket: ("github", "github.com") for the uid "github.com/17/issue/4711"."""
    return policy.sources.get(source, UNKNOWN_SOURCE).kind, uid.partition("/")[0]
