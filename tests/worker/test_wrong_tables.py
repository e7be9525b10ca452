"""Wrong edits of reviews, twins, what is filed and undone, and of the config beside them: each has its remedy."""

import pytest

from tests.worker.shop import serving

RULES = """\
[pack]
name = "own"
about = "Ours."

[[review]]
id = "weekly"
about = "We meet."
every = "week"
day = 1
at = "09:00"
title = "Meeting {slot}"
assign = "council"
due = "3 workdays"
agenda = ["overdue", "inputs"]
quiet = { after = 2, kind = "escalation", say = "Nothing for {domain}." }

[[twin]]
id = "same"
about = "As its twin."
on = "any"
as = "twin"
follow = ["state", "owner", "due"]

[[rule]]
id = "files"
about = "Files."
on = "incident"
when = ["closed"]
[[rule.step]]
after = "1 day"
undo = true
[[rule.step]]
after = "0 days"
file = { kind = "improvement", title = "{item}", each = "actions", assign = "owner", due = "10 workdays" }
"""
MORE = """
[override."own.weekly"]
due = "5 workdays"

[override."own.same"]
follow = ["state"]

[council]
members = ["ana"]

[deferral]
labels = ["deferred"]
statuses = ["On Hold"]

[teams.all.calendar]
country = "CH"
workdays = ["monday", "tuesday"]
holidays = [2026-05-15]

[metrics]
incidents = ["incident"]
bulk = 30
cause_window = "6 hours"
load = ['"toil" in labels']

[file.improvement]
source = "shop"
labels = ["improvement"]

[inputs.debt]
kind = "csv"
path = "debt.csv"
date = "reviewed"
fresh = "35 days"
"""
KINDS = """\
escalation = ['"escalation" in labels']
review = ['"review" in labels']
incident = ["""


@pytest.fixture
def checked(tmp_path, capsys):
    """Return what `kaizend check` says of a rule file and a config, one of which is edited."""

    def check(old="", new="", *, rules=RULES, more=MORE):
        assert (rules + more).count(old) == 1 or not old
        with serving(tmp_path) as shop:
            (tmp_path / "own.toml").write_text(rules.replace(old, new, 1) if old else rules, encoding="utf-8")
            shop.configure(rules=("pack:backlog", "own.toml"), more=more.replace(old, new, 1) if old else more)
            shop.edit("incident = [", KINDS)
            code = shop.run("check")
        return code, capsys.readouterr().err.splitlines()

    return check


