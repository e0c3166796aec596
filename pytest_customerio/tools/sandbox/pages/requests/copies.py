"""A request as text to take elsewhere: a command for a shell, and a test for pytest."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pprint import pformat
from textwrap import indent

from pytest_customerio.tools.sandbox.answering.dispatcher import INJECTED
from pytest_customerio.tools.sandbox.pages.formatting import show_value
from pytest_customerio.tools.sandbox.requests.request_log import LoggedRequest

LONGEST = 20_000  # characters of a payload
TOO_LONG = "The payload is too long to copy; export the request as HAR."
# Headers that say something about the connection or the browser, not about the call.
_OF_THE_CLIENT = re.compile(
    r"accept.*|authorization|connection|content-(encoding|length)|cookie|host|keep-alive|origin|pragma|cache-control"
    r"|referer|sec-.*|te|transfer-encoding|upgrade.*|user-agent|x-gist-.*",
)
# The variables that a sandbox prints: what curl takes, and what requests takes.
_CURL_KEYS = {
    "basic": '-u "$CUSTOMERIO_SITE_ID:$CUSTOMERIO_API_KEY"',
    "bearer": '-H "Authorization: Bearer $CUSTOMERIO_APP_API_KEY"',
    "write-key": '-u "$CUSTOMERIO_WRITE_KEY:"',
}
_PYTHON_KEYS = {
    "basic": 'auth=(keys["CUSTOMERIO_SITE_ID"], keys["CUSTOMERIO_API_KEY"])',
    "write-key": 'auth=(keys["CUSTOMERIO_WRITE_KEY"], "")',
}
_BEARER = '"Authorization": "Bearer " + keys["CUSTOMERIO_APP_API_KEY"]'


def as_curl(request: LoggedRequest, auth: str, base: str) -> str:
    """The request as a command. `auth` is the kind of its credentials; variables of the sandbox have their values."""
    parts = [f"curl -X {request.method} {shlex.quote(base + request.path)}"]
    if _has_credentials(request):
        parts += [_CURL_KEYS[auth]] if auth in _CURL_KEYS else []
    parts += [f"-H {shlex.quote(f'{name}: {value}')}" for name, value in _headers(request)]
    if request.payload is not None:
        body = show_value(request.payload)
        if len(body) > LONGEST:
            return TOO_LONG
        parts.append(f"--data-raw {shlex.quote(body)}")
    return " \\\n  ".join(parts)


def as_test(request: LoggedRequest, auth: str) -> str:
    """The request as a test with the fixture `cio_sandbox`: it sends the same payload, and expects the same verdict."""
    if request.payload is not None and len(show_value(request.payload)) > LONGEST:
        return TOO_LONG
    rules = [each.rule for each in request.violations if each.severity != "info"]
    name = re.sub(r"\W", "_", request.operation or f"request_{request.number}")
    arguments = indent("".join(f"{each},\n" for each in _arguments(request, auth)), "        ")
    said = f"{request.status or request.fault} {request.case}".strip()
    keys = "    keys = cio_sandbox.environ\n" if "keys[" in arguments else ""
    return (
        "import requests\n\n\n"
        f"def test_{name}(cio_sandbox):\n"
        f'    """Request {request.number} of a sandbox: {said}."""\n'
        f"{keys}{_fault(request)}"
        f"    answer = requests.request(\n{arguments}    )\n"
        f"{_expected_status(request, rules)}"
        f"    assert [each.rule for each in cio_sandbox.violations] == {rules!r}\n"
    )


def _arguments(request: LoggedRequest, auth: str) -> Iterator[str]:
    yield repr(request.method)
    yield f"cio_sandbox.url + {request.path!r}"
    if isinstance(request.payload, str):
        yield f"data={request.payload!r}.encode()"
    elif request.payload is not None:
        yield f"json={pformat(request.payload, width=96, sort_dicts=False)}"
    headers = [f"{name!r}: {value!r}" for name, value in _headers(request) if not _is_implied(request, value)]
    if _has_credentials(request) and auth == "bearer":
        headers.insert(0, _BEARER)
    if headers:
        yield f"headers={{{', '.join(headers)}}}"
    if _has_credentials(request) and auth in _PYTHON_KEYS:
        yield _PYTHON_KEYS[auth]
    yield "timeout=5"


def _fault(request: LoggedRequest) -> str:
    if INJECTED not in request.notes:
        return ""
    return f"    cio_sandbox.fault({request.case!r}, operation={request.operation!r})\n"


def _expected_status(request: LoggedRequest, rules: list[str]) -> str:
    """The status, where it follows from the payload or the fault: other statuses follow from what was sent before."""
    follows = rules or INJECTED in request.notes or request.status < 300
    return f"    assert answer.status_code == {request.status}\n" if follows and request.status else ""


def _is_implied(request: LoggedRequest, value: str) -> bool:
    """Whether `json=` sets a header of this value by itself."""
    return not isinstance(request.payload, str) and value.lower().startswith("application/json")


def _has_credentials(request: LoggedRequest) -> bool:
    sent = request.exchange.headers if request.exchange else (("authorization", ""),)
    return any(name.lower() == "authorization" for name, _ in sent)


def _headers(request: LoggedRequest) -> list[tuple[str, str]]:
    """The headers that are part of the call, such as the type of its content."""
    sent = request.exchange.headers if request.exchange else ()
    return [(name.title(), value) for name, value in sent if not _OF_THE_CLIENT.fullmatch(name.lower())]
