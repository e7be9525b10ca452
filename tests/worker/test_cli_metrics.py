"""`kaizend metrics`: what people, scripts and reports get."""

import csv
import io
import re
import sys
from datetime import UTC, datetime
from xml.etree import ElementTree

import orjson
import pytest

from rules.metrics.rows import COLUMNS
from tests.worker.generated import generated
from worker.cli import run

PNG = b"\x89PNG\r\n"


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    """Read a year of Acme once."""
    with generated(tmp_path_factory.mktemp("acme"), datetime.now(UTC), 7, "cloud", ["pack:metrics"]) as made:
        assert run(["--config", str(made.config), "sync"]) == 0
        yield made


@pytest.fixture
def asked(company, capsys, monkeypatch):
    """Ask for metrics; return the exit code and the lines on stdout and stderr."""
    monkeypatch.setenv("COLUMNS", "80")

    def ask(*arguments, code=0):
        capsys.readouterr()
        assert run(["--config", str(company.config), "metrics", *arguments]) == code
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return out.splitlines(), err.splitlines()

    return ask


def test_the_table_fits_a_terminal(asked):
    """A row a metric of the last month, and below it what keeps the numbers from being the whole truth."""
    out, err = asked()
    assert err == []
    assert max(map(len, out)) <= 80
    assert out[0].startswith("metrics of the whole company, 20")
    heads = next(line for line in out if "95 % interval" in line).split()
    assert heads == ["metric", "value", "95", "%", "interval", "n", "before", "trend"]
    row = next(line for line in out if line.startswith(" incident-frequency")).split()
    assert row[1].endswith("/week")
    assert row[3] == "to"
    assert row[-1] in ("better", "worse", "unclear")
    assert "time-to-detect: no detected incidents, 6 are needed" in out
    assert any(
        line.startswith("change-failure-rate: ") and "could not be linked with a rollout" in line for line in out
    )
    assert not any(line.startswith(" csat") for line in out)


def test_what_is_the_same_in_all_rows_has_no_column(asked):
    """One metric by team and month has columns for these two."""
    out, _ = asked("--metric", "incident-frequency", "--by", "team", "--last", "2")
    assert out[0].startswith("incident-frequency, 20")
    head = next(line for line in out if "interval" in line)
    assert head.split()[:2] == ["for", "window"]


def test_several_subjects_stand_below_each_metric(asked):
    """Within the width of a terminal; metrics that nobody records are named once."""
    out, _ = asked("--by", "team")
    assert max(map(len, out)) <= 80
    place = next(place for place, line in enumerate(out) if line.strip() == "mttr")
    assert [line.split()[0] for line in out[place + 1 : place + 4]] == ["checkout", "platform", "operations"]
    assert "No value is known of time-to-detect, operational-load, support." in out
    assert asked("--by", "service", "--metric", "csat")[0] == ["No value is known of csat."]


def test_an_explanation_says_what_each_number_is_made_of(asked):
    """Definition, window, numerator and denominator, interval, links, what was left out."""
    out, _ = asked("--explain", "--metric", "change-failure-rate")
    text = " ".join(" ".join(out).split())
    assert out[0].startswith("change-failure-rate, 20")
    for words in (
        "Rollouts that caused at least one incident, were rolled back or failed, divided by all rollouts.",
        "The interval is Wilson's.",
        "up to, and without, 20",
        ": numerator ",
        ", denominator ",
        "95 % interval ",
        "of its incidents could not be linked with a rollout",
    ):
        assert words in text


