"""The baseline: an old project is not flooded on its first day, and what comes back is acted upon."""

import sys
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import orjson
import pytest

from rules.memory import Episode
from tests.worker.places import company
from tests.worker.shop import serving
from tests.worker.stores import KEY, NOW, after, ticket
from worker.audit import verify
from worker.baseline import Standing, find
from worker.cycle import Watching, read
from worker.ledger import Ledger
from worker.ledger_baseline import EVERYTHING, Chosen, Debt
from worker.look import look
from worker.mirror import Mirror
from worker.publish import account

RULES = ("backlog/owned", "backlog/overdue")


# -- the ledger -----------------------------------------------------------------------------------------------------


@pytest.fixture
def stores(database):
    """Make a mirror of three tickets, two of the shop's, and a ledger of one episode a rule and ticket."""
    mirror, ledger = Mirror(database), Ledger(database, KEY)
    tickets = [ticket(1), ticket(2), ticket(3, source="ops", key="OPS-3")]
    for one in tickets:
        mirror.put_ticket(one, NOW)
    episodes = [(one.uid, Episode(rule=rule, number=1, began=after(days=-9))) for one in tickets for rule in RULES]
    ledger.save_episodes(episodes)
    return mirror, ledger, episodes


def test_a_baseline_is_remembered_counted_and_shrinks(stores):
    """Each episode keeps its day; what ends is no longer counted, but was; what is gone from a tracker is not."""
    mirror, ledger, episodes = stores
    assert ledger.take_baseline(episodes, EVERYTHING, NOW) == 6
    uid, first = episodes[0]
    known = ledger.memory([uid])[uid].episodes
    assert [one.baseline for one in known] == [NOW, NOW]
    assert ledger.baseline(after(days=-1)) == Debt()
    assert ledger.baseline(NOW) == Debt(tickets=3, rules=dict.fromkeys(RULES, 3))
    ended = next(one for one in known if one.rule == first.rule)
    ledger.save_episodes([(uid, replace(ended, ended=after(days=2)))])
    assert ledger.baseline(after(days=3)) == Debt(tickets=3, rules={"backlog/overdue": 3, "backlog/owned": 2})
    assert ledger.baseline(after(days=1)).rules["backlog/owned"] == 3
    mirror.bury(episodes[-1][0], NOW, "gone")
    assert ledger.baseline(NOW, Chosen(sources=("ops",))) == Debt()


def test_a_baseline_that_is_cleared_begins_anew(stores):
    """Only what was chosen; the ladders of its rules start from the day, and other episodes are left alone."""
    _, ledger, episodes = stores
    ledger.take_baseline(episodes[1:], EVERYTHING, NOW)
    chosen = Chosen(rules=("backlog/owned",), sources=("shop",))
    assert ledger.clear_baseline(chosen, after(days=1)) == ("github.com/issue/2",)
    assert ledger.clear_baseline(chosen, after(days=1)) == ()
    found = {uid: {one.rule: one for one in memory.episodes} for uid, memory in ledger.memory().items()}
    assert found["github.com/issue/2"]["backlog/owned"] == Episode(rule="backlog/owned", number=1, began=after(days=1))
    assert found["github.com/issue/1"]["backlog/owned"].began == after(days=-9)
    assert found["github.com/issue/3"]["backlog/owned"].baseline == NOW
    assert ledger.baseline(NOW).rules == {"backlog/overdue": 3, "backlog/owned": 1}


def test_each_baseline_is_in_the_audit_trail(database, stores):
    """What was put into it and taken out, by rule, in rows that prove each other."""
    _, ledger, episodes = stores
    ledger.take_baseline(episodes[:3], Chosen(sources=("shop",)), NOW)
    ledger.take_baseline((), EVERYTHING, NOW)
    ledger.clear_baseline(EVERYTHING, NOW)
    rows = database.rows("select kind, body from audit where kind like 'baseline%' order by seq")
    assert [(kind, orjson.loads(body)) for kind, body in rows] == [
        ("baseline taken", {"rules": {"backlog/overdue": 1, "backlog/owned": 2}, "sources": ["shop"]}),
        ("baseline taken", {"rules": {}, "sources": "all"}),
        ("baseline cleared", {"rules": {"backlog/overdue": 1, "backlog/owned": 2}, "sources": "all"}),
    ]
    assert verify(database, KEY).ok


# -- an old project, on its trackers --------------------------------------------------------------------------------


@pytest.fixture
def old(tmp_path):
    """Serve a project with many findings on its first day."""
    with company(tmp_path, digests=False) as made:
        yield made


def take(made, chosen=EVERYTHING):
    """Take a baseline, as the verb does."""
    with made.worker() as worker:
        read(worker, Watching())
        found = find(worker, chosen, made.clock())
        worker.ledger.take_baseline(found.episodes, chosen, made.clock())
        return found


def clear(made, chosen=EVERYTHING):
    """End it, as the verb does."""
    with made.worker() as worker:
        worker.mirror.unsettle(worker.ledger.clear_baseline(chosen, made.clock()))


def test_an_old_project_is_left_alone_and_what_comes_back_is_not(old):
    """Nothing is written for weeks; a ticket that was put right and is wrong again gets what any other would."""
    found = take(old)
    assert found.rules["backlog/owned"] == Standing(fresh=2)
    assert old.writes() == []
    for _ in range(3):
        assert old.written(whole=True) == []
        old.clock.forward(days=7)
    old.github.assign(1, "bo-gh", actor="ana-gh")
    old.jira.edit("OPS-1", actor="ana", assignee="bo")
    assert old.written() == []
    old.clock.forward(days=1)
    old.github.unassign(1, "bo-gh", actor="ana-gh")
    old.jira.edit("OPS-1", actor="ana", assignee=None)
    assert old.written() != []
    seen = old.seen()
    assert {one: seen[one] for one in seen if "needs-owner" in one or " card" in one} == {
        "acme/shop#1 label needs-owner": 1,
        "acme/shop#1 card": 1,
        "OPS-1 label needs-owner": 1,
        "OPS-1 card": 1,
    }
    assert old.written() == []


