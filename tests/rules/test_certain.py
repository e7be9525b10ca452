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
    "to somebody": ("@zoe Hi, thanks for the report! Sorry, this is a known issue: duplicate of OPS-3.", "ops-3"),
    "with a second one": ("Duplicate of #12, which was fixed by #31", "acme/shop#12"),
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
    "one of two": "Duplicate of OPS-3 or OPS-4",
    "one of several": "Duplicate of #2, #3",
    "two": "duplicate of **#2** and (#3)",
    "only": "Same as OPS-3 (title only)",
    "a mistake": "Marked as duplicate of OPS-3 by mistake",
    "wrongly": "Wrongly closed as duplicate of OPS-3",
    "why": "Why was this closed as a duplicate of OPS-3",
    "used to": "This used to be a duplicate of OPS-3",
    "before": "Previously marked as duplicate of OPS-3",
    "until": "This was a duplicate of OPS-3 until we split it",
    "was thought": "It was thought to be a duplicate of OPS-3",
    "doubt": "I doubt that this is a duplicate of OPS-3",
    "false": "It is false that this is a duplicate of OPS-3",
    "what others say": "Bob says this is a duplicate of OPS-3",
    "what a bot says": "Duplicate of OPS-3 is what the bot says",
    "in quotation marks": 'The comment "duplicate of OPS-3" is on the wrong ticket',
    "in other marks": "Write \u201cduplicate of OPS-3\u201d",
    "another ticket": "OPS-5 is a duplicate of OPS-3",
    "a wish for another ticket": "Please close OPS-9 as duplicate of OPS-3",
    "how many": "We have 3 duplicates of OPS-3",
    "data": "Remove the duplicates of #12 from the list",
    "a task": "- [ ] check duplicate of OPS-3",
    "a table": "| duplicate of OPS-3 | yes |",
    "a frame of a backtrace": "#2 same as #3",
    "another frame": "at duplicate of #2 (list.py:2)",
    "indented code": "Log:\n\n    duplicate of #2",
    "a code block of Jira": "{noformat}\nduplicate of OPS-3\n{noformat}",
    "code of HTML": "<pre>\n#2 duplicate of #12\n</pre>",
    "a clone": "This issue was created as a clone of OPS-3",
    "a clone of the same": "Cloned from OPS-3, same as OPS-3",
    "a word with it": "Un-duplicate of OPS-3",
    "what is unrelated": "Nothing to do with a duplicate of OPS-3",
    "another language": "\u043d\u0435 duplicate of OPS-3",
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
