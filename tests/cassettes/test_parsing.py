"""YAML as data: the limits on depth and aliases, the tags that vcrpy writes, and interactions as lines of JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from vcr.serializers import yamlserializer

from pytest_customerio.cassettes import parsing
from pytest_customerio.cassettes.parsing import load_any, parse
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


@pytest.mark.parametrize(
    "text",
    [
        "!!python/str a",
        "!!python/unicode a",
        "!!python/tuple [a, b]",
        "!!python/object/apply:builtins.iter {args: [[a, b]]}",
        "!!python/object/apply:builtins.iter {args: []}",
        "!!python/object/new:_io.BytesIO {state: !!python/tuple [!!binary YQ==, 0, null]}",
        "!!python/object/new:_io.BytesIO {state: [a, 0, null]}",
        "!!python/object/new:_io.BytesIO {state: null}",
    ],
)
def test_the_tags_of_vcrpy_are_read(text: str) -> None:
    """Values that vcrpy writes with tags of Python are read as their content, as vcrpy reads them."""
    found, theirs = parse(PATH, f"a: {text}")["a"], yamlserializer.deserialize(f"a: {text}")["a"]
    theirs = theirs.read() if hasattr(theirs, "read") else theirs if isinstance(theirs, str) else tuple(theirs)
    assert (found.encode() if isinstance(theirs, bytes) and isinstance(found, str) else found) == theirs


def test_other_tags_of_python_are_refused() -> None:
    """A tag that would import or call anything is refused."""
    for tag in ("name:os.system", "object/apply:os.system", "module:os"):
        with pytest.raises(DataError, match="not YAML: could not determine a constructor for the tag"):
            parse(PATH, f"a: !!python/{tag} x")


LINES = 'version: 1\nmetadata:\n  source: "recorded"\ninteractions:\n'


def test_interactions_as_lines_of_json_are_read_as_json(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file as we write recordings gives the same data as PyYAML, without a word of the interactions given to it."""
    text = LINES + "".join(f"- {json.dumps({'request': {'n': n, 'text': 'ä: [x'}})}\n" for n in range(3))
    expected = yaml.safe_load(text)
    compose, seen = parsing.yaml.compose, []
    monkeypatch.setattr(parsing.yaml, "compose", lambda text, **more: seen.append(text) or compose(text, **more))
    assert parse(PATH, text) == expected
    assert "request" not in "".join(seen)


@pytest.mark.parametrize(
    "lines",
    [
        '- {"a": 1}\n  # a remark\n',
        '- {"a": 1}\n- {b: 1}\n',
        '- {"a": 1}\nmore: 2\n',
        '- {"a":\n    1}\n',
    ],
)
def test_lines_that_are_not_all_json_are_read_as_yaml(lines: str) -> None:
    """One line that is no JSON, as after a change by hand, makes the whole file YAML."""
    assert parse(PATH, LINES + lines) == yaml.safe_load(LINES + lines)


def test_lines_of_json_below_a_head_that_is_not_simple() -> None:
    """A head with a date in it is read in full; the data is the same."""
    text = LINES.replace('"recorded"', "2026-11-23") + '- {"a": 1}\n'
    assert parse(PATH, text) == yaml.safe_load(text)


def test_any_file_of_yaml(tmp_path: Path) -> None:
    """A file that is no cassette is read with the same limits."""
    path = tmp_path / "any.yaml"
    path.write_text("a: [1, 2]\nb: 2026-11-23\n", encoding="utf-8")
    assert load_any(path)["a"] == [1, 2]
    path.write_text("a: " + "[" * 30_000, encoding="utf-8")
    with pytest.raises(DataError, match=TOO_DEEP):
        load_any(path)


def test_a_loader_that_no_longer_works_is_not_used() -> None:
    """libyaml's binding stops working when `yaml` is imported a second time; a loader is tried before it is used."""

    class Broken(yaml.SafeLoader):
        def get_single_data(self) -> object:
            raise yaml.constructor.ConstructorError(None, None, "could not determine a constructor for the tag None")

    assert parsing._reads(yaml.SafeLoader)
    assert not parsing._reads(Broken)


@pytest.mark.parametrize("fast", [True, False])
def test_a_key_that_stands_twice_is_refused(monkeypatch: pytest.MonkeyPatch, *, fast: bool) -> None:
    """YAML takes the last one in silence: half of what was written would be lost."""
    monkeypatch.setattr(parsing, "FAST", fast and parsing.FAST)
    with pytest.raises(DataError) as met:
        parse(PATH, "version: 1\nmetadata: {source: observed}\nlist: [a, {b: 1, b: 2}]\n")
    assert (met.value.line, met.value.cause) == (3, "not YAML: `b` stands twice here")
    merged = "a: &a {x: 1}\nb: &b {<<: *a, <<: *a, x: 2}\nc: [*b, *b]\n"
    assert parse(PATH, merged)["b"] == {"x": 2}
