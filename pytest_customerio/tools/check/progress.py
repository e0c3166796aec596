"""A bar that shows how many bytes are judged: on a terminal, where tqdm is installed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TextIO


@contextmanager
def progress(total: int, stream: TextIO) -> Iterator[Callable[[int], object]]:
    """A function that is told of bytes that are judged; `total` is 0 where their number is not known."""
    bar = _bar(total, stream) if stream.isatty() else None
    if bar is None:
        yield lambda _: None
        return
    with bar:
        yield bar.update


def _bar(total: int, stream: TextIO) -> Any:
    try:
        from tqdm import tqdm
    except ModuleNotFoundError:
        return None
    return tqdm(total=total or None, file=stream, unit="B", unit_scale=True, leave=False, desc="judged")
