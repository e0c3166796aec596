"""The versions of installed packages."""

from __future__ import annotations

from importlib import metadata

from pytest_customerio.tools.versions import installed_version


def test_an_installed_package() -> None:
    """An installed package has the version of its metadata."""
    assert installed_version("pytest") == metadata.version("pytest")


def test_a_package_that_is_not_installed() -> None:
    """Without metadata, as in a bare checkout, the version is unknown."""
    assert installed_version("no-such-package-of-anybody") == "unknown"