def test_there_is_nothing_wrong_before_it_is_edited(checked):
    """What the edits below are told of is theirs."""
    code, err = checked()
    assert (code, len(err)) == (0, 1)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            'every = "week"',
            'every = "weekly"',
            "review 'weekly', every, line 8, column 1: 'weekly' is not one of 'week',",
        ),
        ('every = "week"\n', "", "review 'weekly', line 5, column 1: 'every' is missing"),
        ("day = 1", "day = 8", "review 'weekly', day: a week has no day 8: write 1 (Monday) to 7"),
        ('at = "09:00"', 'at = "9 am"', "'9 am' is not a time of day: write '09:00'"),
        ("Meeting {slot}", "Meeting {solt}", "title, column 9: no placeholder '{solt}' (did you mean '{slot}'?)"),
        ('assign = "council"', 'assign = "counsil"', "assign: no person 'counsil' (did you mean 'council'?)"),
        ('["overdue", "inputs"]', '["overdeu"]', "agenda[1], line 14, column 1: 'overdeu' is not one of"),
        ("after = 2, kind", "after = 0, kind", "quiet.after, line 15, column 1: write a number greater than or"),
        ('"escalation", say', '"escalaton", say', "quiet.kind: no kind 'escalaton' (did you mean 'escalation'?)"),
        ("for {domain}.", "for {domian}.", "quiet.say, column 13: no placeholder '{domian}'"),
        ("quiet = {", "qiuet = {", "review 'weekly', line 15, column 1: no key 'qiuet' (did you mean 'quiet'?)"),
        ("[[review]]", "[[reviews]]", "line 5, column 1: no table 'reviews' (did you mean 'review'?)"),
        ("[[twin]]", "[twin]", "twin, line 17, column 1: write [[twin]], with two brackets on each side"),
        ('as = "twin"', 'as = "twins"', "twin 'same', as: no kind 'twins', nor 'twin' (did you mean 'twin'?)"),
        ('"state", "owner", "due"', '"status"', "'status' is not one of 'state', 'owner' or 'due' (did you mean"),
        ("undo = true", 'undo = "yes"', "step[1].undo, line 31, column 1: write true or false, not 'yes'"),
        ("undo = true", "unod = true", "step[1], line 31, column 1: no key 'unod' (did you mean 'undo'?)"),
        ('"improvement", title', '"improvment", title', "step[2].file.kind: no kind 'improvment' (did you mean"),
        ('"improvement", title', '"risk", title', "is named in [kinds] of the config: risk = ['\"risk\" in labels']"),
        ('each = "actions"', 'each = "action"', "step[2].file.each: no fact 'action' that is a list (did you mean"),
        ('assign = "owner"', 'assign = "onwer"', "step[2].file.assign: no role or person 'onwer' (did you mean"),
        ('"10 workdays" }', '"10 wrkdays" }', "step[2].file.due, line 34, column 1: no unit 'wrkdays' in the"),
        ('"10 workdays" }', '"10 workdays", labels = ["{doman}"] }', "step[2].file.labels, column 1: no placeholder"),
        (
            'id = "weekly"',
            'id = "files"',
            "review 1, id, line 6, column 1: there is a rule 'files' already, at line 25,",
        ),
    ],
)
def test_a_wrong_edit_of_a_rule_file_is_one_line_with_its_remedy(checked, old, new, expected):
    """Reviews, twins, what a step files and what it takes back."""
    code, err = checked(old, new)
    assert (code, len(err)) == (1, 1)
    assert err[0].startswith("own.toml: ")
    assert expected in err[0]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('"own.weekly"]', '"own.weakly"]', "no rule 'weakly' in the pack 'own' (did you mean 'weekly'?)"),
        ('due = "5 workdays"', 'every = "mounth"', ", every: 'mounth' is not one of 'week', 'month' or 'quarter'"),
        ('due = "5 workdays"', "quiet = { afetr = 9 }", ", quiet: no key 'afetr' (did you mean 'after'?)"),
        ('due = "5 workdays"', 'label = "x"', ": no key 'label' (did you mean 'labels'?)"),
        ('follow = ["state"]', 'follow = ["stat"]', ", follow[1]: 'stat' is not one of 'state', 'owner' or 'due'"),
        ('labels = ["deferred"]', 'lables = ["deferred"]', "[deferral]: no key 'lables' (did you mean 'labels'?)"),
        ("[deferral]", "[deferal]", "no table [deferal] (did you mean 'deferral'?)"),
        ('["monday", "tuesday"]', '["monday", "teusday"]', "element 2 must be 'monday',"),
        ("[2026-05-15]", '["15 May"]', "[teams.all.calendar]: 'holidays': element 1 must be a date, as in 2026-12-24"),
        ("[teams.all.calendar]", "[teams.all.calender]", "no key 'calender' (did you mean 'calendar'?)"),
        ("[file.improvement]", "[file.improvment]", "[file]: no kind 'improvment' (did you mean 'improvement'?)"),
        ('["improvement"]', '["imprvement"]', "labelled imprvement, would be of no kind: have [kinds] improvement ask"),
        (
            'kind = "csv"',
            'kind = "cvs"',
            "'kind' must be 'tracker', 'prometheus', 'csv', 'json' or 'url'",
        ),
        ("[metrics]", "[metric]", "no table [metric] (did you mean 'metrics'?)"),
        ("bulk = 30", "bluk = 30", "[metrics]: no key 'bluk' (did you mean 'bulk'?)"),
        ("bulk = 30", "bulk = 1", "[metrics]: 'bulk' must be at least 2"),
        ('"6 hours"', '"6 huors"', "[metrics]: 'cause_window' must be a time span, as in '30 seconds', '5 minutes'"),
        ('["incident"]', '["incidnet"]', "[metrics]: incidents: no kind 'incidnet' (did you mean 'incident'?)"),
        (
            '"toil" in labels',
            '"toil" in lables',
            "[metrics] load[1], column 11: no fact 'lables' (did you mean 'labels'",
        ),
        ("['\"toil\" in labels']", "['days_open']", "[metrics] load[1]: 'days_open' is of type int, not true or false"),
        ('"35 days"', '"35 dayz"', "[inputs.debt]: 'fresh' must be a time span, as in '30 seconds', '5 minutes'"),
        ("[inputs.debt]", "[input.debt]", "no table [input] (did you mean 'inputs'?)"),
    ],
)
def test_a_wrong_edit_of_the_config_beside_it_is_one_line_with_its_remedy(checked, old, new, expected):
    """Overrides of reviews and twins, what puts off, a team's workdays, what is filed where, the council's inputs."""
    code, err = checked(old, new)
    assert (code, len(err)) == (1, 1)
    assert err[0].startswith("shop.toml: line ")
    assert expected in err[0]
