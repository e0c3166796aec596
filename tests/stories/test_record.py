"""`--cio-record` records a suite's own requests, one file for each test; later runs answer from these recordings."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import analytics
import pytest
import yaml
from commands import environment

from pytest_customerio.cassettes import writer
from pytest_customerio.tools.target import OWN, URL, WORKSPACE
from tests.stories.conftest import closing, short_summary, usage_error

if TYPE_CHECKING:
    from tests.stories.conftest import Story

# A service that reads back what it wrote with the official SDK: it works only with a server that stores data.
SERVICE = """
import os
import time

import requests
from customerio import APIClient, CustomerIO, SendEmailRequest

track = CustomerIO("5f2a9c81d37be604", "9d1c7e5b3a2f48606c4e")
app = APIClient("0123456789abcdef0123456789abcdef")


def welcome(person, email):
    track.identify(id=person, email=email, plan="gold", created_at=int(time.time()))
    track.track(person, "signed up", {"source": "a friend of Jane Doe"})
    request = SendEmailRequest(
        to=email, transactional_message_id="welcome", identifiers={"id": person}, message_data={"name": "Jane"})
    return app.send_email(request)["delivery_id"]


def attributes(person):
    headers = {"Authorization": "Bearer 0123456789abcdef0123456789abcdef"}
    return requests.get(f"https://api.customer.io/v1/customers/{person}/attributes", headers=headers, timeout=5)
"""
SIGN_UP = """
import os
import service

def test_sign_up():
    person = "usr-4711"
    assert service.welcome(person, "jane.doe@corp.org")
    found = service.attributes(person).json()["customer"]["attributes"]
    assert (found["email"], found["plan"]) == ("jane.doe@corp.org", "gold")

def test_nothing():
    pass
"""
PERSONAL = ("jane", "corp.org", "4711", "gold", "5f2a9c81d37be604", "9d1c7e5b3a2f48606c4e", "0123456789abcdef")


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable of the environment names a target or a key."""
    for name in [name for name in os.environ if name.startswith(("CUSTOMERIO_", "CIO_SANDBOX"))]:
        monkeypatch.delenv(name)


def recording(story: Story, name: str = "test_app/test_sign_up.yaml") -> Any:
    return yaml.safe_load((story.path / "cassettes" / "recorded" / name).read_text(encoding="utf-8"))


def recordings(story: Story) -> list[str]:
    return sorted(
        path.relative_to(story.path).as_posix() for path in (story.path / "cassettes").rglob("*") if path.is_file()
    )


