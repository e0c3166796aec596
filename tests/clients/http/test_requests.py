"""requests is heard once and answered by urllib3's tap; nothing changes for the application."""

from __future__ import annotations

import gzip
import io
import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
import responses
import vcr
from requests.adapters import HTTPAdapter
from tapping import TRACK, FakeTraffic, Listener
from urllib3.util.request import body_to_chunks
from urllib3.util.retry import Retry

from pytest_customerio.core.model import Answer
from pytest_customerio.process.guard import RefusedError

SERVER_ERROR = Answer(503, "Service Unavailable", (("Content-Type", "text/plain"),), b"later")
RESET = Answer(fault="connection-reset")
TIMEOUT = Answer(fault="read-timeout")


def _retrying(total: int = 3, **kwargs: object) -> requests.Session:
    session = requests.Session()
    retry = Retry(total=total, backoff_factor=0, status_forcelist=[503], allowed_methods=None)
    session.mount("https://", HTTPAdapter(max_retries=retry, **kwargs))
    return session


def test_a_request_is_heard_and_answered(tapped: FakeTraffic) -> None:
    """One POST: payload, status and call site are heard."""
    tapped.answers["/api/v1/customers/42/events"] = [Answer(200, "", (("X-Request-Id", "7"),), b'{"ok": true}')]
    response = requests.post(TRACK, json={"name": "ü"}, auth=("site", "key"), timeout=5)
    assert (response.status_code, response.reason, response.json()) == (200, "OK", {"ok": True})
    assert response.headers["x-request-id"] == "7"
    assert response.url == TRACK
    heard = tapped.only
    assert (heard.client, heard.method, heard.url, heard.attempts) == ("requests", "POST", TRACK, 1)
    assert (heard.status, heard.raised, heard.timeout_set, heard.body_known) == (200, None, True, True)
    assert json.loads(heard.body or b"") == {"name": "ü"}
    assert heard.headers["authorization"] == "Basic c2l0ZTprZXk="
    assert heard.headers["content-type"] == "application/json"
    assert heard.sent_from is not None
    assert heard.sent_from.startswith("clients/http/test_requests.py:")
    assert heard.sent_from.endswith(" in test_a_request_is_heard_and_answered")
    (sent,) = tapped.attempts
    assert (sent.method, sent.url, sent.body) == ("POST", TRACK, heard.body)
    assert sent.headers["authorization"] == "Basic c2l0ZTprZXk="


def test_credentials_in_the_url_are_heard_as_they_are_sent(tapped: FakeTraffic) -> None:
    """Credentials in the URL are heard as the header that requests makes of them."""
    requests.get("https://site:key@track.customer.io/api/v1/accounts/region", timeout=(1, 2))
    assert tapped.only.headers["authorization"] == "Basic c2l0ZTprZXk="
    assert tapped.only.timeout_set


@pytest.mark.parametrize("timeout", [None, (3, None)])
def test_a_missing_timeout_is_heard(tapped: FakeTraffic, timeout: object) -> None:
    """No timeout, or only half of one, counts as none."""
    requests.post(TRACK, timeout=timeout)  # type: ignore[arg-type]
    assert tapped.only.timeout_set is False


def test_an_adapters_own_timeout_counts(tapped: FakeTraffic) -> None:
    """A timeout that an adapter adds to every request of its session counts."""

    class Limited(HTTPAdapter):
        def send(self, request: requests.PreparedRequest, **kwargs: object) -> requests.Response:
            kwargs["timeout"] = 4
            return super().send(request, **kwargs)  # type: ignore[arg-type]

    session = requests.Session()
    session.mount("https://", Limited())
    session.post(TRACK)
    assert tapped.only.timeout_set is True


