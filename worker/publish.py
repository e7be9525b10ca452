"""Publish: the digests that are due, one comment a week and target, edited rather than repeated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

import structlog

from integrations.base import Receipt
from integrations.errors import NotFound, TrackerError, Unavailable
from rules.actions import NAMES, EditPost, FileTicket, Op, Post, Target
from rules.commanded import COMMANDED, SEEN
from rules.model import Link, Paragraph, Prose, Text
from rules.policy import Policy
from rules.rule import Rhythm
from worker.apply import Applied, apply_alone
from worker.digest import Account, Did, Digest, gather
from worker.digest_gates import gate_news
from worker.digest_metrics import month_blocks
from worker.digest_recurrence import recurrence_blocks, verdicts
from worker.digest_reviews import review_blocks, review_states
from worker.digest_text import prose
from worker.digest_waivers import waiver_blocks
from worker.gates.waiving import AT_GATES
from worker.inputs import read_due, states
from worker.ledger import Entry, State
from worker.ledger_baseline import Chosen
from worker.pausing import paused_rules, rates
from worker.quarrels import at_rest
from worker.remembered import remembered
from worker.settings.tables import DigestTable
from worker.signals import complaints, read_signals
from worker.standing import passes_told
from worker.stop import Stop
from worker.sync import sync_all
from worker.troubles import Trouble, of_ops
from worker.worker import Worker

RULE = "digest/"
"""What stands before a digest's name where an op names its rule."""
TITLE = "Improvement digest: {name}"
ABOUT = (
    "kaizend posts one comment a week here: how the improvement backlog moved, "
    "what it did and why, and what it could not do."
)
LABEL = "kaizend-digest"
LOOK_BACK = timedelta(days=8)
BECAUSE = 2
"""Clauses of an example that are shown."""
UNDONE: dict[State, str] = {"failed": "was refused", "doubt": "is in doubt", "parked": "is parked"}
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """The ticket a digest is posted to."""

    uid: str
    ref: str
    key: str
    url: str


def publish_due(worker: Worker, run: int, authors: Mapping[str, str], stop: Stop, applied: Applied) -> tuple[str, ...]:
    """Post the digests whose slot has come and that were not posted; after downtime only the newest. Return the slots.

    A digest that cannot be posted now is due again in the next pass; what became of its ops is added to `applied`.
    """
    posted = []
    for table in worker.digests:
        slot = due_slot(worker.policy, table, worker.clock())
        if slot is None or table.source not in authors or table.source in applied.stopped or stop.asked:
            continue
        name = f"{RULE}{table.name}/{slot}"
        if worker.ledger.newest_slot(f"{RULE}{table.name}/") > name:  # a clock was put back
            continue
        if not worker.ledger.claim_slot(name, worker.clock()):
            continue
        if publish(worker, run, table, slot, stop, applied):
            worker.ledger.slot_done(name, worker.clock())
            posted.append(name)
        else:
            worker.ledger.release_slot(name)
    return tuple(posted)


def unposted(worker: Worker, authors: Mapping[str, str]) -> Iterator[str]:
    """Say of each digest that is due, and whose source was read, that it does not stand there."""
    for table in worker.digests:
        slot = due_slot(worker.policy, table, worker.clock())
        if slot is None or table.source not in authors:
            continue
        name = f"{RULE}{table.name}/{slot}"
        if not worker.ledger.is_done(name) and worker.ledger.newest_slot(f"{RULE}{table.name}/") <= name:
            yield f"digest {table.name} of {slot} was not posted"


def due_slot(policy: Policy, table: DigestTable, now: datetime) -> str | None:
    """Return the newest slot of a digest whose time has come."""
    slots = [slot for slot, _ in policy.calendar.due_slots(rhythm(table), after=now - LOOK_BACK, now=now)]
    return slots[-1] if slots else None


def rhythm(table: DigestTable) -> Rhythm:
    """Return when a digest falls due."""
    return Rhythm("week", WEEKDAYS.index(table.day) + 1, time.fromisoformat(table.at))


def publish(worker: Worker, run: int, table: DigestTable, slot: str, stop: Stop, applied: Applied) -> bool:
    """Post a slot's digest, or edit it where it stands; return whether it stands there now as it should."""
    issue = _issue(worker, run, table, stop, applied)
    if issue is None:
        return False
    op = digest_op(worker, table, slot, issue, prose(compose(worker, table, slot)))
    return op is None or _carried(worker, run, op, stop, applied)