@contextmanager
def sandbox(story: Story) -> Iterator[str]:
    """A sandbox in a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest_customerio", "sandbox", "--port", "0"],
        stdout=subprocess.PIPE, text=True, env=environment() | {"PYTHONUNBUFFERED": "1"}, cwd=story.path,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        yield next(word for word in process.stdout.readline().split() if word.startswith("http://"))
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(10)
        if process.stdout is not None:
            process.stdout.close()


def test_recorded_then_played(story: Story) -> None:
    """The test passes against the sandbox, and later against its recording. Without a recording it fails."""
    story.file("service.py", SERVICE)
    result = story.run(SIGN_UP, "--cio-contract")
    assert short_summary(result)[0].startswith("FAILED test_app.py::test_sign_up - ")
    result = story.again("--cio-record")
    result.assert_outcomes(passed=2)
    assert "\nrecorded in cassettes/recorded/: 1 test, 4 answers\n" in closing(result)
    assert recordings(story) == ["cassettes/recorded/test_app/test_sign_up.yaml"]
    before = (story.path / "cassettes/recorded/test_app/test_sign_up.yaml").read_bytes()
    result = story.again("--cio-contract")
    result.assert_outcomes(passed=2)
    assert "recorded" not in closing(result)
    assert (story.path / "cassettes/recorded/test_app/test_sign_up.yaml").read_bytes() == before


def test_played_where_only_a_mark_asks(story: Story) -> None:
    """The recording is played in a test that is checked by a mark, too."""
    story.file("service.py", SERVICE)
    story.run(SIGN_UP, "--cio-record").assert_outcomes(passed=2)
    story.run("import pytest\npytestmark = pytest.mark.cio_contract\n" + SIGN_UP).assert_outcomes(passed=2)


def test_what_is_written(story: Story) -> None:
    """The recording is a cassette with source, date and versions. It contains no personal data and no key."""
    story.file("service.py", SERVICE)
    story.run(SIGN_UP, "--cio-record")
    text = (story.path / "cassettes/recorded/test_app/test_sign_up.yaml").read_text(encoding="utf-8")
    found = recording(story)
    without_digest = text.replace(found["metadata"]["digest"], "")  # any digits may stand in it
    assert not [word for word in PERSONAL if word in without_digest.lower()]
    about = found["metadata"]
    assert (about["source"], about["region"]) == ("recorded", "us")
    assert (about["environment"], about["request"]) == (
        "a sandbox of pytest-customerio's own",
        "test_app.py::test_sign_up",
    )
    first, second, third, fourth = (one["request"] for one in found["interactions"])
    assert first["uri"] == "https://track.customer.io/api/v1/customers/id-1"
    assert set(json.loads(first["body"])) == {"email", "plan", "created_at"}
    assert json.loads(second["body"]) == {"name": "signed up", "data": {"source": "text-2"}}
    assert third["headers"] == {"Content-Type": ["application/json"]}
    assert fourth["uri"] == "https://api.customer.io/v1/customers/id-1/attributes"


def test_beside_cassettes_of_ones_own(story: Story) -> None:
    """Recordings and the project's own cassettes may share one folder; a file that is no recording is still checked."""
    story.file("pytest.ini", "[pytest]\ncio_cassettes = cassettes\n")
    (story.path / "cassettes" / "track").mkdir(parents=True)
    story.file("service.py", SERVICE)
    story.run(SIGN_UP, "--cio-record").assert_outcomes(passed=2)
    story.run(SIGN_UP, "--cio-contract").assert_outcomes(passed=2)
    story.file("cassettes/tack/200-ok.yaml", "interactions: []")
    assert "no such surface: 'tack'; did you mean track?" in usage_error(story.again("--cio-contract"))
    (story.path / "cassettes/tack/200-ok.yaml").unlink()
    (story.path / "cassettes/tack/200-ok.yaml").mkdir()
    assert "no such surface: 'tack'; did you mean track?" in usage_error(story.again("--cio-contract"))


def test_what_was_not_recorded_gets_the_success_answer(story: Story) -> None:
    """Another payload, and a request of another kind, get the documented success."""
    story.file("service.py", SERVICE)
    story.run(SIGN_UP, "--cio-record")
    story.run(
        """
        import service

        def test_sign_up(cio):
            service.track.identify(id="usr-1", something="else")
            assert service.attributes("usr-2").json()["customer"]["attributes"]["plan"] != "gold"
            assert [one.status for one in cio.sent] == [200, 200]
        """,
        "--cio-contract",
    ).assert_outcomes(passed=1)


def test_errors_that_payloads_draw_are_recorded(story: Story) -> None:
    """Errors that the sandbox answers are recorded like any other answer, and played in the next run."""
    story.file("service.py", SERVICE)
    text = """
        import pytest
        import requests
        import service

        @pytest.mark.cio_allow("attr-value-too-long", reason="on purpose")
        def test_refused():
            with pytest.raises(Exception, match="400"):
                service.track.identify(id="usr-1", note="x" * 2000)
            assert service.attributes("usr-1").status_code == 404
        """
    story.run(text, "--cio-record").assert_outcomes(passed=1)
    codes = [
        one["response"]["status"]["code"] for one in recording(story, "test_app/test_refused.yaml")["interactions"]
    ]
    assert codes == [400, 404]
    story.again("--cio-contract").assert_outcomes(passed=1)


def test_the_users_own_mocks_answer_first(story: Story) -> None:
    """A request that the user's mock answers is not recorded."""
    story.file("service.py", SERVICE)
    story.run(
        """
        import responses
        import service

        @responses.activate
        def test_mocked():
            responses.get("https://api.customer.io/v1/customers/1/attributes", json={"mine": 1})
            assert service.attributes("1").json() == {"mine": 1}

        def test_half(cio_responses):
            cio_responses.get("https://api.customer.io/v1/customers/1/attributes", json={"mine": 1})
            service.track.identify(id="1", plan="x")
            assert service.attributes("1").json() == {"mine": 1}
        """,
        "--cio-record",
    ).assert_outcomes(passed=2)
    assert recordings(story) == ["cassettes/recorded/test_app/test_half.yaml"]
    assert len(recording(story, "test_app/test_half.yaml")["interactions"]) == 1


