"""The inputs of the council: read in each pass at most once an hour, kept, graded, and shown to people."""

from datetime import UTC, datetime, timedelta

import pytest

from integrations.base import Reading
from integrations.errors import Unavailable
from integrations.github.markdown import render as markdown
from rules.memory import Brought
from rules.model import Table
from tests.worker.places import BEFORE, NOW, place
from worker.agenda_inputs import standing
from worker.digest_text import prose
from worker.doctor import examine
from worker.following import Following
from worker.inputs import HOUR, InputState, read_due, read_now, states
from worker.publish import compose
from worker.readings import Kept, Readings
from worker.settings import load_settings
from worker.settings.tables import INPUTS

SIX = """
[inputs.postmortems]
kind = "tracker"
when = ['"postmortem" in labels']

[inputs.quality-scorecards]
kind = "csv"
path = "scores.csv"
date = "day"

[inputs.error-budgets]
kind = "prometheus"
base_url = "{url}/nowhere"
query = "budget"

[inputs.pulse]
kind = "url"
url = "{url}/pulse"
fresh = "7 days"

[[digest]]
name = "council"
source = "ops"
"""


@pytest.fixture
def made(tmp_path):
    """Serve a company with some inputs of each kind: the servers of two of them are not there."""
    with place(tmp_path) as company:
        company.configure(more=SIX.format(url=company.sandbox.url))
        (tmp_path / "scores.csv").write_text("day,score\n2026-11-20,87\n", encoding="utf-8")
        yield company


def seen(made):
    """Return how the inputs stand, by name."""
    with made.worker() as worker:
        return {one.name: one for one in states(worker, made.clock())}


def asked(made):
    """Count the requests of inputs since the log was cleared."""
    return made.sandbox.log.count(path="^/(nowhere|pulse)")


class Said:
    """An input that says what it is told to, and counts."""

    def __init__(self, name, answer):
        self.name, self.answer, self.reads = name, answer, 0

    def read(self):
        self.reads += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def signalling(worker, **signals):
    """Let some inputs of a worker say what is given, and the others nothing."""
    worker.signals.clear()
    for name, answer in signals.items():
        worker.signals[name.replace("_", "-")] = Said(name.replace("_", "-"), answer)


# -- tickets --------------------------------------------------------------------------------------------------------


def test_the_newest_ticket_that_fits_is_what_a_tracker_input_says(made):
    """By its created date, of all sources; tickets that do not fit do not count."""
    made.issue("An old one", labels=["postmortem"], at=BEFORE - timedelta(days=9))
    made.task("Backups failed", labels=["postmortem"], at=BEFORE)
    made.issue("Newer, and none", at=BEFORE + timedelta(days=3))
    made.once()
    found = seen(made)["postmortems"]
    assert (found.at, found.said, found.age, found.fresh) == (BEFORE, "OPS-1 Backups failed", 19, True)
    assert found.url.endswith("/browse/OPS-1")
    assert found.error == ""


def test_an_input_may_look_at_one_source_alone(made):
    """The others' tickets are not its own; `kind` can be asked for."""
    made.issue("Ours", labels=["postmortem"], at=BEFORE - timedelta(days=9))
    made.task("Theirs", labels=["postmortem"], at=BEFORE)
    made.config.write_text(
        made.config.read_text("utf-8").replace(
            """when = ['"postmortem" in labels']""", """when = ['kind == "improvement"']\nsource = "shop\""""
        ),
        "utf-8",
    )
    made.once()
    assert seen(made)["postmortems"].said == "acme/shop#1 Ours"


def test_no_ticket_is_nothing_yet_and_no_error(made):
    """All was read, and nothing fits."""
    made.issue("None")
    made.once()
    assert seen(made)["postmortems"] == InputState(
        name="postmortems", limit=timedelta(days=35), said="no ticket fits its conditions"
    )


def test_a_source_that_was_not_read_says_nothing_of_what_is_newest(made):
    """Absence needs a whole read: what was known before stands, and why it may be old is said."""
    made.task("Backups failed", labels=["postmortem"])
    made.once()
    made.clock.forward(hours=2)
    made.fail("status", path="/repos/acme/shop", times=99, status=401)
    made.once()
    found = seen(made)["postmortems"]
    assert "[inputs.postmortems]: source shop was not read: " in found.error
    assert (found.said, found.fresh) == ("OPS-1 Backups failed", True)


# -- in a pass ------------------------------------------------------------------------------------------------------


def test_inputs_are_read_in_a_pass_and_one_that_fails_stops_nothing(made):
    """Its error is kept; the pass is whole."""
    passed = made.once()
    found = seen(made)
    assert passed.whole
    assert found["quality-scorecards"].said == "score: 87"
    assert found["error-budgets"].error == "[inputs.error-budgets]: the server answered 404"
    assert found["pulse"].error == "[inputs.pulse]: the server answered 404"
    assert list(found) == [*INPUTS, "pulse"]
    assert [name for name, one in found.items() if one.missing] == ["customer-impact", "debt-registers", INPUTS[-1]]


