"""Facts of what belongs together: what was filed from a ticket, what it was filed from, what it lists to be done."""

from __future__ import annotations

from typing import Literal

from rules.action_items import action_items
from rules.fact_asked import Asked, Fact, readable
from rules.leaders import TWIN, leader_of
from rules.memory import Related


def _filed(asked: Asked) -> list[Related]:
    return [each for each in asked.memory.related if each.way == "filed" and each.what != TWIN]


def _origin(asked: Asked) -> Related | None:
    return next((each for each in asked.memory.related if each.way == "origin" and each.what != TWIN), None)


def _origin_key(asked: Asked) -> str | None:
    origin = _origin(asked)
    return None if origin is None else readable(origin.key)


def _origin_open(asked: Asked) -> bool | None:
    origin = _origin(asked)
    return None if origin is None else origin.phase != "done"


def _leader(asked: Asked, name: Literal["key", "what"]) -> str | None:
    leader = leader_of(asked.memory)
    return None if leader is None else readable(getattr(leader, name))


def _leader_open(asked: Asked) -> bool | None:
    leader = leader_of(asked.memory)
    return None if leader is None else leader.phase != "done"


def _closed_with_leader(asked: Asked) -> bool:
    leader = leader_of(asked.memory)
    done = asked.ticket.phase == "done" and leader is not None and leader.phase == "done"
    return done and leader is not None and leader.what == TWIN


RELATED_FACTS: tuple[Fact, ...] = (
    Fact(
        "actions",
        "list(string)",
        'what its text lists as still to be done: "- [ ] ..." and bullets under "Action items" that name no ticket',
        lambda a: [readable(item) for item in action_items(a.ticket.body)],
    ),
    Fact("filed", "list(string)", "the keys of the tickets filed from it", lambda a: [each.key for each in _filed(a)]),
    Fact(
        "filed_kinds",
        "list(string)",
        "the kinds that tickets were filed from it as: review, improvement, follow-up",
        lambda a: sorted({each.what for each in _filed(a)}),
    ),
    Fact(
        "open_filed",
        "list(string)",
        "the keys of those of them that are open",
        lambda a: [each.key for each in _filed(a) if each.phase != "done"],
    ),
    Fact("has_origin", "bool", "it was filed from another ticket", lambda a: _origin(a) is not None),
    Fact("origin", "string", "the key of the ticket it was filed from; missing if there is none", _origin_key),
    Fact("origin_open", "bool", "the ticket it was filed from is open; missing if there is none", _origin_open),
    Fact(
        "twins",
        "list(string)",
        'the keys of its twins, whichever of them leads: `/kaizen twin KEY`, lines "Twin: KEY" of their texts',
        lambda a: [readable(each.key) for each in a.memory.related if each.what == TWIN],
    ),
    Fact("has_leader", "bool", "another ticket leads it", lambda a: leader_of(a.memory) is not None),
    Fact(
        "leader",
        "string",
        "the key of the ticket that leads it: it was filed from that one, or is called its twin there; missing if none",
        lambda a: _leader(a, "key"),
    ),
    Fact(
        "leader_as",
        "string",
        'what it is to the ticket that leads it: the kind it was filed as, or "twin"; missing if none leads it',
        lambda a: _leader(a, "what"),
    ),
    Fact("leader_open", "bool", "the ticket that leads it is open; missing if none leads it", _leader_open),
    Fact(
        "closed_with_leader",
        "bool",
        "it is done, and so is the ticket whose twin it is: what there is to show stands there",
        _closed_with_leader,
    ),
)
