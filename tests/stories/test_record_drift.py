"""Recordings are compared with what their tests send today; faults are recorded; older recordings are migrated."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from commands import command

from tests.stories.conftest import closing, failure, usage_error

if TYPE_CHECKING:
    from tests.stories.conftest import Story

TEST = """
import crm

def test_sign_up():
    crm.identify("usr-4711", plan="gold", score=7)
    crm.event("usr-4711", "signed up")

def test_other():
    crm.identify("usr-4711", vip=True)
"""
FILE = "cassettes/recorded/test_app/test_sign_up.yaml"
CHANGED = (
    TEST.replace("score=7", 'score="7", tier="x"')
    .replace('    crm.event("usr-4711", "signed up")\n', "")
    .replace("vip=True)", "vip=False)\n    crm.event('1', 'left')")
)
DRIFT = """
requests that differ from the recording of their test (they fail with --cio-strict; record anew: pytest --cio-record):
  test_app.py::test_sign_up
    track.identify: $.score: a number recorded, a text sent; $.tier sent, not recorded
    track.event: recorded, not sent
  test_app.py::test_other
    track.identify: $.vip: true recorded, false sent
    track.event: sent, not recorded
"""


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable of the environment names a target or a key."""
    for name in [name for name in os.environ if name.startswith(("CUSTOMERIO_", "CIO_SANDBOX"))]:
        monkeypatch.delenv(name)


def test_what_is_sent_differs(story: Story) -> None:
    """A difference is told at the end of the run, which passes; with --cio-strict it fails."""
    story.run(TEST, "--cio-record").assert_outcomes(passed=2)
    result = story.again("--cio-contract", "--cio-strict")
    assert result.ret == 0
    assert "differ" not in closing(result)
    result = story.run(CHANGED, "--cio-contract")
    assert result.ret == 0
    assert DRIFT in closing(result)
    result = story.again("--cio-strict")
    result.assert_outcomes(passed=2)
    assert result.ret == 1
    assert DRIFT.replace("fail with --cio-strict", "fail") in closing(result)
    story.again("--cio-record").assert_outcomes(passed=2)
    assert story.again("--cio-strict").ret == 0


def test_over_workers(story: Story) -> None:
    """With pytest-xdist the differences of all workers are told, and fail the run with --cio-strict."""
    pytest.importorskip("xdist")
    story.run(TEST, "--cio-record")
    result = story.run(CHANGED, "--cio-strict", "-p", "xdist.plugin", "-n", "2")
    result.assert_outcomes(passed=2)
    assert result.ret == 1
    assert "    track.identify: $.vip: true recorded, false sent\n" in closing(result)
    assert "    track.event: recorded, not sent\n" in closing(result)


def test_requests_of_a_fixture(story: Story) -> None:
    """What a fixture sends when the test is over belongs to the recording, and is no difference."""
    story.run(
        """
        import crm
        import pytest

        @pytest.fixture
        def person():
            crm.identify("usr-1", plan="x")
            yield "usr-1"
            crm.event("usr-1", "left")

        def test_one(person):
            crm.event(person, "came")
        """,
        "--cio-record",
    ).assert_outcomes(passed=1)
    result = story.again("--cio-strict")
    assert (result.ret, "differ" in closing(result)) == (0, False)


def test_a_test_that_failed_is_not_compared(story: Story) -> None:
    """A test that failed or was skipped may not have sent everything."""
    story.run(TEST, "--cio-record")
    stop = TEST.replace("test_sign_up():", "test_sign_up():\n    assert 0").replace(
        "test_other():", "test_other():\n    import pytest; pytest.skip()"
    )
    result = story.run(stop, "--cio-strict")
    result.assert_outcomes(failed=1, skipped=1)
    assert "differ" not in closing(result)


def test_a_test_that_sends_nothing_any_more(story: Story) -> None:
    """A recording that nothing was asked for fails with --cio-strict too."""
    story.run(TEST, "--cio-record")
    result = story.run("def test_sign_up(): pass", "--cio-strict", "-k", "sign_up")
    assert result.ret == 1
    assert "  test_app.py::test_sign_up\n    track.identify: recorded, not sent\n    track.event: recorded" in closing(
        result
    )


def test_an_edit_is_told(story: Story) -> None:
    """A recording that was edited is played, and named at the end of the run."""
    story.run(TEST, "--cio-record")
    path = story.path / FILE
    path.write_text(path.read_text().replace('"code": 200', '"code": 202'))
    result = story.again("--cio-strict")
    result.assert_outcomes(passed=2)
    assert result.ret == 0
    assert f"\nrecordings that were edited since they were recorded:\n  {FILE}\n\n" in closing(result)


