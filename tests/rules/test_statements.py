"""What people state by commands: each form, and for each wrong one the answer that shows the right one."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from rules.commands import USAGE, Shown, read_commands
from rules.memory import Answer, Memory, Statement
from rules.policy import Person
from rules.statements import FORMS
from tests.rules.factories import NOW, PEOPLE, comment, jira_ticket, policy, ticket

POLICY = policy(people=PEOPLE | {"zed": Person(name="zed", logins={"jira": "acc-zed"})})
FEEDS = (
    "Write '/kaizen feeds roadmap TICKET', a ticket like OPS-12 or acme/shop#12 or an address,"
    " or '/kaizen feeds budget none because ...'."
)
WHICH = (
    "Which change? Write '/kaizen caused-by KEY', as in '/kaizen caused-by acme/shop#12', or '/kaizen caused-by none'"
    " if no rollout was the cause."
)
OWNED = ticket(assignees=frozenset({"lena-gh"}))
JIRA = jira_ticket(assignees=frozenset({"acc-lena"}))

CAUSES = frozenset({"acme/shop#3", "acme/web#9", "ops-12"})
TWINS = {"ops-12": "", "acme/shop#3": "", "ops-14": "It follows OPS-14 itself."}


def read(body, of=OWNED, author=None, memory=Memory(), now=NOW, changed=None):  # noqa: B008 - an empty memory is frozen
    """Return the replies to a comment, and the statements as (what, value, because)."""
    by = author or ("acc-bo" if of.source == "ops" else "bo-gh")
    found = read_commands(
        POLICY,
        of,
        comment(body, by),
        now,
        memory=memory,
        tracker=Shown(logins=frozenset({"Stella-GH"}), changed=changed or {}, twins=TWINS, causes=CAUSES),
    )
    stated = [(one.what, one.value, one.because) for _, one in found if isinstance(one, Statement)]
    return [answer.reply for answer, _ in found], stated


@pytest.mark.parametrize(
    ("body", "of", "expected", "reply"),
    [
        ("owner @ana-gh", ticket(), ("owner", "ana-gh", ""), "ana is the owner."),
        ("owner Ana", ticket(), ("owner", "ana-gh", ""), "ana is the owner."),
        ("OWNER @stella-gh", ticket(), ("owner", "Stella-GH", ""), "Stella-GH is the owner."),
        ("owner @rita", ticket(), ("owner", "rita", ""), "rita is the owner."),
        ("owner @lena-gh", OWNED, ("owner", "lena-gh", ""), "lena is the owner."),
        (
            "owner ana",
            OWNED,
            ("owner", "ana-gh", ""),
            "ana is an owner; lena stays as well: take off by hand who should not.",
        ),
        ("owner ana", JIRA, ("owner", "acc-ana", ""), "ana is the owner, in place of lena."),
        ("owner [~accountid:acc-ana]", JIRA, ("owner", "acc-ana", ""), "ana is the owner, in place of lena."),
        (
            "owner [~accountid:5f:new-one]",
            JIRA,
            ("owner", "5f:new-one", ""),
            "5f:new-one is the owner, in place of lena.",
        ),
        (
            "due 2026-12-01 because legal asks @all",
            OWNED,
            ("due", "2026-12-01", "legal asks @all"),
            "Due on 2026-12-01.",
        ),
        ("due by 2026-11-03 BECAUSE now", OWNED, ("due", "2026-11-03", "now"), "Due on 2026-11-03."),
        ("defer until 2026-12-01 because x", OWNED, ("defer", "2026-12-01", "x"), "Put off until 2026-12-01."),
        (
            "evidence https://wiki.example/a?b=1",
            OWNED,
            ("evidence", "https://wiki.example/a?b=1", ""),
            "Noted as evidence: https://wiki.example/a?b=1",
        ),
        (
            "evidence <http://a.example>",
            OWNED,
            ("evidence", "http://a.example", ""),
            "Noted as evidence: http://a.example",
        ),
        (
            "evidence [https://a.example/x|https://a.example/x|smart-link]",
            JIRA,
            ("evidence", "https://a.example/x", ""),
            "Noted as evidence: https://a.example/x",
        ),
        ("evidence ops-12 because p95", OWNED, ("evidence", "OPS-12", "p95"), "Noted as evidence: OPS-12"),
        ("evidence #7", OWNED, ("evidence", "acme/shop#7", ""), "Noted as evidence: acme/shop#7"),
        ("evidence acme/web#7", JIRA, ("evidence", "acme/web#7", ""), "Noted as evidence: acme/web#7"),
        ("twin ops-12", OWNED, ("twin", "ops-12", ""), "OPS-12 is its twin."),
        ("twin #3", OWNED, ("twin", "acme/shop#3", ""), "acme/shop#3 is its twin."),
        ("twin https://tracker.example/browse/OPS-12", OWNED, ("twin", "ops-12", ""), "OPS-12 is its twin."),
        (
            "twin None",
            JIRA,
            ("twin", "none", ""),
            "No command makes a twin of another ticket any more; lines 'Twin: ...' of the text still do.",
        ),
        (
            "outcome mttr(checkout) 90m -> 45m by 2027-03-31",
            OWNED,
            ("outcome", "mttr(checkout) 90m -> 45m by 2027-03-31", ""),
            "Noted as the outcome to reach: mttr(checkout) 90m -> 45m by 2027-03-31.",
        ),
        (
            "outcome MTTR ( check  out ) 1,5 h→0.5 h BY 2027-03-31",
            OWNED,
            ("outcome", "mttr(check out) 1.5h -> 0.5h by 2027-03-31", ""),
            "Noted as the outcome to reach: mttr(check out) 1.5h -> 0.5h by 2027-03-31.",
        ),
        (
            "outcome change_failure_rate 12 => 5% by 2027-03-31",
            OWNED,
            ("outcome", "change_failure_rate 12% -> 5% by 2027-03-31", ""),
            "Noted as the outcome to reach: change_failure_rate 12% -> 5% by 2027-03-31.",
        ),
        (
            "outcome incidents 12/month -> 3/month by 2027-03-31",
            OWNED,
            ("outcome", "incidents 12/month -> 3/month by 2027-03-31", ""),
            "Noted as the outcome to reach: incidents 12/month -> 3/month by 2027-03-31.",
        ),
        ("held", OWNED, ("held", "2026-11-03", ""), "Held on 2026-11-03."),
        (
            "held 2026-11-02 because we go on",
            OWNED,
            ("held", "2026-11-02", "we go on"),
            "Held on 2026-11-02. What came of it is noted.",
        ),
        ("held because x", OWNED, ("held", "2026-11-03", "x"), "Held on 2026-11-03. What came of it is noted."),
        ("held on 2026-10-30", OWNED, ("held", "2026-10-30", ""), "Held on 2026-10-30."),
        ("feeds roadmap ops-12", OWNED, ("feeds", "roadmap OPS-12", ""), "Noted for roadmap: OPS-12"),
        ("feeds Training: #7", OWNED, ("feeds", "training acme/shop#7", ""), "Noted for training: acme/shop#7"),
        (
            "feeds budget [https://a.example/x|https://a.example/x|smart-link]",
            JIRA,
            ("feeds", "budget https://a.example/x", ""),
            "Noted for budget: https://a.example/x",
        ),
        (
            "feeds budget none because it is free",
            JIRA,
            ("feeds", "budget none", "it is free"),
            "Noted for budget: none",
        ),
        ("caused-by #3", OWNED, ("caused-by", "acme/shop#3", ""), "Noted as its cause: acme/shop#3."),
        (
            "caused-by https://github.example/acme/web/pull/9 and ops-12 because of its timeout",
            JIRA,
            ("caused-by", "acme/web#9 ops-12", "of its timeout"),
            "Noted as its cause: acme/web#9, OPS-12.",
        ),
        (
            "caused-by none because the disk was full",
            OWNED,
            ("caused-by", "none", "the disk was full"),
            "Noted: no rollout caused it.",
        ),
    ],
)
def test_what_is_understood(body, of, expected, reply):
    """The value is in one form however it was written, and the answer says it."""
    assert read(f"/kaizen {body}", of) == ([reply], [expected])


@pytest.mark.parametrize(
    ("body", "of", "reply"),
    [
        ("owner", OWNED, "Who? Write '/kaizen owner @x'."),
        ("owner ana bo", OWNED, "Who? Write '/kaizen owner @x'."),
        (
            "owner @anna-gh",
            OWNED,
            (
                "I do not know '@anna-gh' here (did you mean 'ana-gh'?): name a login of the tracker, or one of "
                "[people] of the config."
            ),
        ),
        (
            "owner [~accountid:acc-ana]",
            OWNED,
            "I do not know '[~accountid:acc-ana]' here: name a login of the tracker, or one of [people] of the config.",
        ),
        ("due", OWNED, "Until when? Write '/kaizen due YYYY-MM-DD because ...'."),
        (
            "due soon because x",
            OWNED,
            "'soon' is no date: write it like 2026-11-03. Write '/kaizen due YYYY-MM-DD because ...'.",
        ),
        ("due 2026-11-02 because x", OWNED, "2026-11-02 is past already: name a date to come."),
        ("due 2026-12-01", OWNED, "Why? Write '/kaizen due YYYY-MM-DD because ...'."),
        ("due 2026-12-01 because", OWNED, "Why? Write '/kaizen due YYYY-MM-DD because ...'."),
        ("defer until 2026-12-01", OWNED, "Why? Write '/kaizen defer until YYYY-MM-DD because ...'."),
        ("defer until 2026-11-03 because x", OWNED, "2026-11-03 is today: name a date to come."),
        ("defer until 2026-11-02 because x", OWNED, "2026-11-02 is past already: name a date to come."),
        (
            "defer 2026-12-01 because x",
            OWNED,
            "I do not understand '2026-12-01'. Write '/kaizen defer until YYYY-MM-DD because ...'.",
        ),
        (
            "defer until 2026-12-01 because x",
            ticket(),
            "What is put off needs an owner first: '/kaizen owner @x', then put it off.",
        ),
        (
            "evidence",
            OWNED,
            "Which evidence? Write '/kaizen evidence URL', or with a ticket like OPS-12 or acme/shop#12.",
        ),
        (
            "evidence javascript:alert(1)",
            OWNED,
            (
                "'javascript:alert(1)' is no address and no ticket. Write '/kaizen evidence URL', or with a ticket "
                "like OPS-12 or acme/shop#12."
            ),
        ),
        (
            "evidence #7",
            JIRA,
            (
                "'#7' is no address and no ticket. Write '/kaizen evidence URL', or with a ticket like OPS-12 or "
                "acme/shop#12."
            ),
        ),
        (
            "outcome faster",
            OWNED,
            (
                "Write '/kaizen outcome METRIC FROM -> TO by YYYY-MM-DD', as in "
                "'/kaizen outcome mttr(checkout) 90m -> 45m by 2027-03-31'."
            ),
        ),
        (
            "outcome mttr 90m -> 1h by 2027-03-31",
            OWNED,
            (
                "Write both numbers in one unit, not in h and m, as in "
                "'/kaizen outcome mttr(checkout) 90m -> 45m by 2027-03-31'."
            ),
        ),
        ("outcome mttr 90m -> 45m by 2026-10-01", OWNED, "2026-10-01 is past already: name a date to come."),
        (
            "outcome mttr 9m -> 9.0m by 2027-10-01",
            OWNED,
            "From 9 to 9.0 is no change, as there is in '/kaizen outcome mttr(checkout) 90m -> 45m by 2027-03-31'.",
        ),
        ("feeds", OWNED, f"What does it feed? It is one of roadmap, budget, staffing and training. {FEEDS}"),
        (
            "feeds trainig OPS-1",
            OWNED,
            f"'trainig' is not 'roadmap', 'budget', 'staffing' or 'training' (did you mean 'training'?). {FEEDS}",
        ),
        ("feeds roadmap", OWNED, f"Which ticket is it for roadmap? {FEEDS}"),
        ("feeds roadmap OPS-1 OPS-2", OWNED, f"'OPS-1 OPS-2' is no address and no ticket. {FEEDS}"),
        ("feeds roadmap #7", JIRA, f"'#7' is no address and no ticket. {FEEDS}"),
        ("feeds budget none", OWNED, f"Why none? Say it after 'because'. {FEEDS}"),
        ("feeds budget #12", OWNED, "'acme/shop#12' is this ticket itself: name the one that comes of it."),
        ("held 2026-11-04", OWNED, "2026-11-04 is yet to come: say so when it was held."),
        (
            "held yes",
            OWNED,
            "'yes' is no date: write it like 2026-11-03. Write '/kaizen held' for today, or add the date.",
        ),
        ("twin", OWNED, "Which ticket? Write '/kaizen twin KEY', as in '/kaizen twin OPS-12', or '/kaizen twin none'."),
        (
            "twin OPS-12 OPS-13",
            OWNED,
            "Which ticket? Write '/kaizen twin KEY', as in '/kaizen twin OPS-12', or '/kaizen twin none'.",
        ),
        ("twin OPS-13", OWNED, "I do not know 'ops-13': it is in none of the sources that I read."),
        ("twin OPS-14", OWNED, "It follows OPS-14 itself."),
        ("caused-by", OWNED, WHICH),
        ("caused-by the last deployment", OWNED, WHICH),
        ("caused-by #3", JIRA, WHICH),
        ("caused-by #4", OWNED, "I do not know 'acme/shop#4': it is in none of the sources that I read."),
        ("ownr ana", OWNED, f"There is no command 'ownr' (did you mean 'owner'?). {USAGE}"),
    ],
)
def test_what_is_not_understood_is_answered_with_the_right_form(body, of, reply):
    """Nothing is stated."""
    assert read(f"/kaizen {body}", of) == ([reply], [])


def test_the_usage_names_every_form():
    """Who writes `/kaizen` alone is shown all of them."""
    (reply,), _ = read("/kaizen")
    assert all(form in reply for form in FORMS.values())


def test_a_person_without_a_login_here_cannot_be_owner():
    """The answer says where one is given."""
    (reply,), stated = read("/kaizen owner @Zed")
    assert reply == "'zed' has no login here: [people] of the config can give one."
    assert stated == []


def test_an_owner_named_in_a_line_before_counts_for_putting_off():
    """The lines of a comment are read one after the other."""
    replies, stated = read("/kaizen owner ana\n/kaizen defer until 2026-12-01 because x", ticket())
    assert [what for what, _, _ in stated] == ["owner", "defer"]
    assert replies[1] == "Put off until 2026-12-01."


def test_putting_off_says_that_the_date_moves():
    """And that a date of a milestone that people set does not."""
    late = ticket(assignees=OWNED.assignees, due=date(2026, 11, 20))
    assert read("/kaizen defer until 2026-12-01 because x", late)[0] == [
        "Put off until 2026-12-01. The due date moves there."
    ]
    planned = ticket(assignees=OWNED.assignees, due=date(2026, 11, 20), milestone="Iteration 9")
    (reply,), _ = read("/kaizen due 2026-12-01 because x", planned)
    assert reply == (
        "Due on 2026-12-01. If the date comes from milestone 'Iteration 9', it stays until a person changes that."
    )


def test_a_comment_read_late_is_judged_by_the_day_it_was_said():
    """What was to come then is understood; that it is over, or a week old, is said."""
    (reply,), stated = read("/kaizen due 2026-11-04 because x", now=NOW + timedelta(days=2))
    assert stated == [("due", "2026-11-04", "x")]
    assert reply.endswith(
        "It was said on 2026-11-03, so it is noted and not carried out: say it again if it still counts."
    )
    assert "not carried out" in read("/kaizen owner ana", now=NOW + timedelta(days=8))[0][0]
    assert "not carried out" not in read("/kaizen owner ana", now=NOW + timedelta(days=7))[0][0]
    assert "not carried out" not in read("/kaizen held", now=NOW + timedelta(days=8))[0][0]


def test_what_people_changed_after_it_was_said_stays():
    """It is noted, and the answer says why no more comes of it; unless it is so already."""
    soon, before = NOW + timedelta(minutes=1), NOW - timedelta(minutes=1)
    for body, word in (("owner ana", "owner"), ("due 2026-12-01 because x", "due")):
        assert "Somebody changed it since" in read(f"/kaizen {body}", changed={word: soon})[0][0]
        assert "Somebody changed it since" not in read(f"/kaizen {body}", changed={word: before})[0][0]
    assert "Somebody changed it since" not in read("/kaizen owner lena", changed={"owner": soon})[0][0]


def test_a_comment_counts_as_it_was_understood_first():
    """Edited, it is answered so; read again as it was, its first answer stands."""
    first = Statement(comment="c1", what="due", value="2026-12-01", by="bo-gh", at=NOW, because="x")
    told = Answer(comment="c1", command="/kaizen due 2026-12-01 because x", by="bo-gh", at=NOW, reply="Due.")
    memory = Memory(statements=(first,), answers=(told,))
    assert read("/kaizen due 2026-12-01 because x", memory=memory) == (["Due."], [])
    assert read("/kaizen owner ana", memory=memory) == (
        ["What this comment said first counts: 'due 2026-12-01'. Write a new comment to say something else."],
        [],
    )


@given(
    some.sampled_from(sorted(FORMS)),
    some.text(alphabet="@~[]accountid:-> 0129mh%()/#.bynut\u2192|<>'\ud800é", max_size=80),
)
def test_any_words_can_be_read(what, words):
    """Whatever follows a command, reading it raises nothing."""
    read(f"/kaizen {what} {words}")
