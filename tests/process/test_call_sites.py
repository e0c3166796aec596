"""The call site of a request is the innermost frame of the project."""

from __future__ import annotations

import os
import sys
import sysconfig
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from pytest_customerio.process import call_sites
from pytest_customerio.process.call_sites import (
    CallSite,
    Function,
    raised_at,
    raised_in,
)


def _function(path: Path | str, name: str = "purchase") -> Callable[..., str | None]:
    """A function in a file of its own, which calls its argument in its second line."""
    scope: dict[str, Callable[..., str | None]] = {}
    exec(compile(f"def {name}(call, *rest):\n    return call(*rest)\n", str(path), "exec"), scope)
    return scope[name]


def _from(site: CallSite, *paths: Path | str) -> str | None:
    """The call site when these files call each other, outermost first, in a thread of their own."""
    told: list[str | None] = []
    calls = [_function(path) for path in paths[1:]]
    outer = _function(paths[0])
    thread = threading.Thread(target=lambda: told.append(outer(*calls, site.sent_from)))
    thread.start()
    thread.join()
    return told[0]


def test_the_innermost_frame_of_the_project(tmp_path: Path) -> None:
    """The innermost frame of the project is found, whatever libraries are above and below it."""
    library = tmp_path / ".venv" / "lib" / "site-packages" / "sdk.py"
    got = _from(CallSite(tmp_path), tmp_path / "tests" / "test_a.py", tmp_path / "app" / "crm.py", library)
    assert got == "app/crm.py:2 in purchase"


@pytest.mark.parametrize(
    "library",
    [
        "<frozen importlib._bootstrap>",
        "<string>",
        sysconfig.get_paths()["stdlib"] + "/threading.py",
        sys.prefix + "/lib/thing.py",
        "/opt/x/dist-packages/thing.py",
        str(Path(call_sites.__file__).with_name("raw.py")),
    ],
)
def test_libraries_are_passed_over(tmp_path: Path, library: str) -> None:
    """Frames of libraries are passed over, even where there are no others."""
    site = CallSite(tmp_path)
    assert _from(site, tmp_path / "app.py", library) == "app.py:2 in purchase"
    assert _from(site, library) is None or "test_call_sites.py" in (_from(site, library) or "")


def test_outside_the_root_the_first_frame_that_is_no_librarys(tmp_path: Path) -> None:
    """A frame of another project counts where there is none under the root."""
    root, beside = tmp_path / "root", tmp_path / "beside" / "crm.py"
    inner = tmp_path / "beside" / "client.py"
    assert _from(CallSite(root), beside, inner) == f"{inner.as_posix()}:2 in purchase"
    assert _from(CallSite(root), root / "test_a.py", beside) == "test_a.py:2 in purchase"


def test_a_root_below_the_prefix(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A project in /usr/src/app is found though Python itself is installed in /usr."""
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.setattr(sys, "base_prefix", str(tmp_path))
    root = tmp_path / "src" / "app"
    assert _from(CallSite(root), root / "crm.py", tmp_path / "lib" / "site-packages" / "x.py") == "crm.py:2 in purchase"


def test_a_root_behind_a_link(tmp_path: Path) -> None:
    """A root that is a link is found under either name."""
    (tmp_path / "real").mkdir()
    os.symlink(tmp_path / "real", tmp_path / "link")
    site = CallSite(tmp_path / "link")
    assert _from(site, tmp_path / "real" / "a.py") == "a.py:2 in purchase"
    assert _from(site, tmp_path / "link" / "b.py") == "b.py:2 in purchase"


def test_a_relative_file_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A relative file name, as `python app.py` gives it, is found."""
    monkeypatch.chdir(tmp_path)
    assert _from(CallSite(tmp_path), "app.py") == "app.py:2 in purchase"


def test_every_file_is_looked_at_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A second request from the same file only looks the result up."""
    site = CallSite(tmp_path)
    first = _from(site, tmp_path / "a.py")
    monkeypatch.setattr(site, "_look_at", lambda name: pytest.fail(name))
    assert _from(site, tmp_path / "a.py") == first


def test_the_functions_that_lead_there() -> None:
    """Those of the project, without the test that pytest called."""
    site, leading = CallSite(Path(__file__).parent), set[Function]()

    def send() -> str | None:
        return site.sent_from(leading)

    assert send() == f"test_call_sites.py:{send.__code__.co_firstlineno + 1} in send"
    assert leading == {Function(__file__, "send")}


def test_the_functions_that_lead_there_from_outside_the_root(tmp_path: Path) -> None:
    """They are the project's too; the innermost of them is named where none is under the root."""
    site, leading = CallSite(tmp_path), set[Function]()

    def send() -> str | None:
        return site.sent_from(leading)

    assert str(send()).endswith(f"test_call_sites.py:{send.__code__.co_firstlineno + 1} in send")
    assert Function(__file__, "send") in leading


def test_the_label_of_a_file(tmp_path: Path) -> None:
    """Its path from the root; None for a file of a library."""
    site = CallSite(tmp_path)
    assert site.label(str(tmp_path / "app" / "crm.py")) == "app/crm.py"
    assert site.label("/opt/site-packages/x.py") is None


def test_where_an_exception_was_raised(tmp_path: Path) -> None:
    """The innermost line of the project is named, also where a library that it called raised; else no line is."""
    app, library = _function(tmp_path / "crm.py"), _function("/lib/models.py", "raise_for_status")

    def wrong() -> None:
        raise TypeError

    with pytest.raises(TypeError) as caught:
        app(library, wrong)
    assert raised_at(caught.value, lambda name: name.startswith(str(tmp_path))) == "crm.py:2 in purchase"
    assert raised_at(caught.value, lambda name: name.startswith("/lib")) == "models.py:2 in raise_for_status"
    assert raised_at(caught.value, lambda name: False) == raised_at(None, bool) == ""
    assert raised_in(caught.value) == raised_in(None) == raised_in(KeyError()) == ""
    scope = {"__name__": "sdk.request"}
    exec(compile("def send(): raise KeyError('code')", "/opt/site-packages/sdk/request.py", "exec"), scope)
    with pytest.raises(KeyError) as lost:
        scope["send"]()  # type: ignore[operator]
    assert raised_in(lost.value) == "sdk"
    tap = {"__name__": "pytest_customerio.clients.mocks.originals.calls"}
    exec(compile("def call(f): f(1)", "<tap>", "exec"), tap)
    with pytest.raises(TypeError) as refused:
        tap["call"](wrong)  # type: ignore[operator]
    assert raised_in(refused.value) == "", "the call is the application's, which a tap makes"
