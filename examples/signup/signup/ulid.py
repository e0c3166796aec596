"""ULIDs, which Customer.io accepts as the dedupe id of an event."""

from __future__ import annotations

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new(at: float) -> str:
    """A ULID for this unix time: 48 bits of milliseconds and 80 random bits, in 26 characters that sort by time."""
    number = int(at * 1000) << 80 | secrets.randbits(80)
    return "".join(ALPHABET[number >> shift & 31] for shift in range(125, -1, -5))
