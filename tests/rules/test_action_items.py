"""Action items: what a text lists as still to be done, and when two of them are the same."""

from time import process_time

import pytest

from rules.action_items import MOST, action_items, same_item


@pytest.mark.parametrize(
    ("text", "items"),
    [
        pytest.param("- [ ] Alert on slow queries", ("Alert on slow queries",), id="a task"),
        pytest.param("* [ ] Alert\n* [] Page somebody", ("Alert", "Page somebody"), id="as Jira has it"),
        pytest.param("- [x] Restart it\n- [X] Tell people", (), id="done already"),
        pytest.param("## Action items\n- Alert\n1. Page\n\n## Notes\n- It rained", ("Alert", "Page"), id="a heading"),
        pytest.param("h2. Actions\n* Alert\n# Page\nh2. Notes\n* It rained", ("Alert", "Page"), id="Jira's heading"),
        pytest.param("**Follow-ups:**\n- Alert", ("Alert",), id="a strong line"),
        pytest.param("- It rained\n- We slept", (), id="other lists"),
        pytest.param("```\n- [ ] Alert\n```", (), id="code"),
        pytest.param("<!-- - [ ] Alert -->", (), id="a comment"),
        pytest.param("- [ ] OPS-12 is to be done\n- [ ] see #7\n- [ ] acme/shop#8", (), id="there is a ticket"),
        pytest.param("- [ ] **Alert** on `slow`  queries", ("Alert on slow queries",), id="marks"),
        pytest.param("- [ ] Alert\n- [ ] alert!", ("Alert",), id="twice"),
        pytest.param("", (), id="nothing"),
        pytest.param("## Action items\n- [ ] \n- [x]\n- [ ] ...\n-  \n- []", (), id="a form that nobody filled in"),
    ],
)
def test_what_is_to_be_done(text, items):
    """Open tasks anywhere, and bullets under a heading that says so."""
    assert action_items(text) == items


def test_a_text_that_lists_very_much_is_bounded():
    """Foreign text costs no more than it may."""
    assert len(action_items("\n".join(f"- [ ] Thing {number}" for number in range(10_000)))) == MOST
    assert action_items("- [ ] " + "x" * 100_000)[0].endswith("…")
    assert action_items("- [ ] " * 50_000) is not None


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Retry payments", "Retry payment", True),
        ("Alert on slow queries", "alert on  slow queries.", True),
        ("Alert on slow queries", "Page on slow queries", False),
        ("Upgrade to 12", "Upgrade to 13", False),
        ("Alert on slow queries", "Alert on the slow queries", True),
        ("Fix it", "", False),
        ("Alert on database pools", "Alerts on databse pool", True),
        ("aaaa bbbb cccc dddd eeee", "aaax bbbx cccx dddx eeex", False),
        ("a" * 60, "a" * 61, False),
    ],
)
def test_a_reworded_item_is_the_same(one, other, same):
    """A typo makes no new item; another number does."""
    assert same_item(one, other) is same


def test_items_made_to_be_hard_to_tell_apart_cost_little():
    """Of fifty items with forty words each, every word but the last is misspelt in all the others."""
    words = [f"{chr(97 + number % 26)}{chr(122 - number % 26)}{number // 26 * 'q'}m" for number in range(36)]
    items = []
    for letter in "abcdefghijklmnopqrst":
        words.reverse()
        items.append(" ".join([*(word[:3] + letter for word in words), letter * 5]))
    began = process_time()
    assert not any(same_item(one, other) for one in items for other in items if one != other)
    assert process_time() - began < 1
