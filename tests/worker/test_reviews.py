"""Reviews: a ticket a slot, once, whatever happens; its agenda; and what becomes of it."""

from datetime import UTC, date, datetime, timedelta
from html import unescape
from random import Random
from zoneinfo import ZoneInfo

import pytest

from tests.worker.faulty import firm
from tests.worker.places import BOT, DIGESTS, NOW, kind
from worker.cycle import Watching, read
from worker.digest_reviews import review_states
from worker.governing import governing
from worker.look import look
from worker.publish import account
from worker.saved import PlanRefused, agreed

BERLIN = ZoneInfo("Europe/Berlin")
KINDS = """
[kinds]
incident = ['"incident" in labels']
decision = ['"decision" in labels']
review = ['"review" in labels || issue_type == "Review"']
escalation = ['"escalation" in labels']
improvement = ['"improvement" in labels || issue_type == "Improvement"']

[calendar]
time_zone = "Europe/Berlin"

[file.review]
source = "{source}"

[file.escalation]
source = "{source}"
"""


DOMAINS = [
    f"domain:{name}"
    for name in (
        "reliability",
        "security",
        "performance",
        "developer-productivity",
        "operational-excellence",
        "customer-trust",
    )
]


class Office:
    """A company whose reviews are filed on GitHub, on Jira Cloud or on Jira Data Center."""

    def __init__(self, made, tracker):
        self.made, self.github, self.kind = made, tracker == "github", tracker
        self.clock = made.clock
        self.configure()
        made.jira.add_issue("OPS", "A little of everything", reporter="bo", labels=["improvement", *DOMAINS])

    def configure(self, more="", rules=("pack:cadence",)):
        """Write the config."""
        self.made.configure(rules=", ".join(f'"{rule}"' for rule in rules), more=more)
        text = self.made.config.read_text(encoding="utf-8")
        start, end = text.index("[kinds]"), text.index("[sources.shop]")
        kinds = KINDS.format(source="shop" if self.github else "ops")
        self.made.config.write_text(text[:start] + kinds + text[end:], encoding="utf-8")

    def own(self, text, **given):
        """Have a rule file of the company's own in place of the pack."""
        (self.made.folder / "own.toml").write_text(f'[pack]\nname = "own"\n\n{text}', encoding="utf-8")
        self.configure(rules=("own.toml",), **given)

    def reviews(self):
        """Return the reviews that kaizend filed, oldest first."""
        if self.github:
            every = self.made.github.main.issues.values()
            return [one for one in every if one.author.login == BOT and "review" in {each.name for each in one.labels}]
        every = self.made.jira.issues.values()
        return [one for one in every if one.creator == BOT and "review" in one.labels]

    def improvements(self):
        """Return the improvements that kaizend filed, by title."""
        if self.github:
            every = [one for one in self.made.github.main.issues.values() if one.author.login == BOT]
        else:
            every = [one for one in self.made.jira.issues.values() if one.creator == BOT]
        return {self.title(one): one for one in every if "improvement" in self.labels(one)}

    def escalated(self):
        """Return what was escalated, oldest first."""
        if self.github:
            every = self.made.github.main.issues.values()
            return [one for one in every if "escalation" in {each.name for each in one.labels}]
        return [one for one in self.made.jira.issues.values() if "escalation" in one.labels]

    def escalations(self):
        """Return the titles of what was escalated, oldest first."""
        return [self.title(one) for one in self.escalated()]

    def titles(self):
        """Return their titles."""
        return [self.title(one) for one in self.reviews()]

    def title(self, review):
        return review.title if self.github else review.summary

    def text(self, review):
        """Return what a review says."""
        return readable(review.body if self.github else review.description)

    def say(self, review, body, name="kim"):
        """Have a person comment."""
        if self.github:
            return self.made.github.comment(review, body, author=f"{name}-gh")
        return self.made.jira.comment(review.key, body, author=name)

    def write(self, review, text):
        """Have a person write something where the text says so."""
        body = (review.body if self.github else review.description).replace("Outcome:", f"Outcome: {text}", 1)
        if self.github:
            self.made.github.edit(review, actor="kim-gh", body=body)
        else:
            self.made.jira.edit(review.key, actor="kim", description=body)

    def close(self, review, *, declined=False):
        """Have a person close it."""
        if self.github:
            self.made.github.close(review, actor="kim-gh", reason="not_planned" if declined else "completed")
            return
        way = next(one.name for one in self.made.jira.ways(review) if one.to == "Done")
        self.made.jira.transition(review.key, way, actor="kim", resolution="Won't Do" if declined else "Done")

    def is_open(self, review):
        return review.state == "open" if self.github else review.status != "Done"

    def labels(self, review):
        """Return the labels it wears besides that of a review."""
        return {getattr(one, "name", one) for one in review.labels} - {"review"}

    def due(self, review):
        if not self.github:
            return review.due
        return date.fromisoformat(review.milestone.title.removeprefix("Due ")) if review.milestone else None

    def said(self, review):
        """Return our comments that notify."""
        ours = [one.body for one in review.comments if (one.author.login if self.github else one.author) == BOT]
        return [readable(body) for body in ours if kind(body) == "ping"]

    def pings(self, review):
        """Count them."""
        return len(self.said(review))

    def settle(self):
        """Make a pass that ends at the fixed point; return its writes."""
        writes = self.made.written()
        assert self.made.written() == []
        assert self.made.written(whole=True) == []
        return writes

    def lose(self):
        """Lose the database; the key stays."""
        for file in (self.made.folder / "var").glob("kaizend.db*"):
            file.unlink()


