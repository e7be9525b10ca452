"""What is compared of a ticket's text: voices, words, error signatures, platforms, claims."""

import time
from datetime import UTC, datetime

import pytest

from rules.recurrence.platforms import conflict, platforms_of
from rules.recurrence.report import claimed, report_of
from rules.recurrence.signatures import MOST, normal, signatures_of
from rules.recurrence.text import parts_of
from rules.recurrence.tokens import MOST as MOST_WORDS
from rules.recurrence.tokens import spoken, stem, words


@pytest.mark.parametrize(
    ("body", "prose", "code"),
    [
        ("It fails.\n```\nraise x\n```\nAgain.", "It fails. Again.", "raise x"),
        ("It fails.\n{code:java}\nraise x\n{code} Again.", "It fails. Again.", "raise x"),
        ("a <pre>raise x</pre> b", "a b", "raise x"),
        ("See `Cart.pay` there.", "See `Cart.pay` there.", "Cart.pay"),
        ("Log:\n    raise x", "Log:", "raise x"),
        ("never closed\n{noformat}\nraise x", "never closed", "raise x"),
        ("~~~\n{code}\n~~~\nout", "out", ""),
        ("seen <!-- hidden --> on <!-- open", "seen on", ""),
    ],
    ids=["fence", "jira", "tags", "inline", "indented", "never closed", "in another", "hidden"],
)
def test_what_was_written_and_what_was_pasted_are_told_apart(body, prose, code):
    """Prose and code are compared on their own; only a mark of the kind that opened a block closes it."""
    parts = parts_of("Title", body)
    assert (parts.prose.split(), parts.code.split()) == (prose.split(), code.split())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Crashes when paying", ["crash", "pay"]),
        ("CartView.setTotal", ["cartviewsettotal", "cart", "view", "set", "total"]),
        ("snake_case_name", ["snakecasename", "snak"]),
        ("iOS and iPhone", ["ios", "iphon"]),
        ("0x7fffbeef 12345678 deadbeefdeadbeef", []),
        ("the of and", []),
        ("façade 日本語", ["façade", "日本", "本語"]),
    ],
    ids=["endings", "camel", "snake", "apple", "counted by machines", "stop words", "other scripts"],
)
def test_words_are_what_two_people_would_both_write(text, expected):
    """Compounds are taken apart, endings are off, addresses and counters are gone."""
    found = words(text)
    assert [word for word in found if word in expected or not expected] == expected


@pytest.mark.parametrize(
    "forms", [("crash", "crashes", "crashed", "crashing"), ("query", "queries"), ("stop", "stopped")]
)
def test_the_forms_of_a_word_are_one_word(forms):
    """An ending that English adds makes no other word."""
    assert len({stem(form) for form in forms}) == 1


JAVA = """java.lang.NullPointerException: cart 4711 has no owner
    at java.util.Objects.requireNonNull(Objects.java:221)
    at com.acme.shop.Cart.pay(Cart.java:42)
    at com.acme.shop.Till.close(Till.java:7)
"""
PYTHON = """Traceback (most recent call last):
  File "/srv/app/shop/cart.py", line 12, in pay
    total()
  File "/srv/app/shop/till.py", line 9, in total
KeyError: 'owner of cart'
"""
RUST = """thread 'main' panicked at 'cart 12 was empty already', src/cart.rs:4:5
   3: 0x5581 - shop::cart::pay::h0123456789abcdef
   4: 0x5582 - shop::till::close::h0123456789abcdee
"""
GO = """panic: runtime error: index of cart out of range
shop/cart.Pay(0xc000, 0x1)
shop/till.Close(0xc000)
"""


@pytest.mark.parametrize(
    ("text", "some"),
    [
        (
            JAVA,
            {
                "x:nullpointerexception",
                "m:cart * has no owner",
                "f:com.acme.shop.cart.pay",
                "s:com.acme.shop.cart.pay com.acme.shop.till.close",
            },
        ),
        (PYTHON, {"x:keyerror", "f: cart.py:pay", "f: till.py:total"}),
        (RUST, {"m:cart * was empty already", "f:shop::cart::pay", "f:shop::till::close"}),
        (GO, {"m:runtime error index of cart out of range", "f:shop/cart.pay", "f:shop/till.close"}),
        ("2026-11-02 10:11:12,345 ERROR [till] java.io.IOException: no paper in till", {"x:ioexception"}),
        ("ORA-00942 and SIGSEGV and error E0308", {"c:ora-00942", "c:sigsegv", "c:e0308"}),
        ("the app dies with a segmentation fault", {"x:segfault"}),
    ],
    ids=["java", "python", "rust", "go", "logged", "codes", "said"],
)
def test_signatures_are_what_an_error_shows_again(text, some):
    """Exceptions, messages without what varies, our own frames and codes; runtimes' frames are passed over."""
    found = {one.replace("f:cart.py", "f: cart.py").replace("f:till.py", "f: till.py") for one in signatures_of(text)}
    assert some <= found
    assert not any("java.util" in one for one in found)


