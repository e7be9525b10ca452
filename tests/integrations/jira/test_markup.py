"""Wiki text: what we mean is shown, what strangers wrote is shown as they wrote it and does nothing."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.jira.markup import BREAK, LIMIT, fold, inert, render, summary, units
from rules.model import Bullets, Code, Heading, Link, Mention, Paragraph, Prose, Strong, Table, Text

TROUBLE = (
    *("[~admin]", "[~accountid:1]", "[x|http://e.example]", "!i.png!", "{html}", "{code}", "{noformat}", "{color:red}"),
    *("*b*", "_i_", "-s-", "+u+", "^p^", "~q~", "??c??", "{{m}}", "||h||", "|c|", "h1.", "bq.", "#", "*", "-", "----"),
    *("\\", "\\\\", "\\[", "http://e.example", "OPS-12", "&#91;", "&lt;", "@bob", "mailto:a@b.example", "(x)", ":)"),
    *("<!--", "www.e.example", "a", "1"),
)
BLANKS = (" ", "\n", "\r\n", "\u2028", "\u202e", "\u200b", "\0", "h1. ", "# ")
HOSTILE = st.lists(
    st.one_of(
        st.text(max_size=8),
        st.characters(categories=["Cs", "Cc", "Cf"]),
        st.sampled_from((*TROUBLE, *BLANKS)),
    ),
    max_size=12,
).map("".join)
ESCAPE = re.compile(r"\\([\[\]{}|!*_^~+@?()-])")  # what Jira's renderer takes a backslash before
LIVE = {
    "a character that formats, links or opens a macro": r"[\[\]{}|!*_^~+@\\]",
    "a web address": r"\w://",
    "a mail or www address": r"(?i)\b(mailto:|www\.)(?!\u200b)",
    "a heading, quote or list": r"^\s*(?i:h[1-6]\.|bq\.|#)",
    "a citation": r"\?\?",
    "an issue key": r"[A-Za-z][A-Za-z0-9]*-\d",
    "a dash, rule or strike-through": r"(?<![A-Za-z0-9])-|-(?![A-Za-z0-9])",
    "an entity": r"&(?!#92;|amp;)#?\w{1,32};",
    "an emoticon": r"[:;][()]|\((?:x|!|\?|/|y|n|i|on|off|flag)\)",
    "a hidden character": "[\0-\x1f\x7f-\x9f\u200c-\u200f\u202a-\u202e\u2060-\u2069\ufeff]",
    "a lone surrogate": "[\ud800-\udfff]",
}  # fmt: skip


def shown(rendered):
    """Return what a reader sees of a rendered text that holds no markup."""
    plain = ESCAPE.sub(r"\1", rendered.replace(BREAK, ""))
    return plain.replace("&#92;", "\\").replace("&amp;", "&")


def one(*spans):
    """Make prose of one paragraph."""
    return Prose((Paragraph(spans),))


@given(HOSTILE)
def test_foreign_text_does_nothing(text):
    """Whatever a title holds: no mention, link, macro, format, list, heading, image, key or emoticon is left of it."""
    rendered = render(one(Text(text)), cloud=True)
    rest = ESCAPE.sub("·", rendered)
    found = {name for name, pattern in LIVE.items() if re.search(pattern, rest)}
    assert found == set(), rendered


@given(HOSTILE)
def test_foreign_text_is_shown_as_it_was_written(text):
    """What a reader sees is the text, blanks folded and hidden characters gone."""
    assert shown(inert(text)) == fold(text)


@given(HOSTILE, HOSTILE)
def test_two_texts_side_by_side_make_no_markup(left, right):
    """Halves of markup in two neighbouring texts do not become whole."""
    rest = ESCAPE.sub("·", render(one(Text(left), Text(right)), cloud=False))
    assert not any(re.search(pattern, rest) for pattern in LIVE.values())


@given(HOSTILE)
def test_a_hostile_text_stays_in_its_cell_and_bullet(text):
    """A cell or bullet of foreign text adds no cell, row, line or list."""
    table = render(Prose((Table(("A", "B"), (((Text(text),), (Text("x"),)),)),)), cloud=True)
    rows = ESCAPE.sub("·", table).split("\n")
    assert [row.count("|") for row in rows] == [6, 3]
    bullets = render(Prose((Bullets(((Text(text),), (Text("x"),))),)), cloud=True)
    assert [line[:2] for line in bullets.split("\n")] == ["* ", "* "]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ask [~admin] now", r"ask \[\~admin\] now"),
        ("see OPS-12 of 2026-11-30", r"see OPS\-12 of 2026-11-30"),
        ("a follow-up", "a follow-up"),
        (r"C:\temp\new", "C:&#92;temp&#92;new"),
        ("https://evil.example/x", f"https:{BREAK}//evil.example/x"),
        ("h1. Big", f"{BREAK}h1. Big"),
        ("# one", f"{BREAK}# one"),
        ("&#91;~bob&#93;", "&amp;#91;\\~bob&amp;#93;"),
        ("fine (late)", r"fine \(late)"),
        ("what??", r"what\?\?"),
        ("🚀 ship", "🚀 ship"),
    ],
)
def test_the_usual_suspects(text, expected):
    """What the usual troublemakers become."""
    assert render(one(Text(text)), cloud=True) == expected


def test_what_we_mean_is_markup():
    """Headings, bullets, tables, code, strong text, links and mentions are Jira's."""
    prose = Prose(
        (
            Heading((Text("Week 48"),)),
            Paragraph(
                (Text("Ask "), Mention("712020:ana-1"), Text(" about "), Strong("this"), Text(": "), Code("a*b"))
            ),
            Bullets(((Link("OPS-1", "https://j.example/browse/OPS-1"),), (Text("two"),))),
            Table(("Domain", "Open"), (((Text("pay"),), ()),)),
        )
    )
    assert render(prose, cloud=True) == (
        "h3. Week 48\n\nAsk [~accountid:712020:ana-1] about *this*: {{a\\*b}}\n\n"
        "* [OPS\\-1|https://j.example/browse/OPS-1]\n* two\n\n||Domain||Open||\n|pay| |"
    )


