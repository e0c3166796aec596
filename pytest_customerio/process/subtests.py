"""Follows the parts of one test, pytest's `subtests` and unittest's `subTest`: a part may let out an exception.

Both swallow the exception of a part, report it, and go on with the test. The classes are private (pytest 9, CPython
3.11 to 3.13). Without them what a part lets out is taken for swallowed, and what two parts send for one payload.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Self

from pytest_customerio.process.parts import PYTEST, PYTHON, Part
from pytest_customerio.process.patching import Patches

__tracebackhide__ = True  # pytest shows no frame of ours in anybody's traceback

_WITHOUT = "what a subtest lets out counts as swallowed"
_ENTER, _EXIT = (
    Part(PYTEST, "_pytest.subtests", f"_SubTestContextManager.{name}", "subtests", _WITHOUT, optional=True)
    for name in ("__enter__", "__exit__")
)
_PART = Part(PYTHON, "unittest.case", "_Outcome.testPartExecutor", "subtests", _WITHOUT)
PARTS = (_ENTER, _EXIT, _PART)


class Subtests:
    """While entered, `begin` is called when a part of the test has begun; `left` are the exceptions that left one.

    An exception that the test declares (`declares`) ends a part well, as it ends a test well.
    """

    def __init__(self, begin: Callable[[], None], declares: Callable[[BaseException], bool]) -> None:
        self.left: list[BaseException] = []
        self._begin, self._declares = begin, declares
        self._patches = Patches()

    def __enter__(self) -> Self:
        self._patches.patch(_ENTER, self._entering)
        self._patches.patch(_EXIT, self._leaving)
        self._patches.patch(_PART, self._executing)
        return self

    def __exit__(self, *error: object) -> None:
        self._patches.undo()

    def _ends_well(self, error: BaseException | None) -> bool:
        """Note what left a part. A failed assertion, and a skip, is nothing of the application."""
        skip = getattr(sys.modules.get("unittest.case"), "SkipTest", AssertionError)
        if not isinstance(error, Exception) or isinstance(error, AssertionError | skip):
            return False
        self.left.append(error)
        return self._declares(error)

    def _entering(self, original: Callable[[Any], None]) -> Callable[[Any], None]:
        def enter(context: Any) -> None:
            original(context)
            self._begin()

        return enter

    def _leaving(self, original: Callable[..., bool]) -> Callable[..., bool]:
        def leave(context: Any, kind: Any, error: BaseException | None, trace: Any) -> bool:
            __tracebackhide__ = True
            return (
                original(context, None, None, None) if self._ends_well(error) else original(context, kind, error, trace)
            )

        return leave

    def _executing(self, original: Callable[..., AbstractContextManager[None]]) -> Callable[..., Any]:
        def execute(outcome: Any, case: Any, subTest: Any = False) -> AbstractContextManager[None]:  # noqa: N803, FBT002
            part = original(outcome, case, subTest)
            return self._part(part) if subTest else part

        return execute

    @contextmanager
    def _part(self, part: AbstractContextManager[None]) -> Iterator[None]:
        with part:
            self._begin()
            try:
                yield
            except Exception as error:
                if not self._ends_well(error):
                    raise