def compose(worker: Worker, table: DigestTable, slot: str) -> Digest:
    """Gather a slot's digest as of now."""
    now, policy = worker.clock(), worker.policy
    end = policy.calendar.date_of(policy.calendar.moment(slot, rhythm(table)))
    about = table.about or tuple(worker.trackers)
    digest = gather(
        table.name,
        slot,
        policy=policy,
        tickets=remembered(worker, (ticket for source in about for ticket in worker.mirror.tickets(source))),
        account=account(worker, about, now - timedelta(days=7), now),
        inputs=states(worker, now),
        end=end,
        now=now,
    )
    came_back = verdicts(worker, about, digest.start, digest.end)
    reviews = review_blocks(review_states(worker, now, about))
    return replace(
        digest,
        reviews=reviews,
        gates=gate_news(worker, about, now - timedelta(days=7)),
        waivers=waiver_blocks(worker, about, digest.end, now),
        recurrences=recurrence_blocks(came_back),
        metrics=month_blocks(worker, digest.start, digest.end, policy.calendar.moment(slot, rhythm(table))),
    )


def digest_op(worker: Worker, table: DigestTable, slot: str, issue: Issue, said: Prose) -> Op | None:
    """Return the op that makes the tracker show the digest; None if it shows it already."""
    post_id = worker.keys.id(f"{RULE}{table.name}", issue.uid, slot, NAMES[Post])
    posted = worker.ledger.receipt(post_id)
    if posted is None:  # not posted, or not known to be: whether it may be sent (again) is the ledger's to say
        return _op(table, slot, issue, post_id, Post(prose=said), "-")
    if _shown(worker.ledger.of_ticket(issue.uid), post_id) == said:
        return None
    edit_id = worker.keys.id(f"{RULE}{table.name}", issue.uid, f"{slot}@{worker.clock().isoformat()}", NAMES[EditPost])
    return _op(table, slot, issue, edit_id, EditPost(comment=posted.ref, marker_op=post_id, prose=said), "posted")


def _shown(entries: tuple[Entry, ...], post_id: str) -> Prose | None:
    """Return the prose that the digest's comment shows, as last written."""
    shown = None
    for entry in entries:
        verb = entry.op.verb
        ours = entry.op.id == post_id or (isinstance(verb, EditPost) and verb.marker_op == post_id)
        if ours and entry.state == "done" and isinstance(verb, Post | EditPost):
            shown = verb.prose
    return shown


def _op(table: DigestTable, slot: str, issue: Issue, op_id: str, verb: Post | EditPost, before: str) -> Op:
    target = Target(source=table.source, uid=issue.uid, ref=issue.ref, key=issue.key, url=issue.url)
    because = (f"the digest {table.name} of {slot} is due on {table.day} at {table.at}",)
    return Op(
        id=op_id, target=target, verb=verb, rule=f"{RULE}{table.name}", because=because, before=before, after=slot
    )


def _issue(worker: Worker, run: int, table: DigestTable, stop: Stop, applied: Applied) -> Issue | None:
    """Return the ticket to post to: the one the config names, or the one filed by us, now if need be."""
    tracker = worker.trackers[table.source]
    if table.issue:
        found = worker.mirror.find(table.issue) or worker.mirror.find(f"#{table.issue}")
        candidates = [t for t in worker.mirror.tickets(table.source) if table.issue in (t.ref, t.key)]
        ticket = found if found and found.source == table.source else next(iter(candidates), None)
        return Issue(uid=ticket.uid, ref=ticket.ref, key=ticket.key, url=ticket.url) if ticket else None
    op_id = worker.keys.id(f"{RULE}{table.name}", tracker.uid, "issue", NAMES[FileTicket])
    receipt = worker.ledger.receipt(op_id)
    if receipt is None:
        draft = FileTicket(
            title=TITLE.format(name=table.name),
            prose=Prose((Paragraph((Text(ABOUT),)),)),
            labels=frozenset({LABEL}),
        )
        target = Target(source=table.source, uid=tracker.uid, ref="", key=table.source)
        because = (f"[[digest]] {table.name} names no issue",)
        op = Op(
            id=op_id, target=target, verb=draft, rule=f"{RULE}{table.name}", because=because, before="-", after="filed"
        )
        _carried(worker, run, op, stop, applied)
        receipt = worker.ledger.receipt(op_id)
    if receipt is None:
        return None
    _pin(worker, table, op_id, receipt)
    return Issue(uid=receipt.uid, ref=receipt.ref, key=receipt.key, url=receipt.url)


def _pin(worker: Worker, table: DigestTable, op_id: str, filed: Receipt) -> None:
    """Pin the ticket that we filed, once: who takes the pin off wants it off. Not to be let is no reason to stop."""
    name = f"pin/{op_id}"
    if not worker.ledger.claim_slot(name, worker.clock()):
        return
    try:
        worker.trackers[table.source].pin(filed.ref)
    except (NotFound, Unavailable) as error:  # made a moment ago, it may not be known yet
        log.warning("the digest's issue is not pinned yet", issue=filed.key, why=str(error))
        worker.ledger.release_slot(name)
        return
    except TrackerError as error:
        log.warning("the digest's issue is not pinned", issue=filed.key, why=str(error))
    worker.ledger.slot_done(name, worker.clock())


