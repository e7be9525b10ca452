"""A plan larger than an hour's limit is spread over passes: fairly, whole tickets, and it says how long."""

from dataclasses import dataclass, replace
from datetime import timedelta

from integrations.base import Allowance, Limit
from rules.actions import AddLabel, Op, Plan, Post, Target
from rules.model import Prose
from tests.worker.faulty import firm, settled
from tests.worker.places import NOW
from worker.ration import ration

HOURLY = Limit(count=500, seconds=3600)


@dataclass
class Tracker:
    """A tracker that knows only what may still be written."""

    left: int | None
    account: str = "bot"

    def allowance(self):
        """Return what is left."""
        return None if self.left is None else Allowance(account=self.account, left=self.left, limit=HOURLY)


def op(ticket, rule, verb=None, source="shop"):
    """Make an op of a rule on a ticket."""
    verb = verb or Post(prose=Prose(()))
    target = Target(source=source, uid=f"{source}/{ticket}", ref=str(ticket), key=f"{source}#{ticket}")
    return Op(
        id=f"{source}{ticket}{rule}{type(verb).__name__}",
        target=target,
        verb=verb,
        rule=rule,
        because=(),
        before="-",
        after="-",
        rules=frozenset({rule}),
    )


def plan(*ops):
    """Make a plan of ops."""
    return Plan(at=NOW, policy="sha", ops=ops)


def keys(made):
    """Return the tickets that are written to."""
    return list(dict.fromkeys(one.target.key for one in made.ops))


def test_what_fits_is_left_as_it_is():
    """Nothing is held back, and nothing said, while there is room, or where no limit is felt."""
    whole = plan(*(op(number, "a/b") for number in range(5)))
    assert ration(whole, {"shop": Tracker(5)}) is whole
    assert ration(whole, {"shop": Tracker(None)}) is whole


def test_rules_take_turns():
    """A rule with a hundred tickets does not keep another's first one waiting."""
    many = [op(number, "a/many") for number in range(100)]
    few = [op(number, "b/few") for number in range(100, 103)]
    assert keys(ration(plan(*many, *few), {"shop": Tracker(6)})) == [
        *("shop#0", "shop#1", "shop#2"),
        *("shop#100", "shop#101", "shop#102"),
    ]


def test_a_ticket_waits_whole_and_one_without_texts_does_not():
    """No label is put on before the card that says why can be written; labels alone cost nothing."""
    first, label, post = op(1, "a/b"), op(2, "a/b", AddLabel(label="x")), op(2, "a/b")
    alone = op(3, "a/b", AddLabel(label="x"))
    assert ration(plan(first, label, post, alone), {"shop": Tracker(1)}).ops == (first, alone)


def test_sources_of_an_account_share_and_digests_keep_their_place():
    """What one source takes is gone for the other; another account has its own."""
    ops = [op(number, "a/b", source=source) for source in ("shop", "till", "ops") for number in range(3)]
    trackers = {"shop": Tracker(4), "till": Tracker(4), "ops": Tracker(3, account="other")}
    made = ration(plan(*ops), trackers, spare=0)
    assert keys(made) == ["shop#0", "shop#1", "shop#2", "till#0", "ops#0", "ops#1", "ops#2"]
    assert len(ration(plan(*ops), trackers, spare=1).ops) == 3 + 2


def test_a_ticket_larger_than_the_limit_is_not_kept_waiting_for_ever():
    """While nothing of the limit is spent one such ticket goes on; the line to the tracker keeps the limit."""
    tight = Tracker(HOURLY.count)
    huge = plan(*(replace(op(1, "a/b"), id=str(number)) for number in range(HOURLY.count + 1)), op(2, "a/b"))
    assert keys(ration(huge, {"shop": tight})) == ["shop#1"]
    assert keys(ration(huge, {"shop": Tracker(HOURLY.count - 1)})) == ["shop#2"]
    assert keys(ration(plan(op(1, "a/b"), op(2, "a/b")), {"shop": tight}, spare=HOURLY.count)) == ["shop#1"]


def test_it_says_how_long_the_rest_takes():
    """The note counts what waits, and in how many hours it will have been written."""
    made = ration(plan(*(op(number, "a/b") for number in range(1700))), {"shop": Tracker(500)})
    assert made.notes == (
        (
            "shop: 500 of 1700 comments and tickets now, as the tracker takes 500 in 3600 seconds;"
            " the other 1200 follow in later passes, within about 3 hours"
        ),
    )


def test_a_first_pass_over_the_limit_is_whole_and_the_rest_follows(tmp_path):
    """Nothing is refused, nothing is left half done: each hour brings as many tickets as the limit lets through."""
    with firm(tmp_path) as made:
        text = made.config.read_text(encoding="utf-8")
        text = text.replace('due = "milestone"', 'due = "card"\ncontent_limits = [[4, 3600]]')
        made.config.write_text(text, encoding="utf-8")
        for number in range(9):
            made.issue(f"Slow {number}", labels=["priority:high", "needs-owner"])
        cards = []
        for _ in range(3):
            passed = made.once()
            assert passed.whole
            cards.append(sum(count for what, count in made.seen().items() if what.endswith(" card")))
            made.clock.forward(hours=1, minutes=1)
        assert cards == [4, 8, 9]
        assert passed.look.plan.notes == ()
        settled(made)


def test_what_a_cut_pass_left_is_no_jump(tmp_path):
    """A first pass of forty tickets is throttled at its first writes: the next one does the rest, and is not held."""
    with firm(tmp_path) as made:
        made.configure(rules='"pack:backlog"', more="[ceilings]\nrule = 1000\n")
        for number in range(40):
            made.issue(f"Number {number}", labels=["priority:high"])
        told = {"status": 429, "headers": {"Retry-After": "60"}}
        made.fail("status", face="github", method="POST", path="/labels$", after=2, times=1000, **told)
        assert not made.once().whole
        made.sandbox.faults.clear()
        made.clock.forward(hours=2)
        passed = made.once()
        assert (passed.look.plan.held, passed.whole) == ((), True)
        assert made.seen()["acme/shop#40 label needs-owner"] == 1


def test_how_much_a_rule_was_let_do_is_kept_by_day(tmp_path):
    """The most of a day, for a month; other days have their own."""
    with firm(tmp_path) as made, made.worker() as worker:
        now = made.clock()
        worker.ledger.let({"own/a": 40, "own/b": 2}, now - timedelta(days=20))
        worker.ledger.let({"own/a": 7}, now)
        worker.ledger.let({"own/a": 5}, now)
        assert worker.ledger.busiest(now - timedelta(days=30)) == {"own/a": 40, "own/b": 2}
        assert worker.ledger.busiest(now - timedelta(days=10)) == {"own/a": 7}
        worker.ledger.let({"own/a": 1}, now + timedelta(days=25))
        assert worker.ledger.busiest(now - timedelta(days=100)) == {"own/a": 7}
