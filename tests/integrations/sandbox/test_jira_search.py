"""The small Jira: search, its query language and its traps."""

from datetime import UTC, date, datetime, timedelta

import pytest
import requests
from jira import JIRAError

from tests.integrations.sandbox.jira_bench import START, Clock, bench


@pytest.fixture(scope="module")
def queried():
    """Five issues that differ."""
    with bench("dc") as jira:
        jira.issue("Checkout is slow", labels=("slow",), components=("checkout",), priority="High", at=day(1))
        jira.issue("Pager at night", type="Incident", assignee="bot", priority="Highest", at=day(2))
        jira.issue("Old docs", due=date(2026, 6, 30), at=day(3), priority="Low")
        jira.issue("Fixed thing", labels=("slow", "done"), at=day(4), assignee="ada")
        jira.world.transition("OPS-4", "Close Issue", actor="ada", resolution="Fixed", at=day(5))
        jira.issue("Café (draft) “quoted”", at=day(6), properties={"kaizend": {"op": "1f"}})
        jira.world.indexed_properties.add("kaizend")
        yield jira


def day(number):
    """Noon of a day in June 2026."""
    return datetime(2026, 6, number, 12, tzinfo=UTC)


CASES = [
    ("project = OPS", "1 2 3 4 5"),
    ("project = 'operations' AND labels = slow", "1 4"),
    ("labels in (done, other) or issuetype = Incident", "2 4"),
    ("project = OPS and labels != slow", ""),  # what has no labels is not "not slow"
    ("labels is EMPTY", "2 3 5"),
    ("labels is not EMPTY and not (labels = done)", "1"),
    ("project = OPS AND NOT labels IN (done)", "1"),
    ("resolution = Unresolved and priority > Medium", "1 2"),
    ("resolution = EMPTY and priority <= Low", "3"),
    ("statusCategory = Done", "4"),
    ("statusCategory != Done and component = checkout", "1"),
    ("status in ('To Do')", "1 2 3 5"),
    ("assignee = currentUser()", "2"),
    ("assignee in (ada, EMPTY)", "1 3 4 5"),
    ("reporter = ada and creator = ada", "1 2 3 4 5"),
    ("due < now()", "3"),
    ("duedate = '2026-06-30'", "3"),
    ("duedate is EMPTY and created < -26d", "1 2 4"),
    ("created >= '2026/06/02 12:00' and created < 2026-06-04", "2 3"),
    ("resolved >= startOfYear()", "4"),
    ("updated >= 1780660800000", "4 5"),  # 2026-06-05T12:00:00Z
    ("updated > 1780660800000", "5"),
    ("summary ~ 'check*' OR text ~ pager", "1 2"),
    ("summary !~ old and key in (OPS-3, OPS-5)", "5"),
    ("id = 10003 or key > OPS-4", "3 5"),
    ("issue.property[kaizend].op = 1f", "5"),
    ("((project = OPS)) && (priority = high || priority = low)", "1 3"),
]


@pytest.mark.parametrize(("jql", "numbers"), CASES, ids=[jql for jql, _ in CASES])
def test_a_query_finds_what_it_says(queried, jql, numbers):
    """Each case is a sentence of the language."""
    assert queried.found(f"{jql} ORDER BY key ASC") == [f"OPS-{number}" for number in numbers.split()]


@pytest.mark.parametrize(
    ("order", "numbers"),
    [
        ("created DESC", "5 4 3 2 1"),
        ("updated ASC, key DESC", "1 2 3 4 5"),
        ("priority DESC, key ASC", "2 1 4 5 3"),
        ("due ASC, key DESC", "3 5 4 2 1"),
        ("assignee, id", "4 2 1 3 5"),
        ("statusCategory", None),
    ],
)
def test_results_come_in_the_order_asked_for(queried, order, numbers):
    """Several fields, each way; an order that is none is refused."""
    if numbers is None:
        with pytest.raises(JIRAError) as error:
            queried.found(f"project = OPS ORDER BY {order}")
        assert error.value.status_code == 400
    else:
        assert queried.found(f"project = OPS ORDER BY {order}") == [f"OPS-{number}" for number in numbers.split()]


