"""Facts of outcomes: what an improvement was to change, and what came of it."""

from __future__ import annotations

from rules.fact_asked import Asked, Fact, readable
from rules.fact_work import stated as count_stated
from rules.memory import Outcome
from rules.outcomes.stating import Said, stated, target_of


def aimed(asked: Asked) -> Said | None:
    """Return the effect that somebody stated, and that counts."""
    return stated(asked.ticket, asked.memory)


def is_stated(asked: Asked) -> bool:
    """Tell whether somebody stated an effect, by a command or in the ticket's text."""
    return count_stated(asked, "outcome") > 0 or aimed(asked) is not None


def problem(asked: Asked) -> str:
    """Return why the stated effect cannot be measured, "" if it can, or if none is stated."""
    said = aimed(asked)
    if said is None:
        return ""
    target = target_of(asked.policy, said)
    return readable(target) if isinstance(target, str) else ""


def judged(asked: Asked) -> Outcome | None:
    """Return the outcome if it was judged."""
    found = asked.memory.outcome
    return found if found is not None and found.judgement is not None else None


def _aim(asked: Asked) -> str | None:
    said = aimed(asked)
    return None if said is None else readable(said.text)


def _said(asked: Asked) -> str | None:
    found = judged(asked)
    return None if found is None else readable(found.said.partition("\n")[0])


def _verdict(asked: Asked) -> str | None:
    found = judged(asked)
    return None if found is None else readable(" ".join(found.said.split("\n")[1:]))


def _due(asked: Asked) -> str | None:
    found = asked.memory.outcome
    if found is None or found.after_ends is None or found.judgement is not None or asked.ticket.phase != "done":
        return None
    return asked.day(found.after_ends).isoformat()


def _before(asked: Asked) -> str | None:
    said, kept = aimed(asked), asked.memory.outcome
    target = target_of(asked.policy, said) if said else ""
    if kept is None or kept.before is None or isinstance(target, str):
        return None
    return target.worded(kept.before)


def _days(asked: Asked) -> int | None:
    found = judged(asked)
    if found is None or found.after_ends is None:
        return None
    return max(0, (asked.today - asked.day(found.after_ends)).days)


def _workdays_closed(asked: Asked) -> int | None:
    ticket = asked.ticket
    if ticket.closed is None or ticket.phase != "done":
        return None
    return max(0, asked.workdays(asked.day(ticket.closed), asked.today))


OUTCOME_FACTS: tuple[Fact, ...] = (
    Fact("workdays_closed", "int", "workdays since it was closed; missing while open", _workdays_closed),
    Fact(
        "outcome_stated",
        "bool",
        "a person said what it is to reach: `/kaizen outcome`, or a line"
        ' "Outcome: mttr(checkout) 90m -> 45m by 2027-03-31" of its text',
        is_stated,
    ),
    Fact("outcome_aim", "string", "what it is to reach, as it was stated; missing if nobody said", _aim),
    Fact(
        "outcome_problem",
        "string",
        'why what it is to reach cannot be measured: "no metric \'mtr\'"; "" if it can be, or if nobody said',
        problem,
    ),
    Fact(
        "outcome_due",
        "string",
        "the day on which what came of it is judged; missing unless it is closed and waits for that",
        _due,
    ),
    Fact(
        "outcome_before",
        "string",
        'what was measured before, as it is kept: "1.5 h"; missing if nothing is',
        _before,
    ),
    Fact(
        "outcome",
        "string",
        'what came of it: "validated", "not shown", "worse" or "too little data"; "" unless it was judged',
        lambda a: found.judgement or "" if (found := judged(a)) else "",
    ),
    Fact(
        "outcome_said", "string", "the numbers of before and after, or what too little is known of; else missing", _said
    ),
    Fact("outcome_verdict", "string", "what these numbers mean, in a sentence; missing unless it was judged", _verdict),
    Fact("outcome_days", "int", "days since it could be judged; missing unless it was", _days),
)
