"""Tokens and keys: whatever goes wrong, and however much is logged, they are nowhere to be read."""

import base64
import re
import sqlite3
import time

import pytest

from tests.worker.faulty import FLAVOURS, firm
from tests.worker.places import BOT, LATE
from worker.cli import run
from worker.stop import Stop

CANARY = "ghp-canary-7d1f0c55aa41"
FAULTS = (
    {"kind": "status", "status": 401, "body": {"message": f"Bad credentials: {CANARY}"}},
    {"kind": "status", "status": 403, "body": {"message": f"token {CANARY} lacks the right"}},
    {"kind": "status", "status": 422, "body": {"message": f"{CANARY}", "errors": [{"message": CANARY}]}},
    {"kind": "status", "status": 400, "body": {"errorMessages": [f"Bearer {CANARY}"], "errors": {CANARY: CANARY}}},
    {"kind": "status", "status": 302, "headers": {"Location": f"https://sso.example/?t={CANARY}"}},
    {"kind": "status", "status": 429, "headers": {"Retry-After": "1", "RateLimit-Reason": CANARY}},
    {"kind": "html", "status": 500, "body": f"<html>{CANARY}</html>"},
    {"kind": "drop_before"},
    {"kind": "truncate"},
    {"kind": "status_after", "status": 502, "body": {"message": CANARY}},
)
INPUT = """
[inputs.error-budgets]
kind = "prometheus"
base_url = "{url}/jira"
query = "up"
token = "{token}"

[signals.error_budget]
kind = "prometheus"
base_url = "{url}/jira"
query = "up"
token = "{token}"
"""
WHILE_BROKEN = (("-v", "once", "--json"),)
AFTERWARDS = (
    ("-v", "doctor"),
    ("-v", "plan", "--json"),
    ("-v", "once", "--whole"),
    ("ops",),
    ("ops", "--doubt"),
    ("signals", "--json"),
    ("audit", "verify"),
)


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_no_secret_is_in_anything_that_is_printed_logged_planned_or_kept(tmp_path, flavour, capfd, monkeypatch):
    """Servers that echo the token, on reads and on writes; all verbs, all logs; plan file, database, journal."""
    monkeypatch.setattr(Stop, "sleep", lambda stop, seconds: time.sleep(min(seconds, 0.05)))
    with firm(tmp_path, flavour, digests=True) as made:
        made.github.tokens = {CANARY: BOT}
        made.github.scopes = {CANARY: "repo"}
        made.jira.users[BOT].token = CANARY
        made.configure()
        made.config.write_text(
            made.config.read_text(encoding="utf-8").replace('"sandbox"', f'"{CANARY}"'), encoding="utf-8"
        )
        with made.config.open("a", encoding="utf-8") as config:
            config.write(INPUT.format(url=made.sandbox.url, token=CANARY))
        made.issue(labels=["priority:high"])
        made.task(owner="bo", due=LATE)
        codes = set()
        for fault in FAULTS:
            made.sandbox.faults.clear()
            for method, after in (("GET", 9), ("POST", 0), ("PUT", 0), ("PATCH", 0)):
                made.fail(**fault, method=method, after=after)
            codes |= {run(["--config", str(made.config), *verb]) for verb in WHILE_BROKEN}
        made.sandbox.faults.clear()
        codes |= {run(["--config", str(made.config), *verb]) for verb in AFTERWARDS}
        codes.add(run(["--config", str(made.config), "-v", "plan", "--out", str(tmp_path / "plan.json")]))
        assert codes <= {0, 1, 4, 5}, "a traceback came out"
        written = capfd.readouterr()
        key = next(tmp_path.rglob("*key*")).read_text(encoding="ascii").strip()
        haystack = (written.out + written.err).encode() + contents(tmp_path)
        assert len(haystack) > 100_000
        basic = base64.b64encode(f"kaizen-bot@acme.example:{CANARY}".encode()).decode()
        for secret in (CANARY, key, basic, base64.b64encode(CANARY.encode()).decode(), key.upper()):
            assert [m.start() for m in re.finditer(re.escape(secret.encode()), haystack)] == [], secret
        assert bytes.fromhex(key) not in haystack


def contents(folder):
    """Return all that is kept in a folder, config and key left out, and all that the database says."""
    found = b""
    for file in sorted(folder.rglob("*")):
        if file.is_file() and file.name != "config.toml" and "key" not in file.name:
            found += file.read_bytes()
    for file in folder.rglob("*.db"):
        connection = sqlite3.connect(file)
        found += "\n".join(connection.iterdump()).encode("utf-8", "replace")
        connection.close()
    return found
