"""A problem of the config tells by its first words which key it is about."""

import pytest

from rules.saying import path_of


@pytest.mark.parametrize(
    ("problem", "expected"),
    [
        ("[council]: members: no person 'boo' (did you mean 'bo'?)", ("council", "members")),
        ("[teams.all]: lead: no person 'x'", ("teams", "all", "lead")),
        ("[teams.a.b]: lead: no person 'x'", ("teams", "a.b", "lead")),
        ("[kinds] incident[2], column 1: no fact 'opne'", ("kinds", "incident", 1)),
        ("[kinds] bug report[1]: 'title' is of type string", ("kinds", "bug report", 0)),
        ("[kinds] incident: no condition: write at least one", ("kinds", "incident")),
        ("[inputs.pulse]: when[1], column 3: no fact 'x'", ("inputs", "pulse", "when", 0)),
        ("[calendar]: no time zone 'x': write one", ("calendar",)),
        ("[labels] a,b: the label 'a,b' holds a comma", ("labels", "a")),
        ("[domains.a]: label: the label 'x' holds a comma", ("domains", "a", "label")),
        ("step[2].ping: no role or person 'x'", ("step", 1, "ping")),
        ("step[2].file.due: no fact 'x'", ("step", 1, "file", "due")),
        ("say, column 4: no placeholder '{x}'", ("say",)),
        ("when[2], column 1: no fact 'x'", ("when", 1)),
        ("does nothing: give it a 'label'", ()),
        ("", ()),
    ],
)
def test_the_key_is_read_from_the_first_words(problem, expected):
    """Tables by their names, lists by numbers from 0; words that are no key add nothing."""
    assert path_of(problem) == expected
