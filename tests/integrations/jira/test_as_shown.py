"""What hostile text looks like in Jira, by a reader of wiki text that is not our writer's: only text."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from integrations.jira.markup import fold, render
from rules.model import Bullets, Code, Heading, Link, Mention, Paragraph, Prose, Strong, Table, Text
from tests.integrations.jira.as_shown import Shown

PIECES = """
[~bob] [~accountid:1] [^a.txt] [x|http://y.example] [http://y.example] [#anchor] [ ] | || !i.png!
!http://e.example/i.png|width=1! {code} {code:java} {noformat} {quote} {panel:title=x} {color:red} {color}
{include:X} {html} {anchor:a} {{ }} {{m}} { } {toc} {*} * ** *b* _i_ -s- +u+ ^p^ ~q~ ??c?? ? ?? h1. h6. H2.
bq. BQ. # ## - -- --- ---- ----- \\ \\\\ \\[ http:// https://e.example ftp://x mailto:a@b.c mailto: file:
file:///etc news:x www.e.example WWW. _www.x émailto:x OPS-12 A_B-1 OPS- 12 &#91; &lt; &amp;lt; & # @bob @ :)
;-) :D :P :-( (x) (/) (on) (*r) (!) <b> <!-- --> a Z 1 é Ω . : ; ( ) // irc://x smb://x \\\\server\\share
"""
ODD = [" ", "  ", "\t", "\n", "\r\n", "\x85", "\u2028", "\u00a0", "\u200b", "\u200d", "\u202e", "\x00", "\ud800"]
PIECE = st.sampled_from([*PIECES.split(), *ODD])
HOSTILE = st.lists(PIECE | st.text(max_size=3), max_size=12).map("".join)


def read(*texts):
    """Return what people should read of foreign texts, without blanks."""
    return "".join("".join(map(fold, texts)).split())


def seen(texts):
    """Return what is read, without blanks."""
    return "".join("".join(texts).split())


@settings(max_examples=800)
@given(HOSTILE, HOSTILE, HOSTILE)
@example("_www", ".e.example", "")
@example("émailto:x", "file:///etc", "news:x")
@example("[~", "[", "~bob]")
@example("&", "x", "lt;")
def test_a_paragraph_is_what_was_written_and_nothing_else(first, second, third):
    """Side by side and beside a mention of ours: nothing wakes, and all of it can be read."""
    shown = Shown(render(Prose((Paragraph((Text(first), Text(second), Mention("kim"), Text(third))),)), cloud=True))
    assert shown.woken == []
    assert shown.mentions == ["kim"]
    assert dict(shown.blocks) == {"text": 1}
    assert seen(shown.texts) == read(first + second, third)


@settings(max_examples=400)
@given(HOSTILE, HOSTILE, HOSTILE, HOSTILE)
@example("# x", "h1. x", "bq. x", "- x")
def test_no_block_of_ours_becomes_another(first, second, third, fourth):
    """Headings, bullets and cells of foreign text: as many as we meant, and no list or heading in a cell."""
    prose = Prose(
        (
            Heading((Text(first),)),
            Bullets(((Text(second),), (Strong("due"), Text(" "), Text(third)))),
            Table((third, "b"), (((Text(fourth),), (Code(first),)), ((Strong(second),), (Text("x"),)))),
        )
    )
    shown = Shown(render(prose, cloud=False))
    assert shown.woken == []
    assert dict(shown.blocks) == {"heading": 1, "item": 2, "row": 3}
    assert shown.rows == [2, 2, 2]
    assert (shown.mentions, shown.links) == ([], [])


@settings(max_examples=400)
@given(HOSTILE, HOSTILE, HOSTILE)
def test_a_link_leads_where_we_send_it(text, tail, after):
    """One link; neither its words nor its address end it early, and what follows is not drawn in."""
    url = "https://kaizend.example/" + tail
    shown = Shown(render(Prose((Paragraph((Text(after), Link(text, url), Text(after))),)), cloud=True))
    assert shown.woken == []
    assert [link[:24] for link in shown.links] in ([], ["https://kaizend.example/"])
    assert shown.mentions == []


def test_the_reader_is_woken():
    """What is not escaped wakes: else these tests showed nothing."""
    for piece in ["[~bob]", "{html}", "!i.png!", "_i_", "OPS-12", "éwww.x", "_www.x", "??b??", "(x)", "&lt;", "@bob"]:
        shown = Shown(piece)
        assert shown.woken or shown.mentions, piece
    assert [list(Shown(text).blocks) for text in ("h1. x", "bq. x", "# x", "----", "a \\\\# x")] == [
        ["heading"],
        ["quote"],
        ["item"],
        ["rule"],
        ["text", "item"],
    ]
