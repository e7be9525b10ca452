"""The form of a [[gate]] in a rule file."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from rules.gates.model import Missing, Power
from rules.governance import Section
from rules.schema_values import Level, Name, Names, Numbers, PolicyLine, Sentence, Span, Table


class MandateTable(Table):
    """What the tickets get that a closed gate waits for."""

    priority: Level | None = Field(default=None, description="The priority they get, if theirs is lower or none.")
    assign: str = Field(default="", description="A role or person who becomes the owner if there is none.")
    due: Span | None = Field(default=None, description="How long there is for them, if they have no due date.")
    plan: Literal["", "sprint", "version"] = Field(
        default="", description="In Jira: the sprint under way, or the next version, if they are in none."
    )


class GateTestTable(Table):
    """How a gate stands at some levels."""

    given: dict[str, Numbers] = Field(
        description="The levels: {error_budget = -0.1} for the gate's subject, {overdue = {critical = 1}} by key."
    )
    subject: str = Field(default="example", description="What the gate is judged for.")
    was: Literal["open", "closed"] = Field(default="open", description="How it stood before.")
    expect: Literal["open", "closed"] = Field(description="How it stands then.")


class GateTable(Table):
    """What feature work, refactoring and releases wait for, and when they may go on."""

    id: Name = Field(description="Unique in the file, also among its rules; closings are remembered by it.")
    about: Sentence = Field(default="", description="What the gate is for, in a sentence.")
    policy: PolicyLine = ""
    section: Section | None = Field(default=None, description="The section that it serves; the pack's if left out.")
    power: Power = Field(description="Which of the four powers of the policy it uses.")
    each: Literal["service", "component", "team"] | None = Field(
        default=None, description="A gate for each of them, which conditions call 'subject'; left out, one for all."
    )
    close_when: list[str] = Field(
        min_length=1, description="Conditions in CEL over levels; all must hold. `kaizend facts --levels` lists them."
    )
    open_when: list[str] | None = Field(
        default=None, min_length=1, description="When it opens again; left out, when close_when no longer holds."
    )
    missing: Missing = Field(
        default="keep", description="How it stands while it cannot be said: open, closed, or as it stood before."
    )
    sources: Names = Field(default=[], description="Whose pull requests and tickets it is about; left out, all.")
    holds: list[str] | None = Field(
        default=None, min_length=1, description="Conditions over a pull request: which ones it holds; all must hold."
    )
    lets: list[str] = Field(
        default=[], description="Conditions over a pull request: any one that holds lets it through."
    )
    holds_tickets: list[str] | None = Field(
        default=None, min_length=1, description="Conditions over a ticket: which ones wear its label; all must hold."
    )
    blocking: list[str] | None = Field(
        default=None, min_length=1, description="Conditions over a ticket: which ones it waits for; all must hold."
    )
    say: Sentence = Field(default="", description="One line on statuses and cards; '{subject}' is its subject.")
    label: str = Field(default="held", min_length=1, description="The label of the tickets it holds, while it does.")
    waivers: Names = Field(default=[], description="Roles (lead, council) and names of [people] who may waive it.")
    waive_for: Span | None = Field(default=None, description="How long a waiver may last; left out, 14 days.")
    follow_up: Span | None = Field(
        default=None, description="Each waiver files a follow-up, due so long after the waiver ends."
    )
    mandate: MandateTable | None = Field(default=None, description="What the tickets get that it waits for.")
    source: str = Field(
        default="", description="Where its tickets are filed; as [file.gate] says, else the config's first source."
    )
    mode: Literal["shadow", "on"] = Field(default="on", description="'shadow' is judged and shown, holds nothing.")
    ceiling: Annotated[int, Field(ge=0)] | None = Field(
        default=None, description="The most writes of a pass to the tickets it holds."
    )
    test: list[GateTestTable] = Field(default=[], description="How it stands at some levels.")
