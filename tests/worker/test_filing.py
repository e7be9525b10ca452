"""Filing: what follows from a ticket is a ticket of its own: filed once, linked both ways, looked at in that pass."""

from datetime import date

import pytest

from rules.filing import LONGEST_LINE
from tests.worker.faulty import FLAVOURS, firm

KINDS = """
[kinds]
incident = ['"incident" in labels']
review = ['"review" in labels']
improvement = ['"improvement" in labels || issue_type == "Improvement"']

[file.improvement]
{place}
"""
ENDLESS = """
[pack]
name = "own"

[[rule]]
id = "again"
about = "It never ends."
on = "improvement"
when = ["open"]

[[rule.step]]
after = "0 days"
file = { kind = "improvement", title = "Again: {title}" }
"""
SHOP, OPS = "acme/shop#1", "OPS-1"
ACTIONS = "It was down.\n\n- [ ] Alert on slow queries\n- [x] Restart it\n- [ ] Retry payments\n"


@pytest.fixture(params=FLAVOURS)
def made(tmp_path, request):
    """Serve a company with an incident on each tracker, after a pass."""
    with firm(tmp_path, request.param, rules=("pack:backlog", "pack:postmortems"), due="card") as company:
        configure(company)
        company.github.add_issue(
            "Checkout was down",
            author="ana-gh",
            labels=["incident"],
            assignees=["bo-gh"],
            body=ACTIONS,
            created_at=company.clock(),
        )
        company.jira.add_issue("OPS", "Backups failed", type="Bug", reporter="ana", labels=("incident",), assignee="bo")
        settle(company)
        yield company


def configure(company, place=""):
    """Write the config, with the kinds."""
    company.configure()
    text = company.config.read_text(encoding="utf-8")
    begin = text.index("[kinds]")
    end = text.index("[sources.shop]")
    company.config.write_text(text[:begin] + KINDS.format(place=place) + text[end:], encoding="utf-8")


def settle(company):
    """Make a pass that ends at the fixed point; return its writes."""
    writes = company.written()
    assert company.written() == []
    assert company.written(whole=True) == []
    return writes


def filed(company):
    """Return what kaizend filed: each ticket's title with how often it is there."""
    return {what.split(": ", 1)[1]: count for what, count in company.seen().items() if what.startswith("filed on")}


def close(company):
    """Have bo close both incidents."""
    company.github.close(1, actor="bo-gh", reason="completed")
    way = next(one.name for one in company.jira.ways(company.jira.issue(OPS)) if one.to == "Done")
    company.jira.transition(OPS, way, actor="bo", resolution="Fixed")


def test_an_incident_that_is_over_gets_a_review_and_its_actions_are_filed_once(made):
    """All of it in one pass; what stands ticked is done already; nothing is ever filed a second time."""
    assert filed(made) == {}
    close(made)
    settle(made)
    reviews = ("Review of the incident: Checkout was down", "Review of the incident: Backups failed")
    found = filed(made)
    assert {title.partition(", pinned")[0]: count for title, count in found.items()} == {
        reviews[0]: 1,
        reviews[1]: 1,
        "Alert on slow queries": 1,
        "Retry payments": 1,
    }
    assert max(made.marks().values()) == 1
    made.clock.forward(days=3)
    settle(made)
    assert filed(made) == found


def test_what_is_filed_is_linked_both_ways(made):
    """The new ticket names the old one, whose card names the new one; Jira links them besides."""
    close(made)
    settle(made)
    review = next(one for one in made.github.main.issues.values() if one.title.startswith("Review"))
    assert "/acme/shop/issues/1)" in review.body
    card = next(one.body for one in made.github.issue(1).comments if "What belongs to it" in one.body)
    assert f"#{review.number}" in card.replace("\u200b", "").replace("\\", "")
    ours = next(one for one in made.jira.issues.values() if one.summary.startswith("Review"))
    assert "OPS-1" in ours.description
    ends = {made.jira.issue(OPS).id, ours.id}
    assert [{link.inward, link.outward} for link in ours.links] == [ends]


def test_a_reworded_action_is_not_filed_again(made):
    """A typo that is mended makes no second ticket; a new action does make one."""
    close(made)
    settle(made)
    made.github.edit(
        1, actor="ana-gh", body=ACTIONS.replace("Retry payments", "Retry payment") + "- [ ] Page somebody\n"
    )
    made.clock.forward(hours=1)
    settle(made)
    assert {title.partition(", ")[0] for title in filed(made)} >= {"Page somebody"}
    assert sum(title.startswith("Retry") for title in filed(made)) == 1


