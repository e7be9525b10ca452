"""Watches the limits, from the log of the wire alone: content, writes to one issue, pauses that a server asked for."""

import re
from collections import defaultdict
from datetime import timedelta
from email.utils import parsedate_to_datetime

LONGEST = timedelta(days=1)
UNSAID = timedelta(minutes=1)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
WIDE, NARROW = (80, 500), (8, 30)
"""What GitHub lets through in a minute and in an hour; what an admin may set, so that it is felt in a small company."""
ISSUE = (
    (20, timedelta(seconds=2), "writes to an issue in 2 s"),
    (100, timedelta(seconds=30), "writes to an issue in 30 s"),
)
PINGS = 5  # a person in seven days
WEEK = timedelta(days=7) - timedelta(seconds=2)
ISSUE_PATH = re.compile(r"/rest/api/[^/]+/issue/([^/]+)")


def most(times, span):
    """Return the most moments within a span; they are in order."""
    first = found = 0
    for last, at in enumerate(times):
        while times[first] <= at - span:
            first += 1
        found = max(found, last - first + 1)
    return found


def windows(seen, content_limits=WIDE):
    """Return how far each budget was used at its fullest, as (budget, used, limit)."""
    content = [one.at for one in seen if one.face == "github" and one.method == "POST" and is_content(one.path)]
    for limit, span, name in zip(content_limits, (MINUTE, HOUR), ("a minute", "an hour"), strict=True):
        yield f"content {name}", most(content, span), limit
    issues = defaultdict(list)
    for one in seen:
        found = ISSUE_PATH.match(one.path)
        if found and one.writes and one.told != 429:
            issues[found[1]].append(one.at)
    for limit, span, name in ISSUE:
        yield name, max((most(times, span) for times in issues.values()), default=0), limit


def is_content(path):
    """Tell whether a POST there makes a comment or an issue."""
    return path.endswith(("/comments", "/issues"))


def fills(writes, a_minute):
    """Tell whether a pass may have left something to the next: it wrote half of the texts that a minute lets through.

    A pass plans no more than a minute takes, edits too, less what it spares for digests, and no ticket in parts.
    """
    texts = [one for one in writes if one.face == "github" and (is_content(one.path) or "/comments/" in one.path)]
    return len(texts) * 2 >= a_minute


def resumed(before, made):
    """Return the rules that a pass went on with of those paused in the pass before; none of a pass cut short."""
    return (before.look.paused if before.look else set()) - made.look.paused if made.look else set()


def waited(one, seen, mentions, before):
    """Tell whether a comment pings somebody whose week was full in the pass before, which began then: it had to wait.

    Full of pings that were posted, and of those that the pass before was to post and was refused.
    """
    said = [other for other in seen if is_comment(other) and before - WEEK < other.at < one.at]
    week = [other for other in said if (other.at <= before) == (200 <= other.did < 300)]
    for forms in mentions.values() if posted([one]) else ():
        pinged = [other for other in (one, *week) if notifies(other, forms)]
        if one in pinged and len(pinged) > PINGS:
            return True
    return False


def notifies(one, forms):
    """Tell whether a comment notifies somebody; `forms` has a pattern a face: another tracker's mentions are words."""
    return one.face in forms and bool(forms[one.face].search(str(one.json.get("body", ""))))


def is_comment(one):
    """Tell whether a request is to make a comment."""
    return one.method == "POST" and "/comment" in one.path


def posted(seen):
    """Return the requests by which comments came to be."""
    return [one for one in seen if is_comment(one) and 200 <= one.did < 300]


def too_early(seen, excused):
    """Yield the requests that came before a pause was over that the server had asked for.

    `excused` tells of a pass and a time whether the pause may have been forgotten: its process was killed when it had
    the answer in hand, or the database was lost or restored from a time before it.
    """
    pauses, unheard = {}, []
    for one in seen:
        for why in [each for each in unheard if each.answered <= one.at]:
            unheard.remove(why)
            end = asked(why)
            if why.face not in pauses or end > pauses[why.face][0]:
                pauses[why.face] = (end, why)
        until, why = pauses.get(one.face, (None, None))
        if until is not None and one.at < until and not excused(why, one):
            yield f"{one.method} {one.path} came {until - one.at} before {until:%m-%d %H:%M:%S}, as {why.headers} asked"
            pauses.pop(one.face)
        if one.fault == "status" and one.told in {403, 429}:
            unheard.append(one)


def asked(one):
    """Return when a throttle lets the next request through."""
    text = one.headers.get("Retry-After", "")
    if re.fullmatch(r"-?\d+(\.\d+)?", text):
        return one.answered + min(max(timedelta(seconds=float(text)), timedelta()), LONGEST)
    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return one.answered + UNSAID


def pings(seen, mentions, forgot):
    """Yield (person, most pings in a week) of what was posted; `mentions` has a person's patterns by face.

    What was pinged before the database was lost or restored does not count: nothing on the trackers tells of it but
    comments that may be deleted since.
    """
    for person, forms in mentions.items():
        mine = [one.at for one in posted(seen) if notifies(one, forms)]
        spans = zip((None, *forgot), (*forgot, None), strict=True)
        yield (
            person,
            max(
                most([at for at in mine if (not begin or at > begin) and (not end or at <= end)], WEEK)
                for begin, end in spans
            ),
        )
