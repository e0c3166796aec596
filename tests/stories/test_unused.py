"""Cassettes that no test used are listed at the end of a run of the whole suite."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.stories.conftest import Story, closing

MODULE = """
import crm
import pytest

def test_sends():
    crm.identify("42", plan="basic")

@pytest.mark.cio_errors("429-rate-limited-recovers")
def test_case():
    crm.retrying(lambda: crm.identify("42", plan="basic"), attempts=9)

@pytest.mark.skip
def test_skipped():
    pass

def test_silent():
    pass
"""
RECORDING = """\
# Recorded by `pytest --cio-record`, which writes it anew.
version: 1
metadata: {source: recorded, form: 2}
interactions:
- request: {method: PUT, uri: 'https://track.customer.io/api/v1/customers/42', headers: {}, body: '{"plan": "basic"}'}
  response: {status: {code: 200, message: OK}, headers: {}, body: {string: '{}'}}
"""
CASSETTE = """\
metadata: {source: recorded}
interactions:
- request: {method: PUT, uri: 'https://track.customer.io/api/v1/customers/42', headers: {}, body: '{}'}
  response: {status: {code: %s, message: Error}, headers: {}, body: {string: ''}}
"""
NOTE = "cassettes that no test used:"


@pytest.fixture
def project(story: Story) -> Story:
    """Recordings of tests that exist and of one that does not, and cassettes of the project."""
    for name in ("sends", "silent", "skipped", "gone"):
        put(story.path / "cassettes" / "recorded" / "test_app" / f"test_{name}.yaml", RECORDING)
    put(story.path / "cassettes" / "theirs.yaml", "version: 1\n")
    for name in ("429-rate-limited", "503-unavailable"):
        put(story.path / "own" / "track" / f"{name}.yaml", CASSETTE % name[:3])
    story.pytester.makeini("[pytest]\ncio_cassettes = own\n")
    return story


def put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


ALL = """\
cassettes that no test used:
  cassettes/recorded/test_app/test_gone.yaml
  cassettes/recorded/test_app/test_silent.yaml
  own/track/503-unavailable.yaml
"""


def short_summary(project: Story, *args: str) -> bool:
    result = project.again("--cio-contract", *args)
    assert result.ret in (0, 1, 5), result.stdout.str()
    return NOTE in result.stdout.str()


def test_unused(project: Story) -> None:
    """Recordings of tests that do not exist or send nothing, and cases that no test met, are listed. The run passes."""
    result = project.run(MODULE, "--cio-contract")
    assert result.ret == 0
    assert closing(result).split("\n\n")[1:] == [
        "- not tried\nlooked at: 4 requests in 2 tests",
        "requests that differ from the recording of their test (they fail with --cio-strict; record anew: "
        "pytest --cio-record):\n  test_app.py::test_silent\n    track.identify: recorded, not sent",
        ALL.rstrip("\n"),
        "next: pytest --cio-contract --cio-report=contract.json\n",
    ]


def test_over_workers(project: Story) -> None:
    """With pytest-xdist the list is the same."""
    pytest.importorskip("xdist")
    assert ALL in closing(project.run(MODULE, "--cio-contract", "-p", "xdist.plugin", "-n", "2"))


def test_only_of_the_whole_suite(project: Story) -> None:
    """Nothing is listed where the command line left tests out, the run was stopped, or not all tests are checked."""
    project.run(MODULE, "--cio-contract")
    assert short_summary(project)
    for narrowing in (["-k", "sends"], ["-m", "not slow"], ["test_app.py"], ["--deselect", "test_app.py::test_sends"]):
        assert not short_summary(project, *narrowing), narrowing
    assert not short_summary(project, "--collect-only")
    assert NOTE not in project.again().stdout.str()
    project.file("test_red.py", "def test_a(): assert 0\ndef test_b(): assert 0\n")
    assert short_summary(project)
    assert not short_summary(project, "-x")


def test_tests_left_out_by_others(project: Story) -> None:
    """Nothing is listed where a hook deselected tests."""
    project.file(
        "conftest.py",
        "def pytest_collection_modifyitems(config, items):\n    config.hook.pytest_deselected(items=[items.pop()])\n",
    )
    assert NOTE not in project.run(MODULE, "--cio-contract").stdout.str()


def test_from_another_folder(project: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that starts below the root is a part of the suite, unless `testpaths` names the tests."""
    project.run(MODULE, "--cio-contract")
    monkeypatch.chdir(project.path / "own")
    assert not short_summary(project)
    monkeypatch.chdir(project.path)
    project.pytester.makeini("[pytest]\ncio_cassettes = own\ntestpaths = .\n")
    assert short_summary(project)


def test_no_such_folders(story: Story) -> None:
    """Without such folders nothing is listed."""
    assert NOTE not in story.run("def test_nothing(): pass", "--cio-contract").stdout.str()


def test_nothing_heard(project: Story) -> None:
    """Where no request was heard, the list is the only output."""
    assert "  cassettes/recorded/test_app/test_sends.yaml\n" in closing(
        project.run("def test_sends(): pass", "--cio-contract")
    )
