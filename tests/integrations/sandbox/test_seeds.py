"""The seeds: a made-up year is believable and repeatable, and files of real text are served or refused clearly."""

import gzip
import hashlib
import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
import requests

from integrations.sandbox.github import GithubFace
from integrations.sandbox.jira import JiraFace
from integrations.sandbox.seeds import BadData, acme, load
from integrations.sandbox.server import Sandbox
from tests.integrations.sandbox.jira_bench import connect

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
LATELY = NOW - timedelta(weeks=6)


@pytest.fixture(scope="module")
def year():
    """Make the year of seed 1."""
    return acme(NOW)


def tickets(year):
    """Return all GitHub issues that are no pull requests."""
    return [issue for repo in year.github.repos.values() for issue in repo.issues.values() if not issue.pull]


def digest(year):
    """Return a hash of everything people would see."""
    told = hashlib.sha256()
    for repo in year.github.repos.values():
        for it in repo.issues.values():
            seen = (it.key, it.id, it.title, it.body, it.state, it.created_at, it.updated_at, it.closed_at)
            labels = [label.name for label in it.labels]
            talk = [(one.id, one.author.login, one.body, one.created_at) for one in it.comments]
            told.update(repr((seen, labels, talk, [(one.event, one.created_at) for one in it.events])).encode())
        told.update(repr([(one.sha, one.created_at) for one in repo.deployments.values()]).encode())
    for it in year.jira.issues.values():
        it.cache.clear()
        told.update(repr(it).encode())
    return told.hexdigest()


def test_the_same_seed_and_end_make_the_same_year(year):
    """Nothing comes from the clock, the hash seed or the order of a set."""
    assert digest(acme(NOW)) == digest(year)
    assert digest(acme(NOW, seed=2)) != digest(year)


def test_there_is_enough_of_everything(year):
    """The least counts that the demo and the rules need."""
    it = year.summary
    assert (it.tickets >= 1500, it.changes >= 800, it.deployments >= 300, it.incidents >= 60) == (True,) * 4
    assert (25 <= it.flawed <= 40, it.deferred >= 10, it.overdue >= 8, it.ownerless >= 8) == (True,) * 4
    assert (it.reviews, it.recurring >= 100, it.closed_without_change >= 100, it.comments >= 1000) == (
        11,
        True,
        True,
        True,
    )


def test_the_year_ends_now(year):
    """Nothing happens after the end or before the beginning, and what came later has the higher number."""
    for repo in year.github.repos.values():
        created = [issue.created_at for issue in sorted(repo.issues.values(), key=lambda one: one.number)]
        assert created == sorted(created)
        assert min(created) >= NOW - timedelta(days=364)
        assert max(issue.updated_at for issue in repo.issues.values()) <= NOW
        assert [event.created_at for event in repo.events] == sorted(event.created_at for event in repo.events)
    issues = list(year.jira.issues.values())
    assert [one.created for one in issues] == sorted(one.created for one in issues)
    assert max(one.updated for one in issues) <= NOW
    assert year.github.now() == NOW


def test_most_improvements_are_in_good_order_and_the_flawed_ones_are_new(year):
    """A rule with `from` six weeks ago has some tens of things to do, not hundreds."""
    stories = [one for told in year.stories.values() for one in told if one.kind == "improvement"]
    assert all(one.created > LATELY and one.closed is None for one in stories if one.flaws)
    others = [one for one in stories if not one.flaws]
    kept = [one for one in others if one.owner and one.domain and one.priority and one.due]
    assert len(kept) >= 0.95 * len(others)
    assert {flaw for one in stories for flaw in one.flaws} >= {"owner", "priority", "due", "overdue", "domain:none"}


