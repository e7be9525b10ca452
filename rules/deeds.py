"""Deeds: what verbs are called once they are carried out, and how many of them in a few words."""

from __future__ import annotations

from collections.abc import Mapping

WORDS = {
    "add label": ("label put on", "labels put on"),
    "remove label": ("label taken off", "labels taken off"),
    "assign": ("owner set", "owners set"),
    "set due": ("due date set", "due dates set"),
    "set priority": ("priority set", "priorities set"),
    "card": ("card", "cards"),
    "ping": ("ping", "pings"),
    "edit": ("comment edited", "comments edited"),
    "file": ("ticket filed", "tickets filed"),
    "link": ("link made", "links made"),
    "unlink": ("link removed", "links removed"),
    "clear": ("thing taken away", "things taken away"),
    "reopen": ("ticket opened again", "tickets opened again"),
    "take back": ("deferral undone", "deferrals undone"),
    "close": ("ticket closed", "tickets closed"),
    "transition": ("status changed", "statuses changed"),
    "plan": ("ticket planned", "tickets planned"),
    "status": ("commit status set", "commit statuses set"),
    "approve": ("deployment let go on", "deployments let go on"),
    "react": ("command acknowledged", "commands acknowledged"),
}
"""Verb's name -> what it is called if there is one, and if there are more."""


def counted(deeds: Mapping[str, int]) -> str:
    """Say how many of each verb: "12 labels put on, 1 ping"."""
    return ", ".join(f"{count} {WORDS[verb][count != 1]}" for verb, count in deeds.items())
