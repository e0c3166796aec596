"""Options, ini settings and marks are accepted, or refused with a text that helps."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_customerio.core import settings
from pytest_customerio.core.settings import ErrorsMark, SettingsError


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (
            lambda: settings.errors_mark("t.py::t: cio_errors", (), {"raise": ()}),
            "t.py::t: cio_errors: unknown argument 'raise' (did you mean raises?); accepted: cio_errors(*cases, "
            "operations=(), except_for=(), raises=(), must_recover=False, best_effort=False)",
        ),
        (
            lambda: settings.errors_mark("t.py::t: cio_errors", (), {"raises": "ValueError"}),
            "t.py::t: cio_errors: raises='ValueError'; accepted: exception classes",
        ),
        (
            lambda: settings.errors_mark("t.py::t: cio_errors", (None,), {}),
            "t.py::t: cio_errors: None is no error case; accepted: names, such as '429-rate-limited' or 'track.event'",
        ),
        (
            lambda: settings.errors_mark("t.py::t: cio_errors", (["429", "500"],), {}),
            "t.py::t: cio_errors: ['429', '500'] is no error case (did you mean cio_errors(\"429\", \"500\")?)",
        ),
        (
            lambda: settings.errors_mark("t.py::t: cio_errors", (), {"cases": "429"}),
            "t.py::t: cio_errors: unknown argument 'cases': cases stand without a name; accepted: "
            "cio_errors(*cases, operations=(), except_for=(), raises=(), must_recover=False, best_effort=False)",
        ),
        (
            lambda: settings.errors_mark("t.py::t: cio_errors", (), {"operations": None}),
            "t.py::t: cio_errors: operations=None; accepted: names, such as '429-rate-limited' or 'track.event'",
        ),
        (
            lambda: settings.errors_mark("t.py::t: cio_errors", (), {"best_effort": 1}),
            "t.py::t: cio_errors: best_effort=1; accepted: True, False",
        ),
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


def test_good_values_pass() -> None:
    """Regions in any case, base URLs with and without path."""
    assert (settings.region(" EU "), settings.region("")) == ("eu", None)
    assert settings.hosts([" https://proxy.example/cio ", ""]) == ("https://proxy.example/cio",)


def test_an_errors_mark_takes_one_name_or_many() -> None:
    """One word or a list; a status may be a number; one exception class or a tuple."""
    mark = settings.errors_mark("t", (429, "500-server-error"), {"operations": "track.event", "raises": ValueError})
    assert mark == ErrorsMark(("429", "500-server-error"), ("track.event",), (), (ValueError,))
    assert settings.errors_mark("t", (), {"raises": [OSError], "must_recover": True}).raises == (OSError,)


def test_each_stands_for_the_operations_that_the_test_sends() -> None:
    """Alone it is no name of an operation."""
    assert settings.errors_mark("t", (), {"operations": "each"}) == settings.ErrorsMark(each=True)
    assert settings.errors_mark("t", (), {"operations": ["each"]}).each
    assert settings.errors_mark("t", (), {"operations": ["each", "track.event"]}).operations == ("each", "track.event")


@pytest.mark.parametrize(
    ("mark", "written"),
    [
        (settings.ErrorsMark(), '@pytest.mark.cio_errors(operations="each")'),
        (
            settings.ErrorsMark(
                ("429", "500"), except_for=("429-retry-after",), raises=(ValueError,), must_recover=True
            ),
            '@pytest.mark.cio_errors("429", "500", operations="each", except_for="429-retry-after", raises=ValueError, '
            "must_recover=True)",
        ),
        (
            settings.ErrorsMark(except_for=("429", "500"), raises=(ValueError, KeyError), best_effort=True),
            '@pytest.mark.cio_errors(operations="each", except_for=["429", "500"], raises=(ValueError, KeyError), '
            "best_effort=True)",
        ),
    ],
)
def test_a_mark_is_written_as_in_a_test(mark: settings.ErrorsMark, written: str) -> None:
    """It is to be pasted: its other arguments stay."""
    assert mark.written("each") == written


def test_a_mark_without_arguments_has_no_parentheses() -> None:
    """Neither given nor default arguments are written."""
    assert settings.ErrorsMark().written(()) == "@pytest.mark.cio_errors"


def test_the_folder_of_the_plan(tmp_path: Path) -> None:
    """It is one folder, which need not exist yet."""
    assert settings.plan_folder([]) is None
    assert settings.plan_folder([tmp_path / "contracts"]) == tmp_path / "contracts"
    with pytest.raises(SettingsError, match="ini cio_plan: .*b is a second folder; accepted: one"):
        settings.plan_folder([tmp_path / "a", tmp_path / "b"])
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError, match="ini cio_plan: .*file is no folder"):
        settings.plan_folder([tmp_path / "file"])
