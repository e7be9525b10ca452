"""Reports that resemble each other, and people's verdicts on that."""

from worker.recurrence.likenesses import Likenesses, Verdict

TRACE = """```
StoreTimeoutError: QueuePool limit of size 5 overflow 10 reached, connection timed out
  File "shop/orders/store.py", line 88, in open_session
```
"""
OLD = ("Checkout answers 503, no database connections left", f"{TRACE}Restarting the checkout helped for an hour.")
NEW = ("Customers cannot pay: connections to the database are used up", f"{TRACE}The checkout answers 503 again.")
STRONG = ("Checkout answers 503 again, no connections of the database left", f"{TRACE}Restarting the checkout helped.")
BY_TEXT = '[recurrence]\nreopen_by_text = ["shop", "ops"]\n'


def broken(fault, title, body="", **given):
    """File a report that is a bug."""
    return fault.report(title, body, labels=["bug"], **given)


def fixed(fault, **given):
    """File a report that is fixed a day later and looked at."""
    number = broken(fault, *OLD, **given)
    fault.wait(days=1)
    fault.close(number)
    fault.wait(days=1)
    assert fault.settle() == []
    return number


def trusted(fault, count=50, *, wrong=0):
    """Have people's verdicts on strong matches of the past, the wrong ones last; none was acted upon."""
    number = broken(fault, "Something else")
    fault.settle()
    uid = fault.uid(number)
    fault.remember(
        Verdict(
            uid=uid,
            other=f"earlier/{number}",
            tier="B",
            signature=f"x:{number}",
            why="said",
            by="ana",
            correct=number < count - wrong,
            acted=False,
            at=fault.made.clock(),
        )
        for number in range(count)
    )


def verdict(fault, number):
    """Return the one verdict on what a report resembles: (tier, correct, acted)."""
    uid = fault.uid(number)
    with fault.made.worker() as worker:
        every = Likenesses(worker.database, worker.policy.sha).verdicts().values()
        return [(each.tier, each.correct, each.acted) for each in every if each.uid == uid]


def opened(fault):
    """Let strong matches open what was fixed."""
    fault.made.configure(more=BY_TEXT)
