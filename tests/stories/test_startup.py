"""What is imported and patched, in a process of its own; without an option, mark or fixture it is nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from applications import APP

if TYPE_CHECKING:
    from tests.stories.conftest import Story

HEAVY = {
    "aiohttp",
    "customerio",
    "httpcore",
    "httpx",
    "httpx2",
    "jsonschema",
    "jsonschema_rs",
    "referencing",
    "requests",
    "responses",
    "urllib3",
    "vcr",
    "wrapt",
    "yaml",
}
# At the end of the process: writes the imported modules and the patched functions to a file.
CONFTEST = """
import json
import os
import sys
import pytest

@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    import http.client
    import socket
    import time
    own = sys.modules.get("pytest_customerio.clients.registry")
    seen = {
        "modules": sorted({name.partition(".")[0] for name in sys.modules}),
        "ours": sorted(name for name in sys.modules if name.startswith("pytest_customerio")),
        "rewritten": [
            name for name, module in sys.modules.items()
            if name.startswith("pytest_customerio") and type(module.__loader__).__name__ == "AssertionRewritingHook"
        ],
        "request": http.client.HTTPConnection.request.__code__.co_filename.endswith(os.path.join("http", "client.py")),
        "finders": [str(type(one)) for one in sys.meta_path if type(one).__module__.startswith("pytest_customerio")],
        "sleep": time.sleep.__module__,
        "getaddrinfo": socket.getaddrinfo.__module__,
    }
    with open("seen.json", "w") as file:
        json.dump(seen, file)
"""
UNPATCHED = {"request": True, "finders": [], "sleep": "time", "getaddrinfo": "socket"}


def _seen(story: Story) -> dict[str, Any]:
    return dict(json.loads((story.path / "seen.json").read_text(encoding="utf-8")))


IDLE = {
    "empty": ("def test(): pass", ()),
    "marked-test-not-selected": (
        "import pytest\n@pytest.mark.cio_contract\ndef test_marked(): pass\ndef test(): pass",
        ("-k", "not marked"),
    ),
}


@pytest.mark.parametrize("case", IDLE)
def test_nothing_is_imported_and_nothing_patched(story: Story, case: str) -> None:
    """Without option, mark or fixture only `plugin.py`, pytest and the standard library are imported."""
    text, arguments = IDLE[case]
    story.file("conftest.py", CONFTEST)
    result = story.run(text, *arguments, subprocess=True)
    assert result.ret == 0
    seen = _seen(story)
    assert HEAVY & set(seen["modules"]) == set()
    assert seen["ours"] == ["pytest_customerio", "pytest_customerio.plugin"]
    assert {name: seen[name] for name in UNPATCHED} == UNPATCHED
    assert "customer.io" not in result.stdout.str()


SENDING = """
import json
import urllib.request
import pytest

def send():
    request = urllib.request.Request(
        "https://track.customer.io/api/v1/customers/42",
        data=json.dumps({"plan": "gold"}).encode(),
        headers={"Authorization": "Basic c2l0ZTprZXk=", "Content-Type": "application/json"},
        method="PUT",
    )
    urllib.request.urlopen(request, timeout=5)

def test_app():
    send()
"""
RECORDING = """\
# Recorded by `pytest --cio-record`, which writes it anew.
version: 1
interactions:
- request: {method: PUT, uri: 'https://track.customer.io/api/v1/customers/42', headers: {}, body: '{"plan": "gold"}'}
  response: {status: {code: 200, message: OK}, headers: {}, body: {string: '{}'}}
"""
CASSETTE = RECORDING.partition("\n")[2].replace("version: 1", "metadata: {source: recorded}")
FIXTURE = SENDING.replace("test_app()", "test_app(cio)")
CASE = SENDING.replace("def test_app", '@pytest.mark.cio_errors("401-unauthorized", raises=Exception)\ndef test_app')


def _loaded(story: Story, text: str, *arguments: str) -> tuple[bool, set[str]]:
    """Whether a run of this module imports vcrpy, and the modules of `tools/` that it imports."""
    story.file("conftest.py", CONFTEST)
    result = story.run(text, *arguments, subprocess=True)
    result.assert_outcomes(passed=1)
    seen = _seen(story)
    return "vcr" in seen["modules"], {name for name in seen["ours"] if name.startswith("pytest_customerio.tools")}


@pytest.mark.parametrize(
    "files", [{}, {"cassettes/README.md": ""}, {"cassettes/recorded/test_else/test_app.yaml": RECORDING}]
)
def test_the_gate_alone_loads_neither_vcrpy_nor_the_tools(story: Story, files: dict[str, str]) -> None:
    """A test without a case, the `cio` fixture or a recording of its own is answered with the documented success."""
    for name, text in files.items():
        story.file(name, text)
    assert _loaded(story, SENDING, "--cio-contract") == (False, set())


MOCKED = """
import requests
from unittest.mock import patch

