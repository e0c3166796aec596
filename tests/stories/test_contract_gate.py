"""`pytest --cio-contract` on a project: a test that sends a broken payload fails, and the message says why."""

from __future__ import annotations

import re
import textwrap

import pytest

from tests.stories.conftest import Story, closing, failure, short_summary, table

MILLISECONDS = """\
track.event $.name: expected 1 to 100 bytes, got 134 bytes (and 1 more)

  where         expected                   got
  $.name        1 to 100 bytes             134 bytes
  $.timestamp   unix seconds (10 digits)   1764000000000, milliseconds: divide by 1000

would draw   400 event name cannot be longer than 100 bytes   (observed)
             400 timestamp must be a valid unix timestamp   (documented)
request      POST https://track.customer.io/api/v1/customers/…/events
sent from    crm.py:18 in event
contract     python -m pytest_customerio explain event-name-too-long
docs         https://docs.customer.io/integrations/api/track/tag/track-events/track/
what to do   cut by UTF-8 bytes, not characters
             int(time.time()), never time.time() * 1000
on purpose?  @pytest.mark.cio_allow("event-name-too-long", reason="…")
             @pytest.mark.cio_allow("timestamp-milliseconds", reason="…")
"""
LONG_NAME = """\
track.event $.name: expected 1 to 100 bytes, got 134 bytes

  where    expected         got
  $.name   1 to 100 bytes   134 bytes

would draw   400 event name cannot be longer than 100 bytes   (observed)
request      POST https://track.customer.io/api/v1/customers/…/events
sent from    crm.py:18 in event
contract     python -m pytest_customerio explain event-name-too-long
docs         https://docs.customer.io/integrations/api/track/tag/track-events/track/
what to do   cut by UTF-8 bytes, not characters
on purpose?  @pytest.mark.cio_allow("event-name-too-long", reason="…")
"""
# A module with every way in which a test can meet a broken payload.
PHASES = """
import crm
import pytest

def send():
    crm.event("42", "x" * 134)

@pytest.fixture
def sends_in_setup():
    send()

@pytest.fixture
def sends_then_breaks():
    send()
    raise LookupError("no such shop")

@pytest.fixture
def sends_in_teardown():
    yield
    send()

@pytest.fixture
def sends_then_breaks_in_teardown():
    yield
    send()
    raise LookupError("no such shop")

def test_own_reason():
    send()
    assert 1 == 2

def test_setup(sends_in_setup):
    pass

def test_broken_setup(sends_then_breaks):
    pass

def test_teardown(sends_in_teardown):
    pass

def test_broken_teardown(sends_then_breaks_in_teardown):
    pass

def test_both(sends_in_teardown):
    send()

def test_skips_itself():
    send()
    pytest.skip("not today")

@pytest.mark.xfail(strict=True)
def test_expected():
    send()

@pytest.mark.xfail(raises=LookupError)
def test_expected_otherwise():
    send()

@pytest.mark.skip
def test_skipped():
    send()
"""

# Tests that are no Python functions.
ITEMS = """
import pytest

def pytest_collect_file(file_path, parent):
    if file_path.suffix == ".shop":
        return Shop.from_parent(parent, path=file_path)

class Shop(pytest.File):
    def collect(self):
        yield Line.from_parent(self, name="line")

class Line(pytest.Item):
    def runtest(self):
        import crm
        exec(self.path.read_text(), {"crm": crm})
"""


def test_a_good_suite_is_green_and_nothing_leaves(story: Story) -> None:
    """A valid payload passes and gets the documented answer."""
    result = story.run(
        """
        import crm

        def test_signup():
            response = crm.identify("42", email="jane@example.com", plan="basic")
            assert response.status_code == 200
            assert response.json() == {}
        """,
        "--cio-contract",
    )
    result.assert_outcomes(passed=1)
    head, row, *rest = closing(result).splitlines()
    assert re.fullmatch(r"operation       contract  400  401 .*  network", head)
    assert re.fullmatch(r"track\.identify  ok        -    -  [ -]*-", row)
    assert rest == [
        "",
        "- not tried",
        "looked at: 1 request in 1 test",
        "",
        "met no error: 1 of 1 call site",
        "  track.identify at crm.py:13 in identify",
        "    mark test_app.py::test_signup: @pytest.mark.cio_errors",
        "",
        "next: no error was replayed to track.identify: mark a test that sends it @pytest.mark.cio_errors",
    ]


def test_milliseconds_are_one_red_test_with_the_whole_message(story: Story) -> None:
    """The message says where, expected, got, call site and the mark that allows it. Its headline stands in the short
    summary."""
    result = story.run(
        """
        import crm

        def test_purchase():
            crm.event("42", "x" * 134, timestamp=1764000000000)
        """,
        "--cio-contract",
    )
    result.assert_outcomes(failed=1)
    assert failure(result, "test_purchase") == MILLISECONDS
    assert short_summary(result) == ["FAILED test_app.py::test_purchase - Failed: track.event $.name: expected 1 to..."]
    assert table(result)["track.event"]["contract"] == "FAIL"
    assert closing(result).endswith("\n\nnext: pytest --cio-contract --lf\n")