@pytest.mark.parametrize(
    ("data", "body"),
    [
        (b"bytes", b"bytes"),
        ("täxt", "täxt".encode()),
        ({"a": "1", "b": "2"}, b"a=1&b=2"),
        (None, None),
        (gzip.compress(b"{}", mtime=0), gzip.compress(b"{}", mtime=0)),
        (bytearray(b"array"), b"array"),
    ],
)
def test_bodies_are_heard_as_they_are_sent(tapped: FakeTraffic, data: object, body: bytes | None) -> None:
    """Each kind of body is heard as it is sent."""
    requests.post(TRACK, data=data)  # type: ignore[arg-type]
    assert (tapped.only.body, tapped.only.body_known) == (body, True)
    assert tapped.attempts[0].body == (body or b"")


def test_a_file_is_heard_and_still_sent(tapped: FakeTraffic, tmp_path: Path) -> None:
    """A file is heard and sent from its position, in binary and in text mode."""
    path = tmp_path / "body.json"
    path.write_text('xx{"ü": 1}', encoding="utf-8")
    with path.open("rb") as file:
        file.seek(2)
        requests.post(TRACK, data=file)
    if b"".join(body_to_chunks(io.StringIO("ü"), "POST", 9).chunks or ()) != "ü".encode():
        pytest.skip("this urllib3 sends text in Latin-1, shorter than requests says, and waits for an answer in vain")
    with path.open(encoding="utf-8") as text, pytest.warns(requests.exceptions.FileModeWarning):
        requests.post(TRACK, data=text)  # type: ignore[arg-type]
    requests.post(TRACK, data=io.BytesIO(b"memory"))
    assert [heard.body for heard in tapped.heard] == ['{"ü": 1}'.encode(), 'xx{"ü": 1}'.encode(), b"memory"]
    assert [sent.body for sent in tapped.attempts] == [heard.body for heard in tapped.heard]


def test_a_generator_is_heard_while_it_is_sent(tapped: FakeTraffic) -> None:
    """A generator is heard while it is sent; afterwards the request has the application's own object."""

    def chunks() -> Iterator[bytes]:
        yield b'{"a":'
        yield b" 1}"

    body = chunks()
    response = requests.post(TRACK, data=body)
    assert tapped.only.body == b'{"a": 1}'
    assert tapped.attempts[0].body == b'{"a": 1}'
    assert response.request.body is body
    assert tapped.only.headers["transfer-encoding"] == "chunked"


def test_a_generator_that_a_mock_does_not_read_stays_unread(tapped: FakeTraffic) -> None:
    """A mock does not read the body: it is unknown, and the application can still read it."""
    body = iter([b"{", b"}"])
    with responses.RequestsMock() as mock:
        mock.post(TRACK, status=201)
        response = requests.post(TRACK, data=body)
        assert mock.calls[0].request.body is body
    assert (tapped.only.body, tapped.only.body_known, tapped.only.status) == (None, False, 201)
    assert response.request.body is body
    assert list(body) == [b"{", b"}"]


def test_what_a_generator_raises_is_raised(tapped: FakeTraffic) -> None:
    """The error of a generator reaches the application, and the request has its own body again."""

    def chunks() -> Iterator[bytes]:
        yield b"{"
        raise LookupError("no more rows")

    request = requests.Request("POST", TRACK, data=chunks()).prepare()
    own = request.body
    with pytest.raises(LookupError, match="no more rows"):
        requests.Session().send(request)
    assert request.body is own
    assert (tapped.only.raised, tapped.only.body_known) == ("LookupError", False)


def test_retries_run_for_real(tapped: FakeTraffic) -> None:
    """urllib3's Retry makes three attempts, and one request is heard."""
    tapped.answers["*"] = [SERVER_ERROR, RESET, Answer(200, "OK", (), b"done")]
    response = _retrying().post(TRACK, data=b"{}")
    assert (response.status_code, response.text) == (200, "done")
    assert (tapped.only.attempts, tapped.only.status) == (3, 200)
    assert [sent.body for sent in tapped.attempts] == [b"{}"] * 3
    assert len(response.raw.retries.history) == 2


