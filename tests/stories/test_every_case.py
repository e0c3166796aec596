"""Every error case in a whole run: which cases apply, and what the application gets."""

from __future__ import annotations

from tests.stories.conftest import Story

EVERY_ONE = """
import pytest
import crm

MET = {}


@pytest.mark.cio_errors(raises=Exception)
def test_one(cio_error, cio):
    try:
        response = crm.requests.put(
            crm.BASE + "/customers/42", json={"plan": "basic"}, auth=crm.AUTH, timeout=5, allow_redirects=False
        )
        cio.reported(True)
        if cio.attempts:
            MET[cio_error.id] = str(response.status_code)
    except crm.requests.RequestException as error:
        MET[cio_error.id] = type(error).__name__
        raise


def test_all(request):
    print()
    for case, met in MET.items():
        print("met", case, met)
"""
REDIRECT = """
import pytest
import requests

import crm


@pytest.mark.cio_errors("301-region-redirect")
@pytest.mark.parametrize("host", ["track", "track-eu"])
def test_host(host, cio):
    url = f"https://{host}.customer.io/api/v1/customers/a%2Fb?x=1"
    response = requests.put(url, json={}, auth=crm.AUTH, timeout=5, allow_redirects=False)
    there = response.headers.get("Location")
    assert there == (None if host == "track-eu" else "https://track-eu.customer.io/api/v1/customers/a%2Fb?x=1")
    cio.reported(response.status_code)
"""
CONNECTING = """
import asyncio
import httpx
import pytest

URL = "https://track.customer.io/api/v1/customers/42"
AUTH = ("site-1234", "track-key-1234")


def pushed():
    with httpx.Client(transport=httpx.HTTPTransport(retries=2), timeout=5) as client:
        return client.put(URL, json={"plan": "basic"}, auth=AUTH)


@pytest.mark.cio_errors("connection-refused-recovers", "dns-failure-recovers", "tls-failure-recovers")
def test_its_own_retries(cio):
    assert pushed().status_code == 200
    assert (cio.attempts, cio.outcome) == (3, "recovered")
    assert cio.waits == (0, 0.5)


@pytest.mark.cio_errors("connect-timeout-persists", raises=httpx.ConnectTimeout)
def test_they_end(cio):
    try:
        pushed()
    finally:
        assert cio.attempts == 3


@pytest.mark.cio_errors("connection-refused-recovers", raises=httpx.ConnectError)
def test_a_client_that_is_connected(cio):
    async def call():
        async with httpx.AsyncClient(timeout=5) as client:
            for _ in range(2):
                await client.put(URL, json={"plan": "basic"}, auth=AUTH)

    asyncio.run(call())
"""


def test_every_case_is_met_as_what_it_is(story: Story) -> None:
    """One call meets more than forty cases: statuses as recorded, faults as the client's own exceptions."""
    result = story.run(EVERY_ONE, "--cio-contract", "-s", "-k", "one or all")
    lines = [line.split()[1:] for line in result.outlines if line.startswith("met ")]
    met = dict(lines)
    assert len(met) == len(lines) > 40
    faults = {case.rpartition("-")[0]: name for case, name in met.items() if not case[0].isdigit()}
    assert faults == {
        "accepted-then-reset": "ConnectionError",
        "connect-timeout": "ConnectTimeout",
        "connection-refused": "ConnectionError",
        "connection-reset": "ConnectionError",
        "dns-failure": "ConnectionError",
        "read-timeout": "ReadTimeout",
        "tls-failure": "SSLError",
        "truncated-body": "ChunkedEncodingError",
    }
    assert all(case[:3] == name for case, name in met.items() if case[0].isdigit())


def test_a_redirect_leads_to_the_other_host(story: Story) -> None:
    """The redirect leads to the same path on the other host. A test that sends to that host already is skipped."""
    result = story.run(REDIRECT, "--cio-contract", "-rs")
    result.assert_outcomes(passed=1, skipped=1)
    result.stdout.fnmatch_lines(
        [
            "*301-region-redirect*: does not apply to what the test sends (track.identify): it takes a host of another region*"
        ]
    )


def test_connecting_fails_beneath_the_client_s_own_retries(story: Story) -> None:
    """A fault in connecting occurs below the client's retries: they run, each attempt is counted once, and the waits
    are virtual."""
    story.run(CONNECTING, "--cio-contract").assert_outcomes(passed=5)
