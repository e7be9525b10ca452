"""Tickets, rules and policies for tests of the rules: only what matters to a case is written there."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from rules.actions import Post, WriteCard
from rules.calendar import WorkCalendar
from rules.conditions import compile_all
from rules.effects import applied, remembered, with_reversals
from rules.evaluate import evaluate
from rules.fact_table import KIND_TYPES
from rules.memory import LIKENESS, NOTHING, RECURRENCE, Card, Effect, Episode, Likeness, Recurrence, Related
from rules.metrics.model import Measure, Metric, Window
from rules.model import Comment, Ticket
from rules.pauses import with_pauses
from rules.plan import assemble, decide
from rules.policy import Ceilings, Domain, Kind, Person, Policy, SourceFacts, Team
from rules.putting_off import with_put_offs
from rules.rule import DueRule, Duration, Rule, Step
from rules.twins import with_leads

NOW = datetime(2026, 11, 3, 9, tzinfo=UTC)  # a Tuesday
PEOPLE = {
    name: Person(name=name, logins={"github": f"{name}-gh", "jira": f"acc-{name}"})
    for name in ("ana", "bo", "lena", "kim", "lee")
}


def later(days: float = 0, *, since: datetime = NOW) -> datetime:
    """Return the moment so many days later."""
    return since + timedelta(days=days)


def ticket(number: int = 12, **changes) -> Ticket:
    """Return an open improvement, a day old, that nobody owns and nothing is known of."""
    values = {
        "source": "shop",
        "uid": f"github.com/issue/{number}",
        "key": f"acme/shop#{number}",
        "ref": str(number),
        "url": f"https://github.example/acme/shop/issues/{number}",
        "title": "Search times out",
        "created": later(-1),
        "updated": later(-1),
        "phase": "new",
        "status": "open",
        "labels": frozenset({"improvement"}),
        "reporter": "rita",
    }
    return Ticket(**(values | changes))


def jira_ticket(number: int = 7, **changes) -> Ticket:
    """Return the same in Jira."""
    return ticket(number, **({"source": "ops", "uid": f"jira/{number}", "key": f"OPS-{number}"} | changes))


def related(**changes) -> Related:
    """Return an open follow-up that was filed from a ticket."""
    values = {
        "what": "follow-up",
        "way": "filed",
        "source": "shop",
        "uid": "github.com/issue/99",
        "ref": "99",
        "key": "acme/shop#99",
        "url": "https://github.example/acme/shop/issues/99",
        "title": "Look again",
        "phase": "new",
    }
    return Related(**(values | changes))


def recurrence(**changes) -> Recurrence:
    """Return a report that a machine made yesterday of a ticket that had been fixed."""
    values = {
        "other": related(
            what=RECURRENCE, **{"uid": "github.com/issue/98", "key": "acme/shop#98"} | changes.pop("of", {})
        ),
        "created": later(-1),
        "root": "acme/shop#12",
        "tier": "A",
        "signal": "fingerprint",
        "evidence": "the same fingerprint pool",
        "at": later(-1),
        "again": True,
    }
    return Recurrence(**(values | changes))


def metric(name: str = "mttr", **values) -> Metric:
    """Return the mean time to resolve, in hours."""
    defaults = {"id": name, "pack": "metrics", "about": f"About {name}.", "measured": "time-to-resolve", "unit": "h"}
    return Metric(**(defaults | values))


def measure(value: float | None = 1.5, *, days: int = 90, end: datetime = NOW, **values) -> Measure:
    """Return what a metric says of checkout in the days before."""
    defaults = {"metric": "mttr", "grain": "service", "subject": "checkout", "unit": "h"}
    return Measure(**(defaults | {"window": Window(start=later(-days, since=end), end=end), "value": value} | values))


def likeness(**changes) -> Likeness:
    """Return an earlier ticket that was fixed, and that a ticket of yesterday may be the same problem as."""
    other = {"uid": "github.com/issue/97", "key": "acme/shop#97", "title": "Nobody can pay", "phase": "done"}
    values = {
        "other": related(what=LIKENESS, way="origin", **other | changes.pop("of", {})),
        "tier": "C",
        "probability": 0.43,
        "signatures": ("x:timeouterror", "m:pool * is empty", "c:e1234"),
        "words": ("pool", "empty"),
        "at": later(-1),
    }
    return Likeness(**(values | changes))


def conditions(*clauses: str):
    """Return compiled clauses."""
    return compile_all(clauses, where="test")


def rule(name: str = "owned", when: tuple[str, ...] = ("open", "!has_owner"), **values) -> Rule:
    """Return a rule of the pack "backlog" for improvements."""
    defaults = {"id": f"backlog/{name}", "pack": "backlog", "about": f"About {name}.", "on": ("improvement",)}
    return Rule(**(defaults | {"when": conditions(*when)} | values))


def step(days: int, *people: str, say: str = "") -> Step:
    """Return a step so many days into an episode."""
    return Step(after=Duration(days, "days"), ping=people, say=say)


def due(start: str = "created", **days: int) -> DueRule:
    """Return time limits in days by level."""
    return DueRule(start=start, by_level={level: Duration(count, "days") for level, count in days.items()})


def policy(*rules: Rule, **values) -> Policy:
    """Return a policy over one repository and one Jira project, kept by a small team."""
    improvement = compile_all(['"improvement" in labels'], where="kinds", types=KIND_TYPES)
    levels = {"p1": "critical", "p2": "high", "p3": "medium", "p4": "low"}
    defaults = {
        "sha": "sha-of-the-policy",
        "rules": rules,
        "kinds": (Kind(name="improvement", when=improvement),),
        "domains": (
            Domain(name="security", label="domain:security", components=frozenset({"login"})),
            Domain(name="performance", label="domain:performance", keywords=frozenset({"times out"})),
        ),
        "people": PEOPLE,
        "teams": (
            Team(name="checkout", lead="lena", sources=frozenset({"shop"})),
            Team(name="access", lead="lee", components=frozenset({"login"})),
        ),
        "council": ("kim", "lee"),
        "commanders": frozenset({"bo"}),
        "sources": {
            "shop": SourceFacts(name="shop", kind="github", component_label="component:", priorities=levels),
            "ops": SourceFacts(name="ops", kind="jira", priorities=levels),
        },
        "calendar": WorkCalendar(),
        "ceilings": Ceilings(),
    }
    return Policy(**(defaults | values))


def comment(body: str, author: str = "bo-gh") -> Comment:
    """Return a comment on the ticket."""
    return Comment(
        source="shop", uid="c1", ref="1", ticket=ticket().uid, author=author, created=NOW, updated=NOW, body=body
    )


def episode(name: str = "owned", number: int = 1, began: datetime = NOW, **values) -> Episode:
    """Return an episode of a rule of the pack."""
    return Episode(rule=f"backlog/{name}", number=number, began=began, **values)


class Keys:
    """Op ids that one can read."""

    def id(self, rule, target_uid, occasion, verb):
        """Return the four in a row."""
        return f"{rule} {target_uid} {occasion} {verb}"


KEYS = Keys()


def decision(rules, of=None, memory=NOTHING, now=NOW, **options):
    """Decide on one ticket."""
    of = of or ticket()
    return decide(rules, evaluate(rules, of, memory, now), memory, now, KEYS, **options)


def ops(rules, of=None, memory=NOTHING, now=NOW, **options):
    """Return the ops for one ticket that are neither shown only nor in conflict, without the card."""
    every = decision(rules, of, memory, now, **options).ops
    return tuple(op for op in every if not (op.shadow or op.conflict or isinstance(op.verb, WriteCard)))


def done(rules, of=None, memory=NOTHING, now=NOW, *, pings=None, paused=frozenset()):
    """Carry out one pass on a ticket as a tracker would; return the ticket, the memory and the plan."""
    of = of or ticket()
    seen = evaluate(rules, of, memory, now)
    decided = decide(rules, seen, memory, now, KEYS, paused)
    plan = assemble(rules, decided.ops, pings=pings or {}, paused=paused, now=now)
    memory = with_reversals(replace(memory, episodes=decided.episodes), seen.reversals)
    memory = replace(memory, effects=tuple(each for each in memory.effects if each.op not in decided.faded))
    memory = with_leads(with_pauses(memory, seen.pauses), decided.leads)
    memory = with_put_offs(memory, seen.put_off)
    memory = replace(memory, touched=memory.touched or of.updated)
    for op in plan.ops:
        if not op.shadow:
            of, memory = _written(rules, of, memory, op, now)
    return of, memory, plan


def _written(rules, of, memory, op, now):
    of = replace(applied(rules, of, op.verb), updated=now)
    memory = remembered(memory, op, now)
    if isinstance(op.verb, WriteCard):
        standing = Effect(op=op.id, rule=op.rule, verb=op.name, value=op.verb.essence, at=now)  # as the ledger has it
        others = tuple(effect for effect in memory.effects if effect.verb != op.name)
        card = Card(ref="card", essence=op.verb.essence, at=now)
        memory = replace(memory, card=card, effects=(*others, standing))
    return of, memory


def words(prose) -> str:
    """Return all words of a text, one block a line."""
    return "\n".join(
        "".join(getattr(span, "text", f"@{getattr(span, 'person', '')}") for span in line) for line in lines(prose)
    )


def lines(prose):
    """Yield the lines of a text."""
    for block in prose.blocks:
        yield from block.lines if hasattr(block, "lines") else (block.line,)


def posts(plan_ops):
    """Return those ops that notify."""
    return tuple(op for op in plan_ops if isinstance(op.verb, Post))


def card_of(plan_ops):
    """Return the card's op, None if the card is left as it is."""
    return next((op for op in plan_ops if isinstance(op.verb, WriteCard)), None)
