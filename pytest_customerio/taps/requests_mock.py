"""requests-mock: calls the `Session.send` that it found when it was imported, so it is heard where it steps in."""

from __future__ import annotations

from typing import Any

from pytest_customerio.taps import Line
from pytest_customerio.taps.patching import Patches, Wrapper
from pytest_customerio.taps.requests import heard_send


def install(line: Line, patches: Patches) -> None:
    """Hear above every mocker that starts from now on."""
    from requests_mock.mocker import MockerCore

    patches.wrap(MockerCore, "start", lambda original: _heard_start(line, original))


def _heard_start(line: Line, original: Wrapper) -> Wrapper:
    def start(mocker: Any) -> Any:
        result, target = original(mocker), mocker._mock_target
        mocked = vars(target)["send"]
        if isinstance(target, type):
            heard = heard_send(line, mocked)
        else:
            heard = heard_send(line, lambda _, request, **kwargs: mocked(request, **kwargs)).__get__(target)
        target.send = heard
        return result

    return start
