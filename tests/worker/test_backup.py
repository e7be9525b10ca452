"""A copy of the database is made while kaizend works, and put back as its user would: by the command line."""

import shutil
import sqlite3
import stat
from collections import Counter
from contextlib import closing

import pytest

from tests.worker.shop import now, serving
from worker.backup import look_back
from worker.cycle import Watching, once
from worker.database import open_database
from worker.errors import DatabaseGone
from worker.lease import lease
from worker.stop import Stop


@pytest.fixture
def shop(tmp_path):
    """Serve a shop on which a pass was made."""
    with serving(tmp_path) as made:
        assert made.run("once") == 0
        yield made


@pytest.fixture
def copy(shop):
    """Make a copy of the shop's database."""
    file = shop.folder / "copies" / "monday.db"
    file.parent.mkdir()
    assert shop.run("backup", str(file)) == 0
    return file


def database(shop):
    """Return the files of the database."""
    return sorted((shop.folder / "var").glob("kaizend.db*"))


def marks(shop):
    """Count our comments by what they carry."""
    ours = [one.body for issue in shop.github.main.issues.values() for one in issue.comments]
    return Counter(body.rpartition("op=")[2].partition(" ")[0] for body in ours if "op=" in body)


def test_a_copy_holds_the_database_and_its_key_and_is_ours_alone(shop, copy, capsys):
    """Both files appear, whole and for their owner's eyes; a name that is taken is refused."""
    files = {path.name: stat.S_IMODE(path.stat().st_mode) for path in copy.parent.iterdir()}
    assert files == {"monday.db": 0o600, "monday.db.key": 0o600}
    assert (copy.parent / "monday.db.key").read_text() == (shop.folder / "var" / "kaizend.key").read_text()
    with closing(sqlite3.connect(copy)) as copied:
        assert copied.execute("select count(*) from ops where state = 'done'").fetchone()[0] > 0
    capsys.readouterr()
    assert shop.run("backup", str(copy)) == 1
    assert capsys.readouterr().err == f"{copy}: is there already: choose another name, such as one with the date\n"


def test_what_was_written_during_the_copy_is_whole_or_not_in_it(shop, tmp_path):
    """A transaction that is under way is not in the copy, and does not hold it up."""
    with shop.worker() as worker, worker.database.begin() as connection:
        connection.exec_driver_sql("delete from ops")
        assert shop.run("backup", str(tmp_path / "copy.db")) == 0
    with closing(sqlite3.connect(tmp_path / "copy.db")) as copied:
        assert copied.execute("select count(*) from ops").fetchone()[0] > 0


def test_a_copy_put_back_repeats_nothing(shop, copy, capsys):
    """What was done since is known again by its marks; the database that was there is kept aside."""
    shop.issue("Nobody owns this either", labels=["improvement", "domain:security", "priority:low"])
    assert shop.run("once") == 0
    before = marks(shop)
    capsys.readouterr()
    assert shop.run("restore", str(copy)) == 0
    assert "looks for our marks before it writes anything" in capsys.readouterr().err
    assert len([path for path in database(shop) if "before" in path.name]) == 1
    assert shop.run("once") == 0
    assert marks(shop) == before
    assert set(before.values()) == {1}
    assert shop.run("once") == 0
    assert shop.run("audit", "verify") == 0
    with shop.worker() as worker:
        kinds = [kind for (kind,) in worker.database.rows("select kind from audit")]
        assert kinds.count("restored") == 1


def test_on_a_new_machine_the_key_comes_back_with_the_database(shop, copy):
    """A folder that is lost is there again from the two files of the copy."""
    key = (shop.folder / "var" / "kaizend.key").read_text()
    shutil.rmtree(shop.folder / "var")
    assert shop.run("restore", str(copy)) == 0
    assert (shop.folder / "var" / "kaizend.key").read_text() == key
    shop.sandbox.log.clear()
    assert shop.run("once") == 0
    assert shop.writes() == 0


def damaged(shop, copy):
    """Break a page of the copy."""
    whole = bytearray(copy.read_bytes())
    whole[8192:12000] = b"\xa5" * 3808
    copy.write_bytes(whole)


def no_database(shop, copy):
    """Put a text in the copy's place."""
    copy.write_text("no database\n" * 1000)


def no_copy(shop, copy):
    """Remove the copy."""
    copy.unlink()


def other_key(shop, copy):
    """Put another key beside the copy."""
    copy.with_name("monday.db.key").write_text("ab" * 32)


def no_key(shop, copy):
    """Lose both keys."""
    copy.with_name("monday.db.key").unlink()
    (shop.folder / "var" / "kaizend.key").unlink()


def both_keys_wrong(shop, copy):
    """Use a key that the copy was not written with."""
    (shop.folder / "var" / "kaizend.key").write_text("ab" * 32)
    copy.with_name("monday.db.key").unlink()


