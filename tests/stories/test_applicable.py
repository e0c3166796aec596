"""A case is replayed only to a request that can draw it, and what is skipped is said."""

from __future__ import annotations

import pytest
from analytics import needed

from tests.stories.conftest import Story, closing, failure, short_summary, usage_error

REDIRECTS = """
import asyncio
import json

import aiohttp
import customerio
import httpx
import pytest
import requests
import urllib3

import crm

PERSON, BODY = crm.BASE + "/customers/42", {"plan": "basic"}
EVENTS, EVENT = PERSON + "/events", {"name": "purchase"}
sdk = customerio.CustomerIO(*crm.AUTH)
redirected = pytest.mark.cio_errors("301-region-redirect")


@redirected
@pytest.mark.parametrize("method", ["put", "delete", "post"])
def test_requests(method):
    url, body = (EVENTS, EVENT) if method == "post" else (PERSON, BODY)
    assert requests.request(method, url, json=body, auth=crm.AUTH, timeout=5).status_code == 401


@redirected
@pytest.mark.parametrize("method", ["put", "delete", "post"])
def test_httpx(method):
    url, body = (EVENTS, EVENT) if method == "post" else (PERSON, BODY)
    with httpx.Client(auth=crm.AUTH, follow_redirects=True, timeout=5) as client:
        assert client.request(method.upper(), url, json=body).status_code == 401


@redirected
def test_aiohttp():
    async def call():
        headers = {"Authorization": "Basic c2l0ZS0xMjM0OnRyYWNrLWtleS0xMjM0"}
        async with aiohttp.ClientSession(headers=headers, timeout=aiohttp.ClientTimeout(5)) as session:
            async with session.put(PERSON, json=BODY) as response:
                assert response.status == 401

    asyncio.run(call())


@redirected
def test_urllib3():
    headers = urllib3.make_headers(basic_auth=":".join(crm.AUTH)) | {"content-type": "application/json"}
    pool = urllib3.PoolManager()
    assert pool.request("PUT", PERSON, body=json.dumps(BODY), headers=headers, timeout=5).status == 401


@redirected
def test_sdk():
    try:
        sdk.identify(id="42", plan="basic")
    except customerio.CustomerIOException as error:
        assert str(error).startswith("401: ")


@pytest.mark.cio_errors("301-region-redirect", raises=customerio.CustomerIOException)
def test_sdk_raises():
    sdk.identify(id="42", plan="basic")
"""
BY_CLIENT = {
    "test_requests[301-region-redirect-put]": "with requests: pass allow_redirects=False",
    "test_requests[301-region-redirect-delete]": "with requests: pass allow_redirects=False",
    "test_httpx[301-region-redirect-post]": "with httpx: leave follow_redirects=False",
    "test_aiohttp[301-region-redirect]": "with aiohttp: pass allow_redirects=False",
    "test_urllib3[301-region-redirect]": "with urllib3: pass redirect=False",
    "test_sdk[301-region-redirect]": "with the SDK customerio (2.4 and 3.x): it follows redirects",
}


def test_a_followed_redirect_draws_401(story: Story) -> None:
    """Each client follows without credentials, whatever the method becomes, so that nothing is delivered. The advice is
    that of the client. Declared as the exception of the SDK, the error is handled."""
    result = story.run(REDIRECTS, "--cio-contract")
    result.assert_outcomes(failed=9, passed=1)
    for name, advice in BY_CLIENT.items():
        text = failure(result, name)
        assert ": lost, " in text.partition("\n")[0], name
        assert advice in text


@pytest.mark.parametrize(("region", "outcome"), [("us", "skipped"), ("eu", "failed"), ("", "failed")])
def test_a_redirect_on_the_host_of_the_declared_region(story: Story, region: str, outcome: str) -> None:
    """The workspace is where the project says: its own host does not redirect it."""
    result = story.run(
        """
        import crm
        import pytest

        @pytest.mark.cio_allow("wrong-region", reason="tried here")
        @pytest.mark.cio_errors("301-region-redirect")
        def test_identify():
            crm.identify("42", plan="basic")
        """,
        "-o",
        f"cio_region={region}",
    )
    result.assert_outcomes(**{outcome: 1})


@needed
def test_pipelines_without_strict_mode(story: Story) -> None:
    """Pipelines answers 200 there, whatever the key and the payload: the errors are skipped, and the summary says that no
    error was replayed. The real fault is the 200 itself."""
    story.file("conftest.py", "import analytics\n\nanalytics.join()\n")
    source = """
        import pytest
        from customerio.analytics import Client

        @pytest.mark.cio_errors("400-malformed", "401")
        def test_refused():
            Client("0123456789abcdef0123").track("42", "Signed up", {})

        @pytest.mark.cio_errors("200-dropped")
        def test_dropped():
            Client("0123456789abcdef0123").track("42", "Signed up", {})
    """
    result = story.run(source, "-rs")
    result.assert_outcomes(skipped=4, failed=1)
    takes = "takes the header X-Strict-Mode: 1 (without it Pipelines answers 200 and drops the payload: 200-dropped)"
    where = "does not apply to what the test sends (pipelines.batch)"
    cases = "400-malformed, 401-unauthorized and 2 more"
    assert f"SKIPPED [4] test_app.py:5: {cases}: {where}: it {takes}" in short_summary(result)
    assert (
        "no error was replayed to these tests, every case of their mark was skipped (fails with --cio-strict):\n"
        f"  test_app.py::test_refused: 400-malformed {takes} (and 3 more cases)\n"
    ) in closing(result)


