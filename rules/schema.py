"""The form of a rule file, as pydantic models and as a JSON Schema for editors."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from rules.governance import Section
from rules.metrics.table import MetricTable
from rules.rule import Duration, Room
from rules.schema_gates import GateTable
from rules.schema_values import (
    DATE_SCHEMA,
    Clock,
    Day,
    Due,
    Feeds,
    FileDue,
    Followings,
    Held,
    Level,
    Moment,
    Name,
    Names,
    PolicyLine,
    Sentence,
    Span,
    Table,
    deferrals,
)

DIALECT = "https://json-schema.org/draft/2020-12/schema"


class PackTable(Table):
    """What the file is called and what it is for."""

    name: Name = Field(description="Comes before the rules' ids: backlog/owned.")
    about: Sentence = Field(default="", description="What the rules of the file are for, in a sentence.")
    policy: PolicyLine = ""
    section: Section | None = Field(default=None, description="The section of the governance policy that it serves.")


class DueTable(Table):
    """How long work may take, by its priority."""

    start: Literal["created", "episode"] = Field(default="created", alias="from", description="When the time begins.")
    critical: Span | None = None
    high: Span | None = None
    medium: Span | None = None
    low: Span | None = None


class FileTable(Table):
    """A ticket that is filed, linked to the one the rule holds for."""

    kind: str = Field(description="The kind it is to be, as [kinds] names it. [file.KIND] of the config says where.")
    title: Annotated[str, Field(min_length=1, max_length=200)] = Field(description="What it is called.")
    say: Sentence = Field(default="", description="What it says; the rule's own `say` if left out.")
    assign: str = Field(default="", description="The role or person who is to own it.")
    due: FileDue | None = Field(
        default=None,
        description="How long there is for it: '5 workdays'; or the fact that holds its date: 'deferred_until'.",
    )
    each: str = Field(default="", description="A fact that is a list: a ticket for each in it, once; '{item}' is it.")
    labels: Names = Field(default=[], description="Labels, besides those of its kind; '{domain}' is the domain's.")


class StepTable(Table):
    """What happens once an episode, when it has lasted so long: a ping, a reopening, a new ticket, or several."""

    model_config = ConfigDict(
        json_schema_extra={"anyOf": [{"required": [name]} for name in ("ping", "reopen", "close", "undo", "file")]}
    )

    after: Span = Field(description="How long the rule has held by then: '5 workdays'.")
    ping: Names = Field(
        default=[], min_length=1, description="Roles (owner, lead, council, reporter) or names of [people]."
    )
    reopen: bool = Field(default=False, description="Opens the ticket again, if it is done.")
    close: Literal["duplicate"] | None = Field(
        default=None,
        description="Closes the ticket as a duplicate of the older one that it is certainly the same as, once for "
        "each. If a person opens it, or objects, it stays open.",
    )
    file: FileTable | None = Field(default=None, description="Files another ticket.")
    undo: bool = Field(
        default=False,
        description="Takes back how the ticket is put off: its label, its status, its being closed, its later due "
        "date. Once for each; if a person does it again, it stays.",
    )
    say: Sentence = Field(default="", description="The ping's text; the rule's own `say` if left out.")


class DeferralTable(Table):
    """That somebody put the ticket of a test off, as by `/kaizen defer`."""

    until: Day = Field(description="The day up to which it was put off.")
    because: str = Field(default="of other work", description="Why.")
    by: str = Field(default="somebody", description="Who said so.")
    at: Moment | None = Field(default=None, description="When; long ago if left out.")


ONE_DEFERRAL = {"anyOf": [DATE_SCHEMA, DeferralTable.model_json_schema()]}
Deferrals = Annotated[
    list[DeferralTable],
    BeforeValidator(deferrals),
    WithJsonSchema({"anyOf": [ONE_DEFERRAL, {"type": "array", "items": ONE_DEFERRAL}]}),
]


class PauseTable(Table):
    """A stretch in which the ticket of a test was blocked or waiting, so that its clock stood still."""

    start: Moment = Field(alias="from", description="When it began.")
    end: Moment | None = Field(default=None, alias="to", description="When it ended; left out, it goes on.")


class RelatedTable(Table):
    """Another ticket that belongs to the one of a test."""

    what: str = Field(description="What the one was filed as from the other: 'follow-up', 'review'; or 'twin'.")
    way: Literal["filed", "origin"] = Field(
        default="filed", description="'filed' from the test's ticket; 'origin': what that one was filed from."
    )
    key: str = "EXAMPLE-2"
    source: str = "example"
    title: str = "Another example"
    phase: Literal["new", "active", "done"] = "new"
    resolution: str = ""
    due: Due = None
    assignees: Names = Field(default=[])


class RecurrenceTable(Table):
    """A ticket that is certainly the same problem as the one of a test."""

    way: Literal["filed", "origin"] = Field(
        default="filed", description="'filed': a later report of the test's ticket; 'origin': what that is a report of."
    )
    key: str = "EXAMPLE-3"
    created: Moment = Field(description="When the report was made, whichever of the two it is.")
    again: bool = Field(default=True, description="What came back had been fixed by then.")
    ahead: int = Field(default=0, description="So many more comments people wrote on the report than on the other.")
    phase: Literal["new", "active", "done"] = "new"
    evidence: str = Field(default="the same fingerprint", description="What tells that the two are the same.")


class LikenessTable(Table):
    """An earlier ticket that may be the same problem as the one of a test, by its text."""

    key: str = "EXAMPLE-4"
    title: str = "Another example"
    phase: Literal["new", "active", "done"] = "done"
    tier: Literal["B", "C"] = Field(default="C", description="'B' is a strong match, 'C' a likely one.")
    shadow: bool = Field(default=False, description="Tier 'B': people have not confirmed such matches often enough.")
    score: Annotated[float, Field(ge=0, le=1)] = 0.3
    at: Moment | None = Field(default=None, description="When it was found; when the rules look at it if left out.")


class GivenTable(Table):
    """The ticket of a test; what is left out is plain: open, new, nobody's."""

    kind: str = ""
    source: str = "example"
    key: str = "EXAMPLE-1"
    title: str = "An example"
    body: str = ""
    created: Moment | None = None
    updated: Moment | None = None
    closed: Moment | None = None
    phase: Literal["new", "active", "done"] | None = None
    status: str = ""
    resolution: str = ""
    issue_type: str = ""
    labels: Names = Field(default=[])
    components: Names = Field(default=[])
    milestone: str = ""
    assignees: Names = Field(default=[])
    reporter: str = ""
    priority: str = "none"
    due: Due = None
    comments: Annotated[int, Field(ge=0)] = 0
    locked: bool = False
    blocked: bool = False
    sprint: str = ""
    evidence: Names = Field(default=[], description="What people gave as evidence, as by `/kaizen evidence`.")
    outcome: str = Field(default="", description="The effect that people expect, as by `/kaizen outcome`.")
    judgement: Literal["", "validated", "not shown", "worse", "too little data"] = Field(
        default="", description="What came of that effect."
    )
    judged: Moment | None = Field(default=None, description="When that could be judged, or can be.")
    feeds: Feeds = Field(default=[], description="What it feeds, as by `/kaizen feeds`: ['roadmap OPS-12'].")
    merged_changes: Names = Field(default=[], description="Keys of merged pull requests that name the ticket.")
    inputs_missing: Names = Field(default=[], description="Inputs that are missing, and were all along.")
    reopened_by: Names = Field(default=[], description="Ids of the rules that opened it again: 'PACK/RULE'.")
    open_changes: Names = Field(default=[], description="Keys of open pull requests that name the ticket.")
    deferred: Deferrals = Field(
        default=[], description="How people put it off, as by `/kaizen defer`: the days, or tables that say more."
    )
    held: Held = Field(default="", description="That it was held, as by `/kaizen held`: '2026-09-08 because ...'.")
    ignored: Names = Field(default=[], description="Rules that it is to be left alone by, as by `/kaizen ignore`.")
    undone: Annotated[int, Field(ge=0)] = Field(default=0, description="How often people took back what was done.")
    pauses: list[PauseTable] = Field(default=[], description="When it was blocked or waiting, oldest first.")
    related: list[RelatedTable] = Field(default=[], description="What was filed from it and what it was filed from.")
    recurrences: list[RecurrenceTable] = Field(default=[], description="What is the same problem, oldest first.")
    likenesses: list[LikenessTable] = Field(default=[], description="What may be the same, the most probable first.")
    fixed: Moment | None = Field(default=None, description="When its last fix took effect; left out, as it was closed.")
    insisted: Names = Field(
        default=[], description="Ways (label, status, declined, due) that were taken back before, and done again."
    )
    promised: Day | None = Field(default=None, description="The due date that it had before people moved it.")


