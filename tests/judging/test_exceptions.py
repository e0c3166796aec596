"""Rule `undeclared-exception`: which exceptions of the application the test has to declare."""

from __future__ import annotations

import pytest
from observed import CrmError, rules, seen

from pytest_customerio.judging.judgement import judge


@pytest.mark.parametrize(
    ("raised", "declared", "found"),
    [
        (CrmError("secret text"), False, ["undeclared-exception"]),
        (SystemExit(1), False, ["undeclared-exception"]),
        (CrmError(), True, []),
        (AssertionError(), False, ["outcome"]),
        (KeyboardInterrupt(), False, ["outcome"]),
        (None, False, ["outcome"]),
    ],
)
def test_an_undeclared_exception_fails_once(raised, declared, found):
    """The payload is not reported as lost too. A failing assert and an interrupt are no exceptions of the application."""
    assert rules(seen(raised=raised, declared=declared)) == found


def test_an_undeclared_exception_is_named_by_its_class_only():
    """The text of the exception is not shown, because it may hold a payload."""
    (violation,) = judge(seen(raised=CrmError("jane@example.com")))[1]
    assert violation.got == "CrmError"
    assert "jane" not in repr(violation)
    assert "raises=CrmError" in violation.hint
