"""Which tickets a text names, and which evidence a ticket's text records."""

import time

import pytest

from rules.references import MOST, MOST_TWINS, evidence_links, tickets_named, twins_named

NAMING = {
    "a number": ("Closes #12.", ["acme/shop#12"]),
    "another repository": ("See acme/Platform#7, please", ["acme/platform#7"]),
    "a Jira key": ("OPS-12: faster restores", ["ops-12"]),
    "a Jira key in a branch's name": ("Merge feature/OPS-12-restores", ["ops-12"]),
    "an address of an issue": ("https://github.example/acme/shop/issues/12#issuecomment-3", ["acme/shop#12"]),
    "an address at Jira": ("<https://acme.atlassian.net/browse/ops-12?page=1>", ["ops-12"]),
    "an address at a Jira under a path": ("https://acme.example/jira/browse/OPS-12", ["ops-12"]),
    "a link": ("[the ticket](https://github.example/acme/shop/issues/12 'see')", ["acme/shop#12"]),
    "several, each once": ("#3, #1 and #3", ["acme/shop#3", "acme/shop#1"]),
    "in brackets": ("Faster (#12)", ["acme/shop#12"]),
    "a pull request's address": ("https://github.example/acme/shop/pull/12", []),
    "fenced code": ("```\n#12 OPS-1\n```\nand #13", ["acme/shop#13"]),
    "a fence that is never closed": ("~~~~\n#12\n~~~\n#13", []),
    "code in a line": ("`#12` and ``OPS-1`` but #13", ["acme/shop#13"]),
    "Jira's code": ("{code:java}#12 { } {code} #13 {noformat}#14{noformat}", ["acme/shop#13"]),
    "Jira's code that is never closed": ("{code} #12", ["acme/shop#12"]),
    "what nobody sees": ("<!-- Closes #12 --> #13 <!-- #14", ["acme/shop#13"]),
    "the words of a link to elsewhere": ("[#12](https://x.example/y) <a href='https://x.example'>#13</a>", []),
    "an entity": ("it&#39;s", []),
    "an anchor": ("docs#12 /x#13 https://x.example/a/b#14", []),
    "part of a word": ("#12a xOPS-12 OPS-12b", []),
    "lower case": ("ops-12", []),
    "a long number": ("#12345678901234", []),
    "a zero before": ("#0012", ["acme/shop#12"]),
    "nothing": ("", []),
}


@pytest.mark.parametrize(("text", "expected"), NAMING.values(), ids=NAMING.keys())
def test_a_text_names_tickets(text, expected):
    """As people write them, but not in code, in what nobody sees, or as the words of a link."""
    assert list(tickets_named("acme/shop", text)) == expected


def test_one_text_names_only_so_many_tickets():
    """A list of all tickets there are is cut."""
    assert len(tickets_named("acme/shop", "".join(f"#{number} " for number in range(1000)))) == MOST


RECORDED = {
    "a line": ("Done.\nEvidence: https://grafana.example/d/1", ["https://grafana.example/d/1"]),
    "emphasised, in a list, with Windows line ends": (
        "* **Evidence**: <https://a.example/b>\r\nBye",
        ["https://a.example/b"],
    ),
    "a full stop after it": ("evidence: see https://a.example/b.", ["https://a.example/b"]),
    "two": ("Evidence: https://a.example [x](https://b.example/c)", ["https://a.example", "https://b.example/c"]),
    "Jira's link": ("*Evidence:* [board|https://a.example/b]", ["https://a.example/b"]),
    "no link": ("Evidence: trust me", []),
    "a template's dots": ("Evidence: https://...", []),
    "in the middle of a line": ("There is no evidence: https://a.example", []),
    "quoted": ("> Evidence: https://a.example", []),
    "hidden": ("<!--\nEvidence: https://a.example\n-->", []),
    "in code": ("```\nEvidence: https://a.example\n```", []),
    "on the next line": ("Evidence:\nhttps://a.example", []),
}


@pytest.mark.parametrize(("text", "expected"), RECORDED.values(), ids=RECORDED.keys())
def test_a_tickets_text_records_evidence(text, expected):
    """A line that begins with "Evidence:" and holds a link; the word alone is none."""
    assert list(evidence_links(text)) == expected


HOSTILE = {
    "fences": "```\n" * 25_000,
    "ticks": "` " * 50_000,
    "brackets": "[](" * 33_000,
    "anchors": "<a href='x' " * 8_000,
    "tags": "<code>" * 16_000,
    "comments": "<!--" * 25_000,
    "blocks": "{code:" * 16_000,
    "addresses": "https://a/b/c/" * 7_000,
    "slashes": ("a" * 99 + "/") * 1_000,
    "capitals": "A_" * 50_000,
    "hyphens": "A-" * 50_000,
    "evidence": "Evidence: https://" * 5_000,
    "blanks": "\n" + " " * 99_000 + "evidence:",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_no_text_takes_long(text):
    """A hundred thousand characters made to keep an expression busy take a blink."""
    before = time.process_time()
    tickets_named("acme/shop", text)
    evidence_links(text)
    assert time.process_time() - before < 1


TWINS = {
    "a line": ("It is slow.\nTwin: OPS-12", ["ops-12"]),
    "several": ("Twins: OPS-12, #3 and acme/web#4", ["ops-12", "acme/shop#3", "acme/web#4"]),
    "as people write": (
        "- **Twin:** [OPS-12](https://acme.atlassian.net/browse/OPS-12)\n* TWIN : #3",
        ["ops-12", "acme/shop#3"],
    ),
    "an address": ("Twin: https://github.example/acme/web/issues/4", ["acme/web#4"]),
    "each once": ("Twin: OPS-12\nTwin: OPS-12", ["ops-12"]),
    "within a line": ("Its twin: OPS-12", []),
    "another word": ("Twinned: OPS-12", []),
    "code": ("```\nTwin: OPS-12\n```\n{code}\nTwin: OPS-13\n{code}", []),
    "hidden": ("<!--\nTwin: OPS-12\n-->", []),
    "nothing": ("Twin:", []),
}


@pytest.mark.parametrize(("text", "expected"), TWINS.values(), ids=TWINS.keys())
def test_a_text_names_twins(text, expected):
    """In lines that begin so, in plain sight."""
    assert list(twins_named("acme/shop", text)) == expected


def test_twins_are_bounded():
    """A hostile text names a few, and takes no time."""
    began = time.process_time()
    assert len(twins_named("acme/shop", "".join(f"Twin: OPS-{number}\n" for number in range(1, 9000)))) == MOST_TWINS
    assert twins_named("acme/shop", "Twin" + " " * 90_000 + ": OPS-1" + "*_- " * 20_000) == ()
    assert time.process_time() - began < 2
