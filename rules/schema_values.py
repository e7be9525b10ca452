"""The values of a rule file, as pydantic reads them and as an editor is told of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator, WithJsonSchema

from rules.calendar import parse_duration
from rules.errors import CalendarError
from rules.feeds import Feed, read_feed
from rules.memory import Followed
from rules.phrases import day_of, split
from rules.rule import Duration
from rules.wording import shown

NAME = r"^[a-z0-9][a-z0-9._-]*$"
DURATION_SCHEMA = {
    "type": "string",
    "pattern": r"^[0-9]{1,6} +(day|days|workday|workdays|week|weeks)$",
    "examples": ["5 workdays", "3 days", "2 weeks"],
}
FACT = r"[a-z][a-z_]*"
FILE_DUE_SCHEMA = {"anyOf": [DURATION_SCHEMA, {"type": "string", "pattern": f"^{FACT}$"}]}
DATE_SCHEMA = {"type": "string", "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}", "examples": ["2026-12-01"]}
CLOCK_SCHEMA = {"type": "string", "pattern": r"^([01][0-9]|2[0-3]):[0-5][0-9]$", "examples": ["09:00"]}
FIELD_SCHEMA = {"enum": ["state", "owner", "due"]}
FOLLOW_SCHEMA = {"anyOf": [FIELD_SCHEMA, {"type": "array", "items": FIELD_SCHEMA, "minItems": 1}]}
NUMBERS_SCHEMA = {"anyOf": [{"type": "number"}, {"type": "object", "additionalProperties": {"type": "number"}}]}
MOST = 10**15
"""What no level comes near; a float still holds every whole number up to there."""
NAMES_SCHEMA = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}


def _duration(value: object) -> Duration:
    try:
        return parse_duration(value)
    except CalendarError as error:
        raise ValueError(str(error)) from error


def _several(value: object) -> object:
    """Read one name as a list of one."""
    return [value] if isinstance(value, str) else value


def _date(value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError as error:
        raise ValueError(f"{shown(value)} is not a date: write '2026-12-01'") from error


def _moment(value: object) -> datetime | date:
    """Read a moment or a day; which moment a day means is the calendar's to say."""
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value) if isinstance(value, str) and len(value) == len("2026-12-01") else _time(value)
    except ValueError as error:
        raise ValueError(
            f"{shown(value)} is not a day or moment: write '2026-11-03' or '2026-11-03T09:00:00Z'"
        ) from error


def _time(value: object) -> datetime:
    return datetime.fromisoformat(value if isinstance(value, str) else "")


def _file_due(value: object) -> Duration | str:
    """Read how long there is for a ticket, or the name of the fact that holds its date."""
    return value if isinstance(value, str) and re.fullmatch(FACT, value) else _duration(value)


def _clock(value: object) -> time:
    """Read a time of day; TOML has a form of its own for it."""
    if isinstance(value, time):
        return value
    match = re.fullmatch(r"([0-9]{2}):([0-9]{2})", value) if isinstance(value, str) else None
    if match is None or int(match[1]) > 23 or int(match[2]) > 59:
        raise ValueError(f"{shown(value)} is not a time of day: write '09:00'")
    return time(int(match[1]), int(match[2]))


def _due(value: object) -> date | None:
    return None if value == "none" else _date(value)


def _feed(value: str) -> str:
    found = read_feed(value)
    if isinstance(found, Feed):
        return value
    raise ValueError(f"{found} Write 'roadmap OPS-12' or 'budget none because ...'")


def deferrals(value: object) -> object:
    """Read a day as a deferral that says no more, and one of them as a list of one."""
    several = value if isinstance(value, list) else [value]
    return [each if isinstance(each, Mapping) else {"until": each} for each in several]


def _numbers(value: object) -> object:
    """Read a number, or numbers by key: of a size that can be reckoned with."""
    for each in value.values() if isinstance(value, Mapping) else (value,):
        if isinstance(each, bool) or not isinstance(each, int | float):
            raise ValueError(f"{shown(each)} is not a number: write -0.1, or {{critical = 1}} by key")  # noqa: TRY004 - pydantic takes a ValueError alone
        if not -MOST <= each <= MOST:
            raise ValueError(f"{shown(each)} is not a number that a level can have")
    return value


def _held(value: str) -> str:
    day, explained, because = split(value, "because")
    if value and (day_of(day) is None or (explained and not because)):
        raise ValueError(f"{shown(value)} is not a day: write '2026-09-08', or '2026-09-08 because ...'")
    return value


Span = Annotated[Duration, PlainValidator(_duration), WithJsonSchema(DURATION_SCHEMA)]
Day = Annotated[date, PlainValidator(_date), WithJsonSchema(DATE_SCHEMA)]
FileDue = Annotated[Duration | str, PlainValidator(_file_due), WithJsonSchema(FILE_DUE_SCHEMA)]
Due = Annotated[date | None, PlainValidator(_due), WithJsonSchema({"anyOf": [{"const": "none"}, DATE_SCHEMA]})]
Moment = Annotated[datetime | date, PlainValidator(_moment), WithJsonSchema(DATE_SCHEMA)]
Clock = Annotated[time, PlainValidator(_clock), WithJsonSchema(CLOCK_SCHEMA)]
Names = Annotated[list[str], BeforeValidator(_several), WithJsonSchema(NAMES_SCHEMA)]
Feeds = Annotated[list[Annotated[str, AfterValidator(_feed)]], BeforeValidator(_several), WithJsonSchema(NAMES_SCHEMA)]
Numbers = Annotated[int | float | dict[str, int | float], PlainValidator(_numbers), WithJsonSchema(NUMBERS_SCHEMA)]
Held = Annotated[str, AfterValidator(_held)]
Followings = Annotated[list[Followed], BeforeValidator(_several), WithJsonSchema(FOLLOW_SCHEMA)]
Name = Annotated[str, Field(pattern=NAME, max_length=60)]
Sentence = Annotated[str, Field(max_length=2000)]
PolicyLine = Annotated[
    str, Field(max_length=300, description="The line of the governance policy that it serves, as the policy has it.")
]
Level = Literal["critical", "high", "medium", "low"]


class Table(BaseModel):
    """A table of a rule file: unknown keys are errors, values keep their types."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, populate_by_name=False)
