"""Request bodies become known without being taken from the client."""

from __future__ import annotations

import array
import asyncio
import inspect
import io
import os
import tempfile
from collections.abc import AsyncIterator, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_customerio.clients.transport import bodies
from pytest_customerio.clients.transport.bodies import Tee, drain, listen
from pytest_customerio.core.model import PendingInteraction


def _listen(body: object, encoding: str = "utf-8") -> tuple[PendingInteraction, Tee | None]:
    interaction = PendingInteraction("test", "POST", "https://track.customer.io/")
    return interaction, listen(interaction, body, encoding)


@pytest.mark.parametrize(
    ("body", "data"),
    [
        (None, None),
        (b"", b""),
        (b"a", b"a"),
        ("ü", b"\xc3\xbc"),
        ("\ud800", b"\xed\xa0\x80"),
        (bytearray(b"a"), b"a"),
        (memoryview(b"abc")[1:], b"bc"),
        (array.array("H", [0x6161]), b"aa"),
        ([b"a", "b"], b"ab"),
        ((), b""),
        (io.BytesIO(b"a"), b"a"),
        (io.StringIO("ü"), b"\xc3\xbc"),
    ],
)
def test_what_is_there_is_taken_at_once(body: object, data: bytes | None) -> None:
    """Bytes and text are noted at once, and nothing is sent in their place."""
    interaction, tee = _listen(body)
    assert (interaction.body, interaction.body_known, tee) == (data, True, None)


def test_text_is_encoded_as_the_client_does() -> None:
    """Text is encoded as the client does; text that Latin-1 cannot encode is noted as UTF-8, though the client fails."""
    assert _listen("ü", "latin-1")[0].body == b"\xfc"
    assert _listen("☃", "latin-1")[0].body == "☃".encode()


def test_bytes_are_not_copied() -> None:
    """The bytes object of the application itself is noted."""
    body = b"x" * 1000
    assert _listen(body)[0].body is body


def test_a_file_stays_where_it_stands() -> None:
    """Files, and wrappers of temporary files, keep their position."""
    for kind in (tempfile.NamedTemporaryFile, tempfile.SpooledTemporaryFile, tempfile.TemporaryFile):
        with kind() as file:
            file.write(b"0123")
            file.seek(1)
            assert _listen(file)[0].body == b"123"
            assert file.tell() == 1


def test_the_end_of_a_pipe_is_read_once() -> None:
    """What cannot be read again is read by the client only."""
    reading, writing = os.pipe()
    os.write(writing, b"0123")
    os.close(writing)
    with open(reading, "rb") as pipe:
        interaction, tee = _listen(pipe)
        assert tee.read() == b"0123"
    tee.finish(interaction)
    assert interaction.body == b"0123"


def test_a_file_of_the_application_is_read_once() -> None:
    """A class with a method of its own is read by the client only: a method that counts notices nothing else."""

    class Counting(io.BytesIO):
        calls = 0

        def read(self, size: int | None = -1) -> bytes:
            self.calls += 1
            return super().read(size)

    file = Counting(b"0123")
    interaction, tee = _listen(file)
    assert file.calls == 0
    assert (tee.read(3), tee.read(3), tee.read(3)) == (b"012", b"3", b"")
    tee.finish(interaction)
    assert (file.calls, interaction.body) == (3, b"0123")


def test_a_file_that_fails_is_the_clients_to_read() -> None:
    """A file that is closed or broken is unknown, and no error is raised here."""
    closed = io.BytesIO(b"a")
    closed.close()

    class Odd(io.BytesIO):
        def read(self, *_: object) -> bytes:
            raise OSError("disk")

    for file in (closed, Odd(b"a")):
        interaction, tee = _listen(file)
        assert tee is not None
        with pytest.raises((OSError, ValueError)):
            tee.read()
        tee.finish(interaction)
        assert not interaction.body_known


@pytest.mark.parametrize("body", [5, object(), [b"a", 5]])
def test_what_is_no_body_is_left_alone(body: object) -> None:
    """An object that is no body is unknown; the client raises its own error."""
    interaction, tee = _listen(body)
    assert not interaction.body_known
    if tee is not None:
        assert list(tee) == body


