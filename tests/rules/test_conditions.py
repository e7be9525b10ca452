"""Conditions: what they say of facts, and what is said of a wrong one."""

from __future__ import annotations

import time

import pytest

from rules.conditions import activate, compile_all
from rules.errors import ConditionError
from rules.fact_table import KIND_TYPES
from rules.rule import Clause

WHERE = "backlog.toml: rule 'owned', when"
FACTS = {
    "open": True,
    "closed": False,
    "labels": ["bug", "p1"],
    "assignees": [],
    "title": "Search times out",
    "body": "",
    "days_open": 7,
    "workdays_open": 5,
    "priority": "high",
}


def holds(*texts: str, **facts) -> bool:
    """Judge clauses on FACTS with changes."""
    return compile_all(texts, where=WHERE).holds(activate(FACTS | facts))


def problems(*texts: object, **options) -> tuple[str, ...]:
    """Return what is said of wrong clauses, behind where they stand."""
    with pytest.raises(ConditionError) as caught:
        compile_all(texts, where=WHERE, **options)
    return tuple(problem.removeprefix(WHERE) for problem in caught.value.problems)


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["open"], True),
        (["closed"], False),
        (["open", "size(assignees) == 0", "workdays_open >= 2"], True),
        (["open", "size(assignees) == 0", "workdays_open >= 6"], False),
        (["closed", "open"], False),
        (['"bug" in labels', 'labels.exists(l, l.startsWith("p"))'], True),
        (['title.matches("(?i)SEARCH")'], True),
        (['priority in ["high", "critical"] // urgent', "open"], True),
        (["open ||\n closed"], True),
        (["!open || closed", "open"], False),
        (['has_due && due < "2026-11-30"'], False),
    ],
)
def test_all_clauses_must_hold(texts, expected):
    """A list holds when each of its clauses is true."""
    assert holds(*texts, has_due=False) is expected


@pytest.mark.parametrize(
    "text",
    [
        'due < "2026-11-30"',  # missing
        "days_to_due < 5 || closed",
        "1 / (days_open - 7) > 0",  # divides by zero
        'labels[5] == "x"',
        "int(title) > 3",
        "labels.all(a, labels.all(b, labels.all(c, labels.all(d, open))))",  # uses up the engine's budget
    ],
)
def test_what_cannot_be_said_does_not_hold(text):
    """A missing fact or a failing evaluation is neither true nor false, and a rule does not act on it."""
    condition = compile_all([text], where=WHERE)
    facts = activate(FACTS | {"labels": [f"label {number}" for number in range(20)][: 5 if "[5]" in text else 20]})
    assert (condition.holds(facts), condition.explain(facts)[0].holds) == (False, None)


@pytest.mark.parametrize("value", ["yes", 1, None, 2**70, ["x"]])
def test_a_fact_of_a_wrong_type_does_not_hold(value):
    """The engine's word for such a fact is a truthy text: it must not pass for true."""
    condition, facts = compile_all(["open"], where=WHERE), activate({"open": value})
    assert (condition.holds(facts), condition.explain(facts)[0].holds) == (False, None)


def test_a_text_that_is_no_unicode_breaks_nothing():
    """A lone surrogate in a fact cannot be said anything of."""
    condition, facts = compile_all(['title == "x"'], where=WHERE), activate({"title": "\ud800"})
    expected = (Clause(text='title == "x"', holds=None, values=(("title", "unreadable"),)),)
    assert (condition.holds(facts), condition.explain(facts)) == (False, expected)


def test_clauses_that_use_up_a_budget_together_are_judged_alone():
    """Three searches through a long list hold alone, so they hold together."""
    labels = [f"label {number}" for number in range(5000)]
    texts = ['labels.all(l, l != "x")', 'labels.all(l, l != "y")', 'labels.all(l, l != "z")']
    assert holds(*texts, labels=labels) is True


def test_each_clause_is_explained_with_what_it_saw():
    """Values are shown as people read them, in the order they are asked for; a missing one is unknown."""
    texts = ["open", 'size(assignees) == 0 || "p1" in labels', 'due < "2026-11-30"', 'body == ""', "days_open > 9"]
    condition = compile_all(texts, where=WHERE)
    assert condition.explain(activate(FACTS)) == (
        Clause(text=texts[0], holds=True, values=(("open", "yes"),)),
        Clause(text=texts[1], holds=True, values=(("assignees", "none"), ("labels", "bug, p1"))),
        Clause(text=texts[2], holds=None, values=(("due", "unknown"),)),
        Clause(text=texts[3], holds=True, values=(("body", "empty"),)),
        Clause(text=texts[4], holds=False, values=(("days_open", "7"),)),
    )


def test_a_long_value_is_shown_on_one_line_and_cut():
    """A body of a megabyte is not repeated in an explanation."""
    condition = compile_all(['body == ""'], where=WHERE)
    (clause,) = condition.explain(activate({"body": "line\n" * 200_000}))
    assert clause.values == (("body", "line " * 15 + "line…"),)


