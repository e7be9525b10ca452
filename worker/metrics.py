"""Metrics: how the last pass went, for whoever watches the worker."""

from __future__ import annotations

from collections import Counter as Counts
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, start_http_server, write_to_textfile

from worker.cycle import Passed
from worker.errors import WorkerError
from worker.troubles import KINDS

HOST = "127.0.0.1"
"""Metrics tell titles of nothing, but counts of much: only this machine may ask, or what is put before it."""


class Metrics:
    """The worker's metrics, in a registry of their own, served if there is a port."""

    def __init__(self, port: int | None = None) -> None:
        self.registry = CollectorRegistry()
        self._port = port
        self._passes = self._counter("kaizend_passes_total", "Passes made", ("outcome",))
        self._ops = self._counter("kaizend_ops_total", "Ops by what came of them", ("outcome",))
        self._failures = self._counter("kaizend_job_failures_total", "Jobs that ended in an error", ("job",))
        self._unread = self._gauge("kaizend_sources_unread", "Sources the last pass could not read")
        self._held = self._gauge("kaizend_held", "Ceilings the last pass stopped at")
        self._doubt = self._gauge("kaizend_ops_in_doubt", "Ops in doubt")
        self._parked = self._gauge("kaizend_ops_parked", "Ops that wait for a person")
        self._signals = self._gauge("kaizend_signals_failed", "Signals whose last read failed")
        self._stale = self._gauge("kaizend_signals_stale", "Signals with a number that is too old to decide by")
        self._wrong = self._gauge("kaizend_config_wrong", "1 while the config on the disk cannot be used")
        self._troubles = Gauge(
            "kaizend_troubles", "What is wrong after the last pass, by kind", ("kind",), registry=self.registry
        )
        self._last = self._gauge("kaizend_last_pass_timestamp_seconds", "When the last pass ended")
        self._last_whole = self._gauge("kaizend_last_whole_pass_timestamp_seconds", "When the last whole pass ended")

    def passed(self, passed: Passed, now: datetime) -> None:
        """Count a pass."""
        self._passes.labels("whole" if passed.whole else "partial").inc()
        for outcome, count in passed.applied.counts.items():
            self._ops.labels(outcome).inc(count)
        self._unread.set(len(passed.look.unread))
        self._held.set(len(passed.look.plan.held))
        self._doubt.set(passed.doubts)
        self._parked.set(passed.parked)
        kinds = [complaint.what for complaint in passed.complaints]
        self._signals.set(kinds.count("failed"))
        self._stale.set(kinds.count("stale"))
        wrong = Counts(trouble.kind for trouble in passed.standing)
        for kind in KINDS:
            self._troubles.labels(kind).set(wrong[kind])
        self._last.set(now.timestamp())
        if passed.whole:
            self._last_whole.set(now.timestamp())

    def was_whole(self, last: datetime | None) -> None:
        """Note when the last whole pass ended, from before this process."""
        if last is not None:
            self._last_whole.set(last.timestamp())

    def write(self, path: Path) -> None:
        """Leave the gauges in a file for node_exporter's textfile collector, whole or not at all. Raises WorkerError.

        What counts up begins at zero with each process: only one that stays can tell it.
        """
        gauges = [metric.name for metric in self.registry.collect() if metric.type == "gauge"]
        try:
            write_to_textfile(str(path), self.registry.restricted_registry(gauges))
            path.chmod(0o644)
        except OSError as error:
            raise WorkerError(f"{path}: the metrics cannot be written ({error.strerror})") from error

    def config_wrong(self, wrong: bool) -> None:
        """Note whether the config on the disk can be used."""
        self._wrong.set(wrong)

    def failed(self, job: str, error: BaseException) -> None:  # noqa: ARG002 - the error itself is in the log
        """Count a job that ended in an error."""
        self._failures.labels(job).inc()

    @contextmanager
    def served(self) -> Iterator[None]:
        """Answer on the port, if there is one, while the context lasts. Raises WorkerError if it is taken."""
        if self._port is None:
            yield
            return
        try:
            server, thread = start_http_server(self._port, addr=HOST, registry=self.registry)
        except OSError as error:
            raise WorkerError(f"[run]: 'metrics_port': {HOST}:{self._port} cannot be had ({error.strerror})") from error
        try:
            yield
        finally:
            server.shutdown()
            server.server_close()
            thread.join()

    def _counter(self, name: str, about: str, labels: tuple[str, ...]) -> Counter:
        return Counter(name, about, labels, registry=self.registry)

    def _gauge(self, name: str, about: str) -> Gauge:
        return Gauge(name, about, registry=self.registry)
