"""Signals in passes: read when they are due, kept with their past, stale rather than zero, visible when they fail."""

from dataclasses import replace
from datetime import timedelta

import pytest

from integrations.base import Numbers
from integrations.github.markdown import render as markdown
from rules.metrics.model import Sample, Window
from rules.model import Signal
from tests.worker.places import NOW, place
from worker.digest_text import prose
from worker.doctor import examine
from worker.following import Following
from worker.publish import compose
from worker.samples import Samples, SignalRead
from worker.settings import load_settings
from worker.signals import complaints, latest, read_signal, samples

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MORE = """
[services.checkout]
components = ["checkout"]

[services.search]
components = ["search"]

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


@pytest.fixture
def made(tmp_path):
    """Serve a company with an error budget for ten days, and a file of scores."""
    with place(tmp_path) as company:
        company.configure(more=MORE.format(url=company.sandbox.url))
        company.numbers.say("error_budget", "Checkout", 0.5, at=NOW - 10 * DAY)
        company.numbers.say("error_budget", "search", 1, at=NOW - 5 * DAY)
        (tmp_path / "csat.csv").write_text("day,score\n2026-11-02,4.1\n2026-11-20,4.5\n", encoding="utf-8")
        yield company


def edit(made, old, new):
    """Change the config's text."""
    text = made.config.read_text("utf-8")
    assert old in text
    made.config.write_text(text.replace(old, new), "utf-8")


def asked(made):
    """Return the queries since the log was cleared: "query" or "query_range"."""
    found = [entry.path.rpartition("/")[2] for entry in made.sandbox.log.entries if entry.face == "prometheus"]
    made.sandbox.log.clear()
    return found


def values(made):
    """Return the newest numbers: by signal and subject, those that are stale in brackets."""
    with made.worker() as worker:
        found = latest(worker, made.clock())
    return {
        f"{name} {subject}".rstrip(): [one.value] if one.stale else one.value
        for name, numbers in found.items()
        for subject, one in numbers.items()
    }


def past(made, span, signal="error_budget"):
    """Return how many numbers are kept of each subject of a signal, from some time on."""
    with made.worker() as worker:
        found = samples(worker, Window(start=made.clock() - span, end=made.clock() + HOUR))
    counts = {}
    for one in found:
        if one.signal == signal:
            counts[one.subject] = counts.get(one.subject, 0) + 1
    return counts


def wrong(made):
    """Return what is wrong with the signals, as (signal, what)."""
    with made.worker() as worker:
        return [(one.signal, one.what) for one in complaints(worker, made.clock())]


# -- reading --------------------------------------------------------------------------------------------------------


def test_a_pass_reads_the_numbers_by_the_services_names(made):
    """However the label writes them; a file's newest row of the whole."""
    passed = made.once()
    assert (passed.whole, passed.complaints) == (True, ())
    assert values(made) == {"error_budget checkout": 0.5, "error_budget search": 1, "csat": 4.5}


def test_a_new_signal_brings_its_past(made):
    """Ninety days of Prometheus's hours, as far as it has them; of a file every row."""
    made.once()
    assert asked(made) == ["query", "query_range"]
    assert past(made, 90 * DAY) == {"checkout": 10 * 24 + 1, "search": 5 * 24 + 1}
    assert past(made, 90 * DAY, "csat") == {"": 2}


def test_without_history_there_is_no_past(made):
    """Only what it says from now on."""
    edit(made, 'subject = "service"', 'subject = "service"\nhistory = "0 days"')
    made.once()
    made.clock.forward(days=2)
    made.once()
    assert asked(made) == ["query", "query"]
    assert past(made, 90 * DAY) == {"checkout": 2, "search": 2}


def test_a_signal_is_read_when_it_is_due_however_often_the_worker_ticks(made):
    """Every quarter of an hour, kept in the database: over processes, after failures as well."""
    made.once()
    asked(made)
    for _ in range(3):
        made.clock.forward(minutes=4)
        made.once()
    assert asked(made) == []
    made.clock.forward(minutes=4)
    made.numbers.say("error_budget", "checkout", -0.2)
    made.once()
    assert asked(made) == ["query"]


