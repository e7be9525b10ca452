"""Outcomes, from what people state to the judgement: measured on the trackers, judged once, and returned."""

from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.worker.faults import Fault
from tests.worker.faulty import firm
from worker.outcomes.keeping import Keeping
from worker.outcomes.reporting import harvest

BEGIN = datetime(2026, 6, 1, 10, tzinfo=UTC)
BY = "2026-11-20"
AIM = f"mttr(checkout) 2h -> 1h by {BY}"
KINDS = "[kinds]\nincident = ['\"incident\" in labels']\n"
SERVICES = '[services.checkout]\nsources = ["shop", "ops"]\n'
HOURS = (0.5, 1, 1.5, 2, 3, 4)


class Improving(Fault):
    """An improvement on a tracker, and the incidents by which it is judged."""

    def incidents(self, times=1.0, count=18):
        """Let an incident happen every fourth day, each as long as others before it, times something."""
        for number in range(count):
            found = self.report(labels=["incident"])
            self.wait(hours=HOURS[number % len(HOURS)] * times)
            self.close(found)
            self.wait(days=4)

    def improve(self, aim=AIM, *, body=""):
        """File an improvement of bo's, of which ana states an effect; return its number."""
        number = self.report("Restart by itself", body, labels=["improvement", "domain:reliability"])
        if aim:
            self.say(number, f"/kaizen outcome {aim}")
        self.made.once()
        return number

    def finished(self, **given):
        """Return an improvement that was closed after seventy days of incidents."""
        number = self.improve(**given)
        self.incidents()
        self.close(number)
        self.settle()
        return number

    def judged(self, number, times):
        """Let incidents happen until the day of the judgement, and that come; return the outcome."""
        self.incidents(times)
        self.until(BY)
        assert self.settle() == []  # not yet
        self.wait(days=1)
        self.settle()
        return self.memory(number).outcome

    def until(self, day):
        """Let time pass up to the noon of a day."""
        noon = datetime.fromisoformat(f"{day}T12:00:00+00:00")
        self.made.clock.forward(seconds=(noon - self.made.clock()).total_seconds())


@pytest.fixture(params=["github", "cloud", "dc"])
def team(request, tmp_path):
    """Serve a company that measures what its improvements move, on one of the trackers, from June on."""
    with served(tmp_path, request.param) as made:
        yield Improving(made, request.param)


@pytest.fixture
def shop(tmp_path):
    """Serve the same on GitHub alone."""
    with served(tmp_path, "github") as made:
        yield Improving(made, "github")


@contextmanager
def served(folder, kind, more=SERVICES, fields=()):
    """Serve a company in June, after a pass; with issue fields, its repository is an organisation's."""
    with firm(folder, "dc" if kind == "dc" else "cloud", rules=("pack:metrics", "pack:outcomes")) as made:
        made.clock.start = BEGIN
        for name in fields:
            made.github.add_organisation("acme")
            made.github.add_field("acme", name)
        made.configure(more=more)
        made.config.write_text(made.config.read_text("utf-8").replace("[kinds]\n", KINDS), encoding="utf-8")
        made.once()
        yield made


def test_an_effect_that_was_shown_is_validated(team):
    """The card says when it is judged, and then that it helped; nobody is notified."""
    number = team.finished()
    card = team.card(number)
    assert "Whether this helped is judged on 2026-11-21: mttr(checkout) 2h -> 1h by 2026-11-20." in card
    assert "What was before is kept: 2.08 h." in card
    assert "Nothing more happens" not in card
    found = team.judged(number, 0.4)
    assert (found.judgement, found.stated) == ("validated", AIM)
    assert found.said.startswith(
        "mttr(checkout) went from 2.08 h (18 incidents in 90 days) to 0.88 h (18 in 98 days): "
    )
    assert found.said.endswith("% less (95% interval).\nThe target of 1 h is reached.")
    assert f"This helped: {in_line(found.said)}" in team.card(number)
    assert (team.is_open(number), team.pings(number)) == (False, 0)
    assert team.worn(number) == {"improvement", "domain:reliability"}


