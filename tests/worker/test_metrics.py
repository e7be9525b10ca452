"""Metrics, asked for over HTTP as a scraper does."""

import socket
import threading
from collections import Counter
from types import SimpleNamespace
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from tests.worker.shop import now
from worker.errors import WorkerError
from worker.metrics import HOST, Metrics
from worker.troubles import Trouble


def free_port():
    """Find a port that nobody listens on."""
    with socket.socket() as found:
        found.bind((HOST, 0))
        return found.getsockname()[1]


def scraped(port):
    """Return the metrics that are served, as name with labels -> value."""
    with urlopen(f"http://{HOST}:{port}/metrics", timeout=5) as answer:
        lines = answer.read().decode().splitlines()
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines if not line.startswith("#")}


def passed(*, whole=True, done=0, held=(), unread=None, complaints=()):
    """Make what came of a pass, as far as metrics look at it."""
    return SimpleNamespace(
        whole=whole,
        applied=SimpleNamespace(counts=Counter(done=done)),
        complaints=tuple(SimpleNamespace(what=what) for what in complaints),
        look=SimpleNamespace(unread=unread or {}, plan=SimpleNamespace(held=held)),
        doubts=1,
        parked=2,
        standing=(Trouble(kind="parked", said="2 ops parked"),),
    )


def test_a_scraper_learns_how_the_passes_went():
    """Whole and partial passes, ops, what is held, in doubt, parked and unread, and whether the config is right."""
    port = free_port()
    metrics = Metrics(port)
    with metrics.served():
        metrics.passed(passed(done=3), now())
        wrong = ("failed", "stale", "stale", "refused")
        metrics.passed(passed(whole=False, held=("rule",), unread={"shop": "down"}, complaints=wrong), now())
        metrics.failed("pass", ValueError())
        metrics.config_wrong(True)
        told = scraped(port)
    expected = {
        'kaizend_passes_total{outcome="whole"}': 1,
        'kaizend_passes_total{outcome="partial"}': 1,
        'kaizend_ops_total{outcome="done"}': 3,
        'kaizend_job_failures_total{job="pass"}': 1,
        "kaizend_held": 1,
        "kaizend_sources_unread": 1,
        "kaizend_signals_failed": 1,
        "kaizend_signals_stale": 2,
        "kaizend_ops_in_doubt": 1,
        "kaizend_ops_parked": 2,
        "kaizend_config_wrong": 1,
        'kaizend_troubles{kind="parked"}': 1,
        'kaizend_troubles{kind="unread"}': 0,
    }
    assert {name: told.get(name) for name in expected} == expected
    assert told["kaizend_last_pass_timestamp_seconds"] >= told["kaizend_last_whole_pass_timestamp_seconds"] > 0


def test_the_port_is_given_back():
    """Nothing answers after the end."""
    port = free_port()
    with Metrics(port).served():
        assert scraped(port)
    with pytest.raises(URLError):
        scraped(port)


def test_a_port_that_is_taken_is_told_in_a_line():
    """Another program listens there."""
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(WorkerError, match=f"'metrics_port': {HOST}:{port} cannot be had"), Metrics(port).served():
            pass


def test_without_a_port_nothing_is_served():
    """Cron wants none."""
    before = threading.active_count()
    with Metrics().served():
        assert threading.active_count() <= before
