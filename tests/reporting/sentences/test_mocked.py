"""The texts about calls that were heard through a mock or a fake."""

from __future__ import annotations

import pytest

from pytest_customerio.reporting.sentences.mocked import hidden


@pytest.mark.parametrize(
    ("error", "advised"),
    [
        ("TypeError: CustomerIO.track() got an unexpected keyword argument 'foo'", True),
        ("TypeError: '<' not supported between instances of 'str' and 'int'", False),
        ("CustomerIOException: device_id cannot be blank in add_device", False),
    ],
)
def test_autospec_is_advised_where_it_would_help(error: str, advised: bool) -> None:
    """It refuses what the signature refuses, and nothing that the body of the method raises."""
    broken = hidden("customerio.CustomerIO.track", error, "crm.py:3 in buy", fake=False)
    assert ("autospec=True" in broken.hint) is advised
    assert (broken.got, broken.sent_from) == (error, "crm.py:3 in buy")


def test_a_fake_is_called_a_fake() -> None:
    """What was written by hand is no mock."""
    broken = hidden("requests.post", "TypeError: post() got an unexpected keyword argument 'foo'", None, fake=True)
    assert broken.hint.startswith("the fake takes any call, in production this one raises: mend the call; a mock with")
