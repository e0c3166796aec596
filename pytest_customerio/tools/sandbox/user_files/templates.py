"""The texts of transactional messages that a project supplies, by id or trigger name: files in a folder."""

from __future__ import annotations

import re
from pathlib import Path

from pytest_customerio.tools.sandbox.arguments import CannotError
from pytest_customerio.tools.sandbox.workspace.deliveries import Template

_NAME = re.compile(r"[\w-]+")
_FRONT = re.compile(r"---\r?\n(?P<front>.*?)^---\r?\n", re.DOTALL | re.MULTILINE)
_SUBJECT = re.compile(r"^subject:[ \t]*(?P<subject>.*?)[ \t]*\r?$", re.MULTILINE)
LONGEST = 2_000_000


class TemplateError(CannotError):
    """There is no such folder of templates."""


class TemplateFolder:
    """A folder with `NAME.html`, `NAME.txt` or both. Each file is read when a message needs it. Raises `TemplateError`.

    The first lines of a file may be `---`, `subject: …`, `---`.
    """

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise TemplateError(f"{folder} is no folder of templates")
        self._folder = folder

    def __call__(self, name: str) -> Template | None:
        """The template of this id or name."""
        if not _NAME.fullmatch(name):
            return None
        files = [self._folder / f"{each}{suffix}" for suffix in (".html", ".txt") for each in (name, name.lower())]
        html, plain = (_read(files[start : start + 2]) for start in (0, 2))
        if html is None and plain is None:
            return Template(problem=f"there is no {name}.html or {name}.txt in the folder of templates")
        subject = next((found for each in (html, plain) if each and (found := each[0])), "")
        return Template(subject, html[1] if html else "", plain[1] if plain else "", str(self._folder.resolve()))


def _read(paths: list[Path]) -> tuple[str, str] | None:
    """The subject and the text of the first of these files that exists."""
    for path in paths:
        try:
            text = path.read_bytes()[:LONGEST].decode("utf-8", "replace")
        except OSError:
            continue
        front = _FRONT.match(text)
        subject = _SUBJECT.search(front["front"]) if front else None
        return subject["subject"] if subject else "", text[front.end() :] if front else text
    return None
