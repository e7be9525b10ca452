"""A company that lives: day by day people write, take over, put off and finish work, and undo what kaizend does.

Everything is drawn from one seed. The worker is down on some days, and the zone it works in changes its clocks.
"""

import random
from datetime import timedelta

ZONE = """
[calendar]
time_zone = "Europe/Berlin"
country = "DE"
"""
WORK = ("Search is slow", "Flaky build", "Retry the provider", "Old runbook", "Backups are not tried", "Refunds hang")
PEOPLE = ("ana", "bo")
DOWN_SHARE, DOWN_LONGEST = 0.06, 4  # of mornings on which the worker goes down; days it stays so
SAID = (
    "/kaizen why",
    "/kaizen ignore backlog/idle because it waits",
    "/kaizen nonsense",
    "/kaizen owner @{person}",
    "/kaizen due {day} because the audit is then",
    "/kaizen defer until {day} because the vendor is late",
    "/kaizen evidence https://wiki.acme.example/page",
    "/kaizen outcome mttr(checkout) 90m -> 45m by {day}",
    "Soon.",
)
OURS = ("needs-owner", "needs-priority", "needs-domain", "overdue", "no-evidence", "unplanned", "deferral-unexplained")


class Year:
    """A seeded year of a place."""

    def __init__(self, made, seed, days):
        self.days = days
        self.made, self.dice = made, random.Random(seed)  # noqa: S311 - a made-up life
        self.down = 0
        self.times, self.loud = [], []

    @property
    def passes(self):
        """The number of passes."""
        return len(self.times)

    def live(self):
        """Live the days: people at work in the morning, the worker in between and at night."""
        for _ in range(self.days):
            self.made.clock.forward(hours=24)
            for _ in range(self.dice.randrange(3)):
                self._something()
            if self.down:
                self.down -= 1
            elif self.dice.random() < DOWN_SHARE:
                self.down = self.dice.randint(1, DOWN_LONGEST) - 1
            else:
                self._pass()

    def _pass(self):
        passed = self.made.once()
        self.times.append(self.made.clock())
        self.loud += [trouble for trouble in passed.troubles if not trouble.startswith("person ")]
        if self.dice.random() < 0.1:
            again = self.made.written(whole=True)
            assert again == [], f"a second pass on {self.made.clock():%Y-%m-%d} wrote {again}"

    # -- people -----------------------------------------------------------------------------------------------------
    def _something(self):
        deed = self.dice.choices(
            (self._new, self._take, self._date, self._finish, self._put_off, self._undo, self._say),
            (4, 3, 3, 3, 1, 2, 3),
        )
        deed[0](self.dice.random() < 0.5)

    def _new(self, on_github):
        title, owner = self.dice.choice(WORK), self.dice.choice(("", "", *PEOPLE))
        due = (
            self.made.clock().date() + timedelta(days=self.dice.randrange(3, 60)) if self.dice.random() < 0.3 else None
        )
        if on_github:
            labels = self.dice.sample(("priority:high", "priority:low"), self.dice.randrange(2))
            self.made.issue(title, owner=owner, due=due, labels=labels, at=self.made.clock())
        else:
            priority = self.dice.choice(("High", "Low"))
            self.made.task(title, owner=owner, due=due, priority=priority, at=self.made.clock())

    def _one(self, on_github, *, closed=False):
        if on_github:
            every = [
                i for i in self.made.github.main.issues.values() if i.author.login != self.made.bot and i.pull is None
            ]
            chosen = [issue for issue in every if (issue.state == "closed") is closed]
        else:
            every = [i for i in self.made.jira.issues.values() if i.creator != self.made.bot]
            chosen = [issue for issue in every if bool(issue.resolution) is closed]
        return self.dice.choice(chosen) if chosen else None

    def _take(self, on_github):
        issue, person = self._one(on_github), self.dice.choice(PEOPLE)
        if issue and on_github:
            self.made.github.assign(issue.number, self.made.login(person), actor=self.made.login(person))
        elif issue:
            self.made.jira.edit(issue.key, actor=person, assignee=person)

    def _date(self, on_github):
        issue = self._one(on_github)
        day = self.made.clock().date() + timedelta(days=self.dice.randrange(-2, 40))
        if issue and on_github:
            milestone = self.made.milestone(day) if self.dice.random() < 0.8 else None
            self.made.github.set_milestone(issue.number, milestone, actor=self.made.login("ana"))
        elif issue:
            self.made.jira.edit(issue.key, actor="ana", duedate=day)

    def _finish(self, on_github):
        closed = self.dice.random() < 0.2
        issue = self._one(on_github, closed=closed)
        if issue and on_github:
            turn = self.made.github.reopen if closed else self.made.github.close
            turn(issue.number, actor=self.made.login("bo"))
        elif issue:
            self.made.jira.transition(issue.key, self.dice.choice(self.made.jira.ways(issue)).name, actor="bo")

    def _put_off(self, on_github):
        issue, declined = self._one(on_github), self.dice.random() < 0.5
        if issue and on_github and declined:
            self.made.github.close(issue.number, actor="bo-gh", reason="not_planned")
        elif issue and on_github:
            self.made.github.set_label(issue.number, "deferred", actor="bo-gh")
        elif issue and declined:
            self.made.jira.transition(issue.key, "Close Issue", actor="bo", resolution="Won't Do")
        elif issue:
            self.made.jira.label(issue.key, actor="bo", add=["deferred"])

    def _undo(self, on_github):
        issue, label = self._one(on_github), self.dice.choice(OURS)
        if issue and on_github and label in {one.name for one in issue.labels}:
            self.made.github.remove_label(issue.number, label, actor=self.made.login("bo"))
        elif issue and not on_github and label in issue.labels:
            self.made.jira.label(issue.key, actor="bo", remove=[label])

    def _say(self, on_github):
        issue = self._one(on_github)
        day = self.made.clock().date() + timedelta(days=self.dice.randrange(1, 30))
        body = self.dice.choice(SAID).format(day=day, person=self.dice.choice(PEOPLE))
        if issue and on_github:
            self.made.github.comment(issue.number, body, author=self.made.login("ana"))
        elif issue:
            self.made.jira.comment(issue.key, body, author="ana")
