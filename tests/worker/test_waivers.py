"""Waivers: who may, for how long, for what; each is answered, followed up, and withdrawn with its comment."""

from datetime import date

import pytest

from tests.worker.gated import budget, feature, held, incident
from tests.worker.gatehouse import GATE, gatehouse
from tests.worker.places import DIGESTS
from tests.worker.test_gate_statuses import HELD, OPEN
from tests.worker.test_people_win import cards

WAIVE = "/kaizen waive budget until 2026-12-01 because a contract asks for it"
WAIVED = "success: Waived by ana until 2026-12-01: budget"


@pytest.fixture
def house(tmp_path):
    """Serve the company with its gate closed, and a pull request that it holds."""
    with gatehouse(tmp_path) as made:
        made.stand(closed=True)
        made.feature = made.pull()
        made.settle()
        assert made.status(made.feature) == HELD
        yield made


def say(made, words=WAIVE, *, author="ana-gh", on=None):
    """Have somebody comment."""
    return made.github.comment(on or made.feature, words, author=author, at=made.clock())


def signs(comment):
    """Return the reactions on a comment."""
    return [(sign.content, sign.user.login) for sign in comment.reactions]


def follow_ups(made):
    """Return the follow-ups that we filed: (owner, due)."""
    return [
        (issue.assignees[0].login if issue.assignees else "", str(issue.milestone.due_on.date()))
        for issue in made.issues()
        if issue.title.startswith("Follow up on what went through the gate")
    ]


def test_a_waiver_lets_one_change_through(house):
    """It is answered by a sign, followed up after it ends, and over when its day is."""
    other = house.pull("Add a menu")
    comment = say(house)
    house.settle()
    assert (house.status(house.feature), house.status(other)) == (WAIVED, HELD)
    assert signs(comment) == [("+1", "kaizen-bot")]
    assert follow_ups(house) == [("ana-gh", "2026-12-08")]
    house.clock.forward(days=8)
    house.stand(closed=True)
    house.settle()
    assert house.status(house.feature) == HELD
    assert follow_ups(house) == [("ana-gh", "2026-12-08")]


def test_a_follow_up_that_was_refused_is_filed_though_the_waiver_is_over(house):
    """What went through went through; a waiver that was over when it was heard let nothing through."""
    say(house, "/kaizen waive budget until 2026-11-24 because a contract asks for it")
    house.clock.forward(minutes=20)
    house.fail("status", method="POST", path="/issues$", status=422)
    house.once()
    assert house.status(house.feature).startswith("success: Waived by ana")
    assert follow_ups(house) == []
    house.clock.forward(days=1, hours=1)
    say(house, "/kaizen waive budget until 2026-11-25 because it is late")
    house.clock.forward(days=1)
    house.stand(closed=True)
    house.settle()
    assert follow_ups(house) == [("ana-gh", "2026-12-01")]


def test_a_waiver_on_the_gates_page_counts_for_all(house):
    """On every change that the gate holds."""
    other = house.pull("Add a menu")
    comment = say(house, "/kaizen waive until 2026-12-01 because of the fair", on=house.page(), author="kim-gh")
    house.settle()
    both = {house.status(house.feature), house.status(other)}
    assert both == {"success: Waived by kim until 2026-12-01: budget"}
    assert signs(comment) == [("+1", "kaizen-bot")]
    assert [due for _, due in follow_ups(house)] == ["2026-12-08"]


def test_a_waiver_on_a_ticket_counts_for_the_changes_that_name_it(house):
    """Jira's ticket lets GitHub's pull request through."""
    house.task("A button", owner="bo", due=date(2027, 1, 15))
    named = house.pull("OPS-1: the button")
    house.jira.comment("OPS-1", WAIVE, author="ana", at=house.clock())
    house.settle()
    assert house.status(named) == WAIVED
    assert house.status(house.feature) == HELD


