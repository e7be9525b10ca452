"""Ask for known vulnerabilities in what kaizend installs: `python -m tests.audit [--if-reachable]`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

REQUIREMENTS = [Path(__file__).parents[1] / name for name in ("requirements.txt", "requirements-charts.txt")]
FILES = [part for file in REQUIREMENTS for part in ("--requirement", str(file))]
UNREACHABLE = ("ConnectionError", "ConnectTimeout", "ReadTimeout", "NameResolutionError", "ProxyError", "SSLError")
LONGEST = 180  # seconds


def ask() -> subprocess.CompletedProcess[str]:
    """Run pip-audit on the pinned versions, asking the OSV database."""
    command = [sys.executable, "-m", "pip_audit", "--vulnerability-service", "osv", "--disable-pip", "--no-deps"]
    command += ["--progress-spinner", "off", "--format", "json", *FILES]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=LONGEST)  # noqa: S603  # ours


def verdict(code: int, out: str, err: str, *, if_reachable: bool) -> tuple[int, str]:
    """Turn pip-audit's answer into an exit code and the lines to print. No answer is a failure unless allowed."""
    try:
        audited = json.loads(out)["dependencies"]
    except (ValueError, KeyError, TypeError):
        last = err.strip().splitlines()[-1:] or [f"exit code {code}"]
        if if_reachable and any(word in err for word in UNREACHABLE):
            return 0, "vulnerability audit: skipped, the advisory service cannot be reached"
        return 1, f"vulnerability audit: failed: {last[0]}"
    found = [f"{one['name']} {one['version']}: {bug['id']}" for one in audited for bug in one.get("vulns", [])]
    skipped = [f"{one['name']}: not audited: {one['skip_reason']}" for one in audited if "skip_reason" in one]
    summary = f"vulnerability audit: {len(audited)} distributions, {len(found)} known vulnerabilities"
    return 1 if found or skipped or not audited else 0, "\n".join([*found, *skipped, summary])


def main() -> int:
    """Print the verdict; return the exit code."""
    if_reachable = "--if-reachable" in sys.argv[1:]
    try:
        asked = ask()
        code, text = verdict(asked.returncode, asked.stdout, asked.stderr, if_reachable=if_reachable)
    except subprocess.TimeoutExpired:
        code, text = verdict(1, "", f"ReadTimeout: no answer in {LONGEST} seconds", if_reachable=if_reachable)
    sys.stdout.write(f"{text}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
