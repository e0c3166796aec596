"""What the tests of `process/` share."""

from __future__ import annotations

import pytest


@pytest.fixture
def run(pytester, monkeypatch):
    """Run one test file in a pytest of its own, without plugins."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")

    def inner(source, *options):
        pytester.makepyfile(source)
        return pytester.runpytest_inprocess("-p", "no:cacheprovider", *options)

    return inner
