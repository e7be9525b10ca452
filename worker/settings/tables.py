"""The tables of the config file: their keys, types and defaults."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from worker.settings import values as value

Day = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
Level = Literal["critical", "high", "medium", "low"]
Name = Annotated[str, AfterValidator(value.plain_name)]
BaseUrl = Annotated[str, AfterValidator(value.base_url)]
SignalName = Annotated[str, AfterValidator(value.cel_name)]
Text = Annotated[str, Field(min_length=1)]
Words = Annotated[str, AfterValidator(value.words)]
Seconds = Annotated[int, BeforeValidator(value.seconds)]
Span = Annotated[timedelta, BeforeValidator(value.span)]
Pause = Annotated[Span, AfterValidator(value.pause)]
Timeouts = Annotated[
    tuple[Annotated[float, Field(gt=0)], Annotated[float, Field(gt=0)]], BeforeValidator(value.timeouts)
]
Better = Literal["lower", "higher"]
Unit = Annotated[str, Field(max_length=20)]
Rate = tuple[Annotated[int, Field(ge=1)], Annotated[int, Field(ge=1)]]  # how many, in how many seconds

GITHUB_PRIORITIES: dict[str, Level] = {
    "priority:critical": "critical",
    "priority:high": "high",
    "priority:medium": "medium",
    "priority:low": "low",
}
JIRA_PRIORITIES: dict[str, Level] = {
    "Highest": "critical",
    "High": "high",
    "Medium": "medium",
    "Low": "low",
    "Lowest": "low",
}
DOMAINS = (
    "reliability",
    "security",
    "performance",
    "developer-productivity",
    "operational-excellence",
    "customer-trust",
)
"""The six domains of the governance policy; the config may add to them and describe them, not remove them."""


INPUTS = ("postmortems", "quality-scorecards", "error-budgets", "customer-impact", "debt-registers", "audit-findings")
"""What the governance policy has the council decide from; a decision that lacks one of them is not valid."""
FRESH = timedelta(days=35)
QUARTER = timedelta(minutes=15)
KEPT = timedelta(days=400)


class Table(BaseModel):
    """A table of the config: unknown keys are errors, and errors never quote what was given."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, hide_input_in_errors=True, coerce_numbers_to_str=True, allow_inf_nan=False
    )


class Instance(Table):
    """Who this kaizend is, where it keeps what it knows, and by which rules it acts."""

    name: Name = "kaizend"
    database: Annotated[SecretStr, AfterValidator(value.database)] = SecretStr("sqlite:///var/kaizend.db")
    key: SecretStr | None = None
    key_file: str = ""
    rules: Annotated[tuple[str, ...], Field(min_length=1)] = ("pack:backlog",)
    grace: Span = timedelta(minutes=1)


class CalendarTable(Table):
    """Business time."""

    time_zone: Annotated[str, AfterValidator(value.time_zone)] = "UTC"
    country: Annotated[str, AfterValidator(value.country)] = ""
    subdivision: str = ""
    workdays: tuple[Day, ...] = ()  # none: those of the country, else Monday to Friday
    holidays: tuple[date, ...] = ()
    waiting: tuple[str, ...] = ()  # labels


class TeamCalendarTable(Table):
    """The workdays of a team, where they are not the company's; what is left out is."""

    country: Annotated[str, AfterValidator(value.country)] | None = None
    subdivision: str | None = None
    workdays: tuple[Day, ...] | None = None
    holidays: tuple[date, ...] | None = None


class DeferralTable(Table):
    """What puts a ticket off besides a command, a closing as not planned and a later due date."""

    labels: tuple[str, ...] = ("deferred", "later")
    statuses: tuple[str, ...] = ("On Hold", "Deferred")


class RecurrenceTable(Table):
    """What counts as coming back, and what machines write so that it is known again."""

    window: Span = timedelta(days=30)
    period: Span = timedelta(days=180)
    fingerprints: tuple[Words, ...] = ()
    machines: tuple[Words, ...] = ()
    fields: tuple[Words, ...] = ()
    environments: tuple[Words, ...] = ("production", "prod", "live")
    close_duplicates: bool = False
    recent: Span = timedelta(days=14)
    kinds: tuple[Words, ...] = ("incident", "bug")
    reopen_by_text: tuple[str, ...] = ()


