"""`make demo` works, and the tests run against the installed package."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest
from commands import ROOT, command, demo

import pytest_customerio


def test_one_is_green_and_one_is_red_for_the_reasons_it_is_meant_to_show() -> None:
    """The demo says that both examples behave as intended, and ends with 0."""
    result = demo()
    assert result.returncode == 0, result.stdout + result.stderr
    assert re.search(r"= \d+ passed", result.stdout)
    assert re.search(r"= \d+ failed", result.stdout)


def test_the_demo_notices_an_example_that_is_not_what_it_should_be(tmp_path: Path) -> None:
    """Given the usual service with its milliseconds repaired, the demo names the missing rule and ends with 1."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    (
        tmp_path / "examples" / "signup" / "tests" / "test_errors.py"
    ).unlink()  # the other example takes long, and the test above has run it
    source = tmp_path / "examples" / "signup_as_usual" / "crm.py"
    source.write_text(source.read_text(encoding="utf-8").replace("time.time() * 1000", "time.time()"), encoding="utf-8")
    result = command("examples/demo.py", cwd=tmp_path)
    assert result.returncode == 1
    assert result.stderr == "make demo: signup_as_usual: does not break timestamp-milliseconds\n"


def test_the_usual_suite_is_green_without_the_gate() -> None:
    """Without the plugin the suite of the usual service passes."""
    result = command(
        "-m", "pytest", "-p", "no:cacheprovider", "tests/test_crm.py", cwd=ROOT / "examples" / "signup_as_usual"
    )
    assert result.returncode == 0, result.stdout


@pytest.mark.skipif(not os.environ.get("CIO_TEST_WHEEL"), reason="a checkout is being tested, not a wheel")
def test_the_package_under_test_is_the_installed_wheel() -> None:
    """No module and no data file is read from the checkout."""
    package = Path(pytest_customerio.__file__).resolve().parent
    assert package.parent.name == "site-packages"
    assert (package / "schemas" / "rules.json").is_file()
    assert not package.is_relative_to(ROOT / "pytest_customerio")
