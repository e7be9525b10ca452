"""What the command line loads: what one verb needs is no burden to the others."""

import subprocess
import sys

ONE_VERB = {"matplotlib", "github", "jira", "alembic", "integrations.sandbox", "cryptography"}


def test_the_command_line_loads_nothing_that_only_one_verb_needs():
    """Neither the sandbox nor charts nor trackers' libraries are loaded before they are asked for."""
    program = f"import sys, worker.cli; print(sorted({ONE_VERB} & sys.modules.keys()))"
    run = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert run.stdout.strip() == "[]"
