"""Blocks as text of 100 columns and as Markdown."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pytest_customerio.tools.explain.page import (
    WIDTH,
    Code,
    Facts,
    Heading,
    Prose,
    Table,
    as_text,
    escaped,
    facts,
    markdown,
    table,
)

PAGE = [
    Heading("timestamp-milliseconds: a Track or App timestamp is in milliseconds"),
    facts(("kind", "payload"), ("empty", ""), ("none", []), ("see", ["one", "", "two " + "words " * 20])),
    Heading("Answer", 2),
    Code('{\n  "a": 1\n}', "json"),
    Heading("Deeper", 3),
    Prose("as it is * and <so> on"),
    Table(("a", "bb"), (("1", "2|3"),)),
]

TEXT = """\
timestamp-milliseconds: a Track or App timestamp is in milliseconds

kind  payload
see   one
      two words words words words words words words words words words words words words words words
        words words words words words

Answer

  {
    "a": 1
  }

  Deeper

  as it is * and <so> on

  a  bb
  1  2|3
"""

MARKDOWN = """\
## timestamp-milliseconds: a Track or App timestamp is in milliseconds

- **kind**: payload
- **see**:
  - one
  - two words words words words words words words words words words words words words words words words words words \
words words\x20

### Answer

```json
{
  "a": 1
}
```

#### Deeper

as it is \\* and \\<so> on

| a | bb |
| --- | --- |
| 1 | 2\\|3 |
"""


def test_text() -> None:
    """Facts are aligned and wrapped; blocks below a part's heading are indented."""
    assert as_text(PAGE) == TEXT


def test_markdown() -> None:
    """Facts become lists, code is fenced, and text is escaped."""
    assert markdown(PAGE, level=1) == MARKDOWN


def test_an_address_is_never_broken_and_becomes_a_link() -> None:
    """A long address stays in one line of text; in Markdown it is a link."""
    address = "https://example.com/" + "a-b_" * 40
    assert address in as_text([facts(("docs", address))])
    assert markdown([facts(("docs", address))]) == f"- **docs**: <{address}>\n"


def test_long_lines_of_code_are_folded_in_plain_text_only() -> None:
    """A long line of code is folded in text and left whole in Markdown."""
    line = '    "detail": "' + "word " * 30 + '"'
    shown = as_text([Code(line)]).splitlines()
    assert len(shown) == 2
    assert shown[1].startswith("        word")
    assert line in markdown([Code(line)])


def test_nothing_comes_of_nothing() -> None:
    """Facts without values are left out."""
    assert as_text([Prose("a"), Facts(()), Prose("b")]) == "a\n\nb\n"
    assert markdown([Prose("a"), Facts(()), Prose("b")]) == "a\n\nb\n"


def test_escaped_leaves_words_alone() -> None:
    """An underscore inside a word is not escaped."""
    assert escaped("track_v2 and __cause__") == "track_v2 and \\_\\_cause\\_\\_"


def test_a_table_is_aligned() -> None:
    """Columns are aligned, without blanks at the ends of lines."""
    assert table(("a", "b"), [("long", "1"), ("x", "")]) == ["a     b", "long  1", "x"]


@given(st.lists(st.tuples(st.text("ab:", min_size=1, max_size=12), st.text("abc \n*", max_size=300)), max_size=4))
def test_text_fits(pairs: list[tuple[str, str]]) -> None:
    """Facts with any words fit into 100 columns, but for one word that is longer."""
    shown = as_text([facts(*pairs)])
    longest = max((len(word) for _, text in pairs for word in text.split()), default=0)
    assert all(len(line) <= max(WIDTH, longest + 16) for line in shown.splitlines())