def test_an_error_at_work_answers_first_and_is_not_recorded(story: Story) -> None:
    """Neither the answer of a case nor any later answer of the test is recorded."""
    story.file("service.py", SERVICE)
    text = """
        import pytest
        import service

        @pytest.mark.cio_errors("401-unauthorized", raises=Exception)
        @pytest.mark.cio_allow("secret-leak", reason="x")
        @pytest.mark.cio_allow("pii-leak", reason="x")
        def test_error():
            service.track.identify(id="usr-1", plan="x")

        def test_by_hand(cio):
            service.track.identify(id="usr-1", plan="x")
            with pytest.raises(Exception), cio.replay("401-unauthorized"):
                service.track.identify(id="usr-1", plan="x")
            service.track.identify(id="usr-1", plan="x")
        """
    result = story.run(text, "--cio-record")
    result.assert_outcomes(passed=1, failed=1) if "FAILED" in result.stdout.str() else result.assert_outcomes(passed=2)
    found = recordings(story)
    assert not [name for name in found if "test_error" in name]
    for name in found:
        assert len(recording(story, name.removeprefix("cassettes/recorded/"))["interactions"]) == 1


def test_a_test_that_fails_keeps_its_recording(story: Story) -> None:
    """Given a test that fails, the old recording stays unchanged, and the summary says that nothing was recorded."""
    story.file("service.py", SERVICE)
    story.run(SIGN_UP, "--cio-record")
    before = (story.path / "cassettes/recorded/test_app/test_sign_up.yaml").read_bytes()
    result = story.run(SIGN_UP.replace('"gold")', '"silver")'), "--cio-record")
    result.assert_outcomes(passed=1, failed=1)
    assert "\nnot recorded: test_app.py::test_sign_up did not pass\n" in closing(result)
    assert (story.path / "cassettes/recorded/test_app/test_sign_up.yaml").read_bytes() == before


def test_a_contract_that_is_broken_is_not_recorded(story: Story) -> None:
    """A violation fails the test, as with --cio-contract, and nothing is recorded."""
    story.file("service.py", SERVICE)
    result = story.run(
        """
        import service

        def test_late():
            service.track.track("usr-1", "bought", id="no ulid")
        """,
        "--cio-record",
    )
    result.assert_outcomes(failed=1)
    assert "event-id-not-ulid" in result.stdout.str()
    assert recordings(story) == []


def test_over_xdist(story: Story) -> None:
    """Each worker records its own tests, and the summary has the total."""
    pytest.importorskip("xdist")
    story.file("service.py", SERVICE)
    test = """
        import pytest
        import service

        @pytest.mark.parametrize("person", ["ann", "bob/4711", "eve"])
        def test_sign_up(person):
            service.welcome(person, "jane.doe@corp.org")
            assert service.attributes(person.replace("/", "%2F")).json()["customer"]["attributes"]["plan"] == "gold"
        """
    result = story.run(test, "--cio-record", "-p", "xdist", "-n2", subprocess=True)
    result.assert_outcomes(passed=3)
    assert "recorded in cassettes/recorded/: 3 tests, 12 answers" in closing(result)
    assert len(recordings(story)) == 3
    story.again("--cio-contract", "-p", "xdist", "-n2", subprocess=True).assert_outcomes(passed=3)
    story.again("--cio-contract").assert_outcomes(passed=3)


def test_async_clients(story: Story) -> None:
    """Requests of asynchronous clients are recorded and played."""
    story.file("asynchronous.py", """
        import asyncio
        from async_customerio import AsyncCustomerIO, Regions

        async def many():
            async with AsyncCustomerIO("site-1234", "track-key-1234", region=Regions.US) as client:
                await asyncio.gather(*(client.identify(f"usr-{n}", plan="gold", score=n) for n in range(5)))
        """)  # fmt: skip
    text = """
        import asyncio
        import asynchronous

        def test_many():
            asyncio.run(asynchronous.many())
        """
    story.run(text, "--cio-record").assert_outcomes(passed=1)
    assert len(recording(story, "test_app/test_many.yaml")["interactions"]) == 5
    story.again("--cio-contract").assert_outcomes(passed=1)


