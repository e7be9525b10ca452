"""Against addresses that no loopback server has: which URL is asked, with which header."""

from __future__ import annotations

import base64

import pytest
import responses

from integrations.errors import NotFound
from tests.integrations.jira.office import MARK, SAID, TOKEN, Clock, made_tracker

BASIC = "Basic " + base64.b64encode(f"bot@acme.example:{TOKEN}".encode()).decode()
COMMENT = {"id": "31", "body": "x"}


@pytest.mark.parametrize(
    ("base", "flavour", "authorization"),
    [
        ("https://acme.atlassian.net", "cloud", BASIC),
        ("https://api.atlassian.com/ex/jira/11f7-22", "cloud", BASIC),
        ("https://jira.acme.example/jira/", "dc", f"Bearer {TOKEN}"),
        ("https://tools.acme.example:8443/a/b", "dc", f"Bearer {TOKEN}"),
    ],
)
@responses.activate
def test_a_comment_goes_below_the_base_url(base, flavour, authorization):
    """The path of the address is kept; Cloud gets e-mail and token, Data Center the token alone."""
    url = f"{base.rstrip('/')}/rest/api/2/issue/10001/comment"
    responses.post(url, json=COMMENT, status=201)
    tracker = made_tracker(base, flavour, Clock(), browse_url="https://people.example/jira")
    receipt = tracker.comment("10001", SAID, MARK)
    [call] = responses.calls
    assert (call.request.url, call.request.headers["Authorization"]) == (url, authorization)
    assert receipt.uid == "people.example/jira/jira/comment/31"
    assert tracker.uid == "people.example/jira/jira/project/OPS"
    tracker.close_connections()


@responses.activate
def test_a_strange_reference_stays_in_its_place():
    """What addresses an issue is one segment of the path, whatever is in it."""
    responses.get("https://acme.atlassian.net/rest/api/2/field", json=[])
    responses.get("https://acme.atlassian.net/rest/api/2/issue/..%2F..%2Fadmin%3Fx", status=404)
    tracker = made_tracker("https://acme.atlassian.net", "cloud", Clock())
    with pytest.raises(NotFound):
        tracker.ticket("../../admin?x")
    tracker.close_connections()
