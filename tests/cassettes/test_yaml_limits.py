"""What a YAML file may not be: nested too deep, unfolded by aliases into too much, or with a key that stands twice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from pytest_customerio.cassettes import parsing
from pytest_customerio.cassettes.parsing import parse
from pytest_customerio.cassettes.yaml_limits import DEEPEST
from pytest_customerio.core.data import DataError

PATH = Path("case.yaml")
TOO_DEEP = "nested more than 200 levels deep"
FORMS = ["[", "{a: ", "- ", "? ", "a: ["]


@pytest.mark.parametrize("opening", FORMS)
@pytest.mark.parametrize("levels", [999, 2_000, 60_000])
def test_deep_nesting_is_refused_in_our_words(opening: str, levels: int) -> None:
    """Deep nesting is refused before libyaml recurses into it, whether or not PyYAML has a limit of its own."""
    text = opening * levels if opening != "a: [" else "a: " + "[" * levels
    with pytest.raises(DataError, match=TOO_DEEP) as met:
        parse(PATH, text)
    assert str(met.value) == f"case.yaml: {TOO_DEEP}"


def test_deep_nesting_by_indentation_is_refused() -> None:
    """Blocks within blocks are counted by how far right they begin."""
    text = "".join(f"{' ' * level}a:\n" for level in range(DEEPEST + 50))
    with pytest.raises(DataError, match=TOO_DEEP):
        parse(PATH, text)
    assert parse(PATH, "".join(f"{' ' * level}a:\n" for level in range(DEEPEST - 50)))


def test_a_refusal_of_pyyaml_itself_is_in_our_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """PyYAML 6.0.4 refuses deep nesting with a scanner error; an older PyYAML does not."""

    def refuses(*args: Any, **more: Any) -> Any:
        raise yaml.scanner.ScannerError("while increasing flow level", None, "exceeded maximum nesting depth")

    monkeypatch.setattr(parsing.yaml, "parse", refuses)
    with pytest.raises(DataError, match=TOO_DEEP):
        parse(PATH, "[" * 300)


def test_many_brackets_are_not_deep() -> None:
    """A text with more brackets than levels are allowed is counted exactly, and read."""
    assert parse(PATH, "[" + "[], " * 300 + "]") == [[]] * 300
    assert parse(PATH, f"text: '{'[' * 60_000}'") == {"text": "[" * 60_000}


def test_a_mistake_among_many_brackets_is_a_mistake() -> None:
    """Text that is no YAML is refused as such while its levels are counted."""
    with pytest.raises(DataError, match="not YAML: "):
        parse(PATH, "[" + "[], " * 300 + "}")


@pytest.mark.parametrize("line", ["a{}: &a{} {{<<: [{}]}}", "a{}: &a{} [{}]"])
@pytest.mark.parametrize("fast", [True, False])
def test_aliases_that_unfold_into_too_much_are_refused(
    line: str, monkeypatch: pytest.MonkeyPatch, *, fast: bool
) -> None:
    """Twelve lines, each of which refers to the one before nine times, are not unfolded, whatever they merge or list."""
    monkeypatch.setattr(parsing, "FAST", fast)
    lines = [line.format(n, n, ", ".join([f"*a{n - 1}"] * 9)) for n in range(1, 12)]
    with pytest.raises(DataError, match="its aliases unfold into more than 2000000 values"):
        parse(PATH, "\n".join(["a0: &a0 {x: 1}", *lines]))


@pytest.mark.parametrize("fast", [True, False])
def test_a_key_that_stands_twice_is_refused(monkeypatch: pytest.MonkeyPatch, *, fast: bool) -> None:
    """YAML takes the last one in silence: half of what was written would be lost."""
    monkeypatch.setattr(parsing, "FAST", fast and parsing.FAST)
    with pytest.raises(DataError) as met:
        parse(PATH, "version: 1\nmetadata: {source: observed}\nlist: [a, {b: 1, b: 2}]\n")
    assert (met.value.line, met.value.cause) == (3, "not YAML: `b` stands twice here")
    merged = "a: &a {x: 1}\nb: &b {<<: *a, <<: *a, x: 2}\nc: [*b, *b]\n"
    assert parse(PATH, merged)["b"] == {"x": 2}
