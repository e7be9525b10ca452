"""Gates in rule files: what they become, what is wrong with them and where, their rules, tests and page."""

from datetime import timedelta
from pathlib import Path

import pytest

from rules.actions import Assign, SetDue, SetPriority
from rules.document import build_policy, read_pack
from rules.errors import PolicyError
from rules.gates.levels import BUILT_IN, NAMED
from rules.gates.page import page_prose, page_title
from rules.gates.sections import gate_sections
from rules.gates.states import GateState
from rules.memory import Memory, World
from rules.trial import run_tests
from tests.rules.factories import NOW, later, ops, ticket, words

FILE = "teeth.toml"
TEXT = """\
[pack]
name = "teeth"

[[gate]]
id = "budget"
about = "Features wait while a service has spent its error budget."
power = "pause-features"
each = "service"
close_when = ['error_budget[subject] < 0.0']
open_when = ['error_budget[subject] > 0.1']
sources = ["shop"]
holds = ['"feature" in labels']
lets = ['reverts', 'fixes']
holds_tickets = ['kind == "feature"', 'subject != "search"']
blocking = ['kind == "incident"']
say = "Features of {subject} wait."
waivers = ["lead", "kim"]
follow_up = "10 workdays"

[gate.mandate]
priority = "high"
assign = "lead"
due = "5 workdays"

[[gate.test]]
given = { error_budget = -0.1 }
expect = "closed"
"""
TABLES = {
    "kinds": {name: [f'"{name}" in labels'] for name in ("feature", "incident", "gate")},
    "people": {"kim": {"github": "kim-gh"}, "ana": {"github": "ana-gh"}},
    "teams": {"all": {"lead": "ana", "sources": ["shop"]}},
    "sources": {"shop": {"kind": "github", "component_label": "component:"}, "ops": {"kind": "jira"}},
    "signals": {"error_budget": dict.fromkeys(("fresh", "every", "history", "keep"), timedelta(days=1))},
}
CLOSED = GateState(
    gate="teeth/budget",
    subject="checkout",
    closed=True,
    since=later(-1),
    number=1,
    because=('error_budget[subject] < 0.0 (error_budget["checkout"] = -0.1)',),
    looked=NOW,
    blocking=(("OPS-1", "https://jira.example/OPS-1", "Down"),),
    waiting=3,
    page="github.com/issue/1",
    url="https://github.example/1",
)


def policy(text=TEXT, **changes):
    """Return the policy of a rule file beside the config."""
    return build_policy(TABLES | changes, [(FILE, text)])