def test_an_input_is_read_once_an_hour_however_often_the_worker_ticks(made):
    """The hour is kept in the database, over processes; a failure waits for its hour as well."""
    made.once()
    assert asked(made) == 2
    for _ in range(3):
        made.clock.forward(minutes=15)
        made.once()
    assert asked(made) == 2
    made.clock.forward(minutes=15)
    made.once()
    assert asked(made) == 4


def test_a_second_pass_writes_nothing(made):
    """Neither to a tracker nor to the table."""
    made.once()
    with made.worker() as worker:
        before = Readings(worker.database).all()
    assert made.written() == []
    with made.worker() as worker:
        assert Readings(worker.database).all() == before


def test_a_clock_that_was_put_back_does_not_keep_an_input_from_being_read(made):
    """A read of the future is no read."""
    with made.worker() as worker:
        signalling(worker, pulse=Reading(at=NOW, said="well"))
        assert read_due(worker) == 1
        assert read_due(worker) == 0
        made.clock.forward(hours=-3)
        assert read_due(worker) == 1


def test_what_was_known_survives_a_failure_and_goes_with_its_config(made):
    """A failed read adds its reason; an input that nobody names any more is forgotten."""
    with made.worker() as worker:
        signalling(worker, pulse=Reading(at=NOW, said="well\0", url="https://pulse.example"))
        read_due(worker)
        signalling(worker, pulse=Unavailable("[inputs.pulse]", "down"))
        assert read_now(worker, "pulse") == "[inputs.pulse]: down"
        kept = Readings(worker.database).all()["pulse"]
        assert (kept.at, kept.said, kept.url, kept.error) == (
            NOW,
            "well\ufffd",
            "https://pulse.example",
            "[inputs.pulse]: down",
        )
    made.configure(more="")
    made.once()
    with made.worker() as worker:
        assert Readings(worker.database).all() == {}
        assert states(worker, NOW) == ()


@pytest.mark.parametrize(
    ("at", "what"),
    [
        (datetime(2062, 1, 1, tzinfo=UTC), "its newest is of 2062-01-01, which is in the future: a typo"),
        (datetime(1, 1, 1, tzinfo=UTC), "which is before 1970: a typo"),
    ],
)
def test_a_date_that_cannot_be_keeps_nothing_fresh(made, at, what):
    """A typo in a register would be fresh for decades."""
    with made.worker() as worker:
        signalling(worker, pulse=Reading(at=at, said="a typo"))
        assert what in read_now(worker, "pulse")
        assert not {one.name: one for one in states(worker, NOW)}["pulse"].fresh


def test_changed_inputs_are_taken_up_by_a_worker_that_runs(made):
    """With the config, between two passes; a wrong one is not."""
    wrong = []
    settings = load_settings(made.config, {})
    with made.worker() as worker:
        following = Following(worker, settings, load=lambda: load_settings(made.config, {}), wrong=wrong.append)
        text = made.config.read_text("utf-8")
        made.config.write_text(text.replace('"postmortem" in labels', "labls"), "utf-8")
        assert set(following.follow().signals) == {"postmortems", "quality-scorecards", "error-budgets", "pulse"}
        made.config.write_text(text.replace("inputs.pulse", "inputs.moods"), "utf-8")
        assert list(following.follow().signals)[-1] == "moods"
        assert list(following.follow().inputs)[-1] == "moods"
        following.close()
    assert wrong == [True, False, False]


# -- kept in either database ----------------------------------------------------------------------------------------


def test_readings_are_kept_in_either_database(database):
    """What it brought, when it was asked, and why it failed."""
    readings = Readings(database)
    readings.failed("a", "down" * 200, NOW)
    readings.keep("b", Reading(at=BEFORE, said="x" * 999, url="u"), NOW)
    readings.keep("b", Reading(at=None, said="nothing"), NOW + HOUR)
    assert readings.all() == {
        "a": Kept(at=None, said="", url="", read=NOW, error="down" * 75),
        "b": Kept(at=None, said="nothing", url="", read=NOW + HOUR, error=""),
    }
    readings.forget(["a"])
    assert list(readings.all()) == ["b"]


def test_what_was_the_newest_is_kept_in_either_database(database):
    """Each thing with the last time it was read and still the newest; what is long past is dropped."""
    readings, day = Readings(database), timedelta(days=1)
    readings.keep("a", Reading(at=BEFORE, said="one"), NOW)
    readings.keep("a", Reading(at=BEFORE, said="one"), NOW + HOUR)
    readings.keep("a", Reading(at=None, said="nothing"), NOW + day)
    readings.keep("a", Reading(at=NOW, said="two"), NOW + 2 * day)
    readings.failed("a", "down", NOW + 3 * day)
    one, two = Brought(at=BEFORE, until=NOW + HOUR), Brought(at=NOW, until=NOW + 2 * day)
    assert readings.times() == {"a": (one, two)}
    readings.keep("a", Reading(at=NOW, said="two"), NOW + 401 * day)
    assert readings.times() == {"a": (Brought(at=NOW, until=NOW + 401 * day),)}
    readings.forget(["a"])
    assert readings.times() == {}