def test_flaws_show_on_the_trackers(year):
    """What a story lacks, its ticket lacks."""
    new = [
        one
        for one in tickets(year)
        if one.created_at > LATELY and "improvement" in {label.name for label in one.labels}
    ]
    assert any(not one.assignees for one in new)
    assert any(one.milestone is None for one in new)
    assert any(not any(label.name.startswith("priority:") for label in one.labels) for one in new)
    assert any(one.milestone and one.milestone.due_on < NOW and one.state == "open" for one in new)
    jira = [one for one in year.jira.issues.values() if one.type == "Improvement" and one.created > LATELY]
    assert any(not one.priority for one in jira)
    assert any(one.due is None for one in jira)
    assert any(one.due and one.due < NOW.date() and not one.resolution for one in jira)


def test_what_was_put_off_says_so_in_its_history(year):
    """Deferred tickets wear the label, and their due date moved out more than once."""
    jira = [one for one in year.jira.issues.values() if "deferred" in one.labels]
    assert jira
    for issue in jira:
        moves = [(item.before, item.after) for one in issue.histories for item in one.items if item.field == "duedate"]
        assert len(moves) >= 2
        assert all(before < after for before, after in moves)
    github = [one for one in tickets(year) if "deferred" in {label.name for label in one.labels}]
    assert github
    assert all(Counter(event.event for event in one.events)["milestoned"] >= 1 for one in github)


def test_a_monthly_review_was_skipped(year):
    """Eleven reviews, one gap of two months."""
    held = [one.created for one in year.jira.issues.values() if one.type == "Review"]
    gaps = [(later - earlier).days for earlier, later in pairwise(held)]
    assert (len(held), sum(1 for gap in gaps if gap > 50), max(gaps) < 70) == (11, 1, True)


def test_hostile_texts_are_among_the_tickets(year):
    """Mentions, closing words, markup and forged markers, on both trackers."""
    titles = " ".join([one.title for one in tickets(year)] + [one.summary for one in year.jira.issues.values()])
    assert any(piece in titles for piece in ("<!-- kaizend op=", "<script>", "javascript:"))
    bodies = " ".join([one.body for one in tickets(year)] + [one.description for one in year.jira.issues.values()])
    assert any(piece in bodies for piece in ("[~accountid:", "{html}", "/kaizen ignore"))


def test_the_year_is_served_whole(year):
    """Both faces answer for all of it over HTTP."""
    clock = lambda: NOW  # noqa: E731 - a clock
    faces = [GithubFace(year.github, clock), JiraFace(year.jira, clock)]
    with Sandbox(faces) as sandbox, requests.Session() as session:
        session.headers["Authorization"] = "Bearer sandbox"
        numbers, url = [], f"{sandbox.url}/api/v3/repos/acme/shop/issues?state=all&per_page=100"
        while url:
            answer = session.get(url, timeout=10)
            numbers += [one["number"] for one in answer.json()]
            url = answer.links.get("next", {}).get("url")
        year.jira.users["kaizend"].token = "let-me-in"
        year.jira.users["kaizend"].email = "bot@acme.example"
        client = connect(sandbox, "cloud")
        keys = {one.key for one in client.search_issues("project = OPS", maxResults=False, fields="*all")}
        client.close()
    assert sorted(numbers) == sorted(year.github.repo("acme/shop").issues)
    assert len(keys) == len(year.jira.issues)


# -- files ------------------------------------------------------------------------------------------------------------
ROWS = (
    {"id": "ant-7", "project": "ant", "title": "First", "created": "2026-01-01T10:00:00Z", "type": "Bug",
     "resolved": "2026-01-03T10:00:00Z", "resolution": "Won't Fix", "reporter": "a1", "body": "Text"},
    {"id": "BEE-3", "title": "Of another project", "created": "2026-01-02T10:00:00+01:00", "resolved": None,
     "type": None},
    {"id": "ant-9", "title": "", "created": "2026-01-04T10:00:00Z", "resolved": "2026-01-05T10:00:00Z",
     "status": "closed"},
)  # fmt: skip


def file(tmp_path, rows, name="rows.jsonl.gz"):
    """Write rows as lines, compressed if the name says so."""
    path = tmp_path / name
    text = "".join(f"{one if isinstance(one, str) else json.dumps(one)}\n" for one in rows).encode()
    path.write_bytes(gzip.compress(text) if path.suffix == ".gz" else text)
    return path


