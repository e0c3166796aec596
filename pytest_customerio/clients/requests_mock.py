"""requests-mock: it calls the `Session.send` that stood there when it was imported, so that its own must be wrapped."""

from __future__ import annotations

from typing import Any

from pytest_customerio.clients.requests import heard_send
from pytest_customerio.clients.traffic import Traffic
from pytest_customerio.process.parts import REQUESTS_MOCK, Part
from pytest_customerio.process.patching import Patches, Wrapper

START = Part(
    REQUESTS_MOCK,
    "requests_mock.mocker",
    "MockerCore.start",
    "requests that a mocker answers",
    "what requests-mock answers is not heard",
    needs="requests_mock",
)
PARTS = (START,)


def install(traffic: Traffic, patches: Patches) -> None:
    """Hear above every mocker that starts from now on."""
    patches.patch(START, lambda original: _heard_start(traffic, original))


def _heard_start(traffic: Traffic, original: Wrapper) -> Wrapper:
    def start(mocker: Any) -> Any:
        # `_mock_target` is private (requests-mock 1.12): the class or the session whose `send` the mocker has replaced.
        # The mocker itself takes our wrapper away, when it stops and puts the former `send` back.
        result, target = original(mocker), mocker._mock_target
        mocked = vars(target)["send"]
        if isinstance(target, type):
            heard = heard_send(traffic, mocked)
        else:
            heard = heard_send(traffic, lambda _, request, **kwargs: mocked(request, **kwargs)).__get__(target)
        target.send = heard
        return result

    return start
