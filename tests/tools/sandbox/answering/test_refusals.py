"""The errors that violations of the contract draw."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sandbox_client import NOW, SandboxClient

from pytest_customerio.core.model import Violation
from pytest_customerio.tools.sandbox.answering.answers import ErrorDetail
from pytest_customerio.tools.sandbox.answering.refusals import error_detail, refusal_status, warning_notes

CUSTOMER = "/api/v1/customers/42"


MAIL = {"transactional_message_id": 1, "to": "ada@example.com", "identifiers": {"id": "42"}}


def answered(ask: SandboxClient, *request: Any, **more: Any) -> tuple[int, str]:
    """The status and the case of an answer."""
    reply = ask(*request, **more)
    return reply.answer.status, reply.case


@pytest.mark.parametrize(
    ("request_", "status", "case", "message"),
    [
        (
            ("PUT", CUSTOMER, {"plan": "x" * 1001}),
            400,
            "400-attribute-value-too-long",
            "'plan' cannot be longer than 1000",
        ),
        (("PUT", CUSTOMER, {"email": "ada"}), 400, "400-invalid-email", "invalid email identifier"),
        (("PUT", CUSTOMER, {"_timestamp": NOW * 1000}), 400, "400-invalid-timestamp", "valid unix timestamp"),
        (("POST", f"{CUSTOMER}/events", {"name": "x" * 101}), 400, "400-event-name-too-long", "longer than 100 bytes"),
        (("POST", f"{CUSTOMER}/events", {"name": "x", "data": {"x": "y" * 100_000}}), 413, "413-too-large", ""),
        (("PUT", f"{CUSTOMER}/devices", {"device": {"id": "a"}}), 400, "400-malformed", "device.platform: expected "),
        (("PUT", CUSTOMER, b"{"), 400, "400-malformed", "body: expected JSON, got text"),
        (("POST", "/v1/send/email", {**MAIL, "to": ""}), 400, "400-recipient-missing", "to"),
        (
            ("POST", "/v1/campaigns/1/triggers", {"recipients": {}}),
            422,
            "422-empty-recipients",
            "empty recipients filter",
        ),
        (
            ("POST", "/api/v2/entity", {"type": "person", "action": "fly"}),
            400,
            "400-malformed",
            "action: expected add_device, ",
        ),
    ],
)
def test_broken_contracts(ask: SandboxClient, request_: tuple[Any, ...], status: int, case: str, message: str) -> None:
    """A violation draws the error that the contract names, with the documented text where it is known."""
    reply = ask(*request_)
    assert (reply.answer.status, reply.case) == (status, case)
    assert message in reply.answer.body.decode()
    assert len(ask.service.workspace.people) == 0


def test_several_errors_at_once(ask: SandboxClient) -> None:
    """An error of Track v1 has a text for each violation."""
    reply = ask("PUT", CUSTOMER, {"plan": "x" * 1001, "nick": "y" * 1001})
    assert json.loads(reply.answer.body)["meta"]["errors"] == [
        "value for attribute 'nick' cannot be longer than 1000 bytes",
        "value for attribute 'plan' cannot be longer than 1000 bytes",
    ]


def test_a_call_of_which_no_error_is_known(ask: SandboxClient) -> None:
    """An operation without a recorded error draws one of its surface."""
    assert answered(ask, "GET", "/v1/customers") == (400, "400-identifier-required")


@pytest.mark.parametrize(
    ("error", "where", "status"),
    [
        ("400 name is required", "$.name", "400"),
        ("413", "$", "413"),
        ("200, then dropped", "$.name", "400"),
        ("", "path.customer_id", "404"),
        ("", "$.name", ""),
    ],
)
def test_the_status_of_a_violation(error: str, where: str, status: str) -> None:
    """The status is that of the error; a payload that Pipelines drops counts as 400; empty means accepted."""
    assert refusal_status(Violation("rule", "error", where, "text", "1", error=error)) == status


def test_a_detail() -> None:
    """A detail has the documented text, else expected and got; the index of the entity is not part of its field."""
    documented = Violation("rule", "error", "$.batch[1].name", "text", "nothing", error="400 name is required")
    assert error_detail(documented, 1) == ErrorDetail("name is required", "name", required=True, index=1)
    own = Violation("rule", "error", "$", "an object", "a list")
    assert error_detail(own) == ErrorDetail("body: expected an object, got a list")


def test_warnings_are_said(ask: SandboxClient) -> None:
    """What the contract only warns of is accepted, with a note that has no value in it; an error has none."""
    notes = ask.notes("PUT", "/api/v1/customers/42/devices", {"device": {"id": "1", "platform": "secret"}})
    assert notes[-1] == "the contract warns (device-bad-platform): $.device.platform: expected ios or android"
    assert ask("POST", "/api/v1/customers/42/events", {"name": "", "timestamp": "x"}).notes == ()
    logged = next(iter(ask.service.log))
    assert not any("warns" in each for each in logged.notes)


def test_many_warnings() -> None:
    """Only the first ones are said: a header has no room for more."""
    warning = Violation("r", "warning", "$.a", "b", "c")
    assert len(warning_notes([warning] * 50)) == 10
