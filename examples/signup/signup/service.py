"""Sign-up and purchase: each stores its fact and the call to Customer.io in one transaction."""

from __future__ import annotations

import re
import sqlite3
import time
import uuid

from signup.customer_io import CustomerIo
from signup.outbox import Outbox
from signup.settings import Settings
from signup.worker import Worker

EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
SCHEMA = """
create table if not exists people (id text primary key, email text not null unique, created_at integer not null);
create table if not exists purchases (
    id integer primary key, person text not null, item text not null, cents integer not null
);
"""


class Service:
    """The application: its database, outbox and worker."""

    def __init__(self, settings: Settings) -> None:
        self._db = sqlite3.connect(settings.database)
        self._db.executescript(SCHEMA)
        self.outbox = Outbox(self._db)
        self.customer_io = CustomerIo(settings)
        self.worker = Worker(self.outbox, self.customer_io)

    def sign_up(self, email: str, plan: str) -> str:
        """Store a person and return the new id. Raises ValueError for what is no e-mail address."""
        if not EMAIL.fullmatch(email):
            raise ValueError("not an e-mail address")
        person, now = str(uuid.uuid4()), int(time.time())
        with self._db:
            self._db.execute("insert into people values (?, ?, ?)", (person, email, now))
            self.outbox.add("identify", person, {"email": email, "plan": plan, "created_at": now})
        return person

    def buy(self, person: str, item: str, cents: int) -> None:
        """Store a purchase, owe Customer.io the event and the receipt. Raises LookupError for an unknown person."""
        found = self._db.execute("select email from people where id = ?", (person,)).fetchone()
        if found is None:
            raise LookupError("no such person")
        facts = {"item": item, "price": cents / 100}
        with self._db:
            self._db.execute("insert into purchases (person, item, cents) values (?, ?, ?)", (person, item, cents))
            self.outbox.add("purchase", person, facts)
            self.outbox.add("receipt", person, {"email": found[0], "data": facts})

    def close(self) -> None:
        """Close the database."""
        self._db.close()
