"""A page: its title, and when the server says it was changed."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from html import unescape

from integrations.base import Reading
from integrations.errors import Incomplete
from integrations.http import Line
from integrations.inputs.config import PageConfig
from integrations.inputs.registry import where
from integrations.web import Got, Web
from integrations.wording import printable

_OPENED = re.compile("<title", re.IGNORECASE)
_CLOSED = re.compile("</title", re.IGNORECASE)
_HEAD = 64 * 1024
"""Bytes of a page in which its title, or its first line, is looked for."""


class Page:
    """A SignalSource: GET, then Last-Modified or, where there is none, Date."""

    def __init__(self, config: PageConfig, line: Line, clock: Callable[[], datetime]) -> None:
        self.name = config.name
        self._url = config.url
        self._where = where(config.name)
        self._web = Web(line, clock, timeout=config.timeout)

    def read(self) -> Reading:
        """Read the page."""
        got = self._web.get(self._where, self._url)
        changed = got.date("last-modified")
        at = changed or got.date("date")
        if at is None:
            raise Incomplete(self._where, "the server says neither when the page was changed nor what time it is")
        said = title(got) or f"answered {got.status}"
        return Reading(
            at=at, said=said if changed else f"{said} (the server does not say when it was changed)", url=self._url
        )


def title(got: Got) -> str:
    """Return a page's title, or the first line of a text; "" if there is neither."""
    kind = got.headers.get("content-type", "").lower()
    text = got.body[:_HEAD].decode("utf-8", "replace")
    if "html" in kind or text.lstrip().lower().startswith(("<!doctype html", "<html")):
        return _html_title(text)
    if kind and not kind.startswith("text/"):
        return ""
    return next((line for row in text.splitlines() if (line := printable(row.lstrip("#= ")))), "")


def _html_title(text: str) -> str:
    """Find the first title by hand: a parser would read, and stumble over, all the rest."""
    opened = _OPENED.search(text)
    begin = text.find(">", opened.end()) + 1 if opened else 0
    closed = _CLOSED.search(text, begin)
    if not begin or not closed:
        return ""
    return printable(" ".join(unescape(text[begin : closed.start()]).split()))
