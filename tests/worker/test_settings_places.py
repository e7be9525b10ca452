"""Each key of a TOML text is found where it stands."""

import tomllib
from pathlib import Path

import pytest

from worker.settings.places import Place, nearest, places

ROOT = Path(__file__).parents[2]
TRICKY = '''\
top = 1  # [not.a.table]
"quoted key" = """
[not.a.table]
not = "a key" """" # four quotes end it
'literal' = \'\'\'it's [[fine]]\'\'\'
dotted . "key with = and ]" = 2026-11-02 09:00:00

  [ a.b ]  # comment = "x"
inline = { one = 1, "two" = [ { deep = [ 1.5, -0.5e3, { deeper = true } ] } ], three.four = "}" }
list = [
  "]", # a comment, with a comma
  [ 1, 2 ], \t
  [],
]
[[many]]
x = 1
[[many]]
x = 2
[[many.inner]]
y = 3
[many.table]
z = "\\"[[no]]\\""
[c.d.e]
'''


def paths(value, path=()):
    """Yield the path of each key and element in a parsed text."""
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in steps:
        yield (*path, step)
        yield from paths(inner, (*path, step))


@pytest.mark.parametrize("text", [TRICKY, TRICKY.replace("\n", "\r\n"), (ROOT / "config.example.toml").read_text()])
def test_whatever_the_parser_sees_has_a_place(text):
    """Keys, headers, elements: the parser and the finder agree on what there is."""
    found = places(text)
    assert set(paths(tomllib.loads(text))) == set(found)


def test_a_place_is_where_the_key_begins():
    """Lines and columns count from 1, as editors do."""
    found = places(TRICKY)
    lines = TRICKY.split("\n")
    expected = {
        ("top",): "top = 1",
        ("quoted key",): '"quoted key"',
        ("literal",): "'literal'",
        ("dotted",): "dotted .",
        ("dotted", "key with = and ]"): "dotted .",
        ("a", "b"): "[ a.b ]",
        ("a", "b", "inline", "one"): "one = 1",
        ("a", "b", "inline", "two", 0, "deep", 2, "deeper"): "deeper = true",
        ("a", "b", "inline", "three", "four"): "three.four",
        ("a", "b", "list", 1, 1): "2 ]",
        ("a", "b", "list", 2): "[],",
        ("many", 1, "x"): "x = 2",
        ("many", 1, "inner", 0, "y"): "y = 3",
        ("many", 1, "table", "z"): "z = ",
        ("c", "d", "e"): "[c.d.e]",
    }
    for path, begins in expected.items():
        place = found[path]
        assert lines[place.line - 1][place.column - 1 :].startswith(begins), path


def test_what_is_not_written_is_nearest_to_its_table():
    """A missing key is told at the table it is missing from."""
    found = places(TRICKY)
    assert nearest(found, ("a", "b", "missing")) == Place(8, 3)
    assert nearest(found, ("nowhere",)) is None
