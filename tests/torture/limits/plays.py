"""The plays: each makes a small company work at a limit, and tells in figures how near to it we came."""

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from email.utils import format_datetime
from itertools import pairwise

from tests.torture.limits.server import closest, fullest, in_a_process, served
from tests.worker.faulty import rules
from tests.worker.places import BEFORE, WRITES
from worker.cycle import Watching, once
from worker.settings import load_settings
from worker.wiring import opened

FACES = {"github": "github", "cloud": "jira-cloud", "dc": "jira-dc"}
DAY = 24 * 3600
WAITS = {  # a Retry-After, and how many seconds it asks for; none said: a minute
    "whole": ("7", 7),
    "parts": ("3.5", 3.5),
    "date": (None, 540),
    "negative": ("-5", 0),
    "zero": ("0", 0),
    "1e9": ("1000000000", DAY),
    "garbage": ("soon", 60),
    "two": ("7, 90", 90),
    "empty": ("", 60),
}

CEILINGS = "\n[ceilings]\npass = 20000\nrule = 20000\n"
"""What is measured are the trackers' limits, not our own."""


def shops(made, **keys):
    """Have a second repository of the same account, and these settings for both."""
    text = made.config.read_text(encoding="utf-8")
    text = text.replace('due = "milestone"', "\n".join(['due = "card"', *(f"{k} = {v}" for k, v in keys.items())]))
    if "write_interval" in keys:
        text = text.replace("write_interval = 0\n", "", 1)
    shop = text[text.index("[sources.shop]") : text.index("[sources.ops]")]
    made.config.write_text(text + shop.replace("shop", "store") + CEILINGS, encoding="utf-8")
    return made.github.add_repo("acme/store")


