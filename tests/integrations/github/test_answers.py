"""What each answer means: whose fault, try again, and when."""

from __future__ import annotations

from datetime import timedelta

import orjson
import pytest

from integrations.errors import Forbidden, NotAllowed, NotFound, RateLimited, Rejected, Unavailable
from integrations.github.answers import Answer, refusal
from integrations.http import Line
from tests.integrations.github.conftest import NOW
from tests.integrations.memory_budget import MemoryBudget

EPOCH = int(NOW.timestamp())
DATE = {"date": NOW.strftime("%a, %d %b %Y %H:%M:%S GMT")}


def meaning(status: int, message: object = "", **headers: str) -> object:
    """Return what an answer means."""
    body = message if isinstance(message, bytes) else orjson.dumps({"message": message})
    named = {**DATE, **{name.replace("_", "-"): value for name, value in headers.items()}}
    line = Line(source="shop", budget=MemoryBudget(), clock=lambda: NOW, sleep=lambda _: None)
    return refusal("shop: call", Answer(status=status, path="/", headers=named, body=body), line, "call", NOW)


@pytest.mark.parametrize(
    ("status", "message", "expected"),
    [
        (200, "", type(None)),
        (201, "", type(None)),
        (204, "", type(None)),
        (304, "", type(None)),
        (202, "", Unavailable),
        (307, "", Rejected),
        (400, "Problems parsing JSON", Rejected),
        (401, "Bad credentials", NotAllowed),
        (403, "Resource not accessible by personal access token", Forbidden),
        (403, "Must have admin rights to Repository.", Forbidden),
        (403, "Unable to create comment because issue is locked.", Rejected),
        (403, "Repository was archived so is read-only.", Rejected),
        (403, "Commenting is disabled on issues with more than 2500 comments", Rejected),
        (404, "Not Found", NotFound),
        (410, "This issue was deleted", NotFound),
        (408, "", Unavailable),
        (409, "", Unavailable),
        (422, "Validation Failed", Rejected),
        (451, "", Rejected),
        (500, "", Unavailable),
        (502, b"<html>Bad Gateway</html>", Unavailable),
    ],
)
def test_a_status_becomes_one_of_our_errors(status, message, expected):
    """Each family has its own handling."""
    assert type(meaning(status, message)) is expected


@pytest.mark.fault("rates/reset-absurd", "github")
@pytest.mark.parametrize(
    ("status", "message", "headers", "seconds"),
    [
        (429, "", {"retry_after": "30"}, (30, 30)),
        (403, "anything", {"retry_after": "7"}, (7, 7)),
        (
            403,
            "API rate limit exceeded",
            {"x_ratelimit_remaining": "0", "x_ratelimit_reset": str(EPOCH + 3300)},
            (3301, 3301),
        ),
        (403, "You have exceeded a secondary rate limit", {"x_ratelimit_remaining": "4000"}, (60, 75)),
        (429, "", {}, (60, 75)),
        (429, "", {"x_ratelimit_remaining": "0", "x_ratelimit_reset": "garbage"}, (60, 75)),
        (429, "", {"retry_after": "-3"}, (0, 0)),
        (429, "", {"retry_after": "soon"}, (60, 75)),
        (429, "", {"x_ratelimit_remaining": "0", "x_ratelimit_reset": "9" * 40}, (60, 75)),
        (429, "", {"x_ratelimit_remaining": "0", "x_ratelimit_reset": str(EPOCH - 3600)}, (1, 1)),
        (429, "", {"x_ratelimit_remaining": "0", "x_ratelimit_reset": str(EPOCH + 10**9)}, (86_400, 86_400)),
        (429, "", {"x_ratelimit_remaining": "0", "x_ratelimit_reset": "inf"}, (60, 75)),
        (503, "", {"retry_after": "120"}, (120, 120)),
    ],
)
def test_a_throttle_says_when_to_come_again(status, message, headers, seconds):
    """Retry-After first, then the empty limit's reset, else a minute at least."""
    error = meaning(status, message, **headers)
    assert isinstance(error, RateLimited)
    low, high = seconds
    assert timedelta(seconds=low) <= error.retry_at - NOW <= timedelta(seconds=high)


def test_single_sign_on_is_named():
    """A 403 of its own: the admin has to authorise the token."""
    error = meaning(
        403, "Resource protected by organization SAML enforcement", x_github_sso="required; url=https://x/s3cret"
    )
    assert isinstance(error, NotAllowed)
    assert "SSO" in str(error)
    assert "s3cret" not in str(error)


def test_a_refusal_is_worded_from_its_errors():
    """Field and code, or the server's own words."""
    body = {
        "message": "Validation Failed",
        "errors": [{"field": "title", "code": "missing"}, {"message": "too long"}, "x"],
    }
    assert meaning(422, orjson.dumps(body)).what == "422 Validation Failed; title missing; too long; x"


def test_a_long_message_is_cut():
    """One line, printable, 200 characters: an error is no place for a page."""
    what = meaning(500, "x\n\x1b[31m\u202e" + "y" * 10_000).what
    assert len(what) <= 204
    assert what.isprintable()


@pytest.mark.fault("hostile/spoilt-bytes", "github")
@pytest.mark.fault("reading/deep-answer", "github")
@pytest.mark.parametrize(
    "body",
    [b"", b"[", b"<html></html>", b"\xff\xfe", b"[" * 100_000, b'{"a":1}garbage'],
    ids=lambda body: str(body[:9]),
)
def test_what_is_not_json_is_no_answer(body):
    """Cut short, HTML, not even text, nested without end."""
    with pytest.raises(Unavailable):
        Answer(status=200, path="/", body=body).json("shop: call")


@pytest.mark.fault("hostile/spoilt-bytes", "github")
@pytest.mark.fault("reading/deep-answer", "github")
def test_broken_text_is_mended():
    """A byte that is no UTF-8, half a pair, a NUL: each becomes U+FFFD; a whole pair stays."""
    body = b'{"a":"\xff","b":["\\ud83d"],"c":"\\u0000","d":"\\ud83d\\ude00\\u0000"}'
    told = Answer(status=200, path="/", body=body).json("shop: call")
    assert told == {"a": "\ufffd", "b": ["\ufffd"], "c": "\ufffd", "d": "\U0001f600\ufffd"}


@pytest.mark.parametrize(
    ("link", "count", "expected"),
    [
        ('<x?page=2>; rel="next"', 3, True),
        ('<x?page=1>; rel="first"', 100, False),
        ("", 100, True),
        ("", 99, False),
    ],
)
def test_a_page_knows_whether_another_follows(link, count, expected):
    """The Link header says; without one a full page may have a next."""
    headers = {"link": link} if link else {}
    assert Answer(status=200, path="/", headers=headers).has_next(count) is expected
