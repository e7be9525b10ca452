"""Deferral debt: what is put off now, the most often first, and what nobody explained."""

from datetime import date

from rules.memory import NOTHING, Memory, PutOff, Statement
from tests.rules.factories import NOW, later, policy, ticket
from tests.worker.test_digest import digest
from worker.digest_deferrals import DeferralDebt, Deferred, deferral_blocks, deferral_debt

OWNED = frozenset({"bo-gh"})
LABELLED = frozenset({"improvement", "deferred"})
FAR = "2027-01-15"


def said(*days, at=NOW):
    """Return commands that put a ticket off, one for each day."""
    return tuple(
        Statement(comment=f"c{number}", what="defer", value=day, by="bo-gh", at=at, because="it waits")
        for number, day in enumerate(days)
    )


def debt(*tickets):
    """Gather the debt of tickets with what is remembered of them."""
    rules = policy(deferral_labels=frozenset({"deferred"}))
    return deferral_debt(rules, tickets, NOW, kind="improvement")


def test_what_is_put_off_is_counted_by_hand():
    """By command, by a label, by closing; those that are awake again are only counted."""
    often = ticket(1, assignees=OWNED)
    silent = ticket(2, labels=LABELLED, assignees=OWNED)
    nobodys = ticket(3)
    given_up = ticket(4, phase="done", resolution="not_planned", closed=later(-30), assignees=OWNED)
    found = debt(
        (often, Memory(statements=said("2026-10-01", "2026-11-01", FAR, at=later(-70)))),
        (silent, Memory(put_offs=(PutOff(way="label", value="deferred", began=later(-9)),))),
        (nobodys, Memory(statements=said(FAR))),
        (given_up, NOTHING),
        (ticket(5, phase="done", resolution="not_planned", closed=later(-31)), NOTHING),
        (ticket(6, phase="done", resolution="completed", closed=NOW), Memory(statements=said(FAR))),
        (ticket(7, assignees=OWNED), Memory(statements=said("2026-11-03"))),
        (ticket(8), NOTHING),
    )
    assert found == DeferralDebt(
        tickets=(
            Deferred(ticket=often, times=3, since=date(2026, 8, 25), until=date(2027, 1, 15)),
            Deferred(ticket=silent, times=1, since=date(2026, 10, 25), until=None),
            Deferred(ticket=nobodys, times=1, since=date(2026, 11, 3), until=None),
            Deferred(ticket=given_up, times=1, since=date(2026, 11, 3), until=None),
        ),
        before=1,
    )
    assert (found.times, found.unexplained) == (6, 3)


def test_where_nothing_was_ever_put_off_nothing_is_said():
    """Neither in the digest nor on an agenda."""
    assert deferral_blocks(debt((ticket(8), NOTHING))) == ()
    assert digest(ticket(8)).deferrals == DeferralDebt()
