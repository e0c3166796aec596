"""The answers in the recording of one test: found by what a request says, played in order, with real values."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_customerio.cassettes.cases import Cassettes
from pytest_customerio.cassettes.document import Document
from pytest_customerio.cassettes.exchanges import exchange, request_of
from pytest_customerio.cassettes.recording import form
from pytest_customerio.cassettes.recording.drifting import Asked, Recorded, drift
from pytest_customerio.cassettes.recording.matching import identity, recorded_identity
from pytest_customerio.cassettes.recording.restoring import SentValues
from pytest_customerio.contract.catalog.catalog import Catalog
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
        document = Document(path)
        self.is_older = form.form_of(document) < form.FORM
        self.is_edited = form.is_edited(document)
        self._path = path
        self._catalog = catalog
        self._asked = Asked()
        self._unasked = _unasked(document.metadata)
        self._recorded: dict[str, list[_Recorded]] = {}
        marked = form.has_todays_marks(document)
        for interaction in document.data["interactions"]:
            key, names = recorded_identity(interaction, catalog, marked=marked)
            self._recorded.setdefault(key, []).append((names, interaction))
        self._playbacks: dict[str, Playback] = {}
        self._values = SentValues()

    def answer(self, request: WireRequest) -> Answer | None:
        """The next answer that was recorded for a request like this; None where none was."""
        key, values = identity(request, self._catalog)
        self._note(key, request)
        if key not in self._recorded:
            return None
        names = self._values.fakes(values)
        met_before = any(recorded == names for recorded, _ in self._recorded[key])
        played = self._playback(key).play(names if met_before else None)
        self._values.learn(values, played.key)
        return self._values.restored(played.answer)

    def drift(self) -> list[str]:
        """The differences between the requests that were sent so far and the recorded ones, each as a text."""
        recorded = {
            key: Recorded(request_of(found[0][1]["request"]), len(found), self._unplayed(key))
            for key, found in self._recorded.items()
        }
        return drift(self._asked, recorded, self._catalog)

    def _note(self, key: str, request: WireRequest) -> None:
        """Remember that this was sent, unless it is what no recording has."""
        place = self._catalog.match(request.method, request.url, request.payload.value)
        operation = place.operation or next(iter(place.candidates), None)
        if operation is not None and operation.id not in self._unasked:
            self._asked.note(key, request)

    def _unplayed(self, key: str) -> int:
        """How many recorded interactions with this identity were not played."""
        played = self._playbacks[key].play_counts if key in self._playbacks else {}
        return sum(not played.get(index) for index in range(len(self._recorded[key])))

    def _playback(self, key: str) -> Playback:
        if key not in self._playbacks:
            with Cassettes.quiet():
                from pytest_customerio.cassettes.playback import Playback

                recorded = [(names, exchange(interaction)) for names, interaction in self._recorded[key]]
                self._playbacks[key] = Playback.of(self._path, recorded)
        return self._playbacks[key]


def _unasked(metadata: object) -> Collection[str]:
    """The operations that the target could not be asked for when a recording was made."""
    found = metadata.get(form.UNASKED) if isinstance(metadata, Mapping) else None
    return found if isinstance(found, list) else ()
