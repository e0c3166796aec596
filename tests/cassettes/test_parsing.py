"""YAML as data: the tags that vcrpy writes, and interactions as lines of JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from vcr.serializers import yamlserializer

from pytest_customerio.cassettes import parsing
from pytest_customerio.cassettes.parsing import load_any, parse
from pytest_customerio.core.data import DataError

PATH = Path("case.yaml")


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
    with pytest.raises(DataError, match="nested more than 200 levels deep"):
        load_any(path)


def test_a_loader_that_no_longer_works_is_not_used() -> None:
    """libyaml's binding stops working when `yaml` is imported a second time; a loader is tried before it is used."""

    class Broken(yaml.SafeLoader):
        def get_single_data(self) -> object:
            raise yaml.constructor.ConstructorError(None, None, "could not determine a constructor for the tag None")

    assert parsing._reads(yaml.SafeLoader)
    assert not parsing._reads(Broken)
