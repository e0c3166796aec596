"""Declares the commands `errors` and `explain`."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from pytest_customerio.tools.commands import DONE, Command, Write, add_cassettes

if TYPE_CHECKING:
    from pytest_customerio.tools.explain.explanation import Explain


def _add_errors_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("words", nargs="*", metavar="WORD", help="only of this surface, operation, case or family")
    forms = parser.add_mutually_exclusive_group()
    for form, text in (("json", "everything, as data"), ("markdown", "everything, as a page")):
        forms.add_argument(f"--{form}", dest="form", action="store_const", const=form, default="text", help=text)
    add_cassettes(parser)


def _add_explain_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("names", nargs="*", metavar="NAME", help="without one: all that can be explained")
    add_cassettes(parser)


def _run_errors(arguments: argparse.Namespace, write: Write) -> int:
    from pytest_customerio.tools.explain.listing import Listing

    listing = Listing(_explain(arguments), arguments.words)
    forms = {"json": listing.json, "markdown": listing.markdown, "text": listing.text}
    write(forms[arguments.form]())
    return DONE


def _run_explain(arguments: argparse.Namespace, write: Write) -> int:
    from pytest_customerio.tools.explain.page import as_text

    explain = _explain(arguments)
    pages = [explain.page(name) for name in arguments.names] or [explain.contents()]
    write("\n".join(as_text(page) for page in pages))
    return DONE


def _explain(arguments: argparse.Namespace) -> Explain:
    from pytest_customerio.cassettes.cases import Cassettes
    from pytest_customerio.contract.catalog import Catalog
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
    help="all about one case, family, rule or topic",
    names="case, family, rule or topic",
    add_arguments=_add_explain_arguments,
    run=_run_explain,
)
