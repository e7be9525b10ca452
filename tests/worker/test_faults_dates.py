"""Servers whose clock cannot be believed: Date headers of no age, seen over whole passes on each tracker."""

import json
from dataclasses import replace

import pytest

from tests.torture.catalogue.fault import TRACKERS
from tests.worker.faulty import beside, face_of, firm, settled

DATES = (
    "Fri, 31 Dec 9999 23:59:59 -1400",
    "Mon, 01 Jan 0001 00:00:00 +1400",
    "Fri, 31 Dec 2999 23:59:59 GMT",
    "Thu, 01 Jan 1970 00:00:00 -0000",
    "yesterday",
)
"""Some of them lead past the ends of a calendar as soon as anything is added to them, or taken away."""


@pytest.mark.fault("reading/clock-skew")
@pytest.mark.parametrize("where", TRACKERS)
def test_a_date_of_no_age_ends_no_pass(tmp_path, where):
    """All is done, once, on both trackers while a server names each of them; then, by its right time, as before."""
    told = list(DATES)

    def bend(face, request, answer):
        if face != face_of(where) or not told:
            return answer
        bent = replace(answer, headers={**answer.headers, "Date": told[0]})
        if request.path.endswith("serverInfo"):
            said = answer.json | {"serverTime": "9999-12-31T23:59:59.000-1400"}
            return replace(bent, body=json.dumps(said).encode())
        return bent

    with firm(tmp_path, beside(where), bend=bend) as made:
        expected = 0
        while told:
            made.clock.forward(hours=2)
            made.issue("Slow", labels=["priority:high"], at=made.clock())
            made.task("Late", at=made.clock())
            expected += 2
            settled(made)
            assert sum(name.endswith(" card") for name in made.seen()) == expected
            told.pop(0)
        made.clock.forward(hours=2)
        made.issue("Slow again", labels=["priority:high"], at=made.clock())
        made.task("Late again", at=made.clock())
        settled(made)
        assert sum(name.endswith(" card") for name in made.seen()) == expected + 2
