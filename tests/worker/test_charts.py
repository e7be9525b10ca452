"""Charts of hostile and foreign names: drawn as they are, whatever they would mean to a drawing library."""

import csv
import io
from datetime import UTC, datetime
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from rules.metrics.model import Window
from rules.metrics.rows import COLUMNS, cells, rows
from rules.metrics.series import Series
from tests.rules.factories import measure, metric
from worker.measuring.charts import draw

MONTHS = [datetime(2026, month, 1, tzinfo=UTC) for month in range(8, 12)]


def line(subject):
    """Return a metric of a subject over three months."""
    windows = [Window(start=start, end=end, name=f"{start:%Y-%m}") for start, end in pairwise(MONTHS)]
    first, *others = (measure(2.0, low=1.0, high=4.0, window=window, subject=subject) for window in windows)
    return Series(metric=metric(), grain="service", subject=subject, before=first, measures=tuple(others))


@pytest.mark.parametrize(
    ("subject", "drawn"),
    [
        ("$x_$", "$x_$"),
        (r"$\frac{1}$ per $", r"$\frac{1}$ per $"),
        ("_hidden", "_hidden"),
        ("\u652f\u4ed8", "\u652f\u4ed8"),
        ("</text><script>alert(1)</script>", "</text><script>alert(1)</script>"),
        ("a\nb\x00\x1b[31m\u202ec", "a b [31m c"),
        ("x" * 3000, "x" * 39 + "\u2026"),
    ],
)
def test_a_name_is_drawn_as_it_is(tmp_path, subject, drawn):
    """No formula, no markup, no name that is left out, none that leaves no room; beside it another one."""
    file = tmp_path / "chart.svg"
    draw([line(subject), line("checkout")], file)
    root = ElementTree.fromstring(file.read_text("utf-8"))  # noqa: S314 - we wrote it
    said = ["".join(each.itertext()).strip() for each in root.iter() if each.tag.endswith("}text")]
    assert said[-3:-1] == [drawn, "checkout"] or said[-2:] == [drawn, "checkout"]
    assert not [each for each in root.iter() if "script" in each.tag]
    draw([line(subject)], tmp_path / "chart.png")


def test_a_spreadsheet_computes_no_name():
    """A label may be the name of a service, and anybody may write one; numbers below zero stay numbers."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS)
    for name in ('=HYPERLINK("https://evil.example";"x")', "@sum", "-1", "+1", "a=b"):
        writer.writerows(cells(row | {"value": -0.5}) for row in rows(line(name)))
    table = list(csv.DictReader(io.StringIO(out.getvalue()), COLUMNS))[::2]
    assert [each["subject"] for each in table] == [
        '\'=HYPERLINK("https://evil.example";"x")', "'@sum", "'-1", "'+1", "a=b"
    ]  # fmt: skip
    assert {each["value"] for each in table} == {"-0.5"}
