"""Metrics in rule files: what is usual, what is wrong and how it is said, overrides, and the page of their pack."""

from __future__ import annotations

from importlib import resources

import pytest
from jsonschema import Draft202012Validator

from rules.document import build_policy, read_pack
from rules.errors import PolicyError
from rules.metrics.definitions import STATISTICS, definition
from rules.metrics.model import Metric
from rules.metrics.table import MetricTable, metric_of
from rules.pack_page import pack_page
from rules.schema import rule_file_schema
from tests.rules.test_document import FILE, PACK, TABLES

METRIC = """
[[metric]]
id = "mttr"
about = "How long it takes."
measured = "time-to-resolve"
"""
METRICS = resources.files("rules.packs") / "metrics.toml"


def policy(text, tables=TABLES):
    """Return the policy of one file."""
    return build_policy(tables, [(FILE, PACK + text)])


def problems(text, tables=TABLES):
    """Return what is said of it."""
    with pytest.raises(PolicyError) as caught:
        policy(text, tables)
    return caught.value.problems


def test_what_is_left_out_is_usual_for_what_is_measured():
    """Hours and their mean for times; days, weeks and shares for the rest."""
    (found,) = policy(METRIC).metrics
    assert found == Metric(
        id="mttr",
        pack="backlog",
        about="How long it takes.",
        measured="time-to-resolve",
        unit="h",
        enough=5,
        statistic="mean",
    )
    usual = {
        name: metric_of("own", MetricTable(id="x", measured=name, signal="y" if name == "signal" else ""))
        for name in STATISTICS
    }
    assert {name: (each.statistic, each.unit, each.better, each.enough) for name, each in usual.items()} == {
        "incidents": ("rate", "per week", "lower", 7),
        "time-to-detect": ("mean", "h", "lower", 5),
        "time-to-respond": ("mean", "h", "lower", 5),
        "time-to-resolve": ("mean", "h", "lower", 5),
        "change-failure-rate": ("share", "%", "lower", 5),
        "deployments": ("rate", "per week", "higher", 7),
        "lead-time": ("median", "h", "lower", 6),
        "load": ("rate", "per week", "lower", 7),
        "support": ("rate", "per week", "lower", 7),
        "improvement-share": ("share", "%", "higher", 5),
        "signal": ("last", "", "higher", 1),
    }


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('id = "mttr"', 'id = "MTTR"', "metric 'MTTR', id, line 7, column 1: 'MTTR' is not a metric's name: write"),
        ('"time-to-resolve"', '"time-to-reslove"', "is not one of 'incidents', 'time-to-detect'"),
        ('"time-to-resolve"', '"time-to-reslove"', "(did you mean 'time-to-resolve'?)"),
        ("measured", "measures", "no key 'measures' (did you mean 'measured'?)"),
        ("[[metric]]", "[[metrics]]", "no table 'metrics' (did you mean 'metric'?)"),
        ("[[metric]]", "[metric]", "write [[metric]], with two brackets on each side"),
        ("about", 'statistic = "rate"\nabout', "statistic: 'rate' cannot be made of 'time-to-resolve': write 'mean',"),
        ("about", 'unit = "hours"\nabout', "unit: 'hours' is no unit of 'time-to-resolve': write 'h', 'min' or 'days'"),
        ("about", 'signal = "csat"\nabout', "signal: what is measured is 'time-to-resolve': write measured = 'signal'"),
        ('"time-to-resolve"', '"signal"', "signal: name one of [signals] in the config"),
        ("about", 'by = ["servce"]\nabout', "by[1], line 8, column 1: 'servce' is not one of"),
        ("about", "enough = 0\nabout", "enough, line 8, column 1: write a number greater than or equal to 1"),
    ],
)
def test_a_wrong_key_is_told_with_its_place(old, new, problem):
    """File, metric, key, line and column, and the nearest right name."""
    assert old in METRIC
    found = problems(METRIC.replace(old, new, 1))
    assert len([one for one in found if problem in one]) == 1
    assert all(one.startswith(f"{FILE}: ") for one in found)


def test_a_metric_has_a_name_of_its_own():
    """In its file, beside rules, and in the policy: conditions and people call it by that alone."""
    assert "there is a metric 'mttr' already, at line 7, column 1: choose another name" in problems(METRIC + METRIC)[0]
    other = METRIC.replace("how long", "How long")
    with pytest.raises(PolicyError) as caught:
        build_policy(TABLES, [(FILE, PACK + METRIC), ("own.toml", PACK.replace('"backlog"', '"own"') + other)])
    (problem,) = caught.value.problems
    assert problem == "own.toml: metric 'mttr', id: the pack 'backlog' has a metric 'mttr', too: choose another name"


def test_values_are_overridden_in_the_config():
    """All but the id; what is wrong is told where the override stands."""
    changed = policy(METRIC, TABLES | {"override": {"backlog.mttr": {"enough": 9, "unit": "min"}}}).metrics[0]
    assert (changed.enough, changed.unit, changed.measured) == (9, "min", "time-to-resolve")
    wrong = problems(METRIC, TABLES | {"override": {"backlog.mttr": {"unit": "hours", "id": "x"}}})
    assert [one for one in wrong if "id: cannot be overridden: copy the metric to a file of your own" in one]
    (problem,) = problems(METRIC, TABLES | {"override": {"backlog.mttr": {"unit": "hours"}}})
    assert """[override."backlog.mttr"]: unit: 'hours' is no unit of 'time-to-resolve': write 'h',""" in problem


def test_an_editor_underlines_what_is_wrong():
    """By the JSON Schema of rule files."""
    schema = Draft202012Validator(rule_file_schema())
    good = {"pack": {"name": "own"}, "metric": [{"id": "mttr", "measured": "time-to-resolve"}]}
    assert list(schema.iter_errors(good)) == []
    bad = good | {"metric": [{"id": "Mttr", "measured": "time", "by": []}]}
    assert sorted(error.json_path for error in schema.iter_errors(bad)) == [
        "$.metric[0].by",
        "$.metric[0].id",
        "$.metric[0].measured",
    ]


def test_the_page_says_what_each_metric_means():
    """Its definition, by what it is split, its unit, and when it says something."""
    page = pack_page(read_pack(METRICS.name, METRICS.read_text(encoding="utf-8")))
    section = page.split("## error-budget\n\n")[1].split("\n\n## ")[0]
    assert section.splitlines()[-4:] == [
        "- It is told of the whole company and by service.",
        "- Its values are numbers; higher is better.",
        "- Fewer than 1 observation say too little.",
        "- It needs the signal `error_budget` in `[signals]` of the config; without it, it is not shown.",
    ]
    assert "The values of the signal “error_budget” in the window." in section
    assert "## Who is meant" not in page


def test_the_pack_has_the_metrics_of_the_policy():
    """In the field's usual words; each names the policy it serves, and has a definition of its own."""
    pack = read_pack(METRICS.name, METRICS.read_text(encoding="utf-8"))
    assert [table.id for table in pack.metric_tables if not table.policy or not table.about] == []
    assert {each.measured for each in pack.metrics} == set(STATISTICS)
    assert len({definition(each) for each in pack.metrics}) == len(pack.metrics)
