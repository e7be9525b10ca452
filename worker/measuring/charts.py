"""Charts: metrics over time as an SVG or PNG file, each with its intervals; needs the extra "charts"."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from itertools import groupby
from math import nan
from pathlib import Path
from typing import TYPE_CHECKING
from warnings import catch_warnings, filterwarnings

from integrations.wording import printable
from rules.metrics.model import Measure
from rules.metrics.series import Series
from rules.texts import clipped
from worker.errors import WorkerError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FORMATS = {".svg": "svg", ".png": "png"}
MISSING = (
    "--chart needs the extra 'charts', which is not installed: pip install --require-hashes -r requirements-charts.txt"
)
MOST_LINES = 10
"""Subjects of a metric that can be told apart."""
WIDTH, HEIGHT = 9.0, 2.6
"""Inches: of the chart, and of one metric in it."""
GREY = "0.6"
STRETCH = 4
"""How many times the highest value an axis may reach, to show intervals."""
LONGEST = 40
"""Characters of a subject's name that are drawn."""
LOOKS = {"svg.hashsalt": "kaizend", "svg.fonttype": "none", "font.size": 9, "text.parse_math": False}
"""Names are foreign text: a $ begins no formula."""
KEY = "Bars are intervals of 95 %; grey dots say too little."


def format_of(file: Path) -> str:
    """Return the format that a file's name asks for. Raises WorkerError, also if the extra is not installed."""
    if file.suffix.lower() not in FORMATS:
        raise WorkerError(f"--chart {file.name}: write a name that ends in .svg or .png")
    if find_spec("matplotlib") is None:
        raise WorkerError(MISSING)
    return FORMATS[file.suffix.lower()]


def draw(found: Sequence[Series], file: Path) -> None:
    """Draw metrics one below the other, a line a subject, with bars for intervals. The same data give the same file.

    Raises WorkerError if there is nothing to draw, if lines could not be told apart, or if the file cannot be written.
    """
    kind = format_of(file)
    from matplotlib import rc_context  # noqa: PLC0415 - takes half a second, and belongs to an extra
    from matplotlib.figure import Figure  # noqa: PLC0415 - as above

    rooms = _rooms(found)
    with rc_context(LOOKS), catch_warnings():
        filterwarnings("ignore", "Glyph .* missing from font")  # an SVG has the letters all the same
        figure = Figure(figsize=(WIDTH, HEIGHT * len(rooms)), layout="constrained")
        for axes, room in zip(figure.subplots(len(rooms), squeeze=False)[:, 0], rooms, strict=True):
            _room(axes, room)
        figure.supxlabel(KEY, fontsize="small")
        try:
            figure.savefig(file, format=kind, metadata={"Date": None} if kind == "svg" else {"Software": None})
        except OSError as error:
            raise WorkerError(f"--chart {file}: cannot be written ({error.strerror})") from error


def _rooms(found: Sequence[Series]) -> list[tuple[Series, ...]]:
    """Return the series of each metric that has any value."""
    every = (tuple(group) for _, group in groupby(found, key=lambda each: each.metric.id))
    rooms = [room for room in every if any(each.value is not None for one in room for each in one.measures)]
    if not rooms:
        raise WorkerError("--chart: there is nothing to draw: no value is known")
    for room in rooms:
        if len(room) > MOST_LINES:
            many = f"{len(room)} lines for {room[0].metric.id}, {MOST_LINES} can be told apart"
            raise WorkerError(f"--chart: {many}: choose a --subject")
    return rooms


def _room(axes: Axes, room: Sequence[Series]) -> None:
    """Draw one metric; what says too little is pale and has no line."""
    metric, names = room[0].metric, [each.window.name for each in room[0].measures]
    axes.set_title(f"{metric.id} ({metric.better} is better)", loc="left")
    axes.set_ylabel(metric.unit)
    axes.set_xlim(-0.5, len(names) - 0.5)
    axes.set_xticks(range(len(names)), names, rotation=30 if len(names) > 8 else 0)
    axes.grid(axis="y", linewidth=0.3)
    shift = 0.5 / max(len(room), 1)
    for place, one in enumerate(room):
        _line(axes, one, (place - (len(room) - 1) / 2) * shift / 2)
    _frame(axes, room)
    if any(each.subject for each in room):
        _legend(axes, room)


def _legend(axes: Axes, room: Sequence[Series]) -> None:
    """Name the lines: matplotlib leaves out what begins with _, so that names are set when the legend is made."""
    legend = axes.legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
    for text, one in zip(legend.get_texts(), room, strict=True):
        text.set_text(clipped(printable(one.subject), LONGEST))


def _line(axes: Axes, one: Series, aside: float) -> None:
    scale = 100 if one.metric.unit == "%" else 1
    places = [place + aside for place in range(len(one.measures))]
    values = [nan if each.value is None else scale * each.value for each in one.measures]
    said = [value if each.enough else nan for value, each in zip(values, one.measures, strict=True)]
    bars = [[_bar(each, scale, low=low) for each in one.measures] for low in (True, False)]
    label = "a subject" if one.subject else None
    axes.errorbar(
        places, said, yerr=bars, label=label, marker="o", markersize=4, linewidth=1, elinewidth=0.7, capsize=2
    )
    little = [nan if each.enough else value for value, each in zip(values, one.measures, strict=True)]
    axes.plot(places, little, "o", color=GREY, markersize=3)


def _frame(axes: Axes, room: Sequence[Series]) -> None:
    """Let the axis begin at nothing, and end where values do: an interval may be a hundred times as long."""
    scale = 100 if room[0].metric.unit == "%" else 1
    values = [scale * each.value for one in room for each in one.measures if each.value is not None]
    low, high = axes.get_ylim()
    highest = max(values)
    axes.set_ylim(low if min(values) < 0 else 0.0, min(high, STRETCH * highest) if highest > 0 else high)


def _bar(measure: Measure, scale: float, *, low: bool) -> float:
    """Return how long a bar is below or above the value; none where there is no bound."""
    value = measure.value or 0.0
    bound = measure.low if low else measure.high
    return 0.0 if bound is None else scale * abs(value - bound)
