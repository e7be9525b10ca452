"""Writes to the small GitHub: issues, labels, milestones, people, comments; what they change and what is refused."""

import pytest
import requests

from integrations.sandbox.faults import Fault
from tests.integrations.sandbox.served import fixture_hub

__all__ = ["fixture_hub"]

REPO = "/repos/acme/shop"
ISSUES = f"{REPO}/issues"


def refusal(answer):
    """Return the status and the first error in short."""
    error = answer.json().get("errors", [{}])[0]
    return answer.status_code, error.get("resource"), error.get("field"), error.get("code")


def history(hub, number=1):
    return [(event["event"], event["actor"]["login"]) for event in hub.api("GET", f"{ISSUES}/{number}/events").json()]


def test_the_real_client_does_a_tickets_whole_life(hub):
    """PyGithub files, labels, assigns, comments, edits, reacts, closes and reopens; each leaves its trace."""
    with hub.client() as client:
        repo = client.get_repo("acme/shop")
        issue = repo.create_issue("Slow checkout", body="text", labels=["bug"], assignees=["bob", "nobody"])
        assert (issue.number, [each.login for each in issue.assignees]) == (1, ["bob"])
        issue.add_to_labels("needs-owner")
        issue.remove_from_labels("BUG")
        issue.add_to_assignees("ann")
        issue.remove_from_assignees("bob")
        comment = issue.create_comment("first")
        comment.edit("second")
        comment.create_reaction("eyes")
        issue.edit(title="Slow", milestone=repo.create_milestone("soon"))
        issue.edit(state="closed", state_reason="not_planned")
        issue.edit(state="open", milestone=None)
        issue.lock("resolved")
        issue.unlock()
        again = repo.get_issue(1)
        assert [label.name for label in again.labels] == ["needs-owner"]
        assert [each.body for each in again.get_comments()] == ["second"]
        assert (again.title, again.state, again.state_reason, again.milestone) == ("Slow", "open", "reopened", None)
        timeline = [event.event for event in again.get_timeline()]
    kinds = ["labeled", "assigned", "labeled", "unlabeled", "assigned", "unassigned"]
    kinds += ["renamed", "milestoned", "closed", "reopened", "demilestoned", "locked", "unlocked"]
    assert history(hub) == [(kind, "kaizend") for kind in kinds]
    assert sorted(timeline) == sorted([*kinds, "commented"])


def test_every_change_moves_updated_at_and_nothing_else_does(hub):
    """A change moves it by whole seconds, a repetition of what is so already leaves it."""
    hub.world.add_issue("one", labels=["bug"], assignees=["bob"])
    start = "2026-11-02T09:00:00Z"

    def updated():
        return hub.api("GET", f"{ISSUES}/1").json()["updated_at"]

    hub.clock.tick(90.7)
    hub.api("POST", f"{ISSUES}/1/labels", {"labels": ["BUG"]})
    hub.api("POST", f"{ISSUES}/1/assignees", {"assignees": ["bob"]})
    hub.api("PATCH", f"{ISSUES}/1", {"title": "one", "state": "open"})
    assert updated() == start
    hub.api("POST", f"{ISSUES}/1/comments", {"body": "x"})
    assert updated() == "2026-11-02T09:01:30Z"


def test_a_persons_edits_are_seen_with_their_name(hub):
    """What the world is made to do by a person stands in the repository's events, newest first."""
    hub.world.add_issue("one")
    hub.clock.tick(60)
    hub.world.set_label(1, "later", actor="bob")
    hub.clock.tick(60)
    hub.world.remove_label(1, "later", actor="ann")
    shown = hub.api("GET", f"{ISSUES}/events").json()
    assert [(event["event"], event["actor"]["login"], event["label"]["name"]) for event in shown] == [
        ("unlabeled", "ann", "later"),
        ("labeled", "bob", "later"),
    ]
    assert shown[0]["issue"]["number"] == 1


def test_a_mention_is_a_cross_reference(hub):
    """A comment that names another issue stands in that one's timeline, once."""
    hub.world.add_issue("one")
    hub.world.add_issue("two")
    hub.api("POST", f"{ISSUES}/2/comments", {"body": "see #1 and acme/shop#1, not a#1"})
    (event,) = hub.api("GET", f"{ISSUES}/1/timeline").json()
    assert (event["event"], event["source"]["issue"]["number"]) == ("cross-referenced", 2)


