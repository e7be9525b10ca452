"""The way of a change through the small GitHub: pulls, statuses, checks, deployments, releases."""

import pytest

from tests.integrations.sandbox.served import fixture_hub

__all__ = ["fixture_hub"]

REPO = "/repos/acme/shop"


def test_pull_requests_are_listed_and_read(hub):
    """State, order and the merge show; an issue is no pull request."""
    world = hub.world
    world.add_issue("issue")
    world.add_pull("open", head_ref="feature", reviewers=["bob"])
    hub.clock.tick(60)
    world.add_pull("merged", merged_at=hub.clock(), merged_by="bob")
    with hub.client() as client:
        repo = client.get_repo("acme/shop")
        assert [pull.number for pull in repo.get_pulls(state="all")] == [3, 2]
        assert [pull.number for pull in repo.get_pulls(state="all", sort="updated", direction="asc")] == [2, 3]
        merged, opened = repo.get_pull(3), repo.get_pull(2)
        assert (merged.merged, merged.merged_by.login, merged.state) == (True, "bob", "closed")
        assert (opened.head.ref, [each.login for each in opened.requested_reviewers]) == ("feature", ["bob"])
    assert hub.api("GET", f"{REPO}/pulls/1").status_code == 404


def test_commit_statuses_are_kept_and_combined(hub):
    """The newest of each context counts; the worst of those is the commit's."""
    sha = hub.world.add_commit()
    with hub.client() as client:
        commit = client.get_repo("acme/shop").get_commit(sha)
        commit.create_status("pending", context="kaizend/gate")
        commit.create_status("success", context="kaizend/gate", description="fine")
        commit.create_status("failure", context="other")
        assert [status.state for status in commit.get_statuses()] == ["failure", "success", "pending"]
        combined = commit.get_combined_status()
        assert (combined.state, {each.context: each.state for each in combined.statuses}) == (
            "failure",
            {"kaizend/gate": "success", "other": "failure"},
        )


@pytest.mark.parametrize(
    ("sha", "body"),
    [
        ("f" * 40, {"state": "success"}),
        ("main", {"state": "success"}),
        (None, {"state": "fine"}),
        (None, {"state": "success", "description": "x" * 141}),
    ],
)
def test_a_status_github_would_not_take_is_422(hub, sha, body):
    """An unknown commit, an unknown state, a long description."""
    sha = sha or hub.world.add_commit()
    assert hub.api("POST", f"{REPO}/statuses/{sha}", body).status_code == 422


def test_a_commit_takes_so_many_statuses_of_a_context(hub):
    """At the limit of a commit and context the next is 422; another context goes on."""
    sha = hub.world.add_commit()
    hub.world.status_limit = 1
    sent = [{"state": "success", "context": context} for context in ("a", "a", "b")]
    assert [hub.api("POST", f"{REPO}/statuses/{sha}", body).status_code for body in sent] == [201, 422, 201]


def test_check_runs_are_for_apps(hub):
    """A person's token may read but not write them."""
    sha = hub.world.add_commit()
    assert hub.api("POST", f"{REPO}/check-runs", {"name": "x", "head_sha": sha}).status_code == 403
    assert hub.api("GET", f"{REPO}/commits/{sha}/check-runs").json()["total_count"] == 0


def test_deployments_and_what_became_of_them(hub):
    """Made of a branch or a commit, listed newest first by environment, each with its statuses."""
    sha = hub.world.add_commit()
    hub.world.add_deployment(sha, environment="staging", state="success")
    with hub.client() as client:
        repo = client.get_repo("acme/shop")
        made = repo.create_deployment(sha, environment="production", description="release 4")
        made.create_status("in_progress")
        made.create_status("success")
        assert [each.environment for each in repo.get_deployments()] == ["production", "staging"]
        assert [each.id for each in repo.get_deployments(environment="production")] == [made.id]
        assert [each.state for each in repo.get_deployment(made.id).get_statuses()] == ["success", "in_progress"]


def test_releases_are_listed_and_found(hub):
    """Newest first, by tag, and the latest that is no pre-release."""
    for tag in ("v1", "v2"):
        hub.world.add_release(tag)
        hub.clock.tick(60)
    hub.world.add_release("v3-rc", prerelease=True)
    with hub.client() as client:
        repo = client.get_repo("acme/shop")
        assert [release.tag_name for release in repo.get_releases()] == ["v3-rc", "v2", "v1"]
        assert (repo.get_latest_release().tag_name, repo.get_release("v1").tag_name) == ("v2", "v1")
