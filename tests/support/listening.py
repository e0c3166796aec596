"""Fixtures for stories about requests that might leave: a server that counts, and names that lead to it."""

from __future__ import annotations

CONFTEST = '''\
"""`server` answers and counts; with `names` every name leads to it, as if it stood in the machine's hosts file; with
`dns` it must not be reached.
"""

import http.server
import socket
import sys
import threading
import pytest


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.server.hits.append(f"{self.command} {self.path}")
        self.server.peers.append(self.client_address)
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", "4")
        self.end_headers()
        self.wfile.write(b"real")

    do_GET = do_PUT = do_DELETE = do_CONNECT = do_POST

    def log_message(self, *args):
        pass


class Server(http.server.ThreadingHTTPServer):
    def get_request(self):
        self.connections += 1
        return super().get_request()

    def handle_error(self, request, client_address):
        pass


@pytest.fixture(scope="session")
def server():
    made = Server(("127.0.0.1", 0), Handler)
    made.hits, made.peers, made.connections = [], [], 0
    made.url = f"http://127.0.0.1:{made.server_port}/"
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


@pytest.fixture
def names(server, monkeypatch):
    look_up = socket.getaddrinfo

    def getaddrinfo(host, port, *args, **kwargs):
        sys.audit("socket.getaddrinfo", host, port, 0, 0, 0)  # what the real one says before it looks
        return look_up("127.0.0.1", server.server_port, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    return server


@pytest.fixture
def dns(names):
    server = names
    before = server.connections
    yield server
    assert server.connections == before, f"{server.connections - before} connections arrived"
'''
