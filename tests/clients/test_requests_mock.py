"""requests-mock: its requests are heard once, whenever its mocker starts."""

from __future__ import annotations

import pytest
import requests
import requests_mock
from tapping import TRACK, FakeTraffic, Listener

from pytest_customerio.clients import registry


def test_a_mocker_answers_above_us(tapped: FakeTraffic) -> None:
    """What a mocker answers is heard once, with its status."""
    with requests_mock.Mocker() as mock:
        mock.post(TRACK, status_code=429)
        assert requests.post(TRACK, json={}).status_code == 429
    assert (tapped.only.client, tapped.only.status, tapped.only.body) == ("requests", 429, b"{}")
    assert tapped.attempts == []
    assert requests.post(TRACK).status_code == 200
    assert len(tapped.heard) == 2


def test_a_mocker_that_started_before_the_tap(traffic: FakeTraffic) -> None:
    """Requests of a mocker that started before the tap are heard."""
    with requests_mock.Mocker() as mock:
        mock.post(TRACK, status_code=429)
        uninstall = registry.install(traffic)
        assert requests.post(TRACK).status_code == 429
        uninstall()
    assert traffic.only.status == 429


def test_a_mocker_of_one_session(tapped: FakeTraffic) -> None:
    """A mocker of one session: the requests of this session and of others are heard."""
    session = requests.Session()
    with requests_mock.Mocker(session=session) as mock:
        mock.post(TRACK, status_code=429)
        assert session.post(TRACK).status_code == 429
        assert requests.post(TRACK).status_code == 200
    assert session.post(TRACK).status_code == 200
    assert [heard.status for heard in tapped.heard] == [429, 200, 200]


def test_what_a_mocker_does_not_know(tapped: FakeTraffic) -> None:
    """An unknown request raises the mocker's error, or passes to our answer; it is heard once either way."""
    with requests_mock.Mocker() as mock, pytest.raises(requests_mock.NoMockAddress):
        requests.post(TRACK)
    with requests_mock.Mocker(real_http=True), requests_mock.Mocker(real_http=True) as mock:
        mock.post("https://example.org/")
        assert requests.post(TRACK).status_code == 200
    assert [(heard.status, heard.raised) for heard in tapped.heard] == [(None, "NoMockAddress"), (200, None)]


def test_other_hosts_are_mocked_unheard(tapped: FakeTraffic, listener: Listener) -> None:
    """Requests to other hosts are mocked, and not heard."""
    with requests_mock.Mocker() as mock:
        mock.post(listener.url, text="mocked")
        assert requests.post(listener.url).text == "mocked"
    assert tapped.heard == []
