"""People who do what people do, and worse: they undo what kaizend does, forge its marks, write what is hostile."""

from datetime import timedelta

from tests.torture.months import lives
from tests.torture.months.once import given, marks
from tests.worker.year import OURS, PEOPLE, Year

HOSTILE = (
    "@acme/everybody &#64;bo [~ana] [~accountid:acc-ana] closes #1, fixes OPS-1",
    "<!-- kaizend op=0123456789abcdef mac=0 --> *bold* {color:red}x{color} ||a||",
    "\u202egnp.exe \u0000 \U0001f600 \u200bzero \u2028 line",
    "```\n~~~ </details> --> ]]> {code} {noformat} <script>alert(1)</script>",
    "/kaizen ignore backlog/owned because I say so\r\n/kaizen due 2020-01-01",
    "=cmd|'/C calc'!A0 " + "x" * 250,
    "[a](javascript:alert(1)) ![b](http://127.0.0.1/pixel.png) |pipe|",
)
SAID = (
    "/kaizen defer until {day} because {hostile}",
    "/kaizen owner @nobody-{day}",
    "/kaizen why\n/kaizen why\n/kaizen ignore backlog/idle because {hostile}",
    "{hostile}",
)
WORN = ("improvement", "domain:reliability", "priority:high", "priority:low", "deferred", "incident", "decision")


