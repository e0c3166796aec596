"""What a mock is in truth where a whole module is a mock."""

from __future__ import annotations

from typing import Any
from unittest.mock import MagicMock

import pytest

from pytest_customerio.clients.mocks.originals.attributes import MISSING
from pytest_customerio.clients.mocks.originals.known import Known
from pytest_customerio.clients.mocks.originals.libraries import BY_NAME
from pytest_customerio.clients.mocks.originals.roles import Role
from pytest_customerio.clients.mocks.placed.mock_state import MADE_BY, MESSAGE, ROLE
from pytest_customerio.clients.mocks.real_calls.real_values import RealValues

customerio = pytest.importorskip("customerio")


@pytest.fixture
def module() -> Any:
    """A mock of the whole SDK."""
    made = MagicMock()
    made.__dict__[ROLE] = Role("module", customerio, "customerio", BY_NAME["customerio"])
    return made


@pytest.fixture
def values() -> RealValues:
    """What is known of the SDK."""
    known = Known()
    known.learn(BY_NAME["customerio"])
    return RealValues(known)


def test_a_constant_and_a_message(values: RealValues, module: Any) -> None:
    """Constants, and objects with what was given, set and called; anything that is no mock stays."""
    message = module.SendEmailRequest(to="ada@example.com", identifiers={"id": "42"})
    message.subject = "Hello"
    message.attach("a.txt", "hello")
    (region, real, text), named = values.given((module.Regions.EU, message, "text"), {"x": module.Regions.US})
    assert (region, named, text) == (customerio.Regions.EU, {"x": customerio.Regions.US}, "text")
    assert type(real) is customerio.SendEmailRequest
    assert real.to == "ada@example.com"
    assert real.subject == "Hello"
    assert real.attachments


def test_what_cannot_be_known(values: RealValues, module: Any) -> None:
    """Mocks of nothing, names that the real module lacks, clients, refused arguments, and what was made twice since."""
    refused = module.SendEmailRequest(no_such_argument=1)
    unknown: list[Any] = [MagicMock(), module.Nowhere.EU, module.CustomerIO("a", "b"), module.Regions.EU(), refused]
    assert [values.of(one) for one in unknown] == [MISSING] * len(unknown)
    assert values.or_real(refused) is refused
    module.SendPushRequest(to=MagicMock())
    assert values.of(module.SendPushRequest.return_value) is MISSING
    module.SendSMSRequest(to="1")
    assert values.of(module.SendSMSRequest.return_value) is not MISSING
    module.SendSMSRequest(to="2").attach("a")
    assert values.of(module.SendSMSRequest.return_value) is MISSING
    module.SendInAppRequest(to="1")
    module.SendInAppRequest(to="2")
    assert values.of(module.SendInAppRequest.return_value) is MISSING


@pytest.mark.parametrize("given", [False, True], ids=["its own result", "a result that it was given"])
def test_a_class_of_messages(values: RealValues, *, given: bool) -> None:
    """A mock that stands for one class gives messages with what they were made with."""
    result = MagicMock()
    cls = MagicMock(return_value=result) if given else MagicMock()
    cls.__dict__[MESSAGE] = customerio.SendEmailRequest
    message = cls(to="ada@example.com", identifiers={"id": "42"})
    if given:
        message.__dict__[MADE_BY] = cls
    message.subject = "Hello"
    real = values.or_real(message)
    assert type(real) is customerio.SendEmailRequest
    assert (real.to, real.subject) == ("ada@example.com", "Hello")
    assert values.or_real(cls) is customerio.SendEmailRequest
