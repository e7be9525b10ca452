"""Throttles, lost rights and lost networks, seen over a whole pass: who is asked again, and when."""

from datetime import timedelta
from email.utils import format_datetime

import pytest

from integrations.sandbox.wire import Request
from tests.torture.catalogue.fault import JIRA, TRACKERS
from tests.worker.faulty import face_of, firm, settled, states
from tests.worker.places import BEFORE, Clock

WAITS = {
    "seconds": ("7", 7),
    "an HTTP date": (lambda now: format_datetime(now + timedelta(minutes=9), usegmt=True), 9 * 60),
    "a thousand years": ("31536000000", 24 * 3600),
    "no header": (None, 60),
    "garbage": ("soon", 60),
    "twice": ("90, 300", 300),
}
SHOWN = {
    "seconds": "throttle-unsaid",
    "an HTTP date": "retry-after-date",
    "a thousand years": "retry-after-absurd",
    "no header": "throttle-unsaid",
    "garbage": "retry-after-garbage",
    "twice": "retry-after-garbage",
}
WRITES = {
    "github": ("github", "cloud", "/labels$"),
    "cloud": ("jira-cloud", "cloud", "/comment$"),
    "dc": ("jira-dc", "dc", "/comment$"),
}


class Still(Clock):
    """A clock that a slow machine does not move: only who waits, or lets time pass."""

    def __call__(self):
        return self.start


class Diary:
    """When each tracker was asked something, by the company's own clock."""

    def __init__(self):
        self.made = None
        self.asked = []

    def __call__(self, face: str, request: Request):
        if self.made is not None:
            self.asked.append((face, self.made.clock()))


@pytest.mark.parametrize(
    ("where", "wait"),
    [
        pytest.param(where, wait, marks=pytest.mark.fault(f"rates/{shown}"), id=f"{where}-{wait}")
        for wait, shown in SHOWN.items()
        for where in (TRACKERS if wait != "seconds" else ("github",))
    ],
)
def test_nothing_is_asked_before_the_server_said_and_all_is_done_after(tmp_path, where, wait):
    """A throttled write stops its tracker, reads included, in this pass and the next; the other tracker goes on."""
    header, least = WAITS[wait]
    face, flavour, path = WRITES[where]
    diary = Diary()
    with firm(tmp_path, flavour, watch=diary, clock=Still()) as made:
        diary.made = made
        made.issue(labels=["priority:high"])
        made.task()
        told = header(made.clock()) if callable(header) else header
        made.fail(
            "status", face=face, method="POST", path=path, status=429, headers={"Retry-After": told} if told else {}
        )
        began, slept = made.clock(), made.clock.start
        assert not made.once().whole
        made.once()
        assert made.clock.start - slept < timedelta(seconds=3), "a long wait is parked, not slept out"
        others = {entry.face for entry in made.sandbox.log.writes()} - {face}
        assert others == {"github" if face != "github" else f"jira-{flavour}"}
        until = began + timedelta(seconds=least)
        before = [at for name, at in diary.asked if name == face]
        made.clock.forward(seconds=least - 4)  # the last two would be slept out
        made.once()
        assert [at for name, at in diary.asked if name == face] == before
        made.clock.forward(seconds=least / 2 + 5)
        settled(made, 2)
        assert [at for name, at in diary.asked if name == face and before[-1] < at < until - timedelta(seconds=1)] == []
        assert made.seen()["acme/shop#1 card"] == made.seen()["OPS-1 card"] == 1


@pytest.mark.fault("rates/retry-after-nothing")
@pytest.mark.fault("rates/retry-after-nothing", "github")
@pytest.mark.parametrize(("flavour", "header"), [("cloud", "0"), ("dc", "-5"), ("cloud", "0.5"), ("dc", "0.5")])
def test_a_wait_of_nothing_costs_nothing(tmp_path, flavour, header):
    """Zero, less than nothing and half a second are slept out or passed by: everything is done, once."""
    with firm(tmp_path, flavour) as made:
        made.issue(labels=["priority:high"])
        made.task()
        made.fail("status", face="github", path="/labels$", method="POST", status=429, headers={"Retry-After": header})
        made.fail(
            "status",
            face=face_of(flavour),
            path="/comment$",
            method="POST",
            status=429,
            headers={"Retry-After": header},
        )
        settled(made, 3)
        assert made.seen()["acme/shop#1 card"] == made.seen()["OPS-1 card"] == 1