def newer(shop, copy):
    """Have a later kaizend have made the copy."""
    with closing(sqlite3.connect(copy)) as copied, copied:
        copied.execute("update alembic_version set version_num = '9999'")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (damaged, "monday.db: is damaged|monday.db: cannot be copied"),
        (no_database, "cannot be copied (file is not a database)"),
        (no_copy, "monday.db: there is no such file"),
        (other_key, "kaizend.key: another key than that of the copy"),
        (no_key, "without it nothing of ours is known again"),
        (both_keys_wrong, "the instance's key is not the one that it was written with"),
        (newer, "made by a newer kaizend"),
    ],
    ids=["damaged", "no database", "no copy", "other key", "no key", "both keys wrong", "newer"],
)
def test_what_cannot_be_put_back_changes_nothing(shop, copy, capsys, wrong, said):
    """One line says what is wrong; the database that was there is as it was."""
    wrong(shop, copy)
    capsys.readouterr()
    assert shop.run("restore", str(copy)) == 1
    line = capsys.readouterr().err
    assert any(each in line for each in said.split("|"))
    assert line.count("\n") == 1
    assert {path.name for path in database(shop)} <= {"kaizend.db", "kaizend.db-wal", "kaizend.db-shm"}
    assert [path for path in (shop.folder / "var").iterdir() if path.name.startswith(".kaizend")] == []
    with closing(sqlite3.connect(shop.folder / "var" / "kaizend.db")) as kept:
        assert kept.execute("select count(*) from audit where kind = 'restored'").fetchone() == (0,)


def test_nothing_is_put_back_under_a_worker(shop, copy):
    """Whoever works holds the lock: exit 5, and the file stays where it is."""
    with shop.worker() as worker, lease(worker.database, name="shop"):
        inode = database(shop)[0].stat().st_ino
        assert shop.run("restore", str(copy)) == 5
        assert database(shop)[0].stat().st_ino == inode


def test_a_damaged_database_is_replaced_and_kept_aside(shop, copy):
    """Restoring is what its error message says to do."""
    for path in database(shop):
        path.unlink()
    (shop.folder / "var" / "kaizend.db").write_bytes(b"torn" * 4096)
    assert shop.run("once") == 1
    assert shop.run("restore", str(copy)) == 0
    shop.sandbox.log.clear()
    assert shop.run("once") == 0
    assert shop.writes() == 0
    (aside,) = [path for path in database(shop) if "before" in path.name]
    assert aside.read_bytes() == b"torn" * 4096


@pytest.mark.parametrize("replaced", [True, False], ids=["replaced", "removed"])
def test_a_file_that_is_replaced_under_a_worker_ends_it_before_it_sends(shop, replaced):
    """What is written into a file that nobody will read again would be done twice: nothing is sent."""
    shop.issue("Nobody owns this either", labels=["improvement", "domain:security", "priority:low"])
    path = shop.folder / "var" / "kaizend.db"
    with shop.worker() as worker:
        if replaced:
            shutil.copy(path, shop.folder / "copy").replace(path)
        else:
            path.unlink()
        shop.sandbox.log.clear()
        with pytest.raises(DatabaseGone, match="was replaced or removed while in use"):
            once(worker, Stop(), watching=Watching())
    assert shop.writes() == 0


def test_a_key_that_the_database_was_not_written_with_is_refused(shop, capsys):
    """With another key nothing of ours would be known again, and all would be written twice."""
    (shop.folder / "var" / "kaizend.key").write_text("ab" * 32)
    shop.sandbox.log.clear()
    capsys.readouterr()
    assert shop.run("once") == 1
    assert "put the key back" in capsys.readouterr().err
    assert shop.sandbox.log.entries == ()
    assert shop.run("audit", "verify") == 1


def test_the_database_of_another_instance_is_refused(shop, capsys):
    """Under another name nothing of ours would be known again: whoever changes it in the config is told so."""
    text = shop.config.read_text(encoding="utf-8")
    before = marks(shop)
    shop.config.write_text(text.replace('name = "', 'name = "new-', 1), encoding="utf-8")
    for verb in ("once", "plan", "ops"):
        assert shop.run(verb) == 1
        assert "belongs to the instance" in capsys.readouterr().err
    shop.config.write_text(text, encoding="utf-8")
    assert shop.run("once") == 0
    assert marks(shop) == before


def test_postgresql_is_copied_by_its_own_tools(shop, capsys):
    """The message says which."""
    at = 'database = "postgresql://kaizend@127.0.0.1:1/x"\nkey = "0123456789abcdef"\n'
    shop.edit('name = "shop"\n', f'name = "shop"\n{at}')
    capsys.readouterr()
    for arguments in (["backup", "copy"], ["restore", "copy"]):
        assert shop.run(*arguments) == 1
        assert "pg_dump" in capsys.readouterr().err


def test_restore_without_a_copy_puts_nothing_back_and_says_so(shop, capsys):
    """Whoever forgets to name the copy is not told that all is well."""
    assert shop.run("restore") == 1
    assert "name the copy" in capsys.readouterr().err
    with shop.worker() as worker:
        assert worker.database.rows("select count(*) from audit where kind = 'restored'") == [(0,)]


def test_a_database_that_was_put_back_by_other_tools_is_told_so(database_url):
    """It reads our marks on the trackers anew, and the trail says that it was put back."""
    with closing(open_database(database_url)) as opened:
        with opened.begin() as connection:
            connection.exec_driver_sql("insert into slots (name, claimed, done) values ('recovered/shop', 1, 2)")
        look_back(opened, b"k" * 32, now())
        assert opened.rows("select count(*) from slots") == [(0,)]
        assert opened.rows("select kind from audit") == [("restored",)]
