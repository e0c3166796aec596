"""Fakes in a recorded answer are replaced by the values of the requests that are sent now."""

from __future__ import annotations

import json

from pytest_customerio.cassettes.recording.restoring import SentValues
from pytest_customerio.core.model import Answer


def made(**fakes: str) -> SentValues:
    values = SentValues()
    values.learn(fakes.values(), [name.replace("_", "-") for name in fakes])
    return values


def test_without_values_an_answer_stays_as_it_is() -> None:
    """Before any request has shown a value, the very answer is given."""
    answer = Answer(200, "OK", (), b'{"id":  "id-1"}\n')
    assert SentValues().restored(answer) is answer


def test_real_values_in_a_body_of_json() -> None:
    """Texts, members' names and numbers are replaced wherever they stand; the end of the line stays."""
    values = SentValues()
    values.learn(["ada", "4711", "word"], ["id-1", "900000000000001", "900000000000002"])
    body = {"id-1": ["id-1", {"of": "person id-1"}], "n": 900000000000001, "m": 900000000000002, "k": 7, "x": None}
    found = values.restored(Answer(200, "", (), json.dumps(body).encode() + b"\n")).body
    assert found.endswith(b"\n")
    assert json.loads(found) == {
        "ada": ["ada", {"of": "person ada"}],
        "n": 4711,
        "m": 900000000000002,
        "k": 7,
        "x": None,
    }


def test_real_values_in_text_and_headers() -> None:
    """A body that is no JSON is replaced as text; in a header values are quoted as in an address."""
    values = made(id_1="a/b ü")
    answer = values.restored(Answer(301, "", (("Location", "https://x/id-1"), ("A", "id-2")), b"hello id-1, id-2"))
    assert answer.body == "hello a/b ü, id-2".encode()
    assert answer.headers == (("Location", "https://x/a%2Fb%20%C3%BC"), ("A", "id-2"))


def test_values_that_were_met_before() -> None:
    """The fake of a value is known once a request has shown it, and stays the first one."""
    values = made(id_1="ada", id_2="bob")
    values.learn(["ada"], ["id-3"])
    assert values.fakes(["bob", "ada", "eve"]) == ("id-2", "id-1", "")
