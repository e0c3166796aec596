"""Stands for Customer.io in a network namespace: writes a line for each look-up, connection and request that arrives.

    python listener.py LOG CERTIFICATE READY

It is the name server of the namespace, answers http (80) and https (443), and is a proxy (1080: CONNECT and plain
requests). `READY` is a file that it makes once it listens.
"""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
import struct
import sys
from pathlib import Path

ADDRESS = "127.0.0.53"
PROXY = ("127.0.0.1", 1080)
# What no answer of the plugin holds.
REAL = "real"
ANSWER = (
    f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Real: yes\r\nContent-Length: {len(REAL) + 2}\r\n"
    f'\r\n"{REAL}"'
).encode()
# Seconds that a connection may stay idle.
IDLE = 20.0


class Log:
    """The file that arrivals are counted in."""

    def __init__(self, path: str) -> None:
        self._file = open(path, "a", buffering=1, encoding="utf-8")  # noqa: SIM115 - open until the process ends

    def write(self, what: str, where: str) -> None:
        """Note one arrival."""
        self._file.write(json.dumps({"what": what, "where": where}) + "\n")


async def request(reader: asyncio.StreamReader) -> str | None:
    """Read one request; returns its first line, or None where the connection has ended."""
    head = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), IDLE)).decode("latin-1")
    fields = dict(field.lower().split(": ", 1) for field in head.split("\r\n")[1:] if ": " in field)
    if fields.get("transfer-encoding") == "chunked":
        await reader.readuntil(b"0\r\n\r\n")
    else:
        await reader.readexactly(int(fields.get("content-length", "0")))
    return head.partition("\r\n")[0]


class Service:
    """Customer.io over http or https, also behind a proxy."""

    def __init__(self, log: Log, context: ssl.SSLContext) -> None:
        self._log, self._context = log, context

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer every request of a connection."""
        self._log.write("connection", str(writer.get_extra_info("sockname")))
        try:
            while True:
                self._log.write("request", await request(reader) or "")
                writer.write(ANSWER)
                await writer.drain()
        except (TimeoutError, OSError, EOFError, ValueError):
            pass
        finally:
            writer.close()

    async def tunnel(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Be a proxy, and Customer.io behind it."""
        self._log.write("proxy", str(writer.get_extra_info("sockname")))
        try:
            wanted = await request(reader) or ""
            self._log.write("request", wanted)
            if wanted.startswith("CONNECT"):
                writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
                await writer.drain()
                await writer.start_tls(self._context)
                await self.serve(reader, writer)
            else:
                writer.write(ANSWER)
                await writer.drain()
        except (TimeoutError, OSError, EOFError):
            pass
        finally:
            writer.close()


class Names(asyncio.DatagramProtocol):
    """A name server that knows Customer.io, and no other name."""

    def __init__(self, log: Log) -> None:
        self._log = log

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        """Keep what sends."""
        self._transport = transport

    def datagram_received(self, data: bytes, peer: tuple[str, int]) -> None:
        """Answer one query; only an A query of a known name has an address."""
        labels, at = [], 12
        while data[at]:
            labels.append(data[at + 1 : at + 1 + data[at]].decode("latin-1").lower())
            at += data[at] + 1
        name, kind = ".".join(labels), struct.unpack("!H", data[at + 1 : at + 3])[0]
        known = name == "customer.io" or name.endswith(".customer.io")
        if known:
            self._log.write("look-up", name)
        record = b"\xc0\x0c" + struct.pack("!HHIH", 1, 1, 60, 4) + socket.inet_aton(ADDRESS)
        answers = record if known and kind == 1 else b""
        flags = b"\x81\x80" if known else b"\x81\x83"
        counts = struct.pack("!HHHH", 1, bool(answers), 0, 0)
        self._transport.sendto(data[:2] + flags + counts + data[12 : at + 5] + answers, peer)


async def main(log: str, certificate: str, ready: str) -> None:
    """Listen for ever."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    found = Log(log)
    service = Service(found, context)
    await asyncio.start_server(service.serve, ADDRESS, 80)
    await asyncio.start_server(service.serve, ADDRESS, 443, ssl=context)
    await asyncio.start_server(service.tunnel, *PROXY)
    await asyncio.get_running_loop().create_datagram_endpoint(lambda: Names(found), local_addr=(ADDRESS, 53))
    Path(ready).write_text("", encoding="utf-8")
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
