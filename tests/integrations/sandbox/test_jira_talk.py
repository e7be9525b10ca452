"""The small Jira: comments, links, the workflow and its limits."""

import pytest
import requests
from jira import JIRAError

from integrations.sandbox.faults import Fault
from integrations.sandbox.jira.sprints import add_sprint, plan, turn_sprint
from tests.integrations.sandbox.jira_bench import bench


@pytest.fixture(params=["cloud", "dc"])
def jira(request):
    """Serve a small Jira of each flavour."""
    with bench(request.param) as served:
        served.issue()
        yield served


def test_a_comment_carries_properties_that_show_only_on_demand(jira):
    """The invisible marker goes in with the comment, in one request."""
    body = {"body": "Hello", "properties": [{"key": "kaizend", "value": {"op": "1f"}}]}
    made = jira.call("POST", "issue/OPS-1/comment", json=body).json()
    plain = jira.client.comments("OPS-1")[0]
    assert (plain.id, plain.body, hasattr(plain, "properties")) == (made["id"], "Hello", False)
    shown = jira.client.comments("OPS-1", expand="properties")[0]
    assert [(one.key, one.value.op) for one in shown.properties] == [("kaizend", "1f")]
    embedded = jira.client.issue("OPS-1", fields="comment").raw["fields"]["comment"]
    assert (embedded["total"], "properties" in embedded["comments"][0]) == (1, False)
    assert jira.call("GET", f"comment/{made['id']}/properties/kaizend").json()["value"] == {"op": "1f"}


def test_our_comment_is_edited_in_place_and_anothers_is_not(jira):
    """Editing keeps id, author and properties; the comments of others are theirs."""
    ours = jira.world.comment("OPS-1", "First", author="bot", properties={"kaizend": {"op": "1f"}})
    theirs = jira.world.comment("OPS-1", "Mine", author="ada")
    jira.clock.forward(60)
    jira.client.comment("OPS-1", str(ours.id)).update(body="Second")
    assert (ours.body, ours.properties, ours.updated > ours.created) == ("Second", {"kaizend": {"op": "1f"}}, True)
    with pytest.raises(JIRAError):
        jira.client.comment("OPS-1", str(theirs.id)).update(body="Not yours")
    assert theirs.body == "Mine"
    jira.client.comment("OPS-1", str(ours.id)).delete()
    assert [one.body for one in jira.client.comments("OPS-1")] == ["Mine"]


def test_cloud_gives_a_hundred_comments_at_a_time():
    """The library asks once and gets a hundred; Data Center gives all."""
    for flavour, count in (("cloud", 100), ("dc", 120)):
        with bench(flavour) as jira:
            jira.issue()
            for number in range(120):
                jira.world.comment("OPS-1", f"Comment {number}", author="ada")
            assert len(jira.client.comments("OPS-1")) == count
            rest = jira.call("GET", "issue/OPS-1/comment", params={"startAt": 100, "orderBy": "-created"}).json()
            assert [one["body"] for one in rest["comments"]][-1] == "Comment 0"
            assert (rest["total"], len(rest["comments"])) == (120, 20)


@pytest.mark.parametrize("text", ["", "x" * 32_768])
def test_an_empty_or_endless_comment_is_refused(jira, text):
    """400, and nothing is added."""
    with pytest.raises(JIRAError) as error:
        jira.client.add_comment("OPS-1", text)
    assert (error.value.status_code, jira.world.issue("OPS-1").comments) == (400, [])


def test_a_comment_touches_its_issue(jira):
    """The issue is found by `updated` after a comment."""
    jira.clock.forward(3600)
    jira.client.add_comment("OPS-1", "News")
    assert jira.world.issue("OPS-1").updated == jira.clock.now


def test_a_remote_link_with_a_global_id_is_one_link(jira):
    """201 for the first, 200 for the next, which replaces it."""
    link = {"globalId": "kaizend:1", "relationship": "causes", "object": {"url": "https://x.example", "title": "One"}}
    answers = [jira.call("POST", "issue/OPS-1/remotelink", json=link).status_code]
    link["object"]["title"] = "Two"
    answers.append(jira.call("POST", "issue/OPS-1/remotelink", json=link).status_code)
    assert answers == [201, 200]
    assert [(one.object.title, one.globalId) for one in jira.client.remote_links("OPS-1")] == [("Two", "kaizend:1")]
    found = jira.call("GET", "issue/OPS-1/remotelink", params={"globalId": "kaizend:1"}).json()
    assert found["relationship"] == "causes"