@pytest.mark.parametrize(
    ("jql", "words"),
    [
        ("project = NOPE", "The value 'NOPE' does not exist for the field 'project'."),
        ("key = OPS-99", "An issue with key 'OPS-99' does not exist for field 'key'."),
        ("flavour = sweet", "Field 'flavour' does not exist or you do not have permission to view it."),
        ("updated > yesterday", "Date value 'yesterday' for field 'updated' is invalid."),
        ("project OPS", "Expecting operator but got 'OPS'"),
        ("project = OPS or", "before the end of the query"),
        ("project = 'OPS", "The quoted string has not been completed."),
        ("summary ~ a@b", "The character '@' is a reserved JQL character."),
        ("status ~ done", "The operator '~' is not supported by the 'status' field."),
        ("status > done", "The operator '>' is not supported by the 'status' field."),
        ("assignee = membersOf(ops)", "Unable to find JQL function 'membersOf()'."),
        ("(project = OPS", "Expecting ')'"),
    ],
)
def test_a_wrong_query_is_refused_with_a_reason(queried, jql, words):
    """400 with errorMessages, as a person would see it in Jira."""
    with pytest.raises(JIRAError) as error:
        queried.found(jql)
    body = error.value.response.json()
    assert (error.value.status_code, body["errors"]) == (400, {})
    assert words in body["errorMessages"][0]


@pytest.mark.parametrize("flavour", ["cloud", "dc"])
def test_date_literals_are_read_in_the_accounts_zone(flavour):
    """A literal written in UTC misses under New York; milliseconds since 1970 do not."""
    with bench(flavour, zone="America/New_York") as jira:
        jira.issue()
        assert jira.found("project = OPS and updated >= '2026-07-01 11:59'") == []
        assert jira.found("project = OPS and updated >= '2026-07-01 07:59'") == ["OPS-1"]
        since = int((START - timedelta(minutes=1)).timestamp() * 1000)
        assert jira.found(f"project = OPS and updated >= {since}") == ["OPS-1"]


def test_times_are_written_in_the_servers_offset():
    """The same moment, another wall clock, and milliseconds."""
    with bench("dc", clock=Clock(START + timedelta(milliseconds=7))) as jira:
        jira.world.offset = datetime.strptime("+0530", "%z").tzinfo
        jira.issue()
        assert jira.client.issue("OPS-1").fields.created == "2026-07-01T17:30:00.007+0530"


def test_cloud_pages_with_tokens_and_tells_no_total():
    """A hundred at most with fields, a token until the last page, ids only unless fields are asked for."""
    with bench("cloud") as jira:
        for number in range(250):
            jira.issue(f"Issue {number}")
        first = jira.call("GET", "search/jql", params={"jql": "project = OPS order by key", "maxResults": 500,
                                                       "fields": ["summary", "status"]}).json()  # fmt: skip
        assert (len(first["issues"]), first["isLast"], "total" in first) == (100, False, False)
        assert set(first["issues"][0]["fields"]) == {"summary", "status"}
        bare = jira.call("POST", "search/jql", json={"jql": "project = OPS", "maxResults": 500}).json()
        assert (set(bare["issues"][0]), len(bare["issues"]), bare["isLast"]) == ({"id"}, 250, True)
        assert len(jira.found("project = OPS", maxResults=False)) == 250
        assert len(jira.found("project = OPS")) == 50


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "search?jql=project=OPS", None, 410),
        ("POST", "search", {"jql": "project = OPS"}, 410),
        ("POST", "search/jql", {"jql": "order by key"}, 400),
        ("POST", "search/jql", {"jql": "project = OPS", "nextPageToken": "bm9uc2Vuc2U="}, 400),
    ],
)
def test_cloud_refuses_the_old_search_and_the_unbounded_one(method, path, body, status):
    """The removed address, no condition, a token that is none."""
    with bench("cloud") as jira:
        with pytest.raises(JIRAError) as error:
            jira.call(method, path, json=body)
        assert (error.value.status_code, bool(error.value.response.json()["errorMessages"])) == (status, True)


def test_data_center_pages_with_offsets_and_a_cap():
    """startAt, total, and a cap of its own; it has no search/jql."""
    with bench("dc") as jira:
        jira.world.search_cap = 100
        for number in range(250):
            jira.issue(f"Issue {number}")
        page = jira.client.search_issues("project = OPS order by key", startAt=200, maxResults=500, json_result=True)
        assert (page["startAt"], page["maxResults"], page["total"], len(page["issues"])) == (200, 100, 250, 50)
        assert len(jira.found("order by key", maxResults=False)) == 250
        with pytest.raises(JIRAError) as error:
            jira.call("POST", "search/jql", json={"jql": "project = OPS"})
        assert error.value.status_code == 404


