"""Conditions in CEL: compiled and type-checked once, then judged for each ticket. The only file that speaks CEL.

The engine has traps that stay inside this file: an evaluation error comes back as a truthy string, a budget that is
used up or a text that is no Unicode is raised as RuntimeError, and a missing fact is an error of every clause that
cannot do without it. Here a clause holds only if its value is the boolean true, and "cannot be said" (None) does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from cel_expr_python import cel

from rules.clause_bounds import unbounded
from rules.engine_words import reworded
from rules.errors import ConditionError
from rules.fact_asked import FactType
from rules.fact_table import TYPES
from rules.rule import Clause, Condition
from rules.wording import shown

LONGEST_CLAUSE = 2000  # characters
MOST_CLAUSES = 30
COMPARE = "compare it, as in 'days_open >= 2'"
SHOWN_VALUE = 80  # characters of a value that an explanation shows
ENGINE_TYPES = {
    "bool": cel.Type.BOOL,
    "int": cel.Type.INT,
    "string": cel.Type.STRING,
    "double": cel.Type.DOUBLE,
    "list(string)": cel.Type.List(cel.Type.STRING),
    "map(string, int)": cel.Type.Map(cel.Type.STRING, cel.Type.INT),
    "map(string, double)": cel.Type.Map(cel.Type.STRING, cel.Type.DOUBLE),
}
EMPTY = cel.NewEnv()
LITERAL = r"""[rR]?(?:\"\"\"[\s\S]*?\"\"\"|'''[\s\S]*?'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')"""
RAW_LITERAL = r"""[rR](?:\"\"\"[\s\S]*?\"\"\"|'''[\s\S]*?'''|"[^"\n]*"|'[^'\n]*')"""
TOKEN = re.compile(rf"(?P<text>{RAW_LITERAL}|{LITERAL})|(?P<comment>//[^\n]*)|(?P<member>\.\s*)?(?P<name>[A-Za-z_]\w*)")
PATTERN = re.compile(rf"\bmatches\s*\((?:[^()\"']*,)?\s*(?P<text>{RAW_LITERAL}|{LITERAL})\s*\)")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def activate(facts: Mapping[str, object]) -> object:
    """Make of a ticket's facts what all conditions are judged on. Make it once a ticket: it is the slow part."""
    return EMPTY.Activation(facts)


def compile_all(texts: Sequence[str], *, where: str, types: Mapping[str, FactType] = TYPES) -> All:
    """Compile a list of clauses. Raises ConditionError with all problems, each with clause number and column.

    `where` names the list: "backlog.toml: rule 'owned', when"; `types` are the facts that clauses may ask for.
    """
    if not texts:
        raise ConditionError(f"{where}: no condition: write at least one, like 'open'")
    if len(texts) > MOST_CLAUSES:
        raise ConditionError(f"{where}: {len(texts)} conditions, {MOST_CLAUSES} at most: make it two rules")
    declared = tuple(sorted(types.items()))
    problems = [
        f"{where}[{number}]{problem}" for number, text in enumerate(texts, 1) for problem in _problems(text, declared)
    ]
    if problems:
        raise ConditionError(problems)
    try:
        return All(tuple(texts), declared)
    except RuntimeError as error:  # the brackets around a clause took the engine's last level
        raise ConditionError(f"{where}: nested too deep") from error


class All:
    """A compiled list of clauses. Satisfies `rules.policy.Condition`."""

    def __init__(self, texts: tuple[str, ...], declared: tuple[tuple[str, FactType], ...]) -> None:
        """Compile clauses that have no problems."""
        types = dict(declared)
        self.texts = texts
        self._clauses = [_compiled(declared, text) for text in texts]
        self._asked = [tuple(name for name in _names(text) if name in types) for text in texts]
        self.names: frozenset[str] = frozenset(name for names in self._asked for name in names)
        self._values = {name: _compiled(declared, name) for name in self.names}
        self._whole = _compiled(declared, _joined(texts))

    def holds(self, facts: object) -> bool:
        """Judge fast: the answer alone. `facts` is what `activate` returned for the ticket."""
        try:
            return self._whole.eval(facts).value() is True  # an error's value is a string
        except RuntimeError:  # the clauses together may use up a budget that each alone does not
            return all(_judge(clause, facts) is True for clause in self._clauses)

    def explain(self, facts: object) -> tuple[Clause, ...]:
        """Judge every clause on its own, with the values it saw."""
        return tuple(
            Clause(
                text=text,
                holds=_judge(clause, facts),
                values=tuple((name, _worded(self._values[name], facts)) for name in asked),
            )
            for text, clause, asked in zip(self.texts, self._clauses, self._asked, strict=True)
        )


class Screen:
    """Many conditions at once: says in one judgement that none of them holds, or nothing."""

    def __init__(self, conditions: Sequence[Condition], types: Mapping[str, FactType] = TYPES) -> None:
        """Compile the conditions, each of the same `types`, into one."""
        whole = " || ".join(f"({_joined(condition.texts)})" for condition in conditions)
        try:
            self._any = _compiled(tuple(sorted(types.items())), whole)
        except RuntimeError:  # the brackets took the engine's last level of nesting
            self._any = None

    def rules_out(self, facts: object) -> bool:
        """Tell whether certainly none holds. `facts` is what `activate` returned.

        One that cannot be said makes the whole unsaid, unless another is true: so only false is certain.
        """
        if self._any is None:
            return False
        try:
            return self._any.eval(facts).value() is False
        except RuntimeError:  # a budget is used up, or a value is no Unicode
            return False


@lru_cache(maxsize=8)
def _environment(declared: tuple[tuple[str, FactType], ...]) -> cel.Env:
    return cel.NewEnv(variables={name: ENGINE_TYPES[kind] for name, kind in declared})


@lru_cache(maxsize=2048)  # who reads the rules again, or looks again, compiles what is new
def _compiled(declared: tuple[tuple[str, FactType], ...], text: str) -> cel.Expression:
    return _environment(declared).compile(text)


def _joined(texts: tuple[str, ...]) -> str:
    """Make one clause of all: true exactly when each is true, at half the cost of asking each.

    The line's end closes a comment in a clause.
    """
    return " && ".join(f"({text}\n)" for text in texts)


def _judge(clause: cel.Expression, facts: object) -> bool | None:
    """Say whether one clause holds; None if it cannot be said."""
    try:
        value = clause.eval(facts).value()
    except RuntimeError:  # a budget is used up, or a value is no Unicode
        return None
    return value if isinstance(value, bool) else None


def _worded(name: cel.Expression, facts: object) -> str:
    """Show a fact's value to people."""
    try:
        value = name.eval(facts)
        plain = value.plain_value()
    except RuntimeError:
        return "unreadable"
    if value.type() == cel.Type.ERROR:
        return "unknown"
    if isinstance(plain, bool):
        return "yes" if plain else "no"
    if isinstance(plain, list):
        return _cut(", ".join(str(part) for part in plain)) if plain else "none"
    return _cut(str(plain)) if plain != "" else "empty"


def _cut(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= SHOWN_VALUE else flat[: SHOWN_VALUE - 1] + "…"


def _names(text: str) -> tuple[str, ...]:
    """Return the names a clause asks for, in order: no texts, comments or members."""
    found = (token["name"] for token in TOKEN.finditer(text) if token["name"] and not token["member"])
    return tuple(dict.fromkeys(found))


# -- what is wrong with a clause ------------------------------------------------------------------------------------


def _problems(text: object, declared: tuple[tuple[str, FactType], ...]) -> tuple[str, ...]:
    """Return what is wrong with a clause: each goes behind the clause's number."""
    if not isinstance(text, str):
        return (f": {shown(text)} is not a text: write conditions in quotes",)
    if misshapen := _misshapen(text):
        return (misshapen,)
    if bounds := tuple(unbounded(_plain(text))):
        return bounds
    env = _environment(declared)
    try:
        outcome = _compiled(declared, text).return_type()
    except RuntimeError as error:
        return tuple(dict.fromkeys(reworded(str(error), text, types=dict(declared))))
    if outcome != cel.Type.BOOL:
        return (f": {shown(text)} is of type {outcome.name().lower()}, not true or false: {COMPARE}",)
    return tuple(_patterns(env, text))


def _plain(text: str) -> str:
    """Return a clause with blanks in place of its texts and comments."""
    return TOKEN.sub(lambda found: " " * len(found[0]) if found["text"] or found["comment"] else found[0], text)


def _misshapen(text: str) -> str:
    """Say what keeps a clause from even being shown to the engine."""
    if not text.strip():
        return ": the condition is empty"
    if len(text) > LONGEST_CLAUSE:
        return f": {len(text)} characters, {LONGEST_CLAUSE} at most"
    odd = CONTROL.search(text)
    return f", column {odd.start() + 1}: a control character" if odd else ""


def _patterns(env: cel.Env, text: str) -> Iterable[str]:
    """Try the regular expressions of a clause: the engine would only say it, each time, when it is judged."""
    for found in PATTERN.finditer(text):
        value = env.compile(f'"".matches({found["text"]})').eval(activate({})).value()
        if not isinstance(value, bool):
            yield f", column {found.start('text') + 1}: {str(value).partition(': ')[2]}"