@pytest.mark.parametrize(
    ("method", "path", "body", "expected"),
    [
        ("POST", ISSUES, {}, (422, "Issue", "title", "missing_field")),
        ("POST", ISSUES, {"title": "t", "body": "x" * 65_537}, (422, "Issue", "body", "custom")),
        ("POST", ISSUES, {"title": "t", "milestone": 99}, (422, "Issue", "milestone", "invalid")),
        ("POST", ISSUES, {"title": 7}, (422, None, None, None)),
        ("POST", ISSUES, {"title": "t", "labels": ["x" * 51]}, (422, "Label", "name", "custom")),
        ("PATCH", f"{ISSUES}/1", {"state": "gone"}, (422, "Issue", "state", "invalid")),
        ("PATCH", f"{ISSUES}/1", {"title": "new", "labels": [f"x{n}" for n in range(101)]}, (422, None, None, None)),
        ("PATCH", f"{ISSUES}/1", {"title": "new", "assignees": "bob"}, (422, "Issue", "assignees", "invalid")),
        ("PATCH", f"{ISSUES}/1", {"title": "new", "milestone": 9}, (422, "Issue", "milestone", "invalid")),
        ("PATCH", f"{ISSUES}/9", {"state": "open"}, (404, None, None, None)),
        ("POST", f"{ISSUES}/1/comments", {"body": ""}, (422, "IssueComment", "body", "missing_field")),
        ("POST", f"{ISSUES}/1/comments", {"body": "x" * 65_537}, (422, "IssueComment", "body", "custom")),
        ("POST", f"{REPO}/labels", {"name": "BUG"}, (422, "Label", "name", "already_exists")),
        ("POST", f"{REPO}/labels", {"name": "x" * 51}, (422, "Label", "name", "custom")),
        ("POST", f"{REPO}/labels", {"name": "x", "color": "#ff0000"}, (422, "Label", "color", "invalid")),
        ("POST", f"{REPO}/labels", {"name": "x", "description": "d" * 101}, (422, "Label", "description", "custom")),
        ("POST", f"{REPO}/milestones", {"title": "soon"}, (422, "Milestone", "title", "already_exists")),
        ("DELETE", f"{ISSUES}/1/labels/absent", None, (404, None, None, None)),
        ("GET", f"{REPO}/nonsense", None, (404, None, None, None)),
    ],
)
def test_what_github_refuses_is_refused_without_effect(hub, method, path, body, expected):
    """The status and the error's resource, field and code are GitHub's, and nothing has changed."""
    hub.world.add_issue("one", labels=["bug"])
    hub.world.add_milestone("soon")
    before = hub.world.main.version
    assert refusal(hub.api(method, path, body)) == expected
    assert hub.world.main.version == before


def test_broken_json_is_a_400(hub):
    """A body that is no JSON, or no object, is refused."""
    url, headers = hub.base + ISSUES, {"Authorization": "token sandbox"}
    with requests.Session() as session:
        session.trust_env = False
        statuses = [session.post(url, data=body, headers=headers, timeout=5).status_code for body in (b"{", b"[1]")]
    assert statuses == [400, 400]


def test_labels_of_a_repository(hub):
    """Made, found in any case and with odd characters, restyled, renamed on all issues, deleted from them."""
    made = hub.api("POST", f"{REPO}/labels", {"name": "area/pay ü", "color": "FF0000", "description": "d"})
    assert (made.status_code, made.json()["color"]) == (201, "ff0000")
    hub.world.add_issue("one", labels=["area/pay ü"])
    name = "AREA%2Fpay%20%C3%BC"
    assert hub.api("GET", f"{REPO}/labels/{name}").json()["id"] == made.json()["id"]
    hub.api("PATCH", f"{REPO}/labels/{name}", {"new_name": "area: pay"})
    assert [label["name"] for label in hub.api("GET", f"{ISSUES}/1").json()["labels"]] == ["area: pay"]
    assert hub.api("DELETE", f"{REPO}/labels/area:%20pay").status_code == 204
    assert (hub.api("GET", f"{REPO}/labels").json(), hub.api("GET", f"{ISSUES}/1/labels").json()) == ([], [])


