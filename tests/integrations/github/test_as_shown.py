"""What hostile text looks like on GitHub, by a Markdown parser that is not ours: it is only text."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from integrations.github.inert import SPACE, cleaned
from integrations.github.markdown import parse_marker, render, title_text
from rules.model import Bullets, Code, Heading, Link, Marker, Mention, Paragraph, Prose, Strong, Table, Text
from tests.integrations.github.as_shown import WAKES, Shown, commands

MARKER = Marker(op="0a", mac="1b", state="backlog/owned:2:2026-11-03")
PIECES = """
@bob @org/team &#64;bob &amp;#64;bob &commat;x \\@x #1 &#35;1 &num;1 GH-1 éGH-1 gh- o/r#12 o/r@deadbeef1 deadbeef
0123456789abcdef /merge / [x](http://y.example) [x] [x]: http://y ![i](u) ![ ] ]( <https://a.example> <b@c.example>
<details> <img <!-- --> <!X <?x <![CDATA[ ]]> </p> <a href= ` `` ``` ~~~ ~~ | \\| --- === *** +++ # ## > >! [!NOTE] [^1]
[^1]: ^ ![x][y] [x][y] https://github.com/a/b/issues/1 http://x ftp://x www.x.y a@b.example mailto:a@b.example $x$ $$
xmpp:a@b.example & &lt; &#60; &#x3c; * ** _ __ \\ \\\\ ! x - + 1. 1) - [ ] :tada: "\\"" ' ( ) { } {{ }} ${x} %0a &#10;
&NewLine; &Tab; &nbsp; closes fixes dependabot
"""
ODD = [" ", "  ", "    ", "\t", "\n", "\r\n", "\n\n", "\v", "\f", "\x1c", "\x85", "\u2028", "\u00a0", "\u3000"]
ODD += ["\ufeff", "\u202e", "\u200b", "\u200d", "\u00ad", "\x00", "\ud800", "\U0001f600", "\ufe0f", "\u0661", "\uff20"]
PIECE = st.sampled_from([*PIECES.split(), *ODD])
HOSTILE = st.lists(PIECE | st.text(max_size=4), max_size=14).map("".join)
OURS = {"p", "h3", "ul", "li", "table", "thead", "tbody", "tr", "th", "td", "strong", "code", "a"}


def read(text):
    """Return what people should read of a foreign text."""
    return " ".join(cleaned(text).split())


@settings(max_examples=800)
@given(HOSTILE, HOSTILE, HOSTILE)
@example("@", "bob", "#1")
@example("](", "!", "<!--")
def test_a_paragraph_is_what_was_written_and_nothing_else(first, second, third):
    """Side by side and beside a mention of ours: no tag, link, image or comment, and all of it can be read."""
    shown = Shown(body := render(Prose((Paragraph((Text(first), Text(second), Mention("kim"), Text(third))),)), MARKER))
    assert set(shown.tags) <= {"p"}
    assert [found for found in shown.woken if found != "mention @kim"] == []
    assert shown.comments == [f" kaizend op=0a mac=1b state={MARKER.state} "]
    assert commands(body) == []
    seen = "".join(shown.texts).replace(SPACE, "").split()
    assert "".join(seen) == "".join(f"{read(first + second)}@kim{read(third)}".split())


@settings(max_examples=250)
@given(HOSTILE, HOSTILE, HOSTILE, HOSTILE)
def test_no_block_of_ours_becomes_another(first, second, third, fourth):
    """Headings, bullets and cells of foreign text: the tags are those that we meant, as many as we meant."""
    prose = Prose(
        (
            Heading((Text(first),)),
            Bullets(((Text(second),), (Strong("due"), Text(third)))),
            Table(("a", "b"), (((Text(fourth),), (Code(first),)), ((Strong(second),), (Text("x"),)))),
        )
    )
    shown = Shown(body := render(prose, MARKER))
    assert set(shown.tags) <= OURS - {"a"}
    assert (shown.tags["table"], shown.tags["tr"], shown.tags["th"], shown.tags["td"]) == (1, 3, 2, 4)
    assert (shown.tags["ul"], shown.tags["li"]) == (1, 2)
    assert shown.woken == []
    assert len(shown.comments) == 1
    assert commands(body) == []
    assert parse_marker(body) == MARKER


@settings(max_examples=300)
@given(HOSTILE, HOSTILE, HOSTILE)
def test_a_link_leads_where_we_send_it_and_code_is_code(text, tail, code):
    """One link, one piece of code; what surrounds them is not drawn in."""
    url = "https://kaizend.example/" + tail
    shown = Shown(render(Prose((Paragraph((Text(code), Link(text, url), Text(tail), Code(code), Text(text))),))))
    assert [link[:24] for link in shown.links] == ["https://kaizend.example/"]
    assert set(shown.tags) <= {"p", "a", "code"}
    assert shown.tags["code"] == bool(cleaned(code).strip())
    assert shown.woken == []
    assert not [code for code in shown.codes if WAKES["mention"].search(code)]


@settings(max_examples=150)
@given(HOSTILE, HOSTILE)
def test_a_title_mentions_nobody(first, second):
    """As plain text, which titles are."""
    title = title_text(f"{first} {second}")
    assert not WAKES["mention"].search(title)
    assert "\n" not in title


@pytest.mark.parametrize(
    ("body", "woken", "tags"),
    [
        ("see @bob", ["mention @bob"], {"p"}),
        ("**@bob**", ["mention @bob"], {"p", "strong"}),
        ("&#64;bob", ["mention @bob"], {"p"}),
        ("`@bob`", [], {"p", "code"}),
        ("fixes #1", ["reference #1"], {"p"}),
        ("- [ ] x", ["- [ ] "], {"ul", "li"}),
        ("[x](http://y)", [], {"p", "a"}),
        ("<details>", [], {"details"}),
        ("www.x.example", ["address www.x"], {"p"}),
        ("x [^1] $y$", ["[^", "$", "$"], {"p"}),
    ],
)
def test_what_these_tests_would_see(body, woken, tags):
    """Text that is alive, as it is written by people."""
    shown = Shown(body)
    assert (shown.woken, set(shown.tags)) == (woken, tags)
