"""The pages in docs/ are what the commands `errors` and `explain` print today.

`python tests/test_docs.py` writes them anew.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pages import anchors

if __name__ == "__main__":  # from a checkout that is not installed
    sys.path.append(str(Path(__file__).resolve().parent.parent))

from pytest_customerio.cassettes.cases import Cassettes
from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.tools.commands import PROGRAM
from pytest_customerio.tools.explain.advice import Advice
from pytest_customerio.tools.explain.explanation import Explain
from pytest_customerio.tools.explain.listing import Listing
from pytest_customerio.tools.explain.page import Block, Code, Heading, Prose, markdown

DOCS = Path(__file__).resolve().parent.parent / "docs"


def errors(explain: Explain) -> str:
    """The page of all error cases, as `errors --markdown` prints it."""
    return Listing(explain).markdown()


def rules(explain: Explain) -> str:
    """The page of all rules, by kind."""
    every = list(explain.advice.rules.values())
    head: list[Block] = [Heading("Rules"), Prose(f"Each by itself: {PROGRAM} explain RULE")]
    parts = [markdown(head)]
    for kind in dict.fromkeys(rule.kind for rule in every):
        parts.append(markdown([Heading(f"Rules of kind {kind}", 2)]))
        parts += [markdown(explain.rule(rule, linked=True), level=2) for rule in every if rule.kind == kind]
    return "\n".join(parts)


def delivery(explain: Explain) -> str:
    """The page of all topics: what goes wrong without an error answer, and how to look into it."""
    head: list[Block] = [Heading("Delivery issues and diagnostics"), Prose(f"Each by itself: {PROGRAM} explain NAME")]
    topics = explain.advice.topics.values()
    return "\n".join([markdown(head), *(markdown(explain.topic(topic), level=1) for topic in topics)])


def examples(explain: Explain) -> str:
    """The page of all examples."""
    head: list[Block] = [Heading("Examples"), Prose("Each runs in the tests, under every case that it is shown for.")]
    blocks = [
        block
        for example in explain.advice.examples.values()
        for block in (Heading(example.name, 2), Code(example.code.rstrip("\n"), "python"))
    ]
    return markdown([*head, *blocks])


PAGES: dict[str, Callable[[Explain], str]] = {
    "errors.md": errors,
    "rules.md": rules,
    "delivery.md": delivery,
    "examples.md": examples,
}


def explained() -> Explain:
    """All that the command `explain` knows."""
    catalog = Catalog.load()
    return Explain(catalog, Cassettes(catalog), Advice())


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_up_to_date(name: str) -> None:
    """Each page is what the commands print today. If not: `python tests/test_docs.py`, and read what changed."""
    written = (DOCS / name).read_text(encoding="utf-8")
    assert written.splitlines() == PAGES[name](explained()).splitlines()


def test_each_page_is_in_the_contents() -> None:
    """The contents of the site name each page once, and nothing that does not exist."""
    contents = re.findall(r"```\{toctree\}\n(.*?)```", (DOCS / "index.md").read_text(encoding="utf-8"), re.DOTALL)
    named = [line for text in contents for line in text.splitlines() if line and not line.startswith(":")]
    assert sorted(named) == sorted(path.stem for path in DOCS.glob("*.md") if path.stem != "index")


def test_links_lead_somewhere() -> None:
    """Each link between pages leads to a page and to a heading in it; `make docs` checks the site's own pages too."""
    for path in DOCS.glob("*.md"):
        for page, anchor in re.findall(r"\]\(([\w.-]+\.md)#([\w-]+)\)", path.read_text(encoding="utf-8")):
            assert anchor in anchors((DOCS / page).read_text(encoding="utf-8")), f"{path.name}: {page}#{anchor}"


def test_settings_can_be_pasted() -> None:
    """No value of an ini has a remark behind it: pytest takes that for a part of the value."""
    for path in (*DOCS.glob("*.md"), *DOCS.parent.glob("*/README.md"), DOCS.parent / "README.md"):
        for block in re.findall(r"^```.*\bini\n(.*?)^```", path.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE):
            assert not re.search(r"^[^#\n]+\s#", block, re.MULTILINE), f"{path.name}: {block}"


def main() -> None:
    """Write the pages."""
    DOCS.mkdir(exist_ok=True)
    explain = explained()
    for name, make in PAGES.items():
        (DOCS / name).write_text(make(explain), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
