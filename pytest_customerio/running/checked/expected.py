"""Knows whether pytest expects the running test to fail (`xfail`)."""

from __future__ import annotations

import pytest
from _pytest.skipping import xfailed_key


def expects_failure(item: pytest.Item) -> bool:
    """Whether a violation makes this test an expected failure, as its `xfail` mark says.

    pytest evaluates the mark before the call phase, and keeps the result under a private key of the item's stash
    (pytest 8.4 to 9.2). There is no public way to ask. Without it the baseline would know the violations of such a
    test, which would then pass, and fail where the mark is strict.
    """
    mark = item.stash.get(xfailed_key, None)
    if mark is None or item.config.getoption("runxfail", default=False):
        return False
    raises, violation = mark.raises, pytest.fail.Exception("a violation")
    if raises is None or isinstance(raises, type | tuple):
        return raises is None or isinstance(violation, raises)
    return raises.matches(violation)  # pytest.RaisesExc and the like