def test_an_effect_that_was_not_shown_returns_to_the_owner(team):
    """Once, with the numbers; it stays closed, and opened again it is judged anew once it is closed."""
    number = team.finished()
    found = team.judged(number, 0.9)
    assert found.judgement == "not shown"
    assert found.said.endswith("That can be chance: no effect is shown.")
    assert (team.is_open(number), team.pings(number)) == (False, 1)
    assert "outcome-not-shown" in team.worn(number)
    assert in_line(found.said) in team.card(number)
    team.wait(days=3)
    team.reopen(number)
    team.settle()
    assert "outcome-not-shown" not in team.worn(number)
    team.wait(days=5)
    team.close(number)
    team.settle()
    again = team.memory(number).outcome
    assert (again.judgement, again.before) == (None, found.before)
    assert (again.after_ends - team.made.clock()).days == 27
    assert team.pings(number) == 1


def test_what_got_worse_is_opened_again_once(team):
    """Who closes it again at once, says no: it stays closed, and what was judged stays judged."""
    number = team.finished()
    found = team.judged(number, 3)
    assert found.judgement == "worse"
    assert (team.is_open(number), team.pings(number)) == (True, 1)
    assert "outcome-worse" in team.worn(number)
    assert "It got worse; it was to be 1 h." in team.card(number)
    team.close(number)
    team.settle()
    for _ in range(3):
        team.wait(days=20)
        team.settle()
    assert (team.is_open(number), team.pings(number)) == (False, 1)
    assert team.memory(number).outcome == replace(found, frozen=team.memory(number).outcome.frozen)


def test_too_little_data_decides_nothing(team):
    """It is said, and that is all."""
    number = team.finished()
    team.wait(days=20)
    team.incidents(count=3)
    team.until("2026-11-21")
    team.settle()
    found = team.memory(number).outcome
    assert found.judgement == "too little data"
    assert found.said == (
        "Too little is known of mttr(checkout) to judge it: 18 incidents before and 3 after, 5 each are needed."
    )
    assert in_line(found.said) in team.card(number)
    assert (team.is_open(number), team.pings(number)) == (False, 0)


def test_a_line_of_the_text_states_an_effect_as_well(team):
    """Once the ticket is closed, an edit no longer moves the goal, and neither does a command."""
    number = team.finished(aim="", body=f"It hangs.\n\nOutcome: {AIM}")
    assert team.memory(number).outcome.stated == AIM
    if team.github:
        team.made.github.edit(number, body="Outcome: mttr(checkout) 2h -> 1.9h by 2026-11-20", actor="bo-gh")
    else:
        team.made.jira.edit(team.key(number), description="Outcome: mttr 2h -> 1.9h by 2026-11-20", actor="bo")
    team.say(number, "/kaizen outcome mttr(checkout) 2h -> 1.8h by 2026-12-01")
    team.settle()
    memory = team.memory(number)
    assert (memory.outcome.stated, memory.statements) == (AIM, ())
    assert memory.answers[-1].reply.startswith(
        f"It was closed with another outcome to reach, and that one counts: {AIM}."
    )
    assert team.judged(number, 0.4).judgement == "validated"


@pytest.mark.parametrize("kind", ["github", "cloud", "dc"])
def test_a_custom_field_states_an_effect_as_well(tmp_path, kind):
    """That of Jira, and the issue field of a GitHub organisation, which the config names."""
    field = "Alert fingerprint"
    more = f'{SERVICES}[metrics]\noutcome_fields = ["{field}"]\n'
    with served(tmp_path, kind, more, [field]) as made:
        team = Improving(made, kind)
        number = team.report("Restart by itself", labels=["improvement", "domain:reliability"])
        if team.github:
            made.github.set_field(number, field, f"{AIM}.")
        else:
            made.jira.edit(team.key(number), actor="bo", customfield_10031=f"{AIM}.")
        made.once()
        team.incidents()
        team.close(number)
        team.settle()
        assert team.memory(number).outcome.stated == AIM
        assert team.judged(number, 0.4).judgement == "validated"


