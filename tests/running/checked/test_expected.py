"""Whether pytest expects the running test to fail because of a violation."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from _pytest.skipping import xfailed_key

from pytest_customerio.running.checked.expected import expects_failure

MARKED = [
    ("xfail", True),
    ("xfail(raises=ValueError)", False),
    ("xfail(raises=(ValueError, pytest.fail.Exception))", True),
    ("xfail(False, reason='x')", False),
    ("xfail(True, reason='x', strict=True)", True),
    ("cio_contract", False),
]


def test_what_a_mark_says(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """pytest has evaluated the mark when the call phase begins; --runxfail takes all of them away."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    tests = "\n".join(f"@pytest.mark.{mark}\ndef test_{n}(): pass" for n, (mark, _) in enumerate(MARKED))
    pytester.makepyfile(f"import pytest\n{tests}")
    found: dict[str, bool] = {}

    class Look:
        @pytest.hookimpl(wrapper=True)
        def pytest_runtest_call(self, item: pytest.Item):
            found[item.name] = expects_failure(item)
            return (yield)

    plugin = ("-p", "no:customerio", "-p", "pytest_customerio.plugin", "-p", "no:cacheprovider")
    pytester.inline_run(*plugin, plugins=[Look()])
    assert list(found.values()) == [expected for _, expected in MARKED]
    pytester.inline_run(*plugin, "--runxfail", plugins=[Look()])
    assert set(found.values()) == {False}


def test_an_expectation_that_decides_itself() -> None:
    """`raises=pytest.RaisesExc(…)` is asked about the failure that a violation is."""
    wanted = SimpleNamespace(matches=lambda error: isinstance(error, pytest.fail.Exception))
    mark = SimpleNamespace(raises=wanted)
    config = SimpleNamespace(getoption=lambda *_, **__: False)
    item = SimpleNamespace(stash={xfailed_key: mark}, config=config)
    assert expects_failure(item)  # type: ignore[arg-type]
