"""The environment of an application that uses a sandbox: ready to paste, as a file, and from a sandbox that listens."""

from __future__ import annotations

import http.client
import json
import os
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

from pytest_customerio.tools.sandbox.arguments import CannotError
from pytest_customerio.tools.sandbox.server.sandbox_server import host_in_url

_TIMEOUT = 5  # seconds


class VariablesError(CannotError):
    """The environment cannot be written, or asked for. The text says why."""


def exports(environ: Mapping[str, str]) -> list[str]:
    """The lines that set the variables in a shell."""
    set_variable = "set {}={}" if sys.platform == "win32" else "export {}={}"
    return [set_variable.format(name, shlex.quote(value)) for name, value in environ.items()]


def write_env_file(path: Path, environ: Mapping[str, str]) -> None:
    """Write the variables as `NAME=value`, for Docker and dotenv. Only the user can read the file."""
    text = "".join(f"{name}={value}\n" for name, value in environ.items())
    try:
        with os.fdopen(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
    except FileNotFoundError:
        raise VariablesError(f"{path} cannot be written: there is no folder {path.parent}; make it first") from None
    except OSError as error:
        raise VariablesError(f"{path} cannot be written: {error.strerror}") from None


def environ_of(host: str, port: int) -> Mapping[str, str]:
    """The environment that a sandbox which listens there gives."""
    url = f"http://{host_in_url(host)}:{port}"
    connection = http.client.HTTPConnection(host_in_url(host).strip("[]"), port, timeout=_TIMEOUT)
    try:
        connection.request("GET", "/_sandbox/")
        environ = json.loads(connection.getresponse().read())["environ"]
        return {str(name): str(value) for name, value in environ.items()}
    except OSError:
        text = f"no sandbox listens on {url}: start one with python -m pytest_customerio sandbox, or name its --port"
        raise VariablesError(text) from None
    except (ValueError, TypeError, KeyError, AttributeError, http.client.HTTPException):
        raise VariablesError(f"what listens on {url} is no sandbox: name the --port of one") from None
    finally:
        connection.close()