def test_who_closes_without_an_outcome_is_asked_once(team):
    """Five workdays later it is effort without impact; an outcome that is stated then still counts."""
    number = team.finished(aim="")
    assert "nobody has said what it was to achieve" in team.card(number)
    assert (team.pings(number), "no-impact" in team.worn(number)) == (1, False)
    team.wait(days=7)
    team.settle()
    assert "so it counts as effort without impact" in team.card(number)
    assert "no-impact" in team.worn(number)
    assert told(team).silent[0].text == team.key(number)
    team.say(number, f"/kaizen outcome {AIM}")
    team.settle()
    assert (team.pings(number), "no-impact" in team.worn(number)) == (1, False)
    assert told(team).silent == ()
    assert told(team).waiting == 1
    assert "The numbers of before were computed 7 days after it closed." in team.judged(number, 0.4).said


def in_line(said):
    """Return two lines in one."""
    return said.replace("\n", " ")


def told(team):
    """Return what came of the improvements of the year."""
    with team.made.worker() as worker:
        return harvest(worker, BEGIN, team.made.clock())


def test_what_cannot_be_measured_says_so_at_once(shop):
    """In the answer and on the card, with the nearest right name; said again, it can be."""
    number = shop.improve("mtr(chekout) 2h -> 1h by 2026-11-20")
    shop.settle()
    assert "It cannot be measured: no metric 'mtr' (did you mean 'mttr'?)." in shop.card(number)
    shop.incidents(count=6)
    shop.close(number)
    shop.settle()
    assert shop.memory(number).outcome.problem == "no metric 'mtr' (did you mean 'mttr'?)"
    shop.say(number, f"/kaizen outcome {AIM}")
    shop.settle()
    outcome = shop.memory(number).outcome
    assert (outcome.stated, outcome.problem, outcome.before.observations) == (AIM, "", 6)


def test_a_lost_database_takes_nothing_along(shop):
    """What was before is computed again, and marked so; what was judged is judged the same, and said once."""
    number = shop.finished()
    before = shop.memory(number).outcome.before
    shop.wait(days=9)
    shop.lose()
    shop.settle()
    assert shop.memory(number).outcome.before == before
    found = shop.judged(number, 3)
    assert found.said.endswith("The numbers of before were computed 9 days after it closed.")
    assert (shop.is_open(number), shop.pings(number)) == (True, 1)
    shop.close(number)
    shop.settle()
    shop.wait(days=1)
    shop.lose()
    shop.settle()
    shop.wait(days=1)
    shop.settle()
    assert (shop.is_open(number), shop.pings(number)) == (False, 1)


def test_nothing_is_judged_by_half_a_read(shop):
    """While a source cannot be read, the judgement waits; the day after it is made."""
    number = shop.finished()
    shop.incidents(0.4)
    shop.until("2026-11-21")
    shop.made.fail("status", face="github", path=r"/issues$", status=500, times=1000)
    shop.made.once()
    assert shop.memory(number).outcome.judgement is None
    shop.made.sandbox.faults.clear()
    shop.settle()
    assert shop.memory(number).outcome.judgement == "validated"


def test_the_effect_is_looked_for_from_its_deployment_on(shop):
    """And what was before ends at the first merge that names the ticket: what lies between belongs to neither."""
    number = shop.improve()
    shop.incidents()
    merged = shop.made.clock()
    shop.deployed(number, after=timedelta(days=10))
    deployed = shop.made.clock()
    shop.close(number)
    shop.settle()
    shop.incidents(0.4)
    shop.until("2026-11-21")
    shop.settle()
    found = shop.memory(number).outcome
    assert abs(found.before.window.end - merged) < timedelta(minutes=1)
    assert abs(found.after.window.start - deployed) < timedelta(minutes=1)
    assert found.judgement == "validated"


def test_restarted_in_between_nothing_changes(shop):
    """The numbers of before stay as they were frozen, whatever becomes of the tickets they were made of."""
    number = shop.finished()
    frozen = shop.memory(number).outcome.before
    for incident in range(2, 6):
        shop.made.github.remove_label(incident, "incident", actor="bo-gh")
    shop.settle()
    found = shop.judged(number, 0.4)
    assert found.before == frozen
    with shop.made.worker() as worker:
        (row,) = Keeping(worker.database, "").rows()
    assert (len(row.before.observations), row.before.late) == (18, 0)
