"""Parts of slash commands: words set apart, days, and the answer to a day that is none."""

from __future__ import annotations

import re
from datetime import date

from rules.wording import shown


def split(text: str, word: str) -> tuple[str, bool, str]:
    """Return what stands before a word, whether the word is there, and what stands after it."""
    parts = re.split(rf"(?:^|\s+){word}(?:\s+|$)", text, maxsplit=1, flags=re.IGNORECASE)
    return parts[0].strip(), len(parts) > 1, parts[-1].strip() if len(parts) > 1 else ""


def day_of(text: str) -> date | None:
    """Return the day of "2026-11-30", None for any other text."""
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def no_day(text: str, today: date) -> str:
    """Return what to say to a text that should be a day."""
    return f"{shown(text)} is no date: write it like {today.isoformat()}."


def past(day: date) -> str:
    """Return what to say to a day that is over."""
    return f"{day.isoformat()} is past already: name a date to come."
