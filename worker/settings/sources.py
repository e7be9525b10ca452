"""From the table of a source, an input or a signal to what its adapter needs, and to what the rules do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, assert_never

from integrations.base import Limit
from integrations.github.config import GithubApp, GithubConfig
from integrations.inputs.config import PageConfig, PrometheusConfig, TableConfig
from integrations.inputs.registry import InputConfig
from integrations.jira.config import JiraConfig
from integrations.numbers.config import PrometheusNumbersConfig, TableNumbersConfig
from integrations.numbers.registry import NumberConfig
from worker.settings.credentials import Credentials
from worker.settings.tables import (
    FileInput,
    FileSignal,
    GithubTable,
    InputTable,
    JiraTable,
    Level,
    PageInput,
    PrometheusInput,
    PrometheusSignal,
    Rate,
    SignalTable,
    TrackerInput,
)

SourceConfig = GithubConfig | JiraConfig


def source_config(
    name: str, source: GithubTable | JiraTable, credentials: Credentials, *, fields: tuple[str, ...] = ()
) -> SourceConfig:
    """Build the adapter's config; `fields` are the custom fields that tickets are read with, where there are such."""
    if isinstance(source, GithubTable):
        return replace(_github(name, source, credentials), fields=fields)
    return replace(_jira(name, source, credentials), fields=fields)


def source_facts(source: GithubTable | JiraTable) -> dict[str, Any]:
    """Return what the rules need to know of a source."""
    component_label = source.component_label if isinstance(source, GithubTable) else ""
    priorities = {native.lower(): level for native, level in source.priorities.items()}
    due = source.due if isinstance(source, GithubTable) else "field"
    return {
        "kind": source.kind,
        "component_label": component_label,
        "priorities": priorities,
        "due_on_card": due == "card",
        "due_in_field": due == "field",
    }


def input_config(name: str, table: InputTable, folder: Path, credentials: Credentials) -> InputConfig | None:
    """Build the config of what reads an input; None where the mirror has it. Relative paths are in the folder."""
    match table:
        case TrackerInput():
            return None
        case PrometheusInput():
            token = credentials.text("inputs", name)
            return PrometheusConfig(name=name, base_url=table.base_url, query=table.query, token=token)
        case FileInput():
            file = folder / table.path
            return TableConfig(name=name, kind=table.kind, file=file, shown=table.path, date=table.date)
        case PageInput():
            return PageConfig(name=name, url=table.url)
        case _:
            assert_never(table)


def number_config(name: str, table: SignalTable, folder: Path, credentials: Credentials) -> NumberConfig:
    """Build the config of what reads a signal. Relative paths are in the folder."""
    match table:
        case PrometheusSignal():
            return PrometheusNumbersConfig(
                name=name,
                base_url=table.base_url,
                query=table.query,
                subject=table.subject,
                token=credentials.text("signals", name),
            )
        case FileSignal():
            return TableNumbersConfig(
                name=name,
                kind=table.kind,
                file=folder / table.path,
                shown=table.path,
                date=table.date,
                value=table.value,
                subject=table.subject,
            )
        case _:
            assert_never(table)


def signal_facts(table: SignalTable) -> dict[str, Any]:
    """Return what the rules need to know of a signal."""
    return {
        "fresh": table.fresh,
        "every": table.every,
        "history": table.history if isinstance(table, PrometheusSignal) else timedelta(),
        "keep": table.keep,
        "better": table.better,
        "unit": table.unit,
    }


def _native(priorities: Mapping[str, Level]) -> dict[str, str]:
    """Turn native -> level round; of several natives of a level the first is the one to set."""
    return {level: native for native, level in reversed([*priorities.items()])}


def _limits(rates: tuple[Rate, ...]) -> tuple[Limit, ...]:
    return tuple(Limit(count=count, seconds=seconds) for count, seconds in rates)


def _github(name: str, source: GithubTable, credentials: Credentials) -> GithubConfig:
    app = None
    if source.app:
        key = credentials.text("sources", name, "app")
        app = GithubApp(app_id=source.app.id, installation_id=source.app.installation, private_key=key)
    return GithubConfig(
        name=name,
        repository=source.repository,
        base_url=source.base_url,
        token=credentials.text("sources", name),
        app=app,
        protect=source.protect,
        canary=source.canary,
        due=source.due,
        component_label=source.component_label,
        priority_labels=_native(source.priorities),
        timeout=source.timeout,
        write_interval=source.write_interval,
        content_limits=_limits(source.content_limits),
        reserve=source.reserve,
    )


def _jira(name: str, source: JiraTable, credentials: Credentials) -> JiraConfig:
    return JiraConfig(
        name=name,
        project=source.project,
        base_url=source.base_url,
        email=source.email,
        token=credentials.text("sources", name),
        browse_url=source.browse_url,
        canary=source.canary,
        priority_names=_native(source.priorities),
        issue_type=source.issue_type,
        timeout=source.timeout,
        write_interval=source.write_interval,
        issue_limits=_limits(source.issue_limits),
    )
