"""The logs: structured, to stderr, with every secret left out."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterable, Mapping
from typing import IO, Any, Literal
from urllib.parse import quote

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from worker.settings.errors import printable

HIDDEN = "[hidden]"
SHORTEST_SECRET = 4
"""A shorter secret would blot out half of the log, and protects nothing."""
TOKEN_LIKE = re.compile(
    r"gh[pousr]_[A-Za-z0-9]{16,}"  # GitHub's tokens
    r"|github_pat_[A-Za-z0-9_]{20,}"
    r"|ATATT[A-Za-z0-9_=-]{16,}"  # Atlassian's API tokens
    r"|eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*"  # JSON web tokens
    r"|(?i:(?<=basic )|(?<=bearer )|(?<=token ))[A-Za-z0-9+/_.=~-]{16,}"  # Authorization headers
    r"|(?<=://)[^/\s:@]*:[^/\s@]+(?=@)"  # credentials in addresses
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)",
    re.DOTALL,
)
CHATTY = ("urllib3", "github", "jira", "requests", "requests_oauthlib", "alembic", "schedule")
"""Libraries that are heard only when they warn; at their lower levels some of them print headers."""


class Redactor:
    """Masks the known secrets, and whatever looks like one, wherever it stands in a log line."""

    def __init__(self, secrets: Iterable[str]) -> None:
        long = {secret for secret in secrets if len(secret) >= SHORTEST_SECRET}
        known = sorted(long | {quote(secret, safe="") for secret in long}, key=len, reverse=True)
        self.known = re.compile("|".join(map(re.escape, known))) if known else None

    def text(self, text: str) -> str:
        """Return a text without its secrets."""
        if self.known:
            text = self.known.sub(HIDDEN, text)
        return TOKEN_LIKE.sub(HIDDEN, text)

    def value(self, value: object) -> object:
        """Return a value without its secrets; what is neither text, number nor container becomes text."""
        if value is None or isinstance(value, bool | int | float):
            return value
        if isinstance(value, Mapping):
            return {self.text(str(key)): self.value(inner) for key, inner in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self.value(inner) for inner in value]
        return self.text(str(value))

    def __call__(self, logger: WrappedLogger, method: str, event: EventDict) -> EventDict:  # noqa: ARG002  # structlog's
        """Redact a log line, as the last of structlog's processors before the renderer."""
        return {self.text(key): self.value(value) for key, value in event.items()}


def set_up_logs(
    *,
    style: Literal["text", "json"],
    secrets: Iterable[str] = (),
    env: Mapping[str, str],
    stream: IO[str] | None = None,
    level: int = logging.INFO,
) -> None:
    """Send the logs of this process, ours and the libraries', to `stream` (stderr). Called once, and by tests anew."""
    out = stream or sys.stderr
    colours = out.isatty() and not env.get("NO_COLOR")
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.PositionalArgumentsFormatter()],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                Redactor(secrets),
                *_renderers(style, colours=colours),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)


def _renderers(style: Literal["text", "json"], *, colours: bool) -> list[Processor]:
    if style == "json":
        return [structlog.processors.JSONRenderer(sort_keys=True)]
    return [_on_one_line, structlog.dev.ConsoleRenderer(colors=colours, pad_event_to=0)]


def _on_one_line(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:  # noqa: ARG001  # structlog's
    """Escape control characters: a ticket's title can neither begin a log line of its own nor colour one."""
    return {key: _shown(value, lines=key == "exception") for key, value in event.items()}


def _shown(value: object, *, lines: bool) -> object:
    if not isinstance(value, str):
        return value
    return "\n".join(map(printable, value.split("\n"))) if lines else printable(value)


def log(**about: Any) -> Any:
    """Return a logger that carries some values on every line: `log(source="shop").info("read", pages=3)`."""
    return structlog.get_logger(**about)