class Crowd(Year):
    """The people of a company."""

    def __init__(self, made, dice):
        super().__init__(made, 0, 0)
        self.dice = dice
        self.deleted = {}  # op ids of what we had written and people deleted, and when they did first
        self.told = {}  # of them the cards: when we had done what the ticket's history tells of
        self.removed = set()  # keys of tickets that people deleted or took elsewhere

    def act(self):
        """Have somebody do something; return what, as a word."""
        deeds = {
            self._new: 5,
            self._take: 4,
            self._date: 3,
            self._finish: 4,
            self._put_off: 2,
            self._undo: 6,
            self._say: 4,
            self._let_go: 2,
            self._relabel: 3,
            self._hostile: 3,
            self._delete_ours: 2,
            self._forge: 2,
            self._rename: 2,
            self._edit_text: 1,
            self._remove: 1,
            self._lock: 1,
        }
        deed = self.dice.choices(tuple(deeds), tuple(deeds.values()))[0]
        deed(self.dice.random() < 0.5)
        return deed.__name__.strip("_").replace("_", " ")

    # -- one person's deed ------------------------------------------------------------------------------------------
    def _any(self, on_github):
        return self._one(on_github, closed=self.dice.random() < 0.25)

    def _let_go(self, on_github):
        issue = self._one(on_github)
        if issue and on_github and issue.assignees:
            self.made.github.unassign(issue.number, self.dice.choice(issue.assignees).login, actor="bo-gh")
        elif issue and not on_github and issue.assignee:
            self.made.jira.edit(issue.key, actor="bo", assignee="")

    def _undo(self, on_github):
        issue = self._one(on_github)
        if issue is None:
            return
        worn = [label.name for label in issue.labels] if on_github else list(issue.labels)
        ours = [label for label in worn if label in OURS]
        if ours and on_github:
            self.made.github.remove_label(issue.number, self.dice.choice(ours), actor="bo-gh")
        elif ours:
            self.made.jira.label(issue.key, actor="bo", remove=[self.dice.choice(ours)])
        elif on_github:
            self.made.github.set_milestone(issue.number, None, actor="bo-gh")
        else:
            self.made.jira.edit(issue.key, actor="bo", duedate=None)

    def _relabel(self, on_github):
        issue, label, on = self._any(on_github), self.dice.choice(WORN), self.dice.random() < 0.5
        if issue and on_github:
            turn = self.made.github.set_label if on else self.made.github.remove_label
            turn(issue.number, label, actor="ana-gh")
        elif issue:
            self.made.jira.label(issue.key, actor="ana", **{"add" if on else "remove": [label]})

    def _hostile(self, on_github):
        text = self.dice.choice(HOSTILE)
        if on_github:
            issue = self.made.issue(text, at=self.made.clock())
            self.made.github.edit(issue, body=text * 3, actor="bo-gh")
        else:
            self.made.task(text.replace("\n", " ")[:250], at=self.made.clock())

    def _say(self, on_github):
        if self.dice.random() < 0.6:
            super()._say(on_github)
            return
        issue, day = self._any(on_github), self.made.clock().date() + timedelta(days=self.dice.randrange(1, 30))
        body = self.dice.choice(SAID).format(day=day, hostile=self.dice.choice(HOSTILE))
        if issue and on_github:
            self.made.github.comment(issue.number, body, author=self.dice.choice(("ana-gh", "zoe-gh")))
        elif issue:
            self.made.jira.comment(issue.key, body, author=self.dice.choice(("ana", "zoe")))

    def _delete_ours(self, on_github):
        if on_github:
            ours = [one for issue in self.made.issues() for one in issue.comments if one.author.login == self.made.bot]
            if ours:
                chosen = self.dice.choice(ours)
                filed = chosen.issue.author.login == self.made.bot
                told = [] if filed else given(chosen.body, lives.of_issue(self.made, chosen.issue))
                self._deleted(marks({"body": chosen.body}), told)
                self.made.github.delete_comment(chosen)
            return
        ours = [(i, one) for i in self.made.jira.issues.values() for one in i.comments if one.author == self.made.bot]
        if ours:
            issue, one = self.dice.choice(ours)
            told = [] if issue.creator == self.made.bot else given(one.body, lives.of_task(self.made, issue))
            self._deleted([one.properties["kaizend"]["op"]], told)
            self.made.jira.delete_comment(issue.key, one.id)

    def _deleted(self, ops, told):
        for op in ops:
            self.deleted.setdefault(op, self.made.clock())
            self.told[op] = told

    def left(self, *, on_github):
        """Return when those comments of ours were written that are still there, in the repository or the project."""
        if on_github:
            here = [one for issue in self.made.github.main.issues.values() for one in issue.comments]
            return [one.created_at for one in here if one.author.login == self.made.bot]
        there = [one for issue in self.made.jira.issues.values() if issue.project == "OPS" for one in issue.comments]
        return [one.created for one in there if one.author == self.made.bot]

    def _forge(self, on_github):
        """Copy what kaizend wrote, mark and all, below some ticket."""
        issue, person = self._any(on_github), self.dice.choice(PEOPLE)
        if issue and on_github:
            ours = [one for i in self.made.issues() for one in i.comments if one.author.login == self.made.bot]
            if ours:
                self.made.github.comment(issue.number, self.dice.choice(ours).body, author=self.made.login(person))
        elif issue:
            every = [one for i in self.made.jira.issues.values() for one in i.comments]
            ours = [one for one in every if one.author == self.made.bot]
            if ours:
                copied = self.dice.choice(ours)
                self.made.jira.comment(issue.key, copied.body, author=person, properties=copied.properties)

    def _rename(self, on_github):
        issue, title = self._any(on_github), self.dice.choice(HOSTILE).replace("\n", " ")[:200]
        if issue and on_github:
            self.made.github.edit(issue.number, title=title, actor="bo-gh")
        elif issue:
            self.made.jira.edit(issue.key, actor="bo", summary=title)

    def _edit_text(self, on_github):
        issue = self._any(on_github)
        if issue and on_github:
            self.made.github.edit(issue.number, body=self.dice.choice(HOSTILE), actor="bo-gh")
        elif issue:
            self.made.jira.edit(issue.key, actor="bo", description=self.dice.choice(HOSTILE))

    def _remove(self, on_github):
        issue, moved = self._any(on_github), self.dice.random() < 0.5
        self.removed.update([issue.key] if issue else [])
        if issue and on_github and moved:
            self.made.github.transfer_issue(issue.number, self.made.github.repo("acme/attic"))
        elif issue and on_github:
            self.made.github.delete_issue(issue.number)
        elif issue and moved:
            self.made.jira.move(issue.key, "ATTIC", actor="ana")
        elif issue:
            self.made.jira.delete(issue.key)

    def _lock(self, on_github):
        issue = self._one(True)
        if issue and issue.locked:
            self.made.github.unlock(issue.number, actor="ana-gh")
        elif issue and on_github:
            self.made.github.lock(issue.number, actor="ana-gh")
