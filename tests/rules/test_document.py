"""Rule files and config tables: the policy they make, and what is said of wrong ones."""

from __future__ import annotations

from datetime import UTC, date, datetime
from importlib import resources

import pytest

from rules.document import build_policy, read_pack
from rules.errors import PolicyError
from rules.model import Ticket
from rules.policy import Ceilings, Domain, Person, SourceFacts, Team
from rules.rule import DueRule, Duration, Step
from rules.saying import in_file

FILE = "backlog.toml"
TABLES = {
    "calendar": {"time_zone": "Europe/Berlin", "country": "DE", "holidays": [date(2026, 12, 24)]},
    "ceilings": {"pass": 50, "person": 2},
    "kinds": {"incident": ['"incident" in labels'], "improvement": ['"improvement" in labels']},
    "domains": {"security": {"label": "sec", "components": ["Login"], "keywords": ["CVE"]}, "speed": {}},
    "people": {"ana": {"github": "ana-gh", "ops": "acc-1"}, "bo": {"github": "bo-gh"}},
    "teams": {"checkout": {"lead": "ana", "sources": ["shop"], "components": ["Cart"]}},
    "council": {"members": ["bo"]},
    "commands": {"allowed": ["bo"]},
    "labels": {"needs-owner": {"colour": "d93f0b", "description": "Nobody's"}},
    "sources": {"shop": {"kind": "github", "component_label": "component:", "priorities": {"P1": "critical"}}},
}
PACK = """
[pack]
name = "backlog"
about = "Improvements."
"""
RULE = """
[[rule]]
id = "owned"
on = "improvement"
when = ['open']
say = "Nobody owns this."
"""
WHOLE = """
[[rule]]
id = "whole"
about = "All there is."
on = ["improvement", "incident"]
when = ['open', '!has_owner']
label = "needs-owner"
add_label = "{domain}"
say = "This is {title}, due {due}."
comment = "Hello {owner}."
due = { from = "episode", critical = "5 workdays", low = "2 weeks" }
assign = "lead"
priority = "high"
section = "ownership"
mode = "canary"
canary_share = 0.5
from = "2026-12-01"
ceiling = 3

[[rule.step]]
after = "0 days"
ping = "owner"

[[rule.step]]
after = "5 workdays"
ping = ["lead", "bo"]
say = "{key} is late."

[[rule.test]]
given = { kind = "incident", priority = "high", created = "2026-11-02", due = "none", labels = ["a", "b"] }
at = "2026-11-03T09:00:00Z"
expect = ['set due 2026-11-30']

[[rule.test]]
given = { created = 2026-11-02T10:00:00, closed = "2026-11-03", due = 2026-11-30, assignees = "ana" }
at = "2026-11-04"
expect = []
"""


def problems(text: str, **changes) -> tuple[str, ...]:
    """Return what is said of a rule file, beside TABLES with changes."""
    with pytest.raises(PolicyError) as caught:
        build_policy(TABLES | changes, [(FILE, text)])
    return caught.value.problems


def test_a_whole_rule_is_read():
    """Every key of a rule file becomes what the rules work on."""
    rule = build_policy(TABLES, [(FILE, PACK + WHOLE)]).rules[0]
    shown = {name: getattr(rule, name) for name in rule.__slots__} | {"when": rule.when.texts}
    assert shown == {
        "id": "backlog/whole",
        "pack": "backlog",
        "section": "ownership",
        "about": "All there is.",
        "on": ("improvement", "incident"),
        "when": ("open", "!has_owner"),
        "label": "needs-owner",
        "add_label": "{domain}",
        "say": "This is {title}, due {due}.",
        "comment": "Hello {owner}.",
        "due": DueRule(start="episode", by_level={"critical": Duration(5, "workdays"), "low": Duration(2, "weeks")}),
        "assign": "lead",
        "priority": "high",
        "steps": (
            Step(after=Duration(0, "days"), ping=("owner",)),
            Step(after=Duration(5, "workdays"), ping=("lead", "bo"), say="{key} is late."),
        ),
        "mode": "canary",
        "canary_share": 0.5,
        "since": date(2026, 12, 1),
        "ceiling": 3,
        "follow": (),
        "leads_as": (),
        "sources": (),
        "gate": "",
        "plan": "",
    }


