"""Tokens and keys: whatever goes wrong, and however much is logged, they are nowhere to be read."""

from contextlib import suppress
from types import SimpleNamespace

import pytest

from tests.torture.canary import SWEPT, hits, size, swept, tally
from tests.torture.secrets import FIGURES, KEY, PASSWORD, played
from tests.torture.shown import pytest_runtest_makereport as reported
from tests.worker.places import TOKEN


@pytest.mark.fault("hostile/secret-in-the-open")
@pytest.mark.fault("access/answer-echoes-the-token", "github")
@pytest.mark.parametrize(("flavour", "app"), [("cloud", False), ("dc", True)], ids=["cloud", "dc, as an App"])
def test_no_secret_is_in_anything_that_is_printed_logged_planned_or_kept(tmp_path, flavour, app):
    """Servers that echo the credential, on reads and on writes; all verbs, all logs; plan file, database, journal."""
    codes, printed, sent = played(tmp_path, flavour, app=app, statuses=(307, 401, 422))
    assert codes <= {0, 1, 4, 5}, "a traceback came out"
    assert {TOKEN, FIGURES} & sent == ({FIGURES, TOKEN} if not app or flavour == "dc" else {FIGURES})
    assert len(printed) + size(tmp_path) > 200_000
    assert hits(tmp_path, printed, known=(*sent, FIGURES, PASSWORD, KEY)) == []


@pytest.mark.parametrize(
    "secret", ["Canary/0123456789", "canary%2F0123456789", "bWVAeC55OmNhbmFyeS8wMTIzNDU2Nzg5", "MIIEvQIBADANBgkq"]
)
def test_a_secret_that_is_left_somewhere_is_found(tmp_path, secret):
    """As it is, in an address, in a header, a line of a key; not in the config, which is its place."""
    (tmp_path / "config.toml").write_text('[sources.a]\nemail = "me@x.y"\ntoken = "canary/0123456789"\n', "utf-8")
    (tmp_path / "app.pem").write_text("-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq\n-----END", "utf-8")
    assert hits(tmp_path, "all is well") == []
    assert len(hits(tmp_path, f"GET /x?t={secret}")) == 1
    (tmp_path / "kaizend.db-wal").write_bytes(b"\0x" + secret.encode())
    assert len(hits(tmp_path)) == 1


def test_a_folder_of_the_bench_is_searched_before_it_is_removed(tmp_path, monkeypatch):
    """A secret that a play leaves behind is told by whoever reads the note, with how much was looked at."""
    note = tmp_path / "note"
    monkeypatch.setenv(SWEPT, str(note))
    for text in ("all is well", "canary/0123456789"):
        with swept(tmp_path) as folder:
            (folder / "config.toml").write_text('token = "canary/0123456789"\n', "utf-8")
            (folder / "said.log").write_text(text, "utf-8")
    assert tally(note) == (len("all is wellcanary/0123456789"), 2, ["said.log: canary..."])
    assert tally(tmp_path / "none") == (0, 0, [])


def test_what_a_test_of_a_fault_leaves_and_prints_is_searched(tmp_path, monkeypatch):
    """Once, when it is over; a database that it spoilt is no obstacle. A test without a config has no secrets."""
    note, folder, plain = tmp_path / "note", tmp_path / "test", tmp_path / "plain"
    monkeypatch.setenv(SWEPT, str(note))
    for made in (folder, plain):
        made.mkdir()
        (made / "kaizend.db").write_bytes(b"canary/0123456789, and no database")
    (folder / "config.toml").write_text('token = "canary/0123456789"\n', "utf-8")
    for when, where in (("call", folder), ("teardown", folder), ("teardown", plain)):
        hook = reported(SimpleNamespace(funcargs={"tmp_path": where}), SimpleNamespace(when=when))
        next(hook)
        with suppress(StopIteration):
            hook.send(SimpleNamespace(sections=[("Captured stderr call", "GET /x?t=canary%2F0123456789")]))
    _, folders, found = tally(note)
    assert (folders, sorted(found)) == (1, ["kaizend.db: canary...", "what was printed: canary..."])
