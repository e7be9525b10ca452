"""A few days of some months, and that a seed is always the same month: the whole is `make torture SECTIONS=months`."""

import pytest

from tests.torture.months.month import Month
from tests.torture.months.section import months
from tests.torture.section import Extent

DAYS = 5


def lived(folder, seed, days=DAYS):
    """Live some days in a folder of their own."""
    folder.mkdir()
    return Month(folder, seed, days).live()


@pytest.mark.parametrize("seed", [3, 5], ids=["on Jira Cloud", "on Data Center"])
def test_a_few_days_break_no_promise(tmp_path, seed):
    """People, weather, kills, two workers: after each pass and in the end every watcher is content."""
    report = lived(tmp_path / "month", seed)
    assert report.wrong == []
    assert report.counts["fine"] > 2
    assert report.counts["writes"] > 20


def test_a_seed_is_always_the_same_month(tmp_path):
    """Every request and every answer, byte for byte; another seed is another month."""
    first, again, other = (lived(tmp_path / str(number), seed, 2) for number, seed in enumerate((7, 7, 8)))
    assert first.plain() == again.plain()
    assert first.digest != other.digest


def test_the_section_says_what_it_saw(monkeypatch, capsys):
    """It lives the seeds in processes of their own, tells how far it is, and adds up what they tell."""
    monkeypatch.setenv("DAYS", "1")
    section = months(Extent(seeds=2, first=11, every=False, jobs=2))
    assert section.wrong == ()
    assert section.lines[0].startswith("2 seeds, 2 days: ")
    assert section.lines[-1] == "broken promises: 0"
    assert capsys.readouterr().err.splitlines()[-1] == "months: 2 of 2 seeds lived"


def test_what_cannot_be_lived_is_told_at_once(monkeypatch, capsys):
    """Of a batch that dies: on stderr when it ends, and in the section's end."""
    monkeypatch.setenv("DAYS", "none")
    section = months(Extent(seeds=2, first=11, every=False, jobs=2))
    assert sorted(what[:37] for what in section.wrong) == [
        f"seed {seed} could not be lived to its end" for seed in (11, 12)
    ]
    assert capsys.readouterr().err.count("could not be lived to its end: exit 1: ") == 2
