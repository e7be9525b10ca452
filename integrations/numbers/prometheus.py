"""Numbers by PromQL: a query's value for each value of a label, now and in the past."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

from integrations.base import Numbers
from integrations.errors import Incomplete
from integrations.http import Line
from integrations.numbers.config import PrometheusNumbersConfig
from integrations.numbers.gathering import Gathering
from integrations.numbers.registry import where
from integrations.prometheus import PrometheusApi, Series

AHEAD = timedelta(minutes=5)
"""How far the server's clock may be ahead of ours."""
POINTS = 40_000
"""Points asked for at once: about 1.5 MB. Prometheus itself refuses more than 11,000 of one series."""
POINTS_OF_ONE = 10_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class PrometheusNumbers:
    """A NumberSource."""

    def __init__(self, config: PrometheusNumbersConfig, line: Line, clock: Callable[[], datetime]) -> None:
        self.name = config.name
        self.asked = f"{config.query} by {config.subject}" if config.subject else config.query
        self._query = config.query
        self._label = config.subject
        self._clock = clock
        self._where = where(config.name)
        self._api = PrometheusApi(
            self._where, line, clock, base_url=config.base_url, token=config.token, timeout=config.timeout
        )
        self._series = 1  # that the last answer had

    def read(self) -> Numbers:
        """Ask for the values as they are now."""
        told = self._api.now(self._query)
        self._series = len(told)
        return self._gathered(told, self._clock() + AHEAD)

    def past(self, start: datetime, end: datetime, step: timedelta) -> Numbers:
        """Ask for the values at whole steps since 1970: the same past is always asked for at the same moments."""
        found: list[Numbers] = []
        most = max(1, min(POINTS_OF_ONE, POINTS // self._series))
        for first, last in _stretches(start, end, step, most):
            told = self._api.over(self._query, start=first, end=last, step=step)
            found.append(self._gathered(told, end))
        refused = dict.fromkeys(line for numbers in found for line in numbers.refused)
        return Numbers(signals=tuple(one for numbers in found for one in numbers.signals), refused=tuple(refused))

    def _gathered(self, told: Sequence[Series], latest: datetime) -> Numbers:
        gathering = Gathering(self._where, self.name, latest=latest)
        for subject, series in self._told_apart(told, gathering):
            for at, value in series.points:
                gathering.take(subject, at, value)
        return gathering.numbers()

    def _told_apart(self, told: Sequence[Series], gathering: Gathering) -> Iterator[tuple[str, Series]]:
        """Yield the series with their subjects, but for those whose subject is not sure."""
        if not self._label:
            if len(told) > 1:
                what = f"the query answered {len(told)} series: name the label that tells them apart as 'subject'"
                raise Incomplete(self._where, what)
            yield from (("", one) for one in told)
            return
        times = Counter(one.labels.get(self._label, "").lower() for one in told)
        for one in told:
            named = one.labels.get(self._label, "")
            if not named:
                gathering.refuse(f"a series without the label '{self._label}'")
            elif (subject := gathering.subject(named)) is None:
                continue
            elif times[named.lower()] > 1:
                gathering.refuse(f"{times[named.lower()]} series of {subject}: which of them counts is not said")
            else:
                yield subject, one


def _stretches(start: datetime, end: datetime, step: timedelta, most: int) -> Iterator[tuple[datetime, datetime]]:
    """Cut the whole steps from a moment to another into stretches of so many at most, each with its first and last."""
    first = _EPOCH + -(-(start - _EPOCH) // step) * step
    while first <= end:
        last = min(first + (most - 1) * step, _EPOCH + (end - _EPOCH) // step * step)
        yield first, last
        first = last + step