def readable(text):
    """Return a text as it is read: without escapes and the spaces nobody sees."""
    return unescape(text).replace("\\", "").translate(dict.fromkeys(map(ord, "\u200b\u200d\u2060")))


@pytest.fixture(params=["github", "cloud", "dc"])
def office(request, tmp_path):
    """Serve a company whose reviews are filed in one of its trackers."""
    with firm(tmp_path, "dc" if request.param == "dc" else "cloud") as made:
        yield Office(made, request.param)


@pytest.fixture
def small(tmp_path):
    """Serve a company whose reviews are filed on GitHub."""
    with firm(tmp_path) as made:
        yield Office(made, "github")


def slots_at(moment):
    """Return the slots that came last by a moment: the month's and the quarter's, from nine o'clock of its first."""
    there = moment.astimezone(BERLIN) - timedelta(hours=9)
    return f"Improvement review {there:%Y-%m}", f"Improvement themes {there.year}-Q{(there.month + 2) // 3}"


# -- once ------------------------------------------------------------------------------------------------------------


def test_each_slot_has_one_ticket_whatever_happens(office):
    """Months with days on which nothing works, a change of the clocks, lost databases and lost answers."""
    seed = 7
    dice = Random(seed)  # noqa: S311 - a made-up life
    office.clock.start = datetime(2027, 2, 26, 7, 30, tzinfo=UTC)  # an hour and a half before, in winter
    expected = {}
    for _ in range(30):
        fate = dice.random()
        if fate < 0.15:
            office.lose()
        elif fate < 0.3:
            office.made.fail("drop_after", method="POST", path=r"/issues?$")
        office.made.once()
        expected |= dict.fromkeys(slots_at(office.clock()))
        office.clock.forward(hours=dice.choice((1, 5, 24, 72, 120, 300, 400)))
    office.made.sandbox.faults.clear()
    office.made.once()
    expected |= dict.fromkeys(slots_at(office.clock()))
    for _ in range(2):
        office.clock.forward(minutes=5)
        office.made.once()
    assert sorted(office.titles()) == sorted(expected), f"seed {seed}"
    assert all(count == 1 for count in office.made.marks().values())
    assert len(expected) > 6
    office.settle()


