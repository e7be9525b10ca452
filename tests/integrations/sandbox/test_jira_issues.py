"""The small Jira: issues, as the real library reads and writes them."""

from datetime import date

import pytest
import requests
from jira import JIRAError

from tests.integrations.sandbox.jira_bench import bench, connect


@pytest.fixture(params=["cloud", "dc"])
def jira(request):
    """Serve a small Jira of each flavour."""
    with bench(request.param) as served:
        yield served


def refusal(error):
    """Return status and body of a refused request."""
    return error.value.status_code, error.value.response.json()


def test_the_library_takes_each_face_for_what_it_plays(jira):
    """Cloud is Cloud, Data Center is a server, and the account knows itself in the right dialect."""
    assert jira.client._is_cloud == (jira.flavour == "cloud")
    me = jira.client.myself()
    assert ("accountId" in me, "name" in me) == (jira.flavour == "cloud", jira.flavour == "dc")
    assert me["timeZone"] == "UTC"


def test_a_created_issue_reads_back_as_it_was_sent(jira):
    """Create, then read by key and by id."""
    made = jira.client.create_issue(
        fields={
            "project": {"key": "OPS"},
            "issuetype": {"name": "Improvement"},
            "summary": "Checkout is slow",
            "description": "Since Monday.",
            "labels": ["slow"],
            "components": [{"name": "checkout"}],
            "priority": {"name": "High"},
            "duedate": "2026-08-01",
        }
    )
    again = jira.client.issue(made.id)
    assert (again.key, again.fields.summary, again.fields.description) == ("OPS-1", "Checkout is slow", "Since Monday.")
    assert (again.fields.labels, again.fields.components[0].name) == (["slow"], "checkout")
    assert (again.fields.priority.name, again.fields.duedate) == ("High", "2026-08-01")
    assert (again.fields.status.statusCategory.key, again.fields.resolution) == ("new", None)
    assert again.fields.creator.displayName == "Kaizen Bot"


def test_properties_come_with_the_issue_in_one_request(jira):
    """A create body may carry properties; they read back from their own address."""
    fields = {"project": {"key": "OPS"}, "issuetype": {"name": "Task"}, "summary": "Digest"}
    body = {"fields": fields, "properties": [{"key": "kaizend", "value": {"op": "1f"}}]}
    key = jira.call("POST", "issue", json=body).json()["key"]
    assert jira.client.issue_property(key, "kaizend").value.op == "1f"
    jira.client.add_issue_property(key, "kaizend", {"op": "2f"})
    assert jira.call("GET", f"issue/{key}/properties/kaizend").json()["value"] == {"op": "2f"}


def test_labels_are_added_and_removed_one_by_one(jira):
    """`update` operations leave the other labels alone, and the history says what changed."""
    issue = jira.issue(labels=("slow", "old"))
    steps = {"labels": [{"add": "needs-owner"}, {"remove": "old"}]}
    jira.client.issue(issue.key).update(update=steps)
    assert issue.labels == ("slow", "needs-owner")
    read = jira.client.issue(issue.key, expand="changelog")
    item = read.changelog.histories[0].items[0]
    assert (item.field, item.fromString, item.toString) == ("labels", "slow old", "slow needs-owner")