def test_labels_on_an_issue(hub):
    """Adding answers with all, taking off with the rest; unknown ones are made; 100 is the limit."""
    hub.world.add_issue("one")
    assert [each["name"] for each in hub.api("POST", f"{ISSUES}/1/labels", ["a", "b"]).json()] == ["a", "b"]
    assert [each["name"] for each in hub.api("DELETE", f"{ISSUES}/1/labels/A").json()] == ["b"]
    assert [each["name"] for each in hub.api("PUT", f"{ISSUES}/1/labels", {"labels": ["c"]}).json()] == ["c"]
    many = [f"label {number}" for number in range(100)]
    assert hub.api("POST", f"{ISSUES}/1/labels", many).status_code == 422
    assert len(hub.api("POST", f"{ISSUES}/1/labels", many[:99]).json()) == 100


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("2026-11-30T12:00:00Z", "2026-11-30T08:00:00Z"),
        ("2026-11-30T00:00:00Z", "2026-11-29T08:00:00Z"),
        ("2026-11-30", "2026-11-29T08:00:00Z"),
        ("2026-07-31T12:00:00Z", "2026-07-31T07:00:00Z"),
        (None, None),
    ],
)
def test_a_milestones_due_date_is_a_pacific_midnight(hub, sent, kept):
    """Noon UTC stays on its date; midnight UTC lands a day early."""
    made = hub.api("POST", f"{REPO}/milestones", {"title": "soon", "due_on": sent}).json()
    assert made["due_on"] == kept
    changed = hub.api("PATCH", f"{REPO}/milestones/1", {"due_on": "2027-01-31T12:00:00Z"}).json()
    assert changed["due_on"] == "2027-01-31T08:00:00Z"


def test_a_milestone_counts_its_issues(hub):
    """Open and closed counts follow the issues; closing a milestone takes it from the default list."""
    soon = hub.world.add_milestone("soon")
    for number in range(3):
        hub.world.add_issue(f"Issue {number}", milestone=soon)
    hub.world.close(1)
    hub.world.close(3)
    hub.world.reopen(3)
    hub.api("PATCH", f"{ISSUES}/2", {"milestone": None})
    shown = hub.api("GET", f"{REPO}/milestones/1").json()
    assert (shown["open_issues"], shown["closed_issues"]) == (1, 1)
    hub.api("PATCH", f"{REPO}/milestones/1", {"state": "closed"})
    lists = [len(hub.api("GET", f"{REPO}/milestones", state=state).json()) for state in ("open", "closed", "all")]
    assert lists == [0, 1, 1]


def test_comments_are_listed_for_the_whole_repository(hub):
    """Since (of the last change), sort and direction; a deleted one is gone and no longer counted."""
    for number in (1, 2):
        hub.world.add_issue(f"Issue {number}")
        hub.world.comment(number, f"comment {number}")
        hub.clock.tick(60)
    first, second = (each["id"] for each in hub.api("GET", f"{ISSUES}/comments").json())
    hub.api("PATCH", f"{ISSUES}/comments/{first}", {"body": "changed"})
    listed = hub.api("GET", f"{ISSUES}/comments", sort="updated", direction="desc").json()
    assert [each["id"] for each in listed] == [first, second]
    late = hub.api("GET", f"{ISSUES}/comments", since="2026-11-02T09:02:00Z").json()
    assert [each["body"] for each in late] == ["changed"]
    assert hub.api("DELETE", f"{ISSUES}/comments/{first}").status_code == 204
    assert hub.api("GET", f"{ISSUES}/comments/{first}").status_code == 404
    assert hub.api("GET", f"{ISSUES}/1").json()["comments"] == 0


def test_a_locked_issue_takes_no_comment(hub):
    """403, and a word why."""
    hub.world.add_issue("one")
    hub.api("PUT", f"{ISSUES}/1/lock", {"lock_reason": "resolved"})
    answer = hub.api("POST", f"{ISSUES}/1/comments", {"body": "x"})
    assert (answer.status_code, "locked" in answer.json()["message"]) == (403, True)


def test_an_issue_takes_so_many_comments_for_ever(hub):
    """At the limit commenting is disabled, and deleting one does not make room."""
    hub.world.comment_limit = 2
    issue = hub.world.add_issue("one")
    comments = [hub.world.comment(issue, f"comment {number}") for number in range(2)]
    hub.world.delete_comment(comments[0])
    answer = hub.api("POST", f"{ISSUES}/1/comments", {"body": "x"})
    assert (answer.status_code, "Commenting is disabled" in answer.json()["message"]) == (403, True)


