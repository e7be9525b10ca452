"""What happened, from what people and machines do in the trackers to what metrics are computed of."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest

from rules.metrics.model import Window
from tests.worker.faults import Fault
from tests.worker.faulty import firm
from worker.cli import run
from worker.measuring.history import history
from worker.measuring.past import MirrorPast

SOON = timedelta(seconds=5)  # the clock of the tests goes on
BEGIN = datetime(2026, 11, 5, 10, tzinfo=UTC)
NOVEMBER = Window(start=datetime(2026, 11, 1, tzinfo=UTC), end=datetime(2026, 12, 1, tzinfo=UTC), name="2026-11")
KINDS = "[kinds]\nincident = ['\"incident\" in labels']\n"
COUNTING = """
[services.checkout]
sources = ["shop", "ops"]

[metrics]
bots = ["*[bot]", "acc-robot", "robot"]
bulk = 3
"""


class Incidents(Fault):
    """Incidents on a tracker, and what goes out from GitHub."""

    def report(self, title="Checkout is down", body="", *, labels=("incident",), **given):
        """Report an incident; return its number."""
        return super().report(title, body, labels=labels, **given)

    def went_out(self, title="Faster carts", **given):
        """Merge a change and deploy it an hour later; return the change."""
        world = self.made.github
        change = world.add_pull(title, author="bo-gh", **given)
        world.merge(change, actor="bo-gh")
        self.wait(hours=1)
        world.add_deployment(change.pull.merge_commit_sha, state="success", at=self.made.clock())
        return change

    def told(self, window=NOVEMBER):
        """Make passes up to the fixed point; return what happened in November."""
        self.settle()
        with self.made.worker() as worker:
            return history(worker, window, self.made.clock())


@pytest.fixture(params=["github", "cloud", "dc"])
def shop(request, tmp_path):
    """Serve a company that counts incidents on one of the trackers, in early November."""
    with firm(tmp_path, "dc" if request.param == "dc" else "cloud", rules=("pack:backlog",)) as made:
        made.clock.start = BEGIN
        made.github.user("robot[bot]")
        made.jira.add_user("robot", account_id="acc-robot")
        made.configure(more=COUNTING)
        made.config.write_text(made.config.read_text("utf-8").replace("[kinds]\n", KINDS), encoding="utf-8")
        made.once()
        yield Incidents(made, request.param)


def near(moment):
    """Return a moment to the second."""
    return moment.replace(microsecond=0)


def test_how_an_incident_went(shop):
    """When it began and was found is told in its text; somebody else answers; it is closed; a rollout was before."""
    change = shop.went_out()
    shop.wait(hours=2)
    began, detected = shop.made.clock() - timedelta(minutes=40), shop.made.clock() - timedelta(minutes=30)
    number = shop.report(
        body=f"Began: {began:%Y-%m-%d %H:%M}\nDetected: {detected:%Y-%m-%d %H:%M} UTC", labels=["incident"]
    )
    reported = near(shop.made.clock())
    shop.say(number, "I look into it.", who="bo")  # who reported it
    shop.say(number, "It is the cart.", who="ana")
    answered = near(shop.made.clock())
    shop.wait(hours=1)
    shop.close(number)
    over = near(shop.made.clock())
    (incident,) = shop.told().incidents
    assert (incident.key, incident.reopened, incident.excluded) == (shop.key(number), 0, "")
    assert incident.began == began.replace(second=0, microsecond=0)
    assert incident.detected == detected.replace(second=0, microsecond=0)
    assert abs(incident.reported - reported) <= SOON
    assert abs(incident.responded - answered) <= SOON
    assert abs(incident.resolved - over) <= SOON
    assert incident.subjects.services == {"checkout"}
    assert incident.subjects.teams == {"all"}
    found = shop.told()
    (rollout,) = found.rollouts
    assert (rollout.kind, rollout.failed, rollout.rolled_back, rollout.lead) == ("deployment", False, None, None)
    assert rollout.name == f"{change.pull.merge_commit_sha[:7]} to production"
    (cause,) = found.causes
    assert (cause.incident, cause.rollout, cause.how) == (incident.uid, rollout.uid, "window")


def test_people_say_what_caused_it(shop):
    """The command counts before nearness in time, is answered and kept; `none` is a cause that is known, too."""
    first = shop.went_out()
    shop.wait(hours=5)
    shop.went_out("Other colours")
    number = shop.report()
    assert [cause.how for cause in shop.told().causes] == ["window"]
    shop.say(number, "/kaizen caused-by acme/shop#99")
    shop.say(number, f"/kaizen caused-by acme/shop#{first.number} because the log says so")
    found = shop.told()
    assert [(said.what, said.value) for said in shop.memory(number).statements] == [("caused-by", first.key)]
    assert any("I do not know 'acme/shop#99'" in answer.reply for answer in shop.memory(number).answers)
    (cause,) = found.causes
    assert (cause.rollout, cause.how) == (found.rollouts[0].uid, "stated")
    assert f"{first.key}: /kaizen caused-by (ana, 2026-11-05); went out with" in cause.evidence
    shop.say(number, "/kaizen caused-by none")
    (cause,) = shop.told().causes
    assert (cause.rollout, cause.how) == ("", "stated")
    shop.lose()
    assert [(each.rollout, each.how) for each in shop.told().causes] == [("", "stated")]


def test_a_line_of_its_text_says_what_caused_it(shop):
    """By the address of the pull request, too."""
    change = shop.went_out()
    shop.wait(days=3)
    shop.report(body=f"Caused by {change.repo.full_name}#{change.number}, as we know by now.")
    shop.report(body=f"**Caused by:** the change https://github.example/acme/shop/pull/{change.number}")
    found = shop.told()
    (rollout,) = found.rollouts
    assert [(each.rollout, each.how) for each in found.causes] == [(rollout.uid, "stated")] * 2


def test_what_its_text_names_and_nobody_knows_is_no_cause(shop):
    """It may be anything that looks like a ticket."""
    shop.report(body="Caused by RFC-2119, as they say.")
    assert shop.told().causes == ()


def test_its_text_may_say_that_no_rollout_did(shop):
    """Though one was near."""
    shop.went_out()
    shop.report(body="Caused by: none")
    assert [(each.rollout, each.how) for each in shop.told().causes] == [("", "stated")]


def test_a_revert_tells_what_caused_it(shop):
    """It was merged while the incident was open, and what it took back had gone out before."""
    change = shop.went_out()
    shop.wait(days=2)
    number = shop.report()
    shop.went_out(f'Revert "{change.title}"', body=f"Reverts acme/shop#{change.number}")
    shop.close(number)
    found = shop.told()
    (cause,) = found.causes
    assert (cause.rollout, cause.how) == (found.rollouts[0].uid, "revert")
    assert cause.evidence.endswith("while it was open")


def test_an_incident_without_a_deployment_has_no_cause(shop):
    """Nothing went out within a day before it began."""
    shop.went_out()
    shop.wait(days=1, hours=1)
    shop.report()
    found = shop.told()
    assert (len(found.incidents), len(found.rollouts), found.causes) == (1, 1, ())


def test_what_machines_close_does_not_count(shop):
    """It happened, and is counted; when it was over is not known."""
    number = shop.report()
    if shop.github:
        shop.made.github.close(number, actor="robot[bot]")
    else:
        shop.close(number, who="robot")
    (incident,) = shop.told().incidents
    assert (incident.resolved, incident.excluded) == (None, "closed by a bot")


def test_what_somebody_closes_in_bulk_does_not_count(shop):
    """Three within ten minutes are a tidying up, of whatever kind; the one an hour before was finished."""
    one, *others = (shop.report(), shop.report(), shop.report(labels=["improvement"]), shop.report(labels=[]))
    shop.close(one)
    shop.wait(hours=1)
    for number in others:
        shop.made.clock.forward(minutes=-4)
        shop.close(number)
    found = shop.told()
    assert [bool(each.resolved) for each in found.incidents] == [True, False]
    assert [each.excluded for each in found.incidents] == ["", "closed in bulk"]
    assert [(each.kind, each.excluded) for each in found.items] == [
        ("improvement", "closed in bulk"),
        ("other", "closed in bulk"),
    ]


def test_the_last_closing_of_a_reopened_incident_counts(shop):
    """It was not over before."""
    number = shop.report()
    shop.close(number)
    shop.wait(hours=3)
    shop.reopen(number)
    (incident,) = shop.told().incidents
    assert (incident.resolved, incident.reopened) == (None, 1)
    shop.close(number)
    over = near(shop.made.clock())
    (incident,) = shop.told().incidents
    assert abs(incident.resolved - over) <= SOON
    assert incident.reopened == 1


def test_what_is_another_report_or_none_is_set_aside(shop):
    """Told to be the same while that one was open; declined; closed as a duplicate: none is counted twice."""
    first = shop.report()
    second, third, fourth = shop.report(), shop.report(), shop.report()
    shop.say(second, f"/kaizen same-as {shop.key(first)}")
    shop.close(third, "not_planned")
    shop.close(fourth, "duplicate")
    found = shop.told()
    assert [each.key for each in found.incidents] == [shop.key(first)]
    reasons = {each.key: each.excluded for each in found.set_aside}
    assert reasons[shop.key(second)] == "the same as another"
    assert reasons[shop.key(third)] in {"closed as not planned", "closed as won't do"}
    assert reasons[shop.key(fourth)] == "closed as duplicate"


def test_of_two_duplicates_the_older_may_be_the_one_that_is_closed(shop):
    """Then the newer one counts: one of them has to."""
    first, second = shop.report(), shop.report()
    shop.say(second, f"/kaizen same-as {shop.key(first)}")
    shop.close(first, "duplicate")
    found = shop.told()
    assert [each.key for each in found.incidents] == [shop.key(second)]
    assert [each.key for each in found.set_aside] == [shop.key(first)]


def test_the_twin_of_an_incident_is_the_same_incident(shop):
    """In the other tracker; of an improvement's twin nobody would say so."""
    made, now = shop.made, shop.made.clock()
    for label in ("incident", "improvement"):
        twin = made.jira.add_issue("OPS", "Down", type="Bug", reporter="bo", labels=("incident",), at=now)
        told = {"author": "bo-gh", "body": f"Twin: {twin.key}", "labels": [label], "created_at": now}
        made.github.add_issue("Down", **told)
    found = shop.told()
    assert {each.key for each in found.incidents} == {"acme/shop#1", "OPS-2"}
    assert [(each.key, each.excluded) for each in found.set_aside] == [("OPS-1", "the same as another")]


