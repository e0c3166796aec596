"""Puts the values of the requests that are sent now in the place of the fakes that stand in a recording."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from pytest_customerio.cassettes.recording.fakes import sub
from pytest_customerio.cassettes.recording.scrub import compact
from pytest_customerio.core.model import Answer
from pytest_customerio.core.payload import decode


class SentValues:
    """The real value of each fake, as far as the requests of a test have shown them."""

    def __init__(self) -> None:
        self._fakes: dict[str, str] = {}
        self._real: dict[str, str] = {}

    def learn(self, values: Iterable[str], fakes: Iterable[str]) -> None:
        """Note that these values stand where the recorded request has these fakes."""
        for value, fake in zip(values, fakes, strict=False):
            self._fakes.setdefault(value, fake)
            self._real[fake] = value

    def fakes(self, values: Iterable[str]) -> tuple[str, ...]:
        """The fake of each value; empty where it is not known yet."""
        return tuple(self._fakes.get(value, "") for value in values)

    def restored(self, answer: Answer) -> Answer:
        """The answer with real values in the place of the fakes in its headers and its body."""
        if not self._real:
            return answer
        headers = tuple((name, sub(value, self._quoted)) for name, value in answer.headers)
        return replace(answer, headers=headers, body=self._body(answer.body))

    def _body(self, body: bytes) -> bytes:
        payload = decode({}, body)
        if payload.kind == "json":
            return compact(self._value(payload.value), body)
        return sub(body.decode("utf-8", "replace"), self._real_of).encode("utf-8", "replace")

    def _value(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {sub(key, self._real_of): self._value(one) for key, one in value.items()}
        if isinstance(value, list):
            return [self._value(one) for one in value]
        if type(value) is int:
            real = self._real.get(str(value), "")
            return int(real) if real.lstrip("-").isdecimal() else value
        return sub(value, self._real_of) if isinstance(value, str) else value

    def _real_of(self, fake: str) -> str:
        return self._real.get(fake, fake)

    def _quoted(self, fake: str) -> str:
        return quote(self._real_of(fake), safe="@+")
