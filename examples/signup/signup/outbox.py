"""The outbox: the calls that Customer.io still has to receive, in the same database as the facts themselves."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Mapping
from dataclasses import dataclass

from signup import ulid

SCHEMA = """
create table if not exists outbox (
    id integer primary key,
    call text not null,
    person text not null,
    payload text not null,
    event_id text not null,
    created_at integer not null,
    due_at real not null,
    attempts integer not null default 0,
    state text not null default 'pending'
        check (state in ('pending', 'delivered', 'failed', 'uncertain')),
    reason text not null default ''
)
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One call that is owed. Each attempt sends the same `event_id` and `created_at` (unix seconds)."""

    id: int
    call: str
    person: str
    payload: Mapping[str, object]
    event_id: str
    created_at: int
    attempts: int


class Outbox:
    """Rows are pending until delivered; `failed` and `uncertain` ones wait for an operator."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        with db:
            db.execute(SCHEMA)

    def add(self, call: str, person: str, payload: Mapping[str, object]) -> None:
        """Add a call in the transaction of the caller: both the fact and the row are stored, or neither."""
        now = time.time()
        self._db.execute(
            "insert into outbox (call, person, payload, event_id, created_at, due_at) values (?, ?, ?, ?, ?, ?)",
            (call, person, json.dumps(payload), ulid.new(now), int(now), now),
        )

    def due(self) -> list[Row]:
        """The pending rows that are due, oldest first."""
        rows = self._db.execute(
            "select id, call, person, payload, event_id, created_at, attempts from outbox"
            " where state = 'pending' and due_at <= ? order by id",
            (time.time(),),
        ).fetchall()
        return [Row(id_, call, person, json.loads(payload), *rest) for id_, call, person, payload, *rest in rows]

    def count(self, state: str) -> int:
        """How many rows are in this state."""
        found = self._db.execute("select count(*) from outbox where state = ?", (state,)).fetchone()
        return int(found[0])

    def stuck(self) -> list[tuple[int, str, str, str]]:
        """Id, call, state and reason of the rows that wait for an operator."""
        return self._db.execute(
            "select id, call, state, reason from outbox where state in ('failed', 'uncertain') order by id"
        ).fetchall()

    def settle(self, row: Row, state: str, reason: str = "") -> None:
        """Mark the row as delivered, failed or uncertain. It is not tried again."""
        with self._db:
            self._db.execute("update outbox set state = ?, reason = ? where id = ?", (state, reason, row.id))

    def postpone(self, row: Row, seconds: float, reason: str) -> None:
        """Try the row again, not before these seconds have passed."""
        with self._db:
            self._db.execute(
                "update outbox set state = 'pending', attempts = ?, due_at = ?, reason = ? where id = ?",
                (row.attempts + 1, time.time() + seconds, reason, row.id),
            )