def test_too_many_writes_to_one_issue_are_throttled(hub):
    """The limit is the issue's own, counts every kind of write, and passes with time."""
    hub.world.add_issue("one")
    comment = hub.world.comment(hub.world.add_issue("two"), "text", author="kaizend")
    hub.world.write_limit = (2, 30)
    writes = [
        ("POST", f"{ISSUES}/2/labels", ["a"]),
        ("PATCH", f"{ISSUES}/comments/{comment.id}", {"body": "b"}),
        ("POST", f"{ISSUES}/2/comments", {"body": "c"}),
    ]
    answers = [hub.api(*write) for write in writes]
    assert [answer.status_code for answer in answers] == [200, 200, 403]
    assert "secondary rate limit" in answers[2].json()["message"]
    assert answers[2].headers["Retry-After"] == "30"
    assert hub.api("POST", f"{ISSUES}/1/comments", {"body": "other issue"}).status_code == 201
    assert hub.api("GET", f"{ISSUES}/2").status_code == 200
    hub.clock.tick(30)
    assert hub.api(*writes[2]).status_code == 201


def test_making_too_much_is_throttled(hub):
    """So many issues and comments together in so many seconds, over every window; other writes go on."""
    hub.world.content_limits = ((2, 60), (3, 3600))
    paths = [ISSUES, f"{ISSUES}/1/comments", f"{ISSUES}/1/comments"]

    def make(path):
        return hub.api("POST", path, {"title": "t"} if path == ISSUES else {"body": "b"})

    answers = [make(path) for path in paths]
    assert [answer.status_code for answer in answers] == [201, 201, 403]
    assert (answers[2].headers["Retry-After"], len(hub.world.issue(1).comments)) == ("60", 1)
    assert hub.api("POST", f"{ISSUES}/1/labels", ["a"]).status_code == 200
    hub.clock.tick(60)
    assert [make(paths[1]).status_code, make(paths[1]).headers.get("Retry-After")] == [201, "3540"]


def test_gone_and_moved_issues(hub):
    """Deleted is 410, transferred redirects to where it is, never there is 404."""
    for title in ("deleted", "moved"):
        hub.world.add_issue(title)
    hub.world.delete_issue(1)
    moved = hub.world.transfer_issue(2, hub.world.add_repo("acme/api"))
    assert hub.api("GET", f"{ISSUES}/1").status_code == 410
    assert hub.api("PATCH", f"{ISSUES}/1", {"state": "closed"}).status_code == 410
    assert hub.api("GET", f"{ISSUES}/3").status_code == 404
    answer = hub.api("GET", f"{ISSUES}/2/comments")
    assert answer.status_code == 301
    assert answer.headers["Location"] == f"{hub.base}/repositories/{moved.repo.id}/issues/1/comments"
    with hub.client() as client:
        assert client.get_repo("acme/shop").get_issue(2).title == "moved"


def test_a_renamed_repository_redirects(hub):
    """301 for reads, 307 without effect for writes; the client follows the first; names ignore case."""
    hub.world.add_issue("one")
    hub.world.rename_repo(hub.world.main, "acme/store")
    home = f"{hub.base}/repositories/{hub.world.main.id}"
    answer = hub.api("GET", ISSUES, state="all")
    assert (answer.status_code, answer.headers["Location"]) == (301, f"{home}/issues?state=all")
    answer = hub.api("POST", f"{ISSUES}/1/comments", {"body": "lost"})
    assert (answer.status_code, answer.headers["Location"]) == (307, f"{home}/issues/1/comments")
    assert hub.world.issue(1).comments == []
    assert hub.api("GET", "/repos/ACME/Store").json()["full_name"] == "acme/store"
    with hub.client() as client:
        assert client.get_repo("acme/shop").full_name == "acme/store"


def test_archived_repositories_and_disabled_issues(hub):
    """An archived repository is read-only; without issues there is no list of them."""
    hub.world.add_issue("one")
    hub.world.main.archived = True
    assert [hub.api(method, f"{ISSUES}/1", {}).status_code for method in ("GET", "PATCH")] == [200, 403]
    hub.world.main.archived, hub.world.main.has_issues = False, False
    assert hub.api("GET", ISSUES).status_code == 410


