"""Where a read of tickets stands: the whole project at first, then what changed, page by page."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

OVERLAP = 5 * 60 * 1000  # milliseconds a search may lag behind what was written
EDGE_LIMIT = 2_000  # rows remembered; what is forgotten is read again, not missed


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """Times are milliseconds since 1970 by Jira's clock."""

    mode: Literal["cold", "warm"] = "cold"
    mark: int = 0  # the newest change known when a read was last whole; while cold: when it began
    rows: int = 0  # read so far of a cold read
    edge: Mapping[str, int] = field(default_factory=dict)  # issue id -> updated, of what was read about the mark
    walk: Mapping[str, Any] | None = None  # the state of a walk that is under way
    asked: str = ""  # the custom fields that were asked for, by their ids: with others, all is read once more

    @property
    def since(self) -> int:
        """The start of the window that a warm read looks at."""
        return max(self.mark - OVERLAP, 0)

    def knows(self, row: str, updated: int) -> bool:
        """Tell whether this very state of a row was read before."""
        return self.edge.get(row) == updated

    def with_edge(self, rows: Iterable[tuple[str, int]]) -> dict[str, int]:
        """Return the edge with these rows, without what no window will show again, the newest first to stay."""
        edge = {row: at for row, at in {**self.edge, **dict(rows)}.items() if at >= self.since}
        if len(edge) <= EDGE_LIMIT:
            return edge
        return dict(sorted(edge.items(), key=lambda one: one[1], reverse=True)[:EDGE_LIMIT])

    def dumps(self) -> str:
        """Write the cursor as JSON."""
        data: dict[str, Any] = {"mode": self.mode, "mark": self.mark, "edge": dict(self.edge)}
        if self.mode == "cold":
            data["rows"] = self.rows
        if self.walk is not None:
            data["walk"] = dict(self.walk)
        if self.asked:
            data["asked"] = self.asked
        return json.dumps(data, separators=(",", ":"), sort_keys=True)


def loads(text: str) -> Cursor:
    """Read a cursor; one that cannot be read is the beginning."""
    try:
        return Cursor(**json.loads(text))
    except (TypeError, ValueError):
        return Cursor()
