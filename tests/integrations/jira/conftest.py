"""An open office of each flavour."""

from __future__ import annotations

import pytest

from tests.integrations.jira.office import FLAVOURS, office


@pytest.fixture(params=FLAVOURS)
def jira(request):
    """Open a Jira of each flavour, with a tracker that talks to it."""
    with office(request.param) as opened:
        yield opened
