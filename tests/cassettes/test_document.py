"""A cassette file that is no cassette is refused with its path, the line and the cause."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_customerio.cassettes import parsing
from pytest_customerio.cassettes.document import Document
from pytest_customerio.cassettes.exchanges import exchanges
from pytest_customerio.core import data
from pytest_customerio.core.data import DataError

EXACTLY = "a request has exactly method, uri, body and headers"
GOOD = """\
# The first line is line 1.
version: 1
metadata:
  source: recorded
interactions:
  - request:
      method: PUT
      uri: https://track.customer.io/api/v1/customers/42
      headers: {}
      body: null
    response:
      status: {code: 200, message: OK}
      headers: {}
      body: {string: ok}
"""


def read(folder: Path, text: str | bytes) -> Document:
    path = folder / "case.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return Document(path)


def test_a_good_one_is_read(tmp_path: Path) -> None:
    """A cassette of vcrpy's gives its metadata and its interactions."""
    document = read(tmp_path, GOOD)
    assert document.metadata == {"source": "recorded"}
    assert [list(one) for one in document.data["interactions"]] == [["request", "response"]]


@pytest.mark.parametrize("addition", ["", "  date: 2026-11-23\n"])
def test_quick_or_not_it_is_read_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, addition: str) -> None:
    """The quick way and PyYAML's own constructor give the same data; so does PyYAML without libyaml."""
    text = GOOD.replace("  source: recorded\n", f"  source: recorded\n{addition}")
    quick = read(tmp_path, text).data
    monkeypatch.setattr(parsing, "FAST", False)
    assert read(tmp_path, text).data == quick


def test_a_byte_order_mark_is_no_harm(tmp_path: Path) -> None:
    """A byte order mark, which editors on Windows put before the text, is passed over."""
    assert read(tmp_path, b"\xef\xbb\xbf" + GOOD.encode()).metadata


@pytest.mark.parametrize(
    ("text", "line", "cause"),
    [
        (b"", None, "the file is empty"),
        (b" \n\n", None, "the file is empty"),
        (GOOD.encode()[:60] + b"\n\xff\n", 5, "not UTF-8: byte 0xff"),
        (GOOD.encode("utf-16"), 1, "not UTF-8: byte 0xff"),
        (b"a: [1\nb: 2\n", 2, "not YAML: while parsing a flow sequence, did not find expected ',' or ']'"),
        (b"a: \x01\n", None, "not YAML: control characters are not allowed"),
        (b"a: !!python/name:os.system x\n", 1, "not YAML: could not determine a constructor for the tag"),
        (b"a: " + b"1" * 5000, None, "not YAML: Exceeds the limit"),
        (b"a: 2026-99-99\n", 1, "not YAML: month must be in 1..12"),
        (b"just text\n", 1, "not a cassette: it needs a list `interactions`"),
        (b"- a\n", 1, "not a cassette"),
        (b"interactions: {}\n", 1, "not a cassette"),
        (b"interactions: []\n", 1, "not a cassette"),
        (b"version: 1\ninteractions:\n  - a\n", 3, "an interaction has a request and a response"),
        (b"interactions:\n  - {}\n", 2, "a request is a mapping with method, uri, body and headers"),
        (
            b"interactions:\n - request:\n    method: PUT\n",
            3,
            f"{EXACTLY}; this one has no uri and no body and no headers",
        ),
        (
            b"interactions:\n - request: {method: PUT, uri: x, body: y, headers: {}, cookies: {}}\n",
            2,
            f"{EXACTLY}; this one has `cookies` besides",
        ),
    ],
)
def test_what_is_no_cassette(tmp_path: Path, text: bytes, line: int | None, cause: str) -> None:
    """A file that is not in vcrpy's format is refused; the error has the line where that is known."""
    with pytest.raises(DataError) as met:
        read(tmp_path, text)
    assert (met.value.path, met.value.line) == (tmp_path / "case.yaml", line)
    assert met.value.cause.startswith(cause)


