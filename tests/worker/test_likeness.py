"""What resembles an earlier problem by its text is suggested on the card, and people's answers are verdicts on that."""

import pytest

from tests.worker.faults import Fault
from tests.worker.faulty import firm

TRACE = """```
PoolTimeout: QueuePool limit of size 5 overflow 10 reached
  File "shop/orders/store.py", line 88, in open_session
```
"""
OLD = ("Checkout answers 503, no database connections left", f"{TRACE}Restarting the checkout helped for an hour.")
NEW = ("Customers cannot pay: connections to the database are used up", f"{TRACE}The checkout answers 503 again.")


@pytest.fixture(params=["github", "cloud", "dc"])
def fault(request, tmp_path):
    """Serve a company whose rules are about what comes back, on each of the trackers."""
    with firm(tmp_path, "dc" if request.param == "dc" else "cloud", rules=("pack:recurrence",)) as made:
        yield Fault(made, request.param)


def broken(fault, title, body="", **given):
    """File a report that is a bug."""
    return fault.report(title, body, labels=["bug", *given.pop("labels", ())], **given)


def fixed(fault, **given):
    """File a report that is fixed a day later and looked at."""
    number = broken(fault, *OLD, **given)
    fault.wait(days=1)
    fault.close(number)
    fault.wait(days=1)
    assert fault.settle() == []
    return number


def test_what_may_be_the_same_is_suggested_on_the_card_alone(fault):
    """With what both say, and how to answer; nobody is notified, nothing is linked or opened."""
    old = fixed(fault)
    new = broken(fault, *NEW, reporter="ana")
    (write,) = fault.settle()
    print(write)
    card = fault.card(new)
    print(card)
    with fault.made.worker() as worker:
        print(worker.ledger.memory()[worker.mirror.find(fault.key(new)).uid].likenesses)
    assert 0
