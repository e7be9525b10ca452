"""People win, deed by deed: whatever a person or another bot takes back of what rules did stays so, whenever it was."""

from types import SimpleNamespace

import pytest

from tests.worker.desk import Desk
from tests.worker.faulty import firm, rules
from tests.worker.places import BOT

WEARING = """
[[rule]]
id = "owned"
about = "It has an owner."
on = "improvement"
when = ["open", "!has_owner"]
label = "worn"
"""
ORDERS = ("at once", "after days", "before the database was lost", "seen, and then the database was lost")


class Hands:
    """What people, and other bots, do to a ticket of a desk."""

    def __init__(self, desk, actor):
        self.desk, self.made, self.github = desk, desk.made, desk.github
        self.actor = f"{actor}-gh" if self.github else actor

    def label_off(self, key, label="worn"):
        """Take a label off."""
        if self.github:
            self.made.github.remove_label(key, label, actor=self.actor)
        else:
            self.made.jira.label(key, actor=self.actor, remove=[label])

    def kept_label_off(self, key):
        """Take the label off that was put on to stay."""
        self.label_off(key, "kept")

    def due_cleared(self, key):
        """Take the due date away."""
        if self.github:
            self.made.github.set_milestone(key, None, actor=self.actor)
        else:
            self.made.jira.edit(key, actor=self.actor, duedate=None)

    def owner_off(self, key):
        """Take the owner off."""
        if self.github:
            self.made.github.unassign(key, "ana-gh", actor=self.actor)
        else:
            self.made.jira.edit(key, actor=self.actor, assignee="")

    def owner_changed(self, key):
        """Give it to another."""
        self.desk.give(key, "zoe")

    def closed_again(self, key):
        """Close what was opened again."""
        self.desk.close(key)

    def ping_deleted(self, key):
        """Delete the comment that pinged."""
        self._delete(key, "@" if self.github else "[~")

    def card_deleted(self, key):
        """Delete the card."""
        self._delete(key, "where this ticket stands")

    def card_emptied(self, key):
        """Put another text into the card, its mark and all gone."""
        card = self._ours(key, "where this ticket stands")
        if self.github:
            self.made.github.edit_comment(card, "Nothing to see here.")
        else:
            self.made.jira.edit_comment(key, card.id, "Nothing to see here.", actor=self.actor)

    def follow_up_deleted(self, key):
        """Delete what was filed from it."""
        filed = self._filed(key)
        if self.github:
            self.made.github.delete_issue(filed.number)
        else:
            self.made.jira.delete(filed.key)

    def follow_up_declined(self, key):
        """Close what was filed from it as not planned."""
        filed = self._filed(key)
        if self.github:
            self.made.github.close(filed.number, actor=self.actor, reason="not_planned")
        else:
            way = next(one.name for one in self.made.jira.ways(filed) if one.to == "Done")
            self.made.jira.transition(filed.key, way, actor=self.actor, resolution="Won't Do")

    def follow_up_unlinked(self, key):
        """Remove the link to what was filed from it, where the tracker has links."""
        for link in () if self.github else list(self._filed(key).links):
            self.made.jira.unlink(link, actor=self.actor)

    def _filed(self, key):
        title = f"Follow up {self.desk.title(key)}"
        if self.github:
            return next(one for one in self.made.issues() if one.title == title)
        return next(one for one in self.made.jira.issues.values() if one.summary == title)

    def _ours(self, key, words):
        comments = self.desk.ticket(key).comments
        ours = (one for one in comments if (one.author.login if self.github else one.author) == BOT)
        return next(one for one in ours if words in one.body.replace("\u200b", ""))

    def _delete(self, key, words):
        comment = self._ours(key, words)
        if self.github:
            self.made.github.delete_comment(comment)
        else:
            self.made.jira.delete_comment(key, comment.id)


OPEN = (
    "label_off", "kept_label_off", "due_cleared", "owner_off", "owner_changed", "ping_deleted", "card_deleted",
    "card_emptied", "follow_up_deleted", "follow_up_declined", "follow_up_unlinked",
)  # fmt: skip
DONE = ("closed_again",)
ACTORS = ("bo", "stale-bot")


def words(deed):
    """Return a deed as a ticket's title has it."""
    return deed.replace("_", " ")


@pytest.fixture
def company(flavour, tmp_path):
    """Serve a company without a desk yet."""
    with firm(tmp_path, "dc" if flavour == "dc" else "cloud") as made:
        made.configure(more="[ceilings]\nperson = 100\nrule = 500\n")
        made.github.user("stale-bot-gh")
        made.jira.add_user("stale-bot", account_id="acc-stale-bot")
        yield made