def test_a_rule_file_reads_as_it_is_documented():
    """The short form: one kind as a text, a due date by priority, and a test beside its rule."""
    text = """
[pack]
name = "backlog"
about = "All improvement work is logged, prioritized, owned and time-bound."

[[rule]]
id    = "owned"
about = "Every improvement has an owner."
on    = "improvement"
when  = ['open', 'size(assignees) == 0', 'workdays_open >= 2']
label = "needs-owner"
say   = "This improvement has no owner. Assign one, or say who decides."
[[rule.step]]
after = "5 workdays"
ping  = ["lead"]

[[rule]]
id    = "time-boxed"
on    = "improvement"
when  = ['open', '!has_due', 'priority != "none"']
due   = { from = "created", critical = "5 workdays", high = "20 workdays" }

[[rule.test]]
given  = { kind = "improvement", priority = "high", created = "2026-11-02", due = "none" }
at     = "2026-11-03T09:00:00Z"
expect = ['set due 2026-11-30']
"""
    policy = build_policy(TABLES, [(FILE, text)])
    assert [(rule.id, rule.on, rule.mode, rule.steps) for rule in policy.rules] == [
        ("backlog/owned", ("improvement",), "on", (Step(after=Duration(5, "workdays"), ping=("lead",)),)),
        ("backlog/time-boxed", ("improvement",), "on", ()),
    ]
    assert [(test.rule, test.expect) for test in policy.tests] == [("backlog/time-boxed", ("set due 2026-11-30",))]


def test_the_company_is_read():
    """Kinds keep the config's order; names are compared in lower case where trackers do not care."""
    policy = build_policy(TABLES, [(FILE, PACK + RULE)])
    assert [(kind.name, kind.when.texts) for kind in policy.kinds] == [
        ("incident", ('"incident" in labels',)),
        ("improvement", ('"improvement" in labels',)),
    ]
    assert policy.domains == (
        Domain(name="security", label="sec", components=frozenset({"login"}), keywords=frozenset({"cve"})),
        Domain(name="speed", label="domain:speed"),
    )
    assert policy.people == {
        "ana": Person(name="ana", logins={"github": "ana-gh", "ops": "acc-1"}),
        "bo": Person(name="bo", logins={"github": "bo-gh"}),
    }
    checkout = Team(name="checkout", lead="ana", sources=frozenset({"shop"}), components=frozenset({"cart"}))
    assert (policy.teams, policy.council, policy.commanders) == ((checkout,), ("bo",), frozenset({"bo"}))
    shop = SourceFacts(name="shop", kind="github", component_label="component:", priorities={"p1": "critical"})
    assert (policy.sources, policy.ceilings) == ({"shop": shop}, Ceilings(pass_=50, person=2))
    assert policy.labels == {"needs-owner": ("d93f0b", "Nobody's")}
    assert policy.calendar.workdays_between(date(2026, 12, 23), date(2026, 12, 28)) == 1


def example(**values) -> Ticket:
    """Return the plain ticket of a test."""
    plain = {
        "source": "example",
        "uid": "example/1",
        "key": "EXAMPLE-1",
        "ref": "1",
        "url": "https://tracker.example/1",
        "title": "An example",
        "phase": "new",
        "status": "open",
    }
    return Ticket(**(plain | values))


def test_tests_are_read_with_plain_tickets():
    """What a test leaves out is plain; a day is its morning, and a time without a zone is the calendar's."""
    first, second = build_policy(TABLES, [(FILE, PACK + WHOLE)]).tests
    created = datetime(2026, 11, 2, 8, tzinfo=UTC)
    assert (first.rule, first.kind, first.expect) == ("backlog/whole", "incident", ("set due 2026-11-30",))
    assert (first.at, first.where) == (datetime(2026, 11, 3, 9, tzinfo=UTC), "backlog.toml: rule 'whole', test 1")
    assert first.given == example(created=created, updated=created, priority="high", labels=frozenset({"a", "b"}))
    closed = datetime(2026, 11, 3, 8, tzinfo=UTC)
    assert (second.kind, second.at, second.expect) == ("improvement", datetime(2026, 11, 4, 8, tzinfo=UTC), ())
    assert second.given == example(
        created=datetime(2026, 11, 2, 9, tzinfo=UTC),
        updated=closed,
        closed=closed,
        phase="done",
        status="closed",
        due=date(2026, 11, 30),
        assignees=frozenset({"ana"}),
    )


