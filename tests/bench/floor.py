"""The least one can do: page through the issues, insert their columns. `python -m tests.bench.floor URL DATABASE`."""

from __future__ import annotations

import sqlite3
import sys
from typing import Any

import orjson
import requests

from tests.bench.measure import Watch

COLUMNS = (
    "id integer primary key, number, url, title, body, state, reason, type, labels, milestone, assignees, reporter, "
    "created, updated, closed, comments, locked"
)
INSERT = f"insert into issues values ({', '.join('?' * 17)})"  # noqa: S608 - no foreign text
PAGE = {"state": "all", "sort": "created", "direction": "asc", "per_page": "100"}


def main(url: str, file: str) -> None:
    """Fill the file; report how many rows came."""
    watch = Watch()
    count = 0
    connection = sqlite3.connect(file)
    connection.execute("pragma journal_mode = wal")
    connection.execute("pragma synchronous = normal")
    connection.execute(f"create table issues ({COLUMNS})")
    with requests.Session() as session:
        session.headers["Authorization"] = "Bearer sandbox"
        following: str | None = f"{url}/repos/acme/shop/issues"
        params: dict[str, str] | None = PAGE
        while following:
            answer = session.get(following, params=params, timeout=30)
            answer.raise_for_status()
            rows = [row(raw) for raw in orjson.loads(answer.content)]
            connection.executemany(INSERT, rows)
            connection.commit()
            count += len(rows)
            following, params = answer.links.get("next", {}).get("url"), None
    connection.close()
    watch.report(count)


def row(raw: dict[str, Any]) -> tuple[Any, ...]:
    """Lay an issue out as a row, as it came."""
    return (
        *(raw["id"], raw["number"], raw["html_url"], raw["title"], raw["body"], raw["state"], raw["state_reason"]),
        (raw.get("type") or {}).get("name"),
        orjson.dumps([label["name"] for label in raw["labels"]]).decode(),
        (raw["milestone"] or {}).get("title"),
        orjson.dumps([person["login"] for person in raw["assignees"]]).decode(),
        *(raw["user"]["login"], raw["created_at"], raw["updated_at"], raw["closed_at"], raw["comments"]),
        raw["locked"],
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
