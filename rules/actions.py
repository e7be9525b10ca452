"""The verbs, as data: everything a plan can ask of a tracker."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from rules.model import Prose, Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class AddLabel:
    """Put one label on the target."""

    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveLabel:
    """Take one label off the target."""

    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Assign:
    """Make a person an owner of the target."""

    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetDue:
    """Give the target a due date."""

    due: date


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPriority:
    """Give the target a priority: a neutral level, `critical`, `high`, `medium` or `low`."""

    level: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteCard:
    """Write or edit our one comment on the target."""

    prose: Prose
    essence: str
    state: str = ""  # goes into the marker, so that a lost database can be told by the tracker


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """Add a comment that notifies; `people` are the tracker-native logins it mentions."""

    prose: Prose
    people: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EditPost:
    """Put a new text into a comment of ours, quietly."""

    comment: str  # as the adapter addresses it
    marker_op: str  # the op id the comment was posted under, and stays known by
    prose: Prose


@dataclass(frozen=True, slots=True, kw_only=True)
class FileTicket:
    """File a new ticket: from the target, or, if that is a source, from no ticket."""

    title: str
    prose: Prose
    labels: frozenset[str] = frozenset()
    assignee: str = ""
    due: date | None = None
    type: str = ""  # the native issue type; "" lets the adapter take its default
    source: str = ""  # where it is filed; "" is the target's source
    what: str = ""  # what it is to the target: "follow-up", "improvement", ...; "" makes no relation


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkTo:
    """Link the target to another ticket (both ways where the tracker has links), or to a page by a global id."""

    url: str
    title: str
    key: str = ""  # the other ticket's key, when it lives in the same tracker
    relation: str = "relates"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlink:
    """Remove the link from the target to another ticket that a LinkTo of ours made; one that people made stays."""

    url: str
    key: str = ""  # as in LinkTo
    relation: str = "relates"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clear:
    """Take away what we gave the target where nothing stood before: an owner, a due date, a comment of ours."""

    what: Literal["owner", "due", "comment"]
    value: str  # the login, the date as ISO, the comment as the adapter addresses it


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopen:
    """Open the target again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeBack:
    """Take back how a person put the target off: a label, a status, a closing as not done, a later due date."""

    way: Literal["label", "status", "declined", "due"]
    value: str  # the label, the status, the resolution; way "due": the date that comes back, as ISO
    phase: Literal["new", "active"] = "new"  # way "status": where the target goes in its workflow


@dataclass(frozen=True, slots=True, kw_only=True)
class Close:
    """Close the target: as done, as not planned, or as a duplicate of an older one."""

    reason: Reason = "completed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """Move the target to another phase of its workflow."""

    phase: Literal["new", "active", "done"]
    resolution: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFor:
    """Plan the target for the sprint under way, or for the next version."""

    place: Literal["sprint", "version"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetStatus:
    """Set a commit status; the target is a change."""

    sha: str
    context: str
    state: Literal["success", "failure", "pending", "error"]
    description: str
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Approve:
    """Let a deployment go on that waits for it; the target is its workflow run."""

    run: str
    environment: str
    comment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class React:
    """Put a sign on somebody's comment."""

    comment: str  # its uid
    what: Literal["+1", "confused"] = "+1"


Verb = (
    AddLabel
    | RemoveLabel
    | Assign
    | SetDue
    | SetPriority
    | WriteCard
    | Post
    | EditPost
    | FileTicket
    | LinkTo
    | Unlink
    | Clear
    | Reopen
    | TakeBack
    | Close
    | Transition
    | PlanFor
    | SetStatus
    | Approve
    | React
)

NAMES: dict[type[Verb], str] = {
    AddLabel: "add label",
    RemoveLabel: "remove label",
    Assign: "assign",
    SetDue: "set due",
    SetPriority: "set priority",
    WriteCard: "card",
    Post: "ping",
    EditPost: "edit",
    FileTicket: "file",
    LinkTo: "link",
    Unlink: "unlink",
    Clear: "clear",
    Reopen: "reopen",
    TakeBack: "take back",
    Close: "close",
    Transition: "transition",
    PlanFor: "plan",
    SetStatus: "status",
    Approve: "approve",
    React: "react",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What an op is about."""

    source: str
    uid: str  # for a ticket to be filed: the source's own uid
    ref: str
    key: str
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Op:
    """One planned write."""

    id: str
    target: Target
    verb: Verb
    rule: str
    because: tuple[str, ...]  # the clauses that held, with their values
    before: str
    after: str
    episode: int = 1
    shadow: bool = False  # planned and reported, never applied
    rules: frozenset[str] = frozenset()  # all rules it rests on, its own among them: held back if one of them is
    was: str = ""  # what stood before, as a verb's value has it: a date, a login, a level, a resolution; "" for nothing
    undoes: str = ""  # the id of the op that it takes back, because a person asked for that
    conflict: str = ""  # why it cannot be carried out beside the others; such an op is reported, never applied

    @property
    def name(self) -> str:
        """The verb in words: "set due"."""
        return NAMES[type(self.verb)]

    @property
    def goes_to(self) -> str:
        """The source that is written to."""
        return (isinstance(self.verb, FileTicket) and self.verb.source) or self.target.source


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A rule, ticket or person stopped at a ceiling before its first write."""

    what: str  # "rule backlog/owned", "person ana", "the pass"
    ceiling: int
    wanted: int
    rules: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All ops of a pass, decided before the first write."""

    at: datetime
    policy: str  # the policy's sha
    ops: tuple[Op, ...]
    held: tuple[Held, ...] = ()
    conflicts: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    targets: tuple[tuple[str, str], ...] = ()  # uid and `updated` of each target, in a saved plan