@analytics.needed
def test_the_analytics_sdk(story: Story) -> None:
    """Requests that the queue of the SDK sends in a thread are recorded for the test."""
    story.file("events.py", """
        from customerio import analytics

        def track():
            client = analytics.Client("pk_us_1234567890", upload_interval=0.01)
            client.track("usr-1", "Order Placed", {"total": 3})
            client.flush()
        """)  # fmt: skip
    text = """
        import events

        def test_track():
            events.track()
        """
    story.run(text, "--cio-record").assert_outcomes(passed=1)
    (one,) = recording(story, "test_app/test_track.yaml")["interactions"]
    assert one["request"]["uri"].startswith("https://cdp.customer.io/v1/batch")
    assert '"event":"Order Placed"' in one["request"]["body"]
    story.again("--cio-contract").assert_outcomes(passed=1)


def test_a_sandbox_that_runs_already(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sandbox that the environment names is asked; where it gives no answer, the run is a usage error."""
    story.file("service.py", SERVICE)
    with sandbox(story) as url:
        monkeypatch.setenv(URL, url)
        story.run(SIGN_UP, "--cio-record").assert_outcomes(passed=2)
        assert recording(story)["metadata"]["environment"] == f"a sandbox at {url}"
    result = story.again("--cio-record")
    assert "gives no answer" in usage_error(result)
    story.again("--cio-contract").assert_outcomes(passed=2)


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        (
            "CUSTOMERIO_API_KEY", "9d1c7e5b3a2f48606c4e",
            f"--cio-record: CUSTOMERIO_API_KEY is set, but not {WORKSPACE}: nothing says that these keys are not of "
            f"production, and nothing was sent; set {WORKSPACE} to the id of a workspace that is no production, or "
            f"--target {OWN} ({URL}={OWN})",
        ),
        (
            WORKSPACE, "7",
            f"--cio-record: {WORKSPACE}=7, but without CUSTOMERIO_SITE_ID and CUSTOMERIO_API_KEY of that workspace it "
            "cannot be checked; nothing was sent",
        ),
        (
            URL, "track.customer.io",
            f"--cio-record: {URL}='track.customer.io' is no address; accepted: http[s]://host[:port], or 'sandbox' for one "
            "of our own",
        ),
    ],
)  # fmt: skip
@pytest.mark.parametrize("workers", [(), ("-p", "xdist", "-n1")], ids=["alone", "xdist"])
def test_refused_where_production_may_be(
    story: Story, monkeypatch: pytest.MonkeyPatch, name: str, value: str, text: str, workers: tuple[str, ...]
) -> None:
    """A target that may be production is a usage error before any test runs; the text says what was given and what is
    accepted."""
    monkeypatch.setenv(name, value)
    result = story.run(
        "def test_one(): raise AssertionError('it went on')", "--cio-record", *workers, subprocess=bool(workers)
    )
    assert usage_error(result) == text
    assert "it went on" not in result.stdout.str()


def test_named_on_purpose(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given keys in the environment, a sandbox of our own is used if the environment asks for it."""
    monkeypatch.setenv("CUSTOMERIO_API_KEY", "9d1c7e5b3a2f48606c4e")
    monkeypatch.setenv(URL, OWN)
    story.file("service.py", SERVICE)
    story.run(SIGN_UP, "--cio-record").assert_outcomes(passed=2)


def test_a_file_where_the_folder_belongs(story: Story) -> None:
    """A file in the place of the folder is a usage error."""
    story.file("cassettes", "not a folder")
    result = story.run("def test_one(): pass", "--cio-record")
    assert usage_error(result) == f"--cio-record: {story.path / 'cassettes'} is no folder that can be written to"


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        ("", "the file is empty"),
        ("version: 1\ninteractions: [\n", "not YAML: "),
        ("version: 7\ninteractions:\n- {request: {method: GET, uri: 'https://a', body: null, headers: {}}, response: "
         "{status: {code: 200, message: OK}, headers: {}, body: {string: ''}}}\n", "version 7 of cassettes is not known"),
    ],
)  # fmt: skip
def test_a_recording_that_cannot_be_used(story: Story, content: str, cause: str) -> None:
    """A broken recording fails the test that it belongs to, even if the application swallows the exception, and no
    other test."""
    story.file("service.py", SERVICE)
    path = story.file("cassettes/recorded/test_app/test_one.yaml", "")
    path.write_text(content)
    result = story.run(
        """
        import service

        def test_one():
            try:
                service.track.identify(id="usr-1", plan="x")
            except Exception:
                pass

        def test_two():
            service.track.identify(id="usr-1", plan="x")
        """,
        "--cio-contract",
    )
    result.assert_outcomes(passed=1, failed=1)
    text = result.stdout.str()
    assert str(path) in text
    assert cause in text
    assert "what to do   mend it, or record it anew: pytest --cio-record" in text


