"""How problems are worded: short, on one line, with the nearest right name."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable

LONGEST = 60  # characters of somebody else's text that a message shows
IDENTIFIER = re.compile(r"[a-z][a-z0-9-]{0,40}", re.ASCII)
MOST_NAMES = 20  # that a message lists


def shown(text: object, longest: int = LONGEST) -> str:
    """Return `text` quoted and on one line, cut in the middle of nowhere if it is long."""
    words = repr(text) if isinstance(text, str) else f"'{text}'"
    return words if len(words) <= longest else f"{words[: longest - 2]}…'"


def meant(name: str, names: Iterable[str]) -> str:
    """Return ` (did you mean 'right'?)` when a name is near enough, else nothing."""
    near = difflib.get_close_matches(name[:LONGEST], list(names), n=1, cutoff=0.6)
    return f" (did you mean '{near[0]}'?)" if near else ""


def there_is(names: Collection[str]) -> str:
    """Return `: there is 'a' or 'b'`, for when no name is near; of many names the first."""
    return (
        f": there is {listed([*names][:MOST_NAMES])}{' and more' if len(names) > MOST_NAMES else ''}" if names else ""
    )


def listed(names: Iterable[str]) -> str:
    """Return the names as a sentence part: `'a', 'b' or 'c'`."""
    quoted = [f"'{name}'" for name in names]
    return " or ".join(part for part in (", ".join(quoted[:-1]), *quoted[-1:]) if part)


def no_kind(name: str, kinds: Collection[str]) -> str:
    """Say that the config has no such kind, and where a new one is named."""
    added = f"; a new one is named in [kinds] of the config: {name} = ['\"{name}\" in labels']"
    others = meant(name, kinds) or there_is(kinds) + (added if IDENTIFIER.fullmatch(name) else "")
    return f"no kind {shown(name)}{others}"
