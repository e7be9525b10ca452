"""The story: a small team lives four months in fast-forward, and every row of the governance policy is at work."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from integrations.sandbox.github import GithubFace
from integrations.sandbox.jira import JiraFace
from integrations.sandbox.jira.records import Flavour
from integrations.sandbox.server import Sandbox
from integrations.sandbox.wire import Face
from rules.actions import FileTicket
from rules.document import read_pack as rule_pack
from rules.governance import Section
from rules.resembling import evidence
from worker.cycle import Watching, once
from worker.governing import Served, governing
from worker.playground import GITHUB_PREFIX, JIRA_PREFIX
from worker.settings import load_settings
from worker.settings.files import packs_that_ship, read_pack
from worker.stop import Stop
from worker.story_deeds import CONFIG, DEEDS, LAST
from worker.story_team import BEGIN, Deed, FastClock, Team
from worker.wiring import opened
from worker.worker import Worker

EVERY = 2
"""Days between two passes; there is one after each deed, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What came of the story."""

    team: Team
    passes: int
    writes: int
    served: tuple[Served, ...]  # each row of the policy, with what its rules did in all that time
    examples: Mapping[str, str]  # rule -> a ticket it did something to, with its title
    troubles: tuple[str, ...]  # of passes that were not whole
    suggested: tuple[str, ...]  # what resembles an earlier problem, as the cards say, and nobody has answered
    after: int  # writes of one more pass over all that, in which nothing has changed

    @property
    def asleep(self) -> tuple[Section, ...]:
        """The rows of the policy for which nothing was done."""
        return tuple(row.section for row in self.served if not any(did.done for _, did in row.rules))

    @property
    def acting(self) -> tuple[Served, ...]:
        """The rows, each with those of its rules that did something."""
        return tuple(
            replace(row, rules=tuple((rule, did) for rule, did in row.rules if did.done)) for row in self.served
        )


def story(
    folder: Path,
    packs: tuple[str, ...],
    *,
    flavour: Flavour = "cloud",
    deeds: tuple[Deed, ...] = DEEDS,
    stop: Stop | None = None,
    watch: Callable[[Deed], None] | None = None,
) -> Told:
    """Tell the story in an empty folder, by the named packs, and return what came of it."""
    clock = FastClock()
    team = Team(clock, folder)
    faces: list[Face] = [
        GithubFace(team.github, clock, prefix=GITHUB_PREFIX),
        JiraFace(team.jira, clock, prefix=JIRA_PREFIX, flavour=flavour),
    ]
    with Sandbox(faces) as sandbox:
        config = folder / "config.toml"
        config.write_text(_config(sandbox.url, packs, flavour), encoding="utf-8")
        with opened(load_settings(config, {}), clock=clock, sleep=clock.sleep) as worker:
            return _told(worker, team, sandbox, deeds, stop or Stop(), watch)


def _config(url: str, packs: tuple[str, ...], flavour: Flavour) -> str:
    text = CONFIG.format(url=url, packs=", ".join(f'"pack:{pack}"' for pack in packs))
    if flavour == "dc":  # no e-mail with a personal access token, and people by their names
        text = text.replace('email = "kaizen-bot@acme.example"\n', "").replace('jira = "acc-', 'jira = "')
    return text


def _told(
    worker: Worker,
    team: Team,
    sandbox: Sandbox,
    deeds: tuple[Deed, ...],
    stop: Stop,
    watch: Callable[[Deed], None] | None,
) -> Told:
    troubles: dict[str, None] = {}
    passes = 0
    for day in range(LAST + 1):
        team.clock.now = BEGIN + timedelta(days=day)
        today = [deed for deed in deeds if deed.day == day]
        for deed in today:
            deed.do(team)
            if watch is not None:
                watch(deed)
        if today or day % EVERY == 0 or day == LAST:
            team.clock.forward(timedelta(hours=6))
            troubles |= dict.fromkeys(once(worker, stop, watching=Watching()).troubles)
            passes += 1
    writes = len(sandbox.log.writes())
    once(worker, stop, watching=Watching(), whole=True)
    shipped = [rule_pack(*read_pack(name)) for name in packs_that_ship()]
    return Told(
        team=team,
        passes=passes,
        writes=writes,
        served=governing(worker.policy, worker.ledger.report(BEGIN), shipped, {}),
        examples=_examples(worker),
        troubles=tuple(troubles),
        suggested=tuple(_suggested(worker)),
        after=len(sandbox.log.writes()) - writes,
    )


def _suggested(worker: Worker) -> Iterator[str]:
    """Yield the suggestions by text that nobody has answered, in a line each."""
    for uid, memory in worker.ledger.memory().items():
        if not memory.likenesses or (ticket := worker.mirror.ticket(uid)) is None:
            continue
        for each in memory.likenesses:
            words = evidence(each.probability, each.signatures, each.words)
            yield f"{ticket.key} may be the same problem as {each.other.key}: {words}"


def _examples(worker: Worker) -> Mapping[str, str]:
    """Return for each rule the first ticket that it did something to, or that it filed."""
    examples: dict[str, str] = {}
    for entry in worker.ledger.done_since(BEGIN):
        filed = entry.receipt.key if isinstance(entry.op.verb, FileTicket) and entry.receipt else ""
        key = filed or entry.op.target.key
        ticket = next(iter(worker.mirror.candidates(key)), None)
        examples.setdefault(entry.op.rule, f"{key} {ticket.title}" if ticket else key)
    return examples
