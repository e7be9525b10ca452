"""The config's tables -> what the policy knows of kinds, domains, people, teams and sources."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from rules.calendar import WorkCalendar
from rules.conditions import compile_all
from rules.errors import RulesError
from rules.fact_table import KIND_TYPES
from rules.labels import label_problem
from rules.metrics.model import Metric
from rules.people import ROLES
from rules.policy import Ceilings, Counting, Domain, Kind, Person, Service, SignalFacts, SourceFacts, Team
from rules.recurring import Recurring
from rules.rule import Condition, Filing
from rules.saying import Say, path_of
from rules.wording import meant, shown

ANY = "any"  # in a rule: of whatever kind
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
Plain = Mapping[str, Any]
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """What the config says of the company; what is wrong with it is in `problems`, and left out."""

    calendar: WorkCalendar
    calendars: Mapping[str, WorkCalendar]  # by team: of those with workdays of their own
    waiting: frozenset[str]
    deferral_labels: frozenset[str]
    deferral_statuses: frozenset[str]
    recurring: Recurring
    ceilings: Ceilings
    kinds: tuple[Kind, ...]
    kind_names: tuple[str, ...]  # those that do not compile among them
    domains: tuple[Domain, ...]
    people: Mapping[str, Person]
    teams: tuple[Team, ...]
    council: tuple[str, ...]
    commanders: frozenset[str]
    sources: Mapping[str, SourceFacts]
    services: tuple[Service, ...]
    signals: Mapping[str, SignalFacts]
    counting: Counting
    labels: Mapping[str, tuple[str, str]]
    filing: Mapping[str, Filing]
    metrics: tuple[Metric, ...] = ()  # those of the rule files, once these are read
    problems: tuple[str, ...] = ()


def read_tables(tables: Plain, say: Say) -> Company:
    """Read the config's tables; `say` knows the places of their keys.

    They are [calendar], [deferral], [recurrence], [ceilings], [kinds], [domains], [people], [teams], [council],
    [commands], [services], [metrics], [labels], [file] and, by name, `sources` with kind, component_label and
    priorities, and `signals` with fresh, every, history, keep, better and unit.
    """
    problems: list[str] = []
    calendar = _made(_calendar, _table(tables, "calendar"), "[calendar]: ", problems)
    company = Company(
        calendar=calendar or WorkCalendar(),
        calendars=dict(_calendars(tables, problems)) if calendar else {},
        waiting=_lower(_table(tables, "calendar").get("waiting", ())),
        deferral_labels=_lower(_table(tables, "deferral").get("labels", ())),
        deferral_statuses=_lower(_table(tables, "deferral").get("statuses", ())),
        recurring=_recurring(_table(tables, "recurrence"), problems),
        ceilings=_ceilings(_table(tables, "ceilings")),
        kinds=tuple(_kinds(_table(tables, "kinds"), problems)),
        kind_names=tuple(_table(tables, "kinds")),
        domains=tuple(_domain(name, domain) for name, domain in _table(tables, "domains").items()),
        people={name: Person(name=name, logins=dict(logins)) for name, logins in _table(tables, "people").items()},
        teams=tuple(_team(name, team) for name, team in _table(tables, "teams").items()),
        council=tuple(_table(tables, "council").get("members", ())),
        commanders=frozenset(_table(tables, "commands").get("allowed", ())),
        sources={name: _source(name, source) for name, source in _table(tables, "sources").items()},
        services=tuple(_service(name, table) for name, table in _table(tables, "services").items()),
        signals={name: SignalFacts(name=name, **table) for name, table in _table(tables, "signals").items()},
        counting=_counting(_table(tables, "metrics"), problems),
        labels={name: _look(look) for name, look in _table(tables, "labels").items()},
        filing={name: _filing(name, table) for name, table in _table(tables, "file").items()},
    )
    problems += (*_strangers(company), *_places(company), *_clashes(company), *_labels(company))
    return replace(company, problems=tuple(say(path_of(problem), problem) for problem in problems))


def _table(tables: Plain, name: str) -> Plain:
    table: Plain = tables.get(name) or {}
    return table


def _made(make: Callable[[Plain], T], table: Plain, where: str, problems: list[str]) -> T | None:
    """Return what is made of a table; if it cannot be, note why and go on, to find the other problems."""
    try:
        return make(table)
    except RulesError as error:
        problems += [where + problem for problem in error.problems]
        return None


def _strangers(company: Company) -> Iterator[str]:
    """Find names of people and sources that nobody has."""
    yield from _unknown("[council]: members", "person", company.council, company.people)
    yield from _unknown("[commands]: allowed", "person", sorted(company.commanders), company.people)
    for team in company.teams:
        yield from _unknown(f"[teams.{team.name}]: lead", "person", [team.lead], company.people)
        yield from _unknown(f"[teams.{team.name}]: sources", "source", sorted(team.sources), company.sources)
    by_text = sorted(company.recurring.by_text)
    yield from _unknown("[recurrence]: reopen_by_text", "source", by_text, company.sources)
    for service in company.services:
        where = f"[services.{service.name}]: sources"
        yield from _unknown(where, "source", sorted(service.sources), company.sources)
    counted = sorted(company.counting.incidents - Counting().incidents)
    yield from _unknown("[metrics]: incidents", "kind", counted, dict.fromkeys(company.kind_names, ""))


def _places(company: Company) -> Iterator[str]:
    """Find kinds and sources of [file] that nobody has."""
    for name, filing in company.filing.items():
        yield from _unknown("[file]", "kind", [name], dict.fromkeys(company.kind_names, ""))
        yield from _unknown(
            f"[file.{name}]: source", "source", [filing.source] if filing.source else [], company.sources
        )


def _unknown(where: str, what: str, names: Iterable[str], known: Mapping[str, object]) -> Iterator[str]:
    return (f"{where}: no {what} {shown(name)}{meant(name, known)}" for name in names if name not in known)


def _clashes(company: Company) -> Iterator[str]:
    """Find names that mean something else already."""
    yield from (f"[people]: {shown(name)} is what rules call a role" for name in company.people if name in ROLES)
    if ANY in company.kind_names:
        yield f"[kinds] {ANY}: '{ANY}' is what rules call every kind"
    labelled: dict[str, str] = {}
    for domain in company.domains:
        first = labelled.setdefault(domain.label.lower(), domain.name)
        if first != domain.name:
            by_itself = domain.label == f"domain:{domain.name}"  # then the other one was given its label
            one, other = (first, domain.name) if by_itself else (domain.name, first)
            yield f"[domains.{one}]: label: the label {shown(domain.label)} is that of '{other}', too"


def _labels(company: Company) -> Iterator[str]:
    """Find labels that a tracker in use would refuse."""
    jira = any(source.kind == "jira" for source in company.sources.values())
    worn = [(f"[domains.{domain.name}]: label", domain.label) for domain in company.domains]
    worn += [(f"[labels] {name}", name) for name in company.labels]
    worn += [
        (f"[file.{name}]: labels", label) for name, filing in company.filing.items() for label in sorted(filing.labels)
    ]
    return (f"{at}: {problem}" for at, name in worn if (problem := label_problem(name, jira=jira)))


def _lower(values: Iterable[str]) -> frozenset[str]:
    return frozenset(value.lower() for value in values)


def _calendar(table: Plain) -> WorkCalendar:
    return WorkCalendar(
        table.get("time_zone", "UTC"),
        country=table.get("country", ""),
        subdivision=table.get("subdivision", ""),
        closed=frozenset(table.get("holidays", ())),
        week=frozenset(DAYS.index(day) for day in table.get("workdays", ())),
    )


def _calendars(tables: Plain, problems: list[str]) -> Iterator[tuple[str, WorkCalendar]]:
    """Yield the teams with workdays of their own, each with its calendar."""
    company = _table(tables, "calendar")
    for name, team in _table(tables, "teams").items():
        own = {key: value for key, value in (team.get("calendar") or {}).items() if value is not None}
        where = f"[teams.{name}]: calendar."
        if own and (made := _made(_calendar, _laid_over(company, own), where, problems)):
            yield name, made


def _laid_over(company: Plain, own: Plain) -> Plain:
    """Return a team's calendar as a whole: what it leaves out is the company's, whose days off are everybody's.

    Another country comes with its own subdivisions and workdays.
    """
    aside = ("subdivision", "workdays") if own.get("country", company.get("country")) != company.get("country") else ()
    kept = {key: value for key, value in company.items() if key not in aside}
    return {**kept, **own, "holidays": [*company.get("holidays", ()), *own.get("holidays", ())]}


def _ceilings(table: Plain) -> Ceilings:
    return Ceilings(**{"pass_" if name == "pass" else name: value for name, value in table.items()})


def _recurring(table: Plain, problems: list[str]) -> Recurring:
    plain = Recurring()
    found = Recurring(
        window=table.get("window", plain.window),
        period=table.get("period", plain.period),
        fingerprints=tuple(table.get("fingerprints", ())),
        machines=frozenset(table.get("machines", ())),
        environments=_lower(table.get("environments", plain.environments)),
        close_duplicates=table.get("close_duplicates", plain.close_duplicates),
        fields=tuple(table.get("fields", ())),
        recent=table.get("recent", plain.recent),
        kinds=_lower(table.get("kinds", plain.kinds)),
        by_text=frozenset(table.get("reopen_by_text", ())),
    )
    if found.period < found.window:
        shorter = "shorter than 'window': what is opened again would not be counted"
        problems.append(f"[recurrence]: period: {shorter}; make it {found.window.days} days or more")
    return found


def _kinds(table: Plain, problems: list[str]) -> Iterable[Kind]:
    for name, when in table.items():
        try:
            yield Kind(name=name, when=compile_all(when, where=f"[kinds] {name}", types=KIND_TYPES))
        except RulesError as error:
            problems += error.problems


def _look(table: Plain) -> tuple[str, str]:
    return table.get("colour", "ededed"), table.get("description", "")


def _domain(name: str, table: Plain) -> Domain:
    return Domain(
        name=name,
        label=table.get("label") or f"domain:{name}",
        components=_lower(table.get("components", ())),
        keywords=_lower(table.get("keywords", ())),
    )


def _filing(name: str, table: Plain) -> Filing:
    labels = table.get("labels")
    return Filing(
        kind=name,
        source=table.get("source", ""),
        labels=frozenset([name] if labels is None else labels),
        type=table.get("type", ""),
    )


def _team(name: str, table: Plain) -> Team:
    return Team(
        name=name,
        lead=table["lead"],
        sources=frozenset(table.get("sources", ())),
        components=_lower(table.get("components", ())),
        improvement_target=table.get("improvement_target", 0.2),
    )


def _service(name: str, table: Plain) -> Service:
    return Service(
        name=name,
        sources=frozenset(table.get("sources", ())),
        components=_lower(table.get("components", ())),
        labels=_lower(table.get("labels", ())),
        environments=_lower(table.get("environments", ())),
    )


def _counting(table: Plain, problems: list[str]) -> Counting:
    plain = Counting()
    return Counting(
        incidents=frozenset(table.get("incidents", plain.incidents)),
        bots=tuple(sorted(_lower(table.get("bots", plain.bots)))),
        bulk=table.get("bulk", plain.bulk),
        cause_window=table.get("cause_window", plain.cause_window),
        load=_counted(table, "load", problems),
        support=_counted(table, "support", problems),
    )


def _counted(table: Plain, name: str, problems: list[str]) -> Condition | None:
    """Compile what is counted; an empty list counts nothing."""
    when = table.get(name) or ()
    try:
        return compile_all(when, where=f"[metrics] {name}") if when else None
    except RulesError as error:
        problems += error.problems
        return None


def _source(name: str, table: Plain) -> SourceFacts:
    return SourceFacts(
        name=name,
        kind=table["kind"],
        component_label=table.get("component_label", ""),
        priorities={native.lower(): level for native, level in (table.get("priorities") or {}).items()},
        due_on_card=bool(table.get("due_on_card")),
        due_in_field=bool(table.get("due_in_field")),
    )
