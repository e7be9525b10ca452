"""What policies do that are wrong, changed or too eager, and what two policies do to each other, over whole passes."""

import re

import pytest

from rules.errors import PolicyError
from tests.worker.faulty import FLAVOURS, firm, rules, settled
from tests.worker.places import BEFORE, LATE
from worker.cycle import Watching, once

QUARREL = """
[[rule]]
id = "here"
about = "Marked when it is not there."
on = "improvement"
when = ['open', '!("there" in labels)']
label = "here"

[[rule]]
id = "there"
about = "Marked when it is here."
on = "improvement"
when = ['open', '"here" in labels']
label = "there"
"""


DATED = """when = ["open", "!has_due"]
[rule.due]
from = "episode"
high = "10 days"
"""


@pytest.mark.fault("rules/rules-that-undo-each-other", "github", "cloud")
def test_rules_that_quarrel_come_to_rest(tmp_path):
    """Two labels, each of which takes the other's reason away: the pass says so; in fifty passes nothing swings."""
    with firm(tmp_path) as made:
        rules(made, QUARREL)
        made.issue(labels=["priority:high"])
        made.task()
        first = made.once()
        assert any("keep undoing each other" in trouble for trouble in first.troubles), first.troubles
        made.sandbox.log.clear()
        with made.worker() as worker:
            for _ in range(50):
                made.clock.forward(hours=7)
                once(worker, made.stop, watching=Watching())
        assert made.writes() == []


def test_rules_that_quarrel_hold_up_nobody_else(tmp_path):
    """A rule beside them that only gives a due date is not named with them, and acts."""
    with firm(tmp_path) as made:
        rules(made, f'{QUARREL}\n[[rule]]\nid = "dated"\nabout = "x"\non = "improvement"\n{DATED}')
        made.task()
        first = made.once()
        assert str(made.jira.issue("OPS-1").due) == "2026-12-04"
        assert [text for text in first.troubles if "dated" in text] == []
        assert made.written() == []


EAGER = """
[[rule]]
id = "eager"
about = "Everything is marked, told and called for."
on = "any"
when = ['open']
label = "seen"
comment = "{title} was seen."
say = "Seen."

[[rule.step]]
after = "0 days"
ping = ["reporter"]
"""


@pytest.mark.fault("rules/runaway-rule", "github", "cloud")
def test_a_rule_that_matches_everything_is_held_before_its_first_write(tmp_path):
    """Not a label made, not a comment: pass after pass, and each of them says that it is not whole."""
    with firm(tmp_path) as made:
        rules(made, EAGER)
        for number in range(130):
            made.github.add_issue(f"T{number}", author="bo-gh", created_at=BEFORE, updated_at=BEFORE)
        for number in range(20):
            made.task(f"J{number}")
        for _ in range(3):
            passed = made.once()
            assert any("rule own/eager: 305 wanted, ceiling 100" in one for one in passed.troubles), passed.troubles
        assert made.writes() == []


TOLD = """
[[rule]]
id = "told"
about = "What is talked about is marked."
on = "improvement"
when = ['open', 'title.contains("talked about")']
label = "told"
"""


@pytest.mark.fault("rules/sudden-jump", "github", "cloud")
def test_a_rule_that_wants_ten_times_as_much_as_ever_is_held_until_somebody_agrees(tmp_path):
    """Thirty-one titles change overnight: not a label, pass after pass; with a ceiling of its own it goes on."""
    with firm(tmp_path) as made:
        rules(made, TOLD)
        made.issue("Much talked about")
        made.task("Much talked about")
        issues = [made.issue(f"Slow {number}") for number in range(16)]
        tasks = [made.task(f"Slow {number}") for number in range(15)]
        settled(made)
        made.clock.forward(hours=1)
        for issue in issues:
            made.github.edit(issue, actor="bo-gh", title="No longer talked about")
        for task in tasks:
            made.jira.edit(task.key, actor="bo", summary="No longer talked about")
        made.sandbox.log.clear()
        said = "rule own/told (at most 2 a pass until now): 31 wanted, ceiling 30: held back"
        assert [made.once().troubles for _ in range(2)] == [(said,)] * 2
        assert made.writes() == []
        rules(made, TOLD + "ceiling = 31\n")
        settled(made)
        assert sum(count for what, count in made.seen().items() if what.endswith("label told")) == 33


@pytest.mark.fault("rules/old-tracker")
@pytest.mark.fault("rules/old-tracker", "github")
@pytest.mark.parametrize("flavour", FLAVOURS)
def test_the_first_look_at_ten_years_of_tickets_calls_nobody_out_of_them(tmp_path, flavour):
    """What lies there for years climbs no ladder on the first day but its foot, and no person hears more than five."""
    with firm(tmp_path, flavour) as made:
        for number in range(12):
            year = 2016 + number % 10
            made.issue(f"Old {number}", labels=["priority:low"], owner="bo", at=BEFORE.replace(year=year))
            made.task(f"Old {number}", priority="Low", owner="bo", at=BEFORE.replace(year=year))
        for number in range(8):
            made.issue(f"Late {number}", labels=["priority:low"], owner="bo", due=LATE)
            made.task(f"Late {number}", priority="Low", owner="bo", due=LATE)
        made.once()
        settled(made, 0)
        seen = made.seen()
        assert sum(count for what, count in seen.items() if what.endswith("ping")) == 5
        said = "".join(comment.body for issue in made.issues() for comment in issue.comments)
        said += "".join(comment.body for issue in made.jira.issues.values() for comment in issue.comments)
        assert not re.search(r"(?<!\\)(@|\[~(accountid:acc-)?)(ana|kim)", said)
        assert re.search(r"(@|\[~(accountid:acc-)?)bo", said)