def test_a_baseline_that_ends_lets_the_rules_act_from_the_next_pass_on(old):
    """Of the rules that were chosen, on the sources that were chosen; nothing is pinged for what is long past."""
    take(old)
    old.once()
    old.clock.forward(days=40)
    assert old.written() == []
    clear(old, Chosen(rules=("backlog/owned",), sources=("shop",)))
    assert len(old.written()) == 3  # the label is made, and put on; the card
    assert Counter(key for key, _, _ in old.ops()) == {"acme/shop#1": 2}
    assert old.written() == []
    clear(old)
    old.once()
    pings = {one: count for one, count in old.seen().items() if "ping" in one}
    assert pings == {"acme/shop#2 ping": 1, "OPS-2 ping": 1}  # overdue: the owner at once, the lead in five days
    assert {key for key, _, _ in old.ops()} == {"acme/shop#1", "acme/shop#2", "OPS-1", "OPS-2"}
    assert old.written() == []


def test_a_baseline_in_the_midst_of_things_stops_them_quietly(old):
    """Labels and cards of ours stay as they are, and no ladder goes on."""
    old.once()
    before = old.seen()
    assert take(old).rules["backlog/overdue"] == Standing(going_on=2)
    old.clock.forward(hours=1)
    assert old.written(whole=True) == []
    old.clock.forward(days=30)
    old.once()
    pings = {one: count for one, count in old.seen().items() if "ping" in one}
    assert pings == {one: count for one, count in before.items() if "ping" in one}
    assert old.written() == []


def test_a_source_that_is_not_read_gives_nothing_to_a_baseline(old):
    """Nothing is concluded of what was not seen whole; the other source is as ever."""
    old.fail("status", path="^/rest/", times=50, status=404)
    found = take(old)
    assert list(found.unread) == ["ops"]
    with old.worker() as worker:
        assert {worker.mirror.ticket(uid).source for uid, _ in found.episodes} == {"shop"}


def test_the_plan_and_the_digest_count_what_is_left_alone(old):
    """By rule, and how much it was a week before."""
    take(old)
    with old.worker() as worker:
        left = look(worker, old.clock(), whole=True).baseline
        told = account(worker, ("shop",), old.clock() - timedelta(days=7), old.clock())
    assert left["backlog/owned"] == 2
    assert (told.baseline.rules["backlog/owned"], told.baseline_before) == (1, 0)


# -- the verb -------------------------------------------------------------------------------------------------------


@pytest.fixture
def shop(tmp_path):
    """Serve a small shop."""
    with serving(tmp_path) as made:
        yield made


@pytest.fixture
def said(capsys):
    """Return what was said on stdout and on stderr since last asked."""

    def texts():
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return out, err

    return texts


def test_the_verb_shows_takes_and_ends_a_baseline(shop, said):
    """It counts by rule, writes nothing to a tracker, and what it did can be seen and undone."""
    assert shop.run("baseline", "--yes") == 0
    out, err = said()
    row = next(line.split() for line in out.splitlines() if "backlog/owned" in line)
    assert row == ["backlog/owned", "1", "1", "0", "0"]
    assert "new in the baseline" in err
    assert shop.run("once") == 0
    assert shop.writes() == 0
    assert "baseline" not in said()[1]  # a pass says nothing of what it leaves alone
    assert shop.run("plan") == 0
    assert "left alone (rule on tickets): backlog/owned on 1, " in said()[1]
    assert shop.run("why", shop.ownerless.key) == 0
    assert "holds since before the baseline of " in said()[0]
    assert shop.run("policy") == 0
    assert "nothing; 1 ticket in the baseline" in " ".join(said()[0].split())
    assert shop.run("baseline", "--yes") == 0
    assert "0 new in the baseline" in said()[1]
    assert shop.run("baseline", "--clear", "--rule", "backlog.owned", "--source", "shop", "--yes") == 0
    assert "1 case on 1 ticket no longer in the baseline" in said()[1]
    assert shop.run("once") == 0
    assert shop.writes() == 3  # the label is made, and put on; the card
    assert shop.run("baseline", "--clear", "--rule", "backlog/owned", "--yes") == 0
    assert "nothing of this is in the baseline" in said()[1]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--rule", "backlog.onwed"), "baseline: --rule 'backlog.onwed': no such rule (did you mean 'backlog.owned'?)"),
        (("--source", "shpo"), "baseline: --source 'shpo': no such source (did you mean 'shop'?)"),
    ],
)
def test_a_name_that_nothing_has_is_told_with_the_nearest(shop, said, arguments, expected):
    """A typo puts nothing into a baseline, and ends none."""
    for more in ((), ("--clear",)):
        assert shop.run("baseline", *arguments, *more, "--yes") == 1
        assert said() == ("", f"{expected}\n")


def test_where_nobody_can_be_asked_nothing_is_changed(shop, said, monkeypatch, tmp_path):
    """A script has to say that it means it."""
    with (tmp_path / "empty").open("w+") as nobody:
        monkeypatch.setattr(sys, "stdin", nobody)
        assert shop.run("baseline") == 1
    assert said() == ("", "baseline: there is nobody to ask: say --yes\n")