def test_two_that_are_said_to_be_the_same_are_one(shop):
    """Whoever says it of which: each of the other, or of the twin that leads that it is the same as its twin."""
    first, second, third = shop.report(), shop.report(), shop.report()
    shop.say(first, f"/kaizen same-as {shop.key(second)}")
    shop.say(second, f"/kaizen same-as {shop.key(third)}")
    shop.settle()
    shop.say(third, f"/kaizen same-as {shop.key(first)}")
    made = shop.made
    twin = made.jira.add_issue("OPS", "Gone", type="Bug", reporter="bo", labels=("incident",), at=made.clock())
    shop.wait(hours=1)
    told = {"author": "bo-gh", "body": f"Twin: {twin.key}", "labels": ["incident"], "created_at": made.clock()}
    leading = made.github.add_issue("Gone", **told)
    shop.settle()
    made.github.comment(leading.number, f"/kaizen same-as {twin.key}", author="ana-gh")
    found = shop.told()
    reports = {shop.key(first), shop.key(second), shop.key(third)}
    counted = [each.key for each in found.incidents]
    assert len([key for key in counted if key in reports]) == 1
    assert len([key for key in counted if key not in reports]) == 1
    assert len(found.set_aside) == 3


def test_one_that_came_back_is_another_one(shop):
    """A report of an incident that had been over is an occurrence of its own."""
    first = shop.report()
    shop.close(first)
    shop.wait(days=2)
    second = shop.report()
    shop.say(second, f"/kaizen same-as {shop.key(first)}")
    found = shop.told()
    assert [each.key for each in found.incidents] == [shop.key(first), shop.key(second)]
    assert found.set_aside == ()


