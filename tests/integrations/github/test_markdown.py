"""Prose as Markdown: foreign text stays text, the marker stays last, the size stays within bounds."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integrations.github.inert import SPACE, cleaned
from integrations.github.markdown import LIMIT, filed_marker, parse_marker, render, title_text, write_marker
from rules.model import Bullets, Code, Heading, Link, Marker, Mention, Paragraph, Prose, Strong, Table, Text

MARKER = Marker(op="0a", mac="1b", state="backlog/owned:2:2026-11-03")

LIVE = {
    "mention": re.compile(r"@[\w-]"),
    "reference": re.compile(r"#\d|(?<![a-z0-9_])gh-\d", re.IGNORECASE),
    "commit": re.compile(r"(?<!\w)[0-9a-f]{7,40}(?!\w)"),
    "command": re.compile(r"(^|\s)/\w", re.MULTILINE),
    "markup": re.compile(r"<[a-z!/?]", re.IGNORECASE),
    "address": re.compile(r"(https?|ftp)://|www\.|mailto:", re.IGNORECASE),
    "link or image": re.compile(r"(?<!\\)[\[\]]"),
    "fence": re.compile(r"(?<!\\)`|(?<!\\)~"),
    "invisible": re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\u200c-\u200f]"),
    "block": re.compile(r"^\s*([-+=>#|]|\d{1,9}[.)])", re.MULTILINE),
}
PIECES = """
@bob @org/team &#64;bob &amp;#64;bob &commat;x \\@x #1 &#35;1 GH-1 o/r#12 gh- deadbeef 0123456789abcdef /merge / [x](http://y)
![i](u) <details> <img ``` ~~~ | --- === # > https://github.com/a/b/issues/1 www.x.y a@b.example $x$ & &lt; * _ \\ ! x
"""
LINES = ["closes #1", "\n", "\r\n", "\n/merge", "- [ ] x", "1. x", "# h", "> q", "<!-- kaizend op=0a mac=1b -->", " "]
HIDDEN = ["\u202e", "\u200b", "\u2028", "\x00", "\ud800", "\U0001f600"]
NASTY = st.lists(st.sampled_from([*PIECES.split(), *LINES, *HIDDEN]) | st.text(max_size=8), max_size=12).map("".join)


def body(*spans) -> str:
    """Render one paragraph."""
    return render(Prose((Paragraph(spans),)))


def live(text: str) -> set[str]:
    """Name what is alive in Markdown, seen raw and with its entities decoded."""
    found = {name for name, pattern in LIVE.items() if pattern.search(text)}
    return found | {name for name in ("mention", "reference", "commit") if LIVE[name].search(html.unescape(text))}


def test_the_worst_title_is_only_text():
    """No mention, no command, no reference, and it reads the same."""
    title = "@org/team @all &#64;bob [~admin] closes #1 /merge GH-1 o/r#2 deadbeef <!-- x -->"
    shown = body(Text(title))
    assert live(shown) == set()
    read = html.unescape(shown).replace(SPACE, "").replace("\\", "")
    assert read == "@org/team @all @bob [~admin] closes #1 /merge GH-1 o/r#2 deadbeef <!-- x -->"


@settings(max_examples=400)
@given(NASTY)
def test_any_text_is_inert(text):
    """Whatever it is made of, in a paragraph of its own."""
    assert live(body(Text(text))) == set()
    assert "\n" not in body(Text(text))


@settings(max_examples=200)
@given(NASTY, NASTY, NASTY)
def test_neighbours_do_not_wake_each_other(first, second, third):
    """Split anywhere between plain spans, the whole is as inert as its parts."""
    assert live(body(Text(first), Text(second), Text(third))) == set()


@settings(max_examples=200)
@given(NASTY, NASTY)
def test_every_block_holds_its_text(first, second):
    """Headings, bullets and cells stay one line each; a table keeps its columns."""
    prose = Prose(
        (
            Heading((Text(first),)),
            Bullets(((Text(first),), (Strong(second),))),
            Table(("a", first), (((Text(first),), (Code(second),)),)),
        )
    )
    lines = render(prose, MARKER).split("\n")
    bars = [len(re.findall(r"(?<!\\)(?:\\\\)*\|", line)) for line in lines if line.startswith("| ")]
    assert len(lines) == 10
    assert bars[0] == bars[1] == 3
    assert parse_marker("\n".join(lines)) == MARKER


@settings(max_examples=300)
@given(NASTY)
def test_code_is_shown_as_it_is(text):
    """Between fences longer than any inside, on one line, nobody notified."""
    shown = body(Code(text))
    if not cleaned(text).strip():
        assert shown == ""
        return
    fence = re.match(r"`+", shown)[0]
    inside = shown[len(fence) : -len(fence)]
    assert shown.endswith(fence)
    assert fence not in re.findall(r"`+", inside)
    assert not LIVE["mention"].search(inside)
    assert not LIVE["reference"].search(inside)
    assert "\n" not in shown


