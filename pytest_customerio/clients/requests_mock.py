"""requests-mock: it calls the `Session.send` that stood there when it was imported, so that its own must be wrapped."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from pytest_customerio.clients.http.requests import heard_send
from pytest_customerio.clients.traffic import Traffic, heard_above
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
            heard = heard_send(traffic, _led(mocker, mocked))
        else:
            send = _led(mocker, lambda _, request, **kwargs: mocked(request, **kwargs))
            heard = heard_send(traffic, send).__get__(target)
        target.send = heard
        return result

    return start


def _led(mocker: Any, mocked: Wrapper) -> Wrapper:
    """The `send` of a mocker; while an error case is at work, requests' own comes first.

    `_original_send` is private (requests-mock 1.12): the `Session.send` that stood there when requests-mock was
    imported. Without it the mocker answers.
    """

    def send(session: Any, request: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        hearing = heard_above()
        if hearing is None or not hearing.replayed:
            return mocked(session, request, **kwargs)
        return _lead(mocker, mocked, session, request, kwargs)

    return send


def _lead(mocker: Any, mocked: Wrapper, session: Any, request: Any, kwargs: dict[str, Any]) -> Any:
    __tracebackhide__ = True
    import requests_mock.mocker as library

    from pytest_customerio.clients.bypass import notes
    from pytest_customerio.clients.bypass.leading import lead, unread

    def answer() -> Any:
        __tracebackhide__ = True
        own, request.body = request.body, unread(request.body)
        try:
            return mocked(session, request, **kwargs)
        finally:
            request.body = own

    real: Callable[..., Any] = getattr(library, "_original_send", mocked)
    note = partial(notes.of_mocker(mocker._adapter), request, (), kwargs)
    return lead(partial(real, session, request, **kwargs), answer, note)
