"""Makes the page: the only module of the report that knows Jinja2."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from pytest_customerio.reporting import reach
from pytest_customerio.reporting.html_report.compact import data
from pytest_customerio.reporting.matrix import CONTRACT, cells
from pytest_customerio.reporting.problems import problems
from pytest_customerio.reporting.results import Results
from pytest_customerio.reporting.sentences.headline import headline, unjudged

_FOLDER = Path(__file__).with_name("templates")
# The most problems and call sites that the page lists without the script.
PROBLEMS = 200
SITES = 100
# The page loads nothing and sends nothing. Its only script and its only style have a hash here.
_POLICY = (
    "default-src 'none'; script-src '{script}'; style-src '{style}'; img-src data:; base-uri 'none'; form-action 'none'"
)
SOURCES = {
    "recorded": "the request was sent, and this came back; its note says where",
    "documented": "it stands in Customer.io's published documents",
    "observed": "somebody showed it in public: an issue, a log, the tests of an SDK",
    "synthetic": "made up in part or as a whole, after what is documented or observed",
}


def text(results: Results) -> str:
    """The whole page. Every value is escaped, because an application may send anything."""
    jinja = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return jinja.get_template("report.html").render(_context(results))


def _context(results: Results) -> dict[str, Any]:
    script, style = _source("report.js"), _source("report.css")
    found, sites = problems(results), reach.unreached(results)
    return {
        "policy": _POLICY.format(script=_hash(script), style=_hash(style)),
        "script": script,
        "style": style,
        "data": Markup(data(results)),  # noqa: S704 - `data` escapes what could end its element
        "head": headline(results, found),
        "about": results.about,
        "project": results.about.rootdir.name,
        "table": cells(results),
        "contract": CONTRACT,
        "problems": found[:PROBLEMS],
        "more_problems": len(found) - PROBLEMS,
        "unjudged": unjudged(results)[:PROBLEMS],
        "sites": sites[:SITES],
        "more_sites": len(sites) - SITES,
        "sources": _sources(results),
    }


def _sources(results: Results) -> list[tuple[str, str, int]]:
    """How sure the answers of the run are: the word, what it means, and how many answers it stands for."""
    counts = Counter(one["source"] for cases in results.answers.values() for one in cases.values())
    return [(word, meaning, counts[word]) for word, meaning in SOURCES.items() if counts[word]]


def _source(name: str) -> Markup:
    return Markup((_FOLDER / name).read_text(encoding="utf-8"))  # noqa: S704 - a file of this package


def _hash(source: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()
