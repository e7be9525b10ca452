"""What a single value of the config must look like. A ValueError's text is shown; it never quotes the value."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import SecretStr

from integrations.loopback import is_loopback

CEL_WORDS = frozenset(
    (
        *("as", "break", "const", "continue", "else", "false", "for", "function", "if", "import", "in", "let", "loop"),
        *("namespace", "null", "package", "return", "true", "var", "void", "while"),
        *("bool", "bytes", "double", "dyn", "int", "list", "map", "string", "type", "uint", "subject"),
    )
)
"""What CEL, or a gate's condition, means something else by."""
SHORTEST_PAUSE = timedelta(seconds=10)
"""Between two reads of what others keep."""
UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
DURATION = re.compile(r"(\d{1,6}) (second|minute|hour|day)s?")


def plain_name(value: str) -> str:
    """Accept a name that can stand in labels, buckets and environment variables."""
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{0,39}", value):
        raise ValueError("must be a letter, then at most 39 letters, digits, '-' or '_'")
    return value


def cel_name(value: str) -> str:
    """Accept a name that conditions can call something by."""
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,39}", value):
        raise ValueError("must be a letter, then at most 39 letters, digits or '_': conditions call it so")
    if value in CEL_WORDS:
        raise ValueError("must be another name: in conditions this word means something else")
    return value


def repository(value: str) -> str:
    """Accept owner/name."""
    if not re.fullmatch(r"[A-Za-z0-9._-]+/[A-Za-z0-9._-]+", value):
        raise ValueError("must be owner/name, as in 'acme/shop'")
    return value


def base_url(value: str) -> str:
    """Accept https anywhere and http on loopback, with no credentials, query or fragment; drop the last slash."""
    base = web_base(value)
    if in_the_clear(base):
        raise ValueError("must begin with https:// (plain http is for this machine only)")
    return base


def web_base(value: str) -> str:
    """Accept http and https, with no credentials, query or fragment; drop the last slash."""
    url = _address(value, "https://jira.acme.example")
    if url.username is not None or url.password is not None:
        raise ValueError("must not hold a user or a password: use 'token'")
    if url.query or url.fragment:
        raise ValueError("must end with the path: no '?' and no '#'")
    return value.rstrip("/")


def web_page(value: str) -> str:
    """Accept http and https, with no credentials."""
    url = _address(value, "https://wiki.acme.example/audit")
    if url.username is not None or url.password is not None:
        raise ValueError("must not hold a user or a password: people are shown it")
    return value


def in_the_clear(url: str) -> bool:
    """Tell whether what is sent to an address can be read on its way."""
    parts = urlsplit(url)
    return parts.scheme == "http" and not is_loopback(parts.hostname or "")


def _address(value: str, example: str) -> SplitResult:
    try:
        url = urlsplit(value)
        port_is_right = url.port is None or url.port > 0
    except ValueError:
        port_is_right = False
    if not port_is_right or not url.hostname or url.scheme not in {"http", "https"} or re.search(r"[\s\\]", value):
        raise ValueError(f"must be an address, as in '{example}'")
    return url


def database(value: SecretStr) -> SecretStr:
    """Accept SQLite and PostgreSQL; PostgreSQL always by the psycopg driver."""
    url = value.get_secret_value()
    scheme, _, rest = url.partition("://")
    if scheme == "sqlite" and rest.startswith("/") and rest not in {"/", "/:memory:"}:
        return value
    if scheme in {"postgresql", "postgres", "postgresql+psycopg"} and rest and "[" not in rest:
        return SecretStr(f"postgresql+psycopg://{rest}")
    raise ValueError("must be 'sqlite:///path/to/file.db' or 'postgresql://user@host/name'")


def time_zone(value: str) -> str:
    """Accept a name of the time zone database."""
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("must be a time zone, as in 'Europe/Berlin'") from error
    return value


def country(value: str) -> str:
    """Accept nothing or a country's two letters."""
    if value and not re.fullmatch(r"[A-Z]{2}", value):
        raise ValueError("must be a country's two letters, as in 'DE'")
    return value


def span(value: object) -> timedelta:
    """Turn "5 minutes" into a time span."""
    parts = DURATION.fullmatch(value) if isinstance(value, str) else None
    if parts is None:
        raise ValueError("must be a time span, as in '30 seconds', '5 minutes', '1 hour' or '7 days'")
    return timedelta(seconds=int(parts[1]) * UNITS[parts[2]])


def pause(value: timedelta) -> timedelta:
    """Accept a time span between two reads."""
    if value < SHORTEST_PAUSE:
        raise ValueError(f"must be at least '{SHORTEST_PAUSE.seconds} seconds'")
    return value


def seconds(value: object) -> int:
    """Turn "5 minutes" into seconds, at least one."""
    return max(1, int(span(value).total_seconds()))


def clock_time(value: str) -> str:
    """Accept a wall time."""
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value):
        raise ValueError("must be a time of day, as in '09:00'")
    return value


def colour(value: str) -> str:
    """Accept six hex digits, with or without '#'."""
    digits = value.removeprefix("#").lower()
    if not re.fullmatch(r"[0-9a-f]{6}", digits):
        raise ValueError("must be six hex digits, as in 'd93f0b'")
    return digits


def timeouts(value: object) -> object:
    """Accept the seconds to connect and the seconds between bytes; one number is the latter."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return (5.0, float(value))
    if isinstance(value, list | tuple) and len(value) == 2:
        return value
    raise ValueError("must be seconds: one number, or two as in [5, 30]")


def words(value: str) -> str:
    """Accept a text that holds more than space; without what is around it."""
    if not value.strip():
        raise ValueError("must not be empty")
    return value.strip()


def names(value: tuple[str, ...]) -> tuple[str, ...]:
    """Make names comparable: lower case, no space around, none empty."""
    if not all(name.strip() for name in value):
        raise ValueError("must hold no empty text")
    return tuple(name.strip().lower() for name in value)


def sqlite_file(url: str, folder: Path) -> Path | None:
    """Return the file of an SQLite address, relative ones in the folder; None for PostgreSQL."""
    scheme, _, rest = url.partition("://")
    return folder / rest[1:] if scheme == "sqlite" else None


def share(value: float) -> float:
    """Accept a share of something, 0 to 1."""
    if not 0 <= value <= 1:
        raise ValueError("must be a share from 0 to 1: 0.2 is a fifth")
    return value
