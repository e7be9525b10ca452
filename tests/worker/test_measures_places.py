"""Metrics from what people do in the trackers, on each of them: what is told of a month in which much went wrong."""

from datetime import UTC, datetime

import orjson
import pytest

from rules.metrics.series import Asked
from tests.worker.faulty import firm
from tests.worker.test_history import COUNTING, KINDS, Incidents
from tests.worker.year import ZONE
from worker.cli import run
from worker.measuring.measures import measures

BEGIN = datetime(2026, 11, 2, 9, tzinfo=UTC)


@pytest.fixture(params=["github", "cloud", "dc"])
def shop(request, tmp_path):
    """Serve a company that measures, on one of the trackers, in early November in Berlin."""
    with firm(tmp_path, "dc" if request.param == "dc" else "cloud", rules=("pack:metrics",)) as made:
        made.clock.start = BEGIN
        made.github.user("robot[bot]")
        made.jira.add_user("robot", account_id="acc-robot")
        made.configure(more=COUNTING + ZONE)
        made.config.write_text(made.config.read_text("utf-8").replace("[kinds]\n", KINDS), encoding="utf-8")
        made.once()
        yield Incidents(made, request.param)


def lived(shop):
    """Live through November: five incidents, of which one was opened again, one closed by a bot, one is open."""
    shop.report("Nothing went out before")  # an incident without a deployment; it stays open
    shop.wait(days=2)
    shop.went_out("One")
    shop.wait(hours=1)
    first = shop.report("One breaks it")
    shop.wait(hours=2)
    shop.close(first)
    shop.wait(days=2)
    second = shop.report("It breaks again")
    shop.close(second)
    shop.wait(hours=10)
    shop.reopen(second)
    shop.wait(hours=10)
    shop.close(second)
    shop.wait(days=2)
    shop.went_out("Two")
    world = shop.made.github
    shas = [each.sha for each in world.main.deployments.values()]
    shop.wait(hours=3)
    world.add_deployment(shas[0], state="success", at=shop.made.clock())  # a rollback
    shop.wait(days=2)
    third = shop.report("A bot closes it")
    if shop.github:
        world.close(third, actor="robot[bot]")
    else:
        shop.close(third, who="robot")
    shop.made.clock.start = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)
    shop.report("In December, in Berlin")


def said(shop, now, **asked):
    """Make passes up to the fixed point; return what metrics say, by id."""
    shop.made.clock.start = now
    shop.settle()
    with shop.made.worker() as worker:
        found = measures(worker, Asked(**asked), now)
    return {each.metric.id: each.measures[-1] for each in found}


def test_a_month_in_which_much_went_wrong(shop):
    """Counted by hand: what is measured, of how much, and what was left out and why."""
    lived(shop)
    found = said(shop, datetime(2026, 12, 2, 9, tzinfo=UTC), by="service", subject="checkout")
    often, restored = found["incident-frequency"], found["mttr"]
    assert (often.numerator, often.denominator) == (4, 30 / 7)  # the fifth began after midnight in Berlin
    assert often.unmapped == 0.75
    assert often.linked == (("window", 1),)
    assert restored.lacking == "2 resolved incidents, 5 are needed"
    assert restored.excluded == (("closed by a bot", 1), ("still open", 1))
    hours = [2 + 5 / 60, 20 + 15 / 60]  # closed two hours later; closed, opened and closed again, five minutes each
    assert restored.numerator == pytest.approx(sum(hours), abs=0.01)
    rate, out = found["change-failure-rate"], found["deployment-frequency"]
    assert (rate.numerator, rate.denominator) == (2, 2)  # one caused an incident, one was rolled back; that is no third
    assert rate.lacking == "2 rollouts, 5 are needed"
    assert out.numerator == 2
    assert said(shop, datetime(2026, 12, 2, 9, tzinfo=UTC))["incident-frequency"].numerator == 4


def test_a_lost_database_gives_the_same_numbers(shop, capsys):
    """Nothing that metrics say is kept anywhere but in the trackers."""
    lived(shop)
    now = datetime(2026, 12, 2, 9, tzinfo=UTC)
    before = said(shop, now)
    shop.lose()
    assert said(shop, now) == before
    assert run(["--config", str(shop.made.config), "metrics", "--json", "--last", "3"]) == 0
    assert orjson.loads(capsys.readouterr().out)["measures"]