def test_a_link_shows_on_both_issues(jira):
    """The inward issue is where it starts: OPS-1 blocks OPS-2."""
    jira.issue("Second")
    jira.client.create_issue_link("Blocks", inwardIssue="OPS-1", outwardIssue="OPS-2")
    first, second = (jira.client.issue(key).fields.issuelinks[0] for key in ("OPS-1", "OPS-2"))
    assert (first.type.outward, first.outwardIssue.key, second.inwardIssue.key) == ("blocks", "OPS-2", "OPS-1")
    jira.client.delete_issue_link(first.id)
    assert jira.client.issue("OPS-2").fields.issuelinks == []


def test_closing_takes_the_right_transition_and_a_resolution(jira):
    """The transition is not called like the status, and without its resolution it is refused."""
    with pytest.raises(JIRAError):
        jira.client.transition_issue("OPS-1", "Done")
    close = next(
        one
        for one in jira.client.transitions("OPS-1", expand="transitions.fields")
        if one["to"]["statusCategory"]["key"] == "done"
    )
    assert (close["name"], close["fields"]["resolution"]["required"]) == ("Close Issue", True)
    with pytest.raises(JIRAError) as error:
        jira.client.transition_issue("OPS-1", close["id"])
    assert error.value.response.json()["errors"] == {"resolution": "Resolution is required."}
    jira.client.transition_issue("OPS-1", close["id"], fields={"resolution": {"name": "Fixed"}})
    fields = jira.client.issue("OPS-1").fields
    assert (fields.status.name, fields.resolution.name, bool(fields.resolutiondate)) == ("Done", "Fixed", True)


def test_reopening_clears_the_resolution_and_the_history_says_so(jira):
    """The way back is another transition; the changelog has both."""
    jira.world.transition("OPS-1", "Close Issue", actor="ada", resolution="Fixed")
    jira.client.transition_issue("OPS-1", "Reopen Issue")
    issue = jira.client.issue("OPS-1", expand="changelog")
    assert (issue.fields.status.name, issue.fields.resolution, issue.fields.resolutiondate) == ("To Do", None, None)
    last = max(issue.changelog.histories, key=lambda one: int(one.id))
    assert {one.field: (one.fromString, one.toString) for one in last.items} == {
        "status": ("Done", "To Do"),
        "resolution": ("Fixed", None),
    }
    with pytest.raises(JIRAError):
        jira.client.transition_issue("OPS-1", "51")


def test_too_many_writes_to_one_issue_are_held_back(jira):
    """Twenty in two seconds, then 429 with the time to wait; another issue is free, and so is this one later."""
    jira.issue("Second")
    for number in range(20):
        jira.client.add_comment("OPS-1", f"Comment {number}")
    with pytest.raises(JIRAError) as error:
        jira.client.add_comment("OPS-1", "One too many")
    answer = error.value.response
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "2")
    assert answer.headers["RateLimit-Reason"] == "jira-per-issue-on-write"
    assert ("html" in answer.headers["Content-Type"]) == (jira.flavour == "dc")
    jira.client.add_comment("OPS-2", "Free")
    jira.clock.forward(2)
    jira.client.add_comment("OPS-1", "Later")
    assert len(jira.world.issue("OPS-1").comments) == 21


def test_data_center_limits_an_accounts_requests():
    """The headers count down, then 429 in HTML."""
    with bench("dc") as jira:
        jira.issue()
        jira.world.user_limit = (2, 10.0)
        left = [jira.call("GET", "issue/OPS-1").headers["X-RateLimit-Remaining"] for _ in range(2)]
        assert left == ["1", "0"]
        with pytest.raises(JIRAError) as error:
            jira.call("GET", "issue/OPS-1")
        assert (error.value.status_code, error.value.response.headers["retry-after"]) == (429, "10")
        assert "text/html" in error.value.response.headers["Content-Type"]
        jira.clock.forward(10)
        assert jira.call("GET", "issue/OPS-1").status_code == 200