def desk_of(made, flavour, turn):
    """Return a desk with a ticket for each deed, whose title says what is done to it and by whom: they take turns."""
    titles = [f"{words(deed)} by {ACTORS[(turn + number) % 2]}" for number, deed in enumerate((*OPEN, *DONE))]
    return Desk(made, flavour, titles=[*titles[: len(OPEN)], "nothing"], closed=titles[len(OPEN) :])


@pytest.mark.fault("hostile/person-who-undoes")
@pytest.mark.parametrize(
    ("flavour", "order"),
    [
        *(("github", order) for order in ORDERS),
        *(("cloud", order) for order in ORDERS[1::2]),
        *(("dc", order) for order in ORDERS[::2]),
    ],
)
def test_whatever_anybody_undoes_stays_undone(company, flavour, order):
    """Nothing of it comes back in days; a ticket that nobody touched keeps all that was done; and passes are quiet."""
    made = company
    desk = desk_of(made, flavour, ORDERS.index(order))
    days(made, 3 if order == "after days" else 0)
    for key in desk.keys:
        deed, _, actor = desk.title(key).partition(" by ")
        if actor:
            getattr(Hands(desk, actor), deed.replace(" ", "_"))(key)
    left = desk.stands()
    days(made, 1 if order.startswith("seen") else 0)
    if order.endswith("lost"):
        for file in (made.folder / "var").glob("kaizend.db*"):
            file.unlink()
    days(made, 3)
    now = desk.stands()
    assert {desk.title(key): (left[key], now[key]) for key in desk.keys if left[key] != now[key]} == {}
    assert [made.written() for _ in range(2)] == [[], []]
    with made.worker() as worker:
        believed = {ticket.title: ticket.due for ticket in worker.mirror.tickets() if "due cleared by" in ticket.title}
    assert set(believed.values()) == {None}
    if flavour != "github" and not order.endswith("lost"):  # no card of a follow-up keeps what was linked
        filed = [one for one in made.jira.issues.values() if "follow up unlinked" in one.summary]
        assert {len(one.links) for one in filed} == {0}


@pytest.mark.parametrize("flavour", ["github", "cloud", "dc"])
def test_a_date_that_is_cleared_before_the_card_is_read_again_stays_away(flavour, tmp_path):
    """Also if the database was lost before: the card tells that the date was ours, and no pass saw it go."""
    with firm(tmp_path, "dc" if flavour == "dc" else "cloud", rules=("pack:backlog",)) as made:
        made.configure()
        github = flavour == "github"
        key = made.issue(labels=("priority:low",), owner="ana") if github else made.task(owner="ana").key
        days(made, 3)
        for file in (made.folder / "var").glob("kaizend.db*"):
            file.unlink()
        hands = Hands(SimpleNamespace(made=made, github=github), "bo")
        hands.due_cleared(key)
        days(made, 3)
        with made.worker() as worker:
            assert [ticket.due for ticket in worker.mirror.tickets()] == [None]
        assert [made.written() for _ in range(2)] == [[], []]


def days(made, count):
    """Let days pass, each with a pass."""
    for _ in range(count):
        made.clock.forward(days=1)
        made.once()


@pytest.mark.fault("hostile/quarrelsome-bot", "github", "dc")
def test_a_bot_that_insists_each_hour_moves_us_once(tmp_path):
    """It takes one label off whenever it is there, and puts another back whenever it is gone, in fifty passes."""
    with firm(tmp_path, "dc") as made:
        rules(made, WEARING)
        off, back = made.issue("Off"), made.issue("Back")
        task_off, task_back = made.task("Off"), made.task("Back")
        made.once()
        made.github.assign(back, "bo-gh", actor="bo-gh")  # its reason is gone: we take the label off
        made.jira.edit(task_back.key, actor="bo", assignee="bo")
        writes = []
        for _ in range(50):
            made.clock.forward(hours=1)
            writes += made.written()
            made.github.remove_label(off, "worn", actor="zoe-gh")
            made.github.set_label(back, "worn", actor="zoe-gh")
            made.jira.label(task_off.key, actor="zoe", remove=["worn"])
            made.jira.label(task_back.key, actor="zoe", add=["worn"])
        seen = made.seen()
        assert [seen[f"{one.key} label worn"] for one in (off, task_off, back, task_back)] == [0, 0, 1, 1]
        assert len(writes) == 6, writes  # two labels off with their reason, four cards that say how things stand
