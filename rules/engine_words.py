"""What the conditions' engine says of a wrong condition, made short and in our words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from rules.fact_asked import FactType
from rules.wording import meant, shown

FUNCTIONS = (
    *("size", "matches", "contains", "startsWith", "endsWith", "exists", "all", "exists_one", "filter", "map"),
    *("int", "string", "double", "bool", "has"),
)
OPERATORS = (
    {"@in": "in", "_[_]": "[]", "-_": "-"}
    | {f"_{sign}_": sign for sign in ("==", "!=", "<", "<=", ">", ">=", "&&", "||", "+", "-", "*", "/", "%")}
    | {"!_": "!", "_?_:_": "? :"}
)
HINTS = {
    "&": "write '&&' for and",
    "|": "write '||' for or",
    "=": "write '==' to compare",
    "'": "a text needs its closing quote",
    '"': "a text needs its closing quote",
}
WORDS = {
    "and": "write '&&' for and",
    "or": "write '||' for or",
    "not": "write '!' for not",
    "True": "write 'true'",
    "False": "write 'false'",
    "None": "ask for a missing fact by its 'has_' fact",
    "type": "the fact is called 'issue_type'",
}
FITTING = {
    "list(": ": ask for its 'size(...)', or what is 'in' it",
    "double, int": ": write the number with a point, '0.0'",
    "double": ": numbers are whole",
    "int, string": ": numbers stand bare, texts in quotes",
    "string, int": ": numbers stand bare, texts in quotes",
}
"""A type that an operator cannot take -> what would be right."""


def reworded(message: str, text: str, *, types: Mapping[str, FactType]) -> Iterator[str]:
    """Shorten the engine's message: one problem for each position it names."""
    found = re.findall(r"ERROR: <input>:(-?\d+):(-?\d+): (.*)", message)
    if "recursion" in message or not found:
        yield ": nested too deep" if "recursion" in message else f": {shown(message)}"
        return
    lines = text.split("\n")
    for row, column, said in found:
        line = lines[int(row) - 1] if int(row) <= len(lines) else ""
        at, problem = _placed(said, line, int(column), types)
        yield f", {f'line {row}, ' if len(lines) > 1 else ''}column {at}: {problem}"
        if "Syntax error" in said:  # what follows a first one is noise
            return


def _placed(said: str, line: str, column: int, types: Mapping[str, FactType]) -> tuple[int, str]:
    """Return a problem's column, and the engine's words for it in ours."""
    if match := re.match(r"undeclared reference to '(.+?)'", said):
        return _undeclared(match[1], line, column, types)
    if match := re.match(r"found no matching overload for '(.+?)' applied to '\((.*)\)'", said):
        return column, _unfit(match[1], match[2])
    if "token recognition error" in said:
        sign = line[column - 1 : column]
        return column, f"{shown(sign)} is not known here{_hint(HINTS, sign)}"
    if match := re.match(r"Syntax error: .*?input '(.*?)'", said):
        unknown = f"{shown(match[1])} is not known here{_hint(WORDS, match[1])}"
        return column, "something is missing at the end" if match[1] == "<EOF>" else unknown
    return column, said.removeprefix("Syntax error: ")


def _unfit(function: str, types: str) -> str:
    if "type(type)" in types:
        return f"'type' is no fact{_hint(WORDS, 'type')}"
    fix = next((fix for kind, fix in FITTING.items() if kind in types), "")
    return f"{OPERATORS.get(function, function)!r} does not go with {types.replace(', ', ' and ')}{fix}"


def _hint(hints: Mapping[str, str], sign: str) -> str:
    return f": {hints[sign]}" if sign in hints else ""


def _undeclared(name: str, line: str, column: int, types: Mapping[str, FactType]) -> tuple[int, str]:
    """Word an unknown name; the engine points at the bracket of a function and at the last dot of a path."""
    if line[column - 1 : column] == "(":
        return max(1, column - len(name)), f"no function {shown(name)}{meant(name, FUNCTIONS)}"
    start = column - len(name.rpartition(".")[0])
    if name in WORDS:
        return start, f"no fact '{name}'{_hint(WORDS, name)}"
    return start, f"no fact {shown(name)}{meant(name, types) or ': `kaizend facts` lists them'}"
