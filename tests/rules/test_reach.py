"""What a rule file cannot reach: files, the network, the environment, another rule, the clock, all of the memory."""

import pytest

from rules.conditions import activate, compile_all
from rules.document import build_policy
from rules.errors import ConditionError, RulesError
from tests.rules.factories import card_of, done, ticket, words

PACK = '[pack]\nname = "own"\nabout = "Ours."\n\n'
RULE = '[[rule]]\nid = "one"\nabout = "One."\non = "improvement"\nwhen = [\'open\']\n'
TABLES = {"kinds": {"improvement": ["true"]}, "sources": {"shop": {"kind": "github"}}}
ROUNDS = "[" + ",".join("0" * 60) + "]"


@pytest.mark.parametrize(
    "clause",
    [
        *('env("HOME") != ""', 'env.HOME == ""', 'os.environ == ""', 'getenv("HOME") == ""', '__import__("os") == 1'),
        *("__class__ == 1", 'title.__class__ == "x"', 'title.format("x") == ""', '"%s".format([title]) == ""'),
        *('open("/etc/passwd") == ""', 'file.read("x") == ""', 'include("x.toml")', 'import("os") == 1'),
        *('http.get("http://x") == ""', 'net.lookup("x") == ""', 'ip("127.0.0.1") == ip("127.0.0.1")', 'url("x") == 1'),
        *("now() > 1", "rules.other.holds", "memory.cards == 1", 'ledger["x"] == 1', "config.token == ''"),
        *("lists.range(1000000000).size() > 1", 'regex.replace("a", "b", "c") == "a"', "cel.bind(x, 1, x == 1)"),
        *(
            '"a" * 1000000000 == ""',
            "9 ** 9 ** 9 > 1",
            "open ? (open = false) : open",
            "for x in labels: true",
            "a := 1",
        ),
    ],
)
def test_a_condition_asks_for_facts_alone(clause):
    """No function but CEL's own, no name but a fact's: whatever else is written is refused when it is loaded."""
    with pytest.raises(ConditionError):
        compile_all([clause], where="own.toml: rule 'one', when")


@pytest.mark.parametrize(
    "clause",
    [
        f"{ROUNDS}.all(a, {ROUNDS}.all(b, {ROUNDS}.all(c, {ROUNDS}.all(d, {ROUNDS}.all(e, a + b + c + d + e == 0)))))",
        f"{ROUNDS}.map(a, {ROUNDS}.map(b, body + body + body + body + body)).size() > 0",
        f"{ROUNDS}.exists(a, {ROUNDS}.exists(b, (body + body).contains('x')))",
        f"{ROUNDS}.all(a, {ROUNDS} . map (b, bytes(body)).size() > 0)",
        "labels.filter(l, l + l == '').map(l, [1].all(n, n == 1)).size() > 0",
    ],
)
def test_a_condition_that_would_fill_the_memory_is_refused(clause):
    """What is made in a loop is kept to its end; nothing is."""
    with pytest.raises(ConditionError, match=r"column \d+: no ('\+'|bytes\(\)) inside of"):
        compile_all([clause], where="own.toml: rule 'one', when")


@pytest.mark.parametrize(
    "clause",
    [
        "labels.exists(l, components.exists(c, l == c))",
        "labels.exists(l, l.matches('a+b'))  // one + one",
        "size(labels) + size(components) < 3",
        "labels.map(l, size(l)).exists(n, double(n) > 1e+3) || title + body != ''",
    ],
)
def test_what_is_usual_is_not(clause):
    """Sums outside of loops, a plus in a text, in a comment, in a number."""
    compile_all([clause], where="own.toml: rule 'one', when")


def test_a_loop_without_end_is_ended():
    """A clause that would take sixty to the fifth rounds cannot be said, and does not hold."""
    clause = "a == b"
    for name in "edcba":
        clause = f"{ROUNDS}.all({name}, {clause})"
    whole = compile_all([clause], where="x")
    assert not whole.holds(activate({"open": True}))
    assert [one.holds for one in whole.explain(activate({"open": True}))] == [None]


def test_a_pattern_of_a_rule_takes_linear_time():
    """The engine's patterns are RE2: what takes for ever elsewhere is judged at once, backreferences are refused."""
    whole = compile_all(["body.matches('^(a+)+$')"], where="x")
    assert not whole.holds(activate({"body": "a" * 1_000_000 + "!"}))
    for pattern in (r"(a)\\1", "(?=a)", "(?<=a)", "a{100000}", "((a{100}){100}){100}"):
        with pytest.raises(ConditionError):
            compile_all([f"body.matches('{pattern}')"], where="x")


@pytest.mark.parametrize(
    "text",
    [
        *("{title.__class__}", "{title!r}", "{title:>1000000000}", "{0}", "{}", "{{title}}", "{title[0]}", "{env}"),
        *("${HOME}", "{HOME}", "{self}", "{policy}", "{% include 'x' %}", "{token}"),
    ],
)
def test_a_text_has_no_template_code(text):
    """A placeholder is a name from a list: attributes, formats, code and settings are refused."""
    with pytest.raises(RulesError, match=r"own.toml: rule 'one', say, column \d+: (no placeholder|braces are for)"):
        build_policy(TABLES, [("own.toml", f'{PACK}{RULE}say = "x {text} y"\n')])


def test_a_placeholder_in_a_title_is_not_filled_in():
    """What a ticket says is put in once, as it is."""
    policy = build_policy(TABLES, [("own.toml", f'{PACK}{RULE}say = "It is {{title}}."\n')])
    of = ticket(title="{owner} {title} {due} %s ${HOME}")
    assert "It is {owner} {title} {due} %s ${HOME}." in words(card_of(done(policy, of)[2].ops).verb.prose)


@pytest.mark.parametrize("key", ["include", "import", "extends", "env", "run", "command", "url", "file"])
def test_a_rule_file_has_no_key_that_fetches(key):
    """Neither on its top nor in a rule."""
    for text in (f'{key} = "x"\n{PACK}{RULE}', f'{PACK}{RULE}{key} = "x"\n', f'{PACK}[{key}]\na = "x"\n'):
        with pytest.raises(RulesError):
            build_policy(TABLES, [("own.toml", text)])


def test_two_rules_do_not_see_each_other():
    """Each is judged on the ticket as the tracker has it: what one says or plans changes nothing for the next."""
    first = RULE + 'label = "seen"\n'
    second = RULE.replace('"one"', '"two"').replace("'open'", "'\"seen\" in labels'") + 'say = "Two."\n'
    policy = build_policy(TABLES, [("own.toml", PACK + first + second)])
    planned = done(policy, ticket(labels=frozenset()))[2]
    assert [op.rule for op in planned.ops if op.name != "card"] == ["own/one"]