def test_an_action_of_an_incident_that_its_review_repeats_is_filed_once(made):
    """Whichever of the two is filed from, in one pass or in two, after a lost database as well."""
    close(made)
    settle(made)
    before = filed(made)
    review = next(one for one in made.github.main.issues.values() if one.title.startswith("Review"))
    made.github.edit(review.number, actor="bo-gh", body=f"{review.body}\n\n- [ ] Alert on slow queries\n")
    made.github.comment(review.number, "/kaizen held", author="bo-gh")
    made.clock.forward(minutes=5)
    settle(made)
    assert filed(made) == before
    for file in made.folder.glob("**/*.db*"):
        file.unlink()
    both = "- [ ] Try the fail-over\n"
    made.github.edit(review.number, actor="bo-gh", body=f"{review.body}\n\n- [ ] Retry payments\n{both}")
    made.github.edit(1, actor="ana-gh", body=f"{ACTIONS}{both}")
    made.clock.forward(minutes=5)
    made.once()
    settle(made)
    assert sum(count for title, count in filed(made).items() if title.startswith("Try the fail-over")) == 1
    assert sum(filed(made).values()) == sum(before.values()) + 1


def test_an_action_whose_ticket_people_deleted_is_not_filed_again(made):
    """Not even if it is reworded a little."""
    close(made)
    settle(made)
    gone = next(one for one in made.github.main.issues.values() if one.title == "Retry payments")
    made.github.delete_issue(gone.number)
    made.clock.forward(hours=1)
    made.once(whole=True)
    made.github.edit(1, actor="ana-gh", body=ACTIONS.replace("Retry payments", "Retry payment"))
    made.clock.forward(hours=1)
    settle(made)
    assert not any(title.startswith("Retry") for title in filed(made))


def test_a_rule_that_files_from_what_it_filed_comes_to_an_end(made):
    """After a few tickets it files no more, and each pass says so."""
    (made.folder / "own.toml").write_text(ENDLESS, encoding="utf-8")
    made.text["rules"] = '"own.toml"'
    configure(made)
    made.issue("Search is slow", at=made.clock())
    made.once()
    for _ in range(2):
        passed = made.once()
        assert sum(title.startswith("Again: ") for title in filed(made)) == LONGEST_LINE
        (trouble,) = passed.troubles
        assert "own/again files no improvement from it" in trouble
        made.clock.forward(hours=1)
    made.sandbox.log.clear()
    made.once(whole=True)
    assert made.writes() == []


def test_a_lost_database_files_nothing_again_and_still_knows_what_belongs_together(made):
    """What was filed is read back from its marks."""
    close(made)
    settle(made)
    before = made.seen()
    for file in made.folder.glob("**/*.db*"):
        file.unlink()
    made.clock.forward(minutes=10)
    made.once()
    settle(made)
    assert made.seen() == before
    with made.worker() as worker:
        incident = worker.mirror.find(SHOP)
        related = worker.ledger.memory((incident.uid,))[incident.uid].related
    assert sorted(each.what for each in related) == ["improvement", "improvement", "review"]


def test_improvements_are_filed_where_the_config_says(made):
    """The incident is on GitHub, its improvements go to Jira; the link goes both ways."""
    configure(made, place='source = "ops"\nlabels = ["improvement"]\ntype = "Improvement"')
    close(made)
    settle(made)
    titles = {one.summary: one for one in made.jira.issues.values()}
    assert {"Alert on slow queries", "Retry payments"} <= titles.keys()
    assert titles["Retry payments"].type == "Improvement"
    (link,) = titles["Retry payments"].remote_links
    assert link.url.endswith("/acme/shop/issues/1")


def test_a_place_that_fails_is_asked_again_and_nothing_is_filed_twice(made):
    """The answer to the filing is lost: the ticket is found by its mark."""
    close(made)
    made.fail("drop_after", method="POST", path="/repos/acme/shop/issues", times=1)
    made.once()
    made.clock.forward(minutes=5)
    made.once()
    made.clock.forward(minutes=5)
    settle(made)
    assert all(count == 1 for count in filed(made).values())
    assert max(made.marks().values()) == 1


def test_the_review_of_an_incident_belongs_to_its_owner_and_is_due(made):
    """Its owner is the incident's, its date five workdays on."""
    close(made)
    settle(made)
    review = next(one for one in made.jira.issues.values() if one.summary.startswith("Review"))
    assert review.assignee == "bo"
    assert review.due == date(2026, 12, 1)
