"""What happened is the same from SQLite and from PostgreSQL, and is found quickly."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from integrations.base import Page
from rules.conditions import compile_all
from rules.fact_table import KIND_TYPES
from rules.metrics.model import Window
from rules.model import Change, Comment, Deployment, Event, Release
from rules.policy import Counting, Kind, Service
from tests.rules.factories import policy, ticket
from tests.worker.conftest import empty
from tests.worker.test_scoring import alone
from worker.database import open_database
from worker.measuring.history import history
from worker.recurrence.pairs import Pair, Pairs

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
QUARTER = Window(start=datetime(2026, 10, 1, tzinfo=UTC), end=NOW, name="2026-Q4")
LABELS = ("incident", "improvement", "toil", "bug")


def kind(name):
    """Return a kind by a label of its name."""
    return Kind(name=name, when=compile_all([f'"{name}" in labels'], where="kinds", types=KIND_TYPES))


def measuring(database):
    """Return a worker that counts incidents, improvements and toil of a service."""
    load = compile_all(['"toil" in labels'], where="load")
    rules = policy(
        kinds=(kind("incident"), kind("improvement")),
        services=(Service(name="checkout", sources=frozenset({"shop"})),),
        counting=Counting(load=load, bulk=4),
    )
    return replace(alone(database), policy=rules)


def at(hours):
    """Return the moment so many hours after the quarter's begin."""
    return QUARTER.start + timedelta(hours=hours)


def nouns(count):
    """Yield so many tickets and what belongs to them, one every three hours; names sort otherwise in each database."""
    names = ("ana", "Zoe", "\u00e5sa", "ci[bot]", "")
    for number in range(count):
        begun, over = at(3 * number), at(3 * number + 2 + number % 50)
        facts = {"created": begun, "updated": over, "uid": f"{'aB'[number % 2]}-{number}"}
        done = {"phase": "done", "closed": over, "resolution": ("completed", "not_planned")[number % 13 == 0]}
        one = ticket(number, labels=frozenset({LABELS[number % 4]}), **facts, **(done if number % 7 else {}))
        yield one
        event = {"source": "shop", "ticket": one.uid, "actor": names[number % 5]}
        yield Event(uid=f"e{number}a", at=begun + timedelta(minutes=9), what="assignee", after="bo", **event)
        if number % 7:
            yield Event(uid=f"E{number}b", at=over, what="status", before="open", after="closed", **event)
        said = {"source": "shop", "ref": str(number), "ticket": one.uid, "author": names[number % 3], "body": "Hm."}
        yield Comment(uid=f"c{number}", created=begun + timedelta(minutes=5), updated=begun, **said)


def delivery(count):
    """Yield so many changes with deployments, one every ten hours, the odd one of which goes back; and releases."""
    for number in range(count):
        base = {"source": "shop", "uid": f"{'xY'[number % 2]}{number}", "ref": str(number), "url": f"u{number}"}
        known = {"created": at(10 * number), "updated": at(10 * number), "merged": at(10 * number), "state": "merged"}
        title = f'Revert "Change {number - 1}"' if number % 9 == 0 else f"Change {number}"
        yield Change(
            key=f"acme/shop#{9000 + number}", title=title, base="main", merge_sha=f"{number:040x}", **base, **known
        )
        sha = f"{number - 2 if number % 11 == 0 and number else number:040x}"
        state = {"environment": "production", "state": ("success", "failure")[number % 8 == 0]}
        times = {"created": at(10 * number + 1), "updated": at(10 * number + 1)}
        yield Deployment(source="shop", uid=f"{'dD'[number % 2]}{number}", ref=str(number), sha=sha, **state, **times)
    yield Release(source="ops", uid="v1", ref="1", name="1.0", released=at(24))


def filled(database, count=300):
    """Fill a database; return a worker for it."""
    worker = measuring(database)
    for stream, found in (("tickets", nouns(count)), ("deployments", delivery(count // 4))):
        worker.mirror.save("shop", stream, page_of(found), NOW)
    shown = {"tier": "A", "signal": "said", "evidence": "", "at": NOW}
    same = (("a-8", "a-4", False), ("a-16", "a-12", True))
    Pairs(database).save(Pair(uid=one, other=two, root=two, again=again, **shown) for one, two, again in same)
    return worker


def page_of(found):
    """Return a page of nouns."""
    return Page(items=tuple(found), cursor="all")


def test_both_databases_tell_the_same(sqlite, postgresql_url):
    """All of it, in the same order: whatever a database thinks of small letters and capitals."""
    empty(postgresql_url)
    other = open_database(postgresql_url)
    try:
        one, two = (history(filled(each), QUARTER, NOW) for each in (sqlite, other))
    finally:
        other.close()
    assert one == two
    assert {each.how for each in one.causes} == {"revert", "window"}
    assert {each.excluded for each in one.incidents} == {"", "closed by a bot"}
    assert {each.excluded for each in one.set_aside} == {"closed as not planned", "the same as another"}
    assert {each.kind for each in one.items} == {"load", "improvement", "other"}
    assert {each.kind for each in one.rollouts} == {"deployment", "version"}
    assert any(each.rolled_back for each in one.rollouts)
    assert any(each.lead for each in one.rollouts)


def test_the_order_in_which_things_were_saved_does_not_matter(sqlite, tmp_path):
    """Read in another order, from another file."""
    backwards = open_database(f"sqlite:///{tmp_path}/other.db")
    try:
        worker = measuring(backwards)
        worker.mirror.save("shop", "deployments", page_of(reversed(list(delivery(75)))), NOW)
        worker.mirror.save("shop", "tickets", page_of(reversed(list(nouns(300)))), NOW)
        found = history(worker, QUARTER, NOW)
    finally:
        backwards.close()
    ahead = measuring(sqlite)
    for stream, nouns_of in (("tickets", nouns(300)), ("deployments", delivery(75))):
        ahead.mirror.save("shop", stream, page_of(nouns_of), NOW)
    assert found == history(ahead, QUARTER, NOW)


def test_it_is_read_in_a_few_large_queries(sqlite):
    """However many tickets there are: no query for each of them."""
    worker = filled(sqlite, 400)
    asked = []
    counted = Asking(worker.database, asked)
    few = replace(worker, database=counted)
    history(few, QUARTER, NOW)
    first = len(asked)
    worker.mirror.save("shop", "tickets", page_of(nouns(4000)), NOW)
    asked.clear()
    assert len(history(few, QUARTER, NOW).incidents) > 300
    assert len(asked) <= first + 6  # a few more chunks of 500


class Asking:
    """A database that notes what it is asked."""

    def __init__(self, database, asked):
        self._database, self._asked = database, asked

    def rows(self, statement, parameters=()):
        """Return the rows of a small query."""
        self._asked.append(statement)
        return self._database.rows(statement, parameters)

    def stream(self, statement, parameters=()):
        """Return the rows of a large query."""
        self._asked.append(statement)
        return self._database.stream(statement, parameters)
