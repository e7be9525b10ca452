"""Which faults of the catalogue a test shows, by its marks; as a plugin, writes down what came of each.

And in the bench (SWEPT) what each test leaves behind is searched for secrets.

`pytest -p tests.torture.shown --record FILE` writes [[fault, tracker, outcome, test], ...] as JSON; with --each-once a
test is left out where others before it show the same faults on the same trackers.
"""

import json
from pathlib import Path

import pytest

from tests.torture.canary import secrets_below, sweep
from tests.torture.catalogue.fault import TRACKERS

PARAMETERS = ("flavour", "tracker", "where", "kind", "face", "jira", "name", "played")
"""A test's own parameters that may name the tracker it runs on."""


def shown(item):
    """Return the (fault, tracker) pairs of a collected test; "" for the tracker where neither mark nor test has one."""
    pairs = set()
    for mark in item.iter_markers("fault"):
        name, *trackers = mark.args
        pairs |= {(name, tracker) for tracker in trackers or _own(item)}
    return sorted(pairs)


def _own(item):
    """Return the trackers that a test's parameters name: none, if they name something else in their place."""
    given = item.callspec.params if hasattr(item, "callspec") else {}
    values = [str(given[name]).removeprefix("jira-").partition("'")[0] for name in PARAMETERS if name in given]
    return [value for value in values if value in TRACKERS] if values else [""]


def pytest_addoption(parser):
    """Add our options."""
    parser.addoption("--record", help="write here what came of each fault, as JSON")
    parser.addoption("--each-once", action="store_true", help="leave out tests that show what others show")


def pytest_configure(config):
    """Keep the records in the process that hears of all tests."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Recorder(Path(config.option.record), config.option.collectonly))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    """Hang a test's faults on its reports, which reach the process that records."""
    known, left_out = set(), []
    for item in items:
        pairs = shown(item)
        if config.option.each_once and known.issuperset(pairs):
            left_out.append(item)
        known.update(pairs)
        item.user_properties.append(("faults", pairs))
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=left_out)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Search what a test kept and printed for the secrets of its configs, when all of it is over."""
    report = yield
    folder = item.funcargs.get("tmp_path") if call.when == "teardown" and hasattr(item, "funcargs") else None
    if folder is not None and secrets_below(folder):
        sweep(folder, *(text for _, text in report.sections))
    return report


class Recorder:
    """Writes down the outcomes at the end."""

    def __init__(self, file, only_collected):
        self.file = file
        self.only_collected = only_collected
        self.found = []

    def pytest_collection_finish(self, session):
        """Without a run, that a test is there is all there is to know."""
        if self.only_collected:
            for item in session.items:
                self._note(item.nodeid, item.user_properties, "collected")

    def pytest_runtest_logreport(self, report):
        """Note a test's outcome, or that it broke before or after."""
        if report.when == "call" or report.outcome != "passed":
            self._note(report.nodeid, report.user_properties, report.outcome)

    def pytest_sessionfinish(self):
        """Write."""
        self.file.write_text(json.dumps(self.found), encoding="utf-8")

    def _note(self, test, properties, outcome):
        pairs = [pair for name, pairs in properties if name == "faults" for pair in pairs]
        self.found += [(fault, tracker, outcome, test) for fault, tracker in pairs]
