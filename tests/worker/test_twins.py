"""Twins: one ticket leads, the other follows in state, owner and due date, on whichever trackers they are."""

from datetime import date

import pytest

from tests.worker.faulty import FLAVOURS, firm
from tests.worker.test_people_win import cards, memory, say

KINDS = """
[kinds]
incident = ['"incident" in labels']
improvement = ['"improvement" in labels || issue_type == "Improvement"']

[file.improvement]
source = "ops"
labels = ["improvement"]
"""
SHOP, OPS = "acme/shop#1", "OPS-1"
SOON, LATER, LAST = date(2026, 12, 10), date(2026, 12, 17), date(2027, 1, 14)
FORWARD = {SHOP: OPS, OPS: SHOP}


@pytest.fixture(params=FLAVOURS)
def made(tmp_path, request):
    """Serve a company with a ticket on each tracker that nobody owns."""
    with firm(tmp_path, request.param, rules=("pack:twins",)) as company:
        company.configure()
        text = company.config.read_text(encoding="utf-8")
        begin, end = text.index("[kinds]"), text.index("[sources.shop]")
        company.config.write_text(text[:begin] + KINDS + text[end:], encoding="utf-8")
        company.issue("Checkout was down")
        company.task("Checkout goes down")
        settle(company)
        yield company


def settle(company):
    """Make a pass that ends at the fixed point; return its writes."""
    writes = company.written()
    assert company.written() == []
    assert company.written(whole=True) == []
    assert all(count == 1 for count in company.marks().values())
    return writes


def tell(company, key, text):
    """Put a line into a ticket's text."""
    company.clock.forward(minutes=5)
    if key == SHOP:
        company.github.edit(1, actor="bo-gh", body=text)
    else:
        company.jira.edit(key, actor="bo", description=text)


def give(company, key, *, owner=None, due=None):
    """Have bo give a ticket an owner or a due date."""
    company.clock.forward(minutes=5)
    if key == SHOP:
        for one in company.github.issue(1).assignees if owner else ():
            company.github.unassign(1, one.login, actor="bo-gh")
        if owner:
            company.github.assign(1, f"{owner}-gh", actor="bo-gh")
        if due:
            company.github.set_milestone(1, company.milestone(due), actor="bo-gh")
        return
    changes = ({"assignee": owner} if owner else {}) | ({"duedate": due} if due else {})
    company.jira.edit(key, actor="bo", **changes)


def close(company, key, *, declined=False):
    """Have bo close a ticket."""
    company.clock.forward(minutes=5)
    if key == SHOP:
        company.github.close(1, actor="bo-gh", reason="not_planned" if declined else "completed")
        return
    way = next(one.name for one in company.jira.ways(company.jira.issue(key)) if one.to == "Done")
    company.jira.transition(key, way, actor="bo", resolution="Won't Do" if declined else "Done")


def reopen(company, key):
    """Have bo open a ticket again."""
    company.clock.forward(minutes=5)
    if key == SHOP:
        company.github.reopen(1, actor="bo-gh")
        return
    way = next(one.name for one in company.jira.ways(company.jira.issue(key)) if one.to != "Done")
    company.jira.transition(key, way, actor="bo")


def stand(company, key):
    """Return how a ticket stands: state, owners and due date, as the worker last read it."""
    with company.worker() as worker:
        ticket = worker.mirror.find(key)
        names = sorted(one.removesuffix("-gh").removeprefix("acc-") for one in ticket.assignees)
        state = ticket.resolution.lower() or "done" if ticket.phase == "done" else "open"
        return state, names, ticket.due


