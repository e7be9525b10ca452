"""The catalogue is whole: each fault has its test on each tracker, and each mark names a fault."""

import os
import re
from pathlib import Path

import pytest

from tests.torture.catalogue import CATALOGUE
from tests.torture.catalogue.fault import TRACKERS
from tests.torture.faults import record, unknown, without_a_test

LIST = os.environ.get("FAULTS_LIST", "")


@pytest.fixture(scope="module")
def marked():
    """Collect the tests that are marked."""
    told, said = record("--collect-only")
    assert told, said
    return told


def test_each_fault_has_a_test_on_each_tracker_it_is_about(marked):
    """A fault without one is not known to be borne."""
    assert without_a_test(marked) == []


def test_each_mark_names_a_fault_and_a_tracker_it_is_about(marked):
    """A mark with a slip of the pen would count for nothing."""
    assert unknown(marked) == []


@pytest.mark.parametrize("name", CATALOGUE)
def test_each_fault_is_told_in_sentences(name):
    """What happens, what is seen, and on what: a catalogue is read by people."""
    fault = CATALOGUE[name]
    assert re.fullmatch(r"[a-z]+/[a-z0-9-]+", name)
    assert all(text.endswith(".") and text[:1].isupper() for text in (fault.happens, fault.seen))
    assert set(fault.trackers) <= set(TRACKERS)


@pytest.mark.skipif(not LIST, reason="FAULTS_LIST=FILE names a list of faults to compare with")
def test_each_line_of_a_list_from_elsewhere_is_in_the_catalogue():
    """Every bullet holds all the words by which a fault of ours knows it, and every fault finds its bullet."""
    lines = re.findall(r"^- (.*(?:\n  .*)*)", Path(LIST).read_text(encoding="utf-8"), re.MULTILINE)
    assert lines
    asked = {name: fault.asked for name, fault in CATALOGUE.items() if fault.asked}
    assert [line for line in lines if not any(holds(line, words) for words in asked.values())] == []
    assert [name for name, words in asked.items() if not any(holds(line, words) for line in lines)] == []


def holds(line, words):
    """Tell whether a line holds all these words."""
    return all(word.casefold() in line.casefold() for word in words)
