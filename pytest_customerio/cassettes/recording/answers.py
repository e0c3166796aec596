"""The answers in the recording of one test: found by what a request says, played in order, with real values."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_customerio.cassettes.cases import Cassettes
from pytest_customerio.cassettes.exchanges import exchange
from pytest_customerio.cassettes.recording.matching import identity, recorded_identity
from pytest_customerio.cassettes.recording.restoring import RealValues
from pytest_customerio.contract.catalog import Catalog
from pytest_customerio.core.model import Answer, WireRequest

if TYPE_CHECKING:
    from pytest_customerio.cassettes.playback import Playback

_Recorded = tuple[tuple[str, ...], Mapping[str, Any]]


class RecordedAnswers:
    """Plays one recording. Raises `DataError` where the file cannot be used. Not safe between threads.

    Interactions whose requests have the same identity share one cassette of vcrpy's. Its keys are the fakes that stand
    for people. A request about a person who occurred before gets the answer about that person, if there is one; any
    other request gets the next answer. The last answer repeats.
    """

    def __init__(self, path: Path, catalog: Catalog) -> None:
        self._path = path
        self._catalog = catalog
        self._recorded: dict[str, list[_Recorded]] = {}
        for interaction in _interactions(path):
            key, names = recorded_identity(interaction, catalog)
            self._recorded.setdefault(key, []).append((names, interaction))
        self._playbacks: dict[str, Playback] = {}
        self._values = RealValues()

    def answer(self, request: WireRequest) -> Answer | None:
        """The next answer that was recorded for a request like this; None where none was."""
        key, values = identity(request, self._catalog)
        if key not in self._recorded:
            return None
        names = self._values.fakes(values)
        met_before = any(recorded == names for recorded, _ in self._recorded[key])
        played = self._playback(key).play(names if met_before else None)
        self._values.learn(values, played.key)
        return self._values.restored(played.answer)

    def _playback(self, key: str) -> Playback:
        if key not in self._playbacks:
            with Cassettes.quiet():
                from pytest_customerio.cassettes.playback import Playback

                recorded = [(names, exchange(interaction)) for names, interaction in self._recorded[key]]
                self._playbacks[key] = Playback.of(self._path, recorded)
        return self._playbacks[key]


def _interactions(path: Path) -> list[Mapping[str, Any]]:
    """The interactions of a recording. Faults are no part of one, and only version 1 of vcrpy's format is known."""
    from pytest_customerio.cassettes.document import Document

    document = Document(path)
    version = document.data.get("version")
    if version != 1:
        raise document.error(f"version {version!r} of cassettes is not known; accepted: 1", "version")
    found: list[Mapping[str, Any]] = document.data["interactions"]
    for index, one in enumerate(found):
        if one["response"].get("fault"):
            raise document.error("a recording of a test holds no fault", "interactions", index, "response", "fault")
    return found