def test_the_packs_that_ship_are_sound():
    """Every pack in the house can be read."""
    packs = [each for each in resources.files("rules.packs").iterdir() if each.name.endswith(".toml")]
    read = [read_pack(each.name, each.read_text(encoding="utf-8")) for each in packs]
    assert [pack.file for pack in read] == [f"{pack.name}.toml" for pack in read] != []


def test_the_policys_name_changes_with_every_text():
    """A saved plan can tell that the policy is another now; the same texts make the same name."""
    policies = [
        build_policy(TABLES, [(FILE, PACK + RULE)]),
        build_policy(dict(TABLES), [(FILE, PACK + RULE)]),
        build_policy(TABLES, [(FILE, PACK + RULE + "# words")]),
        build_policy(TABLES | {"ceilings": {"pass": 51}}, [(FILE, PACK + RULE)]),
        build_policy(TABLES | {"kinds": dict(reversed(TABLES["kinds"].items()))}, [(FILE, PACK + RULE)]),
        build_policy(TABLES, [("other.toml", PACK + RULE)]),
    ]
    names = [policy.sha for policy in policies]
    assert names[0] == names[1]
    assert len(set(names)) == len(names) - 1


@pytest.mark.fault("rules/file-that-is-none")
@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("\ufeff" + PACK, "line 1, column 1: a byte order mark: save the file as UTF-8 without one"),
        ("[pack]\nname = \ud800", "line 2: not UTF-8: save the file as UTF-8"),
        ("[pack]\nname", "end of document: a key needs its '=': write key = value"),
        (
            "[pack]\nname =\n",
            "line 2, column 7: this is no value: texts stand in straight quotes, lists in square brackets",
        ),
        ("[pack]\nname = 'a'\nname = 'b'\n", "line 3, column 11: this key stands there twice: take one of them out"),
        ("a = " + "[" * 100_000, "nested too deep"),
        ("a." * 100_000 + "b = 1", "a key of more than 20 parts"),
        ("a = {" + '"a".' * 100_000 + "b = 1}", "a key of more than 20 parts"),
        ("#" * 1_100_000, "larger than a rule file may be (500,000 characters)"),
        ("", "'pack' is missing"),
    ],
)
def test_what_is_no_rule_file_is_one_clear_line(text, problem):
    """A file that cannot even be parsed says where and why, without a traceback, and takes nothing down."""
    with pytest.raises(PolicyError) as caught:
        read_pack(FILE, text)
    assert caught.value.problems[0] == f"{FILE}: {problem}"


def test_a_number_of_thousands_of_digits_is_refused():
    """Python's own bound on such numbers is told like any other error."""
    with pytest.raises(PolicyError, match=r"^backlog.toml: a value is out of bounds: "):
        read_pack(FILE, "a = " + "9" * 5000)