def test_version_three_speaks_documents():
    """Cloud's version 3 refuses plain text and reads back a document; Data Center has no version 3."""
    with bench("cloud") as jira:
        jira.issue()
        url = f"{jira.sandbox.url}/jira/rest/api/3/issue/OPS-1/comment"
        with pytest.raises(JIRAError) as error:
            jira.client._session.post(url, json={"body": "plain"})
        assert "Atlassian Document" in error.value.response.json()["errors"]["comment"]
        text = {
            "type": "doc",
            "version": 1,
            "content": [{"type": "paragraph", "content": [{"type": "text", "text": "Hi"}]}],
        }
        assert jira.client._session.post(url, json={"body": text}).json()["body"] == text
        assert jira.world.issue("OPS-1").comments[0].body == "Hi"


def test_a_dropped_answer_leaves_the_comment_behind(jira):
    """The effect of a request whose answer is lost is there; the library was told not to send twice."""
    jira.sandbox.fail(Fault(method="POST", path="/comment", kind="drop_after"))
    with pytest.raises((requests.ConnectionError, JIRAError)):
        jira.client.add_comment("OPS-1", "Once")
    assert [one.body for one in jira.world.issue("OPS-1").comments] == ["Once"]
    assert jira.sandbox.log.count(method="POST", path="/comment") == 1


def test_an_account_without_rights_is_refused(jira):
    """Taking a permission away shows as 403, or as no way out."""
    jira.world.users["bot"].rights -= {"ADD_COMMENTS", "LINK_ISSUES", "TRANSITION_ISSUES", "SCHEDULE_ISSUES"}
    link = {"object": {"url": "https://x.example", "title": "One"}}
    for path, body in (("issue/OPS-1/comment", {"body": "x"}), ("issue/OPS-1/remotelink", link)):
        with pytest.raises(JIRAError) as error:
            jira.call("POST", path, json=body)
        assert error.value.status_code == 403
    assert jira.client.transitions("OPS-1") == []
    with pytest.raises(JIRAError) as error:
        jira.client.issue("OPS-1").update(fields={"duedate": "2026-08-01"})
    assert "duedate" in error.value.response.json()["errors"]


def test_sprints_are_objects_on_cloud_and_printed_java_on_data_center(jira):
    """The field is listed with its kind; ending a sprint shows on its issues and changes none."""
    [field] = [one for one in jira.client.fields() if one.get("schema", {}).get("custom", "").endswith(":gh-sprint")]
    read = lambda: jira.client.issue("OPS-1").raw["fields"][field["id"]]  # noqa: E731 - said thrice
    assert read() is None
    sprint = add_sprint(jira.world, "Sprint 7", "active", start=jira.clock(), end=jira.clock())
    plan(jira.world, "OPS-1", "Sprint 7", actor="ada")
    before = jira.world.issue("OPS-1").updated
    jira.clock.forward(60)
    shown = [read()[0]]
    turn_sprint(jira.world, "Sprint 7", "closed")
    shown.append(read()[0])
    if jira.flavour == "cloud":
        assert [(one["id"], one["name"], one["state"]) for one in shown] == [
            (sprint.id, "Sprint 7", "active"),
            (sprint.id, "Sprint 7", "closed"),
        ]
    else:
        assert ["state=ACTIVE,name=Sprint 7," in shown[0], "state=CLOSED,name=Sprint 7," in shown[1]] == [True, True]
    assert jira.world.issue("OPS-1").updated == before
    assert jira.world.issue("OPS-1").histories[-1].items[0].after_text == "Sprint 7"


def test_a_link_shows_the_other_issues_present_category(jira):
    """The blocked issue shows the blocker's status as it is now, and has not changed itself."""
    jira.issue()
    jira.world.link("OPS-1", "OPS-2", "Blocks", actor="ada")
    before = jira.world.issue("OPS-2").updated

    def category():
        [link] = jira.client.issue("OPS-2").raw["fields"]["issuelinks"]
        assert link["type"]["inward"] == "is blocked by"
        return link["inwardIssue"]["fields"]["status"]["statusCategory"]["key"]

    jira.clock.forward(60)
    assert category() == "new"
    jira.world.transition("OPS-1", "Close Issue", actor="ada")
    assert (category(), jira.world.issue("OPS-2").updated) == ("done", before)
