"""Whether a recording holds anything about a person: values are planted in requests and answers, and looked for.

    python benchmarks/planted.py                    # 1 000 values, drawn from seed 1
    python benchmarks/planted.py --values 200 --seed 7

Each value is recorded as `pytest --cio-record` does it: in the address, a header or the payload of a request of any
operation, or in a sentence, a member or a header of its answer. The file that was written is searched for the value, a
word of it, and its other spellings (percent-encoded, HTML, base64, digits without spaces). The names of events and of
members, and in members that Customer.io knows small numbers and times, stay by intention (README, "Record"): they are
not planted. Prints each value that was left, and exits with 1 if there is one.
"""

from __future__ import annotations

import argparse
import base64
import html
import json
import random
import re
import string
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote, unquote

from pytest_customerio.cassettes.recording.positions import Position, in_payload
from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.contract.catalog.routes import document_of
from pytest_customerio.core.model import Answer, WireRequest
from pytest_customerio.core.operation import Operation
from pytest_customerio.tools.record.new_recordings import NewRecording
from pytest_customerio.tools.target import Keys, Target

CATALOG = Catalog.load()
# Exchanges of one recording.
TOGETHER = 25
JSON = (("Content-Type", "application/json"),)
FIRST = ("Zelda", "Borislav", "Ngozi", "Quentin", "Yevgenia", "Åse", "Xóchitl", "Thaddäus")
LAST = ("Quillfeather", "Wojciechowski", "Okonkwo-Brandt", "O'Mulligan", "Gräfenhain", "Ximénez", "Vandersloot")
STREETS = ("Quillfeatherstrasse", "Mulberrycourt", "Rue Vercingétorix", "Gräfenhainer Weg")
SENTENCES = (
    "attribute {} is not valid",
    "no person with {} was found",
    "{} cannot be longer than 1000 bytes",
    "invalid email address: {}",
    "{}",
)
# Shorter words and numbers stand in a file by chance. Words of the values that say nothing.
SHORTEST_WORD, SHORTEST_DIGITS = 5, 9
KNOWN = frozenset({"token", "example", "https", "reset"})


PLACES = ("path", "query", "X-User", "Cookie", "Authorization", "User-Agent", "Content-Type", "form", "text")
ANSWERED = ("X-Echo", "X-Sandbox-Source", "Location", "Content-Type", "reason", "HTML", "XML", "lines")


def _digits(rolls: random.Random, count: int) -> str:
    return "".join(rolls.choices("123456789", k=count))


def _hex(rolls: random.Random, count: int) -> str:
    return "".join(rolls.choices("0123456789abcdef", k=count))


def _email(rolls: random.Random) -> str:
    first = "".join(rolls.choices(string.ascii_lowercase, k=7))
    return f"{first}.{_digits(rolls, 4)}@{''.join(rolls.choices(string.ascii_lowercase, k=8))}.example"


def _name(rolls: random.Random) -> str:
    return f"{rolls.choice(FIRST)} {rolls.choice(LAST)}"


