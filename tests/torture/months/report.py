"""What came of a month: what was met, how far budgets were used, and what was wrong."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class Report:
    """A month's figures. `wrong` is empty, or what was broken with the day and what happened last."""

    seed: int
    flavour: str = ""
    days: int = 0
    digest: str = ""
    counts: Counter = field(default_factory=Counter)  # passes, kills, restores ... -> how many
    faults: Counter = field(default_factory=Counter)  # kind -> requests it befell
    most: dict = field(default_factory=dict)  # budget -> the most that was used of it
    wrong: list = field(default_factory=list)

    def plain(self):
        """Return it as JSON can hold it."""
        return {name: getattr(self, name) for name in self.__slots__}


def merged(reports):
    """Return the sums of several reports' counts and faults, and the greatest of what was used."""
    counts, faults, most = Counter(), Counter(), {}
    for report in reports:
        counts.update(report["counts"])
        faults.update(report["faults"])
        for name, value in report["most"].items():
            most[name] = max(value, most.get(name, 0))
    return counts, faults, most