class CeilingsTable(Table):
    """How much a pass may do at most."""

    pass_: Annotated[int, Field(ge=0, alias="pass")] = 500
    rule: Annotated[int, Field(ge=0)] = 100
    ticket: Annotated[int, Field(ge=0)] = 12
    person: Annotated[int, Field(ge=0)] = 5
    jump: Annotated[int, Field(ge=0)] = 10


class TeamTable(Table):
    """A team: who leads it and what it answers for."""

    lead: str
    sources: tuple[str, ...] = ()
    components: Annotated[tuple[str, ...], AfterValidator(value.names)] = ()
    improvement_target: Annotated[float, AfterValidator(value.share)] = 0.2
    calendar: TeamCalendarTable | None = None


class ServiceTable(Table):
    """Something that runs, and what of the trackers counts for it."""

    sources: tuple[str, ...] = ()
    components: Annotated[tuple[str, ...], AfterValidator(value.names)] = ()
    labels: Annotated[tuple[str, ...], AfterValidator(value.names)] = ()
    environments: Annotated[tuple[str, ...], AfterValidator(value.names)] = ()


class MetricsTable(Table):
    """What metrics count, and what not."""

    incidents: tuple[Text, ...] = ("incident",)
    bots: tuple[Text, ...] = ("*[bot]",)
    bulk: Annotated[int, Field(ge=2)] = 20
    cause_window: Span = timedelta(days=1)
    load: tuple[str, ...] = ('"page" in labels || "toil" in labels || "interrupt" in labels',)
    support: tuple[str, ...] = ('"support" in labels || issue_type == "Support"',)
    outcome_fields: tuple[Words, ...] = ()


class Council(Table):
    """The people overdue work climbs to at the last."""

    members: tuple[str, ...] = ()


class Commands(Table):
    """The people who may use slash commands, besides owners and leads."""

    allowed: tuple[str, ...] = ()


class DomainTable(Table):
    """One improvement domain; `label` is "domain:NAME" if empty."""

    label: str = ""
    components: Annotated[tuple[str, ...], AfterValidator(value.names)] = ()
    keywords: Annotated[tuple[str, ...], AfterValidator(value.names)] = ()


class FilingTable(Table):
    """Where tickets of a kind are filed, and what makes them of the kind; `labels` are the kind's name if left out."""

    source: str = ""
    labels: tuple[Text, ...] | None = None
    type: str = ""


class LabelTable(Table):
    """How a label is created where it does not exist yet."""

    colour: Annotated[str, AfterValidator(value.colour)] = "ededed"
    description: Annotated[str, Field(max_length=100)] = ""


class AppTable(Table):
    """A GitHub App's installation."""

    id: Annotated[int, Field(ge=1)]
    installation: Annotated[int, Field(ge=1)]
    private_key: SecretStr | None = None
    private_key_file: str = ""


class GithubTable(Table):
    """One GitHub repository."""

    kind: Literal["github"]
    repository: Annotated[str, AfterValidator(value.repository)]
    base_url: BaseUrl = "https://api.github.com"
    token: SecretStr | None = None
    token_file: str = ""
    app: AppTable | None = None
    protect: tuple[Text, ...] = ()
    canary: str = ""
    due: Literal["auto", "field", "milestone", "card"] = "auto"
    component_label: str = "component:"
    priorities: dict[str, Level] = GITHUB_PRIORITIES
    timeout: Timeouts = (5.0, 30.0)
    write_interval: Annotated[float, Field(ge=0, le=60)] = 1.0
    content_limits: tuple[Rate, ...] = ((80, 60), (500, 3600))
    reserve: Annotated[float, Field(ge=0, lt=1)] = 0.1


class JiraTable(Table):
    """One Jira project."""

    kind: Literal["jira"]
    project: Annotated[str, Field(min_length=1)]
    base_url: BaseUrl
    browse_url: Annotated[str, AfterValidator(lambda url: url and value.base_url(url))] = ""
    email: str = ""
    token: SecretStr | None = None
    token_file: str = ""
    canary: str = ""
    priorities: dict[str, Level] = JIRA_PRIORITIES
    issue_type: str = "Task"
    timeout: Timeouts = (5.0, 30.0)
    write_interval: Annotated[float, Field(ge=0, le=60)] = 0.1
    issue_limits: tuple[Rate, ...] = ((20, 2), (100, 30))