@pytest.mark.fault("objects/label-too-long")
@pytest.mark.fault("rules/code-in-a-text")
@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('lable = "x"', "rule 'owned', line 11, column 1: no key 'lable' (did you mean 'label'?)"),
        ("label = 5", "rule 'owned', label, line 11, column 1: write a text in quotes, not '5'"),
        ('due = { hihg = "1 day" }', "rule 'owned', due, line 11, column 1: no key 'hihg' (did you mean 'high'?)"),
        (
            'due = { high = "1 dya" }',
            "rule 'owned', due.high, line 11, column 1: no unit 'dya' in the duration '1 dya' (did you mean 'day'?)",
        ),
        ("due = {}", "rule 'owned', due: no time for any priority: give it 'critical', 'high', 'medium' or 'low'"),
        (
            'mode = "shaddow"',
            (
                "rule 'owned', mode, line 11, column 1: 'shaddow' is not one of 'shadow', 'canary' or 'on'"
                " (did you mean 'shadow'?)"
            ),
        ),
        (
            "from = 2026-12-01T00:00:00",
            "rule 'owned', from, line 11, column 1: '2026-12-01 00:00:00' is not a date: write '2026-12-01'",
        ),
        (
            "canary_share = 1.5",
            "rule 'owned', canary_share, line 11, column 1: write a number less than or equal to 1",
        ),
        ("ceiling = true", "rule 'owned', ceiling, line 11, column 1: write a whole number, not 'True'"),
        (
            "\n  [[rule.step]]\n  after = '1 day'\n  ping = []",
            "rule 'owned', step[1].ping, line 14, column 3: write at least one",
        ),
        (
            "[[rule.step]]\nafter = '1 day'",
            "rule 'owned', step[1]: does nothing: give it a 'ping', 'reopen = true', 'undo = true' or 'file'",
        ),
        (
            "[[rule.step]]\nafter = '1 day'\nreopen = 'yes'",
            "rule 'owned', step[1].reopen, line 13, column 1: write true or false, not 'yes'",
        ),
        (
            "[[rule.step]]\nafter = '1 day'\nundoo = true",
            "rule 'owned', step[1], line 13, column 1: no key 'undoo' (did you mean 'undo'?)",
        ),
        ("[[rule.step]]\nping = 'ana'", "rule 'owned', step[1], line 11, column 1: 'after' is missing"),
        (
            "[[rule.test]]\ngiven = { knd = 'x' }\nat = '2026-11-03'\nexpect = []",
            "rule 'owned', test[1].given, line 12, column 1: no key 'knd' (did you mean 'kind'?)",
        ),
        (
            "[[rule.test]]\ngiven = {}\nat = 'soon'\nexpect = []",
            (
                "rule 'owned', test[1].at, line 13, column 1: 'soon' is not a day or moment:"
                " write '2026-11-03' or '2026-11-03T09:00:00Z'"
            ),
        ),
        (
            '[widget."backlog/owned"]',
            (
                "line 11, column 1: no table 'widget':"
                " a rule file has [pack], [[rule]], [[review]], [[twin]], [[gate]] and [[metric]]"
            ),
        ),
        ("[[reviews]]", "line 11, column 1: no table 'reviews' (did you mean 'review'?)"),
        (
            "[[widget]]",
            (
                "line 11, column 1: no table 'widget':"
                " a rule file has [pack], [[rule]], [[review]], [[twin]], [[gate]] and [[metric]]"
            ),
        ),
        ("[[digest]]", "line 11, column 1: [[digest]] tables are not known in this version"),
        (
            "[[rule]]\nid = 'b'\non = 'any'\nwhen = 'open'\nsay = 'x'",
            "rule 'b', when, line 14, column 1: write a list in square brackets, not 'open'",
        ),
        ("[[rule]]\non = 'any'\nwhen = ['open']", "rule 2, line 11, column 1: 'id' is missing"),
        (
            "[[rule]]\nid = 'owned'\non = 'any'\nwhen = ['open']\nsay = 'x'",
            "rule 2, id, line 12, column 1: there is a rule 'owned' already, at line 7, column 1: choose another name",
        ),
        (
            "[[rule]]\nid = 'b'\non = 'any'\nwhen = ['open', 'workdays_opne >= 2']\nsay = 'x'",
            "rule 'b', when[2], column 1: no fact 'workdays_opne' (did you mean 'workdays_open'?)",
        ),
        (
            "[[rule]]\nid = 'b'\non = 'any'\nwhen = []\nsay = 'x'",
            "rule 'b', when, line 14, column 1: write at least one",
        ),
    ],
)
def test_a_wrong_key_is_told_with_its_place(line, problem):
    """Every error names file, rule, key, line and column, and the nearest right name."""
    assert problems(PACK + RULE + line) == (f"{FILE}: {problem}",)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('say = "{titel}"', "say, column 1: no placeholder '{titel}' (did you mean '{title}'?)"),
        ('say = "a {owner.name}"', "say, column 3: no placeholder '{owner.name}' (did you mean '{owner}'?)"),
        ('say = "{owner!r}"', "say, column 1: no placeholder '{owner!r}' (did you mean '{owner}'?)"),
        ("say = \"{{ ''.__class__ }}\"", "say, column 1: braces are for placeholders like '{title}' alone"),
        ('comment = "}"', "comment, column 1: braces are for placeholders like '{title}' alone"),
        ('add_label = "{domian}"', "add_label, column 1: no placeholder '{domian}' (did you mean '{domain}'?)"),
        ('say = "{lables}"', "say, column 1: no placeholder '{lables}' (did you mean '{labels}'?)"),
        (
            'say = "{xyz}"',
            (
                "say, column 1: no placeholder '{xyz}': there are title, key, owner, lead, reporter, due, priority,"
                " status, today, and every fact"
            ),
        ),
        ('label = "{domain}"', "label, column 1: no placeholder '{domain}': this text has none"),
        ('assign = "anna"', "assign: no role or person 'anna' (did you mean 'ana'?)"),
        ('label = " x"', "label: the label ' x' begins or ends with a space: write 'x'"),
        ('label = ".."', "label: the label '..' is a way in an address: no tracker could take it off again"),
        ('label = "a\u202eb"', "label: the label 'a\\u202eb' holds a character that nobody sees: write it anew"),
        ('label = "a, b"', "label: the label 'a, b' holds a comma, which parts labels in a list: write 'a-b'"),
        (f'label = "{"x" * 51}"', f"label: the label '{'x' * 51}' has 51 characters: 50 at most"),
    ],
)
def test_what_a_rule_asks_for_must_be_there(line, problem):
    """Placeholders, roles, people and labels are checked before anything is done with them."""
    rule = '[[rule]]\nid = "a"\non = "any"\nwhen = ["open"]\npriority = "low"\n'
    assert problems(PACK + rule + line) == (f"{FILE}: rule 'a', {problem}",)