@pytest.mark.parametrize(
    ("before", "after", "line", "cause"),
    [
        ("method: PUT", "method: 5", 7, "a request's method is text"),
        ("uri: https:", "uri: //", 8, "a request's uri is a URL"),
        ("uri: https://track", "uri: https://[track", 8, "a request's uri is a URL"),
        ("uri: https:", "uri: [a, b] #", 8, "a request's uri is a URL"),
        ("headers: {}\n      body: null", "headers: []\n      body: null", 9, "a request's headers are a mapping"),
        ("body: null", "body: 5", 10, "a request's body is text; quote it"),
        ("body: null", "body: 2026-11-23", 10, "a value of the type date cannot be read; quote it"),
        ("body: null", "body: {a: [1, {born: 2026-11-23}]}", 10, "a value of the type date cannot be read; quote it"),
        ("body: null", "body: {2026-11-23: x}", 10, "a name of the type date cannot be read; quote it"),
        ("body: null", "body: !!set {a}", 10, "a value of the type set cannot be read; quote it"),
        ("body: null", "body: 2026-13-45", 10, "not YAML: month must be in 1..12"),
        ("body: null", "body: !!bool x", 10, "not YAML: 'x'"),
        ("body: null", "body: !!seq {a: b}", 10, "not YAML: expected a sequence node, but found mapping"),
        ("body: null", "body: !!str {a: b}", 10, "not YAML: expected a scalar node, but found mapping"),
        ("body: null", "body: !!python/tuple [{1: 2}]", 10, "a name of the type int cannot be read; quote it"),
        ("response:", "answer:", 6, "a response is a mapping with status, headers and body"),
        ("status: {code: 200, message: OK}", "status: 200", 12, "a response's status is {code: 100 to 599"),
        ("code: 200", "code: '200'", 12, "a response's status"),
        ("code: 200", "code: true", 12, "a response's status"),
        ("code: 200", "code: 0", 12, "a response's status"),
        ("message: OK", "message: [OK]", 12, "a response's status"),
        ("message: OK", 'message: "O\\nK"', 12, "a response's status"),
        ("headers: {}\n      body: {s", "headers: {Retry-After: [2]}\n      body: {s", 13, "a response's headers are"),
        ("headers: {}\n      body: {s", "headers: {5: ['2']}\n      body: {s", 13, "a name of the type int"),
        ("headers: {}\n      body: {s", "body: {s", 12, "a response's headers are"),
        ("body: {string: ok}", "body: ok", 14, "a response's body is {string: text}"),
        ("body: {string: ok}", "body: {string: 5}", 14, "a response's body is {string: text}"),
        ("body: {string: ok}", "body: {string: ok}\n      fault: gone", 15, "no such fault: 'gone'; there are"),
    ],
)
def test_what_is_wrong_within(tmp_path: Path, before: str, after: str, line: int, cause: str) -> None:
    """The error has the line of the wrong value, or of the mapping that lacks it."""
    assert before in GOOD
    with pytest.raises(DataError) as met:
        read(tmp_path, GOOD.replace(before, after))
    assert met.value.cause.startswith(cause)
    assert met.value.line == line


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("message: OK", "message: null"),
        ("{code: 200, message: OK}", "{code: 200}"),
        ("headers: {}\n      body: {s", "headers: {Retry-After: '2'}\n      body: {s"),
        ("body: {string: ok}", "body: {string: null}"),
        ("body: {string: ok}", "body: {}"),
        ("body: {string: ok}", "body: {string: !!binary b2s=}"),
        ("code: 200, message: OK}", "code: 0}\n      fault: read-timeout"),
    ],
)
def test_what_vcrpy_itself_may_write(tmp_path: Path, before: str, after: str) -> None:
    """Forms that vcrpy itself writes or reads are accepted."""
    assert before in GOOD
    read(tmp_path, GOOD.replace(before, after))


