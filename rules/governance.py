"""The governance policy that packs serve, section by section: what `kaizend policy` accounts for."""

from __future__ import annotations

from typing import Literal

Section = Literal[
    "scope",
    "ownership",
    "inputs",
    "cadence",
    "backlog",
    "deferral",
    "feedback",
    "leadership",
    "powers",
    "success",
    "forbidden",
]

SECTIONS: dict[Section, str] = {
    "scope": "Six domains of improvement, none exempt",
    "ownership": "An improvement council, and somebody who answers for each improvement",
    "inputs": "Six mandatory inputs: a decision without them does not count",
    "cadence": "Reviews each month, each quarter and after each incident; a skipped one escalates",
    "backlog": "Logged, prioritized, owned and time-bound",
    "deferral": "Nothing systemic is put off for ever",
    "feedback": "Decisions feed roadmap, budget, staffing and training",
    "leadership": "Leads fund, protect, prevent and model improvement",
    "powers": "Power to pause features, enforce refactoring, mandate reliability work, and block releases",
    "success": "Success is measured: what was to get better is checked, and activity is not enough",
    "forbidden": "No extra work, no ignored recurrence, no effort without impact, no theatre",
}
"""Section -> what it demands, in a line. The order is the policy's."""
