"""What must fit between the tables of a config: names that name something, nothing twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches

from worker.settings.errors import LONGEST_NAME, suggest, table_name
from worker.settings.places import KeyPath
from worker.settings.tables import (
    INPUTS,
    GithubTable,
    JiraTable,
    PrometheusInput,
    PrometheusSignal,
    Tables,
    TrackerInput,
)
from worker.settings.values import in_the_clear

Finding = tuple[KeyPath, str]
KINDS = ("github", "jira")
ALIKE = 0.8
"""How much of two names must be the same for one to be taken for the other misspelt: "customer-feedback" is no input
of the policy, "post-mortem" is meant to be."""
ROLES = ("owner", "lead", "council", "reporter")
"""What rules call people by; nobody may have one of them as a name."""


def findings(tables: Tables) -> Iterator[Finding]:
    """Yield each thing that does not fit, with the path it stands at."""
    yield from _people(tables)
    yield from _teams(tables)
    yield from _named(("council", "members"), tables.council.members, "person", tables.people)
    yield from _named(("commands", "allowed"), tables.commands.allowed, "person", tables.people)
    yield from _sources(tables)
    yield from _inputs(tables)
    yield from _signals(tables)
    yield from _digests(tables)


def _people(tables: Tables) -> Iterator[Finding]:
    trackers = (*KINDS, *tables.sources)
    for name, logins in tables.people.items():
        if name in ROLES:
            yield ("people", name), f"[people.{name}]: '{name}' is a role: give the person another name"
        for tracker in logins:
            if tracker not in trackers:
                wrong = f"no source or kind of source '{tracker}'{suggest(tracker, trackers)}"
                yield ("people", name, tracker), f"[people.{name}]: {wrong}"


def _teams(tables: Tables) -> Iterator[Finding]:
    for name, team in tables.teams.items():
        table: KeyPath = ("teams", name)
        yield from _named((*table, "sources"), team.sources, "source", tables.sources)
        if team.lead not in tables.people:
            yield (*table, "lead"), f"[teams.{name}]: no person '{team.lead}'{suggest(team.lead, tables.people)}"


def _sources(tables: Tables) -> Iterator[Finding]:
    seen: dict[tuple[str, str], str] = {}
    for name, source in tables.sources.items():
        place = (source.base_url.lower(), _address(source).lower())
        if name in KINDS:
            yield ("sources", name), f"[sources.{name}]: '{name}' is a kind of source: give the source another name"
        if place in seen:
            yield ("sources", name), f"[sources.{name}]: is the same as [sources.{seen[place]}]"
        seen[place] = name
        if isinstance(source, GithubTable) and source.protect and not source.app:
            wrong = "only a GitHub App may answer for deployments: give the source an 'app'"
            yield ("sources", name, "protect"), f"[sources.{name}]: 'protect': {wrong}"


def _address(source: GithubTable | JiraTable) -> str:
    return source.repository if isinstance(source, GithubTable) else source.project


def _inputs(tables: Tables) -> Iterator[Finding]:
    for name, table in tables.inputs.items():
        path: KeyPath = ("inputs", name)
        meant = _mandatory(name)
        if meant:
            wrong = f"no input '{name}' (did you mean '{meant}'?): one of your own needs a name less alike"
            yield path, f"[inputs.{name}]: {wrong}"
        if isinstance(table, TrackerInput) and table.source and table.source not in tables.sources:
            wrong = f"no source '{table.source}'{suggest(table.source, tables.sources)}"
            yield (*path, "source"), f"[inputs.{name}]: {wrong}"
        if isinstance(table, PrometheusInput):
            yield from _shown_token(path, table)


def _signals(tables: Tables) -> Iterator[Finding]:
    for name, table in tables.signals.items():
        path: KeyPath = ("signals", name)
        if isinstance(table, PrometheusSignal):
            yield from _shown_token(path, table)
            if table.history > table.keep:
                yield (*path, "history"), f"[signals.{name}]: 'history' must not be longer than 'keep'"
        if table.fresh < table.every:
            wrong = "'fresh' must not be shorter than 'every': it would be stale between two reads"
            yield (*path, "fresh"), f"[signals.{name}]: {wrong}"


def _shown_token(path: KeyPath, table: PrometheusInput | PrometheusSignal) -> Iterator[Finding]:
    if (table.token or table.token_file) and in_the_clear(table.base_url):
        wrong = "'base_url' must begin with https://: plain http would show the token to the network"
        yield (*path, "base_url"), f"{table_name(path)}: {wrong}"


def _mandatory(name: str) -> str:
    """Return the input of the policy that a name is nearly, "" if it is one of them or unlike them all."""
    if name in INPUTS:
        return ""
    plain = name[:LONGEST_NAME].lower().replace("_", "-")
    return next(iter(get_close_matches(plain, INPUTS, n=1, cutoff=ALIKE)), "")


def _digests(tables: Tables) -> Iterator[Finding]:
    seen = set()
    for number, digest in enumerate(tables.digest):
        table: KeyPath = ("digest", number)
        if digest.source not in tables.sources:
            wrong = f"no source '{digest.source}'{suggest(digest.source, tables.sources)}"
            yield (*table, "source"), f"{table_name(table)}: {wrong}"
        for place, name in enumerate(digest.about):
            if name not in tables.sources:
                wrong = f"no source '{name}'{suggest(name, tables.sources)}"
                yield (*table, "about", place), f"{table_name(table)}: 'about': {wrong}"
        if digest.name in seen:
            yield (*table, "name"), f"{table_name(table)}: there is a digest '{digest.name}' already"
        seen.add(digest.name)


def _named(path: KeyPath, names: Sequence[str], what: str, known: Iterable[str]) -> Iterator[Finding]:
    """Find names in a list that name nothing."""
    everyone = tuple(known)
    for number, name in enumerate(names):
        if name not in everyone:
            wrong = f"'{path[-1]}': no {what} '{name}'{suggest(name, everyone)}"
            yield (*path, number), f"{table_name(path[:-1])}: {wrong}"