def test_after_downtime_the_newest_slot_is_filed_and_names_those_missed(office):
    """Not one by one; the months that nobody was told of stand in the text, and a second pass adds nothing."""
    office.settle()
    assert office.titles() == ["Improvement review 2026-11", "Improvement themes 2026-Q4"]
    office.clock.forward(days=140)
    office.settle()
    assert len(office.reviews()) == 4
    monthly = next(one for one in office.reviews() if office.title(one) == "Improvement review 2027-04")
    assert "Missed, because nobody filed it in its time: 2026-12, 2027-01, 2027-02, 2027-03." in office.text(monthly)
    themes = next(one for one in office.reviews() if office.title(one) == "Improvement themes 2027-Q2")
    assert "in its time: 2027-Q1." in office.text(themes)


def test_a_lost_database_files_nothing_again(office):
    """Each review is known by its mark, also one that people closed since."""
    office.settle()
    seen = office.made.seen()
    office.lose()
    office.clock.forward(minutes=10)
    office.made.once()
    assert office.made.seen() == seen
    office.settle()


def test_a_review_whose_place_changes_is_not_filed_there_once_more(small):
    """The slot has its ticket; the next one is filed at the new place."""
    small.settle()
    text = small.made.config.read_text(encoding="utf-8")
    small.made.config.write_text(text.replace('source = "shop"', 'source = "ops"'), encoding="utf-8")
    small.settle()
    assert [one for one in small.made.jira.issues.values() if one.creator == BOT] == []
    small.clock.forward(days=20)
    small.settle()
    assert [one.summary for one in small.made.jira.issues.values() if one.creator == BOT] == [
        "Improvement review 2026-12"
    ]


@pytest.mark.parametrize("fault", ["drop_after", "drop_before"])
def test_a_filing_whose_answer_is_lost_is_there_once(office, fault):
    """Whether it took effect is found out by its mark."""
    office.made.fail(fault, method="POST", path=r"/issues?$", times=2)
    for _ in range(4):
        office.made.once()
        office.clock.forward(minutes=5)
    assert len(office.reviews()) == 2
    assert all(count == 1 for count in office.made.marks().values())
    office.settle()


def test_where_a_source_is_not_read_nothing_is_planned(small):
    """The slot stays due."""
    small.made.fail("status", path="/repos", face="github", status=503, times=50)
    assert not small.made.once().whole
    assert small.reviews() == []
    small.made.sandbox.faults.clear()
    small.settle()
    assert len(small.reviews()) == 2


# -- planned ---------------------------------------------------------------------------------------------------------

ONE = '[[review]]\nid = "talk"\nevery = "week"\ntitle = "Talk {slot}"\n'


def planned(office):
    """Return what a look finds, and the worker's plan of it as (rule, before, after, shadow)."""
    with office.made.worker() as worker:
        read(worker, Watching())
        found = look(worker, office.clock(), whole=True)
    return found, [(op.rule, op.before, op.after, op.shadow) for op in found.plan.ops]


def test_a_plan_shows_what_would_be_filed_and_why(small):
    """With the slot and when it fell due."""
    found, ops = planned(small)
    assert ops == [
        ("cadence/monthly", "-", "review 2026-11", False),
        ("cadence/quarterly", "-", "review 2026-Q4", False),
    ]
    assert found.plan.ops[0].because == ("the slot 2026-11 fell due on 2026-11-01 at 09:00",)
    assert found.plan.ops[0].target.key == "shop"


