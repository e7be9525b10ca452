"""Tables in files: the newest row counts, and each mistake is one line with its place."""

import json
import os
from datetime import UTC, datetime

import pytest

from integrations.base import Reading
from integrations.errors import NotFound, TrackerError
from integrations.inputs.config import TableConfig
from integrations.inputs.registry import build_signal
from integrations.rows import BODY_LIMIT


def table(folder, content, *, name="register.csv", date="reviewed"):
    """Write a file, and build the input that reads it."""
    file = folder / name
    if content is not None:
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    config = TableConfig(name="debt-registers", kind=name.rpartition(".")[2], file=file, shown=name, date=date)
    return build_signal(config, None, None)


def at(text):
    """Return a moment."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


CSV = "service,reviewed,owner,note\nshop,2026-10-01,ana,\nsearch,2026-11-20,bo,\nlogin,2026-09-01,kim,late\n"


def test_the_newest_row_of_a_csv_counts(tmp_path):
    """Not the last; what it says is its other columns, shortly."""
    assert table(tmp_path, CSV).read() == Reading(at=at("2026-11-20T12:00"), said="service: search, owner: bo")


def test_the_newest_object_of_a_list_counts(tmp_path):
    """In a list, or under `rows`."""
    rows = [{"reviewed": "2026-11-20", "score": 87, "team": None}, {"reviewed": "2026-10-01", "score": 2}]
    expected = Reading(at=at("2026-11-20T12:00"), said="score: 87")
    assert table(tmp_path, json.dumps(rows), name="a.json").read() == expected
    assert table(tmp_path, json.dumps({"rows": rows}), name="a.json").read() == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-20", "2026-11-20T12:00"),
        (" 2026-11-20 ", "2026-11-20T12:00"),
        ("2026-11-20T23:30:00+02:00", "2026-11-20T21:30"),
        ("2026-11-20 08:15", "2026-11-20T08:15"),
        ("2026-11-20T08:15:00Z", "2026-11-20T08:15"),
    ],
)
def test_a_date_is_iso_with_or_without_a_time(tmp_path, text, expected):
    """A day alone is its noon; a time without a zone is UTC."""
    assert table(tmp_path, f"reviewed\n{text}\n").read().at == at(expected)


@pytest.mark.parametrize(
    "content",
    [
        CSV.replace("\n", "\r\n"),
        "\ufeff" + CSV,
        CSV.replace(",", ";"),
        CSV.replace(",", "\t"),
        "\n" + CSV + "\n,,,\n",
        CSV.replace("bo", "bo,extra"),
        CSV + "new,,nobody,\n",
        CSV + "short\n",
        CSV.replace("search", '"se\u2028arch"').replace("\u2028", ""),
    ],
    ids=["crlf", "bom", "semicolons", "tabs", "blank rows", "too long", "no date yet", "too short", "quoted"],
)
def test_what_spreadsheets_write_is_read(tmp_path, content):
    """Line ends, marks, separators, blank rows and rows that have no date yet."""
    assert table(tmp_path, content).read().at == at("2026-11-20T12:00")


def test_a_cell_with_line_ends_is_one_cell(tmp_path):
    """Quoted as CSV quotes them; what is told stays a line."""
    reading = table(tmp_path, 'reviewed,note\n2026-11-20,"two\nlines\u2028and ""more"""\n').read()
    assert reading.said == 'note: two lines and "more"'


def test_what_a_row_says_is_cut(tmp_path):
    """Four columns, each not too long."""
    names = [f"c{number}" for number in range(9)]
    text = f"reviewed,{','.join(names)}\n2026-11-20,{','.join(['x' * 90] * 9)}\n"
    said = table(tmp_path, text).read().said
    assert said.startswith("c0: xxx")
    assert "c4" not in said
    assert len(said) <= 200


