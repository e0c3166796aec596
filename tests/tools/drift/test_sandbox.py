"""Records from a sandbox and compares with it: no drift, until a recording is changed."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from pytest_customerio.__main__ import main

pytest.importorskip("uvicorn")
pytest.importorskip("starlette")

KEYS = ("CUSTOMERIO_SITE_ID", "CUSTOMERIO_API_KEY", "CUSTOMERIO_TRACK_API_KEY", "CIO_SANDBOX_URL")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project, in an environment that names no Customer.io."""
    for name in (*KEYS, "CUSTOMERIO_APP_API_KEY", "CUSTOMERIO_WRITE_KEY", "CIO_SANDBOX_WORKSPACE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_recorded_and_compared(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2 for what a sandbox just answered, as that proves nothing; 1 where a recording says otherwise."""
    assert main(["record"]) == 0
    recorded = re.search(r"^(\d+) recorded, ", capsys.readouterr().out, re.MULTILINE)
    assert recorded is not None
    assert int(recorded[1]) >= 39  # of the shipped cassettes, all that a sandbox can be made to give
    assert main(["drift"]) == 2
    number, _, rest = (
        capsys.readouterr().out.removeprefix("a sandbox of pytest-customerio's own: ").partition(" asked, ")
    )
    assert rest == (
        f"{number} the same\n"
        "  all of them were recorded from a sandbox, and a sandbox was asked: that proves nothing about Customer.io\n"
        "  to ask Customer.io: set CIO_SANDBOX_WORKSPACE to the id of a workspace that is no production, and its keys\n"
    )
    assert int(number) > 100
    path = project / "cassettes" / "customerio" / "track" / "401-unauthorized.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace('"code": 401', '"code": 410'), encoding="utf-8")
    assert main(["drift", "401-unauthorized", "--json"]) == 1
    drifted = [one for one in json.loads(capsys.readouterr().out)["recordings"] if one["drifted"]]
    assert drifted
    assert [one["violations"][0]["got"] for one in drifted] == ["401"] * len(drifted)


def test_without_an_answer(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2 with the reason on stderr, without recordings and without a server."""
    assert main(["drift"]) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith("python -m pytest_customerio: nothing that was recorded is among these cassettes")
    assert main(["drift", "200-ok", "--target", "http://127.0.0.1:9"]) == 2
    assert "gives no answer" in capsys.readouterr().err
