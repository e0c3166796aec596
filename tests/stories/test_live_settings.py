"""A developer meets settings with which nothing would arrive in production."""

from __future__ import annotations

import pytest

APP = """
import requests

URL = "https://track.customer.io{port}/api/v1/customers/42"
AUTH = ("site-1234", "key-12345678")


def test_sync():
    requests.put(URL, json={{"plan": "pro"}}, auth=AUTH, timeout=5{more})
"""


def test_a_port_where_nothing_listens(pytester: pytest.Pytester) -> None:
    """The connection is refused with the client's own exception, and the failure names the port."""
    pytester.makepyfile(test_app=APP.format(port=":44333", more=""))
    result = pytester.runpytest("--cio-contract")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "E*requests.exceptions.ConnectionError: HTTPSConnectionPool*Connection refused*",
            "track.identify url: expected port 443, got port 44333",
            "what to do   nothing answers there in production (another port on purpose: ini cio_hosts)",
            "  track.identify   connection-refused   nothing answers at this port   test_app.py:8 in test_sync",
        ]
    )


def test_another_port_on_purpose(pytester: pytest.Pytester) -> None:
    """A base URL with a port in the ini cio_hosts is answered."""
    pytester.makeini("[pytest]\ncio_hosts = https://track.customer.io:44333")
    pytester.makepyfile(test_app=APP.format(port=":44333", more=""))
    pytester.runpytest("--cio-contract").assert_outcomes(passed=1)


@pytest.mark.parametrize("strict", [False, True])
def test_a_certificate_that_is_not_verified(pytester: pytest.Pytester, *, strict: bool) -> None:
    """verify=False is a warning, which fails with --cio-strict."""
    pytester.makepyfile(test_app=APP.format(port="", more=", verify=False"))
    result = pytester.runpytest("--cio-strict" if strict else "--cio-contract")
    result.assert_outcomes(failed=int(strict), passed=int(not strict))
    text = "track.identify url: expected a verified certificate, got any certificate is accepted"
    result.stdout.fnmatch_lines([f"*{text}*"])


def test_an_impossible_timeout(pytester: pytest.Pytester) -> None:
    """A text as the timeout of httpx raises the error that a socket raises."""
    pytester.makepyfile(
        test_app="""
        import httpx
        import pytest


        def test_sync():
            with pytest.raises(TypeError, match="cannot be interpreted as an integer"):
                httpx.put("https://track.customer.io/api/v1/customers/42", json={}, timeout="5")
        """
    )
    pytester.runpytest("--cio-contract").assert_outcomes(passed=1)
