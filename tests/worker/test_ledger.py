"""What we did is written down so that it is done once, and what people did about it is remembered."""

import threading
from dataclasses import replace
from datetime import date, timedelta

import pytest

from integrations.base import Receipt
from rules.actions import AddLabel, Assign, Close, Held, Post, RemoveLabel, Reopen, SetDue
from rules.memory import NOTHING, Answer, Card, Effect, Episode, Ignore, Memory, Pause, PutOff, Reversal, Statement
from rules.model import Prose
from rules.putting_off import Noticed
from tests.worker.stores import KEY, NOW, after, op, ticket
from worker.audit import verify
from worker.errors import LedgerError
from worker.ledger import Ledger, RuleReport
from worker.ledger_ops import ALLOWED
from worker.mirror import Mirror

UID = "github.com/issue/1"
ROUTES = {
    "intent": (),
    "sending": ("sending",),
    "done": ("sending", "done"),
    "failed": ("sending", "failed"),
    "doubt": ("sending", "doubt"),
    "parked": ("sending", "doubt", "parked"),
    "dropped": ("dropped",),
}


@pytest.fixture
def ledger(database):
    """Make an empty ledger."""
    return Ledger(database, KEY)


def step(ledger, state, op_id, now=NOW):
    """Have an op go to a state."""
    {
        "intent": lambda: ledger.retry(op_id, None, now),
        "sending": lambda: ledger.sending(op_id, now),
        "done": lambda: ledger.done(op_id, Receipt(ref="99"), now),
        "failed": lambda: ledger.failed(op_id, "422", now),
        "doubt": lambda: ledger.doubt(op_id, "timeout", now),
        "parked": lambda: ledger.park(op_id, "unknown", now),
        "dropped": lambda: ledger.drop(op_id, "changed", now),
    }[state]()


def carried_out(ledger, *ops, now=NOW, receipt=None):
    """Intend, send and finish ops."""
    ledger.intend(1, ops, now)
    for each in ops:
        ledger.sending(each.id, now)
        ledger.done(each.id, receipt or Receipt(), now)


def effects(ledger, uid=UID):
    """Return the standing effects of a ticket, as (verb, value)."""
    return [(e.verb, e.value) for e in ledger.memory([uid]).get(uid, NOTHING).effects]


def test_an_op_is_intended_once(ledger):
    """The second pass finds its op known, whatever became of it."""
    assert ledger.intend(1, [op(1), op(2)], NOW) == (op(1).id, op(2).id)
    assert ledger.intend(2, [op(2), op(3)], NOW) == (op(3).id,)
    step(ledger, "sending", op(1).id)
    assert ledger.intend(2, [op(1)], NOW) == ()


@pytest.mark.parametrize("state", ROUTES)
def test_only_lawful_steps_are_taken(ledger, state):
    """From every state, each other state is reached exactly if its life allows it."""
    for number, (to, origins) in enumerate(ALLOWED.items()):
        ledger.intend(1, [op(number)], NOW)
        for leg in ROUTES[state]:
            step(ledger, leg, op(number).id)
        if state in origins:
            step(ledger, to, op(number).id)
            assert ledger.op(op(number).id).state == to
        else:
            with pytest.raises(LedgerError, match=rf"{op(number).id}: is {state}, cannot become {to}"):
                step(ledger, to, op(number).id)
            assert ledger.op(op(number).id).state == state


def test_an_unknown_op_goes_nowhere(ledger):
    """A step of an op that was never intended is an error."""
    with pytest.raises(LedgerError, match="not in the ledger"):
        ledger.sending("f" * 24, NOW)


