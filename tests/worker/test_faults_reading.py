"""Reads that fail, lie, move or never end, on each tracker: nothing is concluded from them, nothing written on them."""

import json
import re
from dataclasses import replace
from functools import partial

import orjson
import pytest

from integrations.sandbox.wire import Response
from tests.torture.catalogue.fault import CLOUD, TRACKERS
from tests.worker.busy import busy
from tests.worker.faulty import beside, face_of, firm, settled
from tests.worker.places import BEFORE, BOT

LISTS = {"github": r"/issues$", "cloud": r"/search/jql$", "dc": r"/search$"}
LOGIN = "<html><body>Please log in with your password</body></html>"
HOME = {"Location": "https://sso.example/login"}
DEEP = b"[" * 100_000
# fault of the catalogue -> ways it befalls every read of the list of tickets
WAYS = {
    "delivery/server-error-on-a-read": [{"status": 500}, {"status": 502}],
    "reading/cut-short": [{"kind": "truncate"}, {"kind": "halve"}, {"status": 200, "body": b""}],
    "reading/another-shape": [
        {"status": 200, "body": body} for body in ({}, [7], {"issues": [{"id": 1}]}, {"issues": 0})
    ],
    "reading/deep-answer": [{"status": 200, "body": body} for body in (DEEP, b'{"issues": "\\ud800', b"\xff\xfe[")],
    "reading/login-page": [
        {"kind": "html", "body": LOGIN},
        {"kind": "html"},
        {"status": 302, "headers": HOME},
        {"status": 307, "headers": HOME},
    ],
}


@pytest.mark.parametrize("where", TRACKERS)
@pytest.mark.parametrize(
    "ways", [pytest.param(ways, marks=pytest.mark.fault(name), id=name) for name, ways in WAYS.items()]
)
def test_a_list_that_cannot_be_believed_licenses_nothing(tmp_path, where, ways):
    """Its source counts as unread and gets no write; the other one gets all it should; a good read makes up for it."""
    with firm(tmp_path, beside(where)) as made:
        made.issue(labels=["priority:high"])
        made.task()
        for way in ways:
            made.clock.forward(minutes=3)
            made.fail(**{"kind": "status", **way}, face=face_of(where), path=LISTS[where], method="GET", times=1000)
            made.sandbox.log.clear()
            passed = made.once()
            assert not passed.whole
            assert list(passed.look.unread) == ["shop" if where == "github" else "ops"], way
            assert made.sandbox.log.count(face=face_of(where), path=LISTS[where]) <= 4
            assert {entry.face for entry in made.sandbox.log.writes()} <= {"github", "jira-cloud", "jira-dc"} - {
                face_of(where)
            }
            made.sandbox.faults.clear()
        settled(made)
        assert made.seen()["acme/shop#1 card"] == made.seen()["OPS-1 card"] == 1


def many(made, where, count):
    """Add tickets that no rule is about."""
    for number in range(count):
        if where == "github":
            made.github.add_issue(f"Question {number}", author="zoe-gh", created_at=BEFORE, updated_at=BEFORE)
        else:
            made.jira.add_issue("OPS", f"Question {number}", type="Task", reporter="zoe", at=BEFORE)


@pytest.mark.fault("reading/second-page-fails")
@pytest.mark.parametrize("where", TRACKERS)
def test_a_list_whose_second_page_fails_licenses_nothing(tmp_path, where):
    """What was read of the first page is kept; nothing is written there until the end of the list was seen."""
    with firm(tmp_path, beside(where)) as made:
        _ = made.issue(labels=["priority:high"]) if where == "github" else made.task()
        many(made, where, 105)
        pages = (
            1 if where == "github" else 3 if where == CLOUD else 2
        )  # Jira is asked first for the newest, and how many
        made.fail("status", face=face_of(where), path=LISTS[where], status=500, after=pages, times=1000)
        passed = made.once()
        assert list(passed.look.unread) == ["shop" if where == "github" else "ops"]
        assert made.sandbox.log.count(face=face_of(where), path=LISTS[where]) == pages + 4
        assert made.writes() == []
        made.sandbox.faults.clear()
        settled(made)
        assert made.seen()["acme/shop#1 card" if where == "github" else "OPS-1 card"] == 1


def told(answer):
    """Return an answer's JSON, nothing if it has none."""
    found = orjson.loads(answer.body or b"{}") if answer.json is None else answer.json
    return found if isinstance(found, dict) else {}


def circling(where, face, request, answer):
    """Answer any page of a list with the same rows, or name the same next ones, and say that there is more."""
    if face != face_of(where) or request.method != "GET" or not re.search(LISTS[where], request.path):
        return answer
    if where == "github":
        again = {"Link": f'<{request.base}{request.path}?page=2>; rel="next"'}
        return replace(answer, headers={**answer.headers, **again})
    if where == CLOUD:
        after = "b" if request.query.get("nextPageToken") == "a" else "a"
        return replace(answer, json={**told(answer), "isLast": False, "nextPageToken": after}, body=None)
    if "ORDER BY created" not in request.query.get("jql", ""):
        return answer
    row = {"id": "1", "key": "OPS-1", "fields": {"created": BEFORE.isoformat(), "updated": BEFORE.isoformat()}}
    return replace(answer, json={"startAt": 0, "maxResults": 100, "total": 10_000, "issues": [row]}, body=None)


