"""Which words and parts of a pasted text matter."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_customerio.tools.explain.wording import bare_status, json_texts, parts, sentences, statuses, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "value for attribute 'bio' cannot be longer than 1000 bytes",
            "value for attribute cannot be longer than byte",
        ),
        ("value for attribute … cannot be longer", "value for attribute cannot be longer"),
        ("rate limited to 10 requests per 1s (reference a1b2c3)", "rate limited to request per reference"),
        ("the e-mail of ada@example.com isn't valid", "the email of isn valid"),
        ("<h1>502 Bad Gateway</h1> at https://track.customer.io/api/v1/x?y=1", "bad gateway at"),
        ("no {identifier} for `id`", "no for"),
        ("42", ""),
    ],
)
def test_words(text: str, expected: str) -> None:
    """Numbers, ids, addresses, markup and quoted names are left out; a plural is the same word as its singular."""
    assert " ".join(words(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"meta":{"error":"identifier is required"}}', ["identifier is required"]),
        ("{'meta': {'errors': ['a b', 'c d']}}", ["a b", "c d"]),
        ('400: https://x {"id": 5} {"meta": {"error": "bad id"}} and more', ["bad id"]),
        ('{"meta":{"error":"invalid email addr', ["invalid email addr"]),
        ('{"a": "one two", b} {"c": "three four"}', ["one two", "three four"]),
        ('[{"a": null, "b": 1}', []),
        ("no JSON", []),
        ("[" * 10_000, []),
        ('["a b"] ' * 1_500, ["a b"] * 1_000),
    ],
)
def test_texts_in_json(text: str, expected: list[str]) -> None:
    """The texts in JSON are found inside other text, as the repr of Python, and in JSON that is broken or cut."""
    assert json_texts(text) == expected


def test_sentences() -> None:
    """Beside a sentence, single words are left out."""
    assert sentences(["required", "name", "name is required"]) == ["name is required"]
    assert sentences(["Unauthorized"]) == ["Unauthorized"]


TRACEBACK = """\
Traceback (most recent call last):
  File "app.py", line 3, in send
    raise CustomerIOException("unused")
customerio.client_base.CustomerIOException: 400: {"meta": {"error": "invalid id"}}
E   requests.exceptions.SSLError: (1, 'certificate verify failed')
KeyError
"""


def test_parts_of_a_traceback() -> None:
    """Lines of code are left out; of an exception, class and message are parts of their own; so is what is quoted."""
    found = parts(TRACEBACK)
    assert found[0] == TRACEBACK.strip()
    assert found[1:] == [
        "invalid id",
        "Traceback (most recent call last):",
        'customerio.client_base.CustomerIOException: 400: {"meta": {"error": "invalid id"}}',
        "CustomerIOException",
        '400: {"meta": {"error": "invalid id"}}',
        "E   requests.exceptions.SSLError: (1, 'certificate verify failed')",
        "SSLError",
        "(1, 'certificate verify failed')",
        "certificate verify failed",
        "KeyError",
    ]


def test_a_long_text() -> None:
    """Of a long text the end is read, where the error stands: its last lines, and the last texts in JSON."""
    log = "\n".join(f'at {number} {{"error": "it was {number}"}}' for number in range(5000))
    found = parts(f"{log}\nthe end")
    assert "it was 4999" in found
    assert "it was 4899" not in found
    assert found[-1] == "the end"
    assert len(found) < 400


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("429 Client Error: Too Many Requests for url: https://x/500", ["429"]),
        ("Client error '404 Not Found' for url 'https://x'", ["404"]),
        ("too many 503 error responses", ["503"]),
        ("HTTP/1.1 502 Bad Gateway", ["502"]),
        ("status_code=413", ["413"]),
        ("the service said HTTP 522 today", ["522"]),
        ("status: 413, then answered 500", ["500", "413"]),
        ("CustomerIOException: 400: https://x {}", ["400"]),
        ("300 lines, person 404", []),
    ],
)
def test_statuses(text: str, expected: list[str]) -> None:
    """A status is a number that the words around it say to be one; the last comes first."""
    assert statuses(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("503", "503"),
        (" 503 Service Unavailable\n", "503"),
        ("HTTP/1.1 418 I'm a teapot", "418"),
        ("HTTP 522", "522"),
        ("http error 522: Connection timed out", "522"),
        ("error code: 522", "522"),
        ("status_code=522", "522"),
        ("522 (Origin Connection Time-out)", "522"),
        ("status quo 522", ""),
        ("600", ""),
        ("429-rate-limited", ""),
        ("5030", ""),
    ],
)
def test_a_bare_status(text: str, expected: str) -> None:
    """A text that is a status and its reason, and nothing else."""
    assert bare_status(text) == expected


@settings(deadline=None)
@given(st.text(alphabet=st.sampled_from("{}[]'\"\\:, \nab1<>"), max_size=200))
def test_any_text_is_read(text: str) -> None:
    """No text raises, whatever brackets and quotes it has."""
    parts(text)
    statuses(text)
    words(text)