def test_a_saved_plan_holds_though_the_agenda_has_changed_since(small):
    """What counts is that the slot is filed; when the slot has moved on, the plan is refused."""
    before, ops = planned(small)
    small.made.issue("Backups fail", owner="bo", due=date(2026, 11, 10), at=small.clock())
    now, same = planned(small)
    assert [op for op in same if op[0].startswith("cadence/")] == ops
    assert now.plan.ops[0].verb.prose != before.plan.ops[0].verb.prose
    with small.made.worker() as worker:
        read(worker, Watching())
        assert agreed(worker, now, before.plan, "plan.json").plan == before.plan
    small.clock.forward(days=10)
    later, _ = planned(small)
    with small.made.worker() as worker:
        read(worker, Watching())
        with pytest.raises(PlanRefused, match=r"shop \(file\)"):
            agreed(worker, later, before.plan, "plan.json")


def test_the_account_of_the_policy_counts_what_was_filed(small):
    """The section that a review serves names it, with what it did; the digest links what was filed."""
    small.configure(more=DIGESTS)
    small.settle()
    with small.made.worker() as worker:
        served = governing(worker.policy, worker.ledger.report(NOW - timedelta(days=1)), (), {})
        did = account(worker, ("shop",), NOW - timedelta(days=1), small.clock()).did
    cadence = next(one for one in served if one.section == "cadence")
    told = {rule.id: report.done for rule, report in cadence.rules}
    assert told["cadence/monthly"] == told["cadence/quarterly"] == {"file": 1}
    filed = next(one for one in did if one.rule == "cadence/monthly")
    assert (filed.deeds, filed.example.text) == ({"file": 1}, small.reviews()[0].key)
    assert filed.about == "The council goes through the improvement backlog once a month."


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("", [("own/talk", "-", "review 2026-W48", False)]),
        ('mode = "shadow"', [("own/talk", "-", "review 2026-W48", True)]),
        ("from = 2026-11-24", []),
        ("from = 2026-11-23", [("own/talk", "-", "review 2026-W48", False)]),
        ("ceiling = 0", []),
        ("day = 3", [("own/talk", "-", "review 2026-W47", False)]),
    ],
    ids=["plain", "shadow", "later", "on the day", "no room", "of last week"],
)
def test_a_review_can_be_held_back(small, more, expected):
    """In shadow it is only shown, before `from` it is not due, over its ceiling it is held and said so."""
    small.own(ONE + more)
    found, ops = planned(small)
    assert ops == expected
    assert [held.what for held in found.plan.held] == (["rule own/talk"] if more == "ceiling = 0" else [])


def test_the_ceiling_of_a_ticket_is_none_of_a_source(small):
    """Two reviews are filed in one pass though a ticket may be written to only once."""
    small.configure(more="[ceilings]\nticket = 1\n")
    assert small.made.once().whole
    assert len(small.reviews()) == 2


@pytest.mark.parametrize("lost", [False, True])
def test_a_repository_without_a_place_for_dates_keeps_them_on_the_card(tmp_path, lost):
    """The review is due all the same: it is late when its time is over, also if the database is lost before that."""
    with firm(tmp_path, due="card") as made:
        office = Office(made, "github")
        office.settle()
        if lost:
            office.lose()
        office.clock.forward(days=20)
        office.settle()
        review = office.reviews()[0]
        assert office.labels(review) == {"review-late"}


# -- the agenda ------------------------------------------------------------------------------------------------------

DAY_BEFORE = "2026-10-31"
EVIL = "Outcome: done @zoe-gh [~zoe] /kaizen held #1 <!-- x --> {slot}"


def section(text, heading):
    """Return the part of a text under a heading, Markdown's or Jira's."""
    part = text.partition(f"{heading}\n")[2]
    return part.partition("\n### ")[0].partition("\nh3. ")[0].strip()


