"""A cassette file as text and as data: whether it has vcrpy's shape, and where not, in which line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml  # type: ignore[import-untyped, unused-ignore]

from pytest_customerio.cassettes.fast_yaml import NotPlainError, build
from pytest_customerio.core.data import DataError
from pytest_customerio.core.model import FAULTS

# libyaml builds nested nodes by recursion in C: some ten thousand levels end the process, not the load.
_DEEPEST = 200
_SURELY_SHALLOW = 20_000
# What aliases may unfold into: some ten lines can stand for more than any memory holds.
LARGEST = 2_000_000


class TooMuchError(Exception):
    """A few lines that stand for more than is read."""


def _reads(loader: Any) -> bool:
    try:
        return bool(yaml.load("a: 1", Loader=loader))  # noqa: S506 - only safe loaders are asked about
    except yaml.YAMLError:
        return False


# libyaml is ten times as fast. Its binding stops working once the yaml module is imported a second time, as in
# pytester's runs in one process: it goes on making nodes of the first one's classes.
FAST = _reads(getattr(yaml, "CSafeLoader", yaml.SafeLoader))
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader) if FAST else yaml.SafeLoader


class _Composer(_LOADER):  # type: ignore[misc, valid-type, unused-ignore]
    """Composes as ever, without asking for the resolvers by path that nobody has registered."""

    def descend_resolver(self, parent: Any, index: Any) -> None: ...

    def ascend_resolver(self) -> None: ...

    def resolve(self, kind: Any, value: Any, implicit: Any) -> Any:
        if kind is yaml.ScalarNode and (not implicit[0] or value[:1] not in self.yaml_implicit_resolvers):
            return self.DEFAULT_SCALAR_TAG
        return super().resolve(kind, value, implicit)


def load(text: str) -> Any:
    """What a cassette's text holds, read without vcrpy's own tags."""
    return yaml.load(text, Loader=_LOADER)  # noqa: S506 - a safe loader


def load_any(path: Path) -> Any:
    """What a file of YAML holds that is no cassette. `DataError` where it is none, or its aliases hide too much."""
    return _guarded(path, _text(path), lambda text: _bounded(text, load))


class Document:
    """A cassette file, read; serves vcrpy as the serializer of what is parsed already. `DataError` where it is none."""

    def __init__(self, path: Path, parse: Callable[[str], Any]) -> None:
        self.path = path
        self.text = _text(path)
        self.data = self._parsed(parse)
        self._check()

    def deserialize(self, text: str) -> Any:
        """What vcrpy asks its serializer for."""
        return self.data

    @property
    def metadata(self) -> object:
        """What the file says of itself."""
        return self.data.get("metadata")

    def error(self, cause: str, *keys: str | int) -> DataError:
        """What is wrong, and in which line: that of `keys`, or of the nearest thing around them that exists."""
        node: Any = yaml.compose(self.text, Loader=_LOADER)
        for key in keys:
            inner = _child(node, key)
            if inner is None:
                break
            node = inner
        return DataError(self.path, node.start_mark.line + 1, cause)

    def _parsed(self, parse: Callable[[str], Any]) -> Any:
        return _guarded(self.path, self.text, lambda text: _read(text, parse))

    def _check(self) -> None:
        interactions = self.data.get("interactions") if isinstance(self.data, dict) else None
        if not isinstance(interactions, list) or not interactions:
            raise DataError(self.path, 1, "not a cassette: it needs a list `interactions` of requests and responses")
        for index, interaction in enumerate(interactions):
            self._expect(interaction, dict, "an interaction has a request and a response", "interactions", index)
            self._check_request(interaction.get("request"), "interactions", index, "request")
            self._check_response(interaction.get("response"), "interactions", index, "response")

    def _check_request(self, request: Any, *keys: str | int) -> None:
        self._expect(request, dict, "a request is a mapping with method, uri, body and headers", *keys)
        if set(request) != {"method", "uri", "body", "headers"}:
            raise self.error("a request has exactly method, uri, body and headers", *keys)
        self._expect(request["method"], str, "a request's method is text", *keys, "method")
        if not _is_url(request["uri"]):
            raise self.error("a request's uri is a URL", *keys, "uri")
        if isinstance(request["body"], bool | int | float):
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
        if not isinstance(body, dict) or not isinstance(body.get("string", ""), str | bytes | None):
            raise self.error("a response's body is {string: text}", *keys, "body")
        body["string"] = body.get("string") or ""

    def _expect(self, value: object, kind: type, cause: str, *keys: str | int) -> None:
        if not isinstance(value, kind):
            raise self.error(cause, *keys)


def _guarded(path: Path, text: str, read: Callable[[str], Any]) -> Any:
    """What `read` makes of the text; whatever is wrong with it is a `DataError`."""
    try:
        if len(text) > _SURELY_SHALLOW and _depth(text) > _DEEPEST:
            raise DataError(path, None, f"nested more than {_DEEPEST} levels deep")
        return read(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        said = [getattr(error, name, None) for name in ("context", "problem", "reason")]
        cause = ", ".join(part for part in said if part) or str(error)
        line = min(mark.line + 1, len(text.splitlines())) if mark else None
        raise DataError(path, line, f"not YAML: {cause}") from error
    except TooMuchError as error:
        raise DataError(path, None, str(error)) from None
    except (ValueError, TypeError, RecursionError) as error:
        raise DataError(path, None, f"not YAML: {error}") from error


def _bounded(text: str, parse: Callable[[str], Any]) -> Any:
    """What `parse` makes of it, unless its aliases hide too much."""
    if _unfolded(yaml.compose(text, Loader=_LOADER)) > LARGEST:
        raise TooMuchError(f"its aliases unfold into more than {LARGEST} values")
    return parse(text)


def _unfolded(root: Any) -> int:
    """How many values there are when each alias stands for what it names; too many where one contains itself."""
    sizes: dict[Any, int] = {}

    def size(node: Any) -> int:
        if node not in sizes:
            sizes[node] = LARGEST + 1
            sizes[node] = 1 + sum(map(size, _children(node)))
        return sizes[node]

    return size(root)


def _children(node: Any) -> list[Any]:
    if isinstance(node, yaml.MappingNode):
        return [part for pair in node.value for part in pair]
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def _read(text: str, parse: Callable[[str], Any]) -> Any:
    if not FAST:
        return _bounded(text, parse)
    try:
        return build(yaml.compose(text, Loader=_Composer))
    except NotPlainError:  # it may have anchors
        return _bounded(text, parse)


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
    return all(map(_is_line, (name, *values)))


def _is_line(value: object) -> bool:
    return isinstance(value, str) and "\n" not in value and "\r" not in value


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise DataError(path, None, error.strerror or str(error)) from error
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise DataError(path, line, f"not UTF-8: byte 0x{raw[error.start]:02x}") from error
    if not text.strip():
        raise DataError(path, None, "the file is empty")
    return text


def _depth(text: str) -> int:
    depth = deepest = 0
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            deepest = max(deepest, depth)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if deepest > _DEEPEST:
            break
    return deepest


def _child(node: Any, key: str | int) -> Any:
    if isinstance(node, yaml.SequenceNode) and isinstance(key, int):
        return node.value[key] if key < len(node.value) else None
    if isinstance(node, yaml.MappingNode):
        return next((value for name, value in node.value if name.value == key), None)
    return None
