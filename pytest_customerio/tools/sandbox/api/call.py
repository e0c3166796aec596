"""The input and the result of a handler, the function that carries out one call."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from pytest_customerio.tools.sandbox.workspace.people.person import Notes
from pytest_customerio.tools.sandbox.workspace.workspace import Workspace

_NOTHING: Mapping[str, Any] = {}


class Call(NamedTuple):
    """A call whose payload satisfies the contract.

    `params` are the values of the path, `at` is the time in Unix seconds, `base` the address (scheme, host, port) that
    the client used. `payload` is empty if the body is no object; `body` is the body of any type.
    """

    params: Mapping[str, str] = _NOTHING
    query: Mapping[str, str] = _NOTHING
    payload: Mapping[str, Any] = _NOTHING
    at: int = 0
    base: str = ""
    body: Any = None


class CallResult(NamedTuple):
    """How a call is answered: with `body` as JSON; with the recorded success if there is none; or with an error.

    `case` is the error case, `text` its message. `notes` are what the service does and does not say in its answer.
    `by_type` says that values of the body were made up by its published type.
    """

    notes: Notes = ()
    body: Mapping[str, Any] | Sequence[Any] | None = None
    case: str = ""
    text: str = ""
    by_type: bool = False


NOT_STORED = "the sandbox stores nothing of this call: it is answered by its published type"
Handler = Callable[[Workspace, Call], CallResult]
NOT_FOUND = CallResult(case="404-not-found")