@pytest.mark.fault("objects/label-with-a-space")
def test_jira_takes_no_label_with_a_space():
    """With a Jira among the sources such a label is refused when the rules are read, not when they are applied."""
    rule = '[[rule]]\nid = "a"\non = "any"\nwhen = ["open"]\nlabel = "needs owner"\n'
    assert build_policy(TABLES, [(FILE, PACK + rule)]).rules[0].label == "needs owner"
    assert problems(PACK + rule, sources={"ops": {"kind": "jira"}}, teams={}) == (
        f"{FILE}: rule 'a', label: the label 'needs owner' holds a space, which Jira refuses: write 'needs-owner'",
    )


def two(first: str, second: str) -> str:
    """Return a file of two rules, with a line of their own each."""
    rule = '[[rule]]\nid = "{}"\nwhen = ["open"]\npriority = "low"\n{}\n'
    return PACK + rule.format("a", first) + rule.format("b", second)


QUARREL = (
    f"{FILE}: rule 'b', label: rule 'backlog/a' puts 'x' on tickets of the same kind, too: choose another",
    f"{FILE}: rule 'b', due: rule 'backlog/a' gives due dates to the same kind, too: make them one rule",
)
BOTH = 'label = "x"\ndue = { high = "1 day" }\non = '


@pytest.mark.fault("rules/two-for-a-label")
@pytest.mark.fault("rules/two-due-dates")
@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (BOTH + '"improvement"', BOTH + '["incident", "improvement"]', QUARREL),
        (BOTH + '"any"', BOTH + '"incident"', QUARREL),
        (BOTH + '"any"\nmode = "canary"', BOTH + '"incident"', QUARREL),
        (BOTH + '"any"\nmode = "shadow"', BOTH + '"any"\nmode = "shadow"', QUARREL),
        ('on = "any"\nlabel = "x"', 'on = "any"\nadd_label = "X"', ("takes 'X' off",)),
        ('on = "any"\nadd_label = "x"', 'on = "any"\nlabel = "X"', ("puts 'X' on",)),
    ],
)
def test_rules_that_would_undo_each_other_are_refused(first, second, expected):
    """One label worn for two reasons would come and go; two due dates would take turns."""
    found = problems(two(first, second))
    assert len(found) == len(expected)
    assert all(part in problem for part, problem in zip(expected, found, strict=True))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (BOTH + '"improvement"', BOTH + '"incident"'),
        (BOTH + '"any"', BOTH + '"any"\nmode = "shadow"'),
        ('on = "any"\nadd_label = "x"', 'on = "any"\nadd_label = "x"'),
    ],
)
def test_rules_that_never_meet_may_do_the_same(first, second):
    """Other kinds, or a shadow of a rule, or a label both only add, are no quarrel."""
    assert len(build_policy(TABLES, [(FILE, two(first, second))]).rules) == 2


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"calendar": {"time_zone": "Berlin"}}, "[calendar]: no time zone 'Berlin'"),
        (
            {"kinds": {"improvement": ["opne"]}},
            "[kinds] improvement[1], column 1: no fact 'opne' (did you mean 'open'?)",
        ),
        ({"council": {"members": ["boo"]}}, "[council]: members: no person 'boo' (did you mean 'bo'?)"),
        ({"commands": {"allowed": ["zoe"]}}, "[commands]: allowed: no person 'zoe'"),
        ({"teams": {"a": {"lead": "anna"}}}, "[teams.a]: lead: no person 'anna' (did you mean 'ana'?)"),
        (
            {"teams": {"a": {"lead": "ana", "sources": ["shp"]}}},
            "[teams.a]: sources: no source 'shp' (did you mean 'shop'?)",
        ),
        ({"domains": {"a": {"label": "x,y"}}}, "[domains.a]: label: the label 'x,y' holds a comma"),
        (
            {"domains": {"a": {"label": "x"}, "b": {"label": "X"}}},
            "[domains.b]: label: the label 'X' is that of 'a', too",
        ),
        ({"people": TABLES["people"] | {"lead": {}}}, "[people]: 'lead' is what rules call a role"),
        ({"kinds": TABLES["kinds"] | {"any": ["open"]}}, "[kinds] any: 'any' is what rules call every kind"),
    ],
)
def test_the_configs_tables_are_checked(changes, problem):
    """Names that nobody has, conditions and calendars are told by their table."""
    assert problems(PACK + RULE, **changes)[0].startswith(f"config.toml: {problem}")


