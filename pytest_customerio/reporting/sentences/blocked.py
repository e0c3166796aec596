"""The texts about an error case that no request could meet, because something of the suite's took the requests."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import Any

from pytest_customerio.reporting.sentences.layout import facts
from pytest_customerio.reporting.sentences.messages import NOTHING_SENT

PASSED = (
    "requests can be led past responses, requests-mock, respx, pytest-httpx, aioresponses, a cassette of vcrpy, "
    "MockTransport, and an adapter or transport that only answers"
)
WHAT_TO_DO = f"use one of these instead, or nothing at all; the plugin answers then. {PASSED[0].upper()}{PASSED[1:]}"


def answered_instead(case: str, operations: Iterable[str], mocks: Sequence[str]) -> str:
    """Requests were sent, and something that they cannot be led past answered them."""
    what = " and ".join(mocks) or "a mock of the test"
    head = f"{case}: no error could be replayed, {what} answered {', '.join(operations)}"
    return "\n".join([head, "", *facts([("what to do", WHAT_TO_DO)])])


def nothing_sent(replaced: Sequence[str]) -> str:
    """No request was sent at all; `replaced` says which functions of clients and SDKs are replaced now."""
    if not replaced:
        return NOTHING_SENT
    rows = [("replaced" if at == 0 else " ", one) for at, one in enumerate(replaced)]
    return "\n".join([NOTHING_SENT.partition("\n")[0], "", *facts([*rows, ("what to do", WHAT_TO_DO)])])


def named(value: Any) -> str:
    """A function, or a class or an object of one, with its place in the code."""
    is_code, cls = hasattr(value, "__code__"), value if isinstance(value, type) else type(value)
    name = getattr(value, "__qualname__", "") if is_code else cls.__qualname__
    members = [value] if is_code else list(vars(cls).values())
    code = next((one.__code__ for one in members if hasattr(one, "__code__")), None)
    name = name.rpartition("<locals>.")[2]
    return f"{name} ({os.path.basename(code.co_filename)}:{code.co_firstlineno})" if code else name
