"""JQL text -> a tree: tokens, then recursive descent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

OPERATORS = ("=", "!=", ">=", "<=", ">", "<", "!~", "~")
TOKEN = re.compile(
    r"""\s*(?:
      (?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    | (?P<mark>!=|>=|<=|!~|&&|\|\||[=<>~!(),])
    | (?P<word>[\w.\-+:\[\]]+)
    )""",
    re.VERBOSE,
)


class JqlError(Exception):
    """A query Jira would refuse with 400, in the words of its answer."""


@dataclass(frozen=True, slots=True)
class Value:
    """A literal operand."""

    text: str
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """A function operand."""

    name: str
    args: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Empty:
    """EMPTY or NULL."""


Operand = Value | Call | Empty


@dataclass(frozen=True, slots=True)
class Clause:
    """field operator operands; operator is one of OPERATORS, "in", "not in", "is", "is not"."""

    field: str
    operator: str
    operands: tuple[Operand, ...]


@dataclass(frozen=True, slots=True)
class Both:
    """AND (`every`) or OR of some parts."""

    every: bool
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """NOT."""

    part: Node


Node = Clause | Both | Not


@dataclass(frozen=True, slots=True)
class Query:
    """What to find, None for everything, and the order: (field, descending)."""

    where: Node | None
    order: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text. `kind`: "string", "mark", "word" or "end"."""

    kind: str
    text: str
    at: int


def parse(text: str) -> Query:
    """Parse JQL. Raises JqlError."""
    return _Parser(tuple(_tokens(text))).query()


def _tokens(text: str) -> Iterator[Token]:
    at, end = 0, len(text.rstrip())
    while at < end:
        found = TOKEN.match(text, at)
        if found is None:
            start = len(text) - len(text[at:].lstrip())
            raise JqlError(_bad_character(text[start], start))
        kind = found.lastgroup or ""
        piece = found.group(kind)
        if kind == "string":
            piece = re.sub(r"\\(.)", r"\1", piece[1:-1])
        yield Token(kind, piece, found.start(kind))
        at = found.end()
    yield Token("end", "", end)


def _bad_character(character: str, at: int) -> str:
    where = f"(line 1, character {at + 1})"
    if character in "\"'":
        return f"Error in the JQL Query: The quoted string has not been completed. {where}"
    return (
        f"Error in the JQL Query: The character '{character}' is a reserved JQL character. You must enclose it in a "
        f"string or use the escape '\\u{ord(character):04x}' instead. {where}"
    )


class _Parser:
    def __init__(self, tokens: tuple[Token, ...]) -> None:
        self.tokens = tokens
        self.at = 0

    def query(self) -> Query:
        where = None if self._peek("order") or self._here().kind == "end" else self._either()
        order = self._order() if self._take("order") else ()
        if self._here().kind != "end":
            raise self._unexpected("either 'OR' or 'AND'")
        return Query(where, order)

    def _either(self) -> Node:
        parts = [self._all()]
        while self._take("or") or self._take("||"):
            parts.append(self._all())
        return parts[0] if len(parts) == 1 else Both(False, tuple(parts))

    def _all(self) -> Node:
        parts = [self._one()]
        while self._take("and") or self._take("&&"):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else Both(True, tuple(parts))

    def _one(self) -> Node:
        if self._take("not") or self._take("!"):
            return Not(self._one())
        if self._take("("):
            inner = self._either()
            self._need(")")
            return inner
        return self._clause()

    def _clause(self) -> Clause:
        field = self._here()
        if field.kind not in {"word", "string"}:
            raise self._unexpected("a field name")
        self.at += 1
        operator = self._operator()
        if operator in {"is", "is not"}:
            if not (self._take("empty") or self._take("null")):
                raise self._unexpected("EMPTY or NULL")
            return Clause(field.text, operator, (Empty(),))
        if operator in {"in", "not in"} and self._take("("):
            operands = [self._operand()]
            while self._take(","):
                operands.append(self._operand())
            self._need(")")
            return Clause(field.text, operator, tuple(operands))
        return Clause(field.text, operator, (self._operand(),))

    def _operator(self) -> str:
        here = self._here()
        if here.kind == "mark" and here.text in OPERATORS:
            self.at += 1
            return here.text
        if self._take("in"):
            return "in"
        if self._take("not"):
            self._need("in")
            return "not in"
        if self._take("is"):
            return "is not" if self._take("not") else "is"
        choices = "'=', '!=', '<', '>', '<=', '>=', '~', '!~', 'IN', 'NOT IN', 'IS' and 'IS NOT'"
        raise JqlError(
            f"Error in the JQL Query: Expecting operator but got '{here.text}'. The valid operators are {choices}. "
            f"(line 1, character {here.at + 1})"
        )

    def _operand(self) -> Operand:
        here = self._here()
        if here.kind == "word" and here.text.lower() in {"empty", "null"}:
            self.at += 1
            return Empty()
        if here.kind not in {"word", "string"}:
            raise self._unexpected("either a value, list or function")
        self.at += 1
        if here.kind == "word" and self._take("("):
            args: list[str] = []
            while not self._take(")"):
                args.append(self._here().text)
                self.at += 1
                self._take(",")
                if self._here().kind == "end":
                    raise self._unexpected("')'")
            return Call(here.text, tuple(args))
        return Value(here.text, here.kind == "string")

    def _order(self) -> tuple[tuple[str, bool], ...]:
        self._need("by")
        order: list[tuple[str, bool]] = []
        while True:
            field = self._here()
            if field.kind not in {"word", "string"}:
                raise self._unexpected("a field name")
            self.at += 1
            descending = self._take("desc")
            if not descending:
                self._take("asc")
            order.append((field.text, descending))
            if not self._take(","):
                return tuple(order)

    def _here(self) -> Token:
        return self.tokens[self.at]

    def _peek(self, text: str) -> bool:
        here = self._here()
        return here.kind in {"word", "mark"} and here.text.lower() == text

    def _take(self, text: str) -> bool:
        if not self._peek(text):
            return False
        self.at += 1
        return True

    def _need(self, text: str) -> None:
        if not self._take(text):
            raise self._unexpected(f"'{text}'")

    def _unexpected(self, wanted: str) -> JqlError:
        here = self._here()
        if here.kind == "end":
            return JqlError(f"Error in the JQL Query: Expecting {wanted} before the end of the query.")
        where = f"(line 1, character {here.at + 1})"
        return JqlError(f"Error in the JQL Query: Expecting {wanted} but got '{here.text}'. {where}")
