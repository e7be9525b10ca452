"""Scenes of outcomes: the day on which it is judged whether improvements helped; metrics and signals are read."""

from contextlib import contextmanager

from tests.worker.faulty import firm
from tests.worker.test_outcomes import AIM, BEGIN, BY, KINDS, SERVICES, Improving

MORE = """
[signals.error_budget]
kind = "prometheus"
base_url = "{url}/prometheus"
query = "error_budget"
subject = "service"

[signals.csat]
kind = "csv"
path = "csat.csv"
date = "day"
value = "score"

[[digest]]
name = "all"
source = "ops"
"""


@contextmanager
def judging(folder, wrap):
    """Serve a company whose improvements, one on each tracker, are judged by the next pass."""
    with firm(folder, rules=("pack:metrics", "pack:outcomes"), wrap=wrap) as made:
        made.clock.start = BEGIN
        made.configure(more=SERVICES + MORE.format(url=made.sandbox.url))
        made.config.write_text(made.config.read_text("utf-8").replace("[kinds]\n", KINDS), encoding="utf-8")
        made.numbers.say("error_budget", "checkout", 0.5, at=BEGIN)
        (made.folder / "csat.csv").write_text("day,score\n2026-11-02,4.1\n2026-11-20,4.5\n", encoding="utf-8")
        made.once()
        shop, ops = Improving(made, "github"), Improving(made, "cloud")
        one, other = shop.improve(AIM), ops.improve(AIM)
        shop.incidents()
        shop.close(one)
        ops.close(other)
        made.once()
        shop.incidents(0.9)
        shop.until(BY)
        made.once()
        shop.wait(days=1)
        made.numbers.say("error_budget", "checkout", 0.4, at=made.clock())
        made.sandbox.log.clear()
        yield made
