"""Networks that fail: names that nobody knows, certificates that are wrong, servers that die in the midst of a pass."""

import socket
import ssl
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.torture.catalogue.fault import DC, GITHUB, TRACKERS
from tests.worker.faulty import beside, face_of, firm, settled
from worker.apply import SILENCES

SECTIONS = {GITHUB: ("[sources.shop]", "/api/v3"), "cloud": ("[sources.ops]", "/jira"), DC: ("[sources.ops]", "/jira")}
NOW = datetime.now(UTC)
DAY = timedelta(days=1)
RUN = "from worker.cli import main; main()"


def moved(made, where, address):
    """Have the config name another address for a tracker."""
    section, prefix = SECTIONS[where]
    text = made.config.read_text(encoding="utf-8")
    head, _, rest = text.partition(section)
    old = f'base_url = "{made.sandbox.url}{prefix}"'
    assert old in rest
    made.config.write_text(
        f"{head}{section}{rest.replace(old, f'base_url = {address + prefix!r}', 1)}", encoding="utf-8"
    )


def certificate(folder, *, until=NOW + DAY, name="127.0.0.1"):
    """Write a certificate that vouches for itself; return its file and its key's."""
    key, subject = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    made = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(until - 9 * DAY).not_valid_after(until)
    made = made.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(name))]), critical=True)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    files = folder / "certificate.pem", folder / "key.pem"
    files[0].write_bytes(made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    kind = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    files[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, *kind))
    return files


@contextmanager
def secured(files):
    """Listen with a certificate; yield the address and what was said to it once somebody trusted it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*files)
    said = []

    def serve(listener):
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                client.settimeout(5)
                with client, suppress(OSError), context.wrap_socket(client, server_side=True) as trusted:
                    said.append(trusted.recv(100))

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,), daemon=True)
        thread.start()
        yield f"https://127.0.0.1:{listener.getsockname()[1]}", said
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(5)


UNTRUSTED = {
    "expired": (True, {"until": NOW - DAY}, "expired", "rates/certificate-expired"),
    "of another": (False, {}, "self-signed", "rates/wrong-authority"),
    "for another": (True, {"name": "127.0.0.2"}, "127.0.0.1", "rates/wrong-authority"),
}


@pytest.mark.parametrize("where", TRACKERS)
@pytest.mark.parametrize(
    ("known", "about", "words"),
    [pytest.param(*told[:3], marks=pytest.mark.fault(told[3]), id=name) for name, told in UNTRUSTED.items()],
)
def test_a_server_that_cannot_be_trusted_is_told_nothing(tmp_path, monkeypatch, where, known, about, words):
    """No credential goes to it, its source counts as unread and says why, and the other one gets all it should."""
    files = certificate(tmp_path, **about)
    if known:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(files[0]))
    with firm(tmp_path, beside(where)) as made, secured(files) as (address, said):
        made.issue(labels=["priority:high"])
        made.task()
        moved(made, where, address)
        passed = made.once()
        (why,) = passed.look.unread.values()
        assert "certificate is not trusted" in why
        assert words in why
        assert said == []
        assert {entry.face for entry in made.sandbox.log.writes()} == {"github", f"jira-{beside(where)}"} - {
            face_of(where)
        }
        made.configure()
        settled(made)
        assert made.seen()["acme/shop#1 card"] == made.seen()["OPS-1 card"] == 1


@pytest.mark.fault("rates/name-unknown")
@pytest.mark.parametrize("where", TRACKERS)
def test_a_server_whose_name_nobody_knows(tmp_path, where):
    """One line names the source that was not read, the exit code is 4, and the other source gets all it should."""
    with firm(tmp_path, beside(where)) as made:
        made.issue(labels=["priority:high"])
        made.task()
        moved(made, where, "https://kaizend.invalid")
        command = [sys.executable, "-c", RUN, "--config", str(made.config), "once"]
        ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603 - our own command
        source = "shop" if where == GITHUB else "ops"
        assert ran.returncode == 4
        assert f"source {source} was not read" in ran.stderr
        assert "NameResolutionError" in ran.stderr
        assert {entry.face for entry in made.sandbox.log.writes()} == {"github", f"jira-{beside(where)}"} - {
            face_of(where)
        }


@pytest.mark.fault("rates/dead-server")
@pytest.mark.parametrize("where", TRACKERS)
def test_a_server_that_dies_in_a_pass_is_left_alone(tmp_path, where):
    """After a few calls in vain nothing more is sent to it in the pass; the other one gets all it should."""
    with firm(tmp_path, beside(where)) as made:
        for number in range(9):
            made.issue(f"Slow {number}", labels=["priority:high"])
            made.task(f"Late {number}")
        ticket = r"/issues?/\d+$"
        made.fail("drop_before", face=face_of(where), path=ticket, method="GET", times=1000)
        passed = made.once()
        assert not passed.whole
        assert f"source {'shop' if where == GITHUB else 'ops'}: nothing more was sent" in "".join(passed.troubles)
        assert made.sandbox.log.count(face=face_of(where), path=ticket) == 4 * SILENCES
        other = "OPS-{} card" if where == GITHUB else "acme/shop#{} card"
        assert [made.seen()[other.format(number)] for number in range(1, 10)] == [1] * 9
        made.sandbox.faults.clear()
        made.clock.forward(minutes=2)
        settled(made, 2)
        assert sum(count for name, count in made.seen().items() if name.endswith("card")) == 18
