"""An application that compresses its payloads is judged and answered like any other."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.stories.conftest import Story

PACKED = '''
import gzip
import json

import requests

URL = "https://track.customer.io/api/v2"
PERSON = {"type": "person", "action": "identify", "identifiers": {"id": "42"}, "attributes": {"plan": "basic"}}


def post(path, payload, encode):
    """Sends a payload; `encode` gives the body and the headers that say how it is encoded."""
    body, headers = encode(json.dumps(payload).encode())
    headers = {"Content-Type": "application/json", **headers}
    return requests.post(URL + path, data=body, headers=headers, auth=("site-1234", "track-key-1234"), timeout=5)


def plain(body):
    return body, {}


def packed(body):
    return gzip.compress(body), {"Content-Encoding": "gzip"}


def chunked(body):
    return iter([gzip.compress(body)]), {"Content-Encoding": "gzip"}
'''


def rows(story: Story) -> dict[str, list[tuple[str | None, str | None, list[str]]]]:
    """Case, outcome and rules of each row of the report, by the name of the test function."""
    found: dict[str, list[tuple[str | None, str | None, list[str]]]] = {}
    for row in story.rows():
        name = row["nodeid"].partition("::")[2].partition("[")[0]
        rules = sorted(one["rule"] for one in row["violations"])
        found.setdefault(name, []).append((row["case"], row["outcome"], rules))
    return found


def test_a_swallowed_error_is_lost_however_the_payload_is_encoded(story: Story) -> None:
    """In Track v2 the payload decides the operation, so the error of a compressed payload is found only when the body
    is decoded."""
    story.file("packed.py", PACKED)
    result = story.run(
        """
        import contextlib

        import packed
        import pytest

        def swallow(encode):
            with contextlib.suppress(Exception):
                packed.post("/entity", packed.PERSON, encode)

        @pytest.mark.cio_errors
        def test_plain():
            swallow(packed.plain)

        @pytest.mark.cio_errors
        def test_packed():
            swallow(packed.packed)

        @pytest.mark.cio_errors
        def test_chunked():
            swallow(packed.chunked)
        """,
        "--cio-report=report.json",
    )
    found = rows(story)
    assert found["test_packed"] == found["test_chunked"] == found["test_plain"]
    lost = {case for case, outcome, _ in found["test_packed"] if outcome == "lost"}
    assert {"400-malformed", "429-rate-limited-persists", "500-server-error-recovers", "read-timeout-persists"} <= lost
    assert result.ret == 1


@pytest.mark.parametrize("encode", ["plain", "packed", "chunked"])
def test_a_batch_is_answered_about_the_items_that_it_has(story: Story, encode: str) -> None:
    """The recorded 207s name one item, or the items 0 and 2; a batch gets the errors of items that it has."""
    story.file("packed.py", PACKED)
    result = story.run(
        f"""
        import packed
        import pytest

        @pytest.mark.cio_errors("207-partial-failure")
        def test_one_item(cio):
            batch(1, cio)

        @pytest.mark.cio_errors("207-several-failures")
        def test_three_items(cio):
            batch(3, cio)

        def batch(number, cio):
            response = packed.post("/batch", {{"batch": [packed.PERSON] * number}}, packed.{encode})
            named = [error["batch_index"] for error in response.json()["errors"]]
            assert response.status_code == 207
            assert named == ([0] if number == 1 else [0, 2])
            cio.reported(True)
        """,
        "--cio-report=report.json",
    )
    result.assert_outcomes(passed=2)
    assert json.loads((story.path / "report.json").read_text())["tests"][0]["operation"] == "track_v2.batch"