def test_every_request_that_broke_has_its_block(story: Story) -> None:
    """A test fails once for all its requests: one block for each request, equal violations with a count, and at most
    five blocks."""
    result = story.run(
        """
        import crm

        def test_two_kinds():
            crm.event("42", "x" * 134)
            crm.event("42", "x" * 135)
            crm.identify("42", plan="y" * 1200)

        def test_many():
            for number in range(8):
                crm.identify(str(number), **{f"plan_{number}": "y" * 1200})

        def test_more_than_is_kept():
            crm.identify("42", **{f"plan_{number}": "y" * 1200 for number in range(60)})
        """,
        "--cio-contract",
    )
    result.assert_outcomes(failed=3)
    first = failure(result, "test_more_than_is_kept").splitlines()[0]
    assert first == "track.identify $.plan_0: expected at most 1000 bytes, got 1200 bytes (and over 49 more)"
    text = failure(result, "test_two_kinds")
    assert text.startswith("track.event $.name: expected 1 to 100 bytes, got 134 bytes (and 1 more)\n")
    assert "  $.name   1 to 100 bytes   134 bytes (×2)\n" in text
    assert "\n\ntrack.identify $.plan: expected at most 1000 bytes, got 1200 bytes\n" in text
    many = failure(result, "test_many")
    assert many.count("request  ") == 5
    assert many.endswith("\n\n(and 3 more requests)\n")


def test_each_phase_keeps_its_own_reason(story: Story) -> None:
    """A test that fails for a reason of its own shows that reason, and our text in it. Otherwise it fails once,
    in the phase that sent the payload."""
    result = story.run(PHASES, "--cio-contract")
    result.assert_outcomes(failed=5, errors=3, passed=2, skipped=1, xfailed=1)
    assert [line.partition(" - ")[0] for line in short_summary(result) if line.startswith(("FAILED", "ERROR"))] == [
        "FAILED test_app.py::test_own_reason",
        "FAILED test_app.py::test_setup",
        "FAILED test_app.py::test_both",
        "FAILED test_app.py::test_skips_itself",
        "FAILED test_app.py::test_expected_otherwise",
        "ERROR test_app.py::test_broken_setup",
        "ERROR test_app.py::test_teardown",
        "ERROR test_app.py::test_broken_teardown",
    ]
    for ours in ("test_setup", "test_both", "test_skips_itself", "ERROR at teardown of test_teardown"):
        assert failure(result, ours) == LONG_NAME
    text = result.stdout.str()
    assert text.count("-- customer.io --") == 3
    assert text.count(LONG_NAME) == 8
    assert text.count("LookupError: no such shop\n") == 2 + 2
    assert "assert 1 == 2" in failure(result, "test_own_reason")


def test_without_the_option_nothing_is_checked_and_nothing_said(story: Story) -> None:
    """Without the option there is no section, and the user's mock answers as before."""
    result = story.run(
        """
        import sys
        import crm
        import responses

        @responses.activate
        def test_purchase():
            responses.post(f"{crm.BASE}/customers/42/events", json={})
            crm.event("42", "x" * 134)
        """
    )
    result.assert_outcomes(passed=1)
    assert closing(result) == ""
    assert "customer.io" not in result.stdout.str()


@pytest.mark.parametrize(
    "place",
    [
        "@pytest.mark.cio_contract\ndef test_purchase():\n    crm.event('42', 'x' * 134)\n",
        "@pytest.mark.cio_contract\nclass TestShop:\n    def test_buy(self):\n        crm.event('42', 'x' * 134)\n",
        "pytestmark = pytest.mark.cio_contract\n\ndef test_purchase():\n    crm.event('42', 'x' * 134)\n",
        "def test_purchase(cio):\n    crm.event('42', 'x' * 134)\n",
    ],
    ids=["test", "class", "module", "fixture"],
)
def test_the_mark_checks_without_the_option(story: Story, place: str) -> None:
    """A mark on a test, class or module, and a fixture of ours, each activate the check."""
    result = story.run(f"import crm\nimport pytest\n\n{place}")
    result.assert_outcomes(failed=1)
    assert LONG_NAME in result.stdout.str()


def test_the_ini_checks_every_test(story: Story) -> None:
    """`cio_contract = true` has the effect of the option."""
    story.file("pytest.ini", "[pytest]\ncio_contract = true\n")
    result = story.run("import crm\n\ndef test_purchase():\n    crm.event('42', 'x' * 134)\n")
    result.assert_outcomes(failed=1)
    assert failure(result, "test_purchase") == LONG_NAME