def test_scripts_get_json_and_csv_with_the_same_columns(asked):
    """In an order that stays; shares are 0 to 1, moments are in UTC."""
    out, _ = asked("--json", "--last", "2", "--running", "--every", "quarter")
    rows = orjson.loads("\n".join(out))["measures"]
    assert [tuple(row) for row in rows] == [COLUMNS] * len(rows)
    assert len({row["window"] for row in rows}) == 3
    assert {row["complete"] for row in rows if row["window"] == rows[2]["window"]} == {False}
    (share,) = (row for row in rows if row["metric"] == "improvement-share" and row["window"] == rows[0]["window"])
    assert 0 < share["low"] < share["value"] < share["high"] < 1
    assert share["value"] == share["numerator"] / share["denominator"]
    assert share["start"].endswith("+00:00")
    lines, _ = asked("--csv", "--last", "2", "--running", "--every", "quarter")
    table = list(csv.DictReader(io.StringIO("\n".join(lines))))
    assert [tuple(row) for row in table] == [COLUMNS] * len(rows)
    assert [row["definition"] for row in table] == [row["definition"] for row in rows]


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["--metric", "mtr"], "no metric 'mtr' (did you mean 'mttr'?)"),
        (["--by", "service", "--subject", "chekout"], "no service 'chekout' (did you mean 'checkout'?)"),
        (["--json", "--csv"], "--json, --csv and --explain: choose one of them"),
        (["--chart", "mttr.pdf"], "--chart mttr.pdf: write a name that ends in .svg or .png"),
        (["--chart", "/nowhere/mttr.svg"], "--chart /nowhere/mttr.svg: cannot be written (No such file or directory)"),
        (["--chart", "x.svg", "--metric", "csat"], "--chart: there is nothing to draw: no value is known"),
    ],
)
def test_what_is_asked_wrongly_is_told_in_a_line(asked, arguments, problem):
    """With its remedy."""
    out, err = asked(*arguments, code=1)
    assert (out, err) == ([], [problem])


def test_a_grain_that_there_is_not_is_a_wrong_use(asked):
    """The exit code is that of usage."""
    _, err = asked("--by", "person", code=2)
    assert len(err) == 1


def test_a_chart_is_an_svg_with_words_in_it(asked, tmp_path):
    """Metrics one below the other, the months of a year below each; what has no value is left out; always the same."""
    file, again = tmp_path / "all.svg", tmp_path / "again.svg"
    out, err = asked("--chart", str(file))
    assert (out, err) == ([], [f"the chart is in {file}"])
    asked("--chart", str(again))
    assert file.read_bytes() == again.read_bytes()
    root = ElementTree.fromstring(file.read_text("utf-8"))  # noqa: S314 - we wrote it
    said = {"".join(each.itertext()).strip() for each in root.iter() if each.tag.endswith("}text")}
    assert "mttr (lower is better)" in said
    assert "deployment-frequency (higher is better)" in said
    assert not any(text.startswith("time-to-detect") for text in said)
    assert "Bars are intervals of 95 %; grey dots say too little." in said
    assert len([text for text in said if re.fullmatch("20[0-9]{2}-[01][0-9]", text)]) == 12


def test_a_chart_is_a_png_if_its_name_says_so(asked, tmp_path):
    """A line for each service, by quarter."""
    file = tmp_path / "services.PNG"
    asked("--chart", str(file), "--by", "team", "--every", "quarter", "--last", "3", "--metric", "mttr")
    assert file.read_bytes().startswith(PNG)
    assert len(file.read_bytes()) > 5000


def test_without_the_extra_it_is_named(asked, tmp_path, monkeypatch):
    """Nothing is drawn, and it is said what to install."""
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    _, (said,) = asked("--chart", str(tmp_path / "x.svg"), code=1)
    assert said.startswith("--chart needs the extra 'charts', which is not installed: pip install --require-hashes")
    assert not (tmp_path / "x.svg").exists()


def test_without_metrics_it_is_said_which_pack_has_some(tmp_path, capsys):
    """The config names the rule files."""
    with generated(tmp_path, datetime.now(UTC), 7, "cloud", ["pack:backlog"]) as made:
        assert run(["--config", str(made.config), "sync"]) == 0
        capsys.readouterr()
        assert run(["--config", str(made.config), "metrics"]) == 1
    assert capsys.readouterr().err.splitlines() == [
        "no rule file has a [[metric]]: name one in the config, as in rules = ['pack:metrics']"
    ]
