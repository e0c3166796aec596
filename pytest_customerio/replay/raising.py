"""Which exception the application let out while a case was replayed, and whether the test declares it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from pytest_customerio.clients.queues.jobs import Jobs
from pytest_customerio.process.call_sites import is_own_failure, raised_at, raised_in
from pytest_customerio.process.exceptions import Exceptions, leaves
from pytest_customerio.process.subtests import Subtests
from pytest_customerio.process.unseen import Unseen

__tracebackhide__ = True  # pytest shows no frame of ours in anybody's traceback


class LetOut(NamedTuple):
    """The exception that the application let out, if any: at which of its lines, and in which library it was raised.

    `declared` says that the test expects it, `asks_again` that it asks a queue to run the job again. `caught` says that
    the test caught it where it expected it (`pytest.raises`), and went on.
    """

    error: BaseException | None
    declared: bool
    asks_again: bool
    at: str
    library: str
    caught: bool = False


class Raising:
    """Between `start` and `stop`, watches the exceptions of the test, its subtests, its threads and its jobs.

    `raises` are the exceptions that the test declares; `is_project` says whether a file is the application's.
    `begin_part` is called where a subtest begins.
    """

    def __init__(
        self,
        raises: tuple[type[BaseException], ...],
        raises_class: type | None,
        is_project: Callable[[str], bool],
        begin_part: Callable[[], None],
        jobs: Jobs,
    ) -> None:
        self.exceptions = Exceptions(raises_class, is_project)
        self.unseen = Unseen()
        self.subtests = Subtests(begin_part, self._declares)
        self._raises = raises
        self._is_project = is_project
        self._jobs = jobs
        self._expected_before = 0
        self._left = False
        self._escaped: BaseException | None = None

    def start(self) -> None:
        """Begin to watch."""
        self.exceptions.__enter__()
        self.unseen.__enter__()
        self.subtests.__enter__()
        self._jobs.start()

    def stop(self) -> None:
        """End it."""
        self._jobs.stop()
        self.subtests.__exit__(None, None, None)
        self.unseen.__exit__(None, None, None)
        self.exceptions.__exit__(None, None, None)

    def leave(self, escaped: BaseException | None) -> None:
        """Note that the case ended before its test did; `escaped` is what the `with` block of the case let out."""
        self._left, self._escaped = True, escaped

    def forget(self) -> None:
        """Ignore what was raised so far: no request had met the error yet."""
        self._expected_before = len(self.exceptions.expected)
        self.subtests.left.clear()

    def meet(self, body: bytes) -> None:
        """Note that a request is answered with the error, which has this body."""
        self.unseen.met = True
        self.exceptions.meet(body)

    def let_out(self, raised: BaseException | None, *, stated: bool) -> LetOut:
        """What the application let out; `raised` is what the test ended with, `stated` says that it knows of the error.

        An exception that left the `with` block of the case, but did not end the test, was expected by the code around
        the block. The exception of a queue's job counts where there is no other one and nothing is stated. A failed
        assertion of the test is not what the application let out: `raises=Exception` does not mean it.
        """
        error, declared = self._found(raised, stated=stated)
        inner = leaves(error)[0] if error is not None else None
        again = self._jobs.asks_to_run_again(error)
        caught = error is not None and any(one is error for one in self.exceptions.expected)
        return LetOut(error, declared, again, raised_at(inner, self._is_project), raised_in(inner), caught)

    def _found(self, raised: BaseException | None, *, stated: bool) -> tuple[BaseException | None, bool]:
        expected = self.exceptions.expected[self._expected_before :]
        caught = self._left and self._escaped is not None and raised is not self._escaped
        raised = self._escaped if self._left else raised
        if raised is None and not stated:
            raised = self._jobs.failed
            caught = raised is not None and any(type(one) is type(raised) for one in expected)
        raised = raised or next(iter(self.subtests.left), None)
        if raised is not None and is_own_failure(raised, self._is_project) and not self._names(raised):
            raised = None
        if raised is None:
            return (expected[-1], True) if expected else (None, False)
        return raised, caught or self._declares(raised)

    def _declares(self, raised: BaseException) -> bool:
        """Whether the test declares an exception, or all that it groups; a request to run a job again is no failure."""
        known = isinstance(raised, self._raises) or all(isinstance(one, self._raises) for one in leaves(raised))
        return known or self._jobs.asks_to_run_again(raised)

    def _names(self, raised: BaseException) -> bool:
        """Whether the test declares a class of an exception that not every exception has."""
        return isinstance(raised, tuple(one for one in self._raises if one not in (Exception, BaseException)))