def test_a_file_becomes_repositories(tmp_path):
    """A repository a project, dense numbers in order of arrival, closed when resolved."""
    loaded = load(file(tmp_path, ROWS), NOW)
    assert (loaded.sources, loaded.jira) == (("sandbox/ant", "sandbox/bee"), None)
    assert loaded.names == {"ant-7": "sandbox/ant#1", "BEE-3": "sandbox/bee#1", "ant-9": "sandbox/ant#2"}
    first, last = loaded.github.repo("sandbox/ant").issues.values()
    assert (first.title, first.state, first.state_reason) == ("First", "closed", "not_planned")
    assert first.updated_at == first.closed_at == datetime(2026, 1, 3, 10, tzinfo=UTC)
    assert (last.title, last.state_reason, loaded.github.issue(1, loaded.github.repo("sandbox/bee")).state) == (
        "(no title)", "completed", "open",
    )  # fmt: skip


def test_a_file_becomes_jira_projects(tmp_path):
    """A project a project, with the types and resolutions of the file."""
    loaded = load([file(tmp_path, ROWS[:2], "a.jsonl"), file(tmp_path, ROWS[2:], "b.jsonl")], NOW, as_jira=True)
    assert (loaded.sources, loaded.github) == (("ANT", "BEE"), None)
    assert loaded.names == {"ant-7": "ANT-1", "BEE-3": "BEE-1", "ant-9": "ANT-2"}
    first = loaded.jira.issue("ANT-1")
    assert (first.type, first.resolution, first.resolved) == ("Bug", "Won't Fix", datetime(2026, 1, 3, 10, tzinfo=UTC))
    assert (first.updated, loaded.jira.issue("BEE-1").status) == (first.resolved, "To Do")


def test_what_is_resolved_after_now_is_open(tmp_path):
    """The file is served as of now."""
    loaded = load(file(tmp_path, ROWS), datetime(2026, 1, 2, 12, tzinfo=UTC))
    assert {issue.state for issue in loaded.github.main.issues.values()} == {"open"}
    assert len(loaded.github.main.issues) == 1


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{nonsense", "line 4: not JSON"),
        ("[1, 2]", "line 4: not a JSON object"),
        ({"id": "ant", "title": "x", "created": "2026-01-01T00:00:00Z"}, "line 4: id 'ant' is not like 'rust-12'"),
        ({"id": "../x-1", "title": "x", "created": "2026-01-01T00:00:00Z"}, "is not like"),
        ({"id": "ant-1", "title": 7, "created": "2026-01-01T00:00:00Z"}, "line 4: 'title' has to be a text"),
        ({"id": "ant-1", "title": "x"}, "line 4: 'created' is missing"),
        ({"id": "ant-1", "title": "x", "created": "yesterday"}, "line 4: 'created' is no time: 'yesterday'"),
        ({"id": "ant-1", "title": "x", "created": "2026-01-01T00:00:00"}, "line 4: 'created' has no time zone"),
    ],
)
def test_a_bad_line_is_named(tmp_path, line, words):
    """File, line and what is wrong with it."""
    with pytest.raises(BadData) as error:
        load(file(tmp_path, [*ROWS, line]), NOW)
    assert words in str(error.value)
    assert "rows.jsonl.gz" in str(error.value)


def test_a_file_that_is_cut_missing_or_empty_is_refused(tmp_path):
    """Each in a sentence of its own."""
    whole = file(tmp_path, ROWS)
    cut = tmp_path / "cut.jsonl.gz"
    cut.write_bytes(whole.read_bytes()[:-12])
    plain = tmp_path / "plain.jsonl.gz"
    plain.write_bytes(b"{}\n")
    for path, words in (
        (cut, "not a whole gzip file"),
        (plain, "not a whole gzip file"),
        (tmp_path / "nowhere.jsonl", "cannot be read"),
        (file(tmp_path, [], "empty.jsonl"), "nothing to serve"),
    ):
        with pytest.raises(BadData, match=words):
            load(path, NOW)