def problems(old, new, **changes):
    """Return what is wrong with the file after an edit, without the file's name."""
    assert old in TEXT
    with pytest.raises(PolicyError) as caught:
        policy(TEXT.replace(old, new, 1), **changes)
    return [problem.removeprefix(f"{FILE}: gate 'budget', ") for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "error_budget[subject] <",
            "eror_budget[subject] <",
            "close_when[1], column 1: no level 'eror_budget' (did you",
        ),
        (
            "budget[subject] <",
            "budget[subejct] <",
            "close_when[1], column 14: no level 'subejct' (did you mean 'subject'",
        ),
        (
            "< 0.0",
            "< 0",
            "close_when[1], column 23: '<' does not go with double and int: write the number with a point",
        ),
        ("> 0.1']", "> 0.1', 'open']", "open_when[2], column 1: no level 'open'"),
        ("'fixes'", "'fixez'", "lets[2], column 1: no fact 'fixez' (did you mean 'fixes'?)"),
        ('"feature" in labels', '"feature" in label', "holds[1], column 14: no fact 'label' (did you mean 'labels'?)"),
        ('kind == "feature"', 'kin == "feature"', "holds_tickets[1], column 1: no fact 'kin' (did you mean 'kind'?)"),
        ('kind == "incident"', "held_by == []", "blocking[1], column 1: no fact 'held_by'"),
        (
            '"service"',
            '"servce"',
            "each, line 8, column 1: 'servce' is not one of 'service', 'component' or 'team' (did",
        ),
        ("pause-features", "pause-feature", "power, line 7, column 1: 'pause-feature' is not one of"),
        ("close_when = [", "close_whne = [", "line 4, column 1: 'close_when' is missing"),
        ("['reverts', 'fixes']", "['overdue']", "lets[1], column 1: no fact 'overdue': there is 'source', 'title', "),
        ("given = { error", "given = { eror", "test[1].given: the gate asks for no level 'eror_budget' (did you mean"),
        (
            "= -0.1",
            "= nan",
            "test[1].given.error_budget, line 26, column 1: 'nan' is not a number that a level can have",
        ),
        ("= -0.1", "= -inf", "test[1].given.error_budget, line 26, column 1: '-inf' is not a number that a level can"),
        ("= -0.1", "= { a = 1" + "0" * 400 + " }", "test[1].given.error_budget, line 26, column 1: '1000"),
        ("= -0.1", "= true", "test[1].given.error_budget, line 26, column 1: 'True' is not a number: write -0.1, or"),
        ('each = "service"\n', "", "each: conditions ask for 'subject', and there is none: write each = 'service'"),
        ("['reverts', 'fixes']", "'fixes'", "lets, line 13, column 1: write a list in square brackets, not 'fixes'"),
        ("{subject}", "{subjct}", "say, column 13: no placeholder '{subjct}' (did you mean '{subject}'?)"),
        ('["shop"]', '["shpo"]', "sources: no source 'shpo' (did you mean 'shop'?)"),
        ('"kim"]', '"kym"]', "waivers: no person 'kym' (did you mean 'kim'?)"),
        ('assign = "lead"', 'assign = "led"', "mandate.assign: no role or person 'led' (did you mean 'lead'?)"),
        ('"5 workdays"', '"5 wrokdays"', "mandate.due, line 23, column 1: no unit 'wrokdays'"),
        ("blocking =", "# blocking =", "mandate: nobody knows for which tickets: give the gate a 'blocking'"),
        ('expect = "closed"', 'expect = "shut"', "test[1].expect, line 27, column 1: 'shut' is not one of 'open' or"),
        ('"10 workdays"', '"ten days"', "follow_up, line 18, column 1: 'ten days' is not a duration"),
    ],
)
def test_a_wrong_edit_is_told_with_its_place(old, new, expected):
    """And with the nearest right name."""
    first = problems(old, new)[0]
    assert first.startswith(expected), first


def test_a_wrong_override_is_told_where_it_stands():
    """Not in the file, which is right."""
    wrong = {"teeth.budget": {"close_when": ["error_budgt[subject] < -0.5"]}}
    with pytest.raises(PolicyError) as caught:
        policy(override=wrong)
    assert caught.value.problems == (
        (
            'config.toml: [override."teeth.budget"], close_when[1], column 1:'
            " no level 'error_budgt' (did you mean 'error_budget'?)"
        ),
    )
    assert policy(override={"teeth.budget": {"mode": "shadow"}}).gates[0].mode == "shadow"


def test_a_signal_that_is_not_there_yet_is_for_gates_in_shadow():
    """One that is on would never close, and nobody would know."""
    assert problems("follow_up", "# follow_up", signals={})[0].startswith("close_when[1], column 1: no level 'error_bu")
    assert policy(TEXT.replace("follow_up", 'mode = "shadow"\nfollow_up'), signals={}).gates[0].mode == "shadow"


def test_the_kind_of_its_tickets_must_be_told():
    """Or they would be taken for something else."""
    with pytest.raises(PolicyError) as caught:
        policy(kinds={"feature": ["open"]})
    assert "[file.gate]: what is filed, labelled gate, would be of the kind 'feature'" in caught.value.problems[0]


def test_a_gate_carries_its_tests():
    """One that fails shows the clause with its value."""
    (good,) = run_tests(policy())
    assert good.passed
    (bad,) = run_tests(policy(TEXT.replace("error_budget = -0.1", "error_budget = 0.2")))
    assert str(bad) == (
        "teeth.toml: gate 'budget', test 1:\n"
        "  - expected: closed\n"
        "  + came:     open\n"
        '    does not hold: error_budget[subject] < 0.0 (error_budget["example"] = 0.2)'
    )


