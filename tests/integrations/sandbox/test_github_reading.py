"""Lists of the small GitHub: filters, order, paging, conditional requests, lag."""

import time

import pytest

from tests.integrations.sandbox.served import bench, fixture_hub

__all__ = ["fixture_hub"]

ISSUES = "/repos/acme/shop/issues"


def numbers(answer):
    assert answer.status_code == 200, answer.text
    return [issue["number"] for issue in answer.json()]


def seed(hub, count):
    for number in range(1, count + 1):
        hub.world.add_issue(f"Issue {number}")
        hub.clock.tick(60)


def test_pages_are_linked_and_together_complete(hub):
    """Following next from page to page meets each issue once; first, prev and last are where they say."""
    seed(hub, 7)
    seen, url, links = [], f"{hub.base}{ISSUES}?per_page=3&direction=asc", []
    while url:
        answer = hub.api("GET", url)
        seen += numbers(answer)
        links.append(sorted(answer.links))
        url = answer.links.get("next", {}).get("url")
    assert seen == [1, 2, 3, 4, 5, 6, 7]
    assert links == [["last", "next"], ["first", "last", "next", "prev"], ["first", "prev"]]
    assert hub.api("GET", ISSUES, per_page=3).links["last"]["url"].endswith("page=3")


def test_a_page_has_at_most_a_hundred(hub):
    """per_page is 30 unless asked for, and never more than 100."""
    for number in range(120):
        hub.world.add_issue(f"Issue {number}")
    assert [len(numbers(hub.api("GET", ISSUES, **asked))) for asked in ({}, {"per_page": 500})] == [30, 100]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, [5, 3, 2, 1]),
        ({"state": "closed"}, [4]),
        ({"state": "all", "direction": "asc"}, [1, 2, 3, 4, 5]),
        ({"labels": "BUG"}, [3, 1]),
        ({"labels": "bug,slow"}, [3]),
        ({"creator": "bob"}, [2]),
        ({"assignee": "ann"}, [2]),
        ({"assignee": "none"}, [5, 3, 1]),
        ({"assignee": "*"}, [2]),
        ({"milestone": "1"}, [5]),
        ({"milestone": "none"}, [3, 2, 1]),
        ({"sort": "updated", "direction": "asc"}, [2, 3, 5, 1]),
        ({"sort": "comments"}, [1, 5, 3, 2]),
        ({"since": "2026-11-02T09:03:00Z", "state": "all"}, [5, 4, 1]),
        ({"since": "2026-11-02T10:03:00+01:00"}, [5, 1]),
    ],
)
def test_a_list_is_filtered_and_ordered_as_asked(hub, asked, expected):
    """State, labels, people, milestone, since (inclusive) and sort mean what GitHub's documentation says."""
    world, tick = hub.world, lambda: hub.clock.tick(60)
    world.add_issue("one", labels=["bug"])
    tick()
    world.add_issue("two", author="bob", assignees=["ann"])
    tick()
    world.add_issue("three", labels=["bug", "slow"])
    tick()
    world.add_issue("four", state="closed")
    tick()
    world.add_issue("five", milestone=world.add_milestone("m"))
    tick()
    world.comment(1, "again")
    assert numbers(hub.api("GET", ISSUES, **asked)) == expected


def test_pull_requests_are_among_the_issues(hub):
    """A pull request is listed with a pull_request key, an issue without."""
    hub.world.add_issue("issue")
    hub.world.add_pull("pull", merged_at=hub.clock())
    closed, opened = hub.api("GET", ISSUES, state="all").json()
    assert ("pull_request" in closed, "pull_request" in opened) == (True, False)
    assert closed["pull_request"]["merged_at"] == "2026-11-02T09:00:00Z"
    assert closed["html_url"].endswith("/acme/shop/pull/2")


def test_what_has_not_changed_is_304_and_free(hub):
    """The ETag of a list answers 304 without a body and without cost, until something in it changes."""
    seed(hub, 2)
    first = hub.api("GET", ISSUES)
    tag = first.headers["ETag"]
    second = hub.api("GET", ISSUES, headers={"If-None-Match": tag})
    assert (second.status_code, second.content, second.headers["ETag"]) == (304, b"", tag)
    left = [answer.headers["X-RateLimit-Remaining"] for answer in (first, second)]
    assert (tag.startswith('W/"'), left) == (True, ["4999", "4999"])
    hub.world.set_label(1, "bug")
    third = hub.api("GET", ISSUES, headers={"If-None-Match": tag})
    assert (third.status_code, third.headers["ETag"] != tag) == (200, True)


