"""What errors may show of foreign text and of network failures: one printable line, never a whole URL."""

from __future__ import annotations

import difflib
import re
import ssl
from collections.abc import Iterable

_MESSAGE_LIMIT = 200
_UNPRINTABLE = re.compile(r"[^\x20-\x7e\xa0-\u200a\u2010-\u2027\u2030-\u205f\u2070-\ud7ff\uf900-\ufffd]+")


def printable(text: str) -> str:
    """Make foreign text fit for one line of an error."""
    return _UNPRINTABLE.sub(" ", text).strip()[:_MESSAGE_LIMIT]


def nearest(name: str, names: Iterable[str]) -> str:
    """Return ` (did you mean 'right'?)` when one of a tracker's names is near enough, else nothing."""
    near = difflib.get_close_matches(name[:_MESSAGE_LIMIT], [*names], n=1)
    return f" (did you mean '{printable(near[0])}'?)" if near else ""


def network_words(error: BaseException) -> str:
    """Word a network failure by its kind alone: the library's own text holds whole URLs."""
    causes: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and len(causes) < 8:
        causes.append(cause)
        reason = getattr(cause, "reason", None)
        first = cause.args[0] if cause.args else None
        cause = next((c for c in (reason, first, cause.__cause__) if isinstance(c, BaseException)), None)
    certificate = next((c for c in causes if isinstance(c, ssl.SSLCertVerificationError)), None)
    if certificate:
        return f"the server's certificate is not trusted: {printable(certificate.verify_message)}"
    return "no usable answer: " + " > ".join(dict.fromkeys(type(c).__name__ for c in causes))