def improvement(made, repo, number):
    """Add an improvement that lacks an owner and a due date to a repository."""
    worn = ["improvement", "domain:reliability", "priority:high"]
    return made.github.add_issue(
        f"Slow {number}", author="bo-gh", labels=worn, repo=repo, created_at=BEFORE, updated_at=BEFORE
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """Content that the server took, in the fullest minute and hour; how often it had to punish; what is left to do."""

    minute: int
    hour: int
    punished: int
    written: int
    waiting: int


def content(folder, *, tickets, limits, run=in_a_process):
    """Run twelve times in an hour, as `run` does, and for another one as two daemons in turns, with too much to do."""
    with served(folder, limits=limits) as (made, diary):
        store = shops(made, content_limits=[list(limit) for limit in limits])
        for number in range(tickets):
            improvement(made, (made.github.main, store)[number % 2], number)
        for _ in range(12):
            run(made)
            made.clock.forward(minutes=5)
        with daemon(made) as one, daemon(made) as other:
            for turn in range(12):
                once((one, other)[turn % 2], made.stop, watching=Watching())
                made.clock.forward(minutes=5)
        (_, minute), (_, hour) = limits
        moments = diary.content()
        cards = sum(count for what, count in made.seen().items() if what.endswith(" card"))
        return Content(
            minute=fullest(moments, minute),
            hour=fullest(moments, hour),
            punished=diary.punished,
            written=len(moments),
            waiting=tickets - cards,
        )


@contextmanager
def daemon(made):
    """Open a worker that stays."""
    with opened(load_settings(made.config, made.env), clock=made.clock, sleep=made.clock.sleep) as worker:
        yield worker


def earliest(folder, where, wait, run=in_a_process):
    """Return after how many seconds a throttled tracker is asked again, by later runs, and how many it asked for."""
    header, least = WAITS[wait]
    face = FACES[where]
    with served(folder, "dc" if where == "dc" else "cloud") as (made, diary):
        made.issue(labels=["priority:high"])
        made.task()
        until = (made.clock() + timedelta(seconds=least)).replace(microsecond=0)
        told = format_datetime(until, usegmt=True) if header is None else header
        path = "/labels$" if where == "github" else "/comment$"
        made.fail("status", face=face, method="POST", path=path, status=429, headers={"Retry-After": told})
        run(made)
        thrown = next(entry for entry in made.sandbox.log.entries if entry.status == 429)
        began = _moment(made, diary, thrown)
        for seconds in (least / 2, least / 2 - 4, 3, 2 + least / 3):
            made.clock.forward(seconds=max(0, seconds))
            run(made)
        after = [at for name, at, *_ in diary.asked if name == face and at > began]
        asked_for = (until - began).total_seconds() if header is None else least
        return (after[0] - began).total_seconds(), asked_for


def _moment(made, diary, thrown):
    """Return when the last request before a throttle came in: throttles do not get as far as the face."""
    before = 0
    for entry in made.sandbox.log.entries:
        if entry is thrown:
            break
        before += entry.face == thrown.face
    return [at for name, at, *_ in diary.asked if name == thrown.face][before - 1]


def unsaid(folder, runs, run=in_a_process):
    """Return the seconds between runs that reach a GitHub which throttles each without a word how long."""
    with served(folder) as (made, _diary):
        made.issue(labels=["priority:high"])
        body = {"message": "You have exceeded a secondary rate limit"}
        made.fail("status", face="github", path="/labels$", method="POST", status=403, body=body, times=runs)
        moments = []
        while len(moments) < runs:
            refused = made.sandbox.log.count(method="POST", path="/labels$", face="github")
            run(made)
            if made.sandbox.log.count(method="POST", path="/labels$", face="github") > refused:
                moments.append(made.clock())
            made.clock.forward(seconds=20)
        return [(after - before).total_seconds() for before, after in pairwise(moments)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """Writes that one Jira issue took, in its fullest two and thirty seconds; how often Jira refused one."""

    short: int
    long: int
    refused: int
    written: int


def one_issue(folder, flavour, labels, run=in_a_process):
    """Have as many rules each put a label on one Jira issue."""
    with served(folder, flavour) as (made, diary):
        rules(
            made,
            "".join(
                f'[[rule]]\nid = "r{n}"\nabout = "A label."\non = "improvement"\nwhen = ["open"]\nlabel = "l{n}"\n'
                for n in range(labels)
            ),
        )
        made.env = {"KAIZEND_CEILINGS__TICKET": "900"}
        made.task()
        for _ in range(6):
            run(made)
            made.clock.forward(seconds=5)
        moments = [at for face, at, method, _ in diary.asked if face != "github" and method in WRITES]
        refused = sum(entry.status == 429 for entry in made.sandbox.log.entries)
        return Issue(short=fullest(moments, 2), long=fullest(moments, 30), refused=refused, written=len(moments))


def spacing(folder, run=in_a_process):
    """Return the least seconds between two writes to GitHub by runs and repositories that follow at once."""
    with served(folder) as (made, diary):
        store = shops(made, write_interval=1)
        for number in range(3):
            improvement(made, made.github.main, number)
            improvement(made, store, number)
            run(made)
        return closest([at for face, at, method, path in diary.asked if face == "github" and method != "GET"])


def longest_wait(folder, *, tickets, budget, arriving):
    """Return the longest that a ticket waited for its card, in passes, and how many of the first are still waiting.

    The budget is a pass's; some arrive before each; so many that they could fill it cannot be read alone, and one takes
    no comment.
    """
    with served(folder) as (made, _):
        shops(made, content_limits=[[budget, 600]])
        for number in range(tickets):
            improvement(made, made.github.main, number)
        unread = "|".join(str(number) for number in range(1, budget + 1))
        made.fail("status", face="github", method="GET", path=f"/shop/issues/({unread})$", status=500, times=10**6)
        mute = f"/shop/issues/{budget + 1}/comments$"
        made.fail("status", face="github", method="POST", path=mute, status=502, times=10**6)
        first = range(budget + 2, tickets + 1)
        came, waited, passes = dict.fromkeys(first, 0), {}, 0
        while not waited.keys() >= set(first) and passes < 2 * tickets:
            passes += 1
            for _ in range(arriving):
                came[improvement(made, made.github.main, f"new {passes}").number] = passes
            made.once()
            for issue in made.github.main.issues.values():
                if issue.number in came and issue.comments:
                    waited.setdefault(issue.number, passes - came[issue.number])
            made.clock.forward(minutes=11)
        return max(waited.values(), default=passes), sum(number not in waited for number in first)


def cold_reads(folder, where, tickets):
    """Return how many passes a first read takes that is throttled after two pages each time, and if all was read."""
    face, path = FACES[where], "/issues$" if where == "github" else "/search"
    with served(folder, "dc" if where == "dc" else "cloud") as (made, _):
        for number in range(tickets):
            if where == "github":
                made.github.add_issue(f"Old {number}", author="bo-gh", created_at=BEFORE, updated_at=BEFORE)
            else:
                made.jira.add_issue("OPS", f"Old {number}", type="Task", reporter="bo", at=BEFORE)
        passes, whole = 0, False
        while not whole and passes < 30:
            passes += 1
            made.sandbox.faults.clear()
            wait, pages = (
                {"Retry-After": "60"},
                4 if where == "cloud" else 2,
            )  # Cloud is asked how many there are, first
            made.fail("status", face=face, method="GET", path=path, status=429, headers=wait, after=pages)
            passed = made.once()
            made.clock.forward(seconds=90)
            source = "shop" if where == "github" else "ops"
            whole = not next(one for one in passed.synced if one.source == source).error
        with made.worker() as worker:
            return passes, sum(ticket.source == source for ticket in worker.mirror.tickets())