@pytest.mark.fault("rules/other-words")
@pytest.mark.fault("rules/other-words", "github")
@pytest.mark.parametrize("flavour", FLAVOURS)
def test_other_words_in_a_rule_post_nothing_again(tmp_path, flavour):
    """Comment, ping and card are edited in the rule file: what was said stays said once."""
    with firm(tmp_path, flavour) as made:
        rules(made, EAGER)
        made.issue(owner="bo")
        made.task(owner="bo")
        settled(made)
        before = made.seen()
        rules(made, EAGER.replace("was seen", "has been looked at").replace('"Seen."', '"Looked at."'))
        settled(made, 0)
        assert made.seen() == before


MARKED = """
[[rule]]
id = "marked"
about = "Marked while it is open."
on = "improvement"
when = ['open']
label = "seen"

[[rule]]
id = "kept"
about = "Marked for good."
on = "improvement"
when = ['open']
add_label = "known"
"""
OTHER_RULES = {
    "another label": (MARKED.replace('"seen"', '"looked-at"'), ("known", "looked-at")),
    "no label": (MARKED.replace('label = "seen"', 'say = "Seen."', 1), ("known",)),
    "a rule less": ("[[rule]]" + MARKED.split("[[rule]]")[2], ("known",)),
}


@pytest.mark.fault("rules/label-out-of-the-rules")
@pytest.mark.fault("rules/label-out-of-the-rules", "github")
@pytest.mark.parametrize(("lost", "flavour"), [(False, "cloud"), (True, "dc")], ids=["remembered", "database lost"])
@pytest.mark.parametrize(("text", "expected"), OTHER_RULES.values(), ids=OTHER_RULES.keys())
def test_a_label_that_no_rule_has_any_more_goes(tmp_path, text, expected, lost, flavour):
    """A worn label is changed or taken out of the rule file: it goes on both trackers; what is kept stays."""
    with firm(tmp_path, flavour) as made:
        rules(made, MARKED)
        made.issue(labels=["priority:high"])
        made.task()
        settled(made)
        if lost:
            for file in (made.folder / "var").glob("kaizend.db*"):
                file.unlink()
        made.clock.forward(hours=1)
        rules(made, text)
        settled(made, 2 if lost else 1)
        ours = {"seen", "known", "looked-at"}
        assert tuple(sorted(ours & {label.name for label in made.github.issue(1).labels})) == expected
        assert tuple(sorted(ours & set(made.jira.issue("OPS-1").labels))) == expected


def test_a_policy_that_cannot_be_read_takes_no_label_off(tmp_path):
    """Rules that a slip of the pen hides are not rules that are gone."""
    with firm(tmp_path) as made:
        rules(made, MARKED)
        made.task()
        settled(made)
        rules(made, MARKED.replace("when = ['open']", "when = ['opne']", 1))
        with pytest.raises(PolicyError):
            made.once()
        assert "seen" in made.jira.issue("OPS-1").labels


@pytest.mark.fault("rules/edited-in-a-pass")
@pytest.mark.fault("rules/edited-in-a-pass", "github")
@pytest.mark.fault("rules/file-that-is-none")
@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_pass_keeps_to_the_rules_it_began_with(tmp_path, flavour):
    """The file is broken while a worker is open: it goes on; the next one refuses to start, and writes nothing."""
    with firm(tmp_path, flavour) as made:
        rules(made, EAGER)
        made.issue(owner="bo")
        with made.worker() as worker:
            (tmp_path / "own.toml").write_text('[pack]\nname = "own"\n[[rule]\n', encoding="utf-8")
            once(worker, made.stop, watching=Watching())
        before = made.seen()
        assert before["acme/shop#1 label seen"] == 1
        made.sandbox.log.clear()
        for broken in ("[[rule]\n", "", 'a = "' + "x" * 100_000, "[a]\n" * 3, "x = " + "[" * 5000):
            (tmp_path / "own.toml").write_text(broken, encoding="utf-8")
            with pytest.raises(PolicyError):
                made.once()
        assert made.sandbox.log.entries == ()


@pytest.mark.fault("rules/two-instances", "github", "cloud")
def test_two_instances_on_the_same_trackers_leave_each_other_alone(tmp_path):
    """Each keeps a card of its own and never touches the other's; neither undoes what the other did."""
    with firm(tmp_path) as made:
        made.issue(labels=["priority:high"])
        made.issue(labels=["priority:high"], owner="bo", due=LATE)
        made.task()
        settled(made)
        first, second = made.config, tmp_path / "second" / "config.toml"
        second.parent.mkdir()
        second.write_text(first.read_text(encoding="utf-8").replace('"small"', '"other"'), encoding="utf-8")
        made.config = second
        assert all("/comment" in write and write.startswith("POST") for write in made.written())
        for config in (first, second, first):
            made.config = config
            settled(made, 0)
        made.clock.forward(days=8)
        for config in (first, second):
            made.config = config
            made.once()
        made.config = first
        settled(made, 0)
        assert [made.seen()[f"{key} card"] for key in ("acme/shop#1", "acme/shop#2", "OPS-1")] == [2, 2, 2]