@pytest.mark.parametrize("flavour", ["cloud", "dc"])
def test_the_index_lags_behind_the_issue(flavour):
    """A new or edited issue is read by key at once, and found as it is only later."""
    with bench(flavour) as jira:
        jira.issue("Before")
        jira.world.lag_seconds = 5
        jira.world.edit("OPS-1", actor="ada", summary="After")
        jira.issue("New")
        assert jira.client.issue("OPS-2").fields.summary == "New"
        assert [one.fields.summary for one in jira.client.search_issues("project = OPS")] == ["Before"]
        jira.clock.forward(6)
        assert [one.fields.summary for one in jira.client.search_issues("project = OPS order by key")] == [
            "After",
            "New",
        ]


def test_reconciled_issues_are_found_at_once():
    """Cloud shows the named ids as they are, whatever the index says."""
    with bench("cloud") as jira:
        jira.world.lag_seconds = 5
        made = jira.issue("New")
        assert jira.found("project = OPS") == []
        assert [one.key for one in jira.client.enhanced_search_issues("project = OPS", reconcileIssues=[made.id])] == [
            "OPS-1"
        ]


def test_an_edit_shows_in_search_although_its_answer_was_remembered():
    """What is encoded once is encoded again after a change, also on the issues linked to it."""
    with bench("cloud") as jira:
        jira.issue("One")
        jira.issue("Two")
        jira.world.link("OPS-1", "OPS-2", "Blocks", actor="ada")
        read = lambda: jira.call("POST", "search/jql", json={"jql": "key = OPS-1", "fields": ["summary", "issuelinks"]})  # noqa: E731 - said twice
        before = read().json()["issues"][0]["fields"]
        jira.world.edit("OPS-1", actor="ada", summary="First")
        jira.world.edit("OPS-2", actor="ada", summary="Second")
        after = read().json()["issues"][0]["fields"]
        assert [one["issuelinks"][0]["outwardIssue"]["fields"]["summary"] for one in (before, after)] == [
            "Two",
            "Second",
        ]
        assert (before["summary"], after["summary"]) == ("One", "First")


def test_an_anonymous_search_is_empty_not_refused():
    """Without credentials there is an answer, and nothing in it."""
    with bench("cloud") as jira:
        jira.issue()
        url = f"{jira.sandbox.url}/jira/rest/api/2/search/jql"
        answer = requests.post(url, json={"jql": "project = OPS"}, timeout=5)
        assert (answer.status_code, answer.json()) == (200, {"issues": [], "isLast": True})


def test_a_search_tells_forty_changes_at_most_on_cloud():
    """The newest first; the issue's own changelog has them all, in pages."""
    with bench("cloud") as jira:
        jira.issue()
        for number in range(45):
            jira.clock.forward(1)
            jira.world.edit("OPS-1", actor="ada", summary=f"Name {number}")
        body = {"jql": "key = OPS-1", "fields": ["summary"], "expand": "changelog"}
        log = jira.call("POST", "search/jql", json=body).json()["issues"][0]["changelog"]
        assert (len(log["histories"]), log["total"]) == (40, 45)
        assert log["histories"][0]["items"][0]["toString"] == "Name 44"
        page = jira.call("GET", "issue/OPS-1/changelog", params={"startAt": 40}).json()
        assert (page["total"], page["isLast"], len(page["values"])) == (45, True, 5)
        assert page["values"][-1]["items"][0]["toString"] == "Name 44"


@pytest.mark.parametrize(("flavour", "shown"), [("cloud", 20), ("dc", 30)])
def test_a_search_embeds_some_comments_and_their_number(flavour, shown):
    """Cloud cuts them; `total` tells, and the issue itself has them all."""
    with bench(flavour) as jira:
        jira.issue()
        for number in range(30):
            jira.world.comment("OPS-1", f"Comment {number}", author="ada")
        found = jira.client.search_issues("project = OPS", fields="comment")[0].fields.comment
        assert (len(found.comments), found.total) == (shown, 30)
        assert len(jira.client.issue("OPS-1").fields.comment.comments) == 30
