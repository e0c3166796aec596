"""What the gate adds to a test that sends nothing and to one that sends, beside a vcrpy cassette around each test."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path
from statistics import median

from inner import BARE, GATE, alone, milliseconds
from request import CASSETTE
from side_by_side import Row, excess, in_turn, table

TESTS = 100
ROUNDS = 9
TEMPLATE = """
import pytest
import requests
import responses
import vcr
from gate import EVENT, URL
from request import AUTH

SESSION = requests.Session()


@pytest.fixture(scope="module", autouse={mocked})
def mocked():
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.post(URL, json={{}})
        yield


@pytest.mark.parametrize("number", range({tests}))
def test_one(number):
    {around}
        for _ in range({requests}):
            assert SESSION.post(URL, json=EVENT, auth=AUTH, timeout=5).status_code == 200
"""
NOTHING = "if True:"
CASSETTE_PER_TEST = "with vcr.use_cassette({path!r}, record_mode='none', allow_playback_repeats=True):"


def rows() -> list[Row]:
    """Run the same hundred tests bare, under the gate, and with a cassette each, in turn."""
    with tempfile.TemporaryDirectory() as name, alone():
        folder = Path(name).resolve()
        (folder / "event.yaml").write_text(CASSETTE, encoding="utf-8")
        cassette = CASSETTE_PER_TEST.format(path=str(folder / "event.yaml"))
        subjects = {
            "nothing": partial(_each, folder, BARE),
            "nothing, gate": partial(_each, folder, GATE),
            "nothing, vcrpy": partial(_each, folder, BARE, around=cassette),
            "one": partial(_each, folder, BARE, requests=1, mocked=True),
            "one, gate": partial(_each, folder, GATE, requests=1, mocked=True),
            "one, vcrpy": partial(_each, folder, BARE, requests=1, around=cassette),
            "one, gate alone": partial(_each, folder, GATE, requests=1),
        }
        in_turn(subjects, 1)
        found = in_turn(subjects, ROUNDS)
    nothing, one = found["nothing"], found["one"]
    return [
        Row(
            "a test that sends nothing: the gate adds", f"{excess(found['nothing, gate'], nothing):.2f} ms", "≤ 0.10 ms"
        ),
        Row(
            "one that sends what `responses` answers: the gate adds",
            f"{excess(found['one, gate'], one):.2f} ms",
            "≤ 0.2 ms",
        ),
        Row("a test that sends nothing: a vcrpy cassette adds", f"{excess(found['nothing, vcrpy'], nothing):.2f} ms"),
        Row("one that sends: all of it, answered by the gate", f"{median(found['one, gate alone']):.2f} ms"),
        Row("one that sends: all of it, answered by a vcrpy cassette", f"{median(found['one, vcrpy']):.2f} ms"),
    ]


def _each(
    folder: Path, options: tuple[str, ...], *, around: str = NOTHING, requests: int = 0, mocked: bool = False
) -> float:
    """Milliseconds for one test."""
    file = folder / f"test_{requests}_{around.split(maxsplit=1)[0]}_{mocked}.py"
    if not file.exists():
        text = TEMPLATE.format(tests=TESTS, around=around, requests=requests, mocked=mocked)
        file.write_text(text, encoding="utf-8")
    return milliseconds(file, *options)


if __name__ == "__main__":
    print(table(rows()))
