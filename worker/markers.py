"""Marks: what proves, on a tracker, that a comment or a ticket is ours and meant for that place."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

import orjson

from rules.model import Marker
from worker.errors import KeyFileError

KEY_BYTES = 32


class Keys:
    """The instance's name and secret key, and the ids and marks made of them."""

    def __init__(self, instance: str, key: bytes) -> None:
        self.instance = instance
        self.key = key

    def __repr__(self) -> str:
        return f"Keys({self.instance!r}, ...)"

    def id(self, rule: str, target_uid: str, occasion: str, verb: str) -> str:
        """Return an op's id, 24 hex digits: the same for the same rule, target, occasion and verb, whatever is said."""
        return self._digest("op", self.instance, rule, target_uid, occasion, verb)[:24]

    def mac(self, op: str, target: str, state: str) -> str:
        """Return the proof, 32 hex digits, that we marked this target (its uid) with this op and state."""
        return self._digest("mark", self.instance, op, target, state)[:32]

    def marker(self, op: str, target: str, state: str = "") -> Marker:
        """Return the mark of an op on a target (its uid)."""
        return Marker(op=op, mac=self.mac(op, target, state), state=state)

    def genuine(self, marker: Marker, target: str, author: str, our_author: str) -> bool:
        """Tell whether we made a mark found on a target: written by us, and not copied from somewhere else."""
        mac = self.mac(marker.op, target, marker.state).encode()
        fits = hmac.compare_digest(mac, marker.mac.encode("utf-8", "replace"))
        return fits and bool(our_author) and author == our_author

    def _digest(self, *parts: str) -> str:
        # JSON keeps the parts apart: ("ab", "c") is not ("a", "bc"). Lone surrogates are no reason to fail.
        text = orjson.dumps([part.encode("utf-8", "replace").decode() for part in parts])
        return hmac.new(self.key, text, hashlib.sha256).hexdigest()


def load_key(path: Path) -> bytes:
    """Return the instance's key, making one (32 random bytes in hex, mode 0600) if there is none. Never overwrites.

    Raises KeyFileError if it cannot be read or made, others may read it, or it is no key.
    """
    try:
        if not path.exists():
            _make_key(path)
        mode, text = path.stat().st_mode, path.read_text("ascii", "replace").strip()
    except OSError as error:
        raise KeyFileError(f"{path}: the instance's key cannot be read or made ({error.strerror})") from error
    if mode & 0o077:
        raise KeyFileError(f"{path}: others may read the instance's key: chmod 600 {path}")
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise KeyFileError(f"{path}: not a key of {KEY_BYTES * 2} hex digits; put the right one back from a backup")
    return key


def _make_key(path: Path) -> None:
    """Write a new key aside, whole and durable, and link it into place unless another process was faster."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600), "w") as file:
            file.write(secrets.token_hex(KEY_BYTES) + "\n")
            file.flush()
            os.fsync(file.fileno())
        _link(aside, path)
    finally:
        aside.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _link(aside: Path, path: Path) -> None:
    try:
        path.hardlink_to(aside)
    except FileExistsError:
        return  # another process made the key first: that one counts
