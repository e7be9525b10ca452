"""How nouns are put into their tables: one statement each, that writes only what changed and nothing older."""

from __future__ import annotations

from typing import Any

from integrations.base import Noun
from rules.model import Change, Comment, Deployment, Event, Release, Ticket
from worker.rows import CHANGE, COMMENT, DEPLOYMENT, EVENT, RELEASE, TICKET, Shape


def upsert_of(shape: Shape[Any], stamps: tuple[str, ...] = (), also: str = "", unless: str = "") -> str:
    """Word an upsert that writes nothing when nothing changed and, for what has versions, when it is older."""
    columns = (*shape.columns, *stamps)
    changed = " or ".join(f"excluded.{c} is distinct from {shape.table}.{c}" for c in shape.columns[1:])
    newer = f"excluded.updated >= {shape.table}.updated and " if shape.newer else ""
    return (
        f"insert into {shape.table} ({', '.join(columns)})"  # noqa: S608 - own names
        f" values ({', '.join('?' * len(columns))})"
        f" on conflict (uid) do update set {', '.join(f'{c} = excluded.{c}' for c in columns[1:])}{also}"
        f" where {newer}({changed}{unless})"
    )


UPSERTS: dict[type[Noun], tuple[Shape[Any], str]] = {
    Ticket: (
        TICKET,
        upsert_of(TICKET, ("revision", "seen"), ", buried = null, buried_why = ''", " or tickets.buried is not null"),
    ),
    Change: (CHANGE, upsert_of(CHANGE)),
    Comment: (COMMENT, upsert_of(COMMENT, also=", unread = 1")),
    Deployment: (DEPLOYMENT, upsert_of(DEPLOYMENT)),
    Release: (RELEASE, upsert_of(RELEASE)),
    Event: (EVENT, upsert_of(EVENT)),
}

TICKETS_SELECT = "select " + ", ".join(TICKET.columns).replace(" due,", " coalesce(due, card_due),") + " from tickets"  # noqa: S608 - own names