class TestTable(Table):
    """What a rule does to a ticket at a moment."""

    given: GivenTable = Field(description="The ticket, as far as it matters.")
    at: Moment = Field(description="When the rules look at it.")
    expect: list[str] = Field(description="What is done then: ['set due 2026-11-30']; nothing: [].")


class RuleTable(Table):
    """Conditions, and what is done while or when they hold."""

    id: Name = Field(description="Unique in the file; files under it are remembered by it.")
    about: Sentence = Field(default="", description="What the rule is for, in a sentence.")
    policy: PolicyLine = ""
    section: Section | None = Field(default=None, description="The section that it serves; the pack's if left out.")
    on: Names = Field(
        min_length=1, description="The kinds of tickets it is about, as [kinds] names them; 'any' is all."
    )
    when: list[str] = Field(
        min_length=1, description="Conditions in CEL; all must hold. `kaizend facts` lists the facts."
    )
    label: str = Field(default="", description="A label worn while the rule holds, taken off when it no longer does.")
    add_label: str = Field(default="", description="A label put on once and kept. '{domain}' is the certain domain's.")
    say: Sentence = Field(
        default="", description="A line on the card. '{title}', or any fact in braces, is filled in from the ticket."
    )
    comment: Sentence = Field(default="", description="Posted once an episode.")
    due: DueTable | None = Field(default=None, description="Gives a due date, by priority.")
    assign: str = Field(default="", description="A role or person who becomes the owner if there is none.")
    priority: Level | None = Field(default=None, description="The priority it gets if it has none.")
    step: list[StepTable] = Field(default=[], description="What happens as time goes by.")
    mode: Literal["shadow", "canary", "on"] = Field(default="on", description="'shadow' is reported, never applied.")
    canary_share: float = Field(default=0.1, gt=0, le=1, description="The share of tickets in mode 'canary'.")
    since: Day | None = Field(default=None, alias="from", description="Tickets created before are left alone.")
    ceiling: Annotated[int, Field(ge=0)] | None = Field(default=None, description="The most writes of a pass.")
    test: list[TestTable] = Field(default=[], description="What the rule is expected to do.")


