"""Blocks as plain text of 100 columns and as Markdown."""

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
    escaped,
    facts,
    markdown,
    plain,
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

PLAIN = """\
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


def test_plain_text() -> None:
    """Facts are aligned, long ones hang; below a part's heading all is indented."""
    assert plain(PAGE) == PLAIN


def test_markdown() -> None:
    """Facts are lists, code is fenced, and nothing that is text becomes markup."""
    assert markdown(PAGE, level=1) == MARKDOWN


def test_an_address_is_never_broken_and_becomes_a_link() -> None:
    """It would be of no use in two parts."""
    address = "https://example.com/" + "a-b_" * 40
    assert address in plain([facts(("docs", address))])
    assert markdown([facts(("docs", address))]) == f"- **docs**: <{address}>\n"


def test_long_lines_of_code_are_folded_in_plain_text_only() -> None:
    """A body of 159 columns fits a terminal; Markdown has it as it was answered."""
    line = '    "detail": "' + "word " * 30 + '"'
    shown = plain([Code(line)]).splitlines()
    assert len(shown) == 2
    assert shown[1].startswith("        word")
    assert line in markdown([Code(line)])


def test_nothing_comes_of_nothing() -> None:
    """Facts without values leave no gap."""
    assert plain([Prose("a"), Facts(()), Prose("b")]) == "a\n\nb\n"
    assert markdown([Prose("a"), Facts(()), Prose("b")]) == "a\n\nb\n"


def test_escaped_leaves_words_alone() -> None:
    """An underscore within a word is none of Markdown's."""
    assert escaped("track_v2 and __cause__") == "track_v2 and \\_\\_cause\\_\\_"


def test_a_table_is_aligned() -> None:
    """Without blanks at the ends of lines."""
    assert table(("a", "b"), [("long", "1"), ("x", "")]) == ["a     b", "long  1", "x"]


@given(st.lists(st.tuples(st.text("ab:", min_size=1, max_size=12), st.text("abc \n*", max_size=300)), max_size=4))
def test_plain_text_fits(pairs: list[tuple[str, str]]) -> None:
    """Whatever words there are, in 100 columns; one word may be longer."""
    shown = plain([facts(*pairs)])
    longest = max((len(word) for _, text in pairs for word in text.split()), default=0)
    assert all(len(line) <= max(WIDTH, longest + 16) for line in shown.splitlines())
