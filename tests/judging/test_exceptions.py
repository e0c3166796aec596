"""Rule `undeclared-exception`: which exceptions of the application the test has to declare."""

from __future__ import annotations

import aiohttp
import httpx
import pytest
import requests
import urllib3
from observed import CrmError, rules, seen

from pytest_customerio.judging.judgement import judge


class CrmTimeout(CrmError):
    """What the application raises for a timeout."""


@pytest.mark.parametrize(
    ("raised", "declared", "found"),
    [
        (CrmError("secret text"), False, ["undeclared-exception"]),
        (SystemExit(1), False, ["undeclared-exception"]),
        (CrmError(), True, []),
        (AssertionError(), False, ["outcome"]),
        (ExceptionGroup("", [AssertionError(), ExceptionGroup("", [AssertionError()])]), False, ["outcome"]),
        (ExceptionGroup("", [AssertionError(), CrmError()]), False, ["undeclared-exception"]),
        (KeyboardInterrupt(), False, ["outcome"]),
        (None, False, ["outcome"]),
    ],
)
def test_an_undeclared_exception_fails_once(raised, declared, found):
    """The payload is not reported as lost too. A failing assert and an interrupt are no exceptions of the application."""
    assert rules(seen(raised=raised, declared=declared)) == found


def test_an_undeclared_exception_is_named_by_its_class_only():
    """The text of the exception is not shown, because it may hold a payload."""
    (violation,) = judge(seen(raised=CrmError("jane@example.com")))[1]
    assert violation.got == "CrmError"
    assert "jane" not in repr(violation)
    assert "raises=CrmError" in violation.hint


@pytest.mark.parametrize(
    ("raised", "declared"),
    [
        (requests.ConnectTimeout(), "requests.RequestException"),
        (httpx.ReadTimeout(""), "httpx.HTTPError"),
        (aiohttp.ServerTimeoutError(), "aiohttp.ClientError"),
        (urllib3.exceptions.ProtocolError(), "urllib3.exceptions.HTTPError"),
        (CrmTimeout(), "CrmTimeout"),
    ],
)
def test_a_client_s_exception_is_declared_by_its_base_class(raised, declared):
    """The other error cases raise other exceptions of the client; one of the application's own is named as it is."""
    (violation,) = judge(seen(raised=raised))[1]
    assert violation.got == type(raised).__name__
    assert f"raises={declared}, pytest.raises({declared})" in violation.hint


def test_a_group_is_declared_by_what_it_holds():
    """Each class is named once, that of a client by its base class; a bug in the group is to be mended."""
    group = ExceptionGroup("", [CrmError(), ExceptionGroup("", [CrmError(), httpx.ReadTimeout("")])])
    (violation,) = judge(seen(raised=group))[1]
    assert violation.hint == (
        "handle CrmError, httpx.HTTPError in the application (except*), or declare what the group holds:"
        " raises=(CrmError, httpx.HTTPError)"
    )
    (violation,) = judge(seen(raised=ExceptionGroup("", [CrmError()])))[1]
    assert violation.hint.endswith(" raises=CrmError")
    (violation,) = judge(seen(raised=ExceptionGroup("", [CrmError(), KeyError()])))[1]
    assert violation.hint.endswith("a KeyError is a bug in the code; do not declare it")


def test_a_bug_is_to_be_mended():
    """An exception that says that the code is wrong must not be declared; its place is named, where it is known."""
    (violation,) = judge(seen(raised=KeyError("error"), raised_at="crm.py:16 in purchase"))[1]
    assert violation.hint == ("mend crm.py:16 in purchase: a KeyError is a bug in the code; do not declare it")
    (violation,) = judge(seen(raised=KeyError(), raised_at="crm.py:16 in purchase", raised_in="sdk"))[1]
    assert violation.hint == "catch this KeyError of sdk at crm.py:16 in purchase, or mend what is handed to sdk there"
    (violation,) = judge(seen(raised=TypeError()))[1]
    assert violation.hint == ("mend the code that raises it: a TypeError is a bug in the code; do not declare it")
