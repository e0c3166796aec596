"""Finds the member of a call that was probably meant by one that the call does not know."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pytest_customerio.core.nearest import nearest

_SEPARATORS = re.compile(r"[^a-z0-9]")
# Words that the calls of Customer.io, and those of its SDKs and of other vendors, use for one thing.
_SAME_MEANING = tuple(
    frozenset(words.split())
    for words in (
        "data attributes properties traits messagedata eventdata params payload metadata customattributes variables",
        "identifiers identifier userid customerid personid user customer person",
        "name event eventname",
        "timestamp time ts createdat sentat occurredat",
        "recipients recipient segment segments audience filter",
        "to recipient recipientemail toemail toaddress phone phonenumber",
        "from sender fromemail fromaddress",
        "replyto replytoemail replytoaddress",
        "body html htmlbody bodyhtml content",
        "bodyplain text plaintext textbody bodytext plainbody",
        "subject title",
        "transactionalmessageid templateid template transactionalid messageid transactionalmessage",
        "ids userids customerids",
        "primary into",
        "secondary from",
        "link url deeplink",
        "imageurl image",
        "id dedupeid eventid ulid",
    )
)


def nearest_member(name: str, known: Iterable[str]) -> str | None:
    """The known member with the same letters, the same meaning or nearly the same name; else None."""
    spelled = {_letters(each): each for each in known}
    given = _letters(name)
    if given in spelled:
        return spelled[given]
    for words in _SAME_MEANING:
        if given in words:
            alike = [each for letters, each in spelled.items() if letters in words]
            if alike:
                return alike[0]
    return nearest(name[:60], spelled.values(), 0.75)


def _letters(name: str) -> str:
    return _SEPARATORS.sub("", name[:60].lower())
