"""Reads and runs the code blocks of a documentation page, in the order in which a reader meets them.

A block with a caption is a file of the reader's project; a `diff` block with a caption changes it. A `console` block is run in it: what follows a `$` is a
command, and the lines after it are what it prints. A line `…` stands for any lines, `…` in a line for any text. A
command without output has to end with 0. `% not run: REASON` before a block says why it is not run.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from commands import environment

FENCE = re.compile(
    r"(?P<comment>^% not run: [^\n]+\n)?^(?P<ticks>`{3,}|:{3,})(?P<info>[^\n]*)\n(?P<text>.*?)^(?P=ticks)$",
    re.DOTALL | re.MULTILINE,
)
OPTION = re.compile(r"^:([\w-]+): *([^\n]*)\n", re.MULTILINE)
# What differs from run to run.
TIMES = re.compile(r"\b\d+\.\d+ ?s\b")
# What a reader has installed: the plugin. The others of the tests' environment would take most of the time of each run.
ONLY = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_PLUGINS": "pytest_customerio.plugin", "PYTEST_ADDOPTS": ""}


@dataclass(frozen=True)
class Block:
    """One code block: its language, its text, the file that it is (`caption`), and why it is not run."""

    language: str
    text: str
    caption: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Command:
    """One command of a `console` block, and what the page says that it prints."""

    line: str
    output: str


def blocks(markdown: str) -> Iterator[Block]:
    """The code blocks of a page; directives that are no code are left out."""
    for match in FENCE.finditer(markdown):
        directive, _, argument = match["info"].strip().partition("}")
        reason = (match["comment"] or "").removeprefix("% not run:").strip()
        if not argument and not directive.startswith("{"):
            yield Block(directive, match["text"], reason=reason)
        elif directive == "{code-block":
            options = OPTION.match(match["text"])
            text = OPTION.sub("", match["text"]) if options else match["text"]
            caption = dict(OPTION.findall(match["text"])).get("caption", "")
            yield Block(argument.strip(), text.lstrip("\n"), caption.strip(), reason)


def commands(text: str) -> list[Command]:
    """The commands of a `console` block."""
    parts = re.split(r"^\$ ", text, flags=re.MULTILINE)
    assert not parts[0].strip(), f"a console block begins with its first command, not with {parts[0]!r}"
    return [Command(line, output.strip("\n")) for line, _, output in (part.partition("\n") for part in parts[1:])]


def anchors(markdown: str) -> dict[str, str]:
    """The headings of a page by what a link to them says, as GitHub and MyST make it."""
    headings = re.findall(
        r"^#+ (.*)$", re.sub(r"^```.*?^```", "", markdown, flags=re.MULTILINE | re.DOTALL), re.MULTILINE
    )
    plain = [heading.replace("\\", "") for heading in headings]
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-"): heading for heading in plain}


def differs(expected: str, printed: str) -> bool:
    """Whether a command prints something else than the page says."""
    lines = [re.escape(TIMES.sub("0.01s", line.rstrip())).replace("…", ".*") + "\n" for line in expected.splitlines()]
    pattern = "".join("(?:.*\n)*?" if line == ".*\n" else line for line in lines)
    got = "".join(TIMES.sub("0.01s", line.rstrip()) + "\n" for line in printed.strip("\n").splitlines())
    return re.fullmatch(pattern, got) is None


def changed(text: str, diff: str) -> str:
    """A file with the lines of a `diff` block that begin with `-` replaced by those that begin with `+`."""
    old, new = ("".join(line[1:] + "\n" for line in diff.splitlines() if line[:1] == sign) for sign in "-+")
    assert text.count(old) == 1, f"not there, or not once:\n{old}"
    return text.replace(old, new)


def run(markdown: str, folder: Path) -> list[str]:
    """Run a page in a folder; a text for each command that does something else than the page says."""
    wrong = []
    for block in blocks(markdown):
        if block.reason:
            continue
        if block.caption:
            path = folder / block.caption
            path.parent.mkdir(parents=True, exist_ok=True)
            text = changed(path.read_text(encoding="utf-8"), block.text) if block.language == "diff" else block.text
            path.write_text(text, encoding="utf-8")
        elif block.language == "console":
            wrong += [problem for command in commands(block.text) for problem in _problems(command, folder)]
        elif block.language == "python":
            compile(block.text, "a block without a caption", "exec")
    return wrong


def _problems(command: Command, folder: Path) -> list[str]:
    """What a command does otherwise than the page says."""
    there = str(Path(sys.executable).parent)
    done = subprocess.run(
        ["sh", "-c", command.line],
        cwd=folder,
        env=environment() | ONLY | {"PATH": os.pathsep.join([there, os.environ["PATH"]]), "COLUMNS": "100"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
    )
    failed = differs(command.output, done.stdout) if command.output else done.returncode != 0
    return [f"$ {command.line}  (exit code {done.returncode})\n{done.stdout}"] if failed else []
