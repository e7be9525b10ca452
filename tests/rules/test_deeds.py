"""Deeds are told in words, how many of each."""

import pytest

from rules.actions import NAMES
from rules.deeds import WORDS, counted
from rules.model import Code, Text
from rules.posts import clauses
from rules.rule import Clause


def test_every_verb_has_words_for_what_it_did():
    """A verb without them would be missed in the digest."""
    assert set(WORDS) == set(NAMES.values())


def test_one_and_several_are_counted():
    """In the order that is given."""
    assert counted({"reopen": 1, "add label": 2}) == "1 ticket opened again, 2 labels put on"


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("open", (("open", "yes"),), (Code("open"),)),
        ("!held", (("held", "no"),), (Code("!held"),)),
        ("days_open >= 2", (("days_open", "7"),), (Code("days_open >= 2"), Text(" (days_open = 7)"))),
        ("!a || b", (("a", "no"), ("b", "no")), (Code("!a || b"), Text(" (a = no, b = no)"))),
    ],
)
def test_a_value_that_the_clause_says_already_is_not_repeated(text, values, expected):
    """A clause that is a yes-or-no fact tells its value by itself."""
    assert clauses((Clause(text=text, holds=True, values=values),)) == expected
