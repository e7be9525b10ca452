"""The demo keeps its promises, and touches nothing that no demo made."""

import io
import logging

import pytest
import structlog
from rich.console import Console

from tests.worker.shop import now
from worker.cycle import Watching
from worker.demo import demo
from worker.demo_folder import CONFIG, made_anew
from worker.demo_stage import Stage
from worker.errors import LockHeld, WorkerError
from worker.settings import load_settings
from worker.stop import Stop


class Quiet:
    """Nobody watches."""

    def __enter__(self):
        return Watching()

    def __exit__(self, *error):
        return None


@pytest.fixture
def quiet():
    """Keep what is logged of single writes out of the way."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield
    structlog.reset_defaults()


def test_the_demo_shows_the_main_job_and_a_second_pass_that_writes_nothing(tmp_path, quiet):
    """Sync, a plan with reasons, an apply, a card, a digest and the fixed point, on a screen of 100 columns."""
    told = io.StringIO()
    out = Console(file=told, width=100)
    demo(tmp_path / "demo", Stage(clock=now, stop=Stop(), out=out, watching=Quiet, program="kaizend"))
    text = told.getvalue()
    for part in (
        "2. Sync: read",
        "before -> after",
        "because",
        "as above",
        "recurrence/back",
        "4. Apply:",
        "<!-- kaizend op=",
        "Improvement digest",
        "second pass: 0 writes",
        "8. A gate:",
        "Held by error-budget (checkout)",
        "Let through error-budget (checkout)",
        "Waived by ana until",
        "3 pull requests, 10 statuses, each set once a change; one more pass: 0 writes",
        "9. Four months of a small team",
        "One more pass over all of it: 0 writes",
        "why '",
    ):
        assert part in text
    tables = [line for line in text.splitlines() if not line.startswith(("  | ", "  why"))]
    assert max(map(len, tables)) <= 100
    assert load_settings(tmp_path / "demo" / CONFIG, {}).instance.name == "acme"


def test_a_demo_is_made_anew(tmp_path):
    """What an earlier demo left is gone, so that there is everything to do again."""
    with made_anew(tmp_path) as place:
        place.write("[instance]")
        (tmp_path / "var/kaizend.db").write_text("old")
    with made_anew(tmp_path):
        assert not (tmp_path / CONFIG).exists()
        assert not (tmp_path / "var/kaizend.db").exists()


@pytest.mark.parametrize("name", [CONFIG, "var/kaizend.db", "var/kaizend.key"])
def test_what_no_demo_made_stays(tmp_path, name):
    """Somebody's config, database or key: the demo goes nowhere near it."""
    file = tmp_path / name
    file.parent.mkdir(exist_ok=True)
    file.write_text("precious")
    with pytest.raises(WorkerError, match="no demo made"), made_anew(tmp_path):
        pass
    assert file.read_text() == "precious"


def test_other_files_beside_the_demo_stay(tmp_path):
    """Notes taken between two demos are nobody's business."""
    with made_anew(tmp_path) as place:
        place.write("")
    for name in ("notes.txt", "var/notes.txt"):
        (tmp_path / name).write_text("mine")
    with made_anew(tmp_path):
        assert [(tmp_path / name).read_text() for name in ("notes.txt", "var/notes.txt")] == ["mine", "mine"]


def test_two_demos_in_one_folder_do_not_meet(tmp_path):
    """The second says so, and leaves the first alone."""
    with made_anew(tmp_path) as place:
        config = place.write("first")
        with pytest.raises(LockHeld, match="another demo"), made_anew(tmp_path):
            pass
        assert config.read_text().endswith("first")


def test_a_folder_that_cannot_be_one_is_told(tmp_path):
    """A file is in the way."""
    (tmp_path / "file").write_text("")
    with pytest.raises(WorkerError, match="--folder"), made_anew(tmp_path / "file"):
        pass
