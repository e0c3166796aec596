"""Credentials and addresses may not show in any checked test, and what tests write themselves is no leak."""

from __future__ import annotations

from conftest import Story, failure

SHOP = """
import logging

import crm

log = logging.getLogger(__name__)


def signup(email):
    log.warning("signup %s with %s", email, crm.AUTH[1])
    crm.identify(42, email=email)


def quiet(email):
    log.warning("signup of 42")
    print("signup of 42")
    crm.identify(42, email=email)


class NotFound(Exception):
    pass


def find(email):
    crm.identify(42, email=email)
    raise NotFound(f"no {email}")
"""


def test_a_leak_beside_a_success(story: Story) -> None:
    """A log record with a credential and an address fails the test, and names its line."""
    story.file("shop.py", SHOP)
    result = story.run(
        """
        import shop

        def test_it():
            shop.signup("ada@example.com")
        """,
        "--cio-contract",
    )
    assert failure(result, "test_it") == (
        "track.identify log of shop: expected no credential, got Authorization, written at shop.py:10 in signup"
        " (and 1 more)\n"
        "\n"
        "  where         expected           got\n"
        "  log of shop   no credential      Authorization, written at shop.py:10 in signup\n"
        "  log of shop   no personal data   e-mail or phone, written at shop.py:10 in signup\n"
        "\n"
        "request      PUT https://track.customer.io/api/v1/customers/…\n"
        "sent from    crm.py:13 in identify\n"
        "contract     python -m pytest_customerio explain secret-leak\n"
        "docs         https://docs.customer.io/integrations/api/track/tag/track-customers/identify/\n"
        "what to do   log the operation and the status, never headers or credentials\n"
        "             log the operation, the status and your own id of the person; never a payload, nor str(error) of\n"
        '             the official SDK, which holds it: log.warning("identify %s failed: %s", id,\n'
        "             type(error).__name__)\n"
        'on purpose?  @pytest.mark.cio_allow("secret-leak", reason="…")\n'
        '             @pytest.mark.cio_allow("pii-leak", reason="…")\n'
    )


def test_each_phase_is_looked_at(story: Story) -> None:
    """A leak in setup or teardown fails the test that sends there."""
    story.file("shop.py", SHOP)
    result = story.run(
        """
        import pytest
        import shop

        @pytest.fixture
        def before():
            shop.signup("ada@example.com")

        @pytest.fixture
        def after():
            yield
            shop.signup("ada@example.com")

        def test_before(before): pass

        def test_after(after): pass
        """,
        "--cio-contract",
    )
    result.assert_outcomes(failed=1, passed=1, errors=1)


def test_what_tests_write_is_no_leak(story: Story) -> None:
    """Tests, fixtures and helpers of tests may print what they like; libraries debug themselves; errors are expected."""
    story.file("shop.py", SHOP)
    story.file("tests/factories.py", 'def make():\n    print("made ada@example.com")\n    return "ada@example.com"\n')
    result = story.run(
        """
        import base64
        import http.client
        import json
        import logging
        import sys

        import crm
        import pytest
        import shop

        sys.path.append("tests")
        from factories import make

        log = logging.getLogger("tests")

        def helper(email):
            log.warning("helping %s", email)
            return email

        @pytest.fixture
        def email():
            print("using ada@example.com", crm.AUTH)
            return "ada@example.com"

        def test_itself(email):
            log.warning("test of %s", email)
            print(email)
            shop.quiet(email)
            print(email)

        def test_helpers(capsys):
            shop.quiet(helper(make()))
            assert "signup of 42" in capsys.readouterr().out

        def test_libraries(caplog):
            caplog.set_level(logging.DEBUG)
            crm.identify("ada@example.com")
            connection = http.client.HTTPSConnection("track.customer.io", timeout=5)
            connection.set_debuglevel(1)
            headers = {"authorization": "Basic " + base64.b64encode(b"site-1234:track-key-1234").decode()}
            body = json.dumps({"email": "ada@example.com"})
            headers["content-type"] = "application/json"
            connection.request("PUT", "/api/v1/customers/42", body, headers)
            assert connection.getresponse().status == 200

        def test_expected(email):
            with pytest.raises(shop.NotFound, match=email):
                shop.find(email)
        """,
        "--cio-contract",
        "--cio-strict",
    )
    result.assert_outcomes(passed=4)


def test_an_assertion_may_name_an_address(story: Story) -> None:
    """It is how the test fails; the text says besides what the plugin answered."""
    story.file("shop.py", SHOP)
    result = story.run(
        """
        import shop

        def test_it():
            shop.quiet("ada@example.com")
            assert 0, "ada@example.com"

        def test_that_sends_nothing():
            assert 0
        """,
        "--cio-contract",
    )
    text = result.stdout.str()
    assert "pii-leak" not in text
    assert text.count("pytest-customerio answered in this test, because no mock of its own did:") == 1
    assert "  track.identify   200 OK   the success on file   crm.py:13 in identify\n" in text