REASONS = {
    "rates/quota": ("jira-quota-tenant-based", set(), set()),
    "rates/burst": ("jira-burst-based", set(), {"1", "2"}),
    "rates/per-issue": ("jira-per-issue-on-write", {"OPS-2 card"}, {"2"}),
    "rates/unknown-reason": ("jira-for-the-fun-of-it", set(), set()),
}


@pytest.mark.parametrize("where", JIRA)
@pytest.mark.parametrize(
    ("reason", "cards", "later"),
    [pytest.param(*told, marks=pytest.mark.fault(name), id=name) for name, told in REASONS.items()],
)
def test_jira_says_what_is_to_wait_and_only_that_does(tmp_path, where, reason, cards, later):
    """A quota stops the site, a burst what was asked there, an issue's limit that issue: the rest goes on at once."""
    with firm(tmp_path, where) as made:
        for number in (1, 2):
            made.task(f"Late {number}")
        headers = {"RateLimit-Reason": reason, "Retry-After": "600"}
        made.fail("status", face=face_of(where), method="POST", path="/comment$", status=429, headers=headers)
        assert not made.once().whole
        entries = [entry for entry in made.sandbox.log.entries if entry.face == face_of(where)]
        after = entries[[entry.status for entry in entries].index(429) + 1 :]
        assert {name for name in made.seen() if name.endswith("card")} == cards
        assert {entry.path[-1] for entry in after if entry.method == "PUT"} == later - {"1"}
        assert bool(after) is bool(later)
        asked = made.sandbox.log.count(face=face_of(where), method="POST", path="/comment$")
        made.clock.forward(minutes=9)
        made.once()
        assert made.sandbox.log.count(face=face_of(where), method="POST", path="/comment$") == asked
        made.clock.forward(minutes=2)
        settled(made, 2)
        assert made.seen()["OPS-1 card"] == made.seen()["OPS-2 card"] == 1


@pytest.mark.parametrize(("face", "path"), [("github", "/issues$"), ("jira-cloud", "/search"), ("jira-dc", "/search")])
def test_a_throttled_read_is_parked_too(tmp_path, face, path):
    """Its tracker is asked nothing for as long as it said, and is not written to; the other gets all."""
    with firm(tmp_path, "dc" if face == "jira-dc" else "cloud") as made:
        made.issue(labels=["priority:high"])
        made.task()
        made.fail("status", face=face, method="GET", path=path, status=429, headers={"Retry-After": "90"})
        assert "was not read" in made.once().troubles[0]
        asked = made.sandbox.log.count(face=face)
        made.clock.forward(seconds=80)
        made.once()
        assert made.sandbox.log.count(face=face) == asked
        assert {entry.face for entry in made.sandbox.log.writes()}.isdisjoint({face})
        assert made.writes()
        made.clock.forward(seconds=15)
        settled(made)
        assert made.seen()["acme/shop#1 card"] == made.seen()["OPS-1 card"] == 1


@pytest.mark.fault("rates/hour-used-up", "github")
def test_an_hour_long_wait_for_the_primary_limit_is_not_slept(tmp_path):
    """GitHub's hour is used up: the pass ends at once, not whole; GitHub is asked nothing until the hour is over."""
    with firm(tmp_path) as made:
        made.issue(labels=["priority:high"])
        made.task()
        made.github.rate_limit = 12
        slept = made.clock.start
        passed = made.once()
        assert made.clock.start - slept < timedelta(seconds=3)
        assert "source shop: nothing more was sent" in passed.troubles[0]
        made.clock.forward(minutes=54)
        made.sandbox.log.clear()
        assert "shop was not read" in made.once().troubles[0]
        assert made.sandbox.log.count(face="github") == 0
        made.github.rate_limit = 5000
        made.clock.forward(minutes=7)
        settled(made, 2)
        assert made.seen()["acme/shop#1 card"] == 1


