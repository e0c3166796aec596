"""requests-mock: calls the `Session.send` that it found when it was imported, so it is heard where it steps in."""

from __future__ import annotations

from typing import Any

from pytest_customerio.clients.requests import heard_send
from pytest_customerio.clients.traffic import Traffic
from pytest_customerio.process.patching import Patches, Wrapper


def install(traffic: Traffic, patches: Patches) -> None:
    """Hear above every mocker that starts from now on."""
    from requests_mock.mocker import MockerCore

    patches.wrap(MockerCore, "start", lambda original: _heard_start(traffic, original))


def _heard_start(traffic: Traffic, original: Wrapper) -> Wrapper:
    def start(mocker: Any) -> Any:
        result, target = original(mocker), mocker._mock_target
        mocked = vars(target)["send"]
        if isinstance(target, type):
            heard = heard_send(traffic, mocked)
        else:
            heard = heard_send(traffic, lambda _, request, **kwargs: mocked(request, **kwargs)).__get__(target)
        target.send = heard
        return result

    return start
