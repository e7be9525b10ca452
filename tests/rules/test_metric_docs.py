"""The guide to metrics says what the code does: definitions, intervals, the keys for scripts."""

import re
from pathlib import Path

import pytest

from rules.document import read_pack
from rules.metrics.definitions import HOW, MEANING, STATISTICS
from rules.metrics.rows import COLUMNS
from rules.metrics.table import ENOUGH, USUALLY_ENOUGH, units_of

PAGE = (Path(__file__).parents[2] / "docs" / "metrics.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("measured", MEANING)
def test_each_definition_is_in_the_guide(measured):
    """With what may be made of it, and in which units; the usual first."""
    units = dict.fromkeys(unit for statistic in STATISTICS[measured] for unit in units_of(measured, statistic))
    statistics = ", ".join(f"`{each}`" for each in STATISTICS[measured])
    shown = ", ".join(f"`{unit}`" for unit in units) or "any"
    assert f"| `{measured}` | {MEANING[measured]} | {statistics} | {shown} |\n" in PAGE


@pytest.mark.parametrize("statistic", HOW)
def test_how_intervals_are_made_is_in_the_guide(statistic):
    """As --explain prints it."""
    assert f"| `{statistic}` | {HOW[statistic]} |\n" in PAGE


def test_each_key_for_scripts_is_in_the_guide_in_its_order():
    """What is promised to stay as it is."""
    table = PAGE.split("| key | what it is |\n|---|---|\n")[1].split("\n\n")[0]
    named = [name for line in table.splitlines() for name in re.findall("`([a-z_]+)`", line.split(" | ")[0])]
    assert tuple(named) == COLUMNS


def test_what_is_usually_enough_is_in_the_guide():
    """For each statistic."""
    assert (ENOUGH["rate"], USUALLY_ENOUGH, ENOUGH["median"], ENOUGH["p90"]) == (7, 5, 6, 10)
    text = " ".join(PAGE.split())
    assert (
        "of rates and counts days of the window (7), of means and shares 5, of medians 6, of the nine tenths 10" in text
    )


def test_the_metric_of_the_guide_can_be_used():
    """Copied as it stands, in a file of one's own."""
    example = PAGE.split("```toml\n")[1].split("```")[0]
    (metric,) = read_pack("own.toml", f'[pack]\nname = "own"\n{example}').metrics
    assert (metric.id, metric.statistic, metric.unit, metric.better) == ("checkout-latency", "last", "ms", "lower")
