"""Rules `secret-leak` and `pii-leak` where no error is replayed: what the application wrote on its way."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest

from pytest_customerio.core.model import Interaction
from pytest_customerio.judging.written_leaks import Carried, Way, raised_leaks, written_leaks
from pytest_customerio.process.call_sites import Function
from pytest_customerio.process.output.written import Text

KEY, ADA = "secret-key-123", "ada@example.com"
REQUEST = Interaction("requests", "PUT", "https://track.customer.io/x", sent_from="app/crm.py:7 in identify")
CARRIED = [Carried(REQUEST, (KEY,), (ADA,))]
SENDS = Function("/p/app/crm.py", "identify")
HELPS = Function("/p/tests/test_app.py", "helper")
WAY = Way({SENDS, HELPS}, lambda file: file.removeprefix("/p/"), lambda file: "/tests/" in file)


class CrmError(Exception):
    """An exception of the application."""


def wrote(text: str, by: Function = SENDS, **more: object) -> Text:
    """What a function wrote to a log, at its fifth line."""
    return Text(text, by, 5, **{"logger": "crm", "level": logging.WARNING, **more})


def found(*texts: Text) -> list[tuple[str, str, str]]:
    return [(one.rule, one.severity, one.where) for _, one in written_leaks(texts, CARRIED, WAY)]


SECRET = ("secret-leak", "error", "log of crm")
PII = ("pii-leak", "error", "log of crm")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (wrote("identify 42"), []),
        (wrote(f"key {KEY}"), [SECRET]),
        (wrote(f"{ADA} with {KEY}"), [SECRET, PII]),
        (wrote(ADA, logger="", level=None), [("pii-leak", "warning", "stdout or stderr")]),
        (wrote(KEY, logger="", level=None), [("secret-leak", "error", "stdout or stderr")]),
        (wrote(ADA, logger="loguru", level=None), [("pii-leak", "error", "log of loguru")]),
        (wrote(ADA, level=logging.INFO), [PII]),
        (wrote(ADA, level=logging.DEBUG), [("pii-leak", "warning", "log of crm")]),
        (wrote(KEY, level=logging.DEBUG), [SECRET]),
        (wrote(ADA, Function("/p/app/crm.py", "check")), [PII]),
        (wrote(ADA, Function("/p/app/auth.py", "login")), []),
        (wrote(KEY, Function("/p/app/auth.py", "login")), [SECRET]),
        (wrote(ADA, HELPS), [PII]),
        (wrote(f"{ADA} {KEY}", Function("/p/tests/test_app.py", "test_it")), []),
        (wrote(f"{ADA} {KEY}", Function("/p/tests/factories.py", "make")), []),
    ],
)
def test_who_wrote_what_decides(text: Text, expected: list[tuple[str, str, str]]) -> None:
    """A credential may show nowhere, an address nowhere on the way; what tests write themselves does not count."""
    assert found(text) == expected


def test_a_command_may_print_what_it_looked_up() -> None:
    """The address in a call that reads may be printed, but not logged."""
    looked_up = [Carried(replace(REQUEST, method="GET"), (), (ADA,))]
    assert list(written_leaks([wrote(ADA, logger="", level=None)], looked_up, WAY)) == []
    assert len(list(written_leaks([wrote(ADA)], looked_up, WAY))) == 1


def test_a_leak_names_its_line_and_not_the_text() -> None:
    """The violation belongs to the request that carried what leaked."""
    ((request, violation),) = written_leaks([wrote(KEY)], CARRIED, WAY)
    assert request is REQUEST
    assert violation.got == "Authorization, written at app/crm.py:5 in identify"
    assert violation.sent_from == "app/crm.py:7 in identify"
    assert KEY not in repr(violation)


@pytest.mark.parametrize(
    ("raised", "rules"),
    [
        (None, []),
        (AssertionError(f"{ADA} {KEY}"), []),
        (CrmError("no"), []),
        (CrmError(ADA), ["pii-leak"]),
        (CrmError(KEY), ["secret-leak"]),
        (ValueError(f"{ADA} {KEY}"), ["secret-leak"]),
    ],
)
def test_the_exception_that_a_test_ends_with(raised: BaseException | None, rules: list[str]) -> None:
    """The application's own exceptions may hold no address, and none may hold a credential."""
    leaks = list(raised_leaks(raised, CARRIED))
    assert [one.rule for _, one in leaks] == rules
    assert all(one.where == "exception text" for _, one in leaks)