@pytest.mark.fault("reading/never-ending-pages")
@pytest.mark.parametrize("where", TRACKERS)
def test_a_list_that_never_ends_is_left(tmp_path, where):
    """A few requests tell that its pages go in circles; its source counts as unread, and gets no write."""
    with firm(tmp_path, beside(where), bend=partial(circling, where)) as made:
        made.issue(labels=["priority:high"])
        made.task()
        passed = made.once()
        assert list(passed.look.unread) == ["shop" if where == "github" else "ops"]
        assert made.sandbox.log.count(face=face_of(where), path=LISTS[where]) < 300
        assert {entry.face for entry in made.sandbox.log.writes()}.isdisjoint({face_of(where)})
        assert made.writes()


@pytest.mark.fault("reading/value-of-another-kind")
@pytest.mark.parametrize("where", TRACKERS)
def test_a_row_with_a_value_of_another_kind_ends_no_pass(tmp_path, where):
    """A title that is null, more comments than can be counted: its source counts as unread, the other gets all."""
    odd = {"title": None, "comments": 2**63} if where == "github" else {"comment": {"total": 2**63, "comments": []}}
    broken = []

    def bend(face, request, answer):
        if not broken or face != face_of(where) or not re.search(LISTS[where], request.path):
            return answer
        rows = orjson.loads(answer.body or orjson.dumps(answer.json))
        for row in rows if where == "github" else rows["issues"]:
            (row if where == "github" else row["fields"]).update([broken[0]])
        return replace(answer, json=None, body=json.dumps(rows).encode())

    with firm(tmp_path, beside(where), bend=bend) as made:
        made.issue(labels=["priority:high"])
        made.task()
        for broken[:] in [[one] for one in odd.items()]:
            made.clock.forward(minutes=3)
            assert list(made.once().look.unread) == ["shop" if where == "github" else "ops"]
            assert made.seen()["acme/shop#1 card"] + made.seen()["OPS-1 card"] == 1
        broken.clear()
        settled(made)
        assert made.seen()["acme/shop#1 card"] == made.seen()["OPS-1 card"] == 1


@pytest.mark.fault("reading/last-page-unsaid", "cloud")
@pytest.mark.parametrize("said", [{"isLast": None}, {"isLast": False}])
def test_the_end_of_a_list_is_believed_unless_the_server_denies_it(tmp_path, said):
    """No token and no word: the end. No token, and "this is not the last": not a whole read."""

    def unsaid(face, request, answer):
        if not request.path.endswith("/search/jql"):
            return answer
        kept = {name: value for name, value in told(answer).items() if name not in {"isLast", "nextPageToken"}}
        more = {name: value for name, value in said.items() if value is not None}
        return replace(answer, json={**kept, **more}, body=None)

    with firm(tmp_path, bend=unsaid) as made:
        made.task()
        passed = made.once()
        assert list(passed.look.unread) == ([] if said["isLast"] is None else ["ops"])
        assert made.seen()["OPS-1 card"] == (1 if said["isLast"] is None else 0)


@pytest.mark.fault("reading/unknown-right-after")
@pytest.mark.parametrize("where", TRACKERS)
@pytest.mark.parametrize("status", [404, 422])
def test_a_ticket_that_is_not_there_right_after_it_was_filed(tmp_path, where, status):
    """What we have just filed is unknown to the server three times: it is filed once, and gets all it should."""
    refused, old = {}, set()

    def young(face, request, answer):
        known = re.search(r"/issues?/([\w-]+)", request.path)
        told = isinstance(answer.json, dict) and answer.json
        ours = told and (
            told.get("user", {}).get("login") == BOT or BOT_OF[where] in str(told.get("fields", {}).get("creator"))
        )
        if not old or face != face_of(where) or request.method != "GET" or not known or known[1] in old or not ours:
            return answer
        refused[known[1]] = refused.get(known[1], 0) + 1
        return answer if refused[known[1]] > 3 else Response(status=status, json={"message": "Not Found"})

    def serve(folder, **given):
        folder.mkdir()
        return firm(folder, beside(where), **given)

    with busy(tmp_path / "undisturbed", serve=serve) as plain:
        plain.once()
        plain.once()
        expected, marks = plain.seen(), len(plain.marks())
    with busy(tmp_path / "young", serve=partial(serve, bend=young)) as made:
        old.update(str(issue.number) for issue in made.issues())
        old.update(name for issue in made.jira.issues.values() for name in (issue.key, str(issue.id)))
        for _ in range(4):
            made.once()
        assert refused
        settled(made)
        assert (+(made.seen() - expected), +(expected - made.seen())) == ({}, {})
        assert len(made.marks()) == marks


BOT_OF = {"github": BOT, "cloud": "acc-bot", "dc": BOT}


@pytest.mark.fault("reading/cut-short")
@pytest.mark.parametrize("where", ["cloud", "dc"])
def test_half_of_a_tickets_talk_is_not_taken_for_all(tmp_path, where):
    """A page of comments is empty though more are promised: what is in doubt stays so, and is not sent again."""

    def emptied(face, request, answer):
        talk = request.method == "GET" and request.path.endswith("/comment")
        return replace(answer, json={**told(answer), "comments": []}, body=None) if talk and bent else answer

    bent = [True]
    with firm(tmp_path, where, bend=emptied) as made:
        made.task()
        made.fail("drop_after", face=face_of(where), method="POST", path="/comment$")
        for _ in range(3):
            made.once()
            made.clock.forward(minutes=2)
        assert made.sandbox.log.count(method="POST", path="/comment$") == 1
        bent.clear()
        settled(made, 2)
        assert made.seen()["OPS-1 card"] == 1
