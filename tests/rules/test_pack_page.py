"""The page of a rule pack: what it says is what the file says, and it is as committed."""

import tomllib
from importlib import resources
from pathlib import Path

import pytest

from rules.document import build_policy, read_pack
from rules.example_words import example
from rules.pack_page import override_example, pack_page
from rules.pack_words import code, plain, series
from rules.rule import Duration
from rules.schema import TestTable as ExampleTable
from tests.rules.test_document import FILE, PACK, RULE, WHOLE, problems

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"
DOCS = EXAMPLE.parent / "docs" / "packs"
SHIPPED = {
    file.name.removesuffix(".toml"): file.read_text(encoding="utf-8")
    for file in resources.files("rules.packs").iterdir()
    if file.name.endswith(".toml")
}


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_a_page_is_what_the_file_says(name):
    """Whoever changes a pack runs `make docs`."""
    page = (DOCS / f"{name}.md").read_text(encoding="utf-8")
    assert page == pack_page(read_pack(f"{name}.toml", SHIPPED[name])), "run `make docs`"


def test_there_is_a_page_for_each_pack_and_no_other():
    """A pack that is gone leaves no page behind."""
    assert {page.stem for page in DOCS.iterdir()} == SHIPPED.keys() != set()


def test_each_rule_of_the_backlog_names_the_policy_it_serves():
    """A reader of the governance policy finds what enforces it."""
    pack = read_pack("backlog.toml", SHIPPED["backlog"])
    assert pack.policy
    assert [table.id for table in pack.tables if not table.policy] == []


def test_a_line_of_policy_is_short():
    """It is a line, not the policy."""
    wrong = RULE + f'policy = "{"x" * 301}"\n'
    assert problems(PACK + wrong) == (f"{FILE}: rule 'owned', policy, line 11, column 1: longer than 300 characters",)


def test_everything_a_rule_does_is_on_its_page():
    """Each key of a rule file is said in words, steps in their order."""
    text = PACK + WHOLE.replace('id = "whole"', 'id = "whole"\npolicy = "Improvements | are kept."')
    page = pack_page(read_pack(FILE, text)).split("## whole\n\n")[1].split("\n\n## Who is meant")[0]
    assert (
        page
        == """\
All there is.

The policy it serves: *Improvements \\| are kept.*

**Which tickets:** those of the kind `improvement` or `incident`, as `[kinds]` of the config has it; created on \
2026-12-01 or later; a share of 50% of them, always the same ones.

**When** all of this is true:

- `open`
- `!has_owner`

where these are asked:

- `open`: it is not done
- `has_owner`: somebody is assigned

**What it does:**

- The ticket wears the label `needs-owner` while the rule holds; then it comes off.
- The label of the domain that is certain is put on, and stays.
- A line stands on the ticket's card: “This is {title}, due {due}.”
- A comment is posted, once each time the rule begins to hold: “Hello {owner}.”
- The ticket gets a due date, counted from the day the rule began to hold, or from today if that day is past: \
5 workdays if critical, 2 weeks if low.
- A ticket without an owner is assigned to the lead of the team.
- A ticket without a priority gets the priority high.
- A pass that would write more than 3 times for it writes nothing for it, and says so.

**As time goes by**, counted from the day the rule began to hold:

1. At once a comment pings the owner: “This is {title}, due {due}.”
2. After 5 workdays a comment pings the lead of the team and bo: “{key} is late.”

**For example:**

- On 2026-11-03 09:00, a ticket of the kind `incident`, created 2026-11-02, labelled `a` and `b`, of priority high, \
without a due date: the due date becomes 2026-11-30.
- On 2026-11-04, a ticket of the kind `improvement`, created 2026-11-02 10:00, closed 2026-11-03, owned by `ana`, \
due 2026-11-30: nothing is done."""
    )


def test_a_shadow_is_told():
    """Nobody waits for what a shadow would do."""
    page = pack_page(read_pack(FILE, PACK + RULE + 'mode = "shadow"\n'))
    assert "; in shadow: what it would do is planned and shown, never done." in page


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_the_override_that_a_page_shows_can_be_used(name):
    """Copied into the config as it stands, it changes the rule that it names."""
    pack = read_pack(f"{name}.toml", SHIPPED[name])
    tables = tomllib.loads(EXAMPLE.read_text(encoding="utf-8")) | tomllib.loads(override_example(pack))
    policy = build_policy(tables, [(pack.file, SHIPPED[name])])
    if name == "metrics":
        assert policy.metrics[0].enough == 2 * pack.metrics[0].enough
        return
    if name == "gates":
        assert [gate.id for gate in policy.gates if gate.mode == "shadow"] == ["gates/error-budget", "gates/debt"]
        return
    changed = next(rule for rule in policy.rules if rule.id in policy.shipped)
    assert changed.mode == "shadow"
    if name == "backlog":
        assert changed.due.by_level["critical"] == Duration(6, "workdays")


@pytest.mark.parametrize(
    ("expect", "words"),
    [
        ([], "nothing is done"),
        (["label x", "ping owner, lead"], "the label `x` is put on and the owner and the lead of the team are pinged"),
        (["unlabel x"], "the label `x` is taken off"),
        (["domain security"], "the label of the domain security is put on"),
        (["set priority low"], "the priority becomes low"),
        (["assign reporter"], "whoever wrote the ticket becomes the owner"),
        (["comment"], "a comment is posted"),
        (["reopen"], "the ticket is opened again"),
        (["say"], "its line stands on the card"),
        (["frobnicate x"], "`frobnicate x`"),
    ],
)
def test_what_a_test_expects_is_worded(expect, words):
    """What has no words yet is shown as it is written."""
    table = ExampleTable.model_validate({"given": {}, "at": "2026-11-03", "expect": expect})
    assert example(table, ["any"]) == f"On 2026-11-03, a ticket: {words}."


def test_a_file_cannot_break_its_page():
    """What a text holds is shown as it is; code with ticks in it stays code."""
    assert plain("a <b> | *c*\n# d") == r"a \<b\> \| \*c\* \# d"
    assert code("title == '`'") == "`` title == '`' ``"
    assert (series(["a"]), series(["a", "b", "c"], "or")) == ("a", "a, b or c")
