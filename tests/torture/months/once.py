"""Watches that nothing is there twice: what was posted is counted on the wire, by the marks it carries."""

import re
from collections import defaultdict
from datetime import timedelta

from tests.worker.year import OURS

ENDS = ("/comments", "/issues", "/comment", "/issue")
GIVEN = {"due", *(f"label {label}" for label in OURS)}
CARD = "where this ticket stands"
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


def given(body, deeds):
    """Return when we had done what a ticket's history tells of, if this was its card: that goes with all that we do."""
    return [deed.at for deed in deeds if deed.ours and deed.on and deed.what in GIVEN] if CARD in body else []


def tells(told, left):
    """Tell whether a history tells that there was a card: a comment of ours, of the day after, shows that it was us."""
    return any(at <= other <= at + NEAR for at in told for other in left)


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
