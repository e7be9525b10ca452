"""The ledger: what we did, so that we do it once. Slots and figures; runs, ops and memories have their own rooms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from rules.actions import Held, Post
from rules.resting import SWINGING, TIMES
from rules.reverting import BY
from worker.codec import op_from_json
from worker.ledger_baseline import Baselines
from worker.ledger_entries import Entry, State
from worker.ledger_ops import STANDING, Ops
from worker.ledger_runs import Runs
from worker.rows import clean, moment, name_set, names, when, when_or_none

__all__ = ["Entry", "Ledger", "RuleReport", "State"]

SLOT_REST = timedelta(hours=1)
"""A slot that was claimed and not finished may be claimed again after this long: its worker died."""
LET = "most/"
LET_KEPT = timedelta(days=40)
"""How much a rule was let do in its busiest pass of a day: under which names it is counted, and how long it is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleReport:
    """What came of a rule since a moment: states and verbs with how many, and how often it was held back."""

    rule: str
    states: Mapping[str, int]  # "done", "failed", "parked", ... -> ops
    done: Mapping[str, int]  # verb -> ops carried out
    reversed: int  # effects that people took back
    held: int  # times that a ceiling stopped it


class Ledger(Ops, Baselines, Runs):
    """What we did and what people did about it. Each method is one transaction, on the disk when it returns."""

    def record_held(self, run: int, held: Iterable[Held], now: datetime) -> int:
        """Note which rules, tickets and people stopped at a ceiling; return how many."""
        rows = [(run, clean(h.what), moment(now), h.ceiling, h.wanted, names(h.rules)) for h in held]
        return self._write(_RECORD_HELD, rows)

    def held(self, since: datetime) -> tuple[Held, ...]:
        """Return what stopped at a ceiling since then, oldest first."""
        from_then = "select what, ceiling, wanted, rules from holds where at >= ? order by at, what"
        rows = self._database.rows(from_then, (moment(since),))
        return tuple(Held(what=r[0], ceiling=r[1], wanted=r[2], rules=name_set(r[3])) for r in rows)

    # -- slots ------------------------------------------------------------------------------------------------------

    def claim_slot(self, name: str, now: datetime) -> bool:
        """Claim a due time of something periodic; True for one of all that try, and again if that one died of it."""
        with self._database.begin() as connection:
            parameters = (name, moment(now), moment(now - SLOT_REST))
            return connection.exec_driver_sql(self._database.sql(_CLAIM_SLOT), parameters).rowcount == 1

    def newest_slot(self, prefix: str) -> str:
        """Return the last in the alphabet of the slots that are done and begin so, "" if there is none."""
        rows = self._database.rows(_SLOTS_DONE, (len(prefix), prefix))
        return max((str(name) for (name,) in rows), default="")

    def release_slot(self, name: str) -> None:
        """Give a claimed slot back: what was due could not be done now."""
        with self._database.begin() as connection:
            statement = self._database.sql("delete from slots where name = ? and done is null")
            connection.exec_driver_sql(statement, (name,))

    def free_slots(self) -> int:
        """Give all claimed slots back: whoever claimed them is dead. Only for who holds the lock; return how many."""
        with self._database.begin() as connection:
            return connection.exec_driver_sql("delete from slots where done is null").rowcount

    def is_done(self, name: str) -> bool:
        """Tell whether what was due in a slot is done."""
        return bool(self._database.rows("select 1 from slots where name = ? and done is not null", (name,)))

    def slot_done_at(self, name: str) -> datetime | None:
        """Return when what was due in a slot was done, None if it is not."""
        rows = self._database.rows("select done from slots where name = ?", (name,))
        return when_or_none(rows[0][0]) if rows else None

    def slot_done(self, name: str, now: datetime) -> None:
        """Note that what was due in a slot is done: it is never claimed again."""
        with self._database.begin() as connection:
            statement = self._database.sql("update slots set done = ? where name = ?")
            connection.exec_driver_sql(statement, (moment(now), name))

    def reopen_slot(self, name: str, before: datetime) -> bool:
        """Have a slot claimed anew that was done before a moment; return whether it was."""
        with self._database.begin() as connection:
            statement = self._database.sql("delete from slots where name = ? and done < ?")
            return connection.exec_driver_sql(statement, (name, moment(before))).rowcount == 1

    # -- figures ----------------------------------------------------------------------------------------------------

    def pings(self, since: datetime) -> dict[str, int]:
        """Return how often each person was, or is about to be, pinged since then, by the times of sending."""
        counts: Counter[str] = Counter()
        for (text,) in self._database.rows(_PINGS, (moment(since), moment(since))):
            verb = op_from_json(text).verb
            counts.update(verb.people if isinstance(verb, Post) else ())
        return dict(counts)

    def reversal_rates(self, since: datetime) -> dict[str, tuple[int, int]]:
        """Return for each rule how many effects it had since then, and how many people took back."""
        verbs = ", ".join(f"'{verb}'" for verb in sorted(STANDING))
        done = self._database.rows(f"{_DONE_BY_RULE} and verb in ({verbs}) group by rule", (moment(since),))
        back = dict(self._reversed(since))
        rates = {rule: (int(count), back.pop(rule, 0)) for rule, count in done}
        return rates | {rule: (0, count) for rule, count in back.items()}

    def undone_at(self, rule: str, since: datetime) -> tuple[datetime, ...]:
        """Return when people took back what a rule did, since then, oldest first."""
        return tuple(when(at) for (at,) in self._database.rows(_UNDONE_AT, (rule, moment(since), BY)))

    def swings(self, since: datetime) -> dict[tuple[str, str, str], int]:
        """Return how often the same thing was done to a ticket by a rule since then: (uid, rule, verb) -> times.

        Labels and fields count with their value, cards whatever they say. What was done once is left out.
        """
        swings: dict[tuple[str, str, str], int] = {}
        for uid, rule, verb, count in self._database.rows(_SWINGS, (moment(since),)):
            swings[uid, rule, verb] = max(int(count), swings.get((uid, rule, verb), 0))
        return swings

    def swinging(self, since: datetime) -> tuple[str, ...]:
        """Return the tickets (uids) on which we set a label or field often enough since then to leave it alone."""
        return tuple(uid for (uid,) in self._database.rows(_SWINGING, (moment(since), TIMES)))

    def busiest(self, since: datetime) -> dict[str, int]:
        """Return how much each rule did, or was let do, in its busiest pass since then; cards are of no rule alone."""
        busiest = {str(rule): int(most) for rule, most in self._database.rows(_BUSIEST, (moment(since),))}
        for name, most in self._database.rows("select name, value from counters where name like ?", (f"{LET}%",)):
            day, _, rule = str(name).removeprefix(LET).partition("/")
            if day >= since.date().isoformat():
                busiest[rule] = max(busiest.get(rule, 0), int(most))
        return busiest

    def let(self, wanted: Mapping[str, int], now: datetime) -> None:
        """Note how much each rule is let do, though a tracker's limits, or a cut, may leave much of it to later passes.

        Kept by day, the most of each, for as long as `busiest` asks for it.
        """
        if not wanted:
            return
        day, old = now.date(), (now - LET_KEPT).date()
        rows = [(f"{LET}{day.isoformat()}/{clean(rule)}", most) for rule, most in sorted(wanted.items())]
        with self._database.begin_lazy() as connection:
            forget = self._database.sql("delete from counters where name >= ? and name < ?")
            connection.exec_driver_sql(forget, (LET, f"{LET}{old.isoformat()}"))
            connection.exec_driver_sql(self._database.sql(_LET), rows)

    def report(self, since: datetime) -> tuple[RuleReport, ...]:
        """Return what each rule did, could not do and was held back from since then, by the rule's name."""
        states: dict[str, Counter[str]] = {}
        verbs: dict[str, Counter[str]] = {}
        for rule, state, verb, count in self._database.rows(_REPORT, (moment(since),)):
            states.setdefault(rule, Counter())[state] += count
            if state == "done":
                verbs.setdefault(rule, Counter())[verb] += count
        held = Counter(rule for h in self.held(since) for rule in h.rules)
        back = dict(self._reversed(since))
        return tuple(
            RuleReport(
                rule=rule,
                states=dict(states.get(rule, {})),
                done=dict(verbs.get(rule, {})),
                reversed=back.get(rule, 0),
                held=held[rule],
            )
            for rule in sorted(states.keys() | held.keys() | back.keys())
        )

    def _reversed(self, since: datetime) -> list[tuple[str, int]]:
        rows = self._database.rows(_REVERSED, (moment(since), BY))
        return [(str(rule), int(count)) for rule, count in rows]


