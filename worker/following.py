"""Following: a long-running worker takes up what changes in its config and rules, and never works by broken ones."""

from __future__ import annotations

from collections.abc import Callable

import structlog

from integrations.inputs.registry import InputConfig
from integrations.numbers.registry import NumberConfig
from integrations.registry import Config
from rules.errors import RulesError
from rules.policy import Policy
from worker.settings import Settings, SettingsError
from worker.wiring import hang_up, policy_of, rewired
from worker.worker import Worker

log = structlog.get_logger()
_Read = tuple[Settings, Policy, tuple[Config, ...], tuple[InputConfig, ...], tuple[NumberConfig, ...]]


class Following:
    """The worker as its config says, or as it said when it was last right."""

    def __init__(
        self, worker: Worker, settings: Settings, *, load: Callable[[], Settings], wrong: Callable[[bool], None]
    ) -> None:
        """`load` reads the settings anew; `wrong` is told each time whether they cannot be used."""
        self.worker = worker
        self._settings = settings
        self._configs = settings.source_configs()
        self._inputs = settings.input_configs()
        self._numbers = settings.number_configs()
        self._key = settings.instance_key()
        self._load = load
        self._wrong = wrong

    def follow(self) -> Worker:
        """Return the worker, brought up to date with what is on the disk if that can be used."""
        try:
            settings, policy, configs, inputs, numbers = self._read()
        except (SettingsError, RulesError) as error:
            for problem in error.problems:
                log.error("config not usable, the last good one stays in force", why=problem)  # noqa: TRY400 - its line says all
            self._wrong(True)
            return self.worker
        self._wrong(False)
        same = (configs, inputs, numbers) == (self._configs, self._inputs, self._numbers)
        if policy.sha == self.worker.policy.sha and self._same(settings) and same:
            return self.worker
        self.worker = rewired(self.worker, settings, policy, configs, inputs, numbers)
        self._settings, self._configs, self._inputs, self._numbers = settings, configs, inputs, numbers
        log.info("the config has changed and is in force", policy=policy.sha[:12], rules=len(policy.rules))
        return self.worker

    def close(self) -> None:
        """End the connections of the trackers in use."""
        hang_up(self.worker.trackers)

    def _read(self) -> _Read:
        """Read everything there is to read, so that what is wrong is found before anything is changed."""
        settings = self._load()
        policy = policy_of(settings)
        configs = settings.source_configs()
        inputs, numbers = settings.input_configs(), settings.number_configs()
        fixed = {
            "name": settings.instance.name != self._settings.instance.name,
            "database": settings.database_url != self._settings.database_url,
            "key": settings.instance_key() != self._key,
        }
        changed = [name for name, differs in fixed.items() if differs]
        if changed:
            raise SettingsError(
                settings.say(("instance", name), f"[instance]: '{name}' changes with a restart only")
                for name in changed
            )
        return settings, policy, configs, inputs, numbers

    def _same(self, settings: Settings) -> bool:
        return settings.tables == self._settings.tables
