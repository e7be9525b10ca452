"""Loopback: what is sent to our own machine in the clear stays on it."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:  # the settings ask about hosts, too, and need no library for it
    import requests


def is_loopback(host: str) -> bool:
    """Tell whether a host name or address is this machine."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def keep_here(session: requests.Session, base_url: str) -> None:
    """Let a session that asks this machine by plain http heed no proxy of the environment: it would read the token."""
    parts = urlsplit(base_url)
    if parts.scheme == "http" and is_loopback(parts.hostname or ""):
        session.trust_env = False
