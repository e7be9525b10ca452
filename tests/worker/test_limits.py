"""Limits in short: what the bench measures at the server, with smaller numbers; and turns, reserves, forms of waits."""

from datetime import timedelta

import pytest

from rules.actions import AddLabel
from tests.torture.limits import plays
from tests.torture.limits.server import fullest
from tests.worker.faulty import firm, settled
from tests.worker.places import BEFORE, NOW, Place, place
from tests.worker.test_ration import Tracker, keys, op, plan
from worker.cycle import Watching, once
from worker.ration import ration
from worker.stop import Stop
from worker.turns import Turns, in_turns


def after(**span):
    """Return the moment so long after NOW."""
    return NOW + timedelta(**span)


def test_runs_and_daemons_of_an_account_keep_within_its_limits_together(tmp_path):
    """Twelve runs in an hour, then two daemons in turns, over two repositories: never one too many, never too few."""
    found = plays.content(tmp_path, tickets=14, limits=((3, 60), (5, 3600)), run=Place.once)
    assert (found.minute, found.hour, found.punished) == (3, 5, 0)


def test_writes_keep_their_distance_over_runs_and_repositories(tmp_path):
    """A second lies between any two, whoever sends them."""
    assert plays.spacing(tmp_path, run=Place.once) >= 1


@pytest.mark.parametrize("flavour", ["cloud", "dc"])
def test_one_issue_takes_no_more_than_jira_lets_it(tmp_path, flavour):
    """Of 30 labels at once the first 20 are put on within two seconds; Jira has to refuse none."""
    found = plays.one_issue(tmp_path, flavour, 30, run=Place.once)
    assert (found.short, found.refused) == (20, 0)
    assert found.written >= 30


@pytest.mark.parametrize(
    ("where", "wait"), [("cloud", "parts"), ("cloud", "1e9"), ("dc", "date"), ("github", "two"), ("github", "empty")]
)
def test_nothing_is_asked_before_its_time_by_any_later_run(tmp_path, where, wait):
    """The wait is kept across runs, measured at the server, and not much longer."""
    came, least = plays.earliest(tmp_path, where, wait, run=Place.once)
    assert least <= came <= 4 * least / 3 + 10


def test_runs_that_are_throttled_without_a_word_wait_twice_as_long_each_time(tmp_path):
    """A minute, then two: no run begins anew."""
    first, second = plays.unsaid(tmp_path, 3, run=Place.once)
    assert 60 <= first <= 75 + 25
    assert 120 <= second <= 150 + 25


def test_no_ticket_starves(tmp_path):
    """New ones come in each pass, a pass's worth cannot be read, one takes no comment: each other gets its turn."""
    longest, waiting = plays.longest_wait(tmp_path, tickets=12, budget=4, arriving=2)
    assert longest <= 12 / (4 - 2) + 1
    assert waiting == 0


@pytest.mark.parametrize("where", ["github", "cloud", "dc"])
def test_a_first_read_that_is_throttled_again_and_again_comes_to_its_end(tmp_path, where):
    """Each pass goes on after the pages that the one before it has read."""
    passes, read = plays.cold_reads(tmp_path, where, 350)
    assert read == 350
    assert passes <= 6


def test_a_pass_that_is_cut_short_has_served_each_source(tmp_path):
    """Sources take turns, ticket by ticket; the next pass goes on, and does nothing twice."""
    with place(tmp_path) as made:
        for number in range(4):
            made.issue(f"Slow {number}", labels=["priority:high"])
            made.task(f"Late {number}")
        stop = Stop()
        seen = []

        def carried(one):
            seen.append(one.target.key)
            if len(set(seen)) == 4:
                stop.ask()

        with made.worker() as worker:
            assert not once(worker, stop, watching=Watching(carried=carried)).whole
        assert {key.partition("#")[0].partition("-")[0] for key in seen} == {"acme/shop", "OPS"}
        settled(made, 2)


def test_the_last_of_the_hour_is_left_to_others(tmp_path):
    """GitHub is asked nothing more while less than a tenth of its hour is left; the other tracker goes on."""
    with firm(tmp_path) as made:
        made.issue(labels=["priority:high"])
        made.task()
        made.github.rate_limit = 100
        made.github.used[made.bot] = (92, after(minutes=40))
        assert not made.once().whole
        assert made.github.used[made.bot][0] == 93
        assert made.seen()["OPS-1 card"] == 1
        made.clock.forward(minutes=30)
        made.once()
        assert made.github.used[made.bot][0] == 93
        made.clock.forward(minutes=11)
        made.github.rate_limit = 5000
        settled(made, 2)
        assert made.seen()["acme/shop#1 card"] == 1


def test_the_reserve_can_be_switched_off(tmp_path):
    """With no reserve the hour is used to its end, and nothing is asked that is known to be refused."""
    with firm(tmp_path) as made:
        text = made.config.read_text(encoding="utf-8")
        made.config.write_text(text.replace('due = "milestone"', 'due = "milestone"\nreserve = 0'), encoding="utf-8")
        made.github.rate_limit = 100
        made.github.used[made.bot] = (70, after(minutes=40))
        assert made.once().whole
        assert made.github.used[made.bot][0] > 72
        made.github.used[made.bot] = (97, made.github.used[made.bot][1])
        made.issue(labels=["priority:high"], at=made.clock())
        assert not made.once().whole
        assert made.github.used[made.bot][0] == 100
        assert 403 not in {entry.status for entry in made.sandbox.log.entries}


def test_the_queue_is_kept_and_forgotten(database):
    """Who waits keeps its place; who had a turn in vain goes behind; who got all, or is not heard of, leaves."""
    turns = Turns(database)
    turns.wait(("b", "a"), NOW)
    turns.wait(("a", "c"), after(minutes=1))
    assert turns.waiting() == {"a": NOW, "b": NOW, "c": after(minutes=1)}
    turns.had("a", after(minutes=2))
    turns.settled("b")
    assert turns.waiting() == {"a": after(minutes=2), "c": after(minutes=1)}
    turns.wait(("d",), after(days=31, minutes=3))
    assert set(turns.waiting()) == {"d"}


def test_those_who_wait_longest_come_first():
    """Of a rule's tickets, and of a source's; who does not wait comes behind in the plan's order."""
    ops = [op(number, "a/b", source=source) for source in ("shop", "till") for number in range(4)]
    waiting = {"shop/3": after(minutes=1), "shop/2": NOW, "till/1": NOW}
    assert [mine[0].target.uid for mine in in_turns(ops, waiting)] == [
        *("shop/2", "till/1", "shop/3", "till/0", "shop/0", "till/2", "shop/1", "till/3")
    ]
    made = ration(plan(*ops), {"shop": Tracker(2), "till": Tracker(2)}, waiting=waiting)
    assert keys(made) == ["shop#2", "till#1"]


def test_the_ops_of_a_ticket_stay_together():
    """In turns means ticket by ticket, not op by op."""
    ops = [op(1, "a/b"), op(1, "a/b", AddLabel(label="x")), op(2, "a/b"), op(3, "a/b", source="till")]
    assert [len(mine) for mine in in_turns(ops, {})] == [2, 1, 1]


def test_a_window_is_the_fullest_wherever_it_begins():
    """The measure itself: of 61 moments a second apart, any minute holds 60."""
    assert fullest([after(seconds=n) for n in range(61)], 60) == 60
    assert fullest([BEFORE], 60) == 1