SourceTable = Annotated[GithubTable | JiraTable, Field(discriminator="kind")]


class TrackerInput(Table):
    """An input that is kept as tickets: the newest that fits counts."""

    kind: Literal["tracker"]
    fresh: Span = FRESH
    when: Annotated[tuple[str, ...], Field(min_length=1)]
    source: str = ""  # all of them


class PrometheusInput(Table):
    """An input that is a query's figures."""

    kind: Literal["prometheus"]
    fresh: Span = FRESH
    base_url: Annotated[str, AfterValidator(value.web_base)]
    query: Text
    token: SecretStr | None = None
    token_file: str = ""


class FileInput(Table):
    """An input that is kept as rows in a file."""

    kind: Literal["csv", "json"]
    fresh: Span = FRESH
    path: Text
    date: Text


class PageInput(Table):
    """An input that is a page."""

    kind: Literal["url"]
    fresh: Span = FRESH
    url: Annotated[str, AfterValidator(value.web_page)]


InputTable = Annotated[TrackerInput | PrometheusInput | FileInput | PageInput, Field(discriminator="kind")]


class PrometheusSignal(Table):
    """A number for each value of a label, by a query; without a label, one number."""

    kind: Literal["prometheus"]
    fresh: Span = timedelta(hours=1)
    every: Pause = QUARTER
    history: Span = timedelta(days=90)
    keep: Span = KEPT
    better: Better = "higher"
    unit: Unit = ""
    base_url: Annotated[str, AfterValidator(value.web_base)]
    query: Text
    subject: str = ""
    token: SecretStr | None = None
    token_file: str = ""


class FileSignal(Table):
    """Numbers in the rows of a file, each with its date and, where there is such a column, its subject."""

    kind: Literal["csv", "json"]
    fresh: Span = FRESH
    every: Pause = QUARTER
    keep: Span = KEPT
    better: Better = "higher"
    unit: Unit = ""
    path: Text
    date: Text
    value: Text
    subject: str = ""


SignalTable = Annotated[PrometheusSignal | FileSignal, Field(discriminator="kind")]


class DigestTable(Table):
    """One weekly digest: of what, where and when."""

    name: Name
    source: str
    about: tuple[str, ...] = ()
    issue: str = ""
    day: Day = "monday"
    at: Annotated[str, AfterValidator(value.clock_time)] = "09:00"


class Run(Table):
    """The long-running worker."""

    every: Seconds = 300
    metrics_port: Annotated[int, Field(ge=1, le=65535)] | None = None
    metrics_file: str = ""
    log: Literal["text", "json"] = "text"


class Tables(BaseSettings):
    """The whole config: what the file says, with the environment above it."""

    model_config = SettingsConfigDict(
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        coerce_numbers_to_str=True,
        env_prefix="KAIZEND_",
        env_nested_delimiter="__",
    )

    instance: Instance = Instance()
    calendar: CalendarTable = CalendarTable()
    deferral: DeferralTable = DeferralTable()
    recurrence: RecurrenceTable = RecurrenceTable()
    ceilings: CeilingsTable = CeilingsTable()
    people: dict[str, dict[str, str]] = {}
    teams: dict[str, TeamTable] = {}
    services: dict[str, ServiceTable] = {}
    metrics: MetricsTable = MetricsTable()
    council: Council = Council()
    commands: Commands = Commands()
    kinds: Annotated[dict[str, Annotated[tuple[str, ...], Field(min_length=1)]], Field(min_length=1)]
    domains: dict[str, DomainTable] = {}
    labels: dict[str, LabelTable] = {}
    file: dict[str, FilingTable] = {}
    override: dict[str, dict[str, Any]] = {}  # of single values of rules; checked as rule files are, with them
    sources: Annotated[dict[Name, SourceTable], Field(min_length=1)]
    inputs: dict[Name, InputTable] = {}
    signals: dict[SignalName, SignalTable] = {}
    digest: tuple[DigestTable, ...] = ()
    run: Run = Run()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003  # the library's signature
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003  # the library's signature
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003  # the library's signature
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003  # the library's signature
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take only what is passed in: the process's environment is an argument, never a global."""
        return (init_settings,)
