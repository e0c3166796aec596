"""Runs one test for many values in one item, where an item for each value costs more than the test."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable
from typing import Any

import pytest


def for_each(names: str | tuple[str, ...], values: Iterable[Any], ids: Any = None) -> Callable[[Any], Any]:
    """As `pytest.mark.parametrize`, in one item: all values are tried, and the failure names each value that fails.

    An item of which one value is skipped is shown as skipped, once the others passed. The values share the fixtures of the item, so it is for tests that leave none changed.
    """
    names = tuple(name.strip() for name in names.split(",")) if isinstance(names, str) else names
    rows = [value if len(names) > 1 else (value,) for value in values]
    labels = [_label(row, ids) for row in rows] if ids is None or callable(ids) else list(ids)
    assert rows, "no value"

    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(test)
        def run(**fixtures: Any) -> None:
            failed: list[BaseException] = []
            skipped = ""
            for label, row in zip(labels, rows, strict=True):
                try:
                    test(**dict(zip(names, row, strict=True)), **fixtures)
                except pytest.skip.Exception as error:
                    skipped = f"{label}: {error}"
                except (Exception, BaseExceptionGroup, pytest.fail.Exception) as error:
                    error.add_note(f"at {label}")
                    failed.append(error)
            if failed:
                at = ", ".join(error.__notes__[-1].removeprefix("at ") for error in failed)
                raise BaseExceptionGroup(f"{len(failed)} of {len(rows)} fail: {at}", failed)
            if skipped:
                pytest.skip(skipped)

        signature = inspect.signature(test)
        left = [each for each in signature.parameters.values() if each.name not in names]
        run.__signature__ = signature.replace(parameters=left)  # type: ignore[attr-defined]
        return run

    return decorate


def _label(row: tuple[Any, ...], ids: Callable[[Any], object] | None) -> str:
    return "-".join(str(ids(value)) if ids is not None else _short(value) for value in row)


def _short(value: Any) -> str:
    return (value if isinstance(value, str) else repr(value))[:80]