@patch("requests.post")
def test_app(post):
    requests.post("https://track.customer.io/api/v1/customers/42", auth=("site", "key"), json={})
"""


@pytest.mark.parametrize("text", [SENDING, MOCKED])
def test_what_hears_mocks_is_loaded_when_there_may_be_some(story: Story, text: str) -> None:
    """Without `unittest.mock` or an SDK, the gate loads the names of the libraries and nothing else of `mocks/`."""
    story.file("conftest.py", CONFTEST)
    story.run(text, "--cio-contract", subprocess=True)
    seen = {name for name in _seen(story)["ours"] if name.startswith("pytest_customerio.clients.mocks.")}
    assert bool(seen) is (text is MOCKED)


def test_success_answers_of_ones_own_need_no_vcrpy(story: Story) -> None:
    """The ini `cio_cassettes` alone does not load vcrpy: success answers are read, not played."""
    story.file("own/track/200-ok.yaml", CASSETTE)
    story.pytester.makeini("[pytest]\ncio_cassettes = own\n")
    assert _loaded(story, SENDING, "--cio-contract") == (False, set())


@pytest.mark.parametrize("text", [FIXTURE, CASE])
@pytest.mark.parametrize("arguments", [(), ("--cio-contract",)])
def test_a_replay_loads_vcrpy_before_the_tests(story: Story, text: str, arguments: tuple[str, ...]) -> None:
    """A case, or the `cio` fixture, which may replay one, loads vcrpy before the first test; no module of `tools/`."""
    early = text.replace("    send()", '    import sys; assert "vcr" in sys.modules\n    send()')
    assert _loaded(story, early, *arguments) == (True, set())


def test_a_recording_loads_vcrpy_before_the_tests(story: Story) -> None:
    """A test with a recording loads vcrpy before the first test; no module of `tools/`."""
    story.file("cassettes/recorded/test_app/test_app.yaml", RECORDING)
    early = SENDING.replace("    send()", '    import sys; assert "vcr" in sys.modules\n    send()')
    assert _loaded(story, early, "--cio-contract") == (True, set())


def test_the_gate_as_users_run_it(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a process of its own an application that is imported during a test is heard.

    pytest loads all plugins that are installed, and rewrites the assertions of their packages; none of ours but the
    module that it loads itself is compiled anew.
    """
    monkeypatch.delenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    story.file("app.py", APP)
    story.file("conftest.py", CONFTEST)
    result = story.run(
        """
        import sys
        import pytest

        def test_late(cio):
            assert "app" not in sys.modules
            import app
            for send in app.SENDERS.values():
                assert send(app.URL, app.GOOD)[0] == 200
            assert [one.operation.id for one in cio.sent] == ["track.event"] * len(app.SENDERS)

        def test_broken():
            import app
            app.by_aiohttp(app.URL, app.MILLISECONDS)
        """,
        "--cio-contract",
        subprocess=True,
    )
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["track.event $.timestamp: expected unix seconds, got 1764000000000, milliseconds*"])
    assert _seen(story)["request"] is False
    assert set(_seen(story)["rewritten"]) <= {"pytest_customerio", "pytest_customerio.plugin"}


def test_vcrpy_never_takes_a_mock_for_the_original(story: Story) -> None:
    """Given a mock of aiohttp that a test module starts at its import, vcrpy stores aiohttp's own function."""
    story.file(
        "test_mocked.py",
        """
        from aioresponses import aioresponses

        MOCK = aioresponses()
        MOCK.start()

        def test_mocked():
            pass
        """,
    )
    result = story.run(
        """
        def test_played(cio):
            import aiohttp, vcr.patch
            assert vcr.patch._AiohttpClientSessionRequest.__module__ == "aiohttp.client"
            assert aiohttp.ClientSession._request is not vcr.patch._AiohttpClientSessionRequest
        """,
        "--cio-contract",
        "test_mocked.py",
        "test_app.py",
        subprocess=True,
    )
    result.assert_outcomes(passed=2)
