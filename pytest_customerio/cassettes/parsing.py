"""The text of a YAML file as data, with limits on its depth and on what its aliases unfold into. Knows no cassettes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped, unused-ignore]

from pytest_customerio.cassettes.fast_yaml import NotPlainError, build
from pytest_customerio.cassettes.yaml_limits import TooMuchError, check_aliases, check_depth, check_keys
from pytest_customerio.core.data import DataError

# Our own recordings hold one interaction a line, as JSON. It is read a hundred times as fast as YAML.
_LIST = "\ninteractions:\n"
_ENTRY = "- {"


def _reads(loader: Any) -> bool:
    try:
        return bool(yaml.load("a: 1", Loader=loader))  # noqa: S506 - only safe loaders are asked about
    except yaml.YAMLError:
        return False


# libyaml is ten times as fast as the parser in Python. Its binding (`yaml._yaml`, PyYAML 6) remembers the node classes
# of the first `yaml` module of the process. It stops working when `yaml` is imported again, as in pytester's runs in
# one process: it makes nodes of the old classes, which the new constructor does not know.
FAST = _reads(getattr(yaml, "CSafeLoader", yaml.SafeLoader))
_SAFE = getattr(yaml, "CSafeLoader", yaml.SafeLoader) if FAST else yaml.SafeLoader


class _Loader(_SAFE):  # type: ignore[misc, valid-type, unused-ignore]
    """A safe loader that also reads the tags for plain Python values that vcrpy writes and reads.

    A value that cannot be made, such as the 45th of a month, is an error of YAML with its place.
    """

    def construct_object(self, node: Any, deep: bool = False) -> Any:  # noqa: FBT001, FBT002 - PyYAML's signature
        try:
            return super().construct_object(node, deep)
        except (yaml.YAMLError, RecursionError):
            raise
        except Exception as error:
            raise yaml.constructor.ConstructorError(None, None, str(error), node.start_mark) from error


class _Composer(_SAFE):  # type: ignore[misc, valid-type, unused-ignore]
    """Composes nodes like the safe loader, without the resolvers by path (PyYAML's `add_path_resolver`).

    No code registers such resolvers, and the calls cost time. The three methods are private to PyYAML 6, whose
    composers call them for each node. If a later PyYAML does not call them, reading is only slower.
    """

    def descend_resolver(self, parent: Any, index: Any) -> None: ...

    def ascend_resolver(self) -> None: ...

    def resolve(self, kind: Any, value: Any, implicit: Any) -> Any:
        if kind is yaml.ScalarNode and (not implicit[0] or value[:1] not in self.yaml_implicit_resolvers):
            return self.DEFAULT_SCALAR_TAG
        return super().resolve(kind, value, implicit)


def _file(loader: Any, node: Any) -> Any:
    """The content of a file that was sent: vcrpy writes a pickled BytesIO, whose state begins with the content."""
    state = loader.construct_mapping(node, deep=True).get("state") or (b"",)
    return state[0]


def _iterator(loader: Any, node: Any) -> tuple[Any, ...]:
    """The parts of a body that was sent in parts: vcrpy writes a call of `iter`, whose argument is the list of them."""
    args: Any = loader.construct_mapping(node, deep=True).get("args") or ((),)
    return tuple(args[0])


_TAG = "tag:yaml.org,2002:python/"
_Loader.add_constructor(f"{_TAG}str", lambda loader, node: loader.construct_scalar(node))
_Loader.add_constructor(f"{_TAG}unicode", lambda loader, node: loader.construct_scalar(node))
_Loader.add_constructor(f"{_TAG}tuple", lambda loader, node: tuple(loader.construct_sequence(node)))
_Loader.add_constructor(f"{_TAG}object/new:_io.BytesIO", _file)
_Loader.add_constructor(f"{_TAG}object/apply:builtins.iter", _iterator)


def parse(path: Path, text: str) -> Any:
    """What the text of a cassette holds. Raises `DataError` where it is not YAML."""
    return _guarded(path, text, _read)


def load_any(path: Path) -> Any:
    """The data of a YAML file that is no cassette. Raises `DataError` where it is not YAML."""
    return _guarded(path, text_of(path), _bounded)


def line_of(text: str, *keys: str | int) -> int:
    """The line, from 1, of what these keys lead to, or of the nearest thing around it that exists."""
    try:
        node: Any = yaml.compose(text, Loader=_SAFE)
    except yaml.YAMLError:  # a line of JSON may hold what YAML refuses, such as the escape of half a surrogate pair
        return _line_of_entry(text, *keys)
    for key in keys:
        inner = _child(node, key)
        if inner is None:
            break
        node = inner
    return int(node.start_mark.line) + 1


def text_of(path: Path) -> str:
    """The text of a file. Raises `DataError` where it cannot be read, is not UTF-8 or is empty."""
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


def _guarded(path: Path, text: str, read: Callable[[str], Any]) -> Any:
    """What `read` makes of the text; anything that is wrong with the text is a `DataError`."""
    try:
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


def _read(text: str) -> Any:
    """Through JSON where each interaction is one line of it, quickly where the YAML is simple, else in full."""
    head, found, lines = text.partition(_LIST)
    if found and lines.startswith(_ENTRY):
        try:
            return {**_simple(head), "interactions": [_entry(line) for line in lines.split("\n") if line]}
        except (NotPlainError, ValueError, TypeError, RecursionError, yaml.YAMLError):
            pass
    if not FAST:
        return _bounded(text, unique=True)
    check_depth(text, _SAFE)
    try:
        return _simple(text)
    except NotPlainError:  # a line that is no JSON may have anchors, which YAML has to resolve
        return _bounded(text, unique=True)


def _entry(line: str) -> Any:
    if not line.startswith(_ENTRY):
        raise ValueError(line)
    return json.loads(line[len(_ENTRY) - 1 :])


def _simple(text: str) -> Any:
    return build(_composed(text, _Composer))


def _bounded(text: str, *, unique: bool = False) -> Any:
    """What the text holds, unless it is nested too deep or its aliases unfold into too much.

    With `unique`, a key that stands twice in one mapping is an error: PyYAML would take the last one in silence.
    """
    check_depth(text, _SAFE)
    root = _composed(text, _SAFE)
    if unique:
        check_keys(root, set())
    return yaml.load(text, Loader=_Loader)  # noqa: S506 - a safe loader


def _composed(text: str, loader: Any) -> Any:
    """The nodes of the text. Raises `TooMuchError` where its aliases unfold into too much."""
    root = yaml.compose(text, Loader=loader)
    if "&" in text:  # without an anchor there is no alias
        check_aliases(root)
    return root


def _line_of_entry(text: str, *keys: str | int) -> int:
    """The line of an interaction that is one line of JSON; the first line for any other part of the file."""
    entries = [number for number, line in enumerate(text.split("\n"), 1) if line.startswith(_ENTRY)]
    numbers: dict[str | int, int] = dict(enumerate(entries))
    return numbers.get(keys[1], 1) if keys[:1] == ("interactions",) and keys[1:] else 1


def _child(node: Any, key: str | int) -> Any:
    if isinstance(node, yaml.SequenceNode) and isinstance(key, int):
        return node.value[key] if key < len(node.value) else None
    if isinstance(node, yaml.MappingNode):
        return next((value for name, value in node.value if name.value == key), None)
    return None
