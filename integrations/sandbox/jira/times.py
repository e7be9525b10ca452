"""Times as Jira writes them in JSON, and as JQL reads them: in the account's time zone, to the minute."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from integrations.sandbox.jira.jql import Call, JqlError

FORMATS = ("%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M", "%Y-%m-%d", "%Y/%m/%d")
PERIOD = re.compile(r"([+-]?)((?:\d+[yMwdhm]\s*)+)")
UNITS = {
    "y": timedelta(days=365),
    "M": timedelta(days=30),
    "w": timedelta(weeks=1),
    "d": timedelta(days=1),
    "h": timedelta(hours=1),
    "m": timedelta(minutes=1),
}


def stamp(at: datetime, offset: tzinfo) -> str:
    """Write a time like `2026-01-01T10:00:00.000+0530`."""
    local = at.astimezone(offset)
    return f"{local:%Y-%m-%dT%H:%M:%S}.{local.microsecond // 1000:03d}{local:%z}"


def moment(text: str, field: str, *, zone: str, now: datetime) -> datetime:
    """Read a date literal of JQL. Raises JqlError.

    Digits alone are milliseconds since 1970 and know no zone; everything else is the account's wall clock.
    """
    if text.isdigit():
        return datetime.fromtimestamp(int(text) / 1000, UTC)
    period = PERIOD.fullmatch(text.strip())
    if period:
        length = sum((UNITS[unit] * int(count) for count, unit in re.findall(r"(\d+)(\w)", period[2])), timedelta())
        return now - length if period[1] == "-" else now + length
    for form in FORMATS:
        try:
            return datetime.strptime(text, form).replace(tzinfo=ZoneInfo(zone))
        except ValueError:
            continue
    raise JqlError(
        f"Date value '{text}' for field '{field}' is invalid. Valid formats include: 'yyyy/MM/dd HH:mm', "
        "'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'."
    )


def function_moment(call: Call, *, zone: str, now: datetime) -> datetime:
    """Work out now(), startOfDay() and their like. Raises JqlError."""
    local = now.astimezone(ZoneInfo(zone))
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    starts = {
        "now": local,
        "startofday": midnight,
        "endofday": midnight + timedelta(days=1, milliseconds=-1),
        "startofweek": midnight - timedelta(days=(midnight.weekday() + 1) % 7),
        "startofmonth": midnight.replace(day=1),
        "startofyear": midnight.replace(month=1, day=1),
    }
    base = starts.get(call.name.lower())
    if base is None:
        raise JqlError(f"Unable to find JQL function '{call.name}()'.")
    return moment(call.args[0], "date", zone=zone, now=base) if call.args else base