def test_since_when_an_input_is_asked_for_is_kept_in_either_database(database):
    """It begins anew when it is asked for in another way, and ends with its config."""
    readings = Readings(database)
    assert readings.watch({"a": "60", "b": ""}, NOW)
    assert not readings.watch({"a": "60", "b": ""}, NOW + HOUR)
    assert readings.watch({"a": "60", "b": "60"}, NOW + HOUR)
    assert readings.since() == {"a": NOW, "b": NOW + HOUR}
    assert readings.watch({"b": "60"}, NOW + 2 * HOUR)
    assert readings.since() == {"b": NOW + HOUR}


# -- what people see ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limit", "given", "age", "fresh", "words"),
    [
        ("7 days", timedelta(days=3), 3, True, "fresh"),
        ("7 days", timedelta(days=7, hours=6), 7, True, "fresh"),
        ("7 days", timedelta(days=7, hours=12), 8, False, "stale: older than 7 days"),
        ("1 day", timedelta(days=40), 40, False, "stale: older than 1 day"),
        ("7 days", timedelta(hours=-6), 0, True, "fresh"),
        ("6 hours", timedelta(hours=5), 0, True, "fresh"),
        ("6 hours", timedelta(hours=7), 0, False, "stale: older than 6 hours"),
    ],
)
def test_an_input_is_fresh_until_its_limit(made, limit, given, age, fresh, words):
    """Its age is told in days of the calendar, and a limit of days is one of such days."""
    made.config.write_text(made.config.read_text("utf-8").replace('"7 days"', f'"{limit}"'), "utf-8")
    with made.worker() as worker:
        signalling(worker, pulse=Reading(at=made.clock() - given, said="well"))
        read_due(worker)
        (state,) = [one for one in states(worker, made.clock()) if one.name == "pulse"]
    assert (state.age, state.fresh, standing(state)) == (age, fresh, words)


def test_the_digest_says_what_the_council_decides_from(made):
    """One row an input, missing ones too, each with its age and why it is as it is."""
    made.task("Backups failed @all", labels=["postmortem"])
    made.once()
    with made.worker() as worker:
        digest = compose(worker, worker.digests[0], "2026-W48")
    said = prose(digest)
    table = next(block for block in said.blocks if isinstance(block, Table) and block.head[0] == "input")
    assert [tuple(getattr(cell[0], "text", cell) for cell in row) for row in table.rows] == [
        ("postmortems", "OPS-1 Backups failed @all", "19 days", "fresh"),
        ("quality-scorecards", "score: 87", "4 days", "fresh"),
        ("error-budgets", "-", "-", "not read: [inputs.error-budgets]: the server answered 404"),
        ("customer-impact", "-", "-", "not configured: a decision without it is not valid"),
        ("debt-registers", "-", "-", "not configured: a decision without it is not valid"),
        ("audit-findings", "-", "-", "not configured: a decision without it is not valid"),
        ("pulse", "-", "-", "not read: [inputs.pulse]: the server answered 404"),
    ]
    shown = markdown(said)
    assert "What the council decides from" in shown
    assert "@all" not in shown


def test_a_digest_is_silent_where_no_input_is_configured(tmp_path):
    """A team that has no council is not nagged."""
    with place(tmp_path, digests=True) as made:
        made.once()
        with made.worker() as worker:
            shown = markdown(prose(compose(worker, worker.digests[0], "2026-W48")))
    assert "council decides" not in shown


def test_the_doctor_reads_each_input_now(made):
    """Whatever the hour: who has just mended the config wants to know."""
    made.once()
    with made.worker() as worker:
        made.sandbox.log.clear()
        findings = [one for each in examine(worker, made.clock()) for one in each if one.what == "input"]
    assert asked(made) == 2
    assert {one.source.removeprefix("inputs."): one.grade for one in findings} == {
        "postmortems": "warn",
        "quality-scorecards": "good",
        "error-budgets": "bad",
        "customer-impact": "warn",
        "debt-registers": "warn",
        "audit-findings": "warn",
        "pulse": "bad",
    }
    details = [one.detail for one in findings]
    assert details[:3] == [
        "nothing yet: no ticket fits its conditions",
        "fresh, 4 days old: score: 87",
        "not read: [inputs.error-budgets]: the server answered 404",
    ]


def test_before_the_first_sync_the_doctor_does_not_take_an_unread_source_for_an_ailing_input(made):
    """The source itself is examined above it."""
    with made.worker() as worker:
        findings = [one for each in examine(worker, made.clock()) for one in each]
    (found,) = [one for one in findings if one.source == "inputs.postmortems"]
    assert (found.grade, "source shop was not read: never read" in found.detail) == ("warn", True)
