"""Scenes of a gate: its budget was spent since the last pass; one pull request is waived, a deployment waits."""

from contextlib import contextmanager

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from integrations.sandbox.github.world import APP_PERMISSIONS
from integrations.sandbox.jira.sprints import add_sprint
from tests.worker.gated import GATE, budget, feature, incident
from tests.worker.places import place
from tests.worker.test_deployments import Deployed

HOLDS = """holds = ['"feature" in labels']\nfollow_up = "5 workdays"\n"""
MANDATE = '\nmandate = { priority = "high", assign = "lead", due = "5 workdays", plan = "sprint" }\n'
WAIVE = "/kaizen waive budget until 2026-12-01 because a contract asks for it"


@contextmanager
def closing(folder, wrap):
    """Serve the company."""
    public = _app_key(folder)
    with place(folder, made=Deployed, wrap=wrap) as made:
        made.github.add_app(public, permissions=APP_PERMISSIONS | {"actions": "read", "deployments": "write"})
        add_sprint(made.jira, "Sprint 1", "active")
        made.gates(GATE + HOLDS + MANDATE)
        feature(made)
        incident(made)
        pulls = [made.pull("Add a button"), made.pull("Add a menu"), made.pull("Docs", labels=())]
        budget(made, 0.5)
        made.once()
        made.clock.forward(minutes=20)
        budget(made, -0.2)
        made.github.comment(pulls[1], WAIVE, author="ana-gh", at=made.clock())
        made.github.add_run("production")
        made.sandbox.log.clear()
        yield made


def _app_key(folder):
    """Make the App's keys; write the private one down and return the public one (PEM)."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    (folder / "app.pem").write_bytes(private)
    (folder / "app.pem").chmod(0o600)
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.PEM, form).decode()
