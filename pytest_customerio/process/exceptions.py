"""Notes exceptions while one error case is replayed: those that the test expects, and those of unreadable bodies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

from pytest_customerio.process.authors import reads_by_itself
from pytest_customerio.process.parts import AIOHTTP, PYTEST, PYTHON, Part
from pytest_customerio.process.patching import Patches

_UNSEEN = "a test must declare the exception in its mark"
ASSERT_RAISES = Part(
    PYTHON, "unittest.case", "_AssertRaisesContext.__exit__", "exceptions that a test expects", _UNSEEN
)
RAISES_GROUP = Part(
    PYTEST, "pytest", "RaisesGroup.__exit__", "groups of exceptions that a test expects", _UNSEEN, optional=True
)
_UNREAD = "a useless body of a 2xx counts as one that nobody reads, and is no warning"
JSON_ERRORS = (
    Part(PYTHON, "json.decoder", "JSONDecodeError.__init__", "that a body that is no JSON was read", _UNREAD),
    Part(
        AIOHTTP, "aiohttp", "ContentTypeError.__init__", "that a body that is no JSON was read", _UNREAD, optional=True
    ),
)
PARTS = (
    ASSERT_RAISES,
    RAISES_GROUP,
    *JSON_ERRORS,
    # pytest before 8.4 has no such class; the class is handed to `Exceptions`.
    Part(PYTEST, "pytest", "RaisesExc.__exit__", "exceptions that a test expects", _UNSEEN),
)


class Exceptions:
    """While entered, notes the exceptions that the test expects, and that somebody could not read an answer.

    `expected` are the exceptions that `raises_class` (the class behind `pytest.raises`) or `assertRaises` swallowed: in
    this way a test declares them. `unreadable` says that somebody tried to read a body of the error since it was met
    (`meet`), and could not. `is_project` says whether a file is the application's own.
    """

    def __init__(self, raises_class: type | None = None, is_project: Callable[[str], bool] = bool) -> None:
        self.expected: list[BaseException] = []
        self.unreadable = False
        self._raises_class = raises_class
        self._is_project = is_project
        self._on = False
        self._bodies: set[str] = set()
        self._patches = Patches()

    def __enter__(self) -> Self:
        self._on = True
        if self._raises_class is not None:
            self._patches.wrap(self._raises_class, "__exit__", self._note_expected)
        self._patches.patch(ASSERT_RAISES, self._note_expected)
        self._patches.patch(RAISES_GROUP, self._note_expected)
        for part in JSON_ERRORS:
            self._patches.patch(part, self._note_unreadable)
        return self

    def __exit__(self, *error: object) -> None:
        self._patches.undo()
        self._on = False

    def meet(self, body: bytes) -> None:
        """Note that a request is answered with the error, which has this body."""
        self._bodies.add(body.decode(errors="replace").strip())

    def _note_expected(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def leave(context: Any, kind: Any, error: BaseException | None, trace: Any) -> Any:
            __tracebackhide__ = True
            swallowed = original(context, kind, error, trace)
            if self._on and swallowed and error is not None:
                self.expected.append(error)
            return swallowed

        return leave

    def _note_unreadable(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def init(error: Any, *args: Any, **kwargs: Any) -> None:
            self.unreadable = self.unreadable or self._is_met(*args[1:2])
            original(error, *args, **kwargs)

        return init

    def _is_met(self, document: object = None) -> bool:
        """Whether this text, or a body that is not named, is an answer of the case: other JSON is none of ours."""
        known = document.strip() in self._bodies if isinstance(document, str) else bool(self._bodies)
        return known and not reads_by_itself(self._is_project)


def leaves(error: BaseException) -> list[BaseException]:
    """The exceptions that a group holds, however deep; the exception itself where it is no group."""
    if not isinstance(error, BaseExceptionGroup):
        return [error]
    return [leaf for one in error.exceptions for leaf in leaves(one)]
