"""Where keys stand in a TOML text."""

from __future__ import annotations

import time

import pytest

from rules.errors import PolicyError
from rules.toml_text import parse, places

TEXT = '''# [[rule]]
[pack]
name = "backlog"

[[rule]]
when  = ['open',  # [x]
   'key = 1',
]
  label = "a"
say = """
[[rule]]
id = 5
"""
due = { from = "created",  step = 1 }
[[ rule.step ]]
after = "5"
  [[rule.step]]
  after = "6"
"quo ted".b = 1\r
[[rule]]
[[rule.step]]
ping = 5'''


def test_each_key_has_its_line_and_column():
    """Texts, comments and lists that look like headers or keys are neither."""
    assert places(TEXT) == {
        ("pack",): (2, 1),
        ("pack", "name"): (3, 1),
        ("rule", 0): (5, 1),
        ("rule", 0, "when"): (6, 1),
        ("rule", 0, "label"): (9, 3),
        ("rule", 0, "say"): (10, 1),
        ("rule", 0, "due"): (14, 1),
        ("rule", 0, "step", 0): (15, 1),
        ("rule", 0, "step", 0, "after"): (16, 1),
        ("rule", 0, "step", 1): (17, 3),
        ("rule", 0, "step", 1, "after"): (18, 3),
        ("rule", 0, "step", 1, "quo ted", "b"): (19, 1),
        ("rule", 1): (20, 1),
        ("rule", 1, "step", 0): (21, 1),
        ("rule", 1, "step", 0, "ping"): (22, 1),
    }


def test_what_has_no_place_of_its_own_stands_where_it_is_in():
    """A key of an inline table is told by its outermost key; what is nowhere has no place."""
    toml = parse("x.toml", TEXT)
    assert toml.place(("rule", 0, "due", "from")) == "line 14, column 1"
    assert toml.place(("rule",)) == "line 5, column 1"
    assert toml.place(("gate",)) == ""


@pytest.mark.parametrize(
    "text",
    [
        "a.b.c.d = 1\n" * 30_000,
        "\n" * 490_000,
        " " * 490_000 + "a = 1",
        "a = [" + "1.5, " * 90_000 + "]",
        'a = """' + "x.y\n" * 100_000 + '"""',
        "a = '''" + "'" * 490_000,
        '"' * 490_000,
        "{" * 490_000,
        "a = {b = {" * 40_000,
        "[[rule]]\n" * 50_000,
        "a" * 490_000,
    ],
    ids=lambda text: text[:8],
)
def test_no_text_takes_long(text):
    """Whatever a file holds, reading it ends in seconds, with tables or with a problem."""
    began = time.process_time()
    try:
        outcome = isinstance(parse("x.toml", text).tables, dict)
    except PolicyError as error:
        outcome = len(error.problems) == 1
    assert outcome
    assert time.process_time() - began < 5