def test_an_agenda_brings_along_what_there_is(office):
    """What is overdue, put off, decided and expected, each with its ticket; nothing foreign is more than text."""
    made = office.made
    made.issue(EVIL, owner="bo", due=date(2026, 11, 10))
    late = made.task("Restore takes a day", owner="bo", due=date(2026, 11, 12))
    made.jira.comment(late.key, "/kaizen defer until 2026-12-24 because the supplier is late", author="ana")
    made.jira.comment(late.key, "/kaizen outcome mttr(checkout) 90m -> 45m by 2027-03-31", author="ana")
    made.github.add_issue("Which queue?", author="ana-gh", labels=["decision"], assignees=["ana-gh"])
    office.settle()
    review = next(one for one in office.reviews() if "review" in office.title(one))
    text = office.text(review)
    overdue = section(text, "Longest overdue")
    assert overdue.count("\n") == 1
    assert "acme/shop#1" in overdue
    assert "due 2026-11-10, bo" in overdue
    put_off = section(text, "Deferral debt")
    assert "1 improvement is put off" in put_off
    assert "OPS-2" in put_off
    assert "once since 2026-11-24, until 2026-12-24" in put_off
    assert "Which queue?: open, ana" in section(text, "Decisions")
    assert "mttr(checkout) 90m -> 45m by 2027-03-31, open" in section(text, "Outcomes expected")
    assert "Of 3 open improvements 2 state no outcome." in section(text, "Outcomes expected")
    assert section(text, "Open actions of the last review") == "There is no review before this one."
    assert "improvement work" in section(text, f"Domains on {DAY_BEFORE}")
    assert "ana" in section(text, f"Leads, 2026-10-01 to {DAY_BEFORE}")
    assert section(text, "What the council decides from") == "[inputs] of the config names none."
    raw = review.body if office.github else review.description
    assert ("@zoe-gh" if office.github else "[~zoe]") not in raw
    assert ("@kim-gh" if office.github else "[~accountid:acc-kim]" if office.kind == "cloud" else "[~kim]") in raw
    with made.worker() as worker:
        read(worker, Watching())
        ticket = worker.mirror.find(review.key)
    assert ticket.due == date(2026, 12, 8)
    assert len(ticket.assignees) == 1


def test_an_agenda_carries_over_what_is_left_of_the_last_one(office):
    """How it ended, and the tickets that were filed from it and are open."""
    office.configure(rules=("pack:cadence", "pack:postmortems"))
    office.settle()
    first = next(one for one in office.reviews() if "review" in office.title(one))
    items = "\n- [ ] Alert on slow queries\n- [ ] Try the backups\n"
    body = (first.body if office.github else first.description).replace("Action items\n", f"Action items\n{items}")
    if office.github:
        body = first.body.replace("### Action items", f"### Action items\n{items}")
        office.made.github.edit(first, actor="kim-gh", body=body)
    else:
        body = first.description + items
        office.made.jira.edit(first.key, actor="kim", description=body)
    office.clock.forward(hours=1)
    office.say(first, "/kaizen held because we watch the queries")
    office.close(first)
    office.settle()
    filed = office.improvements()
    assert filed.keys() == {"Alert on slow queries", "Try the backups"}
    office.close(filed["Try the backups"])
    office.clock.forward(days=8)
    office.settle()
    second = next(one for one in office.reviews() if office.title(one) == "Improvement review 2026-12")
    carried = section(office.text(second), "Open actions of the last review")
    assert f"[{first.key}" in carried
    assert "It was held on 2026-11-24, and what came of it: we watch the queries." in carried
    assert "Alert on slow queries, without a date, no owner" in carried
    assert "Try the backups" not in carried


# -- what becomes of it -----------------------------------------------------------------------------------------------


MONTHLY = '[override."cadence.quarterly"]\nmode = "shadow"\n'


@pytest.fixture
def month(office):
    """Serve a company whose one review, the month's, is filed, owned by kim and due on 2026-12-08; an hour ago."""
    office.configure(more=MONTHLY + DIGESTS)
    office.settle()
    office.clock.forward(hours=1)
    (office.review,) = office.reviews()
    return office


def changes(office, days):
    """Return what changed on a review, day by day: (day, pings by now, labels)."""
    seen = [("", office.pings(office.review), sorted(office.labels(office.review)))]
    for _ in range(days):
        office.clock.forward(days=1)
        office.made.once()
        now = (str(office.clock().date()), office.pings(office.review), sorted(office.labels(office.review)))
        seen += [now] if now[1:] != seen[-1][1:] else []
    office.settle()
    return seen[1:]