HEAD = "service,reviewed\n"
WRONG_CSV = [
    ("missing", None, "register.csv: no such file: 'path' is relative to the config"),
    ("empty", "", "register.csv: is empty"),
    ("blank", " \n\n", "register.csv: is empty"),
    ("header alone", HEAD, "register.csv: no row has a date in 'reviewed'"),
    ("no dates", HEAD + "shop,\n", "register.csv: no row has a date in 'reviewed'"),
    ("misspelt column", "service,reviewd\n", "register.csv: line 1: no column 'reviewed' (did you mean 'reviewd'?)"),
    ("no such column", "\na,b\n", "register.csv: line 2: no column 'reviewed': there is a, b"),
    (
        "no ISO date",
        HEAD + "shop,2026-11-20\nlogin,20.11.2026\n",
        "register.csv: line 3: 'reviewed' is no ISO date, as in 2026-12-31: '20.11.2026'",
    ),
    (
        "no day of any year",
        HEAD + "shop,2026-02-30\n",
        "register.csv: line 2: 'reviewed' is no ISO date, as in 2026-12-31: '2026-02-30'",
    ),
    (
        "beyond time",
        HEAD + "shop,9999-12-31T23:00-05:00\n",
        "register.csv: line 2: 'reviewed' is no ISO date, as in 2026-12-31: '9999-12-31T23:00-05:00'",
    ),
    ("an open quote", HEAD + '"shop,2026-11-20\n', "register.csv: line 2: is no CSV: unexpected end of data"),
    ("a huge cell", HEAD + "x" * 200_000 + ",2026-11-20\n", "register.csv: line 2: is no CSV: field larger than"),
    ("no UTF-8", HEAD.encode() + b"caf\xe9,2026-11-20\n", "register.csv: line 2: is not UTF-8 text: save it as UTF-8"),
    ("huge", b"x" * (BODY_LIMIT + 1), "register.csv: is larger than 8 MB"),
]
WRONG_JSON = [
    ("syntax", '[\n {"reviewed": }\n]', "a.json: line 2, column 15: is no JSON: Expecting value"),
    ("cut short", '[{"reviewed": "2026-', "a.json: line 1, column 15: is no JSON: Unterminated string starting at"),
    ("empty list", "[]", "a.json: the list is empty"),
    ("no list", '{"row": []}', "a.json: a list of objects is wanted, or an object with such a list as 'rows'"),
    ("a number", "5", "a.json: a list of objects is wanted, or an object with such a list as 'rows'"),
    ("no object", '[{"reviewed": "2026-11-20"}, 5]', "a.json: row 2: is no object"),
    (
        "misspelt key",
        '[{"Reviewed": "2026-11-20"}]',
        "a.json: no row has the key 'reviewed' (did you mean 'Reviewed'?)",
    ),
    ("no key at all", "[{}]", "a.json: no row has the key 'reviewed': there is none"),
    (
        "a number for a date",
        '[{"reviewed": 20261120}]',
        "a.json: row 1: 'reviewed' is no ISO date, as in 2026-12-31: '20261120'",
    ),
    ("too deep", "[" * 100_000, "a.json: is nested too deeply"),
    ("a number that cannot be", "[" + "9" * 5000 + "]", "a.json: holds a number that cannot be"),
]


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [pytest.param("register.csv", text, said, id=f"csv: {case}") for case, text, said in WRONG_CSV]
    + [pytest.param("a.json", text, said, id=f"json: {case}") for case, text, said in WRONG_JSON],
)
def test_a_wrong_file_is_one_line_with_its_place(tmp_path, name, content, expected):
    """File, line or row, what is wrong."""
    with pytest.raises(TrackerError) as caught:
        table(tmp_path, content, name=name).read()
    assert str(caught.value).startswith(f"[inputs.debt-registers]: {expected}")
    assert str(caught.value).isprintable()


def test_a_folder_or_a_pipe_is_no_file_and_holds_nobody_up(tmp_path):
    """A pipe would be read for ever."""
    (tmp_path / "register.csv").mkdir()
    os.mkfifo(tmp_path / "pipe.csv")
    for name in ("register.csv", "pipe.csv", "register.csv/x.csv"):
        with pytest.raises(NotFound, match=r"is not a file|no such file"):
            table(tmp_path, None, name=name).read()


def test_a_file_is_read_anew_each_time(tmp_path):
    """What is changed on the disk is seen."""
    signal = table(tmp_path, CSV)
    signal.read()
    table(tmp_path, CSV + "shop,2026-11-22,ana,\n")
    assert signal.read().at == at("2026-11-22T12:00")
