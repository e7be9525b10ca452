"""A mark is believed only where we put it, and the key it rests on is kept."""

import stat
import threading
from dataclasses import replace

import pytest

from worker.errors import KeyFileError
from worker.markers import Keys, load_key

KEYS = Keys("acme", b"k" * 32)
MARK = KEYS.marker("0a" * 12, "github.com/issue/1", "backlog/owned:2")


def genuine(marker, target="github.com/issue/1", author="kaizend[bot]", ours="kaizend[bot]", keys=KEYS):
    """Judge a mark that was found."""
    return keys.genuine(marker, target, author, ours)


def test_our_mark_is_believed():
    """Our author, our proof, the right target."""
    assert genuine(MARK)


@pytest.mark.parametrize(
    ("found", "where"),
    [
        (MARK, {"target": "github.com/issue/2"}),
        (MARK, {"author": "mallory"}),
        (MARK, {"author": "", "ours": ""}),
        (MARK, {"keys": Keys("acme", b"j" * 32)}),
        (MARK, {"keys": Keys("other", b"k" * 32)}),
        (replace(MARK, op="0b" * 12), {}),
        (replace(MARK, state=""), {}),
        (replace(MARK, mac=""), {}),
        (replace(MARK, mac="\u00e9\ud800" * 16), {}),
        (replace(MARK, op="\udfff"), {}),
    ],
    ids=["copied", "stranger", "nobody", "key", "instance", "op", "state", "no mac", "odd mac", "odd op"],
)
def test_any_other_mark_is_not(found, where):
    """Pasted on another ticket, by somebody else, or changed: it is text, not a mark."""
    assert not genuine(found, **where)


def test_an_op_id_tells_its_occasion_apart():
    """Instance, rule, target, occasion and verb each make another op, and no two run into each other."""
    parts = ("backlog/owned", "github.com/issue/1", "episode 1", "add label")
    ids = {KEYS.id(*parts), Keys("other", KEYS.key).id(*parts), Keys("acme", b"j" * 32).id(*parts)}
    ids |= {KEYS.id(*(*parts[:n], parts[n] + "x", *parts[n + 1 :])) for n in range(4)}
    ids |= {KEYS.id("ab", "c", "", ""), KEYS.id("a", "bc", "", "")}
    assert len(ids) == 9
    assert KEYS.id(*parts) == KEYS.id(*parts)
    assert {len(each) for each in ids} == {24}


def test_a_key_does_not_show():
    """Logging the keys does not log the key."""
    assert "kkk" not in repr(KEYS)


def test_a_key_is_made_once_and_kept(tmp_path):
    """The first start makes a key for us alone; every later one reads it."""
    path = tmp_path / "var" / "instance.key"
    key = load_key(path)
    assert (len(key), load_key(path)) == (32, key)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["instance.key"]
    assert load_key(tmp_path / "other.key") != key


def test_two_first_starts_agree_on_the_key(tmp_path):
    """Of two that make a key at the same time one counts, for both."""
    keys, start = [], threading.Barrier(4)

    def load():
        start.wait()
        keys.append(load_key(tmp_path / "instance.key"))

    threads = [threading.Thread(target=load) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(keys) == 4
    assert len(set(keys)) == 1


@pytest.mark.parametrize("text", ["", "abc", "00" * 31, "zz" * 32, "\u00e9" * 64])
def test_a_damaged_key_is_refused_and_left_alone(tmp_path, text):
    """A new key would make all our marks strangers': we rather stop."""
    path = tmp_path / "instance.key"
    path.write_text(text, "utf-8")
    path.chmod(0o600)
    with pytest.raises(KeyFileError, match="not a key"):
        load_key(path)
    assert path.read_text("utf-8") == text


def test_a_key_that_others_may_read_is_refused(tmp_path):
    """The message says what to do."""
    path = tmp_path / "instance.key"
    load_key(path)
    path.chmod(0o640)
    with pytest.raises(KeyFileError, match="chmod 600"):
        load_key(path)


def test_a_place_without_a_key_is_an_error_of_one_line(tmp_path):
    """A folder in the key's place is told as that."""
    with pytest.raises(KeyFileError, match="cannot be read or made"):
        load_key(tmp_path)
