"""Keeping the index: what changed in the mirror since it was last looked at goes into it, or all if it is new."""

from __future__ import annotations

from contextlib import suppress
from itertools import islice
from pathlib import Path

from rules.model import Ticket
from rules.recurrence.background import Background
from rules.recurrence.report import Report, report_of
from worker.errors import IndexDamaged
from worker.mirror import Mirror
from worker.recurrence.index import Index, drop

NAME = "recurrence.db"
BATCH = 1000
REVISION = "revision"
"""Under this name the index keeps up to which change of the mirror it knows."""


def index_file(database: Path | None, folder: Path) -> Path:
    """Return where the index is: beside the SQLite database; with PostgreSQL in var/ of the config's folder."""
    return database.with_name(f"{database.stem}.{NAME}") if database else folder / "var" / NAME


def kept(path: Path, background: Background, mirror: Mirror) -> Index:
    """Open the index and bring it up to date. One that is damaged, or knows of more than the mirror, is made anew.

    What comes into the mirror meanwhile, from a worker at work, is there the next time.
    """
    with suppress(IndexDamaged):
        index = _refreshed(path, background, mirror)
        if len(index) == mirror.count() or index.noted(REVISION) != str(mirror.revision()):
            return index
        index.close()
    drop(path)
    return _refreshed(path, background, mirror)


def _refreshed(path: Path, background: Background, mirror: Mirror) -> Index:
    index = Index(path, background)
    try:
        refresh(index, mirror)
    except BaseException:
        index.close()
        raise
    return index


def refresh(index: Index, mirror: Mirror) -> int:
    """Put in what changed in the mirror since the last time; return how many reports were written or dropped."""
    upto, since = mirror.revision(), int(index.noted(REVISION) or -1)
    if upto == since:
        return 0
    since = since if since < upto else -1
    changed = 0
    tickets = mirror.changed(since)
    while batch := tuple(islice(tickets, BATCH)):
        with index.writing():
            changed += sum(_put(index, ticket) for ticket in batch)
    with index.writing():
        changed += sum(index.forget(uid) for uid in mirror.buried(since))
        index.note(REVISION, str(upto))
    return changed


def _put(index: Index, ticket: Ticket) -> bool:
    new = index.put(as_report(ticket))
    closed = (ticket.closed or ticket.updated) if ticket.phase == "done" else None
    return index.stand(ticket.uid, closed, ticket.resolution if closed else "") or new


def as_report(ticket: Ticket) -> Report:
    """Return a ticket as it is compared."""
    home = ticket.key.rpartition("#")[0] or ticket.key.rpartition("-")[0]
    return report_of(
        uid=ticket.uid,
        key=ticket.key,
        project=home,
        created=ticket.created,
        title=ticket.title,
        body=ticket.body,
        reporter=ticket.reporter,
        type=ticket.type,
    )