def test_what_changes_is_known_after_the_next_read(made):
    """A number that went up or down, also below zero."""
    made.once()
    made.clock.forward(minutes=20)
    made.numbers.say("error_budget", "Checkout", -0.2)
    (made.folder / "csat.csv").write_text("day,score\n2026-11-24,3\n", encoding="utf-8")
    made.once()
    assert values(made) == {"error_budget checkout": -0.2, "error_budget search": 1, "csat": 3}


def test_a_second_pass_writes_nothing_to_a_tracker_and_reads_no_signal(made):
    """The fixed point."""
    made.issue("Search is slow")
    made.once()
    asked(made)
    assert made.written(whole=True) == []
    assert asked(made) == []


def test_a_gap_is_filled_when_the_worker_comes_back(made):
    """It was away for two days; Prometheus was not."""
    made.once()
    asked(made)
    made.clock.forward(days=2)
    made.once()
    assert asked(made) == ["query", "query_range"]
    assert past(made, 36 * HOUR)["checkout"] == pytest.approx(36 * 4, abs=1)


def test_what_cannot_be_filled_now_is_filled_later(made):
    """The newest number counts meanwhile."""
    made.fail("status", path="query_range", status=500, times=2, face="prometheus")
    passed = made.once()
    (complaint,) = passed.complaints
    assert str(complaint) == (
        "signal error_budget: its past was not filled: [signals.error_budget]: the server answered 500"
    )
    assert values(made)["error_budget checkout"] == 0.5
    assert past(made, 90 * DAY) == {"checkout": 1, "search": 1}
    made.clock.forward(minutes=15)
    assert made.once().complaints == ()
    assert past(made, 90 * DAY)["checkout"] >= 10 * 24


def test_of_each_quarter_of_an_hour_one_number_is_kept(made):
    """The last; and none longer than `keep`."""
    edit(made, 'subject = "service"', 'subject = "service"\nevery = "10 minutes"\nhistory = "1 day"\nkeep = "3 days"')
    made.once()
    for _ in range(12):
        made.clock.forward(minutes=10)
        with made.worker() as worker:
            for _ in range(2):
                list(examine(worker, made.clock()))  # the doctor reads whenever it is asked
    assert past(made, 110 * MINUTE)["search"] in {11, 12}
    made.clock.forward(days=4)
    made.once()
    with made.worker() as worker:
        found = samples(worker, Window(start=NOW - 9 * DAY, end=made.clock()))
    assert min(one.at for one in found if one.signal == "error_budget") >= made.clock() - 3 * DAY - MINUTE


def test_a_signal_that_is_asked_something_else_begins_anew(made):
    """Once that is answered: a slip of the pen costs no history. One that nobody asks for any more is forgotten."""
    made.once()
    made.numbers.say("budget_2", "checkout", 7)
    edit(made, 'query = "error_budget"', 'query = "budget_2 +"')
    made.once()
    assert values(made)["error_budget checkout"] == 0.5
    assert wrong(made) == [("error_budget", "failed")]
    edit(made, 'query = "budget_2 +"', 'query = "budget_2"')
    made.once()
    assert values(made) == {"error_budget checkout": 7, "csat": 4.5}
    assert past(made, 90 * DAY) == {"checkout": 1}
    made.configure(more="")
    made.once()
    with made.worker() as worker:
        assert (Samples(worker.database).reads(), list(Samples(worker.database).latest("csat"))) == ({}, [])


def test_a_changed_signal_is_taken_up_by_a_worker_that_runs(made):
    """With the config, between two passes."""
    settings = load_settings(made.config, {})
    with made.worker() as worker:
        following = Following(worker, settings, load=lambda: load_settings(made.config, {}), wrong=lambda _: None)
        assert list(following.follow().numbers) == ["error_budget", "csat"]
        edit(made, "signals.csat", "signals.nps")
        assert list(following.follow().numbers) == ["error_budget", "nps"]
        assert list(following.follow().policy.signals) == ["error_budget", "nps"]
        following.close()


