"""Who asks for nothing pays nothing: what is imported and patched, in a process of its own."""

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
# Looks around when everything else is over, and writes down what it sees.
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
    """Without flag, mark or fixture: our plugin's own module, pytest and the standard library."""
    text, arguments = IDLE[case]
    story.file("conftest.py", CONFTEST)
    result = story.run(text, *arguments, subprocess=True)
    assert result.ret == 0
    seen = _seen(story)
    assert HEAVY & set(seen["modules"]) == set()
    assert seen["ours"] == ["pytest_customerio", "pytest_customerio.plugin"]
    assert {name: seen[name] for name in UNPATCHED} == UNPATCHED
    assert "customer.io" not in result.stdout.str()


def test_the_gate_as_users_run_it(story: Story) -> None:
    """In a process of its own; the application is imported when a test is at work, and heard."""
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
