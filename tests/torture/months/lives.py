"""Watches what becomes of tickets, from the trackers' own histories: nothing swings, and what people undo stays so."""

from dataclasses import dataclass
from datetime import datetime, timedelta

ASKED = "label deferral-unexplained"
IN_VAIN = timedelta(days=4)  # 5 workdays, across a day on which the clocks change, and at the least so long
AT_A_WORD = timedelta(days=2)  # what somebody asks for is done in the next pass
COMMAND = "/kaizen"
AT_ONCE = timedelta(minutes=1)
HALF_A_DAY = timedelta(hours=12)
ON = {"labeled", "assigned", "milestoned", "reopened"}
OFF = {"unlabeled", "unassigned", "demilestoned", "closed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """Something that was done to a ticket, by us or by people."""

    at: datetime
    ours: bool
    what: str  # "label needs-owner", "owner ana-gh", "due", "open"
    on: bool  # put on, set, opened; else taken off


def lives(made):
    """Yield each ticket that is still there with all that was done to it, in order."""
    for issue in made.issues():
        said = [_said(one.created_at, one.body) for one in issue.comments if one.author.login != made.bot]
        yield issue.key, of_issue(made, issue), said
    for issue in made.jira.issues.values():
        said = [_said(one.created, one.body) for one in issue.comments if one.author != made.bot]
        yield issue.key, of_task(made, issue), said


def of_issue(made, issue):
    """Return all that was done to a ticket on GitHub, in order."""
    deeds = [_on_github(made, event) for event in sorted(issue.events, key=lambda event: event.id)]
    return [*filter(None, deeds)]


def of_task(made, issue):
    """Return all that was done to a ticket on Jira, in order."""
    return [deed for history in issue.histories for item in history.items for deed in _on_jira(made, history, item)]


def _said(at, body):
    return Deed(at=at, ours=False, what=COMMAND if COMMAND in body else "said", on=True)


def _on_github(made, event):
    if event.event not in ON | OFF:
        return _deed(event.created_at, made, event.actor.login, event.event, on=True)
    what = {"labeled": "label", "assigned": "owner", "milestoned": "due", "reopened": "open"}
    word = next(word for name, word in what.items() if event.event in {name, f"un{name}", f"de{name}", "closed"})
    word = "open" if event.event == "closed" else word
    if word == "label":
        word = f"label {event.extra['label']['name']}"
    elif word == "owner":
        word = f"owner {event.about.login}"
    return _deed(event.created_at, made, event.actor.login, word, on=event.event in ON)


def _on_jira(made, history, item):
    who = history.author
    if item.field == "labels":
        before, after = set((item.before_text or "").split()), set((item.after_text or "").split())
        yield from (_deed(history.created, made, who, f"label {name}", on=True) for name in sorted(after - before))
        yield from (_deed(history.created, made, who, f"label {name}", on=False) for name in sorted(before - after))
    elif item.field == "duedate":
        yield _deed(history.created, made, who, "due", on=bool(item.after_text or item.after))
    elif item.field == "assignee":
        yield _deed(history.created, made, who, f"owner {item.after or item.before}", on=bool(item.after))
    elif item.field == "resolution":
        yield _deed(history.created, made, who, "open", on=not (item.after or item.after_text))
    else:
        yield _deed(history.created, made, who, item.field, on=True)


def _deed(at, made, who, what, *, on):
    return Deed(at=at, ours=who == made.bot, what=what, on=on)


def swings(deeds, said, breaks):
    """Yield what we put on, took off and put on again within half a day, nothing of people's between; and when."""
    for what in dict.fromkeys(deed.what for deed in deeds if deed.ours and deed.what.startswith("label ")):
        mine = [(place, deed) for place, deed in enumerate(deeds) if deed.ours and deed.what == what]
        for (first, a), _, (last, c) in zip(mine, mine[1:], mine[2:], strict=False):
            people = any(not deed.ours for deed in deeds[first:last])
            if c.at - a.at < HALF_A_DAY and not people and not _between(a.at, c.at, said, breaks):
                yield f"{what} swings: {a.at:%m-%d %H:%M} to {c.at:%m-%d %H:%M}", c.at


def insists(deeds, said, breaks):
    """Yield what we did, people undid and we did again, with nothing in between to be a reason; and when.

    What we did at somebody's word is theirs: who takes that back leaves the rules free to do what they ask.
    To undo an opening is to put work off, too, and so is to clear a date in the place of one of people's. Who was asked
    on the ticket for days why, and did not say, has it put back once, as the pack for deferrals tells on the card; what
    is undone after that stays so.
    """
    for what in dict.fromkeys(deed.what for deed in deeds if deed.ours and deed.on):
        stood = undone = None
        put_back, theirs = what not in {"due", "open"}, None
        for place, deed in enumerate(deeds):
            if deed.what != what:
                continue
            if deed.ours and deed.on:
                if undone is not None:
                    others = [each for each in deeds[:place] if _changed_since(deeds[undone], each)]
                    since = undone if what == "open" else theirs
                    free = since is not None and not put_back and _asked_in_vain(deeds[since:place], deed.at)
                    put_back |= free
                    if not free and not others and not _between(deeds[undone].at, deed.at, said, breaks):
                        yield f"{what}: undone on {deeds[undone].at:%m-%d %H:%M}, done again", deed.at
                asked = [each for each in said if each.what == COMMAND]
                spoken = _between(deed.at - AT_A_WORD, deed.at, asked, ())
                stood, undone = (None if spoken else place), None
            elif not deed.ours:
                theirs = place if stood is None else theirs  # a date of people's, that ours came in the place of
                undone = place if stood is not None and not deed.on else None
                stood = None
            else:
                stood = undone = None


def _changed_since(undone, deed):
    """Tell whether people did something else since, or when they undid it: that may have been tidying up."""
    return not deed.ours and deed is not undone and deed.at >= undone.at - AT_ONCE


def _asked_in_vain(since, at):
    """Tell whether we asked, days before, why something is put off, by a label: who takes that off has not answered."""
    return any(deed.ours and deed.on and deed.what == ASKED and deed.at <= at - IN_VAIN for deed in since)


def _between(begin, end, said, breaks):
    """Tell whether somebody spoke, or an admin changed the rules or the database, within a time; clocks may be off."""
    room = timedelta(minutes=21)
    return any(begin - room <= each.at <= end + room for each in said) or any(
        begin - room <= at <= end + room for at in breaks
    )