def test_faults_are_recorded_and_replayed(story: Story) -> None:
    """A request that is reset while it is recorded is recorded so: its retry succeeds, then and in each later run."""
    story.file("conftest.py", """
        import pytest
        from pytest_customerio.tools.record import new_recordings
        from pytest_customerio.tools.sending import UnreachableError

        @pytest.fixture(autouse=True)
        def flaky(monkeypatch):
            faults, ask = ["read-timeout", "connection-reset"], new_recordings.Target.ask

            def failing(self, *args):
                if faults:
                    raise UnreachableError("gone", faults.pop())
                return ask(self, *args)

            monkeypatch.setattr(new_recordings.Target, "ask", failing)
        """)  # fmt: skip
    story.run(
        """
        import crm
        import httpx
        import pytest
        import requests

        def test_sign_up():
            for error in (requests.ConnectionError, requests.ReadTimeout):
                with pytest.raises(error):
                    crm.identify("usr-1", plan="x")
            assert crm.identify("usr-1", plan="x").status_code == 200
        """,
        "--cio-record",
    ).assert_outcomes(passed=1)
    text = (story.path / FILE).read_text()
    assert [one.get("fault") for one in responses(text)] == ["connection-reset", "read-timeout", None]
    (story.path / "conftest.py").unlink()
    result = story.again("--cio-strict")
    assert (result.ret, "differ" in closing(result)) == (0, False)


def responses(text: str) -> list[dict[str, object]]:
    return [json.loads(line[2:])["response"] for line in text.splitlines() if line.startswith("- ")]


OLD = """\
# Recorded by `pytest --cio-record`, which writes it anew.
version: 1
metadata:
  source: "recorded"
  request: "test_app.py::test_other"
interactions:
- {"request": {"method": "PUT", "uri": "https://track.customer.io/api/v1/customers/id-1", "body": "{\\"vip\\":true}", \
"headers": {"Content-Type": ["application/json"]}}, "response": {"status": {"code": 200, "message": "OK"}, \
"headers": {}, "body": {"string": "{}"}, "match": {"key": "former", "names": ["id-1"], "of": 1}}}
"""


def test_a_recording_of_a_former_release(story: Story) -> None:
    """It is played where it lies, and named with the command that migrates it; after that it is like any other."""
    story.file("cassettes/test_app/test_other.yaml", OLD)
    result = story.run(TEST.replace("test_sign_up", "no_test"), "--cio-strict")
    assert result.ret == 0
    assert (
        "\nrecordings in an older form (python -m pytest_customerio record --migrate):\n"
        "  cassettes/test_app/test_other.yaml\n\n"
    ) in closing(result)
    done = command("-m", "pytest_customerio", "record", "--migrate", cwd=story.path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "  cassettes/test_app/test_other.yaml -> cassettes/recorded/test_app/test_other.yaml\n"
        "1 of 1 older recordings written in today's form\n"
    )
    assert [path.name for path in Path(story.path, "cassettes").iterdir()] == ["recorded"]
    result = story.again("--cio-strict")
    assert (result.ret, "recordings" in closing(result)) == (0, False)


def test_a_form_of_a_newer_release(story: Story) -> None:
    """A recording that only a newer release reads fails its test, and says so."""
    story.run(TEST, "--cio-record")
    path = story.path / FILE
    path.write_text(path.read_text().replace("form: 2", "form: 3"))
    result = story.again("--cio-contract")
    result.assert_outcomes(passed=1, failed=1)
    assert "form 3 of recordings is not known; accepted: 1 to 2. A newer pytest-customerio may read it" in failure(
        result, "test_sign_up"
    )


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        ("{born: 2026-01-01}", "a value of the type date cannot be read; quote it"),
        ("!!timestamp 2026-13-45", "not YAML: month must be in 1..12"),
        ("!!bool x", "not YAML: 'x'"),
    ],
)
def test_types_of_yaml(story: Story, body: str, cause: str) -> None:
    """A value that no cassette has is a usage error with file and line."""
    story.file("pytest.ini", "[pytest]\ncio_cassettes = own\n")
    path = story.file("own/track/503-mine.yaml", f"""\
        metadata: {{source: recorded}}
        interactions:
        - request: {{method: PUT, uri: "https://track.customer.io/api/v1/customers/4", headers: {{}}, body: {body}}}
          response: {{status: {{code: 503, message: Error}}, headers: {{}}, body: {{string: ""}}}}
        """)  # fmt: skip
    assert usage_error(story.run(TEST, "--cio-contract")) == f"{path}:3: {cause}"
