"""The index follows the mirror, whatever became of either, beside SQLite and beside PostgreSQL."""

from contextlib import closing
from pathlib import Path

import pytest

from rules.recurrence.background import Background
from tests.worker.stores import NOW, after, page, ticket
from worker.mirror import Mirror
from worker.recurrence.index import Index
from worker.recurrence.keeping import as_report, index_file, kept, refresh

BACKGROUND = Background(shares={})


@pytest.fixture
def mirror(database):
    """Make a mirror with five tickets."""
    mirror = Mirror(database)
    mirror.save("shop", "tickets", page(*(shown(number) for number in range(1, 6))), NOW)
    return mirror


def shown(number, **given):
    """Make a ticket about the till."""
    return ticket(number, **({"title": f"the till prints nothing {number}", "created": after(minutes=number)} | given))


def found(index):
    """Return which earlier tickets a new one is compared with."""
    return {one.pair.old.report.uid for one in index.considered(as_report(shown(99, created=after(days=9))))}


def test_only_what_changed_is_written(mirror, tmp_path):
    """A second look writes nothing; a new, a changed and a buried ticket are one write each."""
    with closing(Index(tmp_path / "index.db", BACKGROUND)) as index:
        assert refresh(index, mirror) == 5
        assert refresh(index, mirror) == 0
        mirror.put_ticket(shown(6), NOW)
        mirror.put_ticket(shown(1, title="the till is on fire", updated=after(days=1)), NOW)
        mirror.put_ticket(shown(2, phase="done", closed=after(days=1), resolution="Fixed", updated=after(days=1)), NOW)
        mirror.bury(shown(3).uid, NOW, "gone")
        assert refresh(index, mirror) == 4
        assert refresh(index, mirror) == 0
        assert found(index) == {shown(number).uid for number in (1, 2, 4, 5, 6)}
        standing = {
            one.pair.old.report.uid: one.pair.standing
            for one in index.considered(as_report(shown(99, created=after(days=9))))
        }
        assert (standing[shown(2).uid].closed, standing[shown(2).uid].resolution) == (after(days=1), "Fixed")
        assert standing[shown(1).uid].closed is None


@pytest.mark.parametrize("lost", ["index", "mirror"])
def test_whatever_is_lost_the_index_is_what_the_mirror_holds(mirror, tmp_path, lost):
    """A lost index is filled anew, and one that knows of more than a mirror that was lost is made anew."""
    path = tmp_path / "index.db"
    with closing(kept(path, BACKGROUND, mirror)) as index:
        whole = found(index)
        if lost == "mirror":
            with index.writing():
                index.put(as_report(shown(77)))
                index.note("revision", "99999")
    if lost == "index":
        path.unlink()
    with closing(kept(path, BACKGROUND, mirror)) as index:
        assert found(index) == whole
        assert len(index) == 5


class Moving(Mirror):
    """A mirror into which a worker writes while somebody else looks."""

    def count(self):
        """Return how many tickets there are, with the one that just came."""
        self.put_ticket(shown(50), NOW)
        return super().count()


def test_an_index_is_not_taken_from_a_worker_at_work(mirror, database, tmp_path):
    """What came between two looks is no reason to begin anew: it is put in the next time."""
    path = tmp_path / "index.db"
    kept(path, BACKGROUND, mirror).close()
    file = path.stat().st_ino
    with path.open("rb"), closing(kept(path, BACKGROUND, Moving(database))) as index:
        assert len(index) == 5
    assert path.stat().st_ino == file
    with closing(kept(path, BACKGROUND, mirror)) as index:
        assert len(index) == 6


def test_the_index_is_a_file_of_its_own():
    """Beside the database, or beside the config where that is elsewhere."""
    assert index_file(Path("/srv/var/kaizend.db"), Path("/etc/kaizend")) == Path("/srv/var/kaizend.recurrence.db")
    assert index_file(None, Path("/etc/kaizend")) == Path("/etc/kaizend/var/recurrence.db")
