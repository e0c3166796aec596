"""Everything that is patched is listed, is there in the installed versions, and is done without where it is missing.

`python tests/clients/test_patched.py` writes docs/patched.md anew.
"""

from __future__ import annotations

import importlib
import queue
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
from for_each import for_each

if __name__ == "__main__":  # from a checkout that is not installed
    sys.path.append(str(Path(__file__).resolve().parents[2]))

from pytest_customerio.clients import analytics, patched, registry
from pytest_customerio.clients.bypass import places
from pytest_customerio.clients.mocks.real_calls import unsent
from pytest_customerio.clients.traffic import Traffic
from pytest_customerio.process.ownership import idle
from pytest_customerio.process.parts import Part, markdown

PAGE = Path(__file__).resolve().parents[2] / "docs" / "patched.md"
HEAD = """\
# What is patched in other libraries

While tests are checked, the plugin replaces parts of Python and of the clients. It also recognises some functions by
their code, in order to know what a thread waits for, and reads some private attributes. When the run ends, every part that
was replaced is put back.

The table lists all of these parts, with the versions of each library that were tried; those that the test suite is run
with are in [Compatibility](compatibility.md). It is written by `python tests/clients/test_patched.py`. A private part may
change in any release. Where a part is missing, the plugin does without it, as the last column says, and the run ends with
one warning about it.

| library | versions | part | kind | needed for | without it |
|---|---|---|---|---|---|
"""


def page() -> str:
    """The page, as it must be."""
    return HEAD + markdown(patched.parts())


def test_the_page_lists_every_part() -> None:
    """docs/patched.md is what the modules declare today."""
    assert PAGE.read_text(encoding="utf-8") == page()


def _installed(part: Part) -> bool:
    try:
        importlib.import_module(part.needs or part.module)
        importlib.import_module(part.module)
    except ImportError:
        return False
    return True


@for_each("part", patched.parts(), ids=lambda part: f"{part.module}.{part.path}")
def test_the_installed_versions_have_every_part(part: Part) -> None:
    """Each part can be found where its library is installed, unless it is absent in some installations."""
    if not _installed(part):
        pytest.skip(f"{part.library.name} is not installed")
    assert part.find() is not None or part.optional
    assert not part.missing


def test_every_part_says_what_it_is_for() -> None:
    """No row of the table has an empty cell."""
    for part in patched.parts():
        assert all((part.library.name, part.library.tried, part.module, part.path, part.why, part.without)), part


def test_a_client_that_has_lost_a_part_is_tapped_as_far_as_possible(
    traffic: Traffic, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A release of httpx2 without `AsyncClient.send`: nothing raises, `Client.send` is heard, and the warning says so."""

    class Client:
        def send(self, request: object) -> str:
            return "sent"

    module = ModuleType("httpx2")
    module.__spec__ = ModuleSpec("httpx2", None)
    module.Client, module.AsyncClient = Client, object  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "httpx2", module)
    before = Client.send
    monkeypatch.setattr(unsent, "PARTS", ())  # mocks of this client are not made again either
    monkeypatch.setattr(places, "PARTS", ())  # nor are requests led past them
    uninstall = registry.install(traffic)
    try:
        assert Client.send is not before
        assert Client().send(SimpleNamespace()) == "sent"
        assert patched.warnings() == [
            "httpx2.AsyncClient.send: missing in this httpx2, or replaced by another library (tried with 2.0 to 2.16);"
            " such requests are not heard"
        ]
    finally:
        uninstall()
    assert Client.send is before


def test_another_package_of_the_same_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """customerio-cdp-analytics installs a package `customerio` without the SDK: nothing of the SDK is missing then."""
    importlib.import_module("pytest_customerio.clients.mocks.listening.sdk_calls")
    for name in [name for name in sys.modules if name == "customerio" or name.startswith("customerio.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "customerio", ModuleType("customerio"))
    assert not [part for part in patched.missing() if part.library.name == "customerio"]


def test_missing_parts_that_serve_one_purpose_are_one_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    """gevent replaces `queue.Queue`, of which we patch two methods: one sentence names both."""
    importlib.import_module("pytest_customerio.process.ownership.queues")
    monkeypatch.setattr(queue, "Queue", type("Queue", (), {}))
    for module in (idle, analytics):  # they recognise other methods of the same class
        monkeypatch.setattr(module, "PARTS", ())
    assert patched.warnings() == [
        "queue.Queue._put, queue.Queue._get: missing in this Python, or replaced by another library (tried with 3.11 to"
        " 3.13); workers at such queues keep the test that they had"
    ]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
