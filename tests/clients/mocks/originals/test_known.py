"""What is known of the libraries, by identity."""

from __future__ import annotations

import copy
from dataclasses import replace
from types import SimpleNamespace
from unittest.mock import MagicMock

import pytest
from hearing_mocks import Listening

from pytest_customerio.clients.mocks.listening import sdk_calls
from pytest_customerio.clients.mocks.originals.known import Known
from pytest_customerio.clients.mocks.originals.libraries import BY_NAME, Library
from pytest_customerio.process.patching import Patches

customerio = pytest.importorskip("customerio")
requests = pytest.importorskip("requests")

KEYS = ("site-1234", "key-12345")


def test_what_a_mock_stands_for(heard: Listening) -> None:
    """Classes, their methods, instances and functions, by identity; anything else is nothing."""
    known, client = heard.listener.known, customerio.CustomerIO(*KEYS)

    class Own(customerio.CustomerIO):  # type: ignore[misc]
        """A class of the application's."""

    found = {
        name: role and (role.kind, role.label)
        for name, role in {
            "class": known.role(customerio.CustomerIO),
            "method": known.role(customerio.CustomerIO.track),
            "static": known.role(staticmethod(customerio.CustomerIO.track)),
            "bound": known.role(client.track),
            "instance": known.role(client),
            "module": known.role(customerio),
            "function": known.role(requests.post),
            "own": known.role(Own),
            "nothing": known.role(None),
            "type": known.role(type),
            "text": known.role("customerio.CustomerIO"),
            "a mock that claims to be one": known.role(MagicMock(spec=customerio.CustomerIO)),
            "other": known.role(SimpleNamespace(__name__="CustomerIO", __module__="customerio")),
        }.items()
    }
    name = "customerio.CustomerIO"
    assert found == {
        "class": ("class", name),
        "method": ("method", f"{name}.track"),
        "static": ("method", f"{name}.track"),
        "bound": ("method", f"{name}.track"),
        "instance": ("instance", name),
        "module": ("module", "customerio"),
        "function": ("function", "requests.post"),
        "own": ("class", f"{__name__}.{Own.__qualname__}"),
        **dict.fromkeys(("nothing", "type", "text", "a mock that claims to be one", "other")),
    }


def test_late_imports(heard: Listening) -> None:
    """A library that is imported later is known from then on."""
    known = Known()
    assert known.role(customerio.CustomerIO) is None
    known.learn(BY_NAME["customerio"])
    assert known.role(customerio.CustomerIO) is not None
    assert known.instances.only(customerio.CustomerIO) is None
    other = Library("types", {"Nothing": ()}, ("nothing",), sdk=True)
    sdk_calls.note_instances(other, heard.listener._place, Patches(), known.instances.add)
    sdk_calls.install(other, heard.listener._place, Patches())
    known.learn(other)
    assert known.role(SimpleNamespace) is None
    role = known.role(customerio.CustomerIO)
    assert copy.deepcopy([role])[0] is role


def test_a_maker_that_is_no_more() -> None:
    """A release of a library without the function that gives an instance of a class."""
    known = Known()
    known.learn(replace(BY_NAME["requests"], made_by={"Session": "no_such_function"}))
    assert known.named("requests.no_such_function") is None