def test_the_same_error_on_another_machine_has_the_same_signatures():
    """Line numbers, addresses, times, paths and quoted names do not count."""
    other = JAVA.replace("4711", "99").replace("42", "57").replace("    at", "11-02 10:11:12 E/Shop( 12): at")
    assert set(signatures_of(JAVA)) == set(signatures_of(other))


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("cannot open '/tmp/a.txt' at 0xdeadbeef", "cannot open * at *"),
        ("cannot open C:\\carts\\a.txt today", "cannot open a.txt today"),
        ("12 34", ""),
        ("failed", ""),
    ],
)
def test_a_message_is_kept_without_what_varies(message, expected):
    """Too short a rest says nothing."""
    assert normal(message) == expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("iOS: cart", "Android: cart", True),
        ("iPhone cart", "iOS cart", False),
        ("cart", "Android: cart", False),
        ("Windows and Linux", "Ubuntu", False),
        ("OS X cart", "win32 cart", True),
    ],
)
def test_platforms_conflict_only_if_both_name_some_and_none_in_common(one, other, expected):
    """A ticket without a platform may be about any."""
    assert conflict(platforms_of(one), platforms_of(other)) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("This is a duplicate of #12.", ("acme/shop#12",)),
        ("Same as OPS-7", ("ops-7",)),
        ("dup of acme/till#3", ("acme/till#3",)),
        ("Might be a duplicate of #12", ()),
        ("This is not a duplicate of #12", ()),
        ("Is it the same as #12?", ()),
        ("isn't this the same issue as #12", ()),
        ("see #12", ()),
    ],
)
def test_only_an_unhedged_statement_claims_that_it_is_the_same(text, expected):
    """Hedges, negations and questions void it; a bare mention is none."""
    assert claimed("acme/shop", text) == expected


def test_what_stands_in_quotes_and_code_claims_nothing():
    """Others' words are not the reporter's."""
    body = "> duplicate of #12\n\n`duplicate of #13`\n\n```\nduplicate of #14\n```\nSame as #15"
    report = report_of(
        uid="1", key="acme/shop#1", project="acme/shop", created=datetime(2026, 11, 2, tzinfo=UTC), title="x", body=body
    )
    assert report.claimed == {"acme/shop#15"}
    assert "acme/shop#14" not in report.named


HOSTILE = ["a_", "a.", "A", "a-", "_", "aB", "Error: ", "at a.b.c", "#0 ", "'", "/", "a/", "<pre", "{code", "<!--", "`"]
HOSTILE += ['File "', "<a ", "duplicate of ", "#1 ", "\ud800", "\0", "é", "\n", "\n```\n", "<code>", "[", "E/x( 1): "]


@pytest.mark.parametrize("piece", HOSTILE, ids=[repr(piece) for piece in HOSTILE])
def test_hostile_text_is_read_quickly_and_bounded(piece):
    """100 KB of anything, in one line or in many, cost little and leave little."""
    for text in (piece * (100_000 // len(piece)), (piece * 40 + "\n") * (2_500 // len(piece))):
        began = time.process_time()
        report = report_of(
            uid="1", key="OPS-1", project="OPS", created=datetime(2026, 11, 2, tzinfo=UTC), title=text, body=text
        )
        assert time.process_time() - began < 2
        assert max(len(report.title), len(report.prose), len(report.code)) <= MOST_WORDS
        assert len(report.signatures) <= MOST


def test_what_is_written_without_spaces_is_compared_by_two_signs():
    """Sentences of the same words in another order have most of them in common; what is said of it can be read."""
    one, other = words("データベース接続が枯渇した"), words("枯渇した、データベース接続")
    assert {"デー", "接続", "枯渇"} <= set(one) & set(other)
    assert words("数据库Crash数据") == ["数据", "据库", "数据", "crash"]
    assert words("語") == ["語"]
    assert spoken("接続が枯渇", ("枯渇", "absent")) == ("枯渇",)
    assert len(words("枯" * 100_000)) == 600