@pytest.mark.parametrize(("options", "code"), [((), 0), (("--cio-strict",), 1), (("--cio-strict", "-k", "event"), 0)])
def test_a_test_to_which_nothing_applied_fails_a_strict_run(story: Story, options: tuple[str, ...], code: int) -> None:
    """It is no failure of the test. A run of selected tests is not judged by it."""
    result = story.run(
        """
        import crm
        import pytest

        @pytest.mark.cio_errors("413")
        def test_event_that_is_none():
            crm.identify("42", plan="basic")
        """,
        *options,
    )
    result.assert_outcomes(skipped=1)
    assert result.ret == code
    shown = "  test_app.py::test_event_that_is_none: none of track.identify draws 413-too-large"
    assert shown in closing(result)


def test_only_what_can_happen_to_the_request(story: Story) -> None:
    """A call without a time, an e-mail address and an id in its body draws none of the errors about these; a later call of
    the test that has one does."""
    result = story.run(
        """
        import crm
        import pytest

        @pytest.mark.cio_errors("400-invalid-timestamp", "400-invalid-email", "400-id-mismatch", "400-malformed")
        def test_identify(cio, cio_error):
            answers = [crm.identify("42", plan="basic"), crm.identify("43", created_at=1764000000)]
            time = cio_error.cassette == "400-invalid-timestamp"
            assert [one.status_code for one in answers] == ([200, 400] if time else [400, 200])
            cio.reported(True)
        """,
        "-rs",
    )
    result.assert_outcomes(passed=2, skipped=2)
    where = "does not apply to what the test sends (track.identify): it takes"
    assert short_summary(result) == [
        f"SKIPPED [1] test_app.py:5: 400-invalid-email: {where} an e-mail address",
        f"SKIPPED [1] test_app.py:5: 400-id-mismatch: {where} an id in the body",
    ]


def test_a_status_by_hand_means_the_first_case_that_applies(story: Story) -> None:
    """The first case of the status that the request can draw is replayed; where none is, the test fails."""
    result = story.run(
        """
        import crm
        import pytest

        @pytest.mark.parametrize(("status", "case"), [("429", "429-rate-limited"), (400, "400-event-name-too-long")])
        def test_event(cio, status, case):
            with cio.replay(status):
                cio.reported(crm.event("42", "purchase").status_code == int(status))
            assert cio.outcome == "reported"

        def test_too_large(cio):
            with cio.replay("413"):
                assert crm.identify("42", plan="basic").ok
                cio.reported(crm.event("42", "purchase").status_code == 413)

        def test_none(cio):
            with cio.replay("207"):
                crm.identify("42", plan="basic")
        """
    )
    result.assert_outcomes(passed=3, failed=1)
    assert failure(result, "test_none") == (
        "cio.replay('207'): does not apply to what the test sends (track.identify)\n"
    )


def test_several_faults_by_one_word(story: Story) -> None:
    """The fault that is replayed, the others, and the mark that runs all stand in a warning, whatever filters there are."""
    result = story.run(
        """
        import crm
        import requests

        def test_network(cio):
            with cio.replay("network", raises=requests.ConnectionError):
                crm.identify("42", plan="basic")
        """,
        "-W",
        "error",
    )
    result.assert_outcomes(passed=1, warnings=1)
    result.stdout.fnmatch_lines(
        [
            "*PytestWarning: cio.replay('network'): a word for 8 faults; accepted-then-reset is replayed."
            ' Say which one is meant (others: *), or run all in a mark: @pytest.mark.cio_errors("network")'
        ]
    )


@pytest.mark.parametrize("options", [(), ("-p", "xdist.plugin", "-n", "1")])
@pytest.mark.parametrize(
    ("call", "said"),
    [
        ('cio.replay("4xx")', "cio.replay('4xx'): '4xx' is no error case (did you mean 400, 401, 403, 404, 413,"),
        ('cio.replay("999")', "cio.replay('999'): '999' is no error case; accepted: an id such as 429-rate-limited, a"),
        ('cio.replay("429", times=0)', "cio.replay('429'): times=0; accepted: 1 or more, or None for ever"),
    ],
)
def test_a_wrong_name_by_hand_is_a_usage_error(story: Story, call: str, said: str, options: tuple[str, ...]) -> None:
    """The test fails at its line, and the run ends with the exit code of a usage error, over pytest-xdist too."""
    result = story.run(f"def test_wrong(cio):\n    {call}\n\ndef test_right():\n    pass\n", *options)
    result.assert_outcomes(failed=1, passed=1)
    assert usage_error(result).startswith(said)