def test_the_same_edit_again_changes_nothing(jira):
    """No history, and `updated` stays."""
    issue = jira.issue(labels=("slow",), due=date(2026, 8, 1))
    jira.clock.forward(60)
    body = {"update": {"labels": [{"add": "slow"}]}, "fields": {"duedate": "2026-08-01"}}
    assert jira.call("PUT", f"issue/{issue.key}", json=body).status_code == 204
    assert (issue.histories, issue.updated) == ([], issue.created)


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"labels": ["two words"]}, "labels"),
        ({"summary": "x" * 256}, "summary"),
        ({"summary": "two\nlines"}, "summary"),
        ({"description": "x" * 32_768}, "description"),
        ({"duedate": "soon"}, "duedate"),
        ({"priority": {"name": "Urgent-ish"}}, "priority"),
        ({"components": [{"name": "nowhere"}]}, "components"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_bad_value_is_refused_by_its_field(jira, fields, where):
    """400 names the field, and nothing else of the same edit happens."""
    issue = jira.issue()
    with pytest.raises(JIRAError) as error:
        jira.call("PUT", f"issue/{issue.key}", json={"fields": {**fields, "environment": "production"}})
    status, body = refusal(error)
    assert (status, list(body["errors"]), issue.environment) == (400, [where], "")


def test_a_field_off_the_screen_is_refused_for_its_type_only(jira):
    """The screens of bugs have no due date, those of tasks have."""
    jira.world.projects["OPS"].off_screen.add(("Bug", "duedate"))
    bug, task = jira.issue(type="Bug"), jira.issue(type="Task")
    with pytest.raises(JIRAError) as error:
        jira.client.issue(bug.key).update(fields={"duedate": "2026-08-01"})
    assert "not on the appropriate screen" in refusal(error)[1]["errors"]["duedate"]
    jira.client.issue(task.key).update(fields={"duedate": "2026-08-01"})
    assert (bug.due, task.due) == (None, date(2026, 8, 1))
    assert "duedate" not in jira.client.editmeta(bug.key)["fields"]


def test_people_are_named_the_flavours_way(jira):
    """Cloud wants account ids, Data Center wants names; the other one is refused."""
    issue, ada = jira.issue(), jira.world.users["ada"]
    right, wrong = {"accountId": ada.account_id}, {"name": "ada"}
    if jira.flavour == "dc":
        right, wrong = wrong, right
    jira.call("PUT", f"issue/{issue.key}", json={"fields": {"assignee": right}})
    assert issue.assignee == "ada"
    with pytest.raises(JIRAError) as error:
        jira.call("PUT", f"issue/{issue.key}", json={"fields": {"assignee": wrong}})
    assert list(refusal(error)[1]["errors"]) == ["assignee"]
    jira.client.assign_issue(issue.key, None)
    assert issue.assignee == ""


def test_assigning_through_the_library_finds_the_person(jira):
    """assign_issue searches assignable people first."""
    issue = jira.issue()
    jira.client.assign_issue(issue.key, "Ada Lund" if jira.flavour == "cloud" else "ada")
    assert issue.assignee == "ada"


def test_a_moved_issue_answers_to_its_old_key(jira):
    """The new key is in the answer."""
    jira.world.add_project("WEB", "Web")
    issue = jira.issue()
    jira.world.move(issue.key, "WEB", actor="ada")
    assert jira.client.issue("OPS-1").key == "WEB-1"


def test_a_deleted_issue_is_not_there(jira):
    """404, in Jira's form."""
    jira.world.delete(jira.issue().key)
    with pytest.raises(JIRAError) as error:
        jira.client.issue("OPS-1")
    assert error.value.status_code == 404
    assert refusal(error)[1]["errorMessages"]


def test_a_wrong_token_is_told_apart(jira):
    """401 with the header that says why."""
    with pytest.raises(JIRAError) as error:
        connect(jira.sandbox, jira.flavour, token="wrong")
    assert error.value.status_code == 401
    assert error.value.response.headers["X-Seraph-LoginReason"] == "AUTHENTICATED_FAILED"


def test_a_blinded_account_finds_nothing_and_gets_no_error(jira):
    """The trap: a lost permission looks like an empty project."""
    issue = jira.issue()
    jira.world.users["bot"].rights.remove("BROWSE_PROJECTS")
    assert jira.found("project = OPS") == []
    with pytest.raises(JIRAError) as error:
        jira.client.issue(issue.key)
    assert error.value.status_code == 404


def test_administrators_things_are_refused(jira):
    """Application links, deleting an issue and silent edits need rights that the account has not."""
    issue = jira.issue()
    for method, path in (("DELETE", f"issue/{issue.key}"), ("PUT", f"issue/{issue.key}?notifyUsers=false")):
        with pytest.raises(JIRAError) as error:
            jira.call(method, path, json={})
        assert error.value.status_code == 403
    with pytest.raises(JIRAError) as error:
        jira.client.applicationlinks(cached=False)
    assert error.value.status_code == 403


def test_the_project_shows_its_parts(jira):
    """Components, versions, types, and the lists of names."""
    project = jira.client.project("OPS")
    assert [one.name for one in project.components] == ["checkout"]
    assert [(one.name, one.released) for one in jira.client.project_versions("OPS")] == [("1.0", True)]
    assert "Improvement" in {one.name for one in project.issueTypes}
    assert [one.name for one in jira.client.priorities()] == ["Highest", "High", "Medium", "Low", "Lowest"]
    assert {"Done", "Won't Do"} <= {one.name for one in jira.client.resolutions()}
    assert {"Relates", "Blocks"} <= {one.name for one in jira.client.issue_link_types()}
    wanted = jira.client.my_permissions(permissions="EDIT_ISSUES,DELETE_ISSUES")["permissions"]
    assert {key: one["havePermission"] for key, one in wanted.items()} == {"EDIT_ISSUES": True, "DELETE_ISSUES": False}


def test_a_browser_is_sent_to_the_sandboxes_page(jira):
    """The address people see of an issue leads to the page that shows it."""
    answer = requests.get(f"{jira.sandbox.url}/jira/browse/OPS-1", allow_redirects=False, timeout=5)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{jira.sandbox.url}/browse/OPS-1")
