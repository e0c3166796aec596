"""Whether the SDK is whole on disk, in folders that stand in for `site-packages`."""

from __future__ import annotations

import base64
import hashlib
import sys
from pathlib import Path

import pytest
from distributions import ANALYTICS, CUSTOMERIO, install

from pytest_customerio.core.installed import Overwritten, overwritten


def look(*folders: Path) -> Overwritten | None:
    return overwritten([str(folder) for folder in folders])


def test_the_sdk_alone(tmp_path: Path) -> None:
    """Given its own module, nothing is reported."""
    install(tmp_path, CUSTOMERIO)
    assert look(tmp_path) is None


def test_no_sdk(tmp_path: Path) -> None:
    """Given no SDK, or `customerio-cdp-analytics` alone, there is nothing to replace."""
    assert look(tmp_path) is None
    install(tmp_path, ANALYTICS)
    assert look(tmp_path) is None


def test_analytics_was_installed_last(tmp_path: Path) -> None:
    """Given its empty module in the place of the SDK's, the problem is reported with the version to install again."""
    install(tmp_path, CUSTOMERIO)
    install(tmp_path, ANALYTICS)
    found = look(tmp_path)
    assert found == Overwritten("3.2.0", by="customerio-cdp-analytics 1.1.0")
    assert found.problem == (
        "customerio/__init__.py is the one of customerio-cdp-analytics 1.1.0: `from customerio import CustomerIO` fails"
    )
    assert found.cure == ("install customerio last: pip install --force-reinstall --no-deps customerio==3.2.0")


def test_the_sdk_was_installed_last(tmp_path: Path) -> None:
    """Given the SDK's module in place, both packages can be imported, and nothing is reported."""
    install(tmp_path, ANALYTICS)
    install(tmp_path, CUSTOMERIO)
    assert look(tmp_path) is None


def test_analytics_was_removed_again(tmp_path: Path) -> None:
    """Given that pip removed the module with the second package, the SDK is reported to have none."""
    install(tmp_path, CUSTOMERIO)
    (tmp_path / "customerio" / "__init__.py").unlink()
    found = look(tmp_path)
    assert found == Overwritten("3.2.0")
    assert found.problem == ("customerio/__init__.py is missing or empty: `from customerio import CustomerIO` fails")


def test_a_folder_of_its_own(tmp_path: Path) -> None:
    """Given each package in another folder, neither replaces the other, whatever their order is."""
    first, second = tmp_path / "a", tmp_path / "b"
    install(first, CUSTOMERIO)
    install(second, ANALYTICS)
    assert look(first, second) is None
    assert look(second, first) is None


def test_a_module_that_was_edited(tmp_path: Path) -> None:
    """Given a module that was edited on purpose, nothing is reported."""
    install(tmp_path, CUSTOMERIO)
    (tmp_path / "customerio" / "__init__.py").write_text("class CustomerIO: ...\n", encoding="utf-8")
    install(tmp_path, ANALYTICS, module=False)
    assert look(tmp_path) is None


@pytest.mark.parametrize("record", ["", "customerio/track.py,sha256=x,1\n", "customerio/__init__.py,,\n", None])
def test_nothing_was_recorded(tmp_path: Path, record: str | None) -> None:
    """Given an editable install, or a distribution without a record, nothing is compared and nothing is reported."""
    install(tmp_path, CUSTOMERIO)
    (tmp_path / "customerio" / "__init__.py").write_bytes(b"")
    path = tmp_path / "customerio-3.2.0.dist-info" / "RECORD"
    path.unlink() if record is None else path.write_text(record, encoding="utf-8")
    assert look(tmp_path) is None


def test_this_environment() -> None:
    """Without folders, those of `sys.path` are looked at, and nothing is imported."""
    before = set(sys.modules)
    assert overwritten() is None, overwritten()
    assert {name for name in set(sys.modules) - before if name.startswith("customerio")} == set()


def test_digests_are_those_of_the_standard() -> None:
    """The stand-ins record as pip does."""
    digest = base64.urlsafe_b64encode(hashlib.sha256(b"").digest()).rstrip(b"=").decode()
    assert digest == "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"