def test_a_deployment_that_was_rolled_back_is_told(shop):
    """The older commit that went out again is no rollout of its own; a failed one is none that went back."""
    shop.went_out("One")
    shop.went_out("Two")
    world = shop.made.github
    shas = [each.sha for each in world.main.deployments.values()]
    shop.wait(hours=1)
    world.add_deployment(shas[0], state="success", at=shop.made.clock())
    back = near(shop.made.clock())
    shop.went_out("Three")
    world.add_deployment("f" * 40, state="failure", at=shop.made.clock())
    world.add_deployment("e" * 40, environment="staging", state="success", at=shop.made.clock())
    found = shop.told().rollouts
    assert [each.failed for each in found] == [False, False, False, True]
    assert [each.rolled_back is not None for each in found] == [False, True, False, False]
    assert abs(found[1].rolled_back - back) <= SOON
    assert [None if each.lead is None else round(each.lead / timedelta(hours=1)) for each in found] == [
        None,
        1,
        3,
        None,
    ]


def test_a_month_ends_at_its_moment(shop):
    """November in Berlin ends an hour before it does in UTC: windows are the caller's, moments are UTC's."""
    berlin = Window(start=NOVEMBER.start - timedelta(hours=1), end=NOVEMBER.end - timedelta(hours=1), name="2026-11")
    for label, before in (("page", timedelta(minutes=66)), ("toil", timedelta(minutes=6)), ("interrupt", -timedelta())):
        shop.made.clock.start += NOVEMBER.end - before - timedelta(minutes=5) - shop.made.clock()
        shop.wait(minutes=1)
        shop.report(label, labels=[label])
    shop.wait(days=40)
    assert [len(shop.told(window).items) for window in (berlin, NOVEMBER)] == [1, 2]