@pytest.mark.parametrize(
    ("words", "author", "answer"),
    [
        (WAIVE, "bo-gh", "The gate own/budget is waived by lead, council only."),
        ("/kaizen waive budget because x", "ana-gh", "Until when?"),
        ("/kaizen waive budget until 2026-12-01", "ana-gh", "Why?"),
        ("/kaizen waive budget until 2026-12-31 because x", "ana-gh", "for 14 days at most: until 2026-12-08"),
        ("/kaizen waive budget until 2026-11-01 because x", "ana-gh", "2026-11-01 is past already"),
        ("/kaizen waive budgt until 2026-12-01 because x", "ana-gh", "did you mean 'budget'"),
        ("/kaizen waive until 2026-12-01 because x", "ana-gh", "Which gate?"),
        ("/kaizen waive budget shop until 2026-12-01 because x", "ana-gh", "has no subjects"),
    ],
)
def test_what_is_no_waiver_is_answered_once(house, words, author, answer):
    """People of ours hear why, beside a sign."""
    comment = say(house, words, author=author)
    house.settle()
    assert house.status(house.feature) == HELD
    assert signs(comment) == [("confused", "kaizen-bot")]
    (reply,) = [each.body for each in house.feature.comments if each.author.login == "kaizen-bot"]
    assert answer in reply.replace("\\", "").replace("\u200b", "")


@pytest.mark.parametrize(
    "words",
    [
        f"> {WAIVE}",
        f"```\n{WAIVE}\n```",
        f"I would say {WAIVE}",
        f"<!-- {WAIVE} -->",
        "Should we waive budget until 2026-12-01?",
    ],
)
def test_what_only_looks_like_a_waiver_is_none(house, words):
    """Quoted, in code, in a sentence, hidden: nobody says it, and nobody is answered."""
    comment = say(house, words)
    assert house.settle() == []
    assert (house.status(house.feature), signs(comment)) == (HELD, [])
    assert len(house.feature.comments) == 1


def test_a_stranger_gets_a_sign_and_no_words(house):
    """Whoever can comment could have us write else."""
    comment = say(house, author="zoe-gh")
    house.settle()
    assert (house.status(house.feature), signs(comment)) == (HELD, [("confused", "kaizen-bot")])
    assert len(house.feature.comments) == 1


def test_an_edited_comment_waives_nothing(house):
    """Others than its author may edit it: what was waived is withdrawn, and nothing is waived by an edit."""
    comment, other = say(house), say(house, "Nice work")
    house.settle()
    assert house.status(house.feature) == WAIVED
    house.clock.forward(minutes=10)
    house.github.edit_comment(comment, "Never mind", at=house.clock())
    house.settle()
    assert house.status(house.feature) == HELD
    house.clock.forward(minutes=10)
    house.github.edit_comment(other, WAIVE, at=house.clock())
    house.settle()
    assert house.status(house.feature) == HELD
    assert signs(other) == [("confused", "kaizen-bot")]


def test_a_deleted_comment_withdraws_its_waiver(house):
    """Within the hour."""
    comment = say(house)
    house.settle()
    house.github.delete_comment(comment)
    house.clock.forward(hours=1, minutes=1)
    house.settle()
    assert house.status(house.feature) == HELD


def test_a_waiver_survives_a_lost_database(house):
    """It is heard again in its comment; nothing is set, said or filed twice."""
    comment, wrong = say(house), say(house, "/kaizen waive budget because x")
    house.settle()
    house.lose_database()
    assert house.settle() == []
    assert house.status(house.feature) == WAIVED
    assert [len(signs(each)) for each in (comment, wrong)] == [1, 1]
    assert len(follow_ups(house)) == 1
    assert len([each for each in house.feature.comments if each.author.login == "kaizen-bot"]) == 1


def test_small_talk_on_changes_is_not_kept(house):
    """Only what concerns us is."""
    say(house, "Nice work")
    say(house)
    house.settle()
    with house.worker() as worker:
        rows = worker.database.rows("select body from comments where ticket like '%/pull/%'")
    assert rows == [(WAIVE,)]


def test_a_gate_that_is_open_holds_nothing_waived_or_not(house):
    """A waiver that nobody needs says nothing on the status."""
    house.stand(closed=False)
    say(house)
    house.settle()
    assert house.status(house.feature) == OPEN


