"""Fakes that the project assigned without `monkeypatch`."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from faking import Listening, listening

from pytest_customerio.clients.mocks.originals.roles import Built
from pytest_customerio.clients.sent import watched

customerio = pytest.importorskip("customerio")
requests = pytest.importorskip("requests")


class Anything:
    pass


class Fake:
    def track(self, *args: Any) -> tuple[Any, ...]:
        return args


@pytest.fixture
def heard(tmp_path: Path) -> Iterator[Listening]:
    """The application is listened to."""
    with listening(tmp_path, __file__) as made:
        yield made


def test_a_method_of_a_class(heard: Listening) -> None:
    """It is found when it is looked for, and stays what it was when listening ends."""
    real = customerio.CustomerIO.track
    customerio.CustomerIO.track = fake = lambda *args: args
    for _ in range(2):
        heard.listener.look()
    given = heard.app.client.track("42", "purchase")
    customerio.CustomerIO.track = real
    assert given == (heard.app.client, "42", "purchase")
    assert fake is not real
    assert heard.taken() == [("customerio.CustomerIO.track", ("42", "purchase"), {})]


def test_a_method_of_an_object(heard: Listening, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is heard from the assignment on; other attributes, and what is none of the project's, stay as they are."""
    client = heard.app.client
    client.track = lambda *args: args
    client.note = note = lambda *args: args
    client.url = "https://track.customer.io/api/v1"
    client.identify = len
    assert client.track("42", "purchase") == ("42", "purchase")
    assert (client.note, client.identify) == (note, len)
    monkeypatch.setattr(client, "track", lambda *args: args)
    assert client.track("43", "purchase") == ("43", "purchase")
    assert [(label, args) for label, args, _ in heard.taken()] == [
        ("customerio.CustomerIO.track", (person, "purchase")) for person in ("42", "43")
    ]


def test_a_coroutine_that_sends_by_itself(heard: Listening) -> None:
    """What it sends is heard by itself, so its call is dropped."""
    sends = [True, False]

    async def track(*args: Any) -> None:
        call = watched.get()
        if sends.pop() and call is not None:
            call.note_sent()

    heard.app.client.track = track
    for person in ("42", "43"):
        asyncio.run(heard.app.client.track(person, "purchase"))
    assert [args for _, args, _ in heard.taken()] == [("42", "purchase")]


def test_a_function_that_patch_puts_in_place(heard: Listening) -> None:
    """It answers, and is heard."""
    with patch.object(requests, "post", lambda url, **more: url):
        assert requests.post(heard.app.URL, json={"name": "purchase"}) == heard.app.URL
    assert [label for label, *_ in heard.taken()] == ["requests.post"]


def test_what_is_no_fake(heard: Listening, monkeypatch: pytest.MonkeyPatch) -> None:
    """A function of a library, and an object of the project that has none of the methods."""
    own: Any
    for own in (print, Anything(), Anything, 3):
        monkeypatch.setitem(vars(requests), "post", own)
        heard.listener.look()
        assert requests.post is own


def test_a_function_that_makes_objects(heard: Listening, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it makes stands for an instance that was built with its arguments."""
    monkeypatch.setattr(heard.app, "CustomerIO", lambda *_: Fake())
    assert heard.app.CustomerIO("site-1234", "key-12345").track("42", "purchase") == ("42", "purchase")
    assert heard.notes is not None
    (note,), _ = heard.notes.take()
    assert (note.through, note.instance) == ("fake of customerio.CustomerIO.track", Built(("site-1234", "key-12345")))
