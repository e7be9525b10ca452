"""Wiring: from the settings to a worker that is ready for a pass, and back to nothing left open."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256

from integrations.base import NumberSource, SignalSource, Tracker
from integrations.deadline import total_of
from integrations.http import Line
from integrations.inputs.registry import InputConfig, build_signal, where
from integrations.numbers.registry import NumberConfig, build_numbers, server_of
from integrations.registry import Config, build
from rules.conditions import All, compile_all
from rules.document import build_policy
from rules.errors import ConditionError
from rules.policy import Policy
from rules.saying import path_of
from worker.audit import check_end
from worker.budget import DatabaseBudget
from worker.database import Database, open_database
from worker.inputs import TicketInput
from worker.instance import check_name, claim_name
from worker.ledger import Ledger
from worker.markers import Keys
from worker.mirror import Mirror
from worker.recurrence.keeping import index_file
from worker.settings import Settings
from worker.settings.tables import TrackerInput
from worker.worker import Worker

Clock = Callable[[], datetime]
Sleep = Callable[[float], None]


def policy_of(settings: Settings) -> Policy:
    """Read the rule files and check them. Raises SettingsError and rules.errors.PolicyError, with all that is wrong."""
    policy = build_policy(settings.policy_tables(), settings.packs(), say=settings.say)
    input_conditions(settings)
    return policy


def input_conditions(settings: Settings) -> dict[str, All]:
    """Compile the conditions of the inputs that are tickets. Raises ConditionError with all that is wrong."""
    compiled: dict[str, All] = {}
    problems: list[str] = []
    for name, table in settings.inputs.items():
        if isinstance(table, TrackerInput):
            try:
                compiled[name] = compile_all(table.when, where=f"{where(name)}: when")
            except ConditionError as error:
                problems += (settings.say(path_of(problem), problem) for problem in error.problems)
    if problems:
        raise ConditionError(problems)
    return compiled


@contextmanager
def opened(settings: Settings, *, clock: Clock, sleep: Sleep) -> Iterator[Worker]:
    """Open the database and the lines to the trackers; nothing is sent yet. Closes both at the end.

    Raises worker.errors, SettingsError, PolicyError and integrations.errors, each one clear line.
    """
    policy = policy_of(settings)
    configs = settings.source_configs()
    inputs, numbers = settings.input_configs(), settings.number_configs()
    key = settings.instance_key()
    database = open_database(settings.database_url)
    try:
        check_end(database, key)
        claim_name(database, settings.instance.name)
        alone = _worker(settings, policy, database, key, clock=clock, sleep=sleep)
        trackers = trackers_of(configs, alone)
        try:
            read = signals_of(settings, inputs, alone)
            alone = replace(alone, longest_send=longest_send(configs))
            yield replace(alone, trackers=trackers, signals=read, numbers=numbers_of(numbers, alone))
        finally:
            hang_up(trackers)
    finally:
        database.close()


@contextmanager
def opened_alone(settings: Settings, *, clock: Clock, sleep: Sleep) -> Iterator[Worker]:
    """Open the database, which must be there, and no tracker: for what needs no credential. Raises as `opened`."""
    policy = policy_of(settings)
    database = open_database(settings.database_url, create=False)
    try:
        check_name(database, settings.instance.name)
        yield _worker(settings, policy, database, settings.instance_key(), clock=clock, sleep=sleep)
    finally:
        database.close()


def rewired(
    worker: Worker,
    settings: Settings,
    policy: Policy,
    configs: tuple[Config, ...],
    inputs: tuple[InputConfig, ...],
    numbers: tuple[NumberConfig, ...],
) -> Worker:
    """Return the worker with other rules, trackers, inputs, signals and digests, on the same database.

    The old lines are closed.
    """
    trackers = trackers_of(configs, worker)
    hang_up(worker.trackers)
    anew = replace(
        worker,
        policy=policy,
        trackers=trackers,
        inputs=settings.inputs,
        digests=settings.digests,
        grace=settings.instance.grace,
        longest_send=longest_send(configs),
    )
    return replace(anew, signals=signals_of(settings, inputs, anew), numbers=numbers_of(numbers, anew))


def _worker(
    settings: Settings, policy: Policy, database: Database, key: bytes, *, clock: Clock, sleep: Sleep
) -> Worker:
    return Worker(
        policy=policy,
        trackers={},
        mirror=Mirror(database),
        ledger=Ledger(database, key),
        keys=Keys(settings.instance.name, key),
        clock=clock,
        sleep=sleep,
        database=database,
        digests=settings.digests,
        inputs=settings.inputs,
        index=index_file(settings.database_file, settings.folder),
        grace=settings.instance.grace,
    )


def longest_send(configs: tuple[Config, ...]) -> timedelta:
    """Return after how long every source has given up a request that was sent."""
    return timedelta(seconds=max((total_of(config.timeout) for config in configs), default=0.0))


def trackers_of(configs: tuple[Config, ...], worker: Worker) -> Mapping[str, Tracker]:
    """Construct the trackers, each with a line that keeps its budgets in the database and asks the worker's guard."""
    budget = DatabaseBudget(worker.database)
    trackers = {}
    for config in configs:
        line = Line(
            source=config.name,
            account=account_of(config),
            budget=budget,
            clock=worker.clock,
            sleep=worker.sleep,
            write_interval=config.write_interval,
            content_limits=config.content_limits,
            before_write=worker.guard.check,
        )
        trackers[config.name] = build(config, line, worker.clock)
    return trackers


def signals_of(settings: Settings, configs: tuple[InputConfig, ...], worker: Worker) -> Mapping[str, SignalSource]:
    """Construct what reads the inputs, in the config's order: a line each, or the mirror of the worker."""
    budget = DatabaseBudget(worker.database)
    signals: dict[str, SignalSource] = {}
    for config in configs:
        line = Line(
            source=f"inputs.{config.name}",  # no source has a dot in its name
            budget=budget,
            clock=worker.clock,
            sleep=worker.sleep,
            attempts=2,
            deadline=30.0,
        )
        signals[config.name] = build_signal(config, line, worker.clock)
    for name, when in input_conditions(settings).items():
        table = settings.inputs[name]
        source = table.source if isinstance(table, TrackerInput) else ""
        signals[name] = TicketInput(name, when, worker, source=source)
    return {name: signals[name] for name in settings.inputs}


def numbers_of(configs: tuple[NumberConfig, ...], worker: Worker) -> Mapping[str, NumberSource]:
    """Construct what reads the signals: a line each; those of one server wait together when it asks for that."""
    budget = DatabaseBudget(worker.database)
    numbers = {}
    for config in configs:
        name = f"signals.{config.name}"  # no source has a dot in its name
        server = server_of(config)
        line = Line(
            source=name,
            account=f"signals at {server}" if server else name,
            budget=budget,
            clock=worker.clock,
            sleep=worker.sleep,
            attempts=2,
            deadline=30.0,
        )
        numbers[config.name] = build_numbers(config, line, worker.clock)
    return numbers


def hang_up(trackers: Mapping[str, Tracker]) -> None:
    """End the trackers' connections."""
    for tracker in trackers.values():
        tracker.close_connections()


def account_of(config: Config) -> str:
    """Name the account whose limits a source shares with every other source it serves, without telling its secret."""
    credential = "\n".join((config.base_url, config.credential))
    return sha256(credential.encode()).hexdigest()[:12]
