"""What a YAML file may not be: nested too deep, unfolded by aliases into too much, or with a key that stands twice."""

from __future__ import annotations

import re
from typing import Any

import yaml  # type: ignore[import-untyped, unused-ignore]

# libyaml builds nested nodes by recursion in C: tens of thousands of levels overflow the stack and end the process.
DEEPEST = 200
# The largest number of values that aliases may unfold into: ten lines of aliases can stand for more than memory holds.
LARGEST = 2_000_000
# PyYAML 6.0.4 and later refuse more than 1000 levels themselves, in these words. Older versions go on.
_REFUSED_BY_PYYAML = "maximum nesting depth"
# The characters at the beginning of a line that open nested blocks: spaces, and the marks of lists, keys and values.
_INDENTATION = re.compile(r"^[ ?:-]+", re.MULTILINE)


class TooMuchError(Exception):
    """The aliases of a few lines stand for more values than are read."""


def check_keys(node: Any, seen: set[Any]) -> None:
    """Raise where a mapping has a key twice. What an alias names is looked at once."""
    if node in seen:
        return
    seen.add(node)
    known: set[tuple[str, str]] = set()
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    for key in (key for key, _ in pairs if isinstance(key, yaml.ScalarNode)):
        if (key.tag, key.value) in known and key.value != "<<":
            raise yaml.constructor.ConstructorError(None, None, f"`{key.value}` stands twice here", key.start_mark)
        known.add((key.tag, key.value))
    for child in _children(node):
        check_keys(child, seen)


def check_aliases(root: Any) -> None:
    """Raise `TooMuchError` where the aliases below a node unfold into too much."""
    if _unfolded(root) > LARGEST:
        raise TooMuchError(f"its aliases unfold into more than {LARGEST} values")


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


def check_depth(text: str, loader: Any) -> None:
    """Raise `TooMuchError` where the text is nested too deep: before any parser of PyYAML's recurses into it."""
    if _deepest_possible(text) > DEEPEST and _depth(text, loader) > DEEPEST:
        raise TooMuchError(f"nested more than {DEEPEST} levels deep")


def _deepest_possible(text: str) -> int:
    """An upper bound for the depth: each level has a bracket, or begins further right than the one around it."""
    brackets = text.count("[") + text.count("{")
    return brackets + max((len(found) for found in _INDENTATION.findall(text)), default=0) + 1


def _depth(text: str, loader: Any) -> int:
    depth = deepest = 0
    try:
        for event in yaml.parse(text, Loader=loader):
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                deepest = max(deepest, depth)
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if deepest > DEEPEST:
                break
    except yaml.MarkedYAMLError as error:
        if _REFUSED_BY_PYYAML in str(error.problem):
            return DEEPEST + 1
        raise
    return deepest
