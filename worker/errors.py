"""What can go wrong in the worker itself, each worded so that one line tells what to do."""

from __future__ import annotations


class WorkerError(Exception):
    """The base of the worker's own errors; shown to people as one line."""


class DatabaseError(WorkerError):
    """The database cannot be used: missing, damaged, read-only, full, busy for too long, or from a newer version."""


class NoDatabase(DatabaseError):
    """There is no database yet: nothing was ever done."""


class DatabaseGone(DatabaseError):
    """The database's file was replaced or removed while it was in use: only a new start finds what is there now."""


class IndexUnusable(DatabaseError):
    """The index of recurrences cannot be used. Everything else can go on without it; it is made anew once it can be."""


class IndexDamaged(IndexUnusable):
    """The index of recurrences is damaged: it has to be made anew from the mirror."""


class LedgerError(WorkerError):
    """An op was asked to go from one state to another that its life does not allow."""


class LockHeld(WorkerError):
    """Another worker holds the instance's lock; the message says who and since when."""


class LockLost(WorkerError):
    """Our lock expired and another worker took it: stop before the next write."""


class KeyFileError(WorkerError):
    """The instance's key cannot be read, made or believed."""


class CodecError(WorkerError):
    """A stored or saved verb or plan is not of the shape it says it is."""