@pytest.mark.parametrize(("leader", "follower"), FORWARD.items())
def test_a_twin_follows_and_people_have_the_last_word(made, leader, follower):
    """Owner, due date, closing and reopening; what people change on the twin stays until its leader changes."""
    give(made, leader, owner="ana", due=SOON)
    tell(made, leader, f"It is tracked elsewhere.\n\nTwin: {follower}")
    settle(made)
    assert stand(made, follower) == stand(made, leader) == ("open", ["ana"], SOON)

    give(made, follower, owner="bo")
    say(made, follower, f"/kaizen due {LATER} because we need longer", "bo")
    settle(made)
    assert stand(made, follower) == ("open", ["bo"], LATER)
    assert stand(made, leader) == ("open", ["ana"], SOON)

    give(made, leader, due=LAST)
    settle(made)
    assert stand(made, follower) == ("open", ["bo"], LAST)

    close(made, leader)
    settle(made)
    assert stand(made, follower)[0] in {"completed", "done"}
    reopen(made, follower)
    settle(made)
    assert stand(made, follower)[0] == "open"

    reopen(made, leader)
    settle(made)
    close(made, leader, declined=True)
    settle(made)
    assert stand(made, follower)[0] in {"not_planned", "won't do"}
    reopen(made, leader)
    settle(made)
    assert stand(made, follower)[0] == "open"
    give(made, leader, due=SOON)
    settle(made)
    assert stand(made, follower)[2] == SOON


@pytest.mark.parametrize(("leader", "follower"), FORWARD.items())
def test_twins_are_linked_both_ways(made, leader, follower):
    """Jira links to the ticket on GitHub, whose card names the one in Jira; the follower's says what follows."""
    tell(made, leader, f"Twin: {follower}")
    settle(made)
    (link,) = made.jira.issue(OPS).remote_links
    assert link.url.endswith("/acme/shop/issues/1")
    named = plain(cards(made, SHOP)[0])
    assert "OPS-1" in named
    assert "State, owner and due date follow" in plain(cards(made, follower)[0])
    assert "State, owner and due date follow" not in plain(cards(made, leader)[0])
    assert memory(made, leader).related[0].way == "filed"


def plain(text):
    """Return a card's text without what only keeps others' words harmless."""
    return text.replace("\\", "").replace("\u200b", "").replace("\u2060", "")


@pytest.mark.parametrize(("leader", "follower"), FORWARD.items())
def test_a_command_makes_a_twin_and_takes_it_back(made, leader, follower):
    """Unknown tickets and the ticket itself are answered; who is no twin any more follows no more."""
    give(made, leader, owner="ana")
    settle(made)
    say(made, leader, "/kaizen twin OPS-77", "ana")
    say(made, leader, f"/kaizen twin {leader}", "ana")
    say(made, leader, "/kaizen twin", "ana")
    settle(made)
    card = plain(cards(made, leader)[0])
    assert "I do not know 'ops-77'" in card
    assert "A ticket is no twin of its own." in card
    assert "Which ticket?" in card
    assert stand(made, follower) == ("open", [], None)

    say(made, leader, f"/kaizen twin {follower.lower()}", "ana")
    settle(made)
    assert stand(made, follower)[1] == ["ana"]
    say(made, follower, f"/kaizen twin {leader}", "ana")
    settle(made)
    assert f"It follows {leader} itself." in plain(cards(made, follower)[0])

    say(made, leader, "/kaizen twin none", "ana")
    settle(made)
    give(made, leader, owner="kim", due=SOON)
    settle(made)
    assert stand(made, follower) == ("open", ["ana"], None)
    assert memory(made, follower).related == ()


def test_two_that_call_each_other_twins_do_not_lead_in_a_circle(made):
    """The first leads; the other one's word is known already. Whoever names two leads both."""
    made.task("Checkout goes down again")
    give(made, SHOP, due=SOON)
    tell(made, SHOP, f"Twin: {OPS}, ops-2, OPS-2 and #1")
    settle(made)
    tell(made, OPS, f"Twins: {SHOP}, OPS-2, OPS-1")
    settle(made)
    give(made, OPS, due=LATER)
    settle(made)
    assert [stand(made, key)[2] for key in (SHOP, OPS, "OPS-2")] == [SOON, LATER, SOON]
    give(made, SHOP, due=LAST)
    settle(made)
    assert [stand(made, key)[2] for key in (SHOP, OPS, "OPS-2")] == [LAST, LAST, LAST]
    tell(made, SHOP, "No more twins.")
    settle(made)
    assert memory(made, OPS).related[0].way == "filed"
    give(made, OPS, due=SOON)
    settle(made)
    assert [stand(made, key)[2] for key in (SHOP, "OPS-2")] == [LAST, SOON]


