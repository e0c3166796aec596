"""The form of a recording: its number, and the digest that shows an edit."""

from __future__ import annotations

import json
from importlib import metadata
from pathlib import Path

import pytest
import yaml
from echo import put, recorded

from pytest_customerio.cassettes.document import Document
from pytest_customerio.cassettes.recording import form
from pytest_customerio.core.data import DataError


def test_a_new_recording_has_number_and_digest(tmp_path: Path) -> None:
    """A recording says which form it has; its digest fits, and its marks are those of this release."""
    document = Document(recorded(tmp_path, put("jane", plan="x")))
    assert form.form_of(document) == form.FORM == 2
    assert form.is_edited(document) is False
    assert form.has_todays_marks(document)


@pytest.mark.parametrize(("old", "new"), [("4711", "4712"), ('"us"', '"eu"'), ("PUT", "POST")])
def test_an_edit_is_seen(tmp_path: Path, old: str, new: str) -> None:
    """A change of a request, an answer or the metadata is seen."""
    path = recorded(tmp_path, put("jane", plan="x"))
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    assert form.is_edited(Document(path))


def test_another_layout_is_no_edit(tmp_path: Path) -> None:
    """A formatter may write the same data in another style of YAML, and with members in another order."""
    path = recorded(tmp_path, put("jane", plan="zoë \U0001f600", n=1.5))
    path.write_text(yaml.safe_dump(yaml.safe_load(path.read_text("utf-8")), sort_keys=True))
    assert "\n- request:" in path.read_text() or "\n- " in path.read_text()
    assert form.is_edited(Document(path)) is False


def test_a_recording_without_a_number_is_of_the_first_form(tmp_path: Path) -> None:
    """A recording of a former release, or one that was written by hand, has no digest and was not edited."""
    path = recorded(tmp_path, put())
    for about in ("", "metadata: [a]\n", "metadata: {source: recorded}\n"):
        document = Document(rewritten(path, about))
        assert (form.form_of(document), form.is_edited(document), form.has_todays_marks(document)) == (1, False, False)


@pytest.mark.parametrize("number", ["3", "0", "two", "1.5", "true"])
def test_a_form_that_is_not_known(tmp_path: Path, number: str) -> None:
    """A newer form is refused, with the line of its number."""
    path = rewritten(recorded(tmp_path, put()), f"metadata:\n  source: recorded\n  form: {number}\n")
    with pytest.raises(DataError, match=r"one\.yaml:4: form .* of recordings is not known; accepted: 1 to 2\. A newer"):
        form.form_of(Document(path))


def test_marks_of_another_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another release has other schemas, so its marks do not count; a checkout is a release of its own."""
    document = Document(recorded(tmp_path, put()))
    monkeypatch.setattr(form, "version", lambda _: "0.0.1")
    assert not form.has_todays_marks(document)

    def missing(_: str) -> str:
        raise metadata.PackageNotFoundError

    monkeypatch.setattr(form, "version", missing)
    assert not form.has_todays_marks(document) or "unknown" in json.dumps(document.metadata)


def rewritten(path: Path, about: str) -> Path:
    """The recording with other metadata."""
    path.write_text("version: 1\n" + about + "interactions:\n" + path.read_text().partition("interactions:\n")[2])
    return path