TEXTS: dict[str, Callable[[random.Random], str]] = {
    "name": _name,
    "name in capitals": lambda rolls: _name(rolls).upper(),
    "encoded name": lambda rolls: quote(_name(rolls)),
    "name in HTML": lambda rolls: html.escape(_name(rolls)) + "&#39;",
    "address": _email,
    "encoded address": lambda rolls: quote(_email(rolls), safe=""),
    "address in base64": lambda rolls: base64.b64encode(_email(rolls).encode()).decode(),
    "address with a name": lambda rolls: f'"{_name(rolls)}" <{_email(rolls)}>',
    "phone": lambda rolls: f"+49 1{_digits(rolls, 2)} {_digits(rolls, 8)}",
    "American phone": lambda rolls: f"({_digits(rolls, 3)}) {_digits(rolls, 3)}-{_digits(rolls, 4)}",
    "phone without spaces": lambda rolls: f"+1{_digits(rolls, 10)}",
    "card": lambda rolls: " ".join(_digits(rolls, 4) for _ in range(4)),
    "IBAN": lambda rolls: f"DE{_digits(rolls, 2)} {_digits(rolls, 4)} {_digits(rolls, 4)} {_digits(rolls, 4)}",
    "IPv4": lambda rolls: f"198.51.{rolls.randint(100, 255)}.{rolls.randint(100, 255)}",
    "IPv6": lambda rolls: f"2001:db8:{_hex(rolls, 4)}:{_hex(rolls, 4)}::{_hex(rolls, 4)}",
    "token": lambda rolls: ".".join(base64.urlsafe_b64encode(_hex(rolls, 18).encode()).decode() for _ in range(3)),
    "key": lambda rolls: "sk_live_" + _hex(rolls, 24),
    "uuid": lambda rolls: "-".join(_hex(rolls, size) for size in (8, 4, 4, 4, 12)),
    "id": lambda rolls: f"usr_{_hex(rolls, 12)}",
    "street": lambda rolls: f"{rolls.choice(STREETS)} {_digits(rolls, 3)}",
    "plate": lambda rolls: f"B-{''.join(rolls.choices(string.ascii_uppercase, k=2))} {_digits(rolls, 5)}",
    "link": lambda rolls: f"https://shop.example/reset?token={_hex(rolls, 20)}&mail={quote(_email(rolls))}",
    "JSON in a text": lambda rolls: json.dumps({"mail": _email(rolls), "who": _name(rolls)}),
    "sentence": lambda rolls: f"my name is {_name(rolls)}, call {_digits(rolls, 9)}",
}
# Only in the application's own data: elsewhere they may be times, or numbers that Customer.io knows.
NUMBERS: dict[str, Callable[[random.Random], Any]] = {
    "day of birth": lambda rolls: f"19{rolls.randint(50, 99)}-{rolls.randint(10, 12)}-{rolls.randint(10, 28)}",
    "day of birth in seconds": lambda rolls: rolls.randint(100_000_000, 900_000_000),
    "phone as a number": lambda rolls: int("1" + _digits(rolls, 10)),
    "PIN": lambda rolls: int(_digits(rolls, 5)),
    "amount": lambda rolls: int(_digits(rolls, 5)) + 0.25,
    "latitude": lambda rolls: 50 + int(_digits(rolls, 6)) / 1_000_000,
}


@dataclass(frozen=True)
class Planted:
    """One value: what it is, where it stands, and the exchange that it stands in."""

    kind: str
    value: Any
    place: str
    request: WireRequest
    answer: Answer

    def __str__(self) -> str:
        return f"{self.kind} {self.value!r} in {self.place} of {self.request.method} {unquote(self.request.url)}"


def examples() -> list[tuple[Operation, dict[str, Any]]]:
    """Each example payload of each operation."""
    return [
        (operation, example)
        for operation in CATALOG.operations.values()
        for example in document_of(operation.id).get("examples", ())
        if isinstance(example, dict)
    ]


