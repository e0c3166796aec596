"""Nothing leaves, from however many threads: every name leads to a local listener that counts, and counts nothing.

The guard is not armed here, so that it is the taps alone that are proven.
"""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
import urllib3
import vcr
from tapping import OK, FakeTraffic, Listener

from pytest_customerio.core.model import Answer

WORKERS = 16
# requests per worker: the two that leaked most with vcrpy alone are asked most
EACH = {"new-session": 100, "shared-session": 100}
CONTEXT = ssl.create_default_context()


def _by_new_session(url: str) -> bytes:
    with requests.Session() as session:
        return session.post(url, data=b"{}", timeout=5).content


def _by_shared_session() -> Callable[[str], bytes]:
    session = requests.Session()
    return lambda url: session.post(url, data=b"{}", timeout=5).content


def _by_new_manager(url: str) -> bytes:
    return urllib3.PoolManager().request("POST", url, body=b"{}", retries=False).data


def _by_shared_manager() -> Callable[[str], bytes]:
    manager = urllib3.PoolManager(maxsize=4, block=True)
    return lambda url: manager.request("POST", url, body=b"{}", retries=False).data


def _by_http_client(url: str) -> bytes:
    scheme, _, rest = url.partition("://")
    host, _, path = rest.partition("/")
    if scheme == "https":
        conn: http.client.HTTPConnection = http.client.HTTPSConnection(host, timeout=5, context=CONTEXT)
    else:
        conn = http.client.HTTPConnection(host, timeout=5)
    conn.request("POST", "/" + path, b"{}")
    body = conn.getresponse().read()
    conn.close()
    return body


SENDERS: dict[str, Callable[[], Callable[[str], bytes]]] = {
    "new-session": lambda: _by_new_session,
    "shared-session": _by_shared_session,
    "new-manager": lambda: _by_new_manager,
    "shared-manager": _by_shared_manager,
    "http.client": lambda: _by_http_client,
}


def _send_all(send: Callable[[str], bytes], url: str, each: int) -> set[bytes]:
    with ThreadPoolExecutor(WORKERS) as pool:
        return set(pool.map(lambda _: send(url), range(WORKERS * each)))


@pytest.mark.parametrize("sender", SENDERS)
@pytest.mark.parametrize("scheme", ["https", "http"])
def test_no_request_reaches_a_name(tapped: FakeTraffic, dns_to_listener: Listener, sender: str, scheme: str) -> None:
    """Threads send to a name of Customer.io: the listener gets nothing."""
    each = EACH.get(sender, 50) if scheme == "http" else 25
    answers = _send_all(SENDERS[sender](), f"{scheme}://track.customer.io/api/v1/customers/42/events", each)
    assert answers == {OK.body}
    assert len(tapped.heard) == len(tapped.attempts) == WORKERS * each
    assert dns_to_listener.hits == []


@pytest.mark.parametrize("sender", SENDERS)
def test_no_request_reaches_a_base_url_of_ones_own(tapped: FakeTraffic, listener: Listener, sender: str) -> None:
    """Threads send to an address that the project declares: the listener gets nothing."""
    tapped.hosts = {("127.0.0.1", listener.port)}
    assert _send_all(SENDERS[sender](), listener.url + "/x", 25) == {OK.body}
    assert listener.hits == []


def test_the_listener_counts_what_reaches_it(dns_to_listener: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the taps, every sender reaches the listener: so the zero in the other tests means something."""
    for sender in SENDERS.values():
        assert sender()("http://track.customer.io/x") == b"server!"
    assert len(dns_to_listener.hits) == len(SENDERS)
    assert socket.getaddrinfo("track.customer.io", 80)[0][4] == ("127.0.0.1", dns_to_listener.port)


@pytest.mark.parametrize("sender", SENDERS)
def test_a_cassette_of_the_users_is_asked_in_every_thread(
    tapped: FakeTraffic, dns_to_listener: Listener, tmp_path: Path, sender: str
) -> None:
    """Requests of all threads get the cassette's answer; what it does not have gets ours at the same time."""
    cassette, ours = tmp_path / "c.yaml", "https://api.customer.io/v1/segments"
    url = "http://track.customer.io/users"
    cassette.write_text(
        f"interactions:\n- request: {{method: POST, uri: '{url}', body: '', headers: {{}}}}\n"
        "  response: {status: {code: 200, message: OK}, headers: {}, body: {string: theirs}}\nversion: 1\n"
    )
    tapped.answers["/v1/segments"] = [Answer(200, "OK", (), b"ours")]
    send = SENDERS[sender]()
    with vcr.use_cassette(
        str(cassette), record_mode="none", allow_playback_repeats=True, ignore_hosts=["api.customer.io"]
    ):
        answers = _send_all(send, url, 25)
    # A name of `http.client` read while vcrpy resets is the real class: then it is we who answer, not the network.
    assert answers == {b"theirs"} or (sender == "http.client" and answers <= {b"theirs", OK.body})
    assert _send_all(send, ours, 5) == {b"ours"}
    assert dns_to_listener.hits == []
    assert len(tapped.heard) == WORKERS * 30