@pytest.mark.parametrize(
    "change",
    [
        lambda world, issue: world.edit_label(issue.labels[0], color="ff0000"),
        lambda world, issue: world.edit_milestone(issue.milestone, title="later"),
        lambda world, issue: world.comment(issue, "text"),
        lambda world, issue: world.react(issue, "+1"),
        lambda world, issue: world.rename_repo(issue.repo, "acme/store"),
    ],
)
def test_a_kept_page_never_outlives_a_change(hub, change):
    """Whatever an issue shows is shown as it is now, though encoded issues and lists are kept."""
    issue = hub.world.add_issue("one", labels=["bug"], milestone=hub.world.add_milestone("soon"))
    address = f"/repositories/{issue.repo.id}/issues"
    before = hub.api("GET", address).json()
    change(hub.world, issue)
    (after,) = hub.api("GET", address).json()
    assert [after] != before
    alone = hub.api("GET", f"{address}/1").json()
    del alone["closed_by"]
    assert alone == after


def test_lists_lag_behind_while_a_single_read_does_not(hub):
    """With lag, a list shows new and changed issues only later; GET by number shows them at once."""
    hub.world.add_issue("old")
    hub.clock.tick(100)
    hub.world.lag_seconds = 5
    made = hub.api("POST", ISSUES, {"title": "new"}).json()["number"]
    hub.api("PATCH", f"{ISSUES}/1", {"title": "renamed"})
    shown = [(issue["number"], issue["title"]) for issue in hub.api("GET", ISSUES).json()]
    assert shown == [(1, "old")]
    assert hub.api("GET", f"{ISSUES}/{made}").json()["title"] == "new"
    assert hub.api("GET", f"{ISSUES}/1").json()["title"] == "renamed"
    hub.clock.tick(5)
    shown = [(issue["number"], issue["title"]) for issue in hub.api("GET", ISSUES).json()]
    assert shown == [(2, "new"), (1, "renamed")]


def test_the_hour_runs_out_and_comes_again(hub):
    """Headers and /rate_limit tell what is left; at none every request is 403 until the reset."""
    hub.world.rate_limit = 2
    hub.api("GET", "/user")
    answer = hub.api("GET", "/user")
    assert (answer.status_code, answer.headers["X-RateLimit-Remaining"]) == (200, "0")
    core = hub.api("GET", "/rate_limit").json()["resources"]["core"]
    assert (core["limit"], core["remaining"], core["used"]) == (2, 0, 2)
    refused = hub.api("GET", "/user")
    assert (refused.status_code, "rate limit exceeded" in refused.json()["message"]) == (403, True)
    assert refused.headers["X-RateLimit-Reset"] == str(core["reset"]) == str(int(hub.clock().timestamp()) + 3600)
    hub.clock.tick(3600)
    assert hub.api("GET", "/user").status_code == 200


def test_an_enterprise_server_says_so(hub):
    """Version header and meta, and no limits unless wanted."""
    hub.world.enterprise_version, hub.world.rate_limit = "3.17.2", None
    answer = hub.api("GET", "/meta")
    assert answer.headers["X-GitHub-Enterprise-Version"] == answer.json()["installed_version"] == "3.17.2"
    assert "X-RateLimit-Limit" not in answer.headers
    assert hub.api("GET", "/rate_limit").status_code == 404


def test_an_unknown_api_version_is_refused(hub):
    """The version header is taken only if the server has that version."""
    versions = ("2022-11-28", "2019-01-01")
    statuses = [hub.api("GET", "/user", headers={"X-GitHub-Api-Version": version}).status_code for version in versions]
    assert statuses == [200, 400]


@pytest.mark.parametrize("prefix", ["", "/api/v3", "/some/where"])
def test_any_prefix_works_for_the_real_client(prefix):
    """PyGithub reads all pages and pins by GraphQL under any base address."""
    with bench(prefix) as hub:
        for number in range(5):
            hub.world.add_issue(f"Issue {number}")
        with hub.client(per_page=2) as client:
            repo = client.get_repo("acme/shop")
            assert [issue.number for issue in repo.get_issues(direction="asc")] == [1, 2, 3, 4, 5]
            node = repo.get_issue(3).raw_data["node_id"]
            _, pinned = client.requester.graphql_named_mutation("pinIssue", {"issueId": node}, "issue { number }")
        assert (pinned["issue"]["number"], hub.world.issue(3).pinned) == (3, True)


def test_ten_thousand_issues_are_seeded_and_served_quickly(hub):
    """Benchmarks may run against it: seeding and paging are cheap."""
    for number in range(10_000):
        hub.world.add_issue(f"Issue {number}", body="text " * 50, labels=["bug"], assignees=["bob"])
    began = time.process_time()
    for page in (1, 2, 50, 100):
        assert len(numbers(hub.api("GET", ISSUES, per_page=100, page=page))) == 100
    assert time.process_time() - began < 3
