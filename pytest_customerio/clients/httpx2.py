"""Hear httpx2, which is built like httpx."""

from __future__ import annotations

from functools import partial

from pytest_customerio.clients import httpx

install = partial(httpx.install, client="httpx2")
