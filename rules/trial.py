"""Rules carry their tests: run each `[[rule.test]]` and say what came instead of what was expected.

A test looks at its own rule alone, at a ticket seen for the first time `at` that moment, the rule's episode having
begun on the day from which the rule held for it. What the rule would do is worded like this:

    label NAME        domain NAME (its label)      unlabel NAME (given labels of the rule count as put on by it)
    set due DATE      set priority LEVEL           assign ROLE
    ping ROLE, ROLE   comment                      say (the rule holds and has only its line on the card)
    reopen            close REASON                 file KIND: TITLE
    take back label NAME, status NAME, declined RESOLUTION, due DATE (which comes back)

ROLE is "owner", "lead", "council", "reporter" or a name of [people]; in a test everybody exists, a domain is certain
for a ticket with a component of the domain's name, and the label "domain:NAME" is the domain's, however it looks. What
people command was carried out before. What puts a ticket off is the label "deferred" and the status "On Hold",
and what comes back is counted as it ships, duplicates closed, whatever [deferral] and [recurrence] of the config say.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from rules.actions import AddLabel, Assign, FileTicket, LinkTo, Op, Post, RemoveLabel, Reopen, Unlink, WriteCard
from rules.commanded import VERBS, op_id
from rules.effects import LABELLED, value_of
from rules.evaluate import Evaluation, evaluate
from rules.gates.model import GateTest
from rules.gates.trial import run_gate_test
from rules.memory import Effect, Episode, Memory
from rules.model import Ticket
from rules.people import COUNCIL, LEAD, OWNER, REPORTER, ROLES
from rules.plan import operations
from rules.policy import Person, Policy, SourceFacts, Team, Test
from rules.putting_off import noticed_put_offs, with_put_offs
from rules.recurring import Recurring
from rules.rule import Clause, Rule
from rules.why import clauses_of

LONGEST_EPISODE = 400  # days that an episode is traced back
SAY = "say"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialResult:
    """What came of one test."""

    where: str  # "backlog.toml: rule 'time-boxed', test 1"
    expected: tuple[str, ...]
    got: tuple[str, ...]
    clauses: tuple[Clause, ...] = ()  # of the rule, as the test's ticket is

    @property
    def passed(self) -> bool:
        """Tell whether exactly the expected came, in any order."""
        return sorted(self.expected) == sorted(self.got)

    @property
    def missing(self) -> tuple[str, ...]:
        """Return what was expected and did not come."""
        return tuple((Counter(self.expected) - Counter(self.got)).elements())

    @property
    def surplus(self) -> tuple[str, ...]:
        """Return what came and was not expected."""
        return tuple((Counter(self.got) - Counter(self.expected)).elements())

    def __str__(self) -> str:
        """Word the result: one line when it passed, else the difference and each clause with its values."""
        if self.passed:
            return f"{self.where}: ok"
        lines = [f"{self.where}:"]
        lines += [f"  - expected: {op}" for op in self.missing] + [f"  + came:     {op}" for op in self.surplus]
        lines += [f"    {HOLDS[clause.holds]}: {clause}" for clause in self.clauses]
        return "\n".join(lines)


HOLDS: Mapping[bool | None, str] = {True: "holds", False: "does not hold", None: "cannot be said"}


class _Keys:
    """Op ids of a trial: nothing is ever written."""

    def id(self, rule: str, target_uid: str, occasion: str, verb: str) -> str:
        """Return the four as they are."""
        return "\n".join((rule, target_uid, occasion, verb))


KEYS = _Keys()


def run_tests(policy: Policy) -> tuple[TrialResult, ...]:
    """Run all tests of the policy, in its order; each tests its rule or gate as the file has it, without overrides."""
    rules = {rule.id: rule for rule in policy.rules} | dict(policy.shipped)
    of_rules = (_run(policy, rules[test.rule], _labelled(policy, test)) for test in policy.tests)
    return (*of_rules, *(_run_gate(test) for test in policy.gate_tests))


def _run_gate(test: GateTest) -> TrialResult:
    stands, clauses = run_gate_test(test)
    return TrialResult(where=test.where, expected=(test.expect,), got=(stands,), clauses=clauses)


def _labelled(policy: Policy, test: Test) -> Test:
    """Return a test whose ticket wears the labels that the config gives to domains, for "domain:NAME"."""
    labels = {f"domain:{domain.name}": domain.label for domain in policy.domains}
    worn = frozenset(labels.get(label, label) for label in test.given.labels)
    return test if worn == test.given.labels else replace(test, given=replace(test.given, labels=worn))


def _run(policy: Policy, rule: Rule, test: Test) -> TrialResult:
    alone = _stage(policy, replace(rule, mode="on"), test.given)
    memory = _memory(alone, rule, test)
    evaluation = evaluate(alone, test.given, memory, test.at, kind=test.kind)
    ops = operations(alone, evaluation, memory, test.at, KEYS)
    got = tuple(words for op in ops if op.rule == rule.id and (words := _worded(alone, test.given, op)))
    if not got and evaluation.holding and rule.say:
        got = (SAY,)
    clauses = clauses_of(alone, test.given, test.kind, memory, test.at)[rule.id]
    return TrialResult(where=test.where, expected=test.expect, got=got, clauses=clauses)


def _stage(policy: Policy, rule: Rule, ticket: Ticket) -> Policy:
    """Return a policy of one rule in which every role is somebody, called by the role."""
    named = {name for step in rule.steps for name in step.ping} | {rule.assign, LEAD, COUNCIL}
    named |= {step.file.assign for step in rule.steps if step.file}
    everybody = {name: Person(name=name, logins={ticket.source: name}) for name in named - {OWNER, REPORTER, ""}}
    source = policy.sources.get(ticket.source) or SourceFacts(name=ticket.source, kind="github")
    return replace(
        policy,
        rules=(rule,),
        people=everybody,
        calendars={},
        teams=(Team(name="trial", lead=LEAD, sources=frozenset({ticket.source})),),
        council=(COUNCIL,),
        sources={ticket.source: source},
        deferral_labels=frozenset({"deferred"}),
        deferral_statuses=frozenset({"on hold"}),
        recurring=Recurring(close_duplicates=True),
        domains=tuple(replace(each, components=each.components | {each.name.lower()}) for each in policy.domains),
    )


def _memory(alone: Policy, rule: Rule, test: Test) -> Memory:
    """Return what would be remembered: the open episode, the rule's label if it is worn, and commands as done.

    How the ticket is put off was seen first when the episode began.
    """
    began = _began(alone, test)
    known = with_put_offs(test.memory, noticed_put_offs(alone, test.given, test.memory, began or test.at))
    done = frozenset(op_id(KEYS, test.given, said) for said in test.memory.statements if said.what in VERBS)
    episodes = (Episode(rule=rule.id, number=1, began=began),) if began else ()
    if not rule.label or rule.label not in test.given.labels:
        return replace(known, episodes=episodes, done=done)
    ours = Effect(op="given", rule=rule.id, verb=LABELLED, value=rule.label, at=test.given.created)
    return replace(known, episodes=episodes, effects=(*known.effects, ours), done=done)


def _began(alone: Policy, test: Test) -> datetime | None:
    """Return the first of the days, up to the test's, on all of which the rule held; None if it does not hold.

    A ticket that is closed is looked at since it was.
    """
    began = None
    since = test.given.closed or test.given.created
    moment = test.at
    for _ in range(LONGEST_EPISODE):
        if moment < since or not _at(alone, test, moment).holding:
            break
        began = moment
        moment -= timedelta(days=1)
    return began


def _at(alone: Policy, test: Test, moment: datetime) -> Evaluation:
    """Look at the ticket of a test as it was: what was said later is not known yet, and what began later is not on."""
    memory, ticket = _as_of(test.memory, moment), test.given
    if memory.pauses != test.memory.pauses:
        ticket = replace(ticket, blocked=any(pause.ended is None for pause in memory.pauses))
    return evaluate(alone, ticket, memory, moment, kind=test.kind)


def _as_of(memory: Memory, moment: datetime) -> Memory:
    """Return the memory of an earlier moment, as far as what is remembered has a date."""
    pauses = (pause for pause in memory.pauses if pause.began <= moment)
    return replace(
        memory,
        statements=tuple(said for said in memory.statements if said.at <= moment),
        pauses=tuple(replace(each, ended=None) if each.ended and each.ended > moment else each for each in pauses),
    )


def _worded(policy: Policy, ticket: Ticket, op: Op) -> str:
    match op.verb:
        case WriteCard() | LinkTo() | Unlink():
            words = ""
        case FileTicket(what=what, title=title):
            words = f"file {what}: {title}"
        case AddLabel(label=label):
            domain = next((each.name for each in policy.domains if each.label == label), "")
            words = f"domain {domain}" if domain else f"label {label}"
        case RemoveLabel(label=label):
            words = f"unlabel {label}"
        case Reopen():
            words = op.name
        case Assign(person=person):
            words = f"assign {_role(ticket, person)}"
        case Post(people=people):
            words = f"ping {', '.join(_role(ticket, person) for person in people)}" if people else "comment"
        case _:
            words = f"{op.name} {value_of(op.verb)}".strip()
    return words


def _role(ticket: Ticket, login: str) -> str:
    if login in ticket.assignees:
        return OWNER
    return REPORTER if login == ticket.reporter and login not in ROLES else login
