"""Lets git merge the file by lines: two branches that change neighbouring lines would conflict without that."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from pathlib import Path

NAME = ".gitattributes"
UNION = "merge=union"
_ATTRIBUTES = re.compile(r'\s*"?(?P<pattern>(?<=")[^"]+|\S+)"?\s+(?P<more>.*)')


def let_git_merge(path: Path) -> bool:
    """Add a line to `.gitattributes` beside the file; not outside of git, nor where one says already how to merge it.

    Returns whether it was added. A file that cannot be changed stays as it is: git then reports conflicts as ever.
    """
    folders = _work_tree(path.parent)
    if not folders or any(_says(folder / NAME, path.name) for folder in folders):
        return False
    attributes = path.parent / NAME
    name = f'"{path.name}"' if " " in path.name else path.name
    try:
        before = attributes.read_bytes() if attributes.exists() else b""
        with attributes.open("ab") as file:
            file.write(b"" if before[-1:] in (b"", b"\n") else b"\n")
            file.write(f"{name} {UNION}\n".encode())
    except OSError:
        return False
    return True


def _work_tree(folder: Path) -> list[Path]:
    """The folder and those around it, up to the root of git's work tree; none outside of one."""
    around = [folder, *folder.parents]
    root = next((at for at, one in enumerate(around) if (one / ".git").exists()), None)
    return [] if root is None else around[: root + 1]


def _says(attributes: Path, name: str) -> bool:
    """Whether a file of attributes says how to merge files of this name."""
    try:
        lines = attributes.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return False
    found = filter(None, map(_ATTRIBUTES.fullmatch, lines))
    return any(fnmatchcase(name, one["pattern"].rpartition("/")[2]) for one in found if "merge" in one["more"])