class QuietTable(Table):
    """The ticket that is filed when a domain had no improvement work at several reviews in a row."""

    after: Annotated[int, Field(ge=1, le=12)] = Field(default=2, description="At how many reviews it was quiet.")
    kind: str = Field(description="The kind the ticket is to be, as [kinds] names it. [file.KIND] says where.")
    title: Annotated[str, Field(min_length=1, max_length=200)] = Field(
        default="Why is nothing done for {domain}?", description="What it is called; it must hold '{domain}'."
    )
    say: Sentence = Field(default="", description="What it says; '{domain}' is the domain, '{slots}' the reviews.")
    assign: Names = Field(default=["council"], description="As the review's: the first with a login there owns it.")
    due: Span = Field(default=Duration(10, "workdays"), description="How long there is for it.")


class ReviewTable(Table):
    """Something periodic that people meet for: a ticket a slot, its agenda filled with data."""

    id: Name = Field(description="Unique in the file, also among its rules; tickets are remembered by it.")
    about: Sentence = Field(default="", description="What the review is for, in a sentence.")
    policy: PolicyLine = ""
    section: Section | None = Field(default=None, description="The section that it serves; the pack's if left out.")
    every: Literal["week", "month", "quarter"] = Field(description="How often; the slots are '2026-W48' and the like.")
    day: Annotated[int, Field(ge=1, le=31)] = Field(
        default=1, description="The day of the week (1 is Monday), of the month, or of the quarter's first month."
    )
    at: Clock = Field(default=time(9), description="The time of day, in the calendar's zone.")
    title: Annotated[str, Field(min_length=1, max_length=200)] = Field(
        default="Improvement review {slot}", description="The ticket's title."
    )
    say: Sentence = Field(default="", description="What the ticket's text begins with.")
    assign: Names = Field(
        default=["council"],
        description="'council' or names of [people]: the first with a login there owns the ticket, all are mentioned.",
    )
    due: Span = Field(default=Duration(10, "workdays"), description="How long after the slot it has to be held by.")
    agenda: list[Room] = Field(default=[], description="What the ticket brings along, in this order.")
    quiet: QuietTable | None = Field(
        default=None, description="Asks why nothing is done for a domain that is quiet at several reviews in a row."
    )
    source: str = Field(
        default="", description="Where its tickets are filed; as [file.review] says, else the config's first source."
    )
    labels: Names = Field(default=[], description="What its tickets wear besides the labels of [file.review].")
    mode: Literal["shadow", "on"] = Field(default="on", description="'shadow' is reported, never filed.")
    since: Day | None = Field(default=None, alias="from", description="Slots that fell due before are left alone.")
    ceiling: Annotated[int, Field(ge=0)] | None = Field(default=None, description="The most tickets of a pass.")