def test_a_ticket_follows_one_and_another_one_takes_over(made):
    """Two call the same ticket their twin: the first leads until it does so no more."""
    made.task("Checkout goes down again")
    give(made, SHOP, due=SOON)
    give(made, OPS, due=LATER)
    tell(made, SHOP, "Twin: OPS-2")
    settle(made)
    tell(made, OPS, "Twin: OPS-2")
    settle(made)
    assert stand(made, "OPS-2")[2] == SOON
    assert [each.key for each in memory(made, "OPS-2").related] == [SHOP]
    say(made, OPS, "/kaizen twin OPS-2", "ana")
    settle(made)
    assert "OPS-2 follows acme/shop#1 already, and a ticket follows one." in plain(cards(made, OPS)[0])
    tell(made, SHOP, "")
    settle(made)
    assert stand(made, "OPS-2")[2] == LATER


def test_what_stands_in_code_or_is_hidden_makes_no_twin(made):
    """Only what people see of a text counts, and only lines that begin with it."""
    tell(made, SHOP, "<!-- Twin: OPS-1 -->\n```\nTwin: OPS-1\n```\nIts twin: OPS-1\nTwin: see below\nTwin: OPS-999")
    assert settle(made) == []
    assert cards(made, SHOP) == cards(made, OPS) == []


def test_a_ticket_that_comes_later_is_found(made):
    """A line may name a ticket that is filed, or read, only afterwards."""
    give(made, SHOP, owner="ana")
    tell(made, SHOP, "Twin: OPS-2")
    settle(made)
    made.clock.forward(days=1)
    made.task("It was filed a day later", at=made.clock())
    settle(made)
    assert stand(made, "OPS-2")[1] == ["ana"]


def test_an_owner_whom_nobody_knows_there_is_told_on_the_card(made):
    """The twin keeps its owner."""
    give(made, SHOP, owner="zoe")
    tell(made, SHOP, f"Twin: {OPS}")
    settle(made)
    assert stand(made, OPS)[1] == []
    assert "The owner there, zoe-gh, is not known here" in plain(cards(made, OPS)[0])
    give(made, SHOP, owner="ana")
    settle(made)
    assert stand(made, OPS)[1] == ["ana"]
    assert "not known here" not in plain(cards(made, OPS)[0])


@pytest.mark.parametrize(("leader", "follower"), FORWARD.items())
def test_a_lost_database_undoes_nothing(made, leader, follower):
    """Who leads whom is read again, and what people changed on the twin stays."""
    give(made, leader, owner="ana", due=SOON)
    tell(made, leader, f"Twin: {follower}")
    settle(made)
    give(made, follower, owner="bo")
    say(made, follower, f"/kaizen due {LATER} because we need longer", "bo")
    settle(made)
    made.clock.forward(days=30)
    settle(made)
    for file in made.folder.glob("**/*.db*"):
        file.unlink()
    before = made.seen()
    made.once()
    settle(made)
    assert made.seen() == before
    assert stand(made, follower) == ("open", ["bo"], LATER)
    give(made, leader, due=LAST)
    settle(made)
    assert stand(made, follower) == ("open", ["bo"], LAST)


OWN = """
[[rule]]
id = "improved"
about = "An incident is improved upon."
on = "incident"
when = ['open']

[[rule.step]]
after = "0 days"
file = { kind = "improvement", title = "Improve: {title}" }

[[twin]]
id = "all"
about = "What was filed follows."
on = "improvement"
as = "improvement"
sources = ["ops"]
follow = ["state", "owner", "due"]
"""


