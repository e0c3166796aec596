"""The export under every error, those that concern one item of a batch among them."""

import json

import pytest
from customerio import CustomerIOException
from export import main


@pytest.fixture
def people(tmp_path, monkeypatch):
    monkeypatch.setenv("CUSTOMERIO_SITE_ID", "5f2a9c81d37be604")
    monkeypatch.setenv("CUSTOMERIO_API_KEY", "9d1c7e5b3a2f48606c4e")
    file = tmp_path / "people.csv"
    file.write_text("id,email,plan\n42,ada@example.com,basic\n43,grace@example.com,pro\n44,mary@example.com,basic\n")
    return str(file)


def test_everybody_is_in_the_batch(people, cio):
    assert main(people) == 0
    (call,) = cio.sent
    assert call.operation.id == "track_v2.batch"
    assert [item["identifiers"]["id"] for item in json.loads(call.body)["batch"]] == ["42", "43", "44"]


@pytest.mark.cio_errors(raises=CustomerIOException)
def test_people_that_were_rejected_are_listed(people, cio):
    cio.reported(main(people) == 1)
