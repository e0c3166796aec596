"""The real objects that mocks call while an error case is at work."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from http.client import HTTPSConnection
from typing import Any
from unittest.mock import AsyncMock, MagicMock

import pytest

from pytest_customerio.clients.bypass.leading import MockAnswersError
from pytest_customerio.clients.mocks.originals.known import Known
from pytest_customerio.clients.mocks.originals.libraries import BY_NAME
from pytest_customerio.clients.mocks.originals.roles import Built, Role, child
from pytest_customerio.clients.mocks.real_calls.calling_through import CallsThrough, or_answered
from pytest_customerio.clients.mocks.real_calls.instances import Instances
from pytest_customerio.clients.sent import watched

requests = pytest.importorskip("requests")
analytics = pytest.importorskip("customerio.analytics")


@pytest.fixture
def known() -> Known:
    made = Known()
    for name in ("requests", "aiohttp", "customerio.analytics", "http.client"):
        made.learn(BY_NAME[name])
    return made


@pytest.fixture
def through(known: Known) -> Iterator[CallsThrough]:
    made = CallsThrough(known)
    yield made
    made.close()


def method(known: Known, cls: Any, name: str, instance: Any) -> Role:
    """What a mock of this method stands for, on an instance that is real, or was built like this."""
    role = known.role(cls)
    assert role is not None
    return child(Role("instance", cls, role.label, role.library, instance=instance), name)


def real(through: CallsThrough, role: Role) -> Any:
    """The object that the mock calls."""
    found = through._method(role)
    assert found is not None
    return found[0].__self__  # type: ignore[attr-defined]


def _never(call: object, error: Exception) -> None:
    raise AssertionError(error)


def test_what_cannot_be_called(known: Known, through: CallsThrough) -> None:
    """What sends when a block begins, a session of aiohttp where no loop runs, `http.client`: the mock answers.

    So it does where the constructor of the real thing refuses what it is given, or calls what a test replaced.
    """
    aiohttp = pytest.importorskip("aiohttp")
    connection = method(known, HTTPSConnection, "request", Built(("track.customer.io",)))
    assert through._method(connection) is None
    assert through._method(method(known, requests.Session, "post", Built(("refused",)))) is None
    assert through._method(method(known, requests.Session, "stream", None)) is None
    assert through._method(method(known, aiohttp.ClientSession, "get", None)) is None


def test_one_client_for_each_that_was_built(known: Known, through: CallsThrough) -> None:
    """Until the end of the test; one that was not built is shared by all mocks of the class."""
    one, same, other = Built(), Built(), Built((), {}, ())
    first = real(through, method(known, requests.Session, "post", one))
    assert real(through, method(known, requests.Session, "post", same)) is first
    assert real(through, method(known, requests.Session, "put", other)) is first
    unknown = real(through, method(known, requests.Session, "post", None))
    assert unknown is real(through, method(known, requests.Session, "get", None))
    through.end_test()
    assert real(through, method(known, requests.Session, "post", one)) is not first
    own = requests.Session()
    assert real(through, method(known, requests.Session, "post", own)) is own


def test_no_such_method(known: Known, through: CallsThrough) -> None:
    """The mock answers; so it does where the real object has a mock in that place."""
    session = requests.Session()
    session.other = MagicMock()
    assert through.call(method(known, requests.Session, "nothing", session), MagicMock(), (), {}, _never) is None
    assert through.call(method(known, requests.Session, "other", session), MagicMock(), (), {}, _never) is None
    session.other = dict
    call = through.call(method(known, requests.Session, "other", session), MagicMock(), (), {"a": 1}, _never)
    assert call is not None
    assert call() == {"a": 1}
    assert watched.get() is None


def test_clients_of_the_cdp_sdk(known: Known, through: CallsThrough) -> None:
    """Each has a thread, which ends at the end of the run; a client that sends nothing, or sends at once, has none."""
    before = set(threading.enumerate())
    started = real(through, method(known, analytics.Client, "track", Built(("write-key-1",))))
    assert real(through, method(known, analytics.Client, "track", Built(("write-key-1",)))) is started
    for quiet in (Built(("key",), {"send": False}), Built(("key",), {"sync_mode": True})):
        real(through, method(known, analytics.Client, "track", quiet))
    own = analytics.Client("write-key-1", send=False)
    assert real(through, method(known, analytics.Client, "track", own)) is own
    assert set(threading.enumerate()) - before == set(started.consumers)
    through.close()
    assert set(threading.enumerate()) == before


def test_the_module_of_the_cdp_sdk(known: Known, monkeypatch: pytest.MonkeyPatch) -> None:
    """The client that there is, or one by the settings of the module, or none; `send` is not asked."""
    instances = Instances(known)
    assert instances.behind_module() is None
    monkeypatch.setattr(analytics, "write_key", "module-key")
    monkeypatch.setattr(analytics, "send", False)
    built = instances.behind_module()
    assert isinstance(built, Built)
    assert (built.kwargs["write_key"], "send" in built.kwargs) == ("module-key", False)
    own = analytics.Client("write-key-1", send=False)
    monkeypatch.setattr(analytics, "default_client", own)
    assert instances.behind_module() is own


async def _unanswered(*_: object) -> None:
    """A real call whose request the case does not answer any more."""
    raise MockAnswersError


def test_a_coroutine_that_the_case_answers_no_more(known: Known, through: CallsThrough) -> None:
    """The mock answers, with a value or with a coroutine of its own, and counts once that it was awaited."""
    assert asyncio.run(or_answered(_unanswered, lambda: "mock")) == "mock"
    mock = AsyncMock(return_value="awaited")
    assert asyncio.run(or_answered(_unanswered, mock)) == "awaited"
    session = requests.Session()
    session.other = _unanswered
    mock = AsyncMock(return_value="awaited")
    real = through.call(method(known, requests.Session, "other", session), mock, (), {}, _never)
    assert real is not None
    assert asyncio.run(or_answered(real, mock)) == "awaited"
    assert (mock.await_count, len(mock.await_args_list)) == (1, 1)