def _carried(worker: Worker, run: int, op: Op, stop: Stop, applied: Applied) -> bool:
    """Carry out an op of a digest; return whether it is done. What became of it is added to `applied`."""
    outcome = apply_alone(worker, run, op, stop)
    applied.counts.update(outcome.counts)
    applied.stopped.update(outcome.stopped)
    return worker.ledger.receipt(op.id) is not None


# -- what kaizend did ----------------------------------------------------------------------------------------------


def account(worker: Worker, about: Sequence[str], since: datetime, now: datetime) -> Account:
    """Gather from the ledger what was done in some sources since then, an example each, and what could not be done."""
    abouts = COMMANDED | AT_GATES | {each.id: each.about for each in worker.policy.rules_and_reviews}
    groups: dict[str, list[Entry]] = {}
    for entry in worker.ledger.done_since(since):
        if entry.op.target.source in about and not entry.op.rule.startswith((RULE, SEEN)):
            groups.setdefault(entry.op.rule, []).append(entry)
    did = [
        Did(
            rule=rule,
            about=abouts.get(rule, ""),
            deeds=dict(Counter(entry.op.name for entry in entries).most_common()),
            example=_example(_telling(entries)),
            because=_telling(entries).op.because[:BECAUSE],
        )
        for rule, entries in groups.items()
    ]
    chosen = Chosen(sources=tuple(about))
    return Account(
        did=tuple(sorted(did, key=lambda one: (-sum(one.deeds.values()), one.rule))),
        could_not=tuple(_could_not(worker, about, since, now)),
        undone=sum(report.reversed for report in worker.ledger.report(since)),
        rates=rates(worker, now),
        baseline=worker.ledger.baseline(now, chosen),
        baseline_before=worker.ledger.baseline(since, chosen).tickets,
    )


def _telling(entries: Sequence[Entry]) -> Entry:
    """Return the first of what a rule did most often."""
    ((verb, _),) = Counter(entry.op.name for entry in entries).most_common(1)
    return next(entry for entry in entries if entry.op.name == verb)


def _example(entry: Entry) -> Link:
    """Return a link to the ticket an op was about, or to the one that it filed."""
    if isinstance(entry.op.verb, FileTicket) and entry.receipt is not None:
        return Link(entry.receipt.key, entry.receipt.url)
    return Link(entry.op.target.key, entry.op.target.url)


def _could_not(worker: Worker, about: Sequence[str], since: datetime, now: datetime) -> Iterator[str]:
    for source, why in worker.mirror.unreadable(worker.trackers).items():
        if source in about:
            yield f"Source {source} could not be read: {why}"
    told = passes_told(worker.ledger.went(since))
    if told:
        yield told
    for held in {held.what: held for held in worker.ledger.held(since)}.values():
        yield f"Held back at a ceiling: {held.what} wanted {held.wanted}, the ceiling is {held.ceiling}."
    yield from at_rest(worker, about, since)
    for rule, paused in sorted(paused_rules(worker, now).items()):
        yield f"Rule {rule} has paused itself: {paused}."
    for complaint in complaints(worker, now):
        yield f"Signal {complaint.signal}: {complaint.said}"
    for state, word in UNDONE.items():
        for entry in worker.ledger.entries((state,)):
            late = entry.changed >= since or state != "failed"
            if late and entry.op.target.source in about:
                yield f"{entry.op.target.key}: {entry.op.name} {entry.op.after} {word}: {entry.why}"


def publish_now(
    worker: Worker, tables: Iterable[DigestTable], stop: Stop
) -> tuple[tuple[str, ...], tuple[Trouble, ...]]:
    """Post or edit the newest due digest of each table, as a person asks for; return the slots, and what went wrong."""
    run = worker.ledger.begin_run("digest", worker.policy.sha, worker.clock())
    synced = sync_all(
        {table.source: worker.trackers[table.source] for table in tables}, worker.mirror, clock=worker.clock
    )
    read_due(worker)
    read_signals(worker)
    troubles = [
        Trouble(kind="unread", said=f"source {one.source} was not read: {one.error}") for one in synced if one.error
    ]
    unread = {one.source for one in synced if one.error}
    applied, posted = Applied(), []
    for table in tables:
        slot = due_slot(worker.policy, table, worker.clock())
        if slot is None or table.source in unread:
            continue
        name = f"{RULE}{table.name}/{slot}"
        worker.ledger.claim_slot(name, worker.clock())
        if publish(worker, run, table, slot, stop, applied):
            worker.ledger.slot_done(name, worker.clock())
            posted.append(name)
        else:
            troubles.append(Trouble(kind="digest", said=f"digest {table.name}: {slot} was not posted"))
    troubles += of_ops(applied.stopped, applied.counts)
    outcome = "partial" if troubles else "fine"
    worker.ledger.end_run(run, worker.clock(), outcome, applied.counts, troubles)
    return tuple(posted), tuple(troubles)
