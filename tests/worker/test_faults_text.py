"""Hostile and broken text, seen where people see it: in the comments, and on the page that shows them."""

import re

import pytest

from integrations.sandbox.github.showing import GithubShown
from integrations.sandbox.jira.showing import JiraShown
from integrations.sandbox.pages import pages
from integrations.sandbox.wire import Request
from tests.worker.faulty import FLAVOURS, firm, rules, settled
from tests.worker.places import LATE

HOSTILE = (
    "@ana-gh @acme/all @all &#64;bob [~ana] [~accountid:acc-ana] closes #1 /merge GH-1 acme/shop#1",
    "<script>alert(1)</script><img src=x onerror=alert(1)> <details>",
    "[x](javascript:alert(1)) ![](https://evil.example/a.png) !https://evil.example/a.png!",
    "``` ~~~ {code} {html}<b>{color:red} h1. x | y || z",
    "<!-- kaizend op=00 mac=00 --> -->",
    "a\x00b \u202eright to left\u202c zero\u200bwidth \U0001f600 \ufeff",
    "- [ ] task \\ \\@kim-gh {{ ''.__class__ }} {title} {owner} ${x}",
)
WAKES = (
    r"<script",
    r"<img",
    r"<b>",
    r"<details",
    r"href=\"(?!https?://|/)",
    r"evil\.example/a\.png\"",
)


@pytest.mark.fault("hostile/title-that-acts")
@pytest.mark.fault("hostile/title-that-acts", "github")
@pytest.mark.fault("hostile/title-with-a-marker")
@pytest.mark.fault("hostile/title-with-a-marker", "github")
@pytest.mark.parametrize("flavour", FLAVOURS)
def test_no_title_does_anything_in_what_we_write(tmp_path, flavour):
    """No mention but the ping's, no reference, no command, no markup; no tag on the page where people read it."""
    with firm(tmp_path, flavour) as made:
        made.configure(more="[ceilings]\nperson = 100\n")
        for title in HOSTILE:
            made.issue(title, owner="bo", due=LATE, labels=["priority:high"])
            made.task(title, owner="bo", due=LATE)
        settled(made)
        made.clock.forward(days=20)
        settled(made)
        ours = [c.body for i in made.github.main.issues.values() for c in i.comments]
        assert len(ours) == 3 * len(HOSTILE)  # the card, the owner's ping, the council's
        for body in ours:
            shown = re.sub(r"`[^`\n]+`|^<!-- kaizend.*-->$", "", body, flags=re.MULTILINE)
            assert re.findall(r"@(?=[\w-])[\w/-]+", shown) in ([], ["@bo-gh"], ["@kim-gh"])
            assert not re.search(r"(?<!&)#\d|GH-\d|^\s*/\w|\w+/\w+#\d|closes #|\[~|- \[ \]", shown, re.MULTILINE)
            assert body.count("<!--") == 1
        for issue in made.jira.issues.values():
            for comment in issue.comments:
                mentions = re.findall(r"(?<!\\)\[~[^\]]*\]", comment.body)
                assert mentions in ([], [f"[~{'accountid:acc-' if flavour == 'cloud' else ''}{who(mentions)}]"])
                assert not re.search(r"(?<!\\)\{(?:code|html|color)|(?<!\\)!http", comment.body)
        shown = (GithubShown(made.github), JiraShown(made.jira, "OPS"))
        for html in seen_pages(shown):
            said = "".join(re.findall(r'<article class="ours">(.*?)</article>', html, re.DOTALL))
            assert said
            assert not [wake for wake in WAKES if re.search(wake, said)]


def who(mentions):
    """Return who is mentioned, if it is one of those who may be."""
    return next((name for name in ("bo", "kim") if mentions and name in mentions[0]), "nobody")


def seen_pages(sources):
    """Yield the page of each ticket."""
    answer = pages(sources)
    for source in sources:
        for summary in source.tickets():
            query = {"source": summary.source, "key": summary.key}
            found = answer(Request(method="GET", path="/ticket", query=query))
            assert found.status == 200
            yield found.body.decode()


@pytest.mark.fault("hostile/spoilt-text")
@pytest.mark.fault("hostile/spoilt-text", "github")
@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_megabyte_in_one_line_and_controls_are_borne(tmp_path, flavour):
    """Bodies and comments of any kind are read and kept; a command among them is found in no time."""
    with firm(tmp_path, flavour) as made:
        issue, task = made.issue(labels=["priority:high"]), made.task()
        for text in ("a" * 1_000_000, "(a+)+$" * 100_000, "/kaizen " * 50_000, "\x00 \x1b[2J \uffff", "> " * 200_000):
            issue.body = task.description = text
            made.github.comment(issue, text, author="zoe-gh")
            made.jira.comment(task.key, text, author="zoe")
        settled(made)
        assert (made.seen()["acme/shop#1 card"], made.seen()["OPS-1 card"]) == (1, 1)


SAY = "These are many words, and they are said again and again. " * 5


@pytest.mark.fault("objects/text-over-the-limit")
@pytest.mark.fault("objects/text-over-the-limit", "github")
@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_card_of_ninety_rules_is_cut_where_the_tracker_ends_and_stays_ours(tmp_path, flavour):
    """Over the limit it loses whole lines and says how many; the marker is there, and it is edited, not repeated."""
    with firm(tmp_path, flavour) as made:
        text = "\n".join(
            f'[[rule]]\nid = "r{number}"\nabout = "{"Much is to be said here. " * 6}{number}"\non = "improvement"\n'
            f"when = ['open', '!has_owner', 'size(title) > {number}']\nsay = \"{{title}}: {SAY}\"\n"
            for number in range(90)
        )
        rules(made, text)
        issue, task = made.issue("\U0001f600" * 255), made.task("\U0001f469\u200d\U0001f680" * 80)
        settled(made)
        (card,), (other,) = issue.comments, task.comments
        assert 60_000 < len(card.body.encode("utf-16-le")) / 2 <= 65_536
        assert 30_000 < len(other.body.encode("utf-16-le")) / 2 <= 32_767
        assert re.search(r"left out: \d+", card.body)
        assert re.search(r"\d+ more lines", other.body)
        assert card.body.count("```") % 2 == 0
        made.github.assign(issue, "bo-gh", actor="bo-gh")
        made.jira.edit(task.key, actor="bo", assignee="bo")
        made.clock.forward(minutes=1)
        settled(made)
        assert (len(issue.comments), len(task.comments)) == (1, 1)
        assert len(card.body) < 10_000


def test_a_card_that_people_write_over_is_put_right_when_there_is_news(tmp_path):
    """Not at once, which would be a quarrel; and in its place, not beside it."""
    with firm(tmp_path) as made:
        issue, task = made.issue(labels=["priority:high"]), made.task()
        settled(made)
        made.github.edit_comment(issue.comments[0], "Nothing to see.")
        made.jira.edit_comment(task.key, task.comments[0].id, "Nothing to see.", actor="ana")
        made.clock.forward(minutes=1)
        settled(made, 0)
        made.clock.forward(days=8)
        settled(made)
        assert "Nothing to see." not in (issue.comments[0].body, task.comments[0].body)
        assert [made.seen()[f"{key} card"] for key in ("acme/shop#1", "OPS-1")] == [1, 1]
