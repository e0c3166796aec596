"""The kinds of report files, by suffix: the function that makes the text of each, and what it needs.

A module of a kind is imported when its report is written.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path

from pytest_customerio.core.settings import SettingsError
from pytest_customerio.reporting.formats.files import write
from pytest_customerio.reporting.results import Results


def _json(results: Results) -> str:
    from pytest_customerio.reporting.formats.json_report import text

    return text(results)


def _markdown(results: Results) -> str:
    from pytest_customerio.reporting.formats.markdown import text

    return text(results)


def _html(results: Results) -> str:
    from pytest_customerio.reporting.html_report.page import text

    return text(results)


def _sarif(results: Results) -> str:
    from pytest_customerio.reporting.formats import alerts, sarif

    return sarif.text(sarif.log(alerts.of_results(results, os.environ.get("GITHUB_WORKSPACE", ""))))


# The suffixes that `--cio-report` accepts, in the order in which a usage error lists them.
KINDS: Mapping[str, Callable[[Results], str]] = {
    ".json": _json,
    ".md": _markdown,
    ".html": _html,
    ".sarif": _sarif,
}
# The kinds that show more of a test than its rows: payloads, attempts and where answers came from.
DETAILED = frozenset({".html"})
# The extra of the package that a kind needs, and the module that is missing without it.
EXTRAS = {".html": ("html", "jinja2")}


def kind(path: Path) -> str:
    """The suffix that decides how a report is written."""
    return path.suffix.lower()


def check(given: str) -> None:
    """Raise `SettingsError` where what the kind of this file needs is not installed."""
    extra, module = EXTRAS.get(kind(Path(given)), ("", ""))
    if module and find_spec(module) is None:
        install = f"pip install 'pytest-customerio[{extra}]'"
        raise SettingsError(f"--cio-report={given}: {module} is not installed; what to do: {install}")


def write_reports(paths: Iterable[Path], results: Results, base: Path) -> Iterator[str]:
    """Write each of these files; for one that cannot be written, what is wrong with it.

    The names of those that were written, as seen from the folder `base`, are noted in the results.
    """
    for path in dict.fromkeys(paths):
        try:
            write(path, KINDS[kind(path)](results))
        except OSError as error:
            yield f"--cio-report: {path} cannot be written: {error.strerror}"
        else:
            results.written.append(str(path.relative_to(base)) if path.is_relative_to(base) else str(path))
