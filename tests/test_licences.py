"""The licence check lets nothing through that it should stop."""

from email.message import Message

import pytest

from tests.licences import EXCEPTIONS, is_allowed, licence_of, problem_with


class Found:
    """A distribution with these metadata."""

    def __init__(self, **headers):
        self.metadata = Message()
        for name, value in headers.items():
            self.metadata[name.replace("_", "-")] = value


@pytest.mark.parametrize(
    ("headers", "licence"),
    [
        ({"License_Expression": "AGPL-3.0-only"}, "AGPL-3.0-only"),
        ({"Classifier": "License :: OSI Approved :: GNU General Public License v3 (GPLv3)", "License": "MIT"}, ""),
        ({"License": "GPL-3.0-or-later\nsee COPYING"}, "GPL-3.0-or-later"),
        ({"License": "Proprietary"}, "Proprietary"),
        ({}, "none"),
    ],
)
def test_what_may_not_be_used_is_told(headers, licence):
    """Wherever the metadata say it; a classifier outweighs the free text."""
    found = licence_of(Found(**headers))
    assert found == (licence or "GNU General Public License v3 (GPLv3)")
    assert not is_allowed(found)


def test_what_is_not_there_and_what_changed_is_a_problem(monkeypatch):
    """A pin that is not installed, and an exception whose licence is another by now."""
    assert problem_with("no-such-distribution") == "no-such-distribution: is pinned but not installed"
    assert problem_with("certifi") is None
    monkeypatch.setitem(EXCEPTIONS, "certifi", ("MIT", "it once was"))
    assert problem_with("certifi") == "certifi: has the licence 'MPL-2.0', not 'MIT' any more"