class TwinTable(Table):
    """A ticket that follows the one it was filed from, or whose twin it is."""

    id: Name = Field(description="Unique in the file, also among its rules; what was done is remembered by it.")
    about: Sentence = Field(default="", description="What it is for, in a sentence.")
    policy: PolicyLine = ""
    section: Section | None = Field(default=None, description="The section that it serves; the pack's if left out.")
    on: Names = Field(min_length=1, description="The kinds of tickets that follow; 'any' is all.")
    leads_as: Names = Field(
        default=["any"],
        alias="as",
        min_length=1,
        description="What they are to the ticket that leads them: the kind they were filed as, 'twin', or 'any'.",
    )
    sources: Names = Field(default=[], description="Where the tickets that follow are, as [sources] names them.")
    when: list[str] = Field(default=[], description="Conditions in CEL on the ticket that follows; all must hold.")
    follow: Followings = Field(min_length=1, description="What they take over from the ticket that leads them.")
    mode: Literal["shadow", "canary", "on"] = Field(default="on", description="'shadow' is reported, never applied.")
    canary_share: float = Field(default=0.1, gt=0, le=1, description="The share of tickets in mode 'canary'.")
    since: Day | None = Field(default=None, alias="from", description="Tickets created before are left alone.")
    ceiling: Annotated[int, Field(ge=0)] | None = Field(default=None, description="The most writes of a pass.")
    test: list[TestTable] = Field(default=[], description="What it is expected to do.")


class RuleFile(Table):
    """A rule file: rules, reviews, twins, gates, metrics or several of these."""

    model_config = ConfigDict(
        json_schema_extra={"anyOf": [{"required": [name]} for name in ("rule", "review", "twin", "gate", "metric")]}
    )

    pack: PackTable
    rule: list[RuleTable] = Field(default=[], min_length=1)
    review: list[ReviewTable] = Field(default=[], min_length=1)
    twin: list[TwinTable] = Field(default=[], min_length=1)
    gate: list[GateTable] = Field(default=[], min_length=1)
    metric: list[MetricTable] = Field(default=[], min_length=1)

    @model_validator(mode="after")
    def _not_empty(self) -> RuleFile:
        if not (self.rule or self.review or self.twin or self.gate or self.metric):
            raise ValueError("there is no rule: write a [[rule]], [[review]], [[twin]], [[gate]] or [[metric]]")
        return self


def rule_file_schema() -> Mapping[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a rule file, for editors."""
    return {"$schema": DIALECT, **RuleFile.model_json_schema(by_alias=True), "title": "A kaizend rule file"}
