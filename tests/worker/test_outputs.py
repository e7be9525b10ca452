"""Outputs that lead nowhere: closed by the caller, or on a full disk."""

import shlex
import subprocess
import sys

import pytest

KAIZEND = shlex.join([sys.executable, "-c", "from worker.cli import main; main()"])
FULL = "the output could not be written: No space left on device\n"
WAYS = {
    "a full disk": ("facts >/dev/full", 1, FULL),
    "a full disk, found at the end": ("--version >/dev/full", 1, FULL),
    "stdin and stdout closed": ("facts <&- >&-", 0, ""),
    "a log on a full disk": ("--nothing 2>/dev/full", 2, ""),
}


@pytest.mark.fault("delivery/output-that-leads-nowhere")
@pytest.mark.parametrize(("command", "code", "said"), WAYS.values(), ids=WAYS.keys())
def test_an_output_that_leads_nowhere_is_a_line_at_most(command, code, said):
    """Data that was not written is an error of one line; that nobody hears what is said changes nothing."""
    ended = subprocess.run(["bash", "-c", f"{KAIZEND} {command}"], capture_output=True, text=True, check=False)  # noqa: S603, S607 - our own
    assert (ended.returncode, ended.stderr) == (code, said)