def test_a_test_that_is_not_marked_is_left_alone_but_nothing_leaves(story: Story) -> None:
    """An unmarked test beside a marked one is not judged, and its request is refused before a socket opens."""
    result = story.run(
        """
        import crm
        import pytest

        @pytest.mark.cio_contract
        def test_marked():
            assert crm.identify("42", plan="basic").status_code == 200

        def test_unmarked():
            crm.event("42", "x" * 134)
        """
    )
    result.assert_outcomes(passed=1, failed=1)
    text = result.stdout.str()
    assert "RefusedError: POST https://track.customer.io/api/v1/customers/…/events: refused" in text
    assert "to have it answered     run `pytest --cio-contract`, or mark the test: @pytest.mark.cio_contract" in text
    assert "1 to 100 bytes" not in text


def test_warnings_are_shown_and_fail_only_with_strict(story: Story) -> None:
    """A warning does not fail a test unless --cio-strict is given. Equal warnings are shown once with their number."""
    module = """
        import crm

        def test_purchase():
            crm.event("42", "purchase", timestamp="1764000000")

        def test_again():
            crm.event("43", "purchase", timestamp="1764000000")
        """
    result = story.run(module, "--cio-contract")
    result.assert_outcomes(passed=2)
    warning = closing(result).partition("warnings (they fail with --cio-strict):\n")[2].splitlines()[0]
    assert warning == (
        "  track.event $.timestamp: expected unix seconds (10 digits), got digits in a string"
        " [timestamp-not-integer] at crm.py:18 in event (×2)"
    )
    strict = story.run(module, "--cio-strict")  # implies --cio-contract
    strict.assert_outcomes(failed=2)
    assert "warnings (" not in closing(strict)
    assert table(strict)["track.event"]["contract"] == "FAIL"


def test_a_declared_region_is_checked(story: Story) -> None:
    """With `cio_region = eu` a request to the US host is a violation, one to the EU host is none."""
    story.file("pytest.ini", "[pytest]\ncio_contract = true\ncio_region = eu\n")
    result = story.run(
        """
        import crm
        import pytest

        @pytest.mark.parametrize("host", ["track", "track-eu"])
        def test_signup(host, monkeypatch):
            monkeypatch.setattr(crm, "BASE", f"https://{host}.customer.io/api/v1")
            crm.identify("42", plan="basic")
        """
    )
    result.assert_outcomes(passed=1, failed=1)
    assert short_summary(result)[0].startswith(
        "FAILED test_app.py::test_signup[track] - Failed: track.identify url: expected"
    )


def test_a_proxy_of_their_own_leads_to_customerio(story: Story) -> None:
    """With `cio_hosts`, a request through the proxy is heard, judged and answered like any other."""
    story.file("pytest.ini", "[pytest]\ncio_contract = true\ncio_hosts = https://proxy.example/cio\n")
    result = story.run(
        """
        import crm

        def test_purchase(monkeypatch):
            monkeypatch.setattr(crm, "BASE", "https://proxy.example/cio/api/v1")
            assert crm.identify("42", plan="basic").status_code == 200
            crm.event("42", "x" * 134)
        """
    )
    result.assert_outcomes(failed=1)
    text = failure(result, "test_purchase")
    assert text.startswith("track.event $.name: expected 1 to 100 bytes, got 134 bytes\n")
    assert "\nrequest      POST https://proxy.example/cio/api/v1/customers/…/events\n" in text


def test_a_contract_of_their_own_adds_to_ours(story: Story) -> None:
    """With `cio_schemas`, a payload is judged by the team's schema in addition to ours."""
    story.file("contracts/track/identify.json", '{"type": "object", "required": ["plan"]}')
    story.file("pytest.ini", "[pytest]\ncio_contract = true\ncio_schemas = contracts\n")
    result = story.run(
        """
        import crm

        def test_signup():
            crm.identify("42", email="not an address")

        def test_good():
            crm.identify("42", plan="basic")
        """
    )
    result.assert_outcomes(passed=1, failed=1)
    text = failure(result, "test_signup")
    assert "  $.plan " in text
    assert '@pytest.mark.cio_allow("own-contract", reason="…")' in text


def test_a_test_that_runs_again_begins_anew(story: Story) -> None:
    """A plugin that reruns a failed test gets the same failure each time: what was reported once is reported again."""
    story.file(
        "conftest.py",
        """
        import pytest
        from _pytest.runner import runtestprotocol

        @pytest.hookimpl(tryfirst=True)
        def pytest_runtest_protocol(item, nextitem):
            for _ in range(2):
                reports = runtestprotocol(item, nextitem=nextitem, log=False)
            for report in reports:
                item.ihook.pytest_runtest_logreport(report=report)
            return True
        """,
    )
    result = story.run("import crm\n\ndef test_purchase():\n    crm.event('42', 'x' * 134)\n", "--cio-contract")
    result.assert_outcomes(failed=1)
    assert failure(result, "test_purchase") == LONG_NAME


