"""A month: a fake clock, people, weather, and workers that die, freeze and meet; all drawn from one seed."""

import random
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

from tests.torture.months import watchers
from tests.torture.months.clock import Clock
from tests.torture.months.limits import NARROW, WIDE, fills, resumed
from tests.torture.months.passes import Pass
from tests.torture.months.people import Crowd
from tests.torture.months.place import company, own_rules
from tests.torture.months.process import Process, seams
from tests.torture.months.report import Report
from tests.torture.months.weather import DROP_AFTER, DROP_BEFORE, KINDS, Weather
from tests.torture.months.wire import Heard, Meddling, Wire
from worker.settings.files import packs_that_ship

START = datetime(2027, 3, 8, 6, 50, tzinfo=UTC)  # the zone's clocks go forward on the 28th
DAYS = 30
REMEMBERED = 25  # of what happened before, shown with what is wrong
AFTER = timedelta(minutes=5)  # a pass is told of when it has ended
QUIET = timedelta(hours=25)  # longer than any wait that a server can ask for
LONGEST_QUIET = 20  # passes: a backlog that is larger is none, but something that never ends
DEEDS = 4  # of a day, at most


class Month:
    """One seed's month. The worker keeps its files in `folder`."""

    def __init__(self, folder, seed, days=DAYS, *, spoilt=None, kinds=KINDS):
        self.seed, self.days, self.folder = seed, days, folder
        self.spoilt, self.kinds = spoilt, kinds
        self.dice = random.Random(seed)  # noqa: S311 - a made-up life
        random.seed(seed)  # the dice of the process itself
        self.clock = Clock(START)
        self.flavour = self.dice.choice(("cloud", "dc"))
        self.report = Report(seed=seed, flavour=self.flavour, days=days)
        self.content_limits = self.dice.choice((WIDE, WIDE, NARROW))
        self.passes, self.running = [], []
        self.notes = []  # (when, what happened)
        self.inside = []  # (request of the pass, deed) still to come
        self.edits = []  # when the rules were edited
        self.forgot = []  # when the database was lost or restored
        self.days_of_rule = 5
        self.wire = Wire(self.clock, self._who)
        self.made = self.said = self.crowd = None
        self.weather = {}

    def live(self):
        """Live the month; return the report."""
        company_ = company(
            self.folder,
            seed=self.seed,
            flavour=self.flavour,
            clock=self.clock,
            dice=self.dice,
            wrap=lambda face: Heard(face, lambda: self.wire),
            shipped=packs_that_ship(),
            content_limits=self.content_limits,
        )
        with company_ as (self.made, self.said), seams():
            self._settle_in()
            for day in range(self.days):
                self._day(day)
            self._quiet()
            watchers.at_the_end(self)
        self.report.digest = self.wire.digest()
        self.report.counts.update(requests=self.wire.counts.pop("requests"))
        self.report.faults.update(self.wire.counts)
        return self.report

    def wrong(self, what, at=None):
        """Note that a promise was broken, now or then, and the first time also what had happened before."""
        moment = at or self.clock.now
        before = [f"{when:%m-%d %H:%M:%S} {note}" for when, note in self.notes if when <= moment + AFTER]
        last = () if self.report.wrong else ("what had happened:", *before[-REMEMBERED:])
        self.report.wrong.append("\n    ".join((f"seed {self.seed}, {moment:%m-%d %H:%M:%S}: {what}", *last)))

    def note(self, what):
        """Remember something that happened."""
        self.notes.append((self.clock.now, what))

    # -- days -------------------------------------------------------------------------------------------------------
    def _settle_in(self):
        self.made.sandbox.log = self.wire
        self.made.sandbox.faults = Meddling(self._befall)
        self.crowd = Crowd(self.made, self.dice)
        worlds = {"github": self.made.github, f"jira-{self.flavour}": self.made.jira}
        self.weather = {face: Weather(face, world, self.clock, self.dice, self.kinds) for face, world in worlds.items()}
        for _ in range(self.dice.randrange(3, 8)):
            self.crowd._new(self.dice.random() < 0.5)

    def _day(self, day):
        for weather in self.weather.values():
            if self.dice.random() < 0.6:
                weather.turn()
                self.note(f"weather at {weather.face}: {weather.kind} until {weather.until:%m-%d %H:%M}")
        if day and self.dice.random() < 0.06:
            self._other_database()
        if self.dice.random() < 0.5:
            self.backup()
        moments = sorted(self.dice.sample(range(1, 24), self.dice.choice((1, 2, 2))))
        for before, hour in zip((0, *moments), moments, strict=False):
            self.clock.forward(hours=hour - before, minutes=self.dice.randrange(50))
            for _ in range(self.dice.randrange(DEEDS)):
                self.act()
            self.clock.forward(minutes=self.dice.randrange(5))
            self.make_pass()
        self.clock.now = max(self.clock.now, START + timedelta(days=day + 1))

    def act(self):
        """Have a person do something."""
        with self.made.sandbox.lock:
            self.note(f"people: {self.crowd.act()}")
        self.report.counts["deeds"] += 1

    def edit_rules(self):
        """Have an admin edit the rule file."""
        self.days_of_rule = self.dice.choice((2, 5, 9))
        own_rules(self.made, self.days_of_rule)
        self.edits.append(self.clock.now)
        self.note(f"the rules are edited: {self.days_of_rule} days")

    # -- the database -----------------------------------------------------------------------------------------------
    @property
    def database(self):
        """The worker's database file."""
        return self.made.folder / "var" / "kaizend.db"

    def backup(self):
        """Copy the database, as an admin would by night."""
        if not self.database.exists():
            return
        copy = self.folder / "copy.db"
        copy.unlink(missing_ok=True)
        with closing(sqlite3.connect(self.database)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)

    def _other_database(self):
        copy = self.folder / "copy.db"
        for file in self.database.parent.glob("kaizend.db*"):
            file.unlink()
        if copy.exists() and self.dice.random() < 0.6:
            shutil.copy(copy, self.database)
            self.report.counts["restores"] += 1
            self.note("the database is restored")
        else:
            self.report.counts["losses"] += 1
            self.note("the database is lost")
        self.forgot.append(self.clock.now)

    # -- passes -----------------------------------------------------------------------------------------------------
    def make_pass(self, *, quiet=False):
        """Make one pass of one of the workers; return it."""
        if not quiet and self.dice.random() < 0.05:
            self.edit_rules()
        process = self._process(quiet=quiet)
        self.inside = [] if quiet else self._surprises()
        planning = not quiet and self.dice.random() < 0.07
        return self._run(process, whole=quiet or self.dice.random() < 0.2, planning=planning)

    def _process(self, *, quiet=False):
        name = self.dice.choice("AB")
        fatal, full = (0, False), 0
        if not quiet and self.dice.random() < 0.12:
            fatal = (self.dice.randrange(1, 120), self.dice.random() < 0.5)
        elif not quiet and self.dice.random() < 0.02:
            full = self.dice.randrange(1, 80)
        return Process(name, self.clock, fatal=fatal, full=full)

    def _surprises(self):
        deeds = (self._in_between, self._other_worker, self._kill_before, self._kill_after, self._term, self._freeze)
        found = []
        while self.dice.random() < 0.35:
            found.append((self.dice.randrange(1, 60), self.dice.choices(deeds, (6, 3, 2, 2, 2, 2))[0]))
        return found

    def _run(self, process, *, whole, planning=False):
        made = Pass(
            number=len(self.passes) + 1,
            process=process,
            began=self.clock.now,
            first=len(self.wire.seen),
            spoilt=self.spoilt,
            planning=planning,
        )
        self.passes.append(made)
        self.running.append(made)
        try:
            made.run(self.made, whole=whole)
        finally:
            self.running.pop()
        made.ended, made.last = self.clock.now, len(self.wire.seen)
        self.report.counts["passes"] += 1
        self.report.counts[made.outcome] += 1
        self.note(f"pass {made.number} of {process.name}: {made.outcome} {made.why}")
        watchers.after_a_pass(self, made)
        return made

    def _who(self):
        return (self.running[-1].process.name, self.running[-1].number) if self.running else ("", 0)

    # -- inside a pass ----------------------------------------------------------------------------------------------
    def _befall(self, face, request):
        self.clock.forward(milliseconds=self.dice.randrange(5, 120))
        if not self.running:
            return None  # somebody looks from outside
        current = self.running[-1]
        current.process.requests += 1
        current.process.beat()
        if len(self.running) == 1:
            due = [deed for number, deed in self.inside if number == current.process.requests]
            self.inside = [each for each in self.inside if each[0] != current.process.requests]
            for deed in due:
                fault = deed(current.process, request)
                if fault is not None:
                    return fault
        weather = self.weather.get(face)
        fault = weather.befall(request) if weather else None
        if fault is not None:
            self.wire.befell(fault)
        return fault

    def _in_between(self, process, request):
        self.act()
        if self.dice.random() < 0.2:
            self.edit_rules()
        if self.dice.random() < 0.2:
            self.clock.forward(minutes=self.dice.randrange(90))

    def _other_worker(self, process, request):
        self._run(Process("B" if process.name == "A" else "A", self.clock), whole=False)

    def _kill_before(self, process, request):
        process.alive = False
        return DROP_BEFORE

    def _kill_after(self, process, request):
        process.alive = False
        return DROP_AFTER

    def _term(self, process, request):
        process.stop.ask()

    def _freeze(self, process, request):
        """Stop a process at a read for so long that the other worker takes over and makes a pass."""
        if request.method == "GET":
            process.expires()
            self.note("frozen")
            self._other_worker(process, request)
            process.beat()

    # -- the end ----------------------------------------------------------------------------------------------------
    def _quiet(self):
        """Have everything go well from now on: within two passes nothing is left to be written.

        Those do not count that wrote as much as GitHub takes: the rest of a backlog is left to the next pass. Nor does
        the one in which a rule goes on that people had paused by their undoing, as that was a month ago: once a rule.
        """
        for weather in self.weather.values():
            weather.calm()
        self.clock.forward(seconds=QUIET.total_seconds())
        self.clock.now = self.clock.now.replace(hour=9, minute=30)
        written, left, back = [], 4, set()
        while left and len(written) < LONGEST_QUIET:
            before, made = self.passes[-1], self.make_pass(quiet=True)
            written.append([seen for seen in self.wire.seen[made.first : made.last] if seen.writes])
            again = resumed(before, made) - back
            left = max(left - 1, 3 if again or fills(written[-1], self.content_limits[0]) else 0)
            back |= again
            self.clock.forward(minutes=15)
        watchers.quiet(self, written)
