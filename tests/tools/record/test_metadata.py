"""The metadata of a recording."""

from __future__ import annotations

import sys

from pytest_customerio.core.model import Answer, Provenance
from pytest_customerio.tools.record.metadata import by_sandbox, provenance
from pytest_customerio.tools.target import Keys, Target
from pytest_customerio.tools.versions import installed_version

SANDBOX = Target("sandbox", "a sandbox at http://x", "eu", Keys())
WORKSPACE = Target("workspace", "workspace 7 of Customer.io", "us", Keys())


def labelled(label: str) -> Answer:
    return Answer(200, "OK", (("Server", "x"), ("X-Sandbox-Source", label)))


def test_a_sandbox() -> None:
    """Answers of a sandbox are recorded, with a note that says how sure the sandbox is of them."""
    found = provenance(SANDBOX, [labelled("synthetic"), labelled("documented"), Answer(200)], "2026-11-23", "a::test_b")
    assert found == {
        "source": "recorded",
        "date": "2026-11-23",
        "environment": "a sandbox at http://x",
        "note": "answered by a sandbox; how sure the sandbox is: documented, synthetic",
        "region": "eu",
        "versions": {
            "pytest-customerio": installed_version("pytest-customerio"),
            "vcrpy": installed_version("vcrpy"),
            "python": ".".join(map(str, sys.version_info[:3])),
        },
        "request": "a::test_b",
    }


def test_a_sandbox_without_labels() -> None:
    """A sandbox whose answers have no label, or one of no sandbox of ours, is still named in the note."""
    assert provenance(SANDBOX, [Answer(200), labelled("Ada Quill")], "", "")["note"] == "answered by a sandbox"


def test_what_a_sandbox_answered() -> None:
    """A recording from a sandbox is known by its note or environment; one from a workspace, or that is none, has no such note."""
    note = str(provenance(SANDBOX, [], "", "")["note"])
    assert by_sandbox(Provenance("recorded", note=note))
    assert by_sandbox(Provenance("recorded", environment=SANDBOX.environment))
    assert not by_sandbox(Provenance("recorded", environment=WORKSPACE.environment))
    assert not by_sandbox(Provenance("documented", note=note))


def test_a_workspace() -> None:
    """Answers of Customer.io need no note."""
    assert "note" not in provenance(WORKSPACE, [labelled("synthetic")], "", "")