def test_data_center_mentions_by_name():
    """Data Center knows people by their user names."""
    assert render(one(Mention("ana.b")), cloud=False) == "[~ana.b]"


@pytest.mark.parametrize("person", ["x] [~admin", "a|b", "", "a\nb", "[~x]", "{html}"])
def test_a_name_that_is_none_mentions_nobody(person):
    """A "name" that would break out of the mention is plain text."""
    assert "[~" not in ESCAPE.sub("·", render(one(Mention(person)), cloud=False))


@pytest.mark.parametrize("url", ["javascript:alert(1)", "ftp://x.example", "//x", "http://", "http://[bad", "x\u202ey"])
def test_only_web_addresses_become_links(url):
    """A link whose address is none is its text."""
    assert render(one(Link("here", url)), cloud=True) == "here"


@given(HOSTILE, HOSTILE)
def test_a_link_cannot_be_broken_out_of(text, tail):
    """Neither its text nor its address ends a link early or begins another."""
    rendered = render(one(Link(text, "https://j.example/" + tail.replace("\0", ""))), cloud=True)
    rest = ESCAPE.sub("·", rendered)
    assert rest.count("[") <= 1
    assert rest.count("]") == rest.count("[") == rest.count("|")
    assert not re.search(r"[{}!\s\\]", rest.partition("|")[2])


@pytest.mark.parametrize(
    ("prose", "left_out"),
    [
        (Prose(tuple(Paragraph((Text("x" * 5_000),)) for _ in range(10))), 4),
        (Prose((Table(("A",), tuple(((Text("é" * 90),),) for _ in range(1_000))),)), 649),
        (Prose((Bullets(tuple((Text("🚀" * 1_000),) for _ in range(40))),)), 24),
    ],
)
def test_too_long_a_text_is_cut_between_lines(prose, left_out):
    """A text over the limit ends in a line that says how many lines are missing, and each line left is whole."""
    rendered = render(prose, cloud=True)
    assert units(rendered) <= LIMIT
    assert rendered.endswith(f"… and {left_out} more lines that did not fit here.")
    kept = rendered[: rendered.rindex("\n\n…")]
    assert render(prose, cloud=True, limit=10**9).startswith(kept + "\n")


def test_a_megabyte_in_one_line_is_cut():
    """One endless title does not push everything else out."""
    rendered = render(Prose((Paragraph((Text("\\" * 1_000_000),)), Paragraph((Text("the end"),)))), cloud=True)
    assert units(rendered) <= LIMIT
    assert rendered.endswith("…\n\nthe end")


@given(HOSTILE.map(lambda text: text * 40))
def test_a_summary_is_one_short_line(title):
    """A summary has at most 255 UTF-16 units and no newline, and half of no character."""
    line = summary(title)
    assert units(line) <= 255
    assert len(line.splitlines()) <= 1
    assert line == line.encode("utf-8", "replace").decode()  # no lone surrogate