def test_a_disk_that_is_full(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    """A recording that cannot be written is an error in the teardown of its test, with the file, the reason, and
    whether an old one is left."""
    story.file("service.py", SERVICE)

    def full(*args: Any) -> int:
        raise OSError(28, "No space left on device")

    real = writer.os.write
    monkeypatch.setattr(writer.os, "write", lambda file, data: full() if len(data) > 1000 else real(file, data))
    result = story.run(SIGN_UP, "--cio-record")
    monkeypatch.undo()
    result.assert_outcomes(passed=2, errors=1)
    assert "--cio-record: test_sign_up.yaml: " in result.stdout.str()
    assert (
        "cannot be written: the disk is full, or a limit of its size is reached; nothing was written"
        in result.stdout.str()
    )
    assert recordings(story) == []


def test_interrupted(story: Story) -> None:
    """After Ctrl-C the finished tests are recorded; the interrupted test keeps its old recording."""
    story.file("service.py", SERVICE)
    story.run(SIGN_UP + "\ndef test_other():\n    service.track.identify(id='u-1', plan='x')\n", "--cio-record")
    before = (story.path / "cassettes/recorded/test_app/test_other.yaml").read_bytes()
    result = story.run(
        SIGN_UP
        + "\ndef test_other():\n    service.track.identify(id='u-1', plan='y', n=1)\n    raise KeyboardInterrupt\n",
        "--cio-record",
        subprocess=True,
    )
    assert result.ret == 2
    assert (story.path / "cassettes/recorded/test_app/test_other.yaml").read_bytes() == before
    assert recordings(story) == [
        "cassettes/recorded/test_app/test_other.yaml",
        "cassettes/recorded/test_app/test_sign_up.yaml",
    ]
    story.run(SIGN_UP, "--cio-contract").assert_outcomes(passed=2)


def test_what_is_no_operation_is_answered_with_404(story: Story) -> None:
    """A request that is no operation is answered with 404 and not recorded."""
    story.run(
        """
        import pytest
        import requests

        @pytest.mark.cio_allow("unknown-endpoint", reason="x")
        @pytest.mark.cio_allow("missing-auth", reason="x")
        def test_unheard():
            assert requests.get("https://track.customer.io/api/v1/unheard", timeout=1).status_code == 404
        """,
        "--cio-record",
    ).assert_outcomes(passed=1)
    assert recordings(story) == []


def test_a_target_that_goes_away(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the target stops answering, the test fails with the target's address and the reason."""
    story.file("conftest.py", """
        import pytest
        from pytest_customerio.tools.record import new_recordings
        from pytest_customerio.tools.sending import UnreachableError

        @pytest.fixture(autouse=True)
        def gone(monkeypatch):
            def ask(*args):
                raise UnreachableError("http://127.0.0.1:1 gives no answer: gone")
            monkeypatch.setattr(new_recordings.Target, "ask", ask)
        """)  # fmt: skip
    story.file("service.py", SERVICE)
    result = story.run(SIGN_UP, "--cio-record")
    result.assert_outcomes(passed=1, failed=1)
    assert "--cio-record: http://127.0.0.1:1 gives no answer: gone" in result.stdout.str()
