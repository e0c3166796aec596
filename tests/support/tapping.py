"""Traffic for the tests of the taps: one that remembers and answers, and a server that counts."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from contextvars import ContextVar
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self

from pytest_customerio.clients.passthrough import is_recorded
from pytest_customerio.clients.traffic import being_heard
from pytest_customerio.core.model import Answer, PendingInteraction, WireRequest
from pytest_customerio.process.call_sites import CallSite
from pytest_customerio.process.guard import RefusedError

OK = Answer(200, "OK", (("Content-Type", "application/json"),), b"{}")
TRACK = "https://track.customer.io/api/v1/customers/42/events"


class Hearing:
    """One request being heard."""

    def __init__(self, traffic: FakeTraffic, interaction: PendingInteraction) -> None:
        self.traffic = traffic
        self.interaction = interaction
        self.over = False
        self.replayed = False
        self.engine: object = None

    def __enter__(self) -> Self:
        self.token = self.traffic.above.set(self)
        self.shared = being_heard.set(self)
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self.over = True
        being_heard.reset(self.shared)
        self.traffic.above.reset(self.token)
        self.traffic.heard.append(self.interaction)


class FakeTraffic:
    """`answers` maps a path to the answers of its attempts, the last of which repeats; `hosts` are extra hosts."""

    def __init__(self) -> None:
        self.above: ContextVar[Hearing | None] = ContextVar("above", default=None)
        self.heard: list[PendingInteraction] = []
        self.attempts: list[WireRequest] = []
        self.answers: dict[str, list[Answer]] = {}
        self.hosts: set[tuple[str, int | None]] = set()
        self.refuses = False
        self.listens = True
        self.breaks_connecting = False
        calls = CallSite(Path(__file__).parents[1])
        calls._labels[__file__] = None  # like the product's own traffic, this one sends nothing itself
        self.sent_from: Callable[[], str | None] = calls.sent_from

    def concerns(self, host: str, port: int | None = None) -> bool:
        name = host.lower().rstrip(".")
        return name == "customer.io" or name.endswith(".customer.io") or (name, port) in self.hosts

    def at_connect(self, host: str = "", port: int | None = None) -> bool:
        return self.breaks_connecting

    def error_met(self) -> bool:
        return False

    def bypass(self) -> AbstractContextManager[None]:
        return nullcontext()

    def hear(self, client: str, method: str, url: str) -> Hearing | None:
        if self.above.get() is not None or not self.listens:
            return None
        return Hearing(self, PendingInteraction(client, method.upper(), url, sent_from=self.sent_from()))

    def answer(self, request: WireRequest) -> Answer:
        if self.refuses or is_recorded():
            raise self.refusal(request.url)
        self.attempts.append(request)
        hearing = self.above.get()
        if hearing is not None:
            hearing.interaction.attempts += 1
        path = "/" + request.url.partition("://")[2].partition("/")[2].partition("?")[0]
        answers = self.answers.get(path) or self.answers.get("*") or [OK]
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def refusal(self, address: str) -> BaseException:
        return RefusedError(f"refused: {address}")

    @property
    def only(self) -> PendingInteraction:
        """The one interaction that was heard."""
        (interaction,) = self.heard
        return interaction


class Listener:
    """A local server that counts the requests that should never arrive, and answers."""

    def __init__(self) -> None:
        self.hits: list[str] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.port: int = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self.thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        hits = self.hits

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                hits.append(f"{self.command} {self.path} {body.decode()}")
                self.send_response(200)
                self.send_header("Content-Length", "7")
                self.end_headers()
                self.wfile.write(b"server!")

            do_GET = do_POST

            def handle_one_request(self) -> None:
                super().handle_one_request()
                if not self.raw_requestline.startswith((b"POST", b"GET")) and self.raw_requestline:
                    hits.append(repr(self.raw_requestline))

            def log_message(self, *_: object) -> None: ...

        return Handler

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