def test_the_target_date_is_a_field_of_organisations_only(hub):
    """A person's repository has no fields; an organisation's are listed, set, read back and cleared."""
    hub.world.add_issue("one")
    values = f"{ISSUES}/1/issue-field-values"
    assert [hub.api("GET", path).status_code for path in ("/orgs/acme/issue-fields", values)] == [404, 404]
    hub.world.add_organisation("acme")
    fields = {field["name"]: field["id"] for field in hub.api("GET", "/orgs/acme/issue-fields").json()}
    body = {"issue_field_values": [{"field_id": fields["Target date"], "value": "2026-12-01"}]}
    assert hub.api("POST", values, body).status_code == 200
    (shown,) = hub.api("GET", values).json()
    assert (shown["issue_field_name"], shown["value"]) == ("Target date", "2026-12-01")
    wrong = {"issue_field_values": [{"field_id": fields["Target date"], "value": "soon"}]}
    assert hub.api("POST", values, wrong).status_code == 422
    assert hub.api("DELETE", f"{values}/{fields['Target date']}").status_code == 204
    assert hub.api("GET", values).json() == []


def test_a_lost_answer_leaves_the_effect(hub):
    """The connection dropped after the effect: the comment is there, the client does not know."""
    hub.world.add_issue("one")
    hub.sandbox.fail(Fault(kind="drop_after", method="POST", path=r"/issues/1/comments$"))
    with hub.client() as client, pytest.raises(requests.ConnectionError):
        client.get_repo("acme/shop").get_issue(1).create_comment("text")
    assert [comment.body for comment in hub.world.issue(1).comments] == ["text"]
    assert hub.sandbox.log.count(method="POST", path="/comments$") == 1


def test_dependencies_are_counted_and_a_blockers_end_changes_no_other_issue(hub):
    """Added by the blocker's id, listed, summed up on both issues; once it is closed it blocks no more."""
    blocker, issue = hub.world.add_issue("vendor's fix"), hub.world.add_issue("ours")
    path = f"{ISSUES}/2/dependencies/blocked_by"

    def summary(number=2):
        listed = next(one for one in hub.api("GET", ISSUES, state="all").json() if one["number"] == number)
        alone = hub.api("GET", f"{ISSUES}/{number}").json()
        assert listed["issue_dependencies_summary"] == alone["issue_dependencies_summary"]
        return tuple(listed["issue_dependencies_summary"].values())

    assert summary() == (0, 0, 0, 0)
    hub.clock.tick(60)
    assert hub.api("POST", path, {"issue_id": blocker.id}).status_code == 201
    assert (summary(), summary(1)) == ((1, 1, 0, 0), (0, 0, 1, 1))
    changed = issue.updated_at
    assert changed == hub.clock()
    assert [one["number"] for one in hub.api("GET", path).json()] == [1]
    assert [one["number"] for one in hub.api("GET", f"{ISSUES}/1/dependencies/blocking").json()] == [2]
    hub.clock.tick(60)
    hub.world.close(blocker)
    assert (summary(), issue.updated_at) == ((0, 1, 0, 0), changed)
    hub.world.reopen(blocker)
    assert (summary(), issue.updated_at) == ((1, 1, 0, 0), changed)
    assert hub.api("DELETE", f"{path}/{blocker.id}").status_code == 200
    assert (summary(), summary(1)) == ((0, 0, 0, 0), (0, 0, 0, 0))
    assert history(hub, 2) == [("blocked_by_added", "kaizend"), ("blocked_by_removed", "kaizend")]


def test_a_dependency_that_cannot_be_is_refused(hub):
    """On itself, twice, in a circle, on nothing; and one that is not there cannot be taken away."""
    first, second = hub.world.add_issue("first"), hub.world.add_issue("second")
    path = f"{ISSUES}/2/dependencies/blocked_by"
    hub.world.block(second, first)
    asked = {"itself": second.id, "twice": first.id, "nothing": 1, "a word": "x"}
    answers = {what: hub.api("POST", path, {"issue_id": value}).status_code for what, value in asked.items()}
    assert answers == {"itself": 422, "twice": 422, "nothing": 404, "a word": 422}
    circle = hub.api("POST", f"{ISSUES}/1/dependencies/blocked_by", {"issue_id": second.id})
    assert circle.status_code == 422
    assert hub.api("DELETE", f"{path}/{second.id}").status_code == 404
    hub.world.delete_issue(first)
    assert second.blockers == []
