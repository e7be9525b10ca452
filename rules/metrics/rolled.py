"""Rollouts: what went into production, what it brought with it, and what was rolled back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import takewhile

from rules.metrics.merged import Merged, Merges
from rules.metrics.model import Rollout, Subjects
from rules.model import Deployment, Release
from rules.policy import Policy
from rules.services import services_of_rollout
from rules.texts import clipped

UP, FAILED = frozenset({"success", "inactive"}), frozenset({"failure", "error"})
"""States of deployments: "inactive" alone is said of one that was up and was replaced. All others are under way."""
FAR_BACK = 50  # deployments that one may go back
LONGEST_NAME = 60
SHORT = 7  # characters of a commit's hash that people see


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipped:
    """A rollout, with what is asked of it besides metrics."""

    rollout: Rollout
    source: str
    environment: str = ""
    sha: str = ""
    merged: Merged | None = None  # the change whose merge made its commit, where that is known

    @property
    def at(self) -> datetime:
        """When it went out."""
        return self.rollout.at

    def carries(self, change: Merged) -> bool:
        """Tell whether it holds a change: its own commit, or what was merged or, if unknown, rolled out later."""
        if self.source != change.source:
            return False
        if self.sha and self.sha == change.sha:
            return True
        if self.merged is not None:
            return self.merged.base == change.base and self.merged.at >= change.at
        return self.at >= change.at


def deployed(policy: Policy, deployments: Iterable[Deployment], merges: Merges) -> tuple[Shipped, ...]:
    """Return the rollouts among deployments to environments that count, oldest first.

    What only took a source back to an older state is no rollout of
    its own: it tells of those before it that they were rolled back.
    """
    lines: dict[tuple[str, str], list[Shipped]] = {}
    subjects: dict[tuple[str, str], Subjects] = {}
    for each in sorted(deployments, key=lambda one: (one.created, one.uid)):
        if each.state in UP | FAILED and counts(policy, each.source, each.environment):
            place = (each.source, each.environment.lower())
            if place not in lines:
                lines[place], subjects[place] = [], _subjects(policy, *place)
            lines[place].append(_shipped(each, subjects[place], merges.of(each.source, each.sha)))
    found = [one for line in lines.values() for one in _told(line, merges)]
    return tuple(sorted(found, key=lambda one: (one.at, one.rollout.uid)))


def counts(policy: Policy, source: str, environment: str) -> bool:
    """Tell whether a deployment to an environment is one into production."""
    name = environment.lower()
    if name in policy.recurring.environments:
        return True
    return any(name in each.environments and (not each.sources or source in each.sources) for each in policy.services)


def released(policy: Policy, releases: Iterable[Release], merges: Merges) -> Iterator[Shipped]:
    """Yield the rollouts among releases and versions that are out, oldest first of each source."""
    before: dict[str, datetime] = {}
    for each in sorted(releases, key=lambda one: (str(one.released), one.uid)):
        if each.released is None or each.prerelease:
            continue
        version = policy.sources[each.source].kind == "jira"
        after, before[each.source] = before.get(each.source), each.released
        brought = merges.between(each.source, merges.main_branch(each.source), after, each.released) if after else ()
        yield Shipped(
            rollout=Rollout(
                uid=each.uid,
                name=clipped(each.name, LONGEST_NAME),
                url=each.url,
                subjects=_subjects(policy, each.source, ""),
                at=each.released,
                kind="version" if version else "release",
                lead=each.released - brought[0].at if brought else None,
            ),
            source=each.source,
        )


def without_doubles(rollouts: Sequence[Shipped]) -> Iterator[Shipped]:
    """Yield rollouts, but of a version only what nothing tells more exactly: services with deployments or releases."""
    exact = {name for each in rollouts if each.rollout.kind != "version" for name in each.rollout.subjects.services}
    for each in rollouts:
        subjects = each.rollout.subjects
        if each.rollout.kind != "version" or not subjects.services & exact:
            yield each
        elif subjects.services - exact:
            left = replace(subjects, services=subjects.services - exact)
            yield replace(each, rollout=replace(each.rollout, subjects=left))


def _shipped(deployment: Deployment, subjects: Subjects, merged: Merged | None) -> Shipped:
    return Shipped(
        rollout=Rollout(
            uid=deployment.uid,
            name=f"{deployment.sha[:SHORT]} to {clipped(deployment.environment, LONGEST_NAME)}",
            url=merged.url if merged else "",
            subjects=subjects,
            at=deployment.created,
            kind="deployment",
            failed=deployment.state in FAILED,
        ),
        source=deployment.source,
        environment=deployment.environment,
        sha=deployment.sha,
        merged=merged,
    )


def _subjects(policy: Policy, source: str, environment: str) -> Subjects:
    services = services_of_rollout(policy, source, environment)
    parts = frozenset[str]().union(*(each.components for each in policy.services if each.name in services))
    teams = [team.name for team in policy.teams if source in team.sources or team.components & parts]
    return Subjects(services=frozenset(services), teams=frozenset(teams))


def _told(line: Sequence[Shipped], merges: Merges) -> Iterator[Shipped]:
    """Yield the rollouts to one environment (oldest first), with what each brought and when it was rolled back."""
    standing: list[Shipped] = []  # what is up, the newest last, as far back as it could be gone back to
    found: dict[str, Shipped] = {}
    for each in line:
        if each.rollout.failed:
            found[each.rollout.uid] = each
            continue
        gone = _taken_back(standing, each)
        if gone:
            for one in gone:
                back = replace(found[one.rollout.uid].rollout, rolled_back=each.at)
                found[one.rollout.uid] = replace(one, rollout=back)
            standing = [*standing[: len(standing) - len(gone)], each]
            continue
        lead = _lead(standing[-1] if standing else None, each, merges)
        found[each.rollout.uid] = replace(each, rollout=replace(each.rollout, lead=lead))
        standing.append(each)
    yield from found.values()


def _taken_back(standing: Sequence[Shipped], each: Shipped) -> Sequence[Shipped]:
    """Return what a deployment took back: all that is newer than the older commit it went back to."""
    if not standing or standing[-1].sha == each.sha:
        return ()
    near = standing[-FAR_BACK:]
    for place in range(len(near) - 2, -1, -1):
        if near[place].sha == each.sha:
            return near[place + 1 :]
    return tuple(reversed(tuple(takewhile(lambda one: _newer(one, each), reversed(near)))))


def _newer(one: Shipped, other: Shipped) -> bool:
    if one.merged is None or other.merged is None:
        return False
    return one.merged.base == other.merged.base and one.merged.at > other.merged.at


def _lead(before: Shipped | None, each: Shipped, merges: Merges) -> timedelta | None:
    """Return how long the first change that a deployment brought had waited; None where that cannot be known."""
    if before is None or before.merged is None or each.merged is None or before.merged.base != each.merged.base:
        return None
    brought = merges.between(each.source, each.merged.base, before.merged.at, each.merged.at)
    return each.at - brought[0].at if brought else None