def standing(office):
    """Return how the digest says that the review of November stands, "" if it no longer does."""
    with office.made.worker() as worker:
        states = review_states(worker, office.clock(), ("shop", "ops"))
        return next((state.state for state in states if state.slot == "2026-11"), "")


def test_a_review_that_does_not_take_place_climbs_the_ladder(month):
    """Its owner shortly before and after it is due, the council three workdays later and when it counts as skipped."""
    assert month.due(month.review) == date(2026, 12, 8)
    assert standing(month) == "open until 2026-12-08"
    assert changes(month, 16) == [("2026-12-04", 1, []), ("2026-12-09", 2, ["review-late"])]
    assert standing(month) == "late: was due on 2026-12-08"
    assert changes(month, 14) == [
        ("2026-12-14", 3, ["review-late"]),
        ("2026-12-22", 4, ["review-skipped"]),
    ]
    assert month.escalations() == ["Skipped: Improvement review 2026-11"]
    assert standing(month) == "skipped: was due on 2026-12-08"


def test_a_review_that_was_held_and_says_so_is_closed_in_peace(month):
    """What came of it is in the comment; nothing is asked for any more, not months later either."""
    month.clock.forward(days=18)
    month.settle()
    assert month.labels(month.review) == {"review-late"}
    month.say(month.review, "/kaizen held 2026-12-11 because we go on as planned")
    month.settle()
    assert (month.labels(month.review), month.pings(month.review)) == (set(), 1)
    assert standing(month) == "held on 2026-12-11, still open"
    month.close(month.review)
    month.settle()
    assert standing(month) == ""
    month.clock.forward(days=10)
    assert changes(month, 3) == []
    assert not month.is_open(month.review)


def test_a_review_that_is_closed_unheld_is_opened_again_once(month):
    """Asked for what is missing, opened a workday later; closed again without an outcome it stays so, labelled."""
    month.close(month.review)
    month.settle()
    assert (month.is_open(month.review), month.pings(month.review), month.labels(month.review)) == (
        False,
        1,
        {"not-held"},
    )
    (asked,) = month.said(month.review)
    assert "that it was held" in asked
    assert "what came of it" in asked
    assert changes(month, 1) == [("2026-11-25", 1, [])]
    assert month.is_open(month.review)
    month.clock.forward(hours=1)
    month.say(month.review, "/kaizen held")
    month.close(month.review)
    month.settle()
    assert (month.is_open(month.review), month.labels(month.review)) == (False, {"not-held"})
    month.clock.forward(days=5)
    month.settle()
    assert (month.is_open(month.review), month.labels(month.review)) == (False, {"not-held"})
    assert standing(month) == "held on 2026-11-25, closed; what came of it is not recorded"
    month.clock.forward(hours=1)
    month.write(month.review, "we go on as planned")
    month.settle()
    assert (month.is_open(month.review), month.labels(month.review)) == (False, set())
    assert standing(month) == "held on 2026-11-25, closed"


def test_a_review_that_is_called_off_is_left_alone(month):
    """Closed as not planned it asks for nothing."""
    month.close(month.review, declined=True)
    month.settle()
    assert changes(month, 6) == []
    assert (month.is_open(month.review), standing(month)) == (False, "called off")