@pytest.mark.parametrize(
    ("before", "after", "body"),
    [
        ("body: {string: ok}", "body: {string: {a: [1]}}", b'{"a": [1]}'),
        ("body: {string: ok}", "body: {string: [1, 2]}", b"[1, 2]"),
        ("body: {string: ok}", "body: {a: 1}", b'{"a": 1}'),
        ("body: {string: ok}", "body: [1]", b"[1]"),
        ("body: {string: ok}", "body: {encoding: utf-8, string: ok}", b"ok"),
        (
            "status: {code: 200, message: OK}",
            "status_code: 200\n      content: ok\n      http_version: HTTP/1.1",
            b"ok",
        ),
        ("status: {code: 200, message: OK}", "status_code: 200\n      content: {a: 1}", b'{"a": 1}'),
        ("status: {code: 200, message: OK}", "status_code: 200", b""),
    ],
)
def test_bodies_of_other_forms(tmp_path: Path, before: str, after: str, body: bytes) -> None:
    """JSON values as bodies are read, and the answers of httpx as vcrpy before 6 wrote them."""
    assert before in GOOD
    answer = exchanges(read(tmp_path, GOOD.replace(before, after)))[0].answer
    assert (answer.status, answer.body) == (200, body)


def test_a_line_is_found_in_lists_and_mappings(tmp_path: Path) -> None:
    """An error about keys of which only some exist has the line of the last one that exists."""
    document = read(tmp_path, GOOD)
    assert document.error("x").line == 2
    assert document.error("x", "interactions", 0, "request", "uri").line == 8
    assert document.error("x", "interactions", 7, "request").line == 6
    assert document.error("x", "interactions", "request").line == 6
    assert document.error("x", "version", "deeper").line == 2


def test_a_line_of_json_that_yaml_refuses(tmp_path: Path) -> None:
    """An error in a file whose lines are JSON has its line, also where YAML refuses half of a surrogate pair."""
    good = '- {"request": {"method": "PUT", "uri": "https://a.b/", "body": "\\ud83d", "headers": {}}, '
    good += '"response": {"status": {"code": 200, "message": "OK"}, "headers": {}, "body": {"string": ""}}}\n'
    head = "version: 1\nmetadata: {}\ninteractions:\n"
    with pytest.raises(DataError, match="status is") as met:
        read(tmp_path, head + good + good.replace("200", "7"))
    assert met.value.line == 5
    document = read(tmp_path, head + good)
    assert (document.error("x").line, document.error("x", "metadata").line) == (1, 1)
    assert document.error("x", "interactions").line == 1


def test_what_cannot_be_opened(tmp_path: Path) -> None:
    """A folder or a missing file is refused with the system's own words."""
    for path, cause in ((tmp_path, "Is a directory"), (tmp_path / "none.yaml", "No such file or directory")):
        with pytest.raises(DataError, match=cause):
            Document(path)


def refusal(path: Path) -> DataError | None:
    """Why a file cannot be read; None where it can."""
    try:
        exchanges(Document(path))
    except DataError as error:
        return error
    return None


SHIPPED = (data.cassettes() / "app" / "403-forbidden.yaml").read_bytes()


@given(
    cut=st.integers(0, len(SHIPPED)),
    length=st.integers(0, 40),
    junk=st.one_of(st.binary(max_size=20), st.text("{}[]:-&*!|>'\"#%@`,\n\t 0aé", max_size=20).map(str.encode)),
)
def test_any_damage_is_a_data_error_or_no_harm(cut: int, length: int, junk: bytes) -> None:
    """A shipped cassette with a random damage is read, or refused with its path; no other exception is raised."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "case.yaml"
        path.write_bytes(SHIPPED[:cut] + junk + SHIPPED[cut + length :])
        refused = refusal(path)
    assert refused is None or (refused.path == path and refused.cause)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_data_error(raw: bytes) -> None:
    """Random bytes are refused with a cause."""
    with tempfile.TemporaryDirectory() as folder, pytest.raises(DataError) as met:
        read(Path(folder), raw)
    assert met.value.cause
