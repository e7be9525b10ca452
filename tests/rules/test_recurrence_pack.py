"""The pack about what comes back passes its own tests wherever people work, and each rule says what it is for."""

from importlib import resources

import pytest

from rules.document import build_policy
from rules.errors import RulesError
from rules.trial import run_tests

TABLES = {"kinds": {"improvement": ['"improvement" in labels']}, "sources": {"shop": {"kind": "github"}}}


def pack(tables=(), **calendar):
    """Return the policy of the pack, for a small company."""
    text = (resources.files("rules") / "packs" / "recurrence.toml").read_text(encoding="utf-8")
    return build_policy({**TABLES, "calendar": calendar, **dict(tables)}, [("recurrence.toml", text)])


@pytest.mark.parametrize(
    ("zone", "country"),
    [("UTC", ""), ("America/New_York", "US"), ("Europe/Berlin", "DE"), ("Asia/Tokyo", "JP")],
)
def test_the_pack_passes_the_tests_it_carries(zone, country):
    """In any of these calendars."""
    policy = pack(time_zone=zone, country=country)
    results = run_tests(policy)
    assert [str(result) for result in results if not result.passed] == []
    assert len(results) == len(policy.tests) >= 3 * len(policy.rules) - 2
    assert all(rule.about and any(test.rule == rule.id for test in policy.tests) for rule in policy.rules)


def test_a_source_that_may_reopen_by_text_has_to_be_one():
    """The nearest right name is told."""
    assert pack({"recurrence": {"reopen_by_text": ["shop"]}}).recurring.by_text == {"shop"}
    with pytest.raises(RulesError, match=r"\[recurrence\]: reopen_by_text: no source 'shpo' \(did you mean 'shop'\?\)"):
        pack({"recurrence": {"reopen_by_text": ["shpo"]}})