@settings(max_examples=200)
@given(NASTY, NASTY)
def test_a_link_goes_where_it_was_sent(text, tail):
    """Its text is inert and its address cannot end early."""
    shown = body(Link(text, "https://example.com/" + tail))
    found = re.fullmatch(r"\[(.+)\]\((https://example\.com/[^\s()<>\\]*)\)", shown)
    assert found
    assert live(found[1]) <= {"block"}  # it begins no line


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "data:text/html,x", "//evil", "/x", "", "https://", "http://[", "https://a@b/", "HTTPS://"],
)
def test_only_web_addresses_are_links(url):
    """Anything else is its text alone."""
    assert body(Link("here", url)) == "here"


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ((Mention("bob"),), "@bob"),
        ((Mention("mona_acme"),), "@mona_acme"),
        ((Mention("org/team"),), f"@{SPACE}org/team"),
        ((Mention("bob @all"),), f"bob @{SPACE}all"),
        ((Mention("bob"), Text("/all")), f"@bob{SPACE}/{SPACE}all"),
        ((Mention("bob"), Text("by")), f"@bob{SPACE}by"),
        ((Mention("bob"), Text("_by")), f"@bob{SPACE}\\_by"),
        ((Text("for"), Mention("bob"), Text(": now")), "for @bob: now"),
        ((Text("look!"), Link("x", "https://a.example/b")), r"look\![x](https://a.example/b)"),
        ((Strong(" due "), Text(" x")), "**due** x"),
        ((Code("a`b"),), "``a`b``"),
        ((Code("`a"),), "`` `a ``"),
        ((Link("q", "https://a.example/?x=1&y=(2)"),), "[q](https://a.example/?x=1&amp;y=%282%29)"),
        ((Text("1. not a list"),), r"1\. not a list"),
        ((Text("- not a list"),), r"\- not a list"),
    ],
)
def test_spans_are_rendered(spans, expected):
    """What is ours may mention, link and stand out."""
    expected = expected.removeprefix("@" + SPACE) if spans == (Mention("org/team"),) else expected
    assert body(*spans) == expected


def test_a_whole_text_is_laid_out():
    """Headings, paragraphs, bullets and tables, a blank line apart, the marker last."""
    prose = Prose(
        (
            Heading((Text("Backlog"),)),
            Paragraph((Text("Two rules hold."),)),
            Bullets(((Code("owned"), Text(" since Monday")), (Mention("bob"),))),
            Table(("rule", "due"), (((Text("owned"),), (Strong("today"),)),)),
        )
    )
    assert render(prose, MARKER) == (
        "### Backlog\n\nTwo rules hold.\n\n- `owned` since Monday\n- @bob\n\n"
        "| rule | due |\n| --- | --- |\n| owned | **today** |\n\n"
        "<!-- kaizend op=0a mac=1b state=backlog/owned:2:2026-11-03 -->"
    )


