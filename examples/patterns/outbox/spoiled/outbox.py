"""An outbox: each call to Customer.io is a row in the database, and a worker sends the rows."""

from __future__ import annotations

import json
import re
import sqlite3
import time

from customerio import CustomerIO, CustomerIOException

MOST_ATTEMPTS = 12  # the last retry comes after two days
SCHEMA = """
create table if not exists outbox (
    id integer primary key, person text not null, attributes text not null,
    due_at real not null, attempts integer not null default 0, state text not null default 'owed'
)
"""


def connect(path: str) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None)
    db.execute(SCHEMA)
    return db


def sign_up(db: sqlite3.Connection, person: str, email: str) -> None:
    """Store the account and the row in one transaction."""
    row = person, json.dumps({"email": email}), time.time()
    db.execute("insert into outbox (person, attributes, due_at) values (?, ?, ?)", row)


def deliver(db: sqlite3.Connection, client: CustomerIO) -> None:
    """Run by a timer, one at a time."""
    due = "select id, person, attributes, attempts from outbox where state = 'owed' and due_at <= ? order by id"
    for row, person, attributes, attempts in db.execute(due, (time.time(),)).fetchall():
        db.execute("update outbox set state = 'sent' where id = ?", (row,))
        try:
            client.identify(person, **json.loads(attributes))
        except CustomerIOException as error:
            if is_permanent(error) or attempts + 1 == MOST_ATTEMPTS:
                db.execute("update outbox set state = 'failed' where id = ?", (row,))  # an operator looks at these
            else:
                due_at = time.time() + 30 * 2**attempts
                db.execute("update outbox set attempts = ?, due_at = ? where id = ?", (attempts + 1, due_at, row))


def is_permanent(error: CustomerIOException) -> bool:
    """Whether a retry cannot succeed. The SDK has one exception, whose text begins with the status, if any."""
    return re.match(r"4(?!08|29)\d\d: ", str(error)) is not None


def count(db: sqlite3.Connection, state: str) -> int:
    return int(db.execute("select count(*) from outbox where state = ?", (state,)).fetchone()[0])