class Writing:
    """A source that writes to the database while it is asked, as another process may."""

    name, asked = "csat", "anything"

    def __init__(self, database):
        self.store = Samples(database)

    def read(self):
        self.store.note("other", SignalRead(at=NOW, asked="anything"))
        return Numbers(signals=(said("csat", "", 4),))

    def past(self, start, end, step):
        self.store.note("other", SignalRead(at=NOW, asked="something else"))
        return Numbers()


def test_nothing_is_locked_while_a_source_is_asked(made):
    """An open transaction of ours would make the other one wait for as long as the server takes."""
    with made.worker() as worker:
        asking = replace(worker, numbers={"csat": Writing(worker.database)})
        assert read_signal(asking, "csat") == ""
        assert latest(asking, made.clock())["csat"][""].value == 4


# -- what goes wrong ------------------------------------------------------------------------------------------------


def test_a_failing_signal_stops_nothing_and_is_stale_in_time(made):
    """Not at once, never zero, and each way of looking shows it."""
    made.issue("Search is slow", labels=["priority:high"])
    made.once()
    made.fail("status", path="query$", status=500, times=99, face="prometheus")
    made.clock.forward(minutes=30)
    passed = made.once()
    assert passed.whole
    assert [str(one) for one in passed.complaints] == ["signal error_budget: the server answered 500"]
    assert values(made)["error_budget checkout"] == 0.5
    made.clock.forward(minutes=40)
    made.once()
    assert values(made) == {"error_budget checkout": [0.5], "error_budget search": [1], "csat": 4.5}
    assert wrong(made) == [("error_budget", "failed"), ("error_budget", "stale")]


def test_a_subject_that_is_said_nothing_of_is_stale_not_zero(made):
    """While the others go on; after a week nobody is told of it any more."""
    made.once()
    made.numbers.hush("error_budget", "search")
    made.clock.forward(hours=2)
    made.once()
    assert values(made) == {"error_budget checkout": 0.5, "error_budget search": [1], "csat": 4.5}
    assert wrong(made) == [("error_budget", "stale")]
    made.clock.forward(days=8)
    made.once()
    assert values(made)["error_budget search"] == [1]
    assert wrong(made) == []


def test_what_is_no_number_is_told(made):
    """And the subject's last number stays until it is stale."""
    made.once()
    made.numbers.say("error_budget", "search", float("nan"))
    made.clock.forward(minutes=20)
    (complaint,) = made.once().complaints
    assert str(complaint) == "signal error_budget: left out: 'nan' of search is no number to go by"
    assert values(made)["error_budget search"] == 1


def test_a_server_that_asks_to_wait_is_asked_by_none_of_its_signals(made):
    """Not before its time, also in a later pass."""
    other = f"""[signals.latency]
kind = "prometheus"
base_url = "{made.sandbox.url}/prometheus"
query = "latency"
"""
    edit(made, "[signals.csat]", f"{other}\n[signals.csat]")
    made.fail("status", path="query$", status=503, headers={"Retry-After": "3600"}, face="prometheus")
    made.once()
    assert asked(made) == ["query"]
    made.clock.forward(minutes=30)
    made.once()
    assert asked(made) == []
    assert [what for _, what in wrong(made)] == ["failed", "failed"]
    made.clock.forward(minutes=31)
    made.once()
    assert asked(made)[:2] == ["query", "query_range"]


def test_the_digest_says_which_signals_could_not_be_read(made):
    """As text: nothing of it mentions or commands."""
    made.numbers.say("error_budget", "@all", float("inf"))
    made.fail("status", path="query_range", status=400, body={"error": "@team /kaizen done"}, face="prometheus")
    made.once()
    with made.worker() as worker:
        shown = markdown(prose(compose(worker, worker.digests[0], "2026-W48")))
    assert "Signal error\\_budget: its past was not filled" in shown
    assert "Signal error\\_budget: left out:" in shown
    assert "@all" not in shown
    assert "@team" not in shown