def test_all_problems_of_all_files_are_told_at_once():
    """Nobody mends one file to hear of the next; and a rule about a kind that does not compile adds no noise."""
    wrong = TABLES | {"kinds": {"improvement": ["opne"]}}
    files = [("a.toml", PACK + RULE + 'lable = "x"\nsya = "x"'), ("b.toml", PACK + RULE.replace("'open'", "'opne'"))]
    with pytest.raises(PolicyError) as caught:
        build_policy(wrong, files, say=in_file("kaizend.toml"))
    assert [problem.split(":")[0] for problem in caught.value.problems] == [
        "kaizend.toml",
        "a.toml",
        "a.toml",
        "b.toml",
    ]


@pytest.mark.fault("rules/no-rules")
def test_no_rule_files_are_no_policy():
    """Zero rules must never look like success."""
    with pytest.raises(PolicyError, match="no rule files: name at least one, like 'pack:backlog'"):
        build_policy(TABLES, [])


def test_two_packs_have_two_names():
    """A rule's id is its pack's name and its own: it must stay unique."""
    with pytest.raises(PolicyError, match=r"^b.toml: pack.name: a.toml is called 'backlog', too"):
        build_policy(TABLES, [("a.toml", PACK + RULE), ("b.toml", PACK + RULE)])


def test_a_file_full_of_errors_is_told_in_a_few_lines():
    """Of one file fifty problems are shown, the rest is counted."""
    found = problems(PACK + "[[rule]]\n" * 1000)
    assert (len(found), found[-1]) == (51, f"{FILE}: ... and 2950 more")


def test_a_rule_serves_its_packs_section_unless_it_names_one():
    """The section of [pack] counts for all its rules; an override does not lose it."""
    pack = PACK.replace('name = "backlog"', 'name = "backlog"\nsection = "deferral"')
    one = '[[rule]]\nid = "one"\non = "improvement"\nwhen = ["open"]\nsay = "x"\n'
    two = one.replace('"one"', '"two"') + 'section = "scope"\n'
    tables = TABLES | {"override": {"backlog.one": {"say": "y"}}}
    rules = build_policy(tables, [(FILE, pack + one + two)]).rules
    assert [(rule.section, rule.say) for rule in rules] == [("deferral", "y"), ("scope", "x")]