def feature(*labels, **changes):
    """Return an open feature of the checkout."""
    return ticket(labels=frozenset({"feature", "component:checkout", *labels}), **changes)


def labels_of(given, gates=(CLOSED,)):
    """Return what rules do to a ticket while gates are closed."""
    return [op.after for op in ops(policy(), given, Memory(world=World(gates=gates)))]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (feature(), ["label held"]),
        (feature(phase="done"), []),
        (feature(source="ops"), []),
        (ticket(labels=frozenset({"feature", "component:search"})), []),
        (ticket(labels=frozenset({"component:checkout"})), []),
    ],
)
def test_a_gate_holds_open_tickets_of_its_sources_and_subject(given, expected):
    """As far as its conditions say so, which know the subject."""
    assert labels_of(given) == expected
    assert labels_of(given, gates=()) == []


def test_what_a_gate_waits_for_gets_what_it_lacks():
    """A lower priority is raised; an owner and a date that people gave stay."""
    lacking = ticket(labels=frozenset({"incident", "component:checkout"}))
    done = [type(op.verb) for op in ops(policy(), lacking, Memory(world=World(gates=(CLOSED,))))]
    assert sorted(done, key=str) == sorted([SetPriority, Assign, SetDue], key=str)
    owned = ticket(labels=lacking.labels, priority="low", assignees=frozenset({"bo-gh"}), due=NOW.date())
    (raised,) = ops(policy(), owned, Memory(world=World(gates=(CLOSED,))))
    assert (raised.before, raised.after) == ("priority low", "priority high")
    urgent = ticket(labels=lacking.labels, priority="critical", assignees=frozenset({"bo-gh"}), due=NOW.date())
    assert ops(policy(), urgent, Memory(world=World(gates=(CLOSED,)))) == ()


def test_a_page_names_everything():
    """Why, what it holds and lets through, what it waits for, when it opens, and who may waive."""
    (gate,) = policy().gates
    assert page_title(gate, CLOSED) == "Gate closed: budget (checkout)"
    told = words(page_prose(policy(), gate, CLOSED))
    for said in (
        "Features of checkout wait.",
        'error_budget[subject] < 0.0 (error_budget["checkout"] = -0.1)',
        "Sources: shop",
        'Pull requests with "feature" in labels',
        "But for a pull request of which one of these is true: reverts or fixes",
        "OPS-1 Down",
        "and 2 more",
        "It opens by itself when error_budget[subject] > 0.1. This ticket is closed then",
        "The lead of the team or kim may comment here, or on what is held: /kaizen waive teeth/budget checkout until",
    ):
        assert said in told


def test_a_pack_tells_of_its_gates():
    """In words that need no code."""
    pack = read_pack(FILE, TEXT)
    told = "\n".join(gate_sections(pack.gate_tables[0], pack.gates[0], ""))
    for said in (
        "it pauses feature development; there is one for each service, which conditions call `subject`; while it",
        "Let through are those of which `reverts` or `fixes` is true.",
        "Those get the priority high if theirs is lower or none; the lead of the team as their owner if they have",
        "The lead of the team and kim may waive it.",
        "With `error_budget` -0.1, a gate that was open becomes closed.",
    ):
        assert said in told


def test_the_levels_are_described_as_they_are():
    """The page's table is the code's."""
    page = (Path(__file__).parents[2] / "docs" / "gate-rules.md").read_text(encoding="utf-8")
    rows = [f"| `{level.name}` | {level.type} | {level.meaning} |" for level in (*BUILT_IN, *NAMED)]
    assert rows == [line for line in page.splitlines() if line.startswith("| `")]


def test_the_page_on_gates_shows_one_that_can_be_read():
    """Copied into a file of one's own, it is sound, and its test passes."""
    page = (Path(__file__).parents[2] / "docs" / "gate-rules.md").read_text(encoding="utf-8")
    shown = page.split("```toml\n")[1].split("```")[0]
    (result,) = run_tests(policy(TEXT.partition("[[gate]]")[0] + shown))
    assert result.passed
