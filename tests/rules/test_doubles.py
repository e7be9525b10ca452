"""Which of several reports of one incident counts: one of them, whoever points to whom."""

import pytest

from rules.metrics.doubles import Doubles

ALL = frozenset("abcdo")


@pytest.mark.parametrize(
    ("same", "twins", "expected"),
    [
        ({"b": ("a", False)}, {}, {"a": None, "b": ("a", False)}),
        ({"a": ("b", False), "b": ("a", False)}, {}, {"a": None, "b": ("a", False)}),
        ({"a": ("b", False)}, {"b": "a"}, {"a": None, "b": ("a", False)}),
        ({"a": ("b", False), "b": ("c", False), "c": ("b", False)}, {},
         {"a": ("b", False), "b": None, "c": ("b", False)}),
        ({"a": ("o", True), "b": ("o", True)}, {"b": "a"}, {"a": ("o", True), "b": ("a", False)}),
        ({"b": ("o", True)}, {"b": "x"}, {"b": ("o", True)}),
        ({"a": ("b", True), "b": ("a", False)}, {}, {"a": ("b", True), "b": ("a", False)}),
    ],
    ids=["two", "each other", "a twin that leads", "a ring behind", "a twin that came back with it",
         "a twin that is none", "one that came back"],
)  # fmt: skip
def test_one_of_several_reports_counts(same, twins, expected):
    """Of those that point to each other, too; what came back is one, however many trackers tell of it."""
    told = Doubles(same=same, twins=twins)
    assert {uid: told.of(uid, ALL) for uid in expected} == expected


def test_what_is_to_be_looked_up_is_found():
    """Through as many others as there are."""
    told = Doubles(same={"a": ("b", False), "c": ("d", False), "d": ("c", False)}, twins={"b": "c"})
    assert told.near({"a"}) == {"b", "c", "d"}
