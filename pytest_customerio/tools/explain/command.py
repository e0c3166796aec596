"""Declares the commands `errors` and `explain`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pytest_customerio.tools.commands import DONE, PROGRAM, Command, CommandError, Write, add_cassettes

if TYPE_CHECKING:
    from pytest_customerio.tools.explain.explanation import Explain
    from pytest_customerio.tools.explain.page import Block


def _add_errors_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("words", nargs="*", metavar="WORD", help="only of this surface, operation, case or family")
    forms = parser.add_mutually_exclusive_group()
    for form, text in (("json", "everything, as data"), ("markdown", "everything, as a page")):
        forms.add_argument(f"--{form}", dest="form", action="store_const", const=form, default="text", help=text)
    add_cassettes(parser)


def _add_explain_arguments(parser: argparse.ArgumentParser) -> None:
    text = "a name, a status, or the text of an error; - reads a text from standard input; without: all names"
    parser.add_argument("names", nargs="*", metavar="NAME", help=text)
    add_cassettes(parser)


def _run_errors(arguments: argparse.Namespace, write: Write) -> int:
    from pytest_customerio.tools.explain.listing import Listing

    listing = Listing(_explain(arguments), arguments.words)
    forms = {"json": listing.json, "markdown": listing.markdown, "text": listing.text}
    write(forms[arguments.form]())
    return DONE


def _run_explain(arguments: argparse.Namespace, write: Write) -> int:
    from pytest_customerio.tools.explain import standard_input
    from pytest_customerio.tools.explain.page import as_text

    explain = _explain(arguments)
    names = [standard_input.read() if name == "-" else name for name in arguments.names]
    if not names and (text := standard_input.piped()).strip():
        names = [text]
    pages = _pages(explain, names) if names else [explain.contents()]
    write("\n".join(as_text(page) for page in pages))
    return DONE


def _pages(explain: Explain, names: Sequence[str]) -> list[list[Block]]:
    """A page for each name or text; one for all where they are the words of one text. Raises `UnknownNameError`."""
    unknown = [name for name in names if not explain.knows(name)]
    if not unknown:
        return [explain.page(name) for name in names]
    from pytest_customerio.tools.explain.by_text import page_of_text

    if len(unknown) == len(names) > 1 and (page := page_of_text(explain, " ".join(names), sure=True)):
        return [page]
    return [explain.page(name) if explain.knows(name) else _page_of_text(explain, name) for name in names]


def _page_of_text(explain: Explain, text: str) -> list[Block]:
    from pytest_customerio.tools.explain.by_text import page_of_text

    one_word = len(text.split()) == 1
    page = page_of_text(explain, text, sure=one_word)
    if page:
        return page
    if one_word:
        return explain.page(text)  # raises, with the nearest name
    raise CommandError(f"nothing that can be explained reads like this text. All names: {PROGRAM} explain")


def _explain(arguments: argparse.Namespace) -> Explain:
    from pytest_customerio.cassettes.cases import Cassettes
    from pytest_customerio.contract.catalog.catalog import Catalog
    from pytest_customerio.tools.explain.advice import Advice
    from pytest_customerio.tools.explain.explanation import Explain

    catalog = Catalog.load()
    return Explain(catalog, Cassettes(catalog, arguments.cassettes), Advice())


ERRORS = Command(
    name="errors",
    help="the catalogue of error cases",
    names="surface, operation, case or family",
    add_arguments=_add_errors_arguments,
    run=_run_errors,
)
EXPLAIN = Command(
    name="explain",
    help="all about a case, rule, topic or text of an error",
    names="case, family, rule or topic",
    add_arguments=_add_explain_arguments,
    run=_run_explain,
)