def test_a_blocking_pool_survives_a_status_retry(tapped: FakeTraffic) -> None:
    """The only connection of a blocking pool is free again before the next attempt."""
    tapped.answers["*"] = [SERVER_ERROR, SERVER_ERROR, Answer(200, "OK", (), b"done")]
    session = _retrying(pool_maxsize=1, pool_block=True)
    assert [session.post(TRACK, data=b"{}").text for _ in range(3)] == ["done"] * 3
    with session.get(TRACK, stream=True) as streamed:
        assert list(streamed.iter_content(2)) == [b"do", b"ne"]
    assert session.post(TRACK).ok


def test_exhausted_retries_raise_what_they_raise(tapped: FakeTraffic) -> None:
    """Retries that are used up raise the same exceptions as on a network."""
    tapped.answers["*"] = [SERVER_ERROR]
    with pytest.raises(requests.exceptions.RetryError):
        _retrying(1).post(TRACK)
    assert (tapped.only.raised, tapped.only.attempts) == ("RetryError", 2)


def test_a_reset_connection(tapped: FakeTraffic) -> None:
    """A reset raises the exceptions of urllib3 and requests."""
    tapped.answers["*"] = [RESET]
    with pytest.raises(requests.exceptions.ConnectionError, match=r"'Connection aborted\.', ConnectionResetError\(104"):
        requests.post(TRACK)
    assert tapped.only.raised == "ConnectionError"


def test_a_read_timeout(tapped: FakeTraffic) -> None:
    """A read timeout names the limit that was given."""
    tapped.answers["*"] = [TIMEOUT]
    with pytest.raises(requests.exceptions.ReadTimeout, match=r"Read timed out\. \(read timeout=7\)"):
        requests.post(TRACK, timeout=(1, 7))


def test_redirects_and_cookies_work(tapped: FakeTraffic) -> None:
    """A request that is redirected is heard once, and its cookies are stored in the session."""
    eu = "https://track-eu.customer.io/api/v1/customers/42/events"
    tapped.answers["*"] = [
        Answer(307, "", (("Location", eu), ("Set-Cookie", "seen=1; Domain=customer.io; Path=/")), b""),
        Answer(200, "OK", (), b"hello"),
    ]
    session = requests.Session()
    response = session.post(TRACK, data=b"{}")
    assert (response.text, response.url, [one.status_code for one in response.history]) == ("hello", eu, [307])
    assert session.cookies["seen"] == "1"
    assert tapped.attempts[1].headers["cookie"] == "seen=1"
    assert (tapped.only.url, tapped.only.attempts, tapped.only.status) == (TRACK, 2, 200)


def test_a_redirected_generator_leaves_no_stand_in(tapped: FakeTraffic) -> None:
    """After redirects, no request holds the object that we sent in place of the body."""
    tapped.answers["*"] = [Answer(303, "", (("Location", "/elsewhere"),), b""), Answer(200)]
    body = iter([b"{}"])
    response = requests.post(TRACK, data=body)
    assert response.history[0].request.body is body
    assert response.request.method == "GET"


@pytest.mark.parametrize("status", [204, 304])
def test_bodiless_answers(tapped: FakeTraffic, status: int) -> None:
    """A 204, and the answer to HEAD, have no body."""
    tapped.answers["*"] = [Answer(status, "", (("Content-Length", "4"),), b"body")]
    assert requests.get(TRACK).content == b""
    assert requests.head(TRACK).content == b""


def test_compressed_answers_are_decoded(tapped: FakeTraffic) -> None:
    """A compressed answer is decoded as one from a server."""
    tapped.answers["*"] = [Answer(200, "OK", (("Content-Encoding", "gzip"),), gzip.compress(b"plain"))]
    assert requests.get(TRACK).text == "plain"


