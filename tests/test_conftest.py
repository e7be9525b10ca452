"""The walls around the tests hold."""

import os
import pwd
import socket
import time
from pathlib import Path

import pytest

from tests.conftest import ZONE, NetworkForbidden


def test_a_connection_beyond_this_machine_is_refused():
    """A socket to a public address is stopped before a packet leaves."""
    with socket.socket() as sock, pytest.raises(NetworkForbidden):
        sock.connect(("192.0.2.1", 80))


def test_a_name_beyond_this_machine_is_not_looked_up():
    """Not even the name service hears of a test."""
    with pytest.raises(NetworkForbidden):
        socket.getaddrinfo("tracker.example", 443)


def test_loopback_is_open():
    """Sandboxes on this machine can be reached."""
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        assert client.getpeername() == server.getsockname()


def test_home_and_environment_are_the_tests_own():
    """No setting of the person who runs the tests is seen."""
    assert Path.home() != Path(pwd.getpwuid(os.getuid()).pw_dir)
    assert [name for name in os.environ if name.startswith(("KAIZEND_", "GITHUB_", "JIRA_"))] == []
    assert os.environ["TZ"] == ZONE
    assert time.tzname[0] == "NZST"
