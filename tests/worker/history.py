"""A small labelled history of our own making: a shop's faults, some of which come back in other words."""

import json
import random
from datetime import UTC, datetime, timedelta

START = datetime(2024, 1, 1, 9, tzinfo=UTC)
PLACES = ("till", "cart", "login", "search", "invoice", "basket", "stock", "voucher", "parcel", "address")
FAULTS = (
    "freezes",
    "shows nothing",
    "loses its total",
    "is slow",
    "prints twice",
    "rejects umlauts",
    "forgets the name",
)
AGAIN = {
    "freezes": "hangs and freezes",
    "shows nothing": "nothing shown any more",
    "loses its total": "total lost again",
    "is slow": "slow since yesterday",
    "prints twice": "two prints of each",
    "rejects umlauts": "umlauts rejected",
    "forgets the name": "name forgotten",
}


def made_history(seed=1):
    """Return 140 rows: each fault in each place once, and each again, half of them recorded as duplicates."""
    dice = random.Random(seed)  # noqa: S311 - tickets for a test
    faults = [(place, fault) for place in PLACES for fault in FAULTS]
    dice.shuffle(faults)
    rows = [_row(number, f"{place} {fault}", place, fault, dice) for number, (place, fault) in enumerate(faults, 1)]
    for number, (place, fault) in enumerate(faults, len(rows) + 1):
        row = _row(number, f"{AGAIN[fault]}: {place}", place, fault, dice)
        first = rows[number - len(faults) - 1]
        same = number % 2 == 0
        row |= {"duplicate_of": first["id"] if same else None, "truth": "dup" if same else "unknown", "query": True}
        rows.append(row)
    return rows


def _row(number, title, place, fault, dice):
    created = START + timedelta(days=number)
    words = " ".join(dice.choice(PLACES + FAULTS) for _ in range(6))
    method = "".join(word.title() for word in fault.split())
    trace = f"ShopError: {place} {number} in {fault} state\n  at shop.{place}.{method}(a.js:{number})"
    return {
        "id": f"shop-{number}",
        "project": "shop",
        "title": title,
        "body": f"Seen near {words}.\n```\n{trace}\n```",
        "created": created.isoformat(),
        "type": "Bug",
        "reporter": f"person{dice.randrange(30)}",
        "resolved": (created + timedelta(days=9)).isoformat() if number % 3 else None,
        "status": "closed",
        "resolution": "Fixed",
        "duplicate_of": None,
        "truth": "unique",
        "related": [],
        "query": number > 40,
    }


def written(path, rows):
    """Write rows, a JSON object a line; return the file."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path
