"""What people say for certain to be the same, in whatever words, and what does not count."""

import time

import pytest

from rules.recurrence.certain import sames_said

SAID = {
    "plain": ("Duplicate of #12", "acme/shop#12"),
    "sentence": ("This is a duplicate of OPS-3.", "ops-3"),
    "closing": ("Thanks! Closing as duplicate of acme/web#7, see there.", "acme/web#7"),
    "dup": ("dup of #12", "acme/shop#12"),
    "verb": ("This duplicates OPS-3.", "ops-3"),
    "same as": ("Same as OPS-3", "ops-3"),
    "the same as": ("This is exactly the same as #12.", "acme/shop#12"),
    "the same thing": ("It has the same root cause as OPS-3.", "ops-3"),
    "recurrence": ("A recurrence of OPS-3.", "ops-3"),
    "a link": ("Duplicate of [#7](https://github.com/acme/web/issues/7).", "acme/web#7"),
    "an address": ("Duplicate of https://jira.example/browse/OPS-3", "ops-3"),
    "bold": ("Duplicate of **OPS-3**", "ops-3"),
    "after a doubt": ("I might be slow. Duplicate of OPS-3.", "ops-3"),
    "before a question": ("Duplicate of OPS-3. Can we close it?", "ops-3"),
}
NOT_SAID = {
    "may": "This may be a duplicate of OPS-3.",
    "think": "I think this is a duplicate of OPS-3.",
    "seems": "Seems like a dupe of OPS-3.",
    "not": "This is not a duplicate of OPS-3.",
    "isn't": "This isn't a duplicate of OPS-3.",
    "curly": "It isn\u2019t a duplicate of OPS-3.",
    "no": "No duplicate of OPS-3.",
    "but": "Duplicate of OPS-3, but on another page.",
    "half": "This is half a duplicate of OPS-3.",
    "a question": "Is this a duplicate of OPS-3?",
    "if": "If this is a duplicate of OPS-3, close it.",
    "quoted": "> Duplicate of OPS-3",
    "quoted in Jira": "{quote}Duplicate of OPS-3{quote} says who?",
    "code": "Search for `duplicate of OPS-3`.",
    "fenced": "```\nDuplicate of OPS-3\n```",
    "hidden": "<!-- Duplicate of OPS-3 -->",
    "a mention": "See OPS-3.",
    "something else": "The colour is to be the same as in #12.",
    "no ticket": "Duplicate of the one from Monday.",
    "later in the text": "Duplicate of what Ana saw, see OPS-3.",
    "a number alone": "Duplicate of 12",
}


@pytest.mark.parametrize(("text", "expected"), SAID.values(), ids=SAID.keys())
def test_what_is_said_without_a_doubt(text, expected):
    """The other ticket's key, and the sentence as evidence."""
    (found,) = sames_said("acme/shop", text)
    assert found.key == expected
    assert found.words


@pytest.mark.parametrize("text", NOT_SAID.values(), ids=NOT_SAID.keys())
def test_what_is_doubted_denied_asked_or_quoted_does_not_count(text):
    """Nor does what names a ticket and says something else."""
    assert sames_said("acme/shop", text) == ()


def test_a_number_means_nothing_without_a_repository():
    """In Jira, `#12` is no ticket."""
    assert sames_said("", "Duplicate of #12") == ()


def test_several_are_each_found_once_and_bounded():
    """One a sentence, five a text."""
    text = "\n".join(f"Duplicate of OPS-{number % 9}." for number in range(1, 40) if number % 9)
    assert [each.key for each in sames_said("", text)] == [f"ops-{number}" for number in range(1, 6)]


@pytest.mark.parametrize(
    "evil", [" " * 100_000, "duplicate of " * 8000, "same   " * 14_000 + "as", "dup\tof:" * 12_000]
)
def test_hostile_text_costs_little(evil):
    """Patterns are bounded."""
    began = time.perf_counter()
    assert sames_said("acme/shop", evil) == ()
    assert time.perf_counter() - began < 1