def test_the_digest_tells_how_the_reviews_stand(small):
    """Each in its newest slot, with those that were missed; one in shadow is not filed."""
    small.configure(more=MONTHLY + DIGESTS)
    small.settle()
    small.clock.forward(days=70)
    small.settle()
    issues = small.made.github.main.issues.values()
    digest = [one.body for issue in issues for one in issue.comments if "Improvement digest" in one.body][-1]
    part = section(readable(digest), "Reviews").splitlines()
    assert part[0] == "| review | slot | ticket | state | missed before |"
    assert part[2].startswith("| cadence/monthly | 2027-02 | [acme/shop#")
    assert part[2].endswith(" | open until 2027-02-15 | 2026-12, 2027-01 |")
    assert part[3].startswith("| cadence/monthly | 2026-11 | [acme/shop#1]")
    assert part[3].endswith(" | skipped: was due on 2026-12-08 | - |")
    assert part[4] == "| cadence/quarterly | 2027-Q1 | - | in shadow: it is not filed | - |"


def questions(office):
    """Return the tickets that ask about domains, by title, oldest first."""
    return [title for title in office.escalations() if title.startswith("Why")]


def test_a_domain_that_is_quiet_at_two_reviews_is_asked_about_once(office):
    """Not at the first one; while the ticket is open it is not asked again, months after it was closed it is."""
    office.settle()
    assert questions(office) == []
    everything = office.made.jira.issue("OPS-1")
    office.made.jira.label(everything.key, actor="bo", remove=["domain:security"])
    office.clock.forward(days=8)
    office.settle()
    assert questions(office) == ["Why is nothing done for security?"]
    office.clock.forward(days=31)
    office.settle()
    assert questions(office) == ["Why is nothing done for security?"]
    why = next(one for one in office.escalated() if office.title(one).startswith("Why"))
    text = office.text(why)
    assert "2026-11, 2026-12" in text
    assert "security" in text
    office.close(why)
    office.clock.forward(days=31)
    office.settle()
    assert questions(office) == ["Why is nothing done for security?"] * 2


def test_a_tracker_that_is_down_in_the_morning_delays_no_question_to_the_next_day(office):
    """The walk through all tickets is once a day: once all were read, that is."""
    office.settle()
    office.made.jira.label("OPS-1", actor="bo", remove=["domain:security"])
    office.clock.forward(days=8)
    office.made.fail("status", face="github", method="GET", status=503, times=100)
    assert not office.made.once().whole
    assert questions(office) == []
    office.made.sandbox.faults.clear()
    office.clock.forward(minutes=15)
    office.settle()
    assert questions(office) == ["Why is nothing done for security?"]


def test_a_domain_that_is_worked_on_again_is_not_asked_about(office):
    """What was filed for it since the last review counts."""
    office.settle()
    office.made.jira.label("OPS-1", actor="bo", remove=["domain:security"])
    office.clock.forward(days=5)
    office.made.issue("Rotate the keys", labels=["domain:security"], at=office.clock())
    office.clock.forward(days=3)
    office.settle()
    assert office.escalations() == []


def test_nothing_is_concluded_of_domains_while_a_source_is_not_read(office):
    """Its tickets may be there. What was not asked for that is asked on the same day, once it is read."""
    office.settle()
    office.made.jira.label("OPS-1", actor="bo", remove=["domain:security"])
    office.clock.forward(days=8)
    office.made.fail("status", face="github", path=r"/issues$", status=500, times=4)
    office.made.once()
    assert office.escalations() == []
    office.clock.forward(minutes=2)
    office.settle()
    assert questions(office) == ["Why is nothing done for security?"]


@pytest.mark.parametrize("status", [429, 503])
def test_a_question_is_not_spent_by_a_pass_that_could_not_send_it(office, status):
    """The tracker throttles the review's ticket: nothing more is sent there. The next pass asks, the one after not."""
    office.settle()
    office.made.jira.label("OPS-1", actor="bo", remove=["domain:security"])
    office.clock.forward(days=8)
    office.made.fail("status", method="POST", path="/issues?$", status=status, headers={"Retry-After": "30"})
    office.made.once()
    assert questions(office) == []
    office.clock.forward(minutes=2)
    office.made.once()
    assert questions(office) == ["Why is nothing done for security?"]
    office.clock.forward(minutes=2)
    assert office.made.written() == []
