"""The page shows people what was written, and foreign text stays text."""

import time
from datetime import UTC, datetime

import pytest
import requests

from integrations.sandbox.github import GithubFace, GithubShown, GithubWorld
from integrations.sandbox.jira.showing import JiraShown
from integrations.sandbox.jira.world import JiraWorld
from integrations.sandbox.pages import pages
from integrations.sandbox.rendering import render
from integrations.sandbox.server import Sandbox

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


@pytest.fixture(name="page")
def fixture_page():
    """Serve two repositories' pages; return how to get one."""
    world = GithubWorld(clock=lambda: NOW)
    world.add_issue("Slow <b>checkout</b>", labels=["bug"], body="<script>alert(1)</script>")
    world.add_issue("Broken login", state="closed")
    world.react(world.comment(1, "/kaizen held", author="ann"), "+1", author="<kaizend>")
    world.comment(1, "**needs-owner**\n\n<!-- kaizend op=1 -->", author="kaizend")
    other = world.add_repo("acme/api")
    world.add_issue("Elsewhere", repo=other)
    shown = [GithubShown(world), GithubShown(world, other)]
    with Sandbox([GithubFace(world, lambda: NOW, "")], pages=pages(shown)) as sandbox, requests.Session() as session:
        session.trust_env = False

        def get(path, **params):
            return session.get(sandbox.url + path, params=params, timeout=5)

        yield get


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ({}, {"checkout", "login", "Elsewhere"}),
        ({"source": "acme/api"}, {"Elsewhere"}),
        ({"state": "closed"}, {"login"}),
        ({"label": "BUG"}, {"checkout"}),
        ({"text": "slow"}, {"checkout"}),
        ({"touched": "1"}, {"checkout"}),
        ({"page": "2"}, set()),
    ],
)
def test_the_list_is_filtered_as_asked(page, query, titles):
    """Source, state, label, text, and whether kaizend wrote on it."""
    text = page("/", **query).text
    assert {title for title in ("checkout", "login", "Elsewhere") if title in text} == titles


def test_a_tickets_page_shows_what_was_said_and_nothing_runs(page):
    """Escaped description, rendered comment, no marker, history; scripts are forbidden besides."""
    for answer in (page("/acme/shop/issues/1"), page("/ticket", source="acme/shop", key="acme/shop#1")):
        assert answer.status_code == 200
        assert "<strong>needs-owner</strong>" in answer.text
        assert "<span class=chip>+1 &lt;kaizend&gt;</span>" in answer.text
        assert "labeled bug" in answer.text
        assert not [bad for bad in ("<script", "kaizend op=1", "<b>checkout") if bad in answer.text]
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_what_is_not_there_is_404(page):
    """An unknown ticket has no page; a program's request goes to the face."""
    assert page("/ticket", source="acme/shop", key="acme/shop#9").status_code == 404
    assert page("/repos/acme/shop").json()["message"] == "Requires authentication"


@pytest.mark.parametrize(
    ("markup", "text", "html"),
    [
        ("markdown", "# Head", "<h3>Head</h3>"),
        ("wiki", "h2. Head", "<h4>Head</h4>"),
        ("markdown", "- a\n- **b**", "<ul><li>a</li><li><strong>b</strong></li></ul>"),
        ("wiki", "* a\n* *b*", "<ul><li>a</li><li><strong>b</strong></li></ul>"),
        ("markdown", "```\n<a> **b**\n```", "<pre><code>&lt;a&gt; **b**</code></pre>"),
        ("markdown", "`<a>` <i>", "<p><code>&lt;a&gt;</code> &lt;i&gt;</p>"),
        ("wiki", "{{<a>}}", "<p><code>&lt;a&gt;</code></p>"),
        ("wiki", r"{{a \|\| b}}", "<p><code>a || b</code></p>"),
        ("markdown", "1 -&gt; 2 &lt;b&gt; **&lt;i&gt;**", "<p>1 -&gt; 2 &lt;b&gt; <strong>&lt;i&gt;</strong></p>"),
        ("markdown", "`&lt;`", "<p><code>&amp;lt;</code></p>"),
        ("wiki", "{code}\n<a>\n{code}", "<pre><code>&lt;a&gt;</code></pre>"),
        (
            "markdown",
            "| a |\n|---|\n| `1` |",
            "<div class=wide><table><tr><th>a</th></tr><tr><td><code>1</code></td></tr></table></div>",
        ),
        ("wiki", "||a||\n|1|", "<div class=wide><table><tr><th>a</th></tr><tr><td>1</td></tr></table></div>"),
        ("markdown", "a <!-- b\nc --> d", "<p>a <br> d</p>"),
        (
            "markdown",
            "[x](https://e.example/?a=1&b)",
            '<p><a href="https://e.example/?a=1&amp;b" rel="nofollow noreferrer">x</a></p>',
        ),
        ("wiki", "[x|https://e.example]", '<p><a href="https://e.example" rel="nofollow noreferrer">x</a></p>'),
        ("markdown", "[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>"),
        (
            "markdown",
            'https://e.example/"onclick=alert(1)',
            '<p><a href="https://e.example/" rel="nofollow noreferrer">https://e.example/</a>&quot;onclick=alert(1)</p>',
        ),
        ("markdown", "**<img src=x>**", "<p><strong>&lt;img src=x&gt;</strong></p>"),
        ("markdown", "<!-- never closed\n# gone", ""),
    ],
)
def test_foreign_text_is_rendered_safely(markup, text, html):
    """A little markup is understood, HTML never, links only to http and https."""
    assert render(text, markup) == html


