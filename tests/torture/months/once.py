"""Watches that nothing is there twice: what was posted is counted on the wire, by the marks it carries."""

import re
from collections import defaultdict
from datetime import timedelta

from tests.worker.year import OURS

ENDS = ("/comments", "/issues", "/comment", "/issue")
GIVEN = {"due", *(f"label {label}" for label in OURS)}
NEAR = timedelta(days=1)
MARK = re.compile(r"kaizend op=(\w+)")


def posted(seen):
    """Return the requests by which comments and tickets came to be, by the op that their marks name."""
    found = defaultdict(list)
    for one in seen:
        if one.method == "POST" and 200 <= one.did < 300 and one.path.endswith(ENDS):
            for mark in marks(one.json):
                found[mark].append(one)
    return found


def marks(sent):
    """Return the op whose mark a new comment or ticket carries: at the end of a text, or among its properties."""
    last = MARK.findall(str(sent.get("body", "")).rpartition("\n")[2])
    return last or [each["value"]["op"] for each in sent.get("properties", ()) if each["key"] == "kaizend"]


def tells(body, deeds, others):
    """Tell whether a ticket's history tells that there was this comment: a card goes with all that we do to a ticket.

    `others` are when those comments of ours were written that are left there. One of them, of the day after, shows that
    it was us.
    """
    card = "where this ticket stands" in body
    ours = [deed.at for deed in deeds if deed.ours and deed.on and deed.what in GIVEN] if card else []
    return any(at <= other <= at + NEAR for at in ours for other in others)


def untold(deleted, told, forgot, reads):
    """Tell whether nothing is left that could tell what was posted: it was deleted, and the database knows nothing.

    `forgot` are the moments when the database was lost or restored, `reads` the beginnings and ends of the passes that
    read the source. What was deleted before a loss, or after it and before the next read, no database ever knew of.
    """
    if deleted is None or told:
        return False
    return any(at >= deleted for at in forgot) or unread([at for at in forgot if at <= deleted], deleted, reads)


def unread(moments, deleted, reads):
    """Tell whether nobody read between the last of these moments and the deletion."""
    since = [at for at in moments if at <= deleted]
    return bool(since) and not any(max(since) <= began and ended <= deleted for began, ended in reads)
