"""Rules `secret-leak` and `pii-leak` in a test that replays no error: what the application wrote while it sent."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import NamedTuple

from pytest_customerio.core.model import Interaction, Severity, Violation
from pytest_customerio.judging.leaks import LIBRARIES, QUIET_ERRORS, QUIET_LOGS, QUIET_SECRETS, exception_texts, holds
from pytest_customerio.process.call_sites import Function
from pytest_customerio.process.output.written import Text


class Carried(NamedTuple):
    """A request, without its body, and what it carried that must not show: credentials, addresses and phone numbers."""

    interaction: Interaction
    secrets: tuple[str, ...]
    contacts: tuple[str, ...]


class Way(NamedTuple):
    """The functions through which a test sent; `label` shows a file, `is_test` says that it holds tests.

    In a file of tests, what a function writes is the application's only if the function sends. An address may show in
    what the rest of an application writes: only the files on the way to Customer.io count.
    """

    senders: Collection[Function]
    label: Callable[[str], str | None]
    is_test: Callable[[str], bool]

    def wrote(self, text: Text) -> bool:
        """Whether the application wrote this text."""
        return text.by in self.senders or not self.is_test(text.by.file)

    def leads_through(self, text: Text) -> bool:
        """Whether the text was written on the way to Customer.io."""
        return text.by in self.senders or any(text.by.file == one.file for one in self.senders)


def written_leaks(
    texts: Sequence[Text], carried: Sequence[Carried], way: Way
) -> Iterator[tuple[Interaction, Violation]]:
    """What each text leaks, each place once, with the first request that carried it."""
    for text in texts:
        if not way.wrote(text):
            continue
        place = f"log of {text.logger}" if text.logger else "stdout or stderr"
        at = f"written at {way.label(text.by.file)}:{text.at} in {text.by.name}"
        if (leaking := _first(carried, lambda one: holds(text.text, one.secrets))) is not None:  # noqa: B023 - at once
            yield leaking, _secret(leaking, place, at)
        if not way.leads_through(text):
            continue
        # A command prints what it was asked for, and what it looked up; records for debugging are off in production.
        quiet = not text.logger or (text.level is not None and text.level < logging.INFO)
        asked = carried if text.logger else [one for one in carried if one.interaction.method != "GET"]
        if (leaking := _first(asked, lambda one: holds(text.text, one.contacts))) is not None:  # noqa: B023 - at once
            yield leaking, _personal(leaking, place, at, QUIET_LOGS, "warning" if quiet else "error")


def raised_leaks(raised: BaseException | None, carried: Sequence[Carried]) -> Iterator[tuple[Interaction, Violation]]:
    """What the exception leaks that the application let out; an AssertionError is how the test itself fails."""
    if raised is None or isinstance(raised, AssertionError):
        return
    for error, text in exception_texts(raised):
        name, package = type(error).__name__, type(error).__module__.partition(".")[0]
        if (leaking := _first(carried, lambda one: holds(text, one.secrets))) is not None:  # noqa: B023 - at once
            yield leaking, _secret(leaking, "exception text", f"in {name}")
        own = package not in LIBRARIES and package != "builtins"
        if own and (leaking := _first(carried, lambda one: holds(text, one.contacts))) is not None:  # noqa: B023
            yield leaking, _personal(leaking, "exception text", f"in {name}", QUIET_ERRORS, "error")


def _first(carried: Sequence[Carried], leaks: Callable[[Carried], bool]) -> Interaction | None:
    return next((one.interaction for one in carried if leaks(one)), None)


def _secret(interaction: Interaction, place: str, at: str) -> Violation:
    got = f"Authorization, {at}"
    return Violation("secret-leak", "error", place, "no credential", got, QUIET_SECRETS, interaction.sent_from)


def _personal(interaction: Interaction, place: str, at: str, hint: str, severity: Severity) -> Violation:
    got = f"e-mail or phone, {at}"
    return Violation("pii-leak", severity, place, "no personal data", got, hint, interaction.sent_from)
