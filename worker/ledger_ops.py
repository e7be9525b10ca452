"""The life of an op: intent -> sending -> done | failed | doubt, and from doubt on; each step durable and lawful."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, assert_never

from sqlalchemy import Connection

from integrations.base import Receipt
from rules.actions import (
    AddLabel,
    Approve,
    Assign,
    Clear,
    Close,
    EditPost,
    FileTicket,
    LinkTo,
    Op,
    PlanFor,
    Post,
    React,
    RemoveLabel,
    Reopen,
    SetDue,
    SetPriority,
    SetStatus,
    TakeBack,
    Transition,
    Unlink,
    Verb,
    WriteCard,
)
from rules.effects import DUE, OPEN
from rules.reverting import BY, UNDO
from rules.undoing import left_standing
from worker.codec import op_from_json, op_to_json, to_json
from worker.errors import LedgerError
from worker.gates.kept import UPSERT_STATUS
from worker.ledger_entries import Entries, State
from worker.ledger_memory import UPSERT_CARD, Undone, remember_undone
from worker.relations import INSERT_RELATION
from worker.rows import clean, moment, moment_or_none, when

ALLOWED: dict[State, tuple[State, ...]] = {
    "sending": ("intent",),
    "done": ("intent", "sending", "doubt", "parked"),
    "failed": ("intent", "sending", "doubt"),
    "doubt": ("sending",),
    "parked": ("intent", "sending", "doubt"),
    "intent": ("sending", "doubt", "parked"),
    "dropped": ("intent", "parked"),
}
"""State -> the states it may be reached from. Each step is one conditional update: of two that race, one wins."""

UNFINISHED = frozenset({"intent", "sending", "doubt"})

STANDING = frozenset({"add label", "assign", "set due", "set priority", "reopen", "take back", "close", "plan"})
"""Verbs whose effect stands until it is taken back."""

ONE_AT_A_TIME = frozenset({"set due", "set priority"})
"""Verbs whose newer effect replaces the older one."""

TAKES_BACK = {"remove label": "add label", "close": "reopen", "reopen": "close"}
"""Verb -> the verb whose standing effect ends with it (for a label: the same label's)."""

FAILED_REST = timedelta(days=1)
"""A refused op may be intended again after this long: what was wrong may have been put right."""


def value_of(verb: Verb) -> str:  # noqa: PLR0911, PLR0912 - one line a verb
    """Return what a verb sets, adds or says, in one short text: an effect's value."""
    match verb:
        case AddLabel(label=label) | RemoveLabel(label=label):
            return label
        case Assign(person=person):
            return person
        case Clear(value=cleared):
            return cleared
        case PlanFor(place=place):
            return place
        case SetDue(due=due):
            return due.isoformat()
        case SetPriority(level=level):
            return level
        case WriteCard(essence=essence):
            return essence
        case EditPost(comment=comment) | React(comment=comment):
            return comment
        case FileTicket(title=title):
            return title
        case LinkTo(url=url) | Unlink(url=url):
            return url
        case Close(reason=reason):
            return reason
        case Transition(phase=phase):
            return phase
        case SetStatus(context=context, state=state, sha=sha):
            return f"{context}={state} on {sha}"
        case Approve(run=run, environment=environment):
            return f"{environment} of run {run}"
        case Reopen():
            return OPEN
        case TakeBack():
            return left_standing(verb)
        case Post():
            return ""
        case _:
            assert_never(verb)


class Ops(Entries):
    """The ops of a ledger, and their steps."""

    def intend(self, run: int, ops: Sequence[Op], now: datetime) -> tuple[str, ...]:
        """Write down what is to be done, before any of it is; return the ids that are to be carried out.

        Known ops are left out, but those dropped before they were sent, and those refused more than a day ago.
        """
        rested = moment(now - FAILED_REST)
        with self._database.begin() as connection:
            statement = self._database.sql(_INTEND)
            new = []
            for op in ops:
                row = (op.id, run, op.target.uid, op.rule, op.name, clean(value_of(op.verb)), op_to_json(op))
                times = (op.episode, moment(now), moment(now), op.id, rested)
                if connection.exec_driver_sql(statement, (*row, *times)).rowcount:
                    new.append(op)
            self._audit.extend(connection, now, "intent", [_told(op) | {"run": run} for op in new])
        return tuple(op.id for op in new)

    def resting(self, now: datetime) -> dict[str, frozenset[str]]:
        """Return by ticket the ops that were refused and are not to be tried again yet."""
        found: dict[str, set[str]] = {}
        for uid, op_id in self._database.rows(_RESTING, (moment(now - FAILED_REST),)):
            found.setdefault(uid, set()).add(op_id)
        return {uid: frozenset(ids) for uid, ids in found.items()}

    def sending(self, op_id: str, now: datetime) -> None:
        """Claim an op: it is about to be sent by us and nobody else."""
        with self._database.begin() as connection:
            self._step(connection, op_id, "sending", now, "", "attempts = attempts + 1, sent = ?", (moment(now),))

    def done(self, op_id: str, receipt: Receipt, now: datetime) -> None:
        """Note that an op was carried out, or was found to be; its effect stands from now on."""
        with self._database.begin() as connection:
            # What was "so already" at the first send was somebody else's doing; at a later one it was our own.
            standing = (
                f"standing = case when verb in ({_quoted(STANDING)}) and (rule <> '{UNDO}' or verb = 'close')"
                " and (? = 1 or attempts > 1) then 1 else 0 end"
            )
            values = (int(receipt.wrote), to_json(asdict(receipt)))
            self._step(connection, op_id, "done", now, "", f"{standing}, receipt = ?", values)
            self._take_back(connection, op_id)
            self._keep_card(connection, op_id, receipt, now)
            self._keep_relation(connection, op_id, receipt, now)
            self._keep_status(connection, op_id, now)
            self._keep_undoing(connection, op_id, now)

    def learn(self, op: Op, at: datetime, now: datetime) -> None:
        """Note that an op was carried out at a time, as the tracker tells; one that is known to be done stays so."""
        before = self.op(op.id)
        if self.intend(0, (op,), now) or (before is not None and before.state in UNFINISHED):
            self.done(op.id, Receipt(), at)

    def carried_out(self, ids: Iterable[str]) -> datetime | None:
        """Return when the last of some ops was carried out; None if none was."""
        statement = "select changed from ops where id = ? and state = 'done'"
        found = [row[0] for op_id in ids for row in self._database.rows(statement, (op_id,))]
        return when(max(found)) if found else None

    def recognise(self, op_id: str, uid: str, receipt: Receipt, now: datetime) -> int:
        """Take a mark of ours found on a ticket for proof that its op was carried out; return 1 if that is news.

        It ends a doubt; and what a lost or restored database knows nothing of is never planned or intended again.
        """
        state = self._database.rows("select state from ops where id = ?", (op_id,))
        if state and state[0][0] == "done":
            return 0
        if state and state[0][0] in ALLOWED["done"]:
            self.done(op_id, receipt, now)
            return 1
        with self._database.begin() as connection:
            row = (op_id, uid, to_json(asdict(receipt)), moment(now))
            new = connection.exec_driver_sql(self._database.sql(_RECOGNISE), row).rowcount
            self._audit.extend(connection, now, "recognised", [{"op": op_id, "uid": uid}] * new)
        return new

    def failed(self, op_id: str, why: str, now: datetime) -> None:
        """Note that an op was definitely refused, without effect."""
        with self._database.begin() as connection:
            self._step(connection, op_id, "failed", now, why)

    def doubt(self, op_id: str, why: str, now: datetime) -> None:
        """Note that an op was sent and nobody knows what came of it."""
        with self._database.begin() as connection:
            self._step(connection, op_id, "doubt", now, why, "looks = 0, first_look = null, not_before = null")

    def looked(self, op_id: str, not_before: datetime, now: datetime) -> int:
        """Note that a doubtful op was looked for and not found, and when to look again; return how often by now."""
        with self._database.begin() as connection:
            parameters = (moment(now), moment(not_before), op_id)
            looks = connection.exec_driver_sql(self._database.sql(_LOOKED), parameters).scalar()
        if looks is None:
            raise LedgerError(f"op {op_id}: looked for, but it is not in doubt")
        return int(looks)

    def park(self, op_id: str, why: str, now: datetime) -> None:
        """Set an op aside for a person to decide: it is neither sent nor planned again."""
        with self._database.begin() as connection:
            self._step(connection, op_id, "parked", now, why)

    def retry(self, op_id: str, not_before: datetime | None, now: datetime) -> None:
        """Have an op sent (again): it certainly was not sent, or certainly is not there, or a person says so."""
        unsent = "attempts = case when state = 'sending' then attempts - 1 else attempts end"
        with self._database.begin() as connection:
            values = (moment_or_none(not_before),)
            self._step(connection, op_id, "intent", now, "", f"{unsent}, looks = 0, not_before = ?", values)

    def reword(self, op: Op) -> None:
        """Put what an op that is to be sent again says now in the place of what it said when it was sent."""
        statement = self._database.sql("update ops set value = ?, op = ? where id = ? and state = 'intent'")
        with self._database.begin() as connection:
            connection.exec_driver_sql(statement, (clean(value_of(op.verb)), op_to_json(op), op.id))

    def put_back(self, op_id: str, why: str, now: datetime) -> None:
        """Give an op up that left nothing, sent or not: what it was planned on is no longer so. It may be so again."""
        with self._database.begin() as connection:
            self._step(connection, op_id, "dropped", now, why, "attempts = 0")

    def drop(self, op_id: str, why: str, now: datetime) -> None:
        """Give an op up for good if it was ever sent: a person says so."""
        with self._database.begin() as connection:
            self._step(connection, op_id, "dropped", now, why)

    def _step(
        self,
        connection: Connection,
        op_id: str,
        to: State,
        now: datetime,
        why: str,
        also: str = "",
        values: tuple[Any, ...] = (),
    ) -> None:
        update = f"update ops set state = ?, changed = ?, why = ?{', ' + also if also else ''}"  # noqa: S608 - own words
        statement = f"{update} where id = ? and state in ({_quoted(ALLOWED[to])}) returning run, uid, rule, verb, value"
        parameters = (to, moment(now), clean(why), *values, op_id)
        row = connection.exec_driver_sql(self._database.sql(statement), parameters).first()
        if row is None:
            raise self._unlawful(connection, op_id, to)
        if to != "sending":
            told = dict(zip(("run", "uid", "rule", "verb", "value"), row, strict=True))
            kind = "retry" if to == "intent" else to
            self._audit.append(connection, now, kind, {"op": op_id, "why": why} | told)

    def _unlawful(self, connection: Connection, op_id: str, to: State) -> LedgerError:
        state = connection.exec_driver_sql(self._database.sql("select state from ops where id = ?"), (op_id,)).scalar()
        if state is None:
            return LedgerError(f"op {op_id}: not in the ledger")
        return LedgerError(f"op {op_id}: is {state}, cannot become {to} (only from {', '.join(ALLOWED[to])})")

    def _take_back(self, connection: Connection, op_id: str) -> None:
        statement = self._database.sql("select uid, verb, value from ops where id = ?")
        uid, verb, value = connection.exec_driver_sql(statement, (op_id,)).one()
        if verb in TAKES_BACK:
            kept = value if verb == "remove label" else ""
            stand_down = self._database.sql(_STAND_DOWN)
            connection.exec_driver_sql(stand_down, (uid, TAKES_BACK[verb], kept, kept))
        if verb in ONE_AT_A_TIME:
            connection.exec_driver_sql(self._database.sql(_REPLACED), (uid, verb, op_id))

    def _keep_card(self, connection: Connection, op_id: str, receipt: Receipt, now: datetime) -> None:
        """Remember a card with the op that wrote it: a kill between the two would have it written again."""
        statement = self._database.sql("select uid, value from ops where id = ? and verb = 'card'")
        card = connection.exec_driver_sql(statement, (op_id,)).first()
        if card is not None and receipt.ref:
            row = (card[0], receipt.ref, card[1], moment(now), 0)
            connection.exec_driver_sql(self._database.sql(UPSERT_CARD), row)

    def _keep_relation(self, connection: Connection, op_id: str, receipt: Receipt, now: datetime) -> None:
        """Remember what a ticket was filed from, together with the filing."""
        statement = self._database.sql("select op from ops where id = ? and verb = 'file'")
        filed = connection.exec_driver_sql(statement, (op_id,)).scalar()
        op = op_from_json(filed) if filed is not None and receipt.uid else None
        if op is not None and isinstance(op.verb, FileTicket) and op.verb.what:
            row = (op.target.uid, receipt.uid, op.verb.what, moment(now))
            connection.exec_driver_sql(self._database.sql(INSERT_RELATION), row)

    def _keep_status(self, connection: Connection, op_id: str, now: datetime) -> None:
        """Remember what a commit status says, together with the setting of it."""
        statement = self._database.sql("select op from ops where id = ? and verb = 'status'")
        told = connection.exec_driver_sql(statement, (op_id,)).scalar()
        op = op_from_json(told) if told is not None else None
        if op is not None and isinstance(op.verb, SetStatus):
            verb, target = op.verb, op.target
            row = (target.uid, target.source, verb.sha, verb.state, clean(verb.description), clean(verb.url), 1)
            connection.exec_driver_sql(self._database.sql(UPSERT_STATUS), (*row, moment(now)))

    def _keep_undoing(self, connection: Connection, op_id: str, now: datetime) -> None:
        """Remember what a person had us take back, together with the taking back: no rule does it again.

        Another due date, or none, is what is promised from then on.
        """
        statement = self._database.sql("select op from ops where id = ? and rule = ?")
        undone = connection.exec_driver_sql(statement, (op_id, UNDO)).scalar()
        if undone is None:
            return
        known = self._database.sql("select uid, rule, verb, value from ops where id = ?")
        about = connection.exec_driver_sql(known, (op_from_json(undone).undoes,)).first()
        if about is not None and about[2] == "ping":  # its mark is gone: the card is written anew, and keeps it
            connection.exec_driver_sql(self._database.sql("update cards set essence = '' where uid = ?"), (about[0],))
        if about is None or about[2] not in STANDING:
            return
        remember_undone(self._database, self._audit, connection, Undone(*about), by=BY, at=now)
        if about[2] == DUE or about[3].startswith("due "):
            connection.exec_driver_sql(self._database.sql("delete from promises where uid = ?"), (about[0],))


def _told(op: Op) -> dict[str, Any]:
    about = {"op": op.id, "target": op.target.key, "uid": op.target.uid, "rule": op.rule, "verb": op.name}
    return about | {"value": value_of(op.verb), "because": op.because}


def _quoted(words: Iterable[str]) -> str:
    return ", ".join(f"'{word}'" for word in sorted(words))


_INTEND = """
    insert into ops (id, run, uid, rule, verb, value, op, episode, intended, changed, state, why, receipt)
    select ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'intent', '', ''
    where not exists (select 1 from recognised where recognised.op = ?)
    on conflict (id) do update set
        run = excluded.run, op = excluded.op, value = excluded.value, state = 'intent', intended = excluded.intended,
        changed = excluded.changed, attempts = 0, looks = 0, first_look = null, not_before = null, why = ''
    where (ops.state = 'dropped' and ops.attempts = 0) or (ops.state = 'failed' and ops.changed <= ?)
"""
_RESTING = "select uid, id from ops where state = 'failed' and changed > ?"
_RECOGNISE = "insert into recognised (op, uid, receipt, at) values (?, ?, ?, ?) on conflict (op) do nothing"
_LOOKED = """
    update ops set looks = looks + 1, first_look = coalesce(first_look, ?), not_before = ?
    where id = ? and state = 'doubt' returning looks
"""
_STAND_DOWN = """
    update ops set standing = 0 where uid = ? and verb = ? and standing = 1 and (? = '' or value = ?)
"""
_REPLACED = "update ops set standing = 0 where uid = ? and verb = ? and standing = 1 and id <> ?"
