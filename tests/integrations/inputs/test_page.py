"""A page over HTTP: its title, and how old the server says it is."""

from datetime import UTC, datetime

import pytest

from integrations.base import Reading
from integrations.errors import Incomplete, NotAllowed, NotFound, Rejected, Unavailable
from integrations.web import BODY_LIMIT, HOPS

CHANGED = "Fri, 20 Nov 2026 08:00:00 GMT"
MOMENT = datetime(2026, 11, 20, 8, tzinfo=UTC)
HTML = b"<!DOCTYPE html><html><head>\n<TITLE lang='en'>Audit &amp;\n findings</TITLE></head></html>"


def test_a_page_is_as_old_as_it_was_changed(place):
    """Last-Modified counts, not Date."""
    place.answers("/audit", body=HTML, content_type="text/html", headers={"Last-Modified": CHANGED})
    assert place.page().read() == Reading(at=MOMENT, said="Audit & findings", url=f"{place.sandbox.url}/audit")
    assert [(method, path) for method, path, _ in place.asked()] == [("GET", "/audit")]


@pytest.mark.parametrize("changed", ["", "yesterday", "Fri, 99 Nov 2026 08:00:00 GMT"])
def test_a_page_without_a_date_of_change_has_the_servers_time_and_says_so(place, changed):
    """It was there when it was read: that is all that is known."""
    headers = {"Date": CHANGED, "Last-Modified": changed}
    place.answers("/audit", body=HTML, content_type="text/html", headers=headers)
    reading = place.page().read()
    assert (reading.at, reading.said) == (MOMENT, "Audit & findings (the server does not say when it was changed)")


def test_a_page_without_any_date_is_an_error(place):
    """How old it is cannot be said."""
    place.answers("/audit", body=HTML, headers={"Date": ""})
    with pytest.raises(Incomplete, match=r"\[inputs.audit-findings\]: the server says neither"):
        place.page().read()


@pytest.mark.parametrize(
    ("body", "kind", "said"),
    [
        (b"\n# Findings of 2026\n\nNone.", "text/markdown", "Findings of 2026"),
        (b"<html><body>no title</body></html>", "text/html", "answered 200"),
        (b"<html><title>never closed", "text/html", "answered 200"),
        (b"<title", "text/html", "answered 200"),
        (b"<html><title>\xff\x00\x1b[31m evil\xe2\x80\xae</title>", "text/html", "[31m evil"),
        (b"<title>" * 9000, "text/html", "answered 200"),
        ("<title>İstanbul</title>".encode(), "text/html", "İstanbul"),
        (b"%PDF-1.7", "application/pdf", "answered 200"),
        (b"", "text/plain", "answered 200"),
    ],
)
def test_what_a_page_says_is_one_printable_line(place, body, kind, said):
    """Whatever the page is made of."""
    place.answers("/audit", body=body, content_type=kind, headers={"Last-Modified": CHANGED})
    assert place.page().read().said.lstrip("\ufffd ") == said


@pytest.mark.parametrize("where", ["/moved", "{url}/moved", "//{host}/moved", "moved"])
def test_a_redirect_on_its_host_is_followed(place, where):
    """Relative or whole."""
    target = where.format(url=place.sandbox.url, host=place.sandbox.url.removeprefix("http://"))
    place.answers("/audit", status=302, headers={"Location": target})
    place.answers("/moved", body=HTML, content_type="text/html", headers={"Last-Modified": CHANGED})
    assert place.page().read().at == MOMENT


@pytest.mark.parametrize(
    ("target", "what"),
    [
        ("https://sso.example/login?next=x", "redirected to sso.example, another address: not followed"),
        ("http://127.0.0.1:1/", "redirected to 127.0.0.1, another address: not followed"),
        ("https://127.0.0.1/", "redirected to 127.0.0.1, another address: not followed"),
        ("file:///etc/passwd", "redirected to nowhere, another address: not followed"),
        ("http://[x/", "without a usable address"),
        ("http://h:99999/", "without a usable address"),
        ("", "without a usable address"),
    ],
)
def test_a_redirect_elsewhere_is_not_followed(place, target, what):
    """A login page is no input, and no other host gets our requests."""
    place.answers("/audit", status=302, headers={"Location": target} if target else {})
    with pytest.raises(Rejected) as caught:
        place.page().read()
    assert what in str(caught.value)
    assert len(place.asked()) == 1


def test_a_redirects_body_is_not_read(place):
    """It says nothing to us, and may be endless."""
    place.answers("/audit", status=302, headers={"Location": "/moved"}, body=b"x" * 500)
    place.answers("/moved", body=HTML, content_type="text/html", headers={"Last-Modified": CHANGED})
    place.fail("drip", seconds=1)
    assert place.page().read().at == MOMENT


def test_redirects_in_circles_end(place):
    """After a few."""
    place.answers("/audit", status=301, headers={"Location": "/audit"})
    with pytest.raises(Rejected, match="redirected in circles"):
        place.page().read()
    assert len(place.asked()) == HOPS + 1


@pytest.mark.parametrize(
    ("status", "error"), [(404, NotFound), (410, NotFound), (401, NotAllowed), (418, Rejected), (500, Unavailable)]
)
def test_a_page_that_is_not_there_is_an_error(place, status, error):
    """Each for whose fault it is."""
    place.answers("/audit", status=status, body=HTML, content_type="text/html")
    with pytest.raises(error, match=f"answered {status}"):
        place.page().read()


def test_a_page_that_is_cut_short_or_huge_is_an_error(place):
    """Half a page is none."""
    place.answers("/audit", body=HTML)
    place.fail("truncate", times=2)
    with pytest.raises(Unavailable, match="no usable answer"):
        place.page().read()
    place.answers("/audit", body=b"x" * (BODY_LIMIT + 1))
    with pytest.raises(Rejected, match="larger than"):
        place.page().read()
