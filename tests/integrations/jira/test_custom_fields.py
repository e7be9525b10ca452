"""Custom fields are read by their names: only those that are asked for, whatever their ids are."""

from __future__ import annotations

import pytest

from integrations.jira import payloads
from tests.integrations.jira.office import FLAVOURS, office

NAME = "Alert fingerprint"
FIELDS = (
    {"id": "summary", "name": "Alert fingerprint", "custom": False},
    {"id": "customfield_1", "name": " alert Fingerprint", "custom": True},
    {"id": "customfield_2", "name": "Alert fingerprint", "custom": True},
    {"id": "customfield_3", "name": "Team", "custom": True},
)
VALUES = {
    "a text": (" pool\n4711 ", {"F: pool 4711"}),
    "a number": (17, {"F: 17"}),
    "an option": ({"self": "x", "value": "pool-4711"}, {"F: pool-4711"}),
    "several": ([{"value": "a"}, "b", None], {"F: a", "F: b"}),
    "nothing": (None, set()),
    "something else": ({"odd": 1}, set()),
    "too long": ("x" * 900, {f"F: {'x' * 255}"}),
}


@pytest.mark.parametrize(("value", "expected"), VALUES.values(), ids=VALUES.keys())
def test_a_value_is_as_people_see_it(value, expected):
    """Whatever kind of field it is."""
    site = payloads.Site(source="ops", uid="x", browse="https://x", named={"customfield_1": "F"})
    raw = {
        "id": "1",
        "key": "OPS-1",
        "fields": {
            "summary": "s",
            "status": {"name": "To Do", "statusCategory": {"key": "new"}},
            "created": "2026-11-02T09:00:00.000+0000",
            "updated": "2026-11-02T09:00:00.000+0000",
            "customfield_1": value,
        },
    }
    assert payloads.ticket(site, raw).fields == expected


def test_names_become_ids():
    """However they are capitalised; several fields may share a name, and the system's own are none."""
    custom = payloads.custom_fields(FIELDS)
    assert payloads.named_fields(custom, ["ALERT fingerprint"]) == {
        "customfield_1": "ALERT fingerprint",
        "customfield_2": "ALERT fingerprint",
    }


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_they_are_read_with_the_tickets(flavour):
    """By search, and one by one; without being asked for they are not sent."""
    with office(flavour, fields=(NAME,)) as jira:
        jira.add(fingerprint="pool-4711")
        (found, *_), cursor = jira.read()
        assert found.fields == {f"{NAME}: pool-4711"}
        assert jira.tracker.ticket(found.ref) == found
        assert any("customfield_10031" in str(one.query) for one in jira.sandbox.log.entries)
        jira.clock.on(minutes=1)
        jira.world.edit("OPS-1", actor="ana", customfield_10031="pool-1")
        (changed, *events), _ = jira.read(cursor)
        assert changed.fields == {f"{NAME}: pool-1"}
        assert events[-1].what == "alert fingerprint"
    with office(flavour) as plain:
        plain.add(fingerprint="pool-4711")
        (found, *_), _ = plain.read()
        assert found.fields == frozenset()
        assert not any("customfield_10031" in str(one.query) for one in plain.sandbox.log.entries)


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_who_asks_for_another_one_reads_all_once_more(flavour):
    """A project that was read before the config named the field is read from its beginning."""
    with office(flavour) as jira:
        jira.add(3, fingerprint="pool-4711")
        _, cursor = jira.read()
        jira.clock.on(days=1)
        assert jira.read(cursor)[0] == ()
        with office(flavour, clock=jira.clock, fields=(NAME,)) as other:
            other.add(3, fingerprint="pool-4711")
            other.clock.on(days=1)
            items, after = other.read(cursor)
            assert len(items) == 3
            assert other.read(after)[0] == ()


@pytest.mark.fault("objects/renamed-field")
@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_name_that_no_field_has_is_told(flavour):
    """With the nearest that one has; the others are read."""
    with office(flavour, fields=("Alert fingerprnt", NAME)) as jira:
        jira.add(fingerprint="pool-4711")
        (line,) = jira.tracker.connect().unknown
        assert line.startswith("no custom field is called 'Alert fingerprnt', as the config asks for")
        assert line.endswith("(did you mean 'Alert fingerprint'?)")
        (found, *_), _ = jira.read()
        assert found.fields == {f"{NAME}: pool-4711"}
    with office(flavour) as plain:
        assert plain.tracker.connect().unknown == ()
        assert not any(one.path.endswith("/field") for one in plain.sandbox.log.entries)
