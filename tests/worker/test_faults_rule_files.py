"""Rule files that cannot be read are refused by name, and nothing that they say is taken back meanwhile."""

import os

import pytest

from tests.worker.faulty import FLAVOURS, firm, settled
from worker.settings import SettingsError

FIRST = """[pack]
name = "first"
about = "One."

[[rule]]
id = "marked"
about = "Marked while it is open."
on = "improvement"
when = ['open']
label = "seen"
"""
SECOND = FIRST.replace('"first"', '"second"').replace('"seen"', '"known"')
LOST = {
    "a link in a circle": (lambda file: file.symlink_to(file), "is a link that leads nowhere"),
    "a link to nothing": (lambda file: file.symlink_to("gone.toml"), "is a link that leads nowhere"),
    "a folder": (lambda file: file.mkdir(), "is not a file"),
    "a pipe": (os.mkfifo, "is not a file"),
    "half a character": (lambda file: file.write_bytes(FIRST.encode() + b"# \xc3"), "line 11: is not UTF-8 text"),
    "a byte order mark": (
        lambda file: file.write_text(FIRST, "utf-8-sig"),
        "line 1, column 1: begins with a byte order mark",
    ),
    "another encoding": (
        lambda file: file.write_text(FIRST, "utf-16"),
        "line 1, column 1: begins with a byte order mark",
    ),
    "two megabytes": (lambda file: file.write_bytes(b"#" * 2_000_000), "is larger than 1,000,000 bytes"),
}


@pytest.mark.fault("rules/file-that-leads-nowhere")
@pytest.mark.fault("rules/file-that-leads-nowhere", "github")
@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_file_among_others_that_cannot_be_read_is_no_rule_that_is_gone(tmp_path, flavour):
    """Each pass refuses it by name, asks no tracker and takes no label off; put right, there is nothing to do."""
    with firm(tmp_path, flavour) as made:
        folder = tmp_path / "rules.d"
        folder.mkdir()
        (folder / "second.toml").write_text(SECOND, encoding="utf-8")
        (file := folder / "first.toml").write_text(FIRST, encoding="utf-8")
        made.configure(rules='"rules.d/*.toml"')
        made.issue()
        made.task()
        settled(made)
        before = made.seen()
        made.sandbox.log.clear()
        for spoil, why in LOST.values():
            file.unlink()
            spoil(file)
            with pytest.raises(SettingsError, match=f"rules.d/first.toml: {why}"):
                made.once()
            file.rmdir() if file.is_dir() else file.unlink()
            file.write_text(FIRST.replace("\n", "\r\n"), encoding="utf-8", newline="")
        assert made.sandbox.log.entries == ()
        assert made.written() == []
        assert made.seen() == before
