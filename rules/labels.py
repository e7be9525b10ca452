"""Which names a label may have, in the trackers that are in use."""

from __future__ import annotations

import re

from rules.wording import shown

LONGEST = 50  # https://docs.github.com/rest/issues/labels: longer names are refused with 422
ODD = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
HIDDEN = re.compile(
    r"[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]"
)  # not \u200c, \u200d: Persian, emoji


def label_problem(name: str, *, jira: bool) -> str:
    """Say what is wrong with a label's name, "" if nothing is; `jira` when a Jira is among the sources."""
    return next((problem for wrong, problem in _findings(name, jira=jira) if wrong), "")


def _findings(name: str, *, jira: bool) -> tuple[tuple[bool, str], ...]:
    label, dashed = f"the label {shown(name)}", shown(re.sub(r"[\s,]+", "-", name.strip(" ,")))
    return (
        (not name.strip(), "a label needs a name"),
        (name in {".", ".."}, f"{label} is a way in an address: no tracker could take it off again"),
        (len(name) > LONGEST, f"{label} has {len(name)} characters: {LONGEST} at most"),
        (ODD.search(name) is not None, f"{label} holds a control character"),
        (HIDDEN.search(name) is not None, f"{label} holds a character that nobody sees: write it anew"),
        (name != name.strip(), f"{label} begins or ends with a space: write {shown(name.strip())}"),
        ("," in name, f"{label} holds a comma, which parts labels in a list: write {dashed}"),
        (jira and re.search(r"\s", name) is not None, f"{label} holds a space, which Jira refuses: write {dashed}"),
    )