def test_no_more_than_the_limit_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of each kind of body only the limit is remembered, and all of it is sent."""
    monkeypatch.setattr(bodies, "LIMIT", 4)
    for body in (b"012345", "012345", bytearray(b"012345"), [b"012", b"345"], io.BytesIO(b"012345")):
        assert _listen(body)[0].body == b"0123"
    interaction, tee = _listen(iter([b"012", b"345", b"678"]))
    assert tee is not None
    assert b"".join(tee) == b"012345678"
    tee.finish(interaction)
    assert interaction.body == b"0123"
    assert drain(iter([b"012", b"345", b"678"])) == b"012345"


@given(chunks=st.lists(st.one_of(st.binary(max_size=9), st.text(max_size=9))))
def test_a_tee_gives_what_it_remembers(chunks: list[bytes | str]) -> None:
    """A tee that is iterated, stepped through or drained gives all data, and remembers it."""
    whole = b"".join(c.encode("utf-8", "surrogatepass") if isinstance(c, str) else c for c in chunks)
    for read in (list, lambda tee: [*iter(lambda: next(tee, None), None)], lambda tee: [drain(tee)]):
        interaction, tee = _listen(chunk for chunk in chunks)
        assert tee is not None
        try:
            given = read(tee)
        except UnicodeEncodeError:
            continue
        tee.finish(interaction)
        assert (interaction.body, interaction.body_known) == (whole, True)
        assert given in (chunks, [whole])


def test_a_tee_looks_like_what_it_stands_for() -> None:
    """`isinstance`, `inspect`, `len`, `repr` and `hasattr` see the application's object."""

    def generate() -> Iterator[bytes]:
        yield b"a"

    generator = generate()
    _, tee = _listen(generator)
    assert isinstance(tee, Iterator)
    assert inspect.isgenerator(tee)
    assert repr(tee) == repr(generator)
    assert tee is not None
    assert tee.original is generator
    assert not hasattr(tee, "read")
    assert not hasattr(tee, "__len__")

    class Sized:
        len = 7

        def __len__(self) -> int:
            return 3

        def __iter__(self) -> Iterator[bytes]:
            return iter([b"abc"])

    _, sized = _listen(Sized())
    assert sized is not None
    assert (len(sized), sized.len, list(sized), list(sized)) == (3, 7, [b"abc"], [b"abc"])
    assert not hasattr(sized, "__next__")


def test_what_is_iterated_twice_is_known_once() -> None:
    """A body that a retry reads again is remembered once."""

    class Again:
        def __iter__(self) -> Iterator[bytes]:
            return iter([b"a", b"b"])

    interaction, tee = _listen(Again())
    assert tee is not None
    assert [*tee, *tee] == [b"a", b"b"] * 2
    tee.finish(interaction)
    assert interaction.body == b"ab"


def test_what_is_left_halfway_is_unknown() -> None:
    """A body that is read halfway, or never, or gives no bytes, is unknown."""
    for body, steps in ((iter([b"a", b"b"]), 1), (iter([b"a"]), 0), (iter([5]), 2)):
        interaction, tee = _listen(body)
        assert tee is not None
        for _ in range(steps):
            next(tee, None)
        tee.finish(interaction)
        assert (interaction.body, interaction.body_known) == (None, False)


class Stream:
    """An object that can be read and is no file."""

    def __init__(self, data: bytes) -> None:
        self.file = io.BytesIO(data)
        self.mode = "rb"

    def read(self, size: int = -1) -> bytes:
        return self.file.read(size)

    def seek(self, position: int) -> int:
        return self.file.seek(position)


@pytest.mark.parametrize("sizes", [[()], [(-1,)], [(None,)], [(2,), (2,), (2,)]])
def test_a_stream_is_heard_while_it_is_read(sizes: list[tuple[int, ...]]) -> None:
    """A stream is known when it was read to its end, at once or in blocks."""
    interaction, tee = _listen(Stream(b"abc"))
    assert tee is not None
    assert b"".join(tee.read(*size) for size in sizes) == b"abc"
    tee.finish(interaction)
    assert (interaction.body, tee.mode) == (b"abc", "rb")


def test_a_stream_may_be_rewound() -> None:
    """A stream that is rewound for a retry is remembered once."""
    interaction, tee = _listen(Stream(b"abc"))
    assert tee is not None
    assert tee.read(2) == b"ab"
    assert tee.seek(0) == 0
    assert drain(tee) == b"abc"
    tee.finish(interaction)
    assert interaction.body == b"abc"


def test_asynchronous_bodies() -> None:
    """Asynchronous generators, iterators and streams are known when they were read to their end."""

    async def generate() -> AsyncIterator[bytes]:
        yield b"a"
        yield b"b"

    class Iterated:
        def __aiter__(self) -> AsyncIterator[bytes]:
            return generate()

    class AsyncStream:
        async def read(self, size: int = -1) -> bytes:
            return b"ab"

    async def main() -> None:
        for body in (generate(), Iterated(), AsyncStream()):
            interaction, tee = _listen(body)
            assert tee is not None
            if hasattr(body, "read"):
                assert await tee.read() == b"ab"
            else:
                assert [chunk async for chunk in tee] == [b"a", b"b"]
            if isinstance(body, Iterated):
                assert [chunk async for chunk in tee] == [b"a", b"b"]
            tee.finish(interaction)
            assert interaction.body == b"ab"
        interaction, tee = _listen(generate())
        assert tee is not None
        assert [await anext(tee), await anext(tee)] == [b"a", b"b"]
        with pytest.raises(StopAsyncIteration):
            await anext(tee)
        tee.finish(interaction)
        assert interaction.body == b"ab"

    asyncio.run(main())


@pytest.mark.parametrize(
    ("body", "data"),
    [(None, b""), (b"a", b"a"), ("ü", b"\xc3\xbc"), (iter(["ü", b"a"]), b"\xc3\xbca"), (io.BytesIO(b"ab"), b"ab")],
)
def test_draining_sends_all_of_it(body: object, data: bytes) -> None:
    """`drain` gives the bytes that a client would send."""
    assert drain(body) == data
    assert drain(io.StringIO("ü"), "latin-1") == b"\xfc"


@pytest.mark.parametrize("body", [iter([5]), 5, "\ud800"])
def test_draining_fails_as_sending_does(body: object) -> None:
    """`drain` raises an error of the same kind as sending."""
    with pytest.raises((TypeError, UnicodeEncodeError)):
        drain(body)
