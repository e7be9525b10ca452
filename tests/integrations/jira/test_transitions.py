"""Which transition is taken, out of workflows as people draw them."""

from __future__ import annotations

import pytest

from integrations.jira.transitions import COMPLETED, DUPLICATE, NOT_PLANNED, NoWay, Way, choose, wanted


def way(number, name, to, category, **fields):
    """Write a transition as Jira does."""
    return {"id": number, "name": name, "to": {"name": to, "statusCategory": {"key": category}}, "fields": fields}


def resolution(*names, required=True, **more):
    """Write the field of a resolution as Jira does."""
    allowed = [{"name": name} for name in names]
    return {"required": required, "name": "Resolution", "allowedValues": allowed, **more}


MUST = {"required": True, "name": "Root cause"}
FULL = resolution("Done", "Won't Do", "Duplicate")


@pytest.mark.fault("objects/ambiguous-ways")
@pytest.mark.parametrize(
    ("transitions", "phases", "resolutions", "expected"),
    [
        pytest.param(
            [way("1", "Start", "Doing", "indeterminate"), way("2", "Finish", "Done", "done")],
            *(("done",), COMPLETED, Way(id="2", fields={})),
            id="by where it leads, not by its name",
        ),
        pytest.param(
            [way("2", "5", "Done", "done", resolution=FULL)],
            *(("done",), NOT_PLANNED, Way(id="2", fields={"resolution": {"name": "Won't Do"}})),
            id="a name that is a number, and the resolution that fits",
        ),
        pytest.param(
            [way("1", "Cancel", "Cancelled", "done"), way("2", "Close", "Closed", "done")],
            *(("done",), COMPLETED, Way(id="2", fields={})),
            id="done does not end in cancelled",
        ),
        pytest.param(
            [way("1", "Finish", "Done", "done"), way("2", "Cancel", "Cancelled", "done")],
            *(("done",), NOT_PLANNED, Way(id="2", fields={})),
            id="not planned does not end in done",
        ),
        pytest.param(
            [way("1", "Finish", "Done", "done", cause=MUST), way("2", "Close", "Closed", "done")],
            *(("done",), COMPLETED, Way(id="2", fields={})),
            id="round a field that we cannot fill",
        ),
        pytest.param(
            [way("1", "Finish", "Done", "done", cause={**MUST, "hasDefaultValue": True})],
            *(("done",), COMPLETED, Way(id="1", fields={})),
            id="a required field with a default",
        ),
        pytest.param(
            [way("1", "Finish", "Done", "done", resolution=resolution("Weird", required=False))],
            *(("done",), COMPLETED, Way(id="1", fields={})),
            id="an optional resolution without a fitting value is left out",
        ),
        pytest.param(
            [way("1", "Finish", "Done", "done", resolution=resolution("DONE"))],
            *(("done",), ("done",), Way(id="1", fields={"resolution": {"name": "DONE"}})),
            id="a resolution as it is written there",
        ),
        pytest.param(
            [way("1", "Resume", "Doing", "indeterminate"), way("2", "Reopen", "To Do", "new")],
            *(("new", "active"), (), Way(id="2", fields={})),
            id="reopening prefers the beginning",
        ),
        pytest.param(
            [way("1", "Resume", "Doing", "indeterminate")],
            *(("new", "active"), (), Way(id="1", fields={})),
            id="reopening into work where there is no beginning",
        ),
        pytest.param(
            [way("1", "Finish", "Done", "done"), way("2", "Close", "Closed", "done", resolution=FULL)],
            *(("done",), DUPLICATE, Way(id="2", fields={"resolution": {"name": "Duplicate"}})),
            id="a duplicate where it can be said",
        ),
        pytest.param(
            [way("1", "Finish", "Done", "done"), way("2", "Known already", "Duplicate", "done")],
            *(("done",), DUPLICATE, Way(id="2", fields={})),
            id="a duplicate by the status it ends in",
        ),
        pytest.param(
            [way("1", "Triage", "Inbox", "undefined")],
            *(("new",), (), Way(id="1", fields={})),
            id="a status without a category is new",
        ),
    ],
)
def test_the_way_is_chosen_by_its_end_and_its_demands(transitions, phases, resolutions, expected):
    """The first phase that has a way we can satisfy, ends that contradict the reason last."""
    assert expected == choose(transitions, phases, resolutions)


@pytest.mark.parametrize(
    ("transitions", "phases", "resolutions", "words"),
    [
        ([], ("done",), COMPLETED, "no transition leads to done; there are: none"),
        (
            [way("1", "Start", "Doing", "indeterminate")],
            ("new", "done"),
            (),
            "new or done; there are: 'Start' .to Doing",
        ),
        ([way("1", "Finish", "Done", "done", cause=MUST)], ("done",), COMPLETED, "'Finish' asks for Root cause"),
        (
            [way("1", "Finish", "Done", "done", resolution=resolution("Weird"))],
            ("done",),
            COMPLETED,
            "'Finish' asks for a resolution out of Weird",
        ),
        (
            [way("1", "Finish", "Done", "done", resolution=resolution("Done", required=False))],
            ("done",),
            ("Duplicate",),
            "'Finish' asks for a resolution out of Done",
        ),
        ([way("1", "Finish", "Done", "done")], ("done",), DUPLICATE, "'Duplicate' cannot be said there"),
        (
            [way("1", "Finish", "Done", "done", resolution=resolution("Done", required=False))],
            ("done",),
            DUPLICATE,
            "'Duplicate' cannot be said there",
        ),
    ],
)
def test_where_there_is_no_way_it_is_said_why(transitions, phases, resolutions, words):
    """Either what the ways ask for, or which ways there are."""
    with pytest.raises(NoWay, match=words):
        choose(transitions, phases, resolutions)


@pytest.mark.parametrize(
    ("phase", "named", "expected"),
    [("done", "Duplicate", ("Duplicate",)), ("done", "", COMPLETED), ("active", "Done", ())],
)
def test_only_the_end_of_a_workflow_has_a_resolution(phase, named, expected):
    """A named resolution is the only one that will do; without a name, those of finished work."""
    assert expected == wanted(phase, named)
