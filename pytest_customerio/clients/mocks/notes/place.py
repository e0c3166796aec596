"""Where calls are noted: in which test's notes, from which call site, at what time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import FrameType
from typing import Any

from pytest_customerio.clients.mocks.notes.notes import Notes
from pytest_customerio.clients.mocks.notes.refusals import Refusal, subject_of, text_of
from pytest_customerio.clients.transport.wire import destination

_TESTS = frozenset({"conftest", "test", "tests"})


@dataclass(frozen=True, slots=True)
class Place:
    """Where calls are noted: in which test's notes, from which call site, at what time.

    `label` is the path of a file of the project from its root, None for another file.
    """

    notes: Callable[[], Notes | None]
    sent_from: Callable[[], str | None]
    now: Callable[[], float]
    concerns: Callable[..., bool]
    label: Callable[[str], str | None]

    def is_project(self, file: str) -> bool:
        """Whether a file is the project's own."""
        return self.label(file) is not None

    def is_test(self, module: str, file: str) -> bool:
        """Whether a file of the project holds tests, or lies in a folder of such files; `module` is its name."""
        label = self.label(file)
        return label is not None and (is_test(module) or any(map(is_test, label.split("/")[:-1])))

    def at(self, frame: FrameType) -> str | None:
        """The innermost place in the application from a frame on, as a call site."""
        caller: FrameType | None = frame
        while caller is not None:
            label, name = self.label(caller.f_code.co_filename), str(caller.f_globals.get("__name__"))
            if label is not None and not self.is_test(name, caller.f_code.co_filename):
                return f"{label}:{caller.f_lineno} in {caller.f_code.co_name}"
            caller = caller.f_back
        return None

    def leads(self, url: str) -> bool:
        """Whether this is an address of Customer.io."""
        return "://" in url and self.concerns(*destination(url))

    def refusal(
        self, label: str, error: BaseException, args: tuple[Any, ...], kwargs: Mapping[str, Any], operation: str | None
    ) -> Refusal:
        """A call that was refused, here and now."""
        text, subject = text_of(error, (args, dict(kwargs))), subject_of(args, kwargs)
        return Refusal(label, error, text, subject, self.sent_from(), self.now(), operation)


def is_test(module: str) -> bool:
    """Whether a module holds tests, or what only tests use, by the names that such modules and packages have."""
    names = module.split(".")
    return any(name in _TESTS or name.startswith("test_") or name.endswith("_test") for name in names)
