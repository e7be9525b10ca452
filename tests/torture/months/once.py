"""Watches that nothing is there twice: what was posted is counted on the wire, by the marks it carries."""

import re
from collections import defaultdict

ENDS = ("/comments", "/issues", "/comment", "/issue")
MARK = re.compile(r"kaizend op=(\w+)")


def posted(seen):
    """Return where and when comments and tickets came to be, by the op that their marks name."""
    found = defaultdict(list)
    for one in seen:
        if one.method == "POST" and 200 <= one.did < 300 and one.path.endswith(ENDS):
            for mark in marks(one.json):
                found[mark].append(f"{one.path} on {one.at:%m-%d %H:%M:%S}")
    return found


def marks(sent):
    """Return the op whose mark a new comment or ticket carries: at the end of a text, or among its properties."""
    last = MARK.findall(str(sent.get("body", "")).rpartition("\n")[2])
    return last or [each["value"]["op"] for each in sent.get("properties", ()) if each["key"] == "kaizend"]
