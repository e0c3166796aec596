"""HTTP/1.1 for sockets in memory: reads the requests that a client writes, and writes an answer as bytes.

h11 does the same for servers, and does not fit here. It refuses (tried with 0.16) a request without Host, a target or a
Content-Length with odd characters, an answer whose header value holds a line break, and a body that its Content-Length
does not match; and it chunks an answer without a length. But a client may write the former, and a cassette may hold the
latter: the application must meet such an answer as it was recorded. All of this would have to go around h11.
"""

from __future__ import annotations

from http import HTTPStatus

from pytest_customerio.core.model import Answer, WireRequest

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_BODILESS = frozenset({204, 304})
_FRAMING = ("content-length", "transfer-encoding")


class RequestParser:
    """Takes bytes and gives whole requests. `origin` (`https://track.customer.io`) completes targets that are paths.

    It never raises: bytes that no client would write are read as far as they can be understood.
    """

    def __init__(self, origin: str) -> None:
        self._origin = origin
        self._buffer = bytearray()
        self._head: WireRequest | None = None
        self._chunks: list[bytes] = []
        self._missing: int | None = 0

    @property
    def expects_continue(self) -> bool:
        """Whether the client has sent a head, and waits for `CONTINUE` before it sends the body."""
        return self._head is not None and self._head.headers.get("expect", "").lower() == "100-continue"

    @property
    def unfinished(self) -> bool:
        """Whether a head has been read whose body is not whole."""
        return self._head is not None

    def feed(self, data: bytes | bytearray | memoryview) -> list[WireRequest]:
        """The requests that these bytes completed, in order."""
        self._buffer += data
        complete: list[WireRequest] = []
        while (request := self._next()) is not None:
            complete.append(request)
        return complete

    def _next(self) -> WireRequest | None:
        if self._head is None and not self._read_head():
            return None
        done = self._read_chunks() if self._missing is None else self._read_counted(self._missing)
        if not done or self._head is None:
            return None
        head, body = self._head, b"".join(self._chunks)
        self._head, self._chunks = None, []
        return WireRequest(head.method, head.url, head.headers, body)

    def _read_head(self) -> bool:
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return False
        lines = bytes(self._buffer[:end]).decode("latin-1").lstrip("\r\n").split("\r\n")
        del self._buffer[: end + 4]
        method, target = (*lines[0].split(" "), "", "")[:2]
        headers = read_headers(lines[1:])
        url = target if "://" in target or method == "CONNECT" else self._origin + target
        self._head = WireRequest(method, url, headers, b"")
        self._missing = None if "chunked" in headers.get("transfer-encoding", "").lower() else _length(headers)
        return True

    def _read_counted(self, missing: int) -> bool:
        if len(self._buffer) < missing:
            return False
        self._chunks.append(bytes(self._buffer[:missing]))
        del self._buffer[:missing]
        return True

    def _read_chunks(self) -> bool:
        while (end := self._buffer.find(b"\r\n")) >= 0:
            size = _chunk_size(bytes(self._buffer[:end]))
            if size == 0:
                return self._read_trailer(end)
            if len(self._buffer) < end + size + 4:
                return False
            self._chunks.append(bytes(self._buffer[end + 2 : end + 2 + size]))
            del self._buffer[: end + size + 4]
        return False

    def _read_trailer(self, start: int) -> bool:
        end = self._buffer.find(b"\r\n\r\n", start)
        if end < 0:
            return False
        del self._buffer[: end + 4]
        return True


def read_headers(lines: list[str]) -> dict[str, str]:
    """Header lines with lower-case names; a repeated header is joined with commas."""
    headers: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        name, value = name.strip().lower(), value.strip()
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


def serialize(answer: Answer, method: str = "GET") -> bytes:
    """The bytes of an answer. `method` decides whether a body may follow. A fault of the answer is not looked at."""
    body = b"" if method == "HEAD" else answer_body(answer)
    lines = [f"HTTP/1.1 {answer.status} {answer.reason or reason(answer.status)}"]
    names = {name.lower() for name, _ in answer.headers}
    keep_length = "transfer-encoding" not in names and "content-length" in names
    for name, value in answer.headers:
        if keep_length or name.lower() not in _FRAMING:
            lines.append(f"{name}: {_one_line(value)}")
    if not keep_length and not _bodiless(answer.status):
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1", "replace") + body


def answer_body(answer: Answer) -> bytes:
    """The body of an answer: none where the status allows none."""
    return b"" if _bodiless(answer.status) else answer.body


def reason(status: int) -> str:
    """The usual phrase of a status; empty for an unknown one."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def _bodiless(status: int) -> bool:
    return status in _BODILESS or 100 <= status < 200


def _one_line(value: str) -> str:
    return " ".join(value.splitlines())


def _length(headers: dict[str, str]) -> int:
    text = headers.get("content-length", "").partition(",")[0].strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


def _chunk_size(line: bytes) -> int:
    try:
        return max(0, int(line.partition(b";")[0], 16))
    except ValueError:
        return 0
