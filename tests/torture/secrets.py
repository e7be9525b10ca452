"""Secrets: servers that echo every credential, on every verb, with all logs on; none of it is anywhere afterwards."""

import io
import os
import time
from contextlib import redirect_stderr, redirect_stdout
from unittest.mock import patch

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from integrations.sandbox.jira import JiraFace
from integrations.sandbox.wire import Response
from tests.torture.canary import hits, secrets_below, size, swept
from tests.torture.section import Section
from tests.worker.faulty import DataCenter, jira
from tests.worker.places import LATE, TOKEN, Place, place
from worker.cli import run
from worker.stop import Stop

LEAST = 100_000  # bytes that are printed and kept: less is a run that came to nothing
FIGURES, PASSWORD, KEY = "figures-canary-90ab12cd", "password-canary-77ef01aa", "signing-canary-1f0e9d8c7b6a5f4e"
STATUSES = (302, 307, 400, 401, 403, 404, 422, 429, 500, 502)
SOME = (307, 401, 422, 500)  # of them, for the short form
BROKEN = ({"kind": "drop_before"}, {"kind": "truncate"}, {"kind": "status_after", "status": 502})
INPUTS = """
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
APP = "app = { id = 1001, installation = 5001, private_key_file = 'app.pem' }"
AFTERWARDS = (
    ("-v", "doctor"),
    ("-v", "plan", "--json"),
    ("-v", "once", "--whole"),
    ("ops",),
    ("ops", "--doubt"),
    ("signals", "--json"),
    ("audit", "verify"),
    ("digest", "shop"),
    ("why", "acme/shop#1"),
)
AWAY = {
    "KAIZEND_INSTANCE__DATABASE": f"postgresql://kaizend:{PASSWORD}@127.0.0.1:1/kaizend",
    "KAIZEND_INSTANCE__KEY": KEY,
}


class Echo:
    """A face that repeats the credential it is shown, in its body and headers, while it is asked to."""

    status = 0  # of its answers, 0 for those of the face
    spared = 0  # so many reads are answered as the face does

    def __init__(self, face):
        self.name, self.prefix, self.face = face.name, face.prefix, face
        self.shown, self.reads = set(), 0

    def answer(self, request):
        told = request.headers.get("authorization", "")
        self.shown |= {word for word in (told, told.rpartition(" ")[2]) if word}
        self.reads += request.method == "GET"
        if not self.status or (request.method == "GET" and self.reads <= self.spared):
            return self.face.answer(request)
        body = {"message": told, "error": told, "errorMessages": [told], "errors": [{"message": told}, told]}
        headers = {
            "Location": f"https://{told}@sso.example/?t={told}",
            "WWW-Authenticate": told,
            "RateLimit-Reason": told,
        }
        return Response(status=self.status, json=body, headers={"Retry-After": "1", **headers})


def secrets(extent):
    """Play it against each Jira; GitHub is asked by a token, and then as an App."""
    lines, wrong = [], []
    statuses = STATUSES if extent.every else SOME
    for flavour, app in (("cloud", False), ("dc", True)):
        with swept() as folder:
            codes, printed, sent = played(folder, flavour, app=app, statuses=statuses)
            known = {*sent, FIGURES, PASSWORD, KEY}
            found = hits(folder, printed, known=known)
            looked = len(printed) + size(folder)
            by = "an App's key" if app else "a token"
            lines.append(
                f"github by {by}, jira {flavour}: {len(statuses) + len(BROKEN)} faults, "
                f"{len(known | secrets_below(folder))} secrets, {looked:,} bytes looked at, {len(found)} hits"
            )
            wrong += [f"jira {flavour}: {one}" for one in found]
            wrong += [f"jira {flavour}: hardly anything was printed or kept: {looked} bytes"] if looked < LEAST else []
            wrong += [f"jira {flavour}: a verb ended with {code}" for code in sorted(codes - {0, 1, 4, 5})]
    return Section(title="secrets", lines=tuple(lines), wrong=tuple(wrong))


def played(folder, flavour, *, app=False, statuses=STATUSES):
    """Run the verbs while all servers echo; return the exit codes, what was printed, and the credentials sent."""
    faces = []

    def wrap(face):
        faces.append(Echo(jira(face.world, flavour) if isinstance(face, JiraFace) else face))
        return faces[-1]

    out = io.StringIO()
    with place(folder, made=DataCenter if flavour == "dc" else Place, wrap=wrap, digests=True) as made:
        with made.config.open("a", encoding="utf-8") as config:
            config.write(INPUTS.format(url=made.sandbox.url, token=FIGURES))
        if app:
            as_app(made)
        made.issue(labels=["priority:high"])
        made.task(owner="bo", due=LATE)
        with redirect_stdout(out), redirect_stderr(out), patch.object(Stop, "sleep", _briefly):
            codes = set(_troubled(made, faces, statuses))
            for face in faces:
                face.status = 0
            codes |= {_run(made, *verb) for verb in AFTERWARDS}
            codes.add(_run(made, "-v", "plan", "--out", str(folder / "plan.json")))
            with patch.dict(os.environ, AWAY):
                codes.add(_run(made, "-v", "once"))
    return codes, out.getvalue(), {word for face in faces for word in face.shown}


def _troubled(made, faces, statuses):
    """Make a pass for each trouble, with reads that fail at once and with some that do not; yield the exit codes."""
    for status in statuses:
        for spared in (0, 9, 999):  # nothing is read; some is; all is, and what is new cannot be written
            made.issue(labels=["priority:high"])
            made.task(owner="bo", due=LATE)
            for face in faces:
                face.status, face.spared, face.reads = status, spared, 0
            yield _run(made, "-v", "once", "--json")
    for face in faces:
        face.status = 0
    for fault in BROKEN:
        made.fail(**fault, method="POST", times=3)
        yield _run(made, "-v", "once", "--json")


def _run(made, *verb):
    return run(["--config", str(made.config), *verb])


def as_app(made):
    """Have GitHub asked as an App, by a key in a file of its own."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    (made.folder / "app.pem").write_bytes(pem)
    (made.folder / "app.pem").chmod(0o600)
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    made.github.add_app(public.decode())
    text = made.config.read_text(encoding="utf-8")
    made.config.write_text(text.replace(f'token = "{TOKEN}"', APP, 1), encoding="utf-8")


def _briefly(stop, seconds):
    time.sleep(min(seconds, 0.05))