@pytest.mark.fault("rates/secondary-limit-unsaid", "github")
def test_two_repositories_of_one_account_wait_together(tmp_path):
    """GitHub throttles an account, not a repository: the other repository is not tried either."""
    with firm(tmp_path) as made:
        text = made.config.read_text(encoding="utf-8")
        shop = text[text.index("[sources.shop]") : text.index("[sources.ops]")]
        made.config.write_text(text + shop.replace("shop", "store"), encoding="utf-8")
        store = made.github.add_repo("acme/store")
        made.issue(labels=["priority:high"])
        worn = ["improvement", "domain:reliability"]
        made.github.add_issue("B", author="bo-gh", labels=worn, repo=store, created_at=BEFORE, updated_at=BEFORE)
        made.fail(
            "status", path="/acme/shop/labels$", method="POST", status=403, body={"message": "secondary rate limit"}
        )
        made.once()
        assert made.sandbox.log.count(method="POST", path="/acme/") == 1
        made.clock.forward(minutes=2)
        settled(made, 2)


@pytest.mark.fault("access/revoked-in-a-pass")
@pytest.mark.parametrize("where", TRACKERS)
def test_a_token_revoked_in_the_middle_is_used_no_more(tmp_path, where):
    """The first 401 is the last request of the pass to that tracker; with a new token all is done, once."""
    face, flavour, path = WRITES[where]
    with firm(tmp_path, flavour) as made:
        for number in range(3):
            made.issue(f"Slow {number}", labels=["priority:high"])
            made.task(f"Late {number}")
        made.fail(
            "status", face=face, method="POST", path=path, status=401, times=9, body={"message": "Bad credentials"}
        )
        passed = made.once()
        assert [trouble for trouble in passed.troubles if "nothing more was sent" in trouble and "401" in trouble]
        assert [entry.status for entry in made.sandbox.log.entries if entry.face == face].count(401) == 1
        made.sandbox.faults.clear()
        settled(made, 2)
        assert {made.seen()[f"{key}{number} card"] for key in ("OPS-", "acme/shop#") for number in (1, 2, 3)} == {1}


REFUSALS = {
    "a missing right": ({}, "Resource not accessible by personal access token", "failed", True),
    "single sign-on": ({"X-GitHub-SSO": "required; url=https://sso.example"}, "Protected by SAML", "intent", True),
    "a throttle": ({}, "You have exceeded a secondary rate limit", "intent", False),
}
REFUSED = {
    "a missing right": "right-missing",
    "single sign-on": "sign-on-required",
    "a throttle": "throttle-as-forbidden",
}


@pytest.mark.parametrize(
    ("headers", "message", "state", "asked"),
    [
        pytest.param(*told, marks=pytest.mark.fault(f"access/{REFUSED[name]}", "github"))
        for name, told in REFUSALS.items()
    ],
    ids=REFUSALS.keys(),
)
def test_github_says_no_in_three_ways_and_each_is_told_apart(tmp_path, headers, message, state, asked):
    """A right may be missing for one thing alone; sign-on shuts out of all; only a throttle is waited out."""
    with firm(tmp_path) as made:
        made.issue(labels=["priority:high"])
        made.fail("status", method="POST", path="/labels$", status=403, headers=headers, body={"message": message})
        assert not made.once().whole
        assert states(made)["acme/shop#1", "add label"] == state
        assert ("acme/shop#1 due Due 2026-12-03" in made.seen()) is (state == "failed")
        made.sandbox.log.clear()
        made.once()
        assert bool(made.sandbox.log.count(face="github")) is asked


@pytest.mark.fault("rates/content-of-an-hour", "github")
def test_the_hours_content_limit_holds_over_many_short_passes(tmp_path):
    """Six processes in an hour together make no more content than one may; the rest follows in the next hour."""
    with firm(tmp_path) as made:
        text = made.config.read_text(encoding="utf-8")
        text = text.replace('due = "milestone"', 'due = "milestone"\ncontent_limits = [[6, 3600]]')
        made.config.write_text(text, encoding="utf-8")
        for number in range(8):
            made.issue(f"Slow {number}", labels=["priority:high"])
        made.sandbox.log.clear()
        for _ in range(6):
            made.once()
            made.clock.forward(minutes=9)
        assert content(made) == 6
        for _ in range(2):
            made.clock.forward(hours=1)
            made.once()
        assert content(made) == 8 + 2  # a card each, one label made, one milestone
        settled(made)


def content(made):
    """Count what GitHub counts as content."""
    return made.sandbox.log.count(
        method="POST", face="github", path="/(comments|labels|milestones)$"
    ) - made.sandbox.log.count(method="POST", face="github", path=r"/issues/\d+/labels$")