@pytest.mark.parametrize("piece", ["[", "**", "`", "<!--", "|", "https://", "[a](", "{{", "*a", "-"])
def test_hostile_text_is_rendered_in_linear_time(piece):
    """A long line of markers costs no more than its length."""
    began = time.process_time()
    for markup in ("markdown", "wiki"):
        render(piece * 65_536, markup)
        render(f"|a|\n|{piece * 65_536}x", markup)
    assert time.process_time() - began < 4


def test_a_jira_project_has_its_page_too():
    """Its tickets, wiki text, due date, comments of the account with a token, and history."""
    world = JiraWorld(lambda: NOW)
    world.add_user("bot", "Bot", token="let-me-in")
    world.add_user("ada")
    world.add_project("OPS", lead="ada")
    issue = world.add_issue("OPS", "Slow checkout", reporter="ada", description="h2. Steps", labels=("bug",))
    world.comment(issue.key, "*needs-owner*", author="bot")
    shown = JiraShown(world, "OPS")
    with Sandbox([], pages=pages([shown])) as sandbox, requests.Session() as session:
        session.trust_env = False
        text = session.get(f"{sandbox.url}/browse/{issue.key}", timeout=5).text
        listed = session.get(f"{sandbox.url}/?touched=1", timeout=5).text
    assert [
        piece for piece in ("<h4>Steps</h4>", "<strong>needs-owner</strong>", "Priority") if piece not in text
    ] == []
    assert "Slow checkout" in listed


@pytest.mark.parametrize(
    ("text", "markup", "expected"),
    [
        (r"has\_owner \*plain\*", "markdown", "has_owner *plain*"),
        (r"OPS\-37 \(71\)", "wiki", "OPS-37 (71)"),
        (r"`a\_b`", "markdown", r"<code>a\_b</code>"),
        (r"\<script>", "markdown", "&lt;script&gt;"),
    ],
)
def test_a_mark_after_a_backslash_is_itself(text, markup, expected):
    """Escaped marks show without their backslash, and stay safe."""
    assert expected in render(text, markup)


def test_a_link_in_a_cell_of_wiki_text_stays_whole():
    """The bar of a link parts no cells."""
    html = render(r"|reliability|[OPS\-37|http://127.0.0.1/x] (3 days)|", "wiki")
    assert html.count("<td>") == 2
    assert '<a href="http://127.0.0.1/x" rel="nofollow noreferrer">OPS-37</a> (3 days)' in html


def test_a_pull_request_shows_its_statuses():
    """The newest of each context, on its own page and, the worst of them, in the list; their words stay words."""
    world = GithubWorld(clock=lambda: NOW)
    pull = world.add_pull("Add a button", author="ann")
    world.add_status(pull.pull.head_sha, "kaizend/gate", "success", description="Open", creator="kaizend")
    held = {"description": "Held by <b>budget</b>", "target_url": "https://example.com/why", "creator": "kaizend"}
    world.add_status(pull.pull.head_sha, "kaizend/gate", "failure", **held)
    world.add_status(pull.pull.head_sha, "ci", "success", target_url="javascript:alert(1)", description="Built")
    with Sandbox([GithubFace(world, lambda: NOW, "")], pages=pages([GithubShown(world)])) as sandbox:
        listed, shown = (requests.get(sandbox.url + path, timeout=5).text for path in ("/", "/acme/shop/pull/1"))
    assert "failure" in listed
    assert '<a href="https://example.com/why" rel="noreferrer">Held by &lt;b&gt;budget&lt;/b&gt;</a>' in shown
    assert "Built" in shown
    assert "javascript:" not in shown
    assert ">Open<" not in shown
