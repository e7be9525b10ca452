"""What machines write so that the same fault is known again, and what tells nothing apart."""

import pytest

from rules.recurrence.fingerprints import fingerprints, masked
from tests.rules.factories import ticket

TEST = "Test: tests/cart.py::test_totals\nError: timeout after {0} s at 0x{1} in /srv/{2}/cart.py"
FOUND = {
    "a line": ("Fingerprint: Pool-4711", {"fingerprint:pool-4711": "fingerprint Pool-4711"}),
    "bold": ("**Fingerprint:** `pool-4711`", {"fingerprint:pool-4711": "fingerprint pool-4711"}),
    "a name of the company's": ("Alert ID: 17-23", {"alert id:17-23": "alert id 17-23"}),
    "an alert": (
        "Labels:\n - alertname = HighErrorRate\n - service = checkout",
        {"alert:higherrorrate@checkout": "alert HighErrorRate of checkout"},
    ),
    "a table": (
        "| Alert rule | Queue length |\n| Service | orders |",
        {"alert:queue length@orders": "alert Queue length of orders"},
    ),
    "Sentry": (
        "See https://acme.sentry.io/issues/12345/?project=1",
        {"sentry:acme.sentry.io/12345": "Sentry issue 12345"},
    ),
    "an alert without a service": ("Alert: HighErrorRate", {}),
    "a form": ("Test: yes\nError: 500", {}),
    "nothing": ("Fingerprint: none", {}),
    "a quote": ("> Fingerprint: pool-4711", {}),
    "code": ("```\nFingerprint: pool-4711\n```", {}),
    "hidden": ("<!-- Fingerprint: pool-4711 -->", {}),
    "prose": ("The fingerprint is the same as yesterday's.", {}),
}


def test_what_a_custom_field_tells():
    """As much as a line; what stands for nothing tells nothing apart, and other fields hold other things."""
    told = ticket(body="", fields=frozenset({"Alert ID: Pool-4711", "Team: none", "Expected effect: mttr 9m -> 4m"}))
    found = fingerprints(told, fields=("Alert ID", "Team"))
    assert found == {"alert id:pool-4711": "Alert ID Pool-4711"}


@pytest.mark.parametrize(("body", "expected"), FOUND.values(), ids=FOUND.keys())
def test_what_a_text_tells(body, expected):
    """In plain sight, by lines that machines write."""
    assert fingerprints(ticket(body=body), ("alert id",)) == expected


def test_labels_tell_as_well():
    """Also those with names of the company's own."""
    labels = frozenset({"fingerprint:A1", "grafana:77", "team:shop"})
    assert set(fingerprints(ticket(labels=labels), ("grafana",))) == {"fingerprint:a1", "grafana:77"}


def test_what_its_writer_says_may_be_left_out():
    """Labels count still."""
    given = ticket(body="Fingerprint: b2", labels=frozenset({"fingerprint:a1"}))
    assert set(fingerprints(given, text="")) == {"fingerprint:a1"}


def test_a_failure_is_known_whatever_differs_from_run_to_run():
    """Numbers, times, addresses, paths and ids."""
    one = fingerprints(ticket(body=TEST.format("30.5", "deadbeef", "a")))
    other = fingerprints(ticket(body=TEST.format("31", "cafe00", "b/c")))
    assert one.keys() == other.keys()
    assert len(one) == 1
    assert masked("At 2026-11-03T09:00:00Z job 3f2b8c1a-0000-4000-8000-000000000001 died") == "at <time> job <id> died"


def test_they_are_bounded():
    """Ten of a ticket."""
    assert len(fingerprints(ticket(labels=frozenset(f"fingerprint:x{number}" for number in range(40))))) == 10