def test_a_fixture_of_theirs_with_our_name_is_theirs(story: Story) -> None:
    """A project may have a fixture of its own named `cio`: it does not activate the check, unless it uses ours."""
    story.file(
        "conftest.py",
        """
        import crm
        import pytest

        @pytest.fixture
        def cio():
            return crm

        @pytest.fixture
        def cio_responses(cio_responses):
            return cio_responses
        """,
    )
    result = story.run(
        """
        import responses

        @responses.activate
        def test_theirs(cio):
            responses.post(f"{cio.BASE}/customers/42/events", json={})
            cio.event("42", "x" * 134)

        def test_ours(cio_responses, cio):
            cio.event("42", "x" * 134)
        """
    )
    result.assert_outcomes(passed=1, failed=1)
    assert failure(result, "test_ours") == LONG_NAME


def test_other_kinds_of_items(story: Story) -> None:
    """A doctest, and an item of another plugin, are judged like a test function."""
    story.file("conftest.py", ITEMS)
    story.file("notes.shop", "crm.event('42', 'x' * 134)")
    story.file("shop.py", '"""\n>>> import crm\n>>> crm.event("42", "x" * 134).status_code\n200\n"""\n')
    result = story.run("def test_good():\n    pass\n", "--cio-contract", "--doctest-modules")
    result.assert_outcomes(passed=1, failed=2)
    assert result.stdout.str().count(LONG_NAME) == 2


def test_answers_of_their_own_replace_ours(story: Story) -> None:
    """With `cio_cassettes`, the project's success answer replaces ours, and its error case is added."""
    request = """\
        - request:
            method: PUT
            uri: https://track.customer.io/api/v1/customers/42
            headers: {Content-Type: [application/json]}
            body: '{"plan": "basic"}'
        """
    about = "version: 1\nmetadata: {source: recorded, evidence: [], date: 2026-01-02, environment: staging}\n"
    answer = "  response:\n    status: {code: %s, message: %s}\n    headers: {}\n    body: {string: '%s'}\n"
    interactions = "interactions:\n" + textwrap.dedent(request)
    story.file("answers/track/200-ok.yaml", about + interactions + answer % (200, "OK", '{"ours": true}'))
    case = about.replace("staging", "staging, cause: the shop is closed, todo: open it")
    story.file("answers/track/423-closed.yaml", case + interactions + answer % (423, "Locked", "closed"))
    story.file("pytest.ini", "[pytest]\ncio_contract = true\ncio_cassettes = answers\n")
    result = story.run(
        """
        import crm
        import pytest

        def test_success():
            assert crm.identify("42", plan="basic").json() == {"ours": True}
            assert crm.event("42", "purchase").json() == {}

        @pytest.mark.cio_errors("423-closed")
        def test_case(cio_error):
            assert cio_error.cause == "the shop is closed"
            crm.identify("42", plan="basic")
        """
    )
    result.assert_outcomes(passed=1, failed=1)
    text = failure(result, "test_case[423-closed]")
    assert text.startswith("track.identify 423-closed: lost, 1 attempt\n")
    assert "answer       423 Locked (recorded)\n" in text
    assert "what to do   open it\n" in text


def test_a_plugin_that_runs_items_its_own_way(story: Story) -> None:
    """Given a plugin that runs items without a setup phase, nothing is judged and nothing fails."""
    story.file(
        "conftest.py",
        ITEMS
        + textwrap.dedent(
            """
            @pytest.hookimpl(tryfirst=True)
            def pytest_runtest_protocol(item, nextitem):
                item.ihook.pytest_runtest_call(item=item)
                item.ihook.pytest_runtest_teardown(item=item, nextitem=nextitem)
                print("ran", item.name)
                return True
            """
        ),
    )
    story.file("notes.shop", "pass")
    result = story.run("", "--cio-contract", "-s", "-p", "no:logging")
    assert "ran line" in result.outlines
    assert "INTERNALERROR" not in result.stdout.str()


def test_the_short_summary_is_short_on_ci_too(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    """With CI set, pytest shows whole messages in its short summary; of our messages only the headline stands there."""
    monkeypatch.setenv("CI", "true")
    test = (
        "import crm\n\ndef test_purchase():\n    crm.event('42', 'x' * 134)\n\ndef test_own():\n    assert 0, 'a\\nb'\n"
    )
    assert short_summary(story.run(test, "--cio-contract")) == [
        "FAILED test_app.py::test_purchase - Failed: track.event $.name: expected 1 to 100 bytes, got 134 bytes",
        "FAILED test_app.py::test_own - AssertionError: a",
        "  b",
        "assert 0",
    ]