@pytest.fixture
def filing(made):
    """Have the company file an improvement in Jira for each incident, which follows it."""
    head = '[pack]\nname = "own"\nabout = "What this company wants."\n\n'
    (made.folder / "own.toml").write_text(head + OWN, encoding="utf-8")
    text = made.config.read_text(encoding="utf-8")
    made.config.write_text(text.replace('"pack:twins"', '"own.toml", "pack:backlog"'), encoding="utf-8")
    made.github.set_label(1, "incident", actor="bo-gh")
    give(made, SHOP, owner="ana", due=SOON)
    settle(made)
    return made


def test_what_was_filed_elsewhere_follows(filing):
    """An incident on GitHub, its improvement in Jira: the twin's date comes before any that backlog would set."""
    assert filing.jira.issue("OPS-2").summary == "Improve: Checkout was down"
    assert stand(filing, "OPS-2") == ("open", ["ana"], SOON)
    give(filing, SHOP, owner="kim")
    settle(filing)
    assert stand(filing, "OPS-2") == ("open", ["kim"], SOON)
    close(filing, SHOP)
    settle(filing)
    assert stand(filing, "OPS-2")[0] == "done"
    reopen(filing, SHOP)
    settle(filing)
    assert stand(filing, "OPS-2")[0] == "open"


def test_what_was_filed_from_a_ticket_that_was_done_stays_open(made):
    """It is what remains to be done."""
    made.github.set_label(1, "incident", actor="bo-gh")
    close(made, SHOP)
    head = '[pack]\nname = "own"\nabout = "What this company wants."\n\n'
    (made.folder / "own.toml").write_text(head + OWN.replace("['open']", "['closed']"), encoding="utf-8")
    text = made.config.read_text(encoding="utf-8")
    made.config.write_text(text.replace('"pack:twins"', '"own.toml"'), encoding="utf-8")
    settle(made)
    assert stand(made, "OPS-2")[0] == "open"
    for _ in range(3):
        made.clock.forward(days=30)
        settle(made)
    assert stand(made, "OPS-2")[0] == "open"
    for file in made.folder.glob("**/*.db*"):
        file.unlink()
    made.once()
    settle(made)
    assert stand(made, "OPS-2")[0] == "open"


def test_a_twin_that_is_closed_with_its_leader_is_no_theatre(made):
    """What there is to show stands on the leader: the rule against theatre leaves the twin alone."""
    text = made.config.read_text(encoding="utf-8")
    made.config.write_text(text.replace('"pack:twins"', '"pack:twins", "pack:forbidden"'), encoding="utf-8")
    made.github.comment(1, "/kaizen evidence https://wiki.example/it", author="ana-gh")
    tell(made, SHOP, f"Twin: {OPS}")
    give(made, SHOP, owner="ana")
    settle(made)
    close(made, SHOP)
    settle(made)
    for _ in range(4):
        made.clock.forward(days=4)
        settle(made)
    assert stand(made, OPS)[0] == "done"


def test_two_repositories_share_their_people(made):
    """On one GitHub a login means the same person; both cards name the other ticket."""
    store = made.github.add_repo("acme/store")
    made.github.add_issue("Checkout was down there", author="bo-gh", repo=store, created_at=made.clock())
    text = made.config.read_text(encoding="utf-8")
    begin, end = text.index("[sources.shop]"), text.index("[sources.ops]")
    made.config.write_text(
        text[:end]
        + text[begin:end].replace("sources.shop", "sources.store").replace("acme/shop", "acme/store")
        + text[end:],
        encoding="utf-8",
    )
    give(made, SHOP, owner="zoe")
    tell(made, SHOP, "Twin: acme/store#1")
    settle(made)
    (issue,) = store.issues.values()
    assert [one.login for one in issue.assignees] == ["zoe-gh"]
    assert "twin of" in plain(issue.comments[0].body)
    assert "acme/store#1" in plain(cards(made, SHOP)[0])


def test_months_go_by(filing):
    """Each date of the leader's is followed, once; the dates that have passed since are no news."""
    for month in range(1, 7):
        filing.clock.forward(days=30)
        give(filing, SHOP, due=date(2027, month, 28))
        settle(filing)
        assert stand(filing, "OPS-2") == ("open", ["ana"], date(2027, month, 28))
    assert filing.seen()["OPS-2 card"] == 1