def test_the_doctor_reads_each_signal_now_and_knows_whose_they_are(made):
    """Due or not: who has just mended the config wants to know."""
    made.numbers.say("error_budget", "serch", 1)
    made.once()
    asked(made)
    edit(made, "csat.csv", "cast.csv")
    with made.worker() as worker:
        findings = [one for each in examine(worker, made.clock()) for one in each if one.source.startswith("signals")]
    assert asked(made) == ["query"]
    assert [(one.source, one.what, one.grade) for one in findings] == [
        ("signals.error_budget", "signal", "good"),
        ("signals.error_budget", "subjects", "warn"),
        ("signals.csat", "failed", "bad"),
    ]
    assert findings[0].detail == "checkout: 0.5, less than a minute old" + "".join(
        f"; {name}: 1, less than a minute old" for name in ("search", "serch")
    )
    assert findings[1].detail == "no service in [services] of the config: 'serch' (did you mean 'search'?)"
    assert findings[2].detail == "cast.csv: no such file: 'path' is relative to the config"


# -- in either database ---------------------------------------------------------------------------------------------


def said(name, subject, value, at=NOW):
    """Make a number as a source says it."""
    return Signal(name=name, subject=subject, value=value, at=at)


def kept(name, subject, value, at=NOW):
    """Make a number as it is kept."""
    return Sample(signal=name, subject=subject, value=value, at=at)


def test_numbers_are_kept_in_either_database(database):
    """The newest of each subject, and those of a window; a name that begins like another one is another one."""
    store = Samples(database)
    assert list(store.latest("a")) == []
    for name, subject in (("b", ""), ("a", "x"), ("a", "xy"), ("ab", "x"), ("a", "")):
        store.note(name, SignalRead(at=NOW, asked="q"))
        times = {NOW - HOUR: 1, NOW: -2.5, NOW - DAY: 0}
        store.keep([said(name, subject, value, at) for at, value in times.items()], HOUR)
    subjects = {"a": ("", "x", "xy"), "ab": ("x",), "b": ("",)}
    for name, named in subjects.items():
        assert list(store.latest(name)) == [kept(name, subject, -2.5) for subject in named]
    hour, days = Window(start=NOW - HOUR, end=NOW), Window(start=NOW - 2 * DAY, end=NOW + DAY)
    assert list(store.within("a", hour)) == [kept("a", subject, 1, NOW - HOUR) for subject in ("", "x", "xy")]
    store.drop_older("a", NOW)
    assert [len(list(store.within(name, days))) for name in ("a", "ab", "b")] == [3, 3, 3]
    store.forget(["a", "ab"])
    assert [len(list(store.latest(name))) for name in subjects] == [0, 0, 1]
    assert list(store.reads()) == ["b"]


def test_of_a_stretch_of_time_the_last_number_stays_in_either_database(database):
    """Whether they come at once or one after another; the same one again changes nothing."""
    store = Samples(database)
    start = NOW.replace(minute=0)
    store.keep([said("a", "x", 1, start + 5 * MINUTE), said("a", "x", 2, start + 9 * MINUTE)], 15 * MINUTE)
    store.keep([said("a", "x", 3, start + 14 * MINUTE)], 15 * MINUTE)
    for _ in range(2):
        store.keep([said("a", "x", 4, start + 15 * MINUTE)], 15 * MINUTE)
    assert [(one.at, one.value) for one in store.within("a", Window(start=start, end=start + HOUR))] == [
        (start + 14 * MINUTE, 3),
        (start + 15 * MINUTE, 4),
    ]


def test_how_a_read_went_is_kept_in_either_database(database):
    """What was asked, why it failed, what was left out: without what no database stores, and not without end."""
    store = Samples(database)
    store.note("a", SignalRead(at=NOW, asked="q", filled=NOW - DAY, error="x\0" * 300, refused=("one", "two\0")))
    (read,) = store.reads().values()
    assert read == SignalRead(at=NOW, asked="q", filled=NOW - DAY, error="x\ufffd" * 150, refused=("one", "two\ufffd"))
    store.note("a", SignalRead(at=NOW + HOUR, asked="r"))
    assert store.reads() == {"a": SignalRead(at=NOW + HOUR, asked="r")}
