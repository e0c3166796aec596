"""Hypothesis: each example of a test is a run of its own, in which an error case begins anew.

The only module that knows Hypothesis. Without it the examples of one test, which send the same again and again, would
be taken for retries. It replaces `inner_test`, which Hypothesis documents for this purpose.
"""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pytest_customerio.running.checked.checked import CheckedTest

__tracebackhide__ = True  # pytest shows no frame of ours in anybody's traceback


def each_example(function: object, test: CheckedTest, begin: Callable[[], None]) -> AbstractContextManager[None]:
    """While entered, `begin` is called before each example of this function but the first, and each is judged alone."""
    handle = getattr(function, "hypothesis", None) if getattr(function, "is_hypothesis_test", False) else None
    return _NO_EXAMPLES if handle is None or test.replay is None else _replaced(handle, test, begin)


@contextmanager
def _replaced(handle: Any, test: CheckedTest, begin: Callable[[], None]) -> Iterator[None]:
    inner = handle.inner_test
    handle.inner_test = _Examples(test, begin).wrapped(inner)
    try:
        yield
    finally:
        handle.inner_test = inner


_NO_EXAMPLES = nullcontext()


class _Examples:
    """The examples of one test."""

    def __init__(self, test: CheckedTest, begin: Callable[[], None]) -> None:
        self._test = test
        self._begin = begin
        self._met = False

    def wrapped(self, inner: Callable[..., Any]) -> Callable[..., Any]:
        """One example: the function that Hypothesis calls with the values that it drew."""
        if inspect.iscoroutinefunction(inner):

            @functools.wraps(inner)
            async def example_in_loop(*args: Any, **kwargs: Any) -> Any:
                __tracebackhide__ = True
                self._start()
                try:
                    result = await inner(*args, **kwargs)
                except BaseException as error:
                    return self._end_with(error)
                self._end(None)
                return result

            return example_in_loop

        @functools.wraps(inner)
        def example(*args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            self._start()
            try:
                result = inner(*args, **kwargs)
            except BaseException as error:
                return self._end_with(error)
            self._end(None)
            return result

        return example

    def _start(self) -> None:
        if self._test.replay is None:
            self._begin()

    def _end_with(self, error: BaseException) -> None:
        """The example ends with an exception; one that the mark declares is the handling that was asked for."""
        __tracebackhide__ = True
        if _discarded(error):
            self._test.drop_replays()
            raise error
        self._end(error)
        if not self._test.declared(error):
            raise error

    def _end(self, error: BaseException | None) -> None:
        example, unmet = self._test.current, self._test.end_replays(error)
        self._met = self._met or (example is not None and example.replay.met)
        self._test.unjudged = [] if self._met else unmet[-1:]


def _discarded(error: BaseException) -> bool:
    """Whether Hypothesis itself ends the example: `assume` was not fulfilled, or it has drawn enough."""
    errors: Any = sys.modules.get("hypothesis.errors")
    return isinstance(error, errors.HypothesisException | errors.StopTest)
