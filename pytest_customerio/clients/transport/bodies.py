"""Reads request bodies without taking them from the client that is to send them."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Callable, Iterator
from functools import lru_cache, partial
from types import MethodDescriptorType
from typing import Any

from pytest_customerio.core.model import PendingInteraction

# More of one body is not remembered: it exceeds every limit of the service by then.
LIMIT = 12 * 1024 * 1024


def listen(interaction: PendingInteraction, body: object, encoding: str = "utf-8") -> Tee | None:
    """Note the body in the interaction; for a body that can be read only once, return a `Tee` to be sent in its place.

    The client encodes text with `encoding`. The caller calls the `finish` of a `Tee` after the client has sent it.
    """
    if body is None:
        return None
    if type(body) is bytes:
        interaction.body = body if len(body) <= LIMIT else body[:LIMIT]
        return None
    data = _whole(body, encoding)
    interaction.body, interaction.body_known = data, data is not None
    if data is not None or not any(hasattr(body, name) for name in _ONE_SHOT):
        return None
    kind: Any = type(body)
    return _tee_class(kind)(body, encoding)


def drain(body: object, encoding: str = "utf-8") -> bytes:
    """The bytes that a client would have sent. It reads the body as sending does, and raises what sending raises."""
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode(encoding)
    data = None if hasattr(body, "read") else _bytes(body, encoding)
    return b"".join(_sent(body, encoding)) if data is None else data


def _sent(body: Any, encoding: str) -> Iterator[bytes]:
    try:
        chunks = iter(partial(_block, body), b"") if hasattr(body, "read") else iter(body)
    except TypeError:
        words = f"'body' must be a bytes-like object, file-like object, or iterable. Instead was {body!r}"
        raise TypeError(words) from None
    size = 0
    for chunk in chunks:
        data = chunk.encode(encoding) if isinstance(chunk, str) else _bytes(chunk, encoding)
        if data is None:
            raise TypeError(f"data should be a bytes-like object or an iterable, got {type(chunk)!r}")
        if size < LIMIT:
            yield data
        size += len(data)


def _block(body: Any) -> object:
    return body.read(65536) or b""


def _whole(body: object, encoding: str) -> bytes | None:
    if isinstance(body, (bytes, str)):
        return (_bytes(body, encoding) or b"")[:LIMIT]
    if isinstance(body, (list, tuple)):
        chunks = [_bytes(chunk, encoding) for chunk in body]
        return None if None in chunks else b"".join(chunk or b"" for chunk in chunks)[:LIMIT]
    if _is_file(body):
        return _peek(body, encoding)
    return _bytes(body, encoding, limit=LIMIT)


def _bytes(chunk: object, encoding: str, limit: int | None = None) -> bytes | None:
    if isinstance(chunk, bytes):
        return chunk
    if isinstance(chunk, str):
        try:
            return chunk.encode(encoding)
        except UnicodeEncodeError:
            return chunk.encode("utf-8", "surrogatepass")
    try:
        return memoryview(chunk).cast("B")[:limit].tobytes()  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None


def _is_file(body: Any) -> bool:
    """Whether this is a file that nobody notices to be read here: none whose class has methods of the application."""
    file = getattr(body, "file", body) if hasattr(body, "_closer") else body  # the wrapper of a temporary file
    methods = (getattr(type(file), name, None) for name in ("read", "readinto", "seek", "seekable", "tell"))
    return isinstance(file, io.IOBase) and all(map(_is_pythons, filter(None, methods)))


def _is_pythons(method: Any) -> bool:
    return isinstance(method, MethodDescriptorType) or getattr(method, "__module__", "") == "tempfile"


def _peek(file: Any, encoding: str) -> bytes | None:
    try:
        if not file.seekable():
            return None
        position = file.tell()
        try:
            return (_bytes(file.read(LIMIT), encoding) or b"")[:LIMIT]
        finally:
            file.seek(position)
    except Exception:  # a file of the application may raise anything here, and the application must not notice
        return None


class Tee:
    """Is sent in the place of a body that can be read only once: gives the same data, and remembers a copy."""

    def __init__(self, body: Any, encoding: str) -> None:
        self._body = body
        self._encoding = encoding
        self._copy: list[bytes] = []
        self._size = 0
        self._complete = False
        self._understood = True

    @property
    def original(self) -> Any:
        """The application's own object."""
        return self._body

    @property
    def whole_copy(self) -> bytes | None:
        """What was read so far; None if that is not all of it."""
        return b"".join(self._copy) if self._complete and self._understood else None

    def finish(self, interaction: PendingInteraction) -> None:
        """Note what was read in the interaction: the body is known where it was read to its end."""
        interaction.body_known = self._complete and self._understood
        interaction.body = b"".join(self._copy)[:LIMIT] if interaction.body_known else None

    # So that `isinstance` and `inspect` see the class of the application's object.
    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        return type(self._body)

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._body, name)
        if name == "read":
            return partial(self._read, value)
        return partial(self._seek, value) if name == "seek" else value

    def __repr__(self) -> str:
        return repr(self._body)

    def _remember(self, chunk: object) -> None:
        data = _bytes(chunk, self._encoding)
        if data is None:
            self._understood = False
        elif self._size < LIMIT:
            self._copy.append(data)
            self._size += len(data)

    def _restart(self) -> None:
        self._copy, self._size, self._complete = [], 0, False

    def _read(self, read: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        data = read(*args, **kwargs)
        if hasattr(data, "__await__"):
            return self._await(data, args)
        self._take(data, args)
        return data

    async def _await(self, pending: Any, args: tuple[Any, ...]) -> Any:
        data = await pending
        self._take(data, args)
        return data

    def _take(self, data: Any, args: tuple[Any, ...]) -> None:
        self._remember(data)
        self._complete = self._complete or not data or not args or args[0] is None or args[0] < 0

    def _seek(self, seek: Callable[..., Any], *args: Any) -> Any:
        self._restart()
        return seek(*args)


def _iterate(self: Tee) -> Iterator[Any]:
    for number, chunk in enumerate(self._body):
        if number == 0 and self._complete:
            self._restart()
        self._remember(chunk)
        yield chunk
    self._complete = True


def _step(self: Tee) -> Any:
    try:
        chunk = next(self._body)
    except StopIteration:
        self._complete = True
        raise
    self._remember(chunk)
    return chunk


async def _aiterate(self: Tee) -> AsyncIterator[Any]:
    started = False
    async for chunk in self._body:
        if not started and self._complete:
            self._restart()
        started = True
        self._remember(chunk)
        yield chunk
    self._complete = True


async def _astep(self: Tee) -> Any:
    try:
        chunk = await anext(self._body)
    except StopAsyncIteration:
        self._complete = True
        raise
    self._remember(chunk)
    return chunk


_ONE_SHOT = ("read", "__iter__", "__next__", "__aiter__")
_MIRRORED: dict[str, Callable[..., Any]] = {
    "__iter__": _iterate,
    "__next__": _step,
    "__aiter__": _aiterate,
    "__anext__": _astep,
    "__len__": lambda self: len(self._body),
}


@lru_cache(maxsize=64)
def _tee_class(own: type[Any]) -> type[Tee]:
    """A class with the name of the body's: a client names it where it cannot send such a body."""
    mirrored = {name: method for name, method in _MIRRORED.items() if hasattr(own, name)}
    return type(own.__name__, (Tee,), {**mirrored, "__module__": own.__module__, "__qualname__": own.__qualname__})


class ReadBody:
    """A body that was read already, and can be read again."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def __iter__(self) -> Iterator[bytes]:
        yield self._content

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._content