@pytest.mark.parametrize("char", ["x", "\U0001f600", "|", "@", "\u202e"])
def test_a_long_text_is_cut_at_a_line(char):
    """Within the limit after escaping, what is left out is counted, the marker is whole."""
    lines = tuple((Text(f"{number} {char * 100}"),) for number in range(2000))
    shown = render(Prose((Paragraph((Text("first"),)), Bullets(lines))), MARKER)
    *kept, note, _, last = shown.split("\n")
    assert len(shown.encode("utf-16-le")) // 2 <= LIMIT
    assert last == write_marker(MARKER)
    left = re.search(r"left out: (\d+)", note)
    bullets = sum(line.startswith("- ") for line in [*kept, note])
    assert bullets + (int(left[1]) if left else 0) == 2000
    assert (left is None) == (char == "\u202e")


def test_a_megabyte_of_one_line_is_borne():
    """One span is cut; the rest of the text stays."""
    shown = render(Prose((Paragraph((Text("x" * 1_000_000),)), Paragraph((Text("after"),)))), MARKER)
    assert len(shown) < 6_000
    assert "after" in shown


@given(st.from_regex(r"[0-9a-f]{1,64}", fullmatch=True), st.text(alphabet=st.characters(codec="utf-8"), max_size=60))
def test_a_marker_is_read_as_it_was_written(op, state):
    """Any state survives, on the last line only."""
    marker = Marker(op=op, mac="00", state=state)
    text = render(Prose((Paragraph((Text("hello"),)),)), marker)
    assert parse_marker(text) == marker
    assert parse_marker(text.replace("\n", "\r\n")) == marker
    assert parse_marker(text + "\n\nquoted above") is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "<!-- kaizend op=0a mac=1b --> ",
        "<!-- kaizend op=0A mac=1b -->x",
        "<!-- kaizend op=0A mac=1b -->",
        "<!-- kaizend mac=1b op=0a -->",
        "<!-- kaizend op=0a mac=1b state=a b -->",
        "> <!-- kaizend op=0a mac=1b -->",
        "<!-- kaizend op=0a mac=1b -->\nmore",
        "<!-- kaizend op=\u0661 mac=1b -->",
        "<!-- kaizend op=0a mac=1b state=<!-- -->",
    ],
)
def test_what_only_looks_like_a_marker(text):
    """Only our exact line, alone and last."""
    expected = Marker(op="0a", mac="1b") if text == "<!-- kaizend op=0a mac=1b --> " else None
    assert parse_marker(text) == expected


def test_a_marker_that_is_no_hex_is_not_written():
    """It would not be read again."""
    with pytest.raises(ValueError, match="hex"):
        write_marker(Marker(op="--> @bob", mac="00"))


@given(NASTY)
def test_a_title_is_one_tame_line(text):
    """No mention, nothing invisible, not too long."""
    title = title_text(text * 30)
    assert len(title.encode("utf-16-le", "surrogatepass")) // 2 <= 256
    assert not LIVE["mention"].search(title)
    assert not LIVE["invisible"].search(title)
    assert "\n" not in title


@pytest.mark.parametrize(
    "text",
    [
        "What to do.\n\n{mark}",
        "What to do.\r\n\r\n{mark}\r\n\r\n- [ ] Alert on slow queries\r\n",
        "{mark}  \nand more",
        "<!-- kaizend op=ff mac=ff -->\n{mark}\nThe first one was pasted.",
    ],
)
def test_the_marker_of_an_issue_is_found_though_people_write_below_it(text):
    """Reviews ask people to: it counts as long as it has a line of its own."""
    assert filed_marker(text.format(mark=write_marker(MARKER))) == MARKER


@pytest.mark.parametrize("text", ["", "> {mark}", "see `{mark}`", "{mark} and more"])
def test_a_marker_that_is_quoted_is_none_of_an_issue(text):
    """It shares its line with something else."""
    assert filed_marker(text.format(mark=write_marker(MARKER))) is None