def test_names_in_texts_comments_and_members_are_no_facts():
    """Only what a clause really asks for counts as asked."""
    texts = [
        'title.contains("open due") // closed',
        "labels.exists(l, l.matches(r'body \"x'))",
        "'it\\'s open' == title",
        '{"due": title}.due == title',
    ]
    assert compile_all(texts, where=WHERE).names == frozenset({"title", "labels"})


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("workdays_opne >= 2", ", column 1: no fact 'workdays_opne' (did you mean 'workdays_open'?)"),
        ("open && closd", ", column 9: no fact 'closd' (did you mean 'closed'?)"),
        ('title == "ü" && opne', ", column 17: no fact 'opne' (did you mean 'open'?)"),
        ("zzz.yyy == 1", ", column 1: no fact 'zzz.yyy': `kaizend facts` lists them"),
        ("sizes(labels) > 1", ", column 1: no function 'sizes' (did you mean 'size'?)"),
        ('title.startWith("a")', ", column 7: no function 'startWith' (did you mean 'startsWith'?)"),
        (
            'size(assignees) == "x"',
            ", column 17: '==' does not go with int and string: numbers stand bare, texts in quotes",
        ),
        ("days_open > 1.5", ", column 11: '>' does not go with int and double: numbers are whole"),
        ("days_open >= '2'", ", column 11: '>=' does not go with int and string: numbers stand bare, texts in quotes"),
        ("!labels", ", column 1: '!' does not go with list(string): ask for its 'size(...)', or what is 'in' it"),
        ("days_open", ": 'days_open' is of type int, not true or false: compare it, as in 'days_open >= 2'"),
        ("dyn(open)", ": 'dyn(open)' is of type dyn, not true or false: compare it, as in 'days_open >= 2'"),
        ("open &&", ", column 8: something is missing at the end"),
        ("open & closed", ", column 6: '&' is not known here: write '&&' for and"),
        ("open and closed", ", column 6: 'and' is not known here: write '&&' for and"),
        ("open = closed", ", column 6: '=' is not known here: write '==' to compare"),
        ("open == True", ", column 9: no fact 'True': write 'true'"),
        ('type == "Bug"', ", column 6: 'type' is no fact: the fact is called 'issue_type'"),
        ('title == "x', ", column 10: '\"' is not known here: a text needs its closing quote"),
        ("open &&\nclosd", ", line 2, column 1: no fact 'closd' (did you mean 'closed'?)"),
        ("", ": the condition is empty"),
        (" \n ", ": the condition is empty"),
        (5, ": '5' is not a text: write conditions in quotes"),
        ("open\0", ", column 5: a control character"),
        ("open\ud800", ", column 5: a control character"),
        ('title.matches("(a+")', ", column 15: invalid regular expression: missing ): (a+"),
        ('matches(title, "(?=a)")', ", column 16: invalid regular expression: invalid perl operator: (?="),
        ("(" * 40 + "open" + ")" * 40, ": nested too deep"),
        ("[" * 900 + "]" * 900 + " == []", ": nested too deep"),
        ("-".join(["days_open"] * 150) + " > 1", ": nested too deep"),
        ('title == "' + "x" * 1_000_000 + '"', ": 1000011 characters, 2000 at most"),
    ],
)
def test_a_wrong_clause_is_told_with_its_place_and_what_is_right(text, problem):
    """Every error names the clause, the column where the engine can tell it, and the nearest right name."""
    assert problems("open", text) == (f"[2]{problem}",)


def test_all_wrong_clauses_are_told_at_once():
    """Nobody has to mend one clause to hear of the next."""
    assert problems("opne", "closed", "closd || zzz") == (
        "[1], column 1: no fact 'opne' (did you mean 'open'?)",
        "[3], column 1: no fact 'closd' (did you mean 'closed'?)",
        "[3], column 10: no fact 'zzz': `kaizend facts` lists them",
    )


def test_a_list_needs_a_clause_and_has_a_most():
    """No condition at all would hold for everything; and a list has its bounds."""
    assert problems() == (": no condition: write at least one, like 'open'",)
    assert problems(*["open"] * 31) == (": 31 conditions, 30 at most: make it two rules",)


def test_a_kinds_conditions_cannot_ask_for_the_kind():
    """The kind is what they are to find."""
    assert problems('kind == "bug"', types=KIND_TYPES) == ("[1], column 1: no fact 'kind': `kaizend facts` lists them",)


def test_clauses_cannot_reach_into_each_other():
    """Brackets that close in the next clause are errors of their own clause."""
    assert len(problems("open) || (closed", "open")) == 1


@pytest.mark.fault("rules/hostile-pattern")
def test_a_hostile_pattern_takes_linear_time():
    """`(a+)+$` on a megabyte that does not match takes milliseconds, not for ever."""
    body = "a" * 1_000_000 + "!"
    condition, facts = compile_all(['body.matches("(a+)+$")'], where=WHERE), activate({"body": body})
    began = time.process_time()
    assert condition.holds(facts) is False
    assert time.process_time() - began < 2