def test_sessions_older_than_the_tap(traffic: FakeTraffic) -> None:
    """A session that was made before, and a `send` that was bound before, are answered."""
    from pytest_customerio.clients import registry

    session = requests.Session()
    send = session.send
    uninstall = registry.install(traffic)
    session.get(TRACK)
    uninstall()
    with pytest.raises(LookupError):
        _Unreachable().mounted(session).get(TRACK)
    assert len(traffic.heard) == 1
    assert send.__func__ is requests.Session.send


class _Unreachable(HTTPAdapter):
    def send(self, *_: object, **__: object) -> requests.Response:
        raise LookupError

    def mounted(self, session: requests.Session) -> requests.Session:
        session.mount("https://", self)
        return session


def test_a_mounted_adapter_answers(tapped: FakeTraffic) -> None:
    """A user's adapter answers; the request is heard, and the adapter's error is raised."""
    with pytest.raises(LookupError):
        _Unreachable().mounted(requests.Session()).post(TRACK, data=b"x")
    assert (tapped.only.raised, tapped.only.body, tapped.attempts) == ("LookupError", b"x", [])


def test_other_hosts_run_their_own_code(tapped: FakeTraffic, listener: Listener) -> None:
    """Requests to other hosts are neither heard nor answered."""
    assert requests.post(listener.url + "/x", data=b"1").text == "server!"
    assert listener.hits == ["POST /x 1"]
    assert (tapped.heard, tapped.attempts) == ([], [])