def places(value: Any, position: Position, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Position]]:
    """The place of every text and number in a payload."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from places(inner, position.member(key), (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from places(inner, position.item(), (*path, index))
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        yield path, position


def planted_at(value: Any, path: tuple[Any, ...], planted: Any) -> Any:
    """A copy of the payload with another value at this place."""
    if not path:
        return planted
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = planted_at(value[path[0]], path[1:], planted)
    return copy


class Garden:
    """Draws values, and plants each somewhere."""

    def __init__(self, seed: int) -> None:
        self._rolls = random.Random(seed)
        self._examples = examples()

    def plant(self, number: int) -> Planted:
        """One value in one place of one exchange."""
        operation, example = self._rolls.choice(self._examples)
        where = self._rolls.choice((self._in_payload, self._in_payload, self._in_request, self._in_answer))
        return where(operation, example, number)

    def _value(self, kinds: dict[str, Callable[[random.Random], Any]]) -> tuple[str, Any]:
        kind = self._rolls.choice(sorted(kinds))
        return kind, kinds[kind](self._rolls)

    def _in_payload(self, operation: Operation, example: dict[str, Any], number: int) -> Planted:
        url = _url(operation, f"id-{number}")
        root = in_payload(CATALOG, CATALOG.match(operation.method, url, example))
        path, position = self._rolls.choice([*places(example, root), (("own_member",), root.member("own member"))])
        own = position.kind == "own"
        kind, value = self._value({**TEXTS, **NUMBERS} if own else TEXTS)
        # The name of an event stays, where it looks like one. A name of letters does.
        if not own and kind in ("name", "name in capitals"):
            kind, value = "address", _email(self._rolls)
        body = planted_at({**example, "own_member": None}, path, value)
        place = "$." + ".".join(map(str, path))
        return Planted(kind, value, place, _request(operation, url, json.dumps(body).encode()), _answer({}))

    def _in_request(self, operation: Operation, example: dict[str, Any], number: int) -> Planted:
        kind, value = self._value(TEXTS)
        url, headers, body = _url(operation, f"id-{number}"), {}, json.dumps(example).encode()
        place = self._rolls.choice(PLACES)
        if operation.id == "app.send_email" and self._rolls.random() < 0.5:
            place, body = "$.attachments", json.dumps({**example, "attachments": {value: "eA=="}}).encode()
        elif place == "path":
            url = _url(operation, value) if "{" in operation.path else f"{url}/{quote(value, safe='')}"
        elif place == "query":
            url += f"?who={quote(value, safe='')}&page=2"
        elif place == "form":
            headers, body = {"content-type": "application/x-www-form-urlencoded"}, f"who={quote(value)}".encode()
        elif place == "text":
            headers, body = {"content-type": "text/plain"}, f"about {value}".encode()
        else:
            headers = {place.lower(): f"Bearer {value}" if place == "Authorization" else value}
        return Planted(kind, value, place, _request(operation, url, body, headers), _answer({}))

    def _in_answer(self, operation: Operation, example: dict[str, Any], number: int) -> Planted:
        kind, value = self._value(TEXTS)
        request = _request(operation, _url(operation, f"id-{number}"), json.dumps(example).encode())
        said = self._rolls.choice(SENTENCES).format(value)
        bodies: dict[str, Any] = {
            "meta.error": {"meta": {"error": said}},
            "meta.errors": {"meta": {"errors": [said, "a second one"]}},
            "errors.detail": {"errors": [{"detail": said, "status": "400", "field": f"attributes.{number}"}]},
            "message": {"message": said, "title": said, "description": said},
            "customer": {"customer": {"id": value, "attributes": {"title": value, "reason": [value]}}},
            "results": {"results": [{"email": value, "description": said}], "next": value},
            "unknown": {"x": {"y": [{"z": value}]}},
        }
        place = self._rolls.choice((*bodies, *ANSWERED))
        if place in bodies:
            return Planted(kind, value, place, request, _answer(bodies[place]))
        return Planted(kind, value, place, request, _odd_answer(place, value))


def _url(operation: Operation, who: Any) -> str:
    path = re.sub(r"\{[^}]*\}", lambda _: quote(str(who), safe=""), operation.path)
    return f"https://{operation.hosts['us']}{path}"


def _request(operation: Operation, url: str, body: bytes, headers: dict[str, str] | None = None) -> WireRequest:
    known = {"authorization": "Basic dGhlaXJzOnNlY3JldC00NzEx", "content-type": "application/json"}
    if operation.method in ("GET", "DELETE"):
        body = b""
    return WireRequest(operation.method, url, {**known, **(headers or {})}, body)


def _answer(payload: Any) -> Answer:
    return Answer(400, "Bad Request", JSON, json.dumps(payload, ensure_ascii=False).encode())


def _odd_answer(place: str, value: str) -> Answer:
    """An answer with the value elsewhere than in JSON."""
    if place == "reason":
        return Answer(400, value, JSON, b"{}")
    if place == "Content-Type":
        return Answer(400, "Bad Request", ((place, f"text/{value}"),), b"{}")
    if place in ("X-Echo", "X-Sandbox-Source", "Location"):
        address = quote(f"https://{value}/", safe=":/")
        return Answer(400, "Bad Request", (*JSON, (place, address if place == "Location" else value)), b"{}")
    media, text = {
        "HTML": ("text/html", f"<p>{value}</p>"),
        "XML": ("application/xml", f"<error><who>{value}</who></error>"),
        "lines": ("application/x-ndjson", f'["a"]\n[{json.dumps(value, ensure_ascii=False)}]'),
    }[place]
    return Answer(400, "Bad Request", (("Content-Type", media),), text.encode())


class Saying(Target):
    """A target that gives the planted answers."""

    answers: ClassVar[list[Answer]] = []

    def ask(self, request: WireRequest, place: str, operation: Any, authorization: str | None) -> Answer:
        """The answer of the exchange that is recorded now."""
        return self.answers[-1]


def recorded(folder: Path, number: int, planted: list[Planted]) -> str:
    """The text of the file that these exchanges are recorded in."""
    target = Saying("sandbox", "planted", "us", Keys("site-id-1", "track-key-1", "app-key-1"), "http://planted.invalid")
    file = folder / f"{number}.yaml"
    recording = NewRecording(file, f"test_app.py::test_{number}", CATALOG, target)
    for one in planted:
        target.answers[:] = [one.answer]
        recording.answer(one.request)
    recording.save(passed=True)
    return file.read_text(encoding="utf-8")


def is_left(value: Any, text: str) -> bool:
    """Whether a value, a word of it, or another spelling of it stands in a text."""
    if not isinstance(value, str):
        return re.search(rf"(?<![\d.]){re.escape(json.dumps(value))}(?![\d.])", text) is not None
    spelt = unquote(html.unescape(value))
    words = [word for word in re.findall(r"\w+", spelt) if _counts(word)]
    forms = {value, spelt, quote(spelt, safe=""), html.escape(spelt), base64.b64encode(spelt.encode()).decode(), *words}
    digits = re.sub(r"\D", "", spelt) if re.fullmatch(r"[+\d() -]+", spelt) else ""
    if len(digits) >= SHORTEST_DIGITS and digits in re.sub(r"(?<=\d)[ ()+-]+(?=\d)", "", text):
        return True
    once = unquote(text)
    texts = "\n".join((text, once, html.unescape(unquote(once)))).lower()
    return any(form.lower() in texts for form in forms if len(form) >= SHORTEST_WORD)


def _counts(word: str) -> bool:
    """Whether a word of a value says something, and does not stand in a file by chance, as few digits do."""
    shortest = SHORTEST_DIGITS if word.isdigit() else SHORTEST_WORD
    return len(word) >= shortest and word.lower() not in KNOWN


def raw(one: Planted) -> str:
    """What a recording would hold without scrubbing."""
    headers = [*one.request.headers.values(), *(value for _, value in one.answer.headers)]
    bodies = [body.decode() for body in (one.request.body, one.answer.body)]
    plain = [json.dumps(json.loads(body), ensure_ascii=False) if body.startswith("{") else body for body in bodies]
    return "\n".join([one.request.url, one.answer.reason, *headers, *plain])


def look(values: int, seed: int) -> list[Planted]:
    """Plant so many values; returns those that are left. Each has to be found where nothing is scrubbed."""
    garden, left = Garden(seed), []
    with tempfile.TemporaryDirectory() as name:
        for first in range(0, values, TOGETHER):
            planted = [garden.plant(number) for number in range(first, min(first + TOGETHER, values))]
            if blind := [one for one in planted if not is_left(one.value, raw(one))]:
                raise RuntimeError(f"not found without scrubbing either: {blind[0]}")
            text = recorded(Path(name), first, planted)
            left += [one for one in planted if is_left(one.value, text)]
    return left


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--values", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    left = look(given.values, given.seed)
    for one in left:
        print(f"left: {one}")
    kinds = Counter(one.place for one in left)
    print(f"{given.values} values, seed {given.seed}: {len(left)} left {dict(kinds) or ''}".rstrip())
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
