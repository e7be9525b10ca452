"""The verbs to try kaizend with: demo, sandbox."""

from __future__ import annotations

import typer


def demo(context: typer.Context) -> None:
    """Show the main job end to end on the embedded sandbox."""


def sandbox(context: typer.Context) -> None:
    """Serve a small GitHub and a small Jira on loopback until told to stop."""
