"""One cassette file: its data, checked for vcrpy's shape. An error names the file and the line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pytest_customerio.cassettes.prepared import prepared_data
from pytest_customerio.core.data import DataError
from pytest_customerio.core.model import FAULTS

# The members of a recorded body that are vcrpy's own; a mapping with any other member is a JSON value.
_REQUEST = ("method", "uri", "body", "headers")
_NAMED = "method, uri, body and headers"
_BODY = frozenset({"string", "encoding"})
_JSON = (str, int, float, type(None), list, dict)
# What vcrpy writes besides in YAML: bytes, and the parts of an iterator.
_VCRPY = (bytes, tuple)


class Document:
    """A cassette file, read. Raises `DataError` where it is no cassette.

    Everything that reads a cassette reads it here. The shipped ones come out of their prepared form where there is one,
    which was checked when it was made; then PyYAML is not even imported. `data` must not be changed.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.data = prepared_data(path)
        if self.data is None:
            from pytest_customerio.cassettes.parsing import parse, text_of

            self.data = _in_one_form(parse(path, text_of(path)))
            self._check()

    @property
    def metadata(self) -> object:
        """What the file says of itself."""
        return self.data.get("metadata")

    def error(self, cause: str, *keys: str | int) -> DataError:
        """An error with this cause, in the line of `keys`, or of the nearest thing around them that exists."""
        from pytest_customerio.cassettes.parsing import line_of, text_of

        return DataError(self.path, line_of(text_of(self.path), *keys), cause)

    def _check(self) -> None:
        interactions = self.data.get("interactions") if isinstance(self.data, dict) else None
        if not isinstance(interactions, list) or not interactions:
            raise DataError(self.path, 1, "not a cassette: it needs a list `interactions` of requests and responses")
        for keys, given in _unknown(self.data):
            raise self.error(f"{given} cannot be read; quote it", *keys)
        for index, interaction in enumerate(interactions):
            self._expect(interaction, dict, "an interaction has a request and a response", "interactions", index)
            self._check_request(interaction.get("request"), "interactions", index, "request")
            self._check_response(interaction.get("response"), "interactions", index, "response")

    def _check_request(self, request: Any, *keys: str | int) -> None:
        self._expect(request, dict, f"a request is a mapping with {_NAMED}", *keys)
        if request.keys() != set(_REQUEST):
            wrong = [f"no {name}" for name in _REQUEST if name not in request]
            wrong += [f"`{name}` besides" for name in request if name not in _REQUEST]
            raise self.error(f"a request has exactly {_NAMED}; this one has {' and '.join(wrong)}", *keys)
        self._expect(request["method"], str, "a request's method is text", *keys, "method")
        if not _is_url(request["uri"]):
            raise self.error("a request's uri is a URL", *keys, "uri")
        if not isinstance(request["body"], str | bytes | dict | list | tuple | None):
            raise self.error("a request's body is text; quote it", *keys, "body")
        self._expect(request["headers"], dict, "a request's headers are a mapping", *keys, "headers")

    def _check_response(self, response: Any, *keys: str | int) -> None:
        self._expect(response, dict, "a response is a mapping with status, headers and body", *keys)
        status, fault = response.get("status"), response.get("fault")
        if fault is not None and fault not in FAULTS:
            raise self.error(f"no such fault: {fault!r}; there are {', '.join(FAULTS)}", *keys, "fault")
        if not isinstance(status, dict) or not _is_status(status.get("code"), status.get("message"), fault):
            raise self.error("a response's status is {code: 100 to 599, message: text}", *keys, "status")
        headers = response.get("headers")
        if not isinstance(headers, dict) or not all(_is_header(*pair) for pair in headers.items()):
            raise self.error("a response's headers are {name: [text]}; quote numbers", *keys, "headers")
        body = response.get("body")
        if not isinstance(body, dict) or not isinstance(body.get("string", ""), str | bytes | dict | list | None):
            raise self.error("a response's body is {string: text}", *keys, "body")

    def _expect(self, value: object, kind: type, cause: str, *keys: str | int) -> None:
        if not isinstance(value, kind):
            raise self.error(cause, *keys)


def _in_one_form(data: Any) -> Any:
    """The data of a cassette with its responses in the form that vcrpy writes today; what is no cassette stays."""
    interactions = data.get("interactions") if isinstance(data, dict) else None
    if not isinstance(interactions, list):
        return data
    return {**data, "interactions": [_with_todays_response(one) for one in interactions]}


def _with_todays_response(interaction: Any) -> Any:
    response = interaction.get("response") if isinstance(interaction, dict) else None
    if not isinstance(response, dict):
        return interaction
    if "status_code" in response:  # httpx, as vcrpy before 6 wrote it
        code, body = response["status_code"], response.get("content")
        response = {"status": {"code": code, "message": None}, "headers": response.get("headers"), "body": body}
    body = response.get("body")
    of_httpx = "status_code" in interaction["response"]
    if of_httpx or isinstance(body, list) or (isinstance(body, dict) and body.keys() - _BODY):
        response = {**response, "body": {"string": body}}
    return {**interaction, "response": response}


def _unknown(value: Any, *keys: str | int) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """The values that neither JSON nor a cassette of vcrpy has, such as a date, each with the keys that lead to it."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if isinstance(name, str):
                yield from _unknown(inner, *keys, name)
            else:
                yield keys, f"a name of the type {type(name).__name__}"
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from _unknown(inner, *keys, index)
    elif not isinstance(value, (*_JSON, *_VCRPY)) and not (isinstance(value, date) and keys[:1] == ("metadata",)):
        yield keys, f"a value of the type {type(value).__name__}"


def _is_url(value: object) -> bool:
    try:
        return isinstance(value, str) and bool(urlsplit(value).scheme)
    except ValueError:
        return False


def _is_status(code: object, message: object, fault: object) -> bool:
    known = type(code) is int and (100 <= code <= 599 or fault is not None)
    return known and (message is None or _is_line(message))


def _is_header(name: object, given: object) -> bool:
    values: Sequence[object] = given if isinstance(given, list) else [given]
    return _is_line(name) and all(map(_is_line, values))


def _is_line(value: object) -> bool:
    return isinstance(value, str) and "\n" not in value and "\r" not in value
