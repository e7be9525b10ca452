"""Every regular expression of ours that meets foreign text takes steps in proportion to the text, whoever wrote it.

Those of rule files and configs are RE2, which promises that. Ours are not: where all matches are asked for, its binding
for Python takes 16 times as long (8.6 ms for the words of 4 kB, `re` 0.5), it knows no look-around, and it refuses a
text with a lone surrogate. So for ours the promise is counted here.
"""

import ast
import importlib
import re
import sys
import threading
from pathlib import Path

import pytest

from rules.metrics.closings import is_bot
from tests.steps import growth

ROOT = Path(__file__).parents[1]
WHOLE = {"match", "fullmatch"}
ANYWHERE = {"search", "finditer", "findall", "sub", "subn", "split"}
LINEAR = 2.6  # times the steps for twice the text; a square would be 4
SHORT = "it meets no more than a condition of the admin's, 2,000 characters"
REASONS = {
    "rules.conditions TOKEN": SHORT,
    "rules.gates.levels LITERAL": SHORT,
    "rules.gates.levels WORD": SHORT,
    "rules.gates.levels MAP": SHORT,
    "rules.gates.trial QUOTED": SHORT,
    "rules.toml_text PART": "it meets one key of a rule file, of 20 parts at most",
    "rules.recurrence.signatures HASH": "it meets the name of one frame, of parts of 80 characters at most",
    "rules.recurrence.signatures PATHS": "each repetition is bounded, 30 of 80 characters: longer runs are linear",
}
"""Patterns that are not linear wherever they look, and why what they meet keeps them short."""


def modules():
    """Yield our modules' names, without what only pretends to be a tracker."""
    for package in ("rules", "worker", "integrations"):
        for file in sorted((ROOT / package).rglob("*.py")):
            parts = file.relative_to(ROOT).with_suffix("").parts
            if not {"sandbox", "migrations", "__main__"} & set(parts):
                yield ".".join(parts).removesuffix(".__init__"), file


def found_in(name, file):
    """Yield each pattern of a module: its name, itself, and whether it looks anywhere or from the beginning."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    calls = [call for call in ast.walk(tree) if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)]
    used = [(ast.unparse(call.func.value), call.func.attr) for call in calls]
    module = importlib.import_module(name)
    for given, value in vars(module).items():
        if not re.search(rf"^{given}\b[^=]*=", file.read_text(encoding="utf-8"), re.MULTILINE):
            continue
        ways = {way for about, way in used if about == given and way in WHOLE | ANYWHERE}
        for pattern in patterns_in(value):
            yield f"{name} {given}", pattern, not ways or bool(ways & ANYWHERE)
    for call in calls:
        if ast.unparse(call.func.value) == "re" and call.func.attr in WHOLE | ANYWHERE:
            where = f"{name} line {call.lineno}"
            try:
                text = eval(compile(ast.Expression(call.args[0]), "x", "eval"), vars(module))  # noqa: S307 - our source
            except NameError:
                text = None
            yield where, text and re.compile(text), call.func.attr in ANYWHERE


def patterns_in(value):
    """Yield the patterns of a constant."""
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, tuple | list):
        for each in value:
            yield from patterns_in(each)
    elif isinstance(value, dict):
        yield from patterns_in(tuple(value.values()))


def deep(work):
    """Do what goes far down, with room for it."""
    told = []
    limit, size = sys.getrecursionlimit(), threading.stack_size(256 * 1024 * 1024)
    sys.setrecursionlimit(30_000)
    try:
        thread = threading.Thread(target=lambda: told.append(work()))
        thread.start()
        thread.join()
    finally:
        sys.setrecursionlimit(limit)
        threading.stack_size(size)
    return told[0]


@pytest.mark.parametrize("package", ["rules.recurrence", "rules.", "worker", "integrations"])
def test_no_text_makes_a_pattern_go_back_and_forth(package):
    """Texts made of a pattern's own parts, again and again, with an end that does not fit: the steps are counted."""

    def slow():
        told = {}
        for name, file in modules():
            if not name.startswith(package) or (package == "rules." and name.startswith("rules.recurrence")):
                continue
            for where, pattern, anywhere in found_in(name, file):
                if pattern is not None and where not in REASONS:
                    grown = growth(pattern, anywhere=anywhere)
                    told |= {where: grown} if grown > LINEAR else {}
        return told

    assert deep(slow) == {}


def test_all_are_looked_at():
    """But for those that are put together at run time: of our own names, or of what was escaped."""
    made = [(where, pattern) for name, file in modules() for where, pattern, _ in found_in(name, file)]
    assert len(made) > 150
    assert {where.partition(" ")[0] for where, pattern in made if pattern is None} == {
        "rules.gates.judge",
        "rules.phrases",
    }
    assert set(REASONS) <= {where for where, _ in made}
    inside = {name for name, file in modules() if made_inside(ast.parse(file.read_text(encoding="utf-8")))}
    assert inside == {"rules.recurrence.fingerprints", "worker.logs"}


def made_inside(tree):
    """Return the patterns that functions compile."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    return [call for of in functions for call in ast.walk(of) if isinstance(call, ast.Call) and is_compile(call)]


def is_compile(call):
    """Tell whether a call compiles a pattern by the standard library."""
    return ast.unparse(call.func) == "re.compile"


def test_stars_of_the_config_take_linear_time():
    """A login of stars' letters: with a power of its length this would not end."""
    assert not is_bot("a" * 5_000, ("*a" * 12 + "*b",))
    assert is_bot("my-ci-bot[bot]", ("*[bot]",))
    assert not is_bot("ana", ())


@pytest.mark.parametrize(
    ("pattern", "anywhere", "linear"),
    [
        ("(a+)+$", False, False),
        ("(a|a)*b", False, False),
        ("(?:a?b?)*c", False, False),
        ("a+b", True, False),
        (r"\s*x", True, False),
        (r"\s*\s*x", False, False),
        ("a+b", False, True),
        ("(?<!a)a+b", True, True),
        ("(?:/[ab]+)+$", False, True),
        (r"\s{0,3}x", True, True),
        (r"(['\"])a{1,9}\1", True, True),
    ],
)
def test_what_the_count_tells(pattern, anywhere, linear):
    """The patterns of the textbook."""
    assert (deep(lambda: growth(re.compile(pattern), anywhere=anywhere)) <= LINEAR) is linear