def test_a_subject_is_waived_alone(house):
    """Of a gate for each service, one; a wrong name is told."""
    each = GATE.replace("sources =", 'each = "service"\nsources =').replace('["checkout"]', "[subject]")
    services = [f'[services.{name}]\ncomponents = ["{name}"]\n' for name in ("cart", "search")]
    house.gates(each, more="\n".join(services))
    feature = house.pull("Cart", labels=["feature", "component:cart"])
    budget(house, -0.2, service="cart")
    house.settle()
    wrong = say(house, "/kaizen waive budget crt until 2026-12-01 because x", on=feature)
    house.settle()
    assert signs(wrong) == [("confused", "kaizen-bot")]
    assert house.status(feature) == "failure: Held by budget (cart): Features wait for the error budget."
    say(house, "/kaizen waive budget(cart) until 2026-12-01 because x", on=feature)
    house.settle()
    assert house.status(feature) == "success: Waived by ana until 2026-12-01: budget (cart)"


def test_a_held_ticket_is_let_go_for_as_long(house):
    """On both trackers: the label goes, the card answers, and it is held again when the waiver is over."""
    everywhere = GATE.replace('sources = ["shop"]\n', "")
    house.gates(everywhere + """holds_tickets = ['kind == "feature"']\nwaive_for = "3 days"\n""")
    one, other = feature(house)
    house.settle()
    assert held(house, one, other) == (True, True)
    ticket = house.github.issue(int(one.rpartition("#")[2]))
    long = say(house, on=ticket)
    house.settle()
    assert held(house, one, other) == (True, True)
    assert "is waived for 3 days at most: until 2026-11-27" in cards(house, one)[0].replace("\\", "")
    assert signs(long) == []
    words = "/kaizen waive budget until 2026-11-26 because of the fair"
    short = say(house, words, on=ticket)
    house.jira.comment(other, words, author="ana", at=house.clock())
    house.settle()
    assert held(house, one, other) == (False, False)
    assert signs(short) == [("+1", "kaizen-bot")]
    assert len(follow_ups(house)) == 1
    house.clock.forward(days=3)
    house.stand(closed=True)
    house.settle()
    assert held(house, one, other) == (True, True)


def test_the_digest_lists_waivers_with_who_and_why(house):
    """Those of its week and those still in force, and how many there were of each gate."""
    house.gates(GATE, more=DIGESTS)
    say(house)
    gone = say(house, WAIVE.replace("a contract asks for it", "why not"), on=house.pull("Add a menu"))
    house.settle()
    house.github.delete_comment(gone)
    house.settle(hours=2)
    house.settle(days=6)
    (text,) = [each.body for issue in house.issues() for each in issue.comments if "digest 2026-W49" in each.body]
    said = text.replace("\\", "").replace("\u200b", "")
    assert "### Waived at the gates" in said
    assert "**2 given** in the week, 0 more in force. In the last 90 days: own/budget 2." in said
    assert ": ana waived own/budget until 2026-12-01: a contract asks for it" in said
    assert ": ana waived own/budget until 2026-12-01, withdrawn: why not" in said
    assert "by `gate/status` (What the gates say of each open pull request.)" in said


def test_from_a_spent_budget_to_all_green(house):
    """Features go red, a fix passes, a waiver lets one through, all recovers; each status is set once a change."""
    house.stand(closed=False)
    key, _ = incident(house)
    fix, gift = house.pull(f"Fix {key}"), house.pull("Gift cards")
    house.settle()
    every = (house.feature, fix, gift)
    before = [len(house.said(pull)) for pull in every]
    house.stand(closed=True)
    posts = house.settle()
    assert [house.status(pull) for pull in every] == [HELD, "success: Let through budget: fixes", HELD]
    say(house, on=gift)
    posts += house.settle()
    assert [house.status(pull) for pull in every] == [HELD, "success: Let through budget: fixes", WAIVED]
    house.stand(closed=False)
    posts += house.settle()
    assert [house.status(pull) for pull in every] == [OPEN] * 3
    assert sorted(posts.count(pull.pull.head_sha) for pull in every) == [2, 2, 3]
    assert [len(house.said(pull)) - count for pull, count in zip(every, before, strict=True)] == [2, 2, 3]
