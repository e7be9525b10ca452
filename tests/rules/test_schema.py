"""The JSON Schema of a rule file, as an editor uses it."""

from __future__ import annotations

import tomllib
from importlib import resources

import pytest
from jsonschema import Draft202012Validator

from rules.schema import rule_file_schema

GOOD = {
    "pack": {"name": "backlog"},
    "rule": [
        {
            "id": "owned",
            "on": ["improvement"],
            "when": ["open"],
            "due": {"from": "created", "high": "5 workdays"},
            "from": "2026-12-01",
            "step": [{"after": "2 weeks", "ping": "owner"}],
            "test": [{"given": {"due": "none"}, "at": "2026-11-03T09:00:00Z", "expect": []}],
        }
    ],
}


def rule(**changes) -> dict:
    """Return the good file with changes to its rule."""
    return GOOD | {"rule": [GOOD["rule"][0] | changes]}


def given(**values) -> dict:
    """Return the good file with a test of such a ticket."""
    return rule(test=[{"given": values, "at": "2026-11-03", "expect": []}])


def wrong(document: dict) -> list[str]:
    """Return where an editor would underline."""
    return sorted(error.json_path for error in Draft202012Validator(rule_file_schema()).iter_errors(document))


def test_the_schema_is_one():
    """It is valid by its own dialect's schema."""
    schema = rule_file_schema()
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_good_files_pass():
    """A whole rule, and the packs that ship, have nothing underlined."""
    packs = [each for each in resources.files("rules.packs").iterdir() if each.name.endswith(".toml")]
    documents = [GOOD, *(tomllib.loads(each.read_text(encoding="utf-8")) for each in packs)]
    assert [wrong(document) for document in documents] == [[]] * len(documents)


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"pack": {"name": "backlog"}}, ["$"]),
        (GOOD | {"gate": []}, ["$.gate"]),
        (GOOD | {"pack": {"name": "My Pack"}}, ["$.pack.name"]),
        (rule(lable="x"), ["$.rule[0]"]),
        (rule(when="open"), ["$.rule[0].when"]),
        (rule(when=[]), ["$.rule[0].when"]),
        (rule(mode="off"), ["$.rule[0].mode"]),
        (rule(**{"from": "soon"}), ["$.rule[0].from"]),
        (rule(step=[{"after": "2 weeks", "reopen": True}]), []),
        (rule(step=[{"after": "2 weeks"}]), ["$.rule[0].step[0]"]),
        (given(deferred=["2026-12-01", {"until": "2026-12-01", "by": "ana"}], held="2026-09-08"), []),
        (given(deferred="2026-12-01", pauses=[{"from": "2026-09-10"}], related=[{"what": "review"}]), []),
        (given(deferred=[{"because": "of it"}]), ["$.rule[0].test[0].given.deferred"]),
        (given(pauses=[{"to": "2026-09-10"}]), ["$.rule[0].test[0].given.pauses[0]"]),
        (given(related=[{"what": "review", "way": "form"}]), ["$.rule[0].test[0].given.related[0].way"]),
        (rule(step=[{"after": "soon", "ping": "owner"}]), ["$.rule[0].step[0].after"]),
    ],
)
def test_wrong_files_are_underlined(document, expected):
    """Unknown keys, missing ones and wrong values are found where they are."""
    assert wrong(document) == expected
