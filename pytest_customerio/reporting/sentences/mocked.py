"""The texts about calls that were heard through a mock or a fake, or that an SDK refused."""

from __future__ import annotations

from collections.abc import Iterable

from pytest_customerio.contract.rules import violation
from pytest_customerio.core.model import Violation

IN_THE_WAY = """\
{case}: no error could be replayed, a {mocks} took the call

  the cause    while an error is replayed, the mock or fake of an SDK or a client calls the real thing; a mock without
               a spec stands for nothing; a mock of http.client, and a fake that is made within a test or by flexmock,
               mockito or doublex, stays in its place; and an argument that holds a mock cannot be sent
  what to do   in this test give the mock a spec (MagicMock(spec=CustomerIO)) and the call plain values, or mock what
               is beneath it: responses, respx, pytest-httpx, requests-mock, a cassette, or nothing at all"""

AUTOSPEC = "; a mock with autospec=True refuses it too"


# What a call was heard through, as the notes of mocks and fakes name it, begins with one of these.
THROUGH = ("mock of ", "fake of ")


def hidden(label: str, error: str, sent_from: str | None, *, fake: bool = False) -> Violation:
    """A mock or a fake took a call that the real thing refuses."""
    unbound = error.startswith("TypeError: ") and "argument" in error  # what a signature refuses, autospec refuses too
    way = f"the {'fake' if fake else 'mock'} takes any call, in production this one raises: mend the call"
    made = violation(
        "mock-hides-error",
        label,
        "a call that the real one takes",
        error,
        way + (AUTOSPEC if unbound else ""),
        source="",
    )
    return made._replace(sent_from=sent_from)


def not_sent(label: str, error: str, sent_from: str | None) -> Violation:
    """An SDK raised before anything was sent, and the application swallowed it."""
    made = violation(
        "call-not-sent",
        label,
        "a request",
        error,
        "the call raised before anything was sent, and the exception was swallowed: mend the call, "
        "or let the test expect the exception (pytest.raises)",
        source="",
    )
    return made._replace(sent_from=sent_from)


def in_the_way(case: str, mocks: Iterable[str]) -> str:
    """Why no request met a case: mocks of an SDK or a client took every call."""
    return IN_THE_WAY.format(case=case, mocks=" and a ".join(mocks))
