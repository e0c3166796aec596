"""The pages of the documentation: each code block runs, and prints what its page says.

`python tests/test_pages.py PAGE` prints what the commands of a page print now.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import pytest
from for_each import for_each
from pages import blocks, commands, differs, run

DOCS = Path(__file__).resolve().parent.parent / "docs"
PAGES = sorted(path for path in DOCS.glob("*.md") if "```console" in path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", PAGES, ids=[path.stem for path in PAGES])
def test_a_page_does_what_it_says(page: Path, tmp_path: Path) -> None:
    """Each file is written and each command run, in order, as a reader would."""
    assert "\n".join(run(page.read_text(encoding="utf-8"), tmp_path)) == ""


@for_each("page", sorted(DOCS.glob("*.md")), ids=lambda path: path.stem)
def test_no_block_is_left_out_without_a_reason(page: Path) -> None:
    """A block that is not run says why, in the page's source."""
    for block in blocks(page.read_text(encoding="utf-8")):
        assert not (block.language in ("sh", "bash", "shell") and not block.reason), block.text
        assert not block.reason or len(block.reason) > 10


PAGE = """# A page

```{code-block} python
:caption: app/greet.py

print("hello, world")
```

```{code-block} diff
:caption: app/greet.py

-print("hello, world")
+print("hello, " + "world")
```

```console
$ python app/greet.py
hello, …
$ test -f app/greet.py
```

% not run: it needs a network
```console
$ false
```

```console
$ python -c "print(1); print(2); print(3)"
1
…
$ python -c "print('took 0.25s')"
took 0.11s
```
"""


def test_what_the_runner_notices(tmp_path: Path) -> None:
    """A page that says something else than its commands print is red; one that says the same is green."""
    assert run(PAGE, tmp_path) == []
    wrong = PAGE.replace("hello, …", "goodbye").replace("test -f app/greet.py", "test -f missing.py")
    assert [text.splitlines()[0] for text in run(wrong, tmp_path)] == [
        "$ python app/greet.py  (exit code 0)",
        "$ test -f missing.py  (exit code 1)",
    ]


def test_what_the_runner_reads() -> None:
    """Languages, captions and reasons; commands with their output."""
    found = [(block.language, block.caption, bool(block.reason)) for block in blocks(PAGE)]
    files = [(language, "app/greet.py", False) for language in ("python", "diff")]
    assert found == [*files, *[("console", "", reason) for reason in (False, True, False)]]
    assert [one.output for one in commands("$ a\nx\ny\n$ b\n")] == ["x\ny", ""]
    assert not differs("a\n…\nz", "a\nz")
    assert differs("a\n…\nz", "a")


if __name__ == "__main__":
    for name in sys.argv[1:]:
        with tempfile.TemporaryDirectory() as folder:
            sys.stdout.writelines(run((DOCS / Path(name).name).read_text(encoding="utf-8"), Path(folder)))