@pytest.mark.parametrize("proxy", ["http://proxy.example:3128", "https://proxy.example:3128"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_proxies_are_never_asked(tapped: FakeTraffic, proxy: str, scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy is asked, neither to tunnel nor to forward; a fault behind one is not the proxy's."""
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: pytest.fail("looked up"))
    url = TRACK.replace("https", scheme)
    proxies = {scheme: proxy}
    assert requests.post(url, data=b"{}", proxies=proxies).status_code == 200
    assert (tapped.only.url, tapped.attempts[0].url) == (url, url)
    tapped.answers["*"] = [RESET]
    with pytest.raises(requests.exceptions.ConnectionError) as caught:
        requests.post(url, proxies=proxies)
    assert not isinstance(caught.value, requests.exceptions.ProxyError)


def test_a_refusal_reaches_the_application_at_once(tapped: FakeTraffic) -> None:
    """A refused request raises our error at once; no retry engine takes it for an error of the network."""
    tapped.refuses = True
    with pytest.raises(RefusedError):
        _retrying().post(TRACK)
    assert (tapped.only.raised, tapped.attempts) == ("RefusedError", [])


def test_requests_outside_of_a_test_are_answered(tapped: FakeTraffic) -> None:
    """Outside of a test, requests are still answered or refused: nothing may leave the machine."""
    tapped.listens = False
    assert requests.post(TRACK, data=iter([b"{}"])).status_code == 200
    assert (tapped.heard, [sent.body for sent in tapped.attempts]) == ([], [b"{}"])


def test_responses_answers_above_us(tapped: FakeTraffic) -> None:
    """What `responses` answers is heard once, with its status or its error."""
    with responses.RequestsMock() as mock:
        mock.post(TRACK, status=429)
        mock.post(TRACK, body=requests.exceptions.ReadTimeout("mock"))
        assert requests.post(TRACK, json={}).status_code == 429
        with pytest.raises(requests.exceptions.ReadTimeout, match="mock"):
            requests.post(TRACK, json={})
    assert [(heard.status, heard.raised) for heard in tapped.heard] == [(429, None), (None, "ReadTimeout")]
    assert tapped.attempts == []


def test_a_blocked_network_is_not_needed(tapped: FakeTraffic) -> None:
    """While pytest-recording blocks sockets, a request gets our answer."""
    network = pytest.importorskip("pytest_recording.network")
    with network.blocking_context():
        assert requests.post(TRACK).status_code == 200
    assert len(tapped.heard) == 1


def test_what_responses_lets_through_is_answered(tapped: FakeTraffic) -> None:
    """What `responses` lets pass is heard once, and gets our answer."""
    with responses.RequestsMock() as mock:
        mock.add_passthru("https://track.customer.io")
        assert requests.post(TRACK).status_code == 200
    assert (len(tapped.heard), len(tapped.attempts)) == (1, 1)


CASSETTE = f"""\
interactions:
- request: {{method: POST, uri: "{TRACK}", body: "", headers: {{}}}}
  response: {{status: {{code: 418, message: Recorded}}, headers: {{}}, body: {{string: tea}}}}
version: 1
"""


def test_a_cassette_of_the_users_answers(tapped: FakeTraffic, tmp_path: Path) -> None:
    """What a cassette answers is heard once; before and after it the same session gets our answer."""
    (tmp_path / "c.yaml").write_text(CASSETTE)
    session = requests.Session()
    assert session.post(TRACK).status_code == 200
    with vcr.use_cassette(str(tmp_path / "c.yaml"), record_mode="none"):
        response = session.post(TRACK, data=b"{}")
    assert (response.status_code, response.text) == (418, "tea")
    assert session.post(TRACK).status_code == 200
    assert [heard.status for heard in tapped.heard] == [200, 418, 200]
    assert len(tapped.attempts) == 2


def test_the_debug_log_of_urllib3_is_written(tapped: FakeTraffic, caplog: pytest.LogCaptureFixture) -> None:
    """urllib3's debug log is written as for a real answer, because secrets may leak there."""
    caplog.set_level("DEBUG", "urllib3")
    requests.post(TRACK)
    assert 'https://track.customer.io:443 "POST /api/v1/customers/42/events HTTP/1.1" 200' in caplog.text


def test_a_request_that_was_not_prepared_raises_requests_error(tapped: FakeTraffic) -> None:
    """A request that was not prepared raises requests' own error."""
    with pytest.raises(ValueError, match="PreparedRequest"):
        requests.Session().send(requests.Request("POST", TRACK))  # type: ignore[arg-type]


class _Signing(HTTPAdapter):
    """An adapter of the application's that adds a header and compresses, in the request or in a copy of it."""

    def __init__(self, *, copies: bool) -> None:
        super().__init__()
        self._copies = copies

    def send(self, request: requests.PreparedRequest, *args: object, **kwargs: object) -> requests.Response:
        sent = request.copy() if self._copies else request
        sent.body = gzip.compress(request.body) if request.body else None
        sent.headers.update({"Authorization": "Basic x", "Content-Encoding": "gzip"})
        sent.headers["Content-Length"] = str(len(sent.body or b""))
        return super().send(sent, *args, **kwargs)


@pytest.mark.parametrize("copies", [False, True])
def test_what_an_adapter_adds_is_heard(tapped: FakeTraffic, copies: bool) -> None:
    """Headers and the body are heard as they are sent, from an adapter of the application's."""
    with requests.Session() as session:
        session.mount("https://", _Signing(copies=copies))
        session.post(TRACK, data=b"{}")
    heard = tapped.only
    assert (heard.headers["authorization"], heard.headers["content-encoding"]) == ("Basic x", "gzip")
    assert gzip.decompress(heard.body or b"") == b"{}"


@responses.activate
def test_what_an_adapter_adds_above_a_mock_is_heard(tapped: FakeTraffic) -> None:
    """The same holds where a mock answers beneath the adapter, with a body and without one."""
    responses.post(TRACK, json={})
    with requests.Session() as session:
        session.mount("https://", _Signing(copies=False))
        session.post(TRACK, data=b"{}")
        session.post(TRACK)
    assert [one.headers["authorization"] for one in tapped.heard] == ["Basic x"] * 2
    assert [one.body and gzip.decompress(one.body) for one in tapped.heard] == [b"{}", None]