def test_versions_count_where_nothing_tells_more_exactly(shop):
    """Jira's versions are rollouts of a service that has no deployments and no releases."""
    shop.made.jira.add_release("OPS", "1.4", released=True, date=BEGIN.date())
    (rollout,) = shop.told().rollouts
    assert (rollout.name, rollout.kind, rollout.at) == ("1.4", "version", BEGIN.replace(hour=0))
    shop.made.github.add_release("v1.4", at=shop.made.clock())
    (rollout,) = shop.told().rollouts
    assert (rollout.name, rollout.kind) == ("v1.4", "release")
    shop.went_out()
    (rollout,) = shop.told().rollouts
    assert rollout.kind == "deployment"


def shown(shop, capsys, *arguments):
    """Return what `kaizend why` prints."""
    assert run(["--config", str(shop.made.config), "why", *arguments]) == 0
    return capsys.readouterr().out


def test_why_shows_how_an_incident_went(shop, capsys, monkeypatch):
    """For people and for scripts; of a ticket that is no incident, nothing."""
    monkeypatch.setenv("COLUMNS", "200")
    shop.went_out()
    shop.wait(hours=2)
    began = shop.made.clock() - timedelta(minutes=40)
    number = shop.report(body=f"Began: {began:%Y-%m-%d %H:%M}\nDetected: 2026-13-05 12:00")
    other = shop.report(labels=["bug"])
    shop.say(number, "I have it.", who="ana")
    shop.close(number, who="robot" if not shop.github else "bo")
    shop.settle()
    text = shown(shop, capsys, shop.key(number))
    assert "how it went" in text
    assert f"began      {began:%Y-%m-%d %H:%M} UTC" in text
    assert re.search(r"to production went out 1 h \d+ min before, the last one \(nearness in time alone\)", text)
    assert "doubtful   '2026-13-05 12:00' is no time: write it like" in text
    told = "UTC, after 1 h" if shop.github else "not known: closed by a bot, so its closing does not count"
    assert told in next(line for line in text.splitlines() if line.strip().startswith("resolved"))
    found = json.loads(shown(shop, capsys, shop.key(number), "--json"))["incident"]
    assert [each["how"] for each in found["causes"]] == ["window"]
    assert found["excluded"] == ("" if shop.github else "closed by a bot")
    assert "how it went" not in shown(shop, capsys, shop.key(other))
    assert "incident" not in json.loads(shown(shop, capsys, shop.key(other), "--json"))


def test_we_are_known_by_our_cards(shop):
    """Not by comments with a mark of ours, which anybody may copy."""
    number = shop.report(labels=["improvement"])
    shop.wait(days=9)
    shop.settle()
    assert "improvement" in shop.worn(number)
    shop.say(number, "<!-- kaizend op=00 mac=00 -->", who="bo")
    shop.settle()
    source, login = (
        ("shop", "kaizen-bot") if shop.github else ("ops", "acc-bot" if shop.kind == "cloud" else "kaizen-bot")
    )
    with shop.made.worker() as worker:
        assert MirrorPast(worker.database).our_accounts() == {(source, login)}
