"""Numbers in files: each row is one, and a row that is none is told."""

from datetime import UTC, datetime, timedelta

import pytest

from integrations.base import Numbers
from integrations.errors import Incomplete, NotFound
from integrations.numbers import gathering
from integrations.numbers.config import TableNumbersConfig
from integrations.numbers.registry import build_numbers
from rules.model import Signal

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def source(folder, content, *, kind="csv", subject="service"):
    """Write a file, and build what reads its numbers."""
    file = folder / f"csat.{kind}"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    config = TableNumbersConfig(
        name="csat", kind=kind, file=file, shown=file.name, date="day", value="score", subject=subject
    )
    return build_numbers(config, None, lambda: NOW)


def score(subject, value, day):
    """Make what is to be read of a day: at its noon."""
    return Signal(name="csat", subject=subject, value=value, at=datetime(2026, 11, day, 12, tzinfo=UTC))


CSV = "day,service,score,note\n2026-11-20,checkout,4.5,good\n2026-11-01,search,3,\n2026-11-19,checkout,4,late\n"


def test_every_row_of_a_csv_is_a_number(tmp_path):
    """In the order of the file, which need not be that of time."""
    found = source(tmp_path, CSV).read()
    assert found == Numbers(signals=(score("checkout", 4.5, 20), score("search", 3, 1), score("checkout", 4, 19)))


def test_every_object_of_a_json_is_a_number(tmp_path):
    """Without a column for the subject they are of the whole."""
    text = '{"rows": [{"day": "2026-11-20", "score": 4.5}, {"day": "2026-11-01", "score": "3"}]}'
    assert source(tmp_path, text, kind="json", subject="").read().signals == (score("", 4.5, 20), score("", 3, 1))


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("2026-11-22,search,many,", "'many' of search is no number to go by"),
        ('2026-11-22,search,"4,2",', "'4,2' of search is no number to go by"),
        ("2026-11-22,search,87 %,", "'87 %' of search is no number to go by"),
        ("2026-11-22,search,nan,", "'nan' of search is no number to go by"),
        ("2026-11-22,search,1_0,", "'1_0' of search is no number to go by"),
        ("2026-11-22,search,-\u0663,", "'-\u0663' of search is no number to go by"),
        ("2026-11-22,search,4,2,late", "line 5 has more cells than there are columns"),
        ("2026-11-22,,4,", "line 5 has nothing in 'service'"),
        ("2026-11-25,search,4,", "a number of search of 2026-11-25 12:00 is of the future"),
        ("0001-01-01,search,4,", "a number of search of 1-01-01 is older than 1970"),
    ],
)
def test_a_row_that_is_no_number_is_left_out_and_told(tmp_path, row, why):
    """Nobody can tell whether "4,2" are thousands, or "87 %" a share."""
    found = source(tmp_path, f"{CSV}{row}\n").read()
    assert (len(found.signals), found.refused) == (3, (why,))


@pytest.mark.parametrize("value", ["true", "[4]", '{"a": 4}', '"x"', "1e999"])
def test_only_numbers_are_numbers_in_json(tmp_path, value):
    """Not everything that Python would make one of."""
    text = f'[{{"day": "2026-11-20", "score": 4}}, {{"day": "2026-11-21", "score": {value}}}]'
    found = source(tmp_path, text, kind="json", subject="").read()
    assert (found.signals, len(found.refused)) == ((score("", 4, 20),), 1)


def test_today_and_tomorrow_are_not_the_future(tmp_path):
    """A day alone is its noon, and is written in whatever zone."""
    text = "day,service,score\n2026-11-23,a,1\n2026-11-24T08:00:00Z,a,2\n"
    assert [one.value for one in source(tmp_path, text).read().signals] == [1, 2]


@pytest.mark.parametrize(
    ("content", "error", "what"),
    [
        (None, NotFound, "csat.csv: no such file"),
        ("day,service,scroe\n2026-11-20,a,1\n", Incomplete, "no column 'score' (did you mean 'scroe'?)"),
        ("day,srevice,score\n2026-11-20,a,1\n", Incomplete, "no column 'service' (did you mean 'srevice'?)"),
        ("day,service,score,score\n2026-11-20,a,1,2\n", Incomplete, "line 1: 2 columns are called 'score'"),
        ("day,service,score\n20.11.2026,a,1\n", Incomplete, "line 2: 'day' is no ISO date"),
        ("day,service,score\n,a,1\n2026-11-20,a,\n", Incomplete, "no row has a date in 'day' and a number in 'score'"),
    ],
)
def test_a_file_that_cannot_be_used_is_one_line(tmp_path, content, error, what):
    """With its place, and what would be right."""
    with pytest.raises(error) as caught:
        source(tmp_path, content).read()
    assert str(caught.value).startswith("[signals.csat]: csat.csv: ")
    assert what in str(caught.value)


def test_a_file_that_never_ends_is_an_error(tmp_path):
    """So many numbers are no scores."""
    rows = "2026-11-20,a,1\n" * (gathering.MOST_SAMPLES + 1)
    with pytest.raises(Incomplete, match="more than 100000 numbers: leave older ones out"):
        source(tmp_path, f"day,service,score\n{rows}").read()


def test_a_file_has_no_other_past(tmp_path):
    """All its rows are read each time."""
    assert source(tmp_path, CSV).past(NOW - timedelta(days=90), NOW, timedelta(days=1)) == Numbers()
