"""Publishing: one comment a week and target, edited rather than repeated, in an issue of ours where none is named."""

from datetime import timedelta

import pytest

from tests.worker.places import BOT, company
from worker.publish import due_slot, publish_now


@pytest.fixture
def place(tmp_path):
    """Serve a company whose config has two digests."""
    with company(tmp_path, digests=True) as made:
        yield made


def digests(place):
    """Return the digest comments on GitHub."""
    issues = place.github.main.issues.values()
    return [one.body for issue in issues for one in issue.comments if "Improvement digest" in one.body]


def publish(place):
    """Post or edit all digests, as a person asks for it; return what went wrong."""
    with place.worker() as worker:
        return publish_now(worker, worker.digests, place.stop)[1]


def test_a_digest_is_filed_pinned_and_posted_once_a_week(place):
    """Three passes in one week make one issue and one comment; the next week adds a comment and no issue."""
    for _ in range(3):
        place.once()
    filed = [issue for issue in place.github.main.issues.values() if issue.author.login == BOT]
    assert [issue.pinned for issue in filed] == [True]
    assert len(digests(place)) == 1
    place.clock.forward(days=7)
    place.once()
    assert len(digests(place)) == 2
    assert len([issue for issue in place.github.main.issues.values() if issue.author.login == BOT]) == 1


def test_a_digest_that_is_run_again_is_edited_only_if_it_says_something_new(place):
    """Asked for twice, nothing is sent; after a change the same comment says it."""
    place.once()
    place.sandbox.log.clear()
    assert publish(place) == ()
    assert place.writes() == []
    place.issue("Reindexing blocks the shop", at=place.clock())
    assert publish(place) == ()
    assert len(digests(place)) == 1
    assert "**3 open**" in digests(place)[0]
    assert [write.split()[0] for write in place.writes()] == ["PATCH", "PUT"]  # one for each digest


@pytest.mark.fault("time/down-over-a-slot", "github")
def test_after_downtime_only_the_newest_digest_is_posted(place):
    """Weeks that nobody was told of are not told one by one."""
    place.once()
    place.clock.forward(days=28)
    place.once()
    assert len(digests(place)) == 2


def test_a_digest_goes_to_the_issue_that_the_config_names(place):
    """Nothing is filed then."""
    place.configure(more='[[digest]]\nname = "shop"\nsource = "shop"\nissue = "1"\n')
    place.once()
    assert [issue for issue in place.github.main.issues.values() if issue.author.login == BOT] == []
    assert any("Improvement digest" in one.body for one in place.github.issue(1).comments)


def test_a_digest_whose_answer_is_lost_is_posted_once(place):
    """The comment is found again instead of being sent again."""
    place.once()
    place.clock.forward(days=7)
    place.fail("drop_after", method="POST", path=r"/issues/3/comments")
    place.once()
    for _ in range(3):
        place.once()
    assert len(digests(place)) == 2


def test_a_source_that_cannot_be_read_gets_its_digest_later(place):
    """The slot stays due; the pass says that it is not whole."""
    place.fail("status", path="/repos", face="github", status=503, times=50)
    assert not place.once().whole
    assert digests(place) == []
    place.sandbox.faults.clear()
    place.once()
    assert len(digests(place)) == 1


def test_a_digest_is_due_on_its_day_and_hour_in_the_calendars_zone(place):
    """On the minute before it is the last week's, from then on this week's."""
    with place.worker() as worker:
        table = worker.digests[0]
        slot = due_slot(worker.policy, table, place.clock())
        assert slot == "2026-W48"
        assert due_slot(worker.policy, table, place.clock() - timedelta(days=1, hours=2)) == "2026-W47"


def test_a_clock_put_back_makes_no_digest_late(place):
    """The week that it shows was never told of, and need not be any more: the pass is whole."""
    place.once()
    place.clock.forward(days=-7)
    assert [kind for kind in place.once().troubles if "digest" in kind] == []
    assert len(digests(place)) == 1
