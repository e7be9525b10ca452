"""What every test is kept from: the network, the home directory, stray settings, the machine's time zone."""

from __future__ import annotations

import logging
import os
import sys
import time
from ipaddress import ip_address
from pathlib import Path

import hypothesis
import pytest
from structlog.stdlib import ProcessorFormatter

from worker.logs import CHATTY

STRAY = ("KAIZEND_", "GITHUB_", "JIRA_", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_COLOR", "FORCE_COLOR")
ZONE = "Pacific/Auckland"  # not UTC, so that a test fails where code asks for local time

hypothesis.settings.register_profile("repeatable", derandomize=True, database=None, deadline=None)
hypothesis.settings.load_profile("repeatable")


class NetworkForbidden(BaseException):
    """A test tried to leave this machine. No `except Exception` may swallow it."""


def is_loopback(host: object) -> bool:
    """Tell whether a socket's host is this machine."""
    if host in {None, "", "localhost", b"localhost"}:
        return True
    try:
        return ip_address(host.decode() if isinstance(host, bytes) else str(host)).is_loopback
    except ValueError:
        return False


def guard(event: str, args: tuple[object, ...]) -> None:
    """Refuse connections and look-ups beyond loopback; Python calls it before each of them."""
    if event in {"socket.connect", "socket.sendto"}:
        address = args[1]
        if isinstance(address, tuple) and not is_loopback(address[0]):
            raise NetworkForbidden(f"{event}: {address[0]}")
    elif event in {"socket.getaddrinfo", "socket.gethostbyname"} and not is_loopback(args[0]):
        raise NetworkForbidden(f"{event}: {args[0]!r}")


sys.addaudithook(guard)


@pytest.fixture(autouse=True, scope="session")
def _own_surroundings(tmp_path_factory):
    """Give the tests an empty home, a fixed zone and an environment without settings."""
    for name in [name for name in os.environ if name.upper().startswith(STRAY)]:
        del os.environ[name]
    os.environ["HOME"] = str(tmp_path_factory.mktemp("home"))
    os.environ["TZ"] = ZONE
    time.tzset()


@pytest.fixture(autouse=True)
def _leaves_logs_alone():
    """Take back what a test of the command line does to the process's logs: levels, and a handler on its own stderr."""
    root = logging.getLogger()
    before = {name: logging.getLogger(name).level for name in CHATTY}
    level = root.level
    yield
    for name, of_old in before.items():
        logging.getLogger(name).setLevel(of_old)
    root.setLevel(level)
    root.handlers[:] = [one for one in root.handlers if not isinstance(one.formatter, ProcessorFormatter)]


@pytest.fixture(autouse=True)
def _stays_in_its_folder():
    """Fail a test that leaves the process in another folder."""
    before = Path.cwd()
    yield
    assert before == Path.cwd()