def test_of_two_that_claim_an_op_one_gets_it(ledger):
    """Two threads that race for the same ops never both send one."""
    ops = [op(number) for number in range(20)]
    ledger.intend(1, ops, NOW)
    won, start = [], threading.Barrier(2)

    def claim():
        start.wait()
        for each in ops:
            try:
                ledger.sending(each.id, NOW)
            except LedgerError:
                continue
            won.append(each.id)

    threads = [threading.Thread(target=claim) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(won) == [each.id for each in ops]


def test_what_is_unfinished_is_found_again(ledger):
    """After a crash, intents, sends and doubts are there, with how far they got; what must wait is not shown."""
    ledger.intend(1, [op(n) for n in range(1, 6)], NOW)
    for number, leg in ((2, "sending"), (3, "doubt"), (4, "done"), (5, "parked")):
        for state in ROUTES[leg]:
            step(ledger, state, op(number).id)
    assert [(e.op.id, e.state, e.attempts) for e in ledger.open_ops(NOW)] == [
        (op(1).id, "intent", 0),
        (op(2).id, "sending", 1),
        (op(3).id, "doubt", 1),
    ]
    assert ledger.open_ops(NOW)[0].op == op(1)
    ledger.retry(op(2).id, after(minutes=5), NOW)
    assert [e.op.id for e in ledger.open_ops(NOW)] == [op(1).id, op(3).id]
    waited = ledger.open_ops(after(minutes=5))[1]
    assert (waited.op.id, waited.state, waited.attempts) == (op(2).id, "intent", 0)  # it certainly was not sent


def test_looks_are_counted_while_in_doubt(ledger):
    """How often, and since when, a doubtful op was looked for outlives the process."""
    ledger.intend(1, [op(1)], NOW)
    with pytest.raises(LedgerError, match="not in doubt"):
        ledger.looked(op(1).id, NOW, NOW)
    step(ledger, "sending", op(1).id)
    step(ledger, "doubt", op(1).id)
    assert ledger.looked(op(1).id, after(seconds=30), NOW) == 1
    assert ledger.open_ops(NOW) == ()
    assert ledger.looked(op(1).id, after(seconds=60), after(seconds=30)) == 2
    entry = ledger.open_ops(after(seconds=60))[0]
    assert (entry.looks, entry.first_look, entry.why) == (2, NOW, "timeout")
    ledger.retry(op(1).id, None, after(seconds=60))
    ledger.sending(op(1).id, after(seconds=61))
    assert ledger.op(op(1).id).attempts == 2


def test_a_dropped_op_may_be_planned_anew(ledger):
    """What was given up before it was sent is forgotten; what may be out there is not."""
    ledger.intend(1, [op(1), op(2)], NOW)
    ledger.drop(op(1).id, "the label is there", NOW)
    for state in ("sending", "doubt", "parked", "dropped"):
        step(ledger, state, op(2).id)
    assert ledger.memory([UID])[UID].done == {op(2).id}
    assert ledger.intend(2, [op(1), op(2)], NOW) == (op(1).id,)


def test_a_refused_op_rests_for_a_day(ledger):
    """The same request will be refused again: it is not repeated each pass, but not for ever given up."""
    ledger.intend(1, [op(1)], NOW)
    step(ledger, "sending", op(1).id)
    step(ledger, "failed", op(1).id)
    assert ledger.intend(2, [op(1)], after(hours=23)) == ()
    assert ledger.intend(3, [op(1)], after(hours=24)) == (op(1).id,)
    assert ledger.op(op(1).id).attempts == 0


def test_an_effect_stands_until_it_is_taken_back(ledger):
    """Our label is ours to take off, once."""
    carried_out(ledger, op(1, AddLabel(label="a")), op(2, AddLabel(label="b")), op(3, Assign(person="ana")))
    assert effects(ledger) == [("add label", "a"), ("add label", "b"), ("assign", "ana")]
    carried_out(ledger, op(4, RemoveLabel(label="a")), op(5, RemoveLabel(label="b"), on=2))
    assert effects(ledger) == [("add label", "b"), ("assign", "ana")]


def test_a_newer_effect_replaces_the_older(ledger):
    """A ticket has one due date; closed by us it is no longer reopened by us."""
    carried_out(ledger, op(1, SetDue(due=date(2026, 12, 1))), op(2, Reopen()))
    carried_out(ledger, op(3, SetDue(due=date(2026, 12, 8))), op(4, Close(reason="not_planned")))
    assert effects(ledger) == [("set due", "2026-12-08"), ("close", "not_planned")]


def test_what_was_so_already_is_not_our_effect(ledger):
    """Another's label is not ours; but if only the first answer was lost, the label is our doing."""
    carried_out(ledger, op(1, AddLabel(label="theirs")), receipt=Receipt(wrote=False))
    ledger.intend(1, [op(2, AddLabel(label="ours"))], NOW)
    for state in ("sending", "doubt", "intent", "sending"):
        step(ledger, state, op(2).id)
    ledger.done(op(2).id, Receipt(wrote=False), NOW)
    assert effects(ledger) == [("add label", "ours")]


def test_what_a_person_undid_no_longer_stands(ledger):
    """A reversal is remembered and ends the effect, however often it is seen."""
    carried_out(ledger, op(1, AddLabel(label="a")))
    reversal = Reversal(rule="backlog/owned", verb="add label", value="a", at=after(days=1), by="ana")
    assert [ledger.save_reversals([(UID, reversal)]) for _ in range(2)] == [1, 0]
    assert effects(ledger) == []
    assert ledger.memory([UID])[UID].reversals == (reversal,)


def test_all_that_is_remembered_comes_back(ledger):
    """Memory returns everything of a ticket in one piece, and nothing for a ticket without memories."""
    old = Episode(rule="r", number=1, began=NOW, ended=after(days=1))
    new = Episode(rule="r", number=2, began=after(days=2))
    ignore = Ignore(rule="r", by="ana", at=NOW, until=date(2026, 12, 31), because="later")
    answer = Answer(comment="c1", command="why", by="ana", at=NOW, reply="so")
    card = Card(ref="5", essence="e", at=NOW, gone=True)
    ledger.save_episodes([(UID, old), (UID, new)])
    ledger.save_ignores([(UID, ignore)])
    ledger.save_answers([(UID, answer)])
    ledger.save_card(UID, card)
    ledger.recognise("ab" * 12, UID, Receipt(), NOW)
    carried_out(ledger, op(1, AddLabel(label="a"), episode=2))
    effect = Effect(op=op(1).id, rule="backlog/owned", verb="add label", value="a", at=NOW, episode=2)
    expected = {
        UID: Memory(
            episodes=(new,),
            effects=(effect,),
            ignores=(ignore,),
            answers=(answer,),
            card=card,
            done=frozenset({op(1).id, "ab" * 12}),
        )
    }
    assert ledger.memory([UID, "other"]) == expected
    assert ledger.memory() == expected
    assert ledger.memory(str(number) for number in range(3000)) == {}
    assert ledger.memory([UID, *map(str, range(3000))]) == expected


def test_our_own_writes_are_not_taken_for_a_persons(database, ledger):
    """When a person last touched a ticket is known until it changes after our write."""
    mirror, ours = Mirror(database), after(hours=5)
    mirror.put_ticket(ticket(1, updated=ours), NOW)
    ledger.save_touched([(UID, NOW, ours), (UID, after(days=-1), after(hours=4))])
    assert ledger.memory([UID])[UID].touched == NOW
    mirror.put_ticket(ticket(1, updated=after(hours=6)), NOW)
    assert ledger.memory([UID]).get(UID, NOTHING).touched is None


@pytest.mark.parametrize("state", ROUTES)
def test_a_mark_of_ours_proves_the_op(ledger, state):
    """Whatever the ledger knew of an op, once its mark is seen on the ticket it is not done again."""
    ledger.intend(1, [op(1)], NOW)
    for leg in ROUTES[state]:
        step(ledger, leg, op(1).id)
    assert ledger.recognise(op(1).id, UID, Receipt(ref="5"), NOW) == (state != "done")
    assert ledger.recognise(op(1).id, UID, Receipt(ref="5"), NOW) == 0
    assert op(1).id in ledger.memory([UID])[UID].done
    assert ledger.intend(2, [op(1)], after(days=2)) == ()
    assert ledger.open_ops(NOW) == ()


def test_what_a_lost_database_had_done_is_not_done_again(database, ledger):
    """A mark of which the ledger knows nothing is believed, and written down once."""
    assert [ledger.recognise(op(1).id, UID, Receipt(), NOW) for _ in range(2)] == [1, 0]
    assert ledger.intend(1, [op(1), op(2)], NOW) == (op(2).id,)
    assert database.rows("select kind from audit where kind = 'recognised'") == [("recognised",)]


def test_saving_the_same_again_changes_nothing(ledger):
    """Episodes, ignores and answers are written only when they changed; the newest wish counts."""
    episode = Episode(rule="r", number=1, began=NOW)
    newer = Ignore(rule="r", by="bob", at=after(days=1))
    answer = Answer(comment="c1", command="why", by="ana", at=NOW, reply="so")
    assert [ledger.save_episodes([(UID, episode)]) for _ in range(2)] == [1, 0]
    assert [ledger.save_answers([(UID, answer)]) for _ in range(2)] == [1, 0]
    assert ledger.save_ignores([(UID, newer), (UID, Ignore(rule="r", by="ana", at=NOW))]) == 1
    assert ledger.memory([UID])[UID].ignores == (newer,)


def test_what_people_state_counts_as_it_was_understood_first(ledger):
    """Oldest first, each once; a second reading of the same comment changes nothing."""
    first = Statement(comment="c2", what="due", value="2026-12-01", by="ana", at=NOW, because="legal\0")
    second = Statement(comment="c1", what="held", value="2026-11-24", by="bo", at=after(days=1))
    other = Statement(comment="c2", what="owner", value="bo", by="ana", at=after(days=2))
    assert ledger.save_statements([(UID, second), (UID, first)]) == 2
    assert ledger.save_statements([(UID, other)]) == 0
    found = ledger.memory([UID])[UID].statements
    assert [(one.comment, one.what, one.because) for one in found] == [("c2", "due", "legal\ufffd"), ("c1", "held", "")]


def test_pauses_are_kept_in_their_order(ledger):
    """One that ends is the one that began; what is known already changes nothing."""
    first, second = Pause(began=NOW, due=date(2026, 11, 30)), Pause(began=after(days=3))
    ended = replace(first, ended=after(days=2))
    assert ledger.save_pauses([]) == 0
    assert [ledger.save_pauses([(UID, one)]) for one in (first, ended, ended, second)] == [1, 1, 0, 1]
    assert ledger.memory([UID])[UID].pauses == (ended, second)


def test_put_offs_and_promises_are_kept(ledger):
    """One that ends is the one that began; two ways may begin at once; the newest promise counts."""
    label = PutOff(way="label", value="later", began=NOW)
    moved = PutOff(way="due", value="", before="2026-11-30", began=NOW)
    ended = replace(label, ended=after(days=2))
    begun = Noticed(put_offs=(label, moved), promised=date(2026, 11, 30))
    assert ledger.save_put_offs([]) == 0
    assert [ledger.save_put_offs([(UID, one)]) for one in (begun, begun, Noticed(put_offs=(ended,)))] == [3, 0, 1]
    assert ledger.save_put_offs([(UID, Noticed(promised=date(2026, 12, 1)))]) == 1
    memory = ledger.memory([UID])[UID]
    assert (memory.put_offs, memory.promised) == ((moved, ended), date(2026, 12, 1))


def test_a_card_tells_a_lost_database_only_what_it_does_not_know(ledger):
    """Episodes adopted from a card never overwrite our own."""
    known = Episode(rule="a", number=1, began=NOW, ended=after(days=1))
    told = [Episode(rule="a", number=1, began=after(days=5)), Episode(rule="b", number=3, began=NOW)]
    ledger.save_episodes([(UID, known)])
    assert ledger.adopt(UID, told) == 1
    assert ledger.memory([UID])[UID].episodes == (known, told[1])


def test_pings_are_counted_by_person(ledger):
    """Pings sent, about to be sent or in doubt count; old, refused and dropped ones do not."""
    ping = Post(prose=Prose(blocks=()), people=("ana", "bob"))
    carried_out(ledger, op(1, ping), now=after(days=-8))
    carried_out(ledger, op(2, ping))
    ledger.intend(1, [op(3, Post(prose=Prose(blocks=()), people=("ana",))), op(4, ping)], NOW)
    ledger.drop(op(4).id, "moot", NOW)
    assert ledger.pings(after(days=-7)) == {"ana": 2, "bob": 1}


def test_a_slot_is_claimed_by_one(ledger):
    """Of many that wake up for the same slot one does the work, and nobody does it again."""
    won, start = [], threading.Barrier(4)

    def claim():
        start.wait()
        won.append(ledger.claim_slot("digest 2026-W48", NOW))

    threads = [threading.Thread(target=claim) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(won) == [False, False, False, True]
    ledger.slot_done("digest 2026-W48", NOW)
    assert not ledger.claim_slot("digest 2026-W48", after(days=1))


def test_a_slot_whose_worker_died_is_claimed_again(ledger):
    """What was claimed and not finished is not lost; what was given back is free at once."""
    assert ledger.claim_slot("w", NOW)
    assert not ledger.claim_slot("w", after(minutes=59))
    assert ledger.claim_slot("w", after(minutes=60))
    ledger.release_slot("w")
    assert ledger.claim_slot("w", after(minutes=60))


def test_a_report_says_what_each_rule_did_and_could_not_do(ledger):
    """Done, failed, held and taken back, by rule; what is older is left out."""
    carried_out(ledger, op(9, rule="old"), now=after(days=-9))
    carried_out(ledger, op(1, AddLabel(label="a")), op(2, AddLabel(label="a"), on=2), op(3, Assign(person="ana")))
    ledger.intend(1, [op(4, rule="x")], NOW)
    for state in ("sending", "failed"):
        step(ledger, state, op(4).id)
    held = Held(what="rule x", ceiling=3, wanted=9, rules=frozenset({"x"}))
    assert ledger.record_held(1, [held], NOW) == 1
    ledger.save_reversals([(UID, Reversal(rule="backlog/owned", verb="add label", value="a", at=NOW))])
    assert ledger.held(after(days=-7)) == (held,)
    verbs = {"add label": 2, "assign": 1}
    assert ledger.report(after(days=-7)) == (
        RuleReport(rule="backlog/owned", states={"done": 3}, done=verbs, reversed=1, held=0),
        RuleReport(rule="x", states={"failed": 1}, done={}, reversed=0, held=1),
    )
    assert ledger.reversal_rates(after(days=-7)) == {"backlog/owned": (3, 1)}
    assert ledger.ops_by_state() == {"done": 4, "failed": 1}
    assert [e.op.id for e in ledger.done_since(NOW)] == [op(1).id, op(2).id, op(3).id]


def test_ops_are_listed_by_state_and_found_by_a_beginning(ledger):
    """A person finds an op by the first digits of its id, if only one has them."""
    first, second = op(1, id="aaaa1" + "0" * 19), op(2, id="aaaa2" + "0" * 19, on=2)
    ledger.intend(1, [first], NOW)
    ledger.intend(1, [second], after(seconds=1))
    assert [e.op for e in ledger.entries(["intent", "doubt"])] == [second, first]
    assert [e.op for e in ledger.of_ticket(UID)] == [first]
    assert (ledger.op("aaaa1").op, ledger.op("aaaa"), ledger.op("aaa")) == (first, None, None)


def test_each_step_that_matters_is_in_the_audit_trail(database, ledger):
    """Run, intent, outcome, reversal and ignore are there, in order, and the trail is whole."""
    run = ledger.begin_run("once", "sha", NOW)
    carried_out(ledger, op(1))
    ledger.save_ignores([(UID, Ignore(rule="r", by="ana", at=NOW))])
    ledger.save_reversals([(UID, Reversal(rule="r", verb="add label", value="a", at=NOW))])
    ledger.end_run(run, NOW + timedelta(seconds=1), "fine", {})
    kinds = [row[0] for row in database.rows("select kind from audit order by seq")]
    assert kinds == ["run begins", "intent", "done", "ignore", "reversal", "run ends"]
    assert verify(database, KEY).ok


def test_a_persons_decision_on_a_parked_op_is_in_the_audit_trail(database, ledger):
    """Sent again or given up: the trail says so, after the doubt and the parking."""
    ledger.intend(1, [op(1)], NOW)
    for state in ("sending", "doubt", "parked", "intent", "sending", "doubt", "parked", "dropped"):
        step(ledger, state, op(1).id)
    kinds = [row[0] for row in database.rows("select kind from audit order by seq")]
    assert kinds == ["intent", "doubt", "parked", "retry", "doubt", "parked", "dropped"]
    assert verify(database, KEY).ok


def test_a_step_that_is_refused_leaves_no_trace(database, ledger):
    """The step and its audit row are one transaction."""
    carried_out(ledger, op(1))
    before = database.rows("select count(*) from audit")
    with pytest.raises(LedgerError):
        ledger.failed(op(1).id, "no", NOW)
    assert database.rows("select count(*) from audit") == before
