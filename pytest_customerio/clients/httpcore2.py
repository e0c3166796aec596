"""Answer httpcore2, which is built like httpcore."""

from __future__ import annotations

from functools import partial

from pytest_customerio.clients import httpcore

install = partial(httpcore.install, client="httpcore2")
