"""Options and ini settings are accepted, or refused with a text that helps."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_customerio.core import settings
from pytest_customerio.core.settings import SettingsError


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: settings.region("asia"), "ini cio_region: 'asia' is no region; accepted: us, eu"),
        (
            lambda: settings.hosts(["proxy.example/cio"]),
            "ini cio_hosts: 'proxy.example/cio' is no base URL; accepted: https://host[:port][/path]",
        ),
        (
            lambda: settings.hosts(["http://localhost:99999"]),
            "ini cio_hosts: 'http://localhost:99999' is no base URL; accepted: https://host[:port][/path]",
        ),
        (
            lambda: settings.hosts(["https://a.example https://b.example"]),
            "ini cio_hosts: 'https://a.example https://b.example' is no base URL; accepted: https://host[:port][/path],"
            " one a line",
        ),
        (
            lambda: settings.report_path("report.xml", (".json",), Path()),
            "--cio-report=report.xml: the suffix decides the kind; accepted: .json",
        ),
    ],
)
def test_a_mistake_is_named_with_what_is_accepted(call: object, text: str) -> None:
    """The text says what was given, what is accepted, and the nearest name."""
    with pytest.raises(SettingsError) as caught:
        call()  # type: ignore[operator]
    assert str(caught.value) == text


def test_folders_must_exist(tmp_path: Path) -> None:
    """A folder of schemas that does not exist is refused."""
    assert settings.folders("cio_schemas", [tmp_path]) == (tmp_path,)
    with pytest.raises(SettingsError, match="ini cio_schemas: .*nowhere is no folder"):
        settings.folders("cio_schemas", [tmp_path / "nowhere"])


def test_a_report_is_a_file(tmp_path: Path) -> None:
    """The path is relative to the folder in which pytest was called."""
    assert settings.report_path("out/report.JSON", (".json",), tmp_path) == tmp_path / "out" / "report.JSON"
    (tmp_path / "folder.json").mkdir()
    with pytest.raises(SettingsError, match="--cio-report=folder.json: is a folder, not a file"):
        settings.report_path("folder.json", (".json",), tmp_path)
    (tmp_path / "loop.json").symlink_to("loop.json")
    with pytest.raises(SettingsError, match="--cio-report=loop.json: Too many levels of symbolic links"):
        settings.report_path("loop.json", (".json",), tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError, match="--cio-report=file/a.json: .*file is no folder that can be written to"):
        settings.report_path("file/a.json", (".json",), tmp_path)


def test_good_values_pass() -> None:
    """Regions in any case, base URLs with and without path."""
    assert (settings.region(" EU "), settings.region("")) == ("eu", None)
    assert settings.hosts([" https://proxy.example/cio ", ""]) == ("https://proxy.example/cio",)


def test_the_folder_of_the_plan(tmp_path: Path) -> None:
    """It is one folder, which need not exist yet."""
    assert settings.plan_folder([]) is None
    assert settings.plan_folder([tmp_path / "contracts"]) == tmp_path / "contracts"
    with pytest.raises(SettingsError, match="ini cio_plan: .*b is a second folder; accepted: one"):
        settings.plan_folder([tmp_path / "a", tmp_path / "b"])
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError, match="ini cio_plan: .*file is no folder"):
        settings.plan_folder([tmp_path / "file"])