_RECORD_HELD = """
    insert into holds (run, what, at, ceiling, wanted, rules) values (?, ?, ?, ?, ?, ?)
    on conflict (run, what) do update set ceiling = excluded.ceiling, wanted = excluded.wanted, rules = excluded.rules
"""
_CLAIM_SLOT = """
    insert into slots (name, claimed) values (?, ?)
    on conflict (name) do update set claimed = excluded.claimed where slots.done is null and slots.claimed <= ?
"""
_SLOTS_DONE = "select name from slots where done is not null and substr(name, 1, ?) = ?"
_PINGS = """
    select op from ops where verb = 'ping' and changed >= ? and coalesce(sent, changed) >= ?
        and state not in ('failed', 'dropped')
"""
_DONE_BY_RULE = "select rule, count(*) from ops where state = 'done' and changed >= ?"
_SWINGS = """
    select uid, rule, verb, count(*) from ops where state = 'done' and changed >= ? and verb <> 'ping'
    group by uid, rule, verb, case when verb = 'card' then '' else value end having count(*) > 1
"""
_SWINGING = f"""
    select distinct uid from ops where state = 'done' and changed >= ?
        and verb in ({", ".join(f"'{verb}'" for verb in sorted(SWINGING))})
    group by uid, verb, value having count(*) >= ? order by uid
"""  # noqa: S608 - names of verbs
_LET = (
    "insert into counters (name, value) values (?, ?)"
    " on conflict (name) do update set value = excluded.value where excluded.value > counters.value"
)
_BUSIEST = """
    select rule, max(did) from (
        select rule, run, count(*) as did from ops where state = 'done' and changed >= ? and verb <> 'card'
        group by rule, run
    ) as passes group by rule
"""
_UNDONE_AT = "select at from reversals where rule = ? and at >= ? and person <> ? order by at"
_REVERSED = "select rule, count(*) from reversals where at >= ? and person <> ? group by rule"
_REPORT = """
    select rule, state, verb, count(*) from ops where changed >= ? group by rule, state, verb order by rule, state, verb
"""
