"""What Customer.io answers: successes, error cases and their sequences, and cassettes of the user's own."""

from __future__ import annotations

import logging
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import yaml
from own_cassettes import ADD_DEVICE, IDENTIFY, write

from pytest_customerio.cassettes import prepared
from pytest_customerio.cassettes.cases import Cassettes
from pytest_customerio.cassettes.folders import CassetteFiles
from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.core import data
from pytest_customerio.core.data import DataError, UnknownNameError
from pytest_customerio.core.model import FAULTS, ErrorCase

CATALOG = Catalog.load()
CASSETTES = Cassettes(CATALOG)
SERVER = (
    "500-server-error",
    "502-html",
    "503-unavailable",
    "504-timeout",
    "522-connection-timeout",
    "524-timeout",
)
RATE_LIMITED = ("429-rate-limited", "429-retry-after", "429-retry-after-date", "429-retry-after-hour")
TRANSIENT = ("408-request-timeout", *RATE_LIMITED, *SERVER, *FAULTS)


def case(case_id: str, surface: str = "track", cassettes: Cassettes = CASSETTES) -> ErrorCase:
    """A case that exists."""
    found = cassettes.case(case_id, surface)
    assert found is not None
    return found


def test_importing_the_module_loads_neither_vcrpy_nor_yaml() -> None:
    """Importing the module imports nothing heavy; `prepare` imports vcrpy."""
    code = (
        "import sys; from pytest_customerio.cassettes.cases import Cassettes;"
        "print([name for name in ('vcr', 'yaml', 'requests') if name in sys.modules]);"
        "Cassettes.prepare(); print('vcr' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\nTrue\n"


def test_prepare_may_be_called_again() -> None:
    """Preparing twice in one process does no harm, and leaves no level of logging changed."""
    before = logging.getLogger("vcr").level
    Cassettes.prepare()
    assert "vcr" in sys.modules
    assert logging.getLogger("vcr").level == before


def test_the_answer_to_a_match() -> None:
    """An operation gets its success, a broken payload the success of its address, anything else the 404 of its surface."""
    good = CATALOG.match("GET", "https://api.customer.io/v1/customers?email=ada%40example.com")
    assert CASSETTES.answer(good) == CASSETTES.success("app.find_by_email")
    other = CATALOG.match("POST", "https://api.customer.io/v1/customers")
    assert CASSETTES.answer(other) == CASSETTES.success("app.search_people")
    broken = CATALOG.match("POST", "https://track.customer.io/api/v2/entity", {"type": "persn"})
    assert broken.operation is None
    assert CASSETTES.answer(broken) == CASSETTES.success("track_v2.person_identify")
    nowhere = CATALOG.match("GET", "https://api.customer.io/v1/nothing")
    assert CASSETTES.answer(nowhere) == CASSETTES.not_found("app")
    nobody = CATALOG.match("GET", "https://other.customer.io/v1/nothing")
    assert CASSETTES.answer(nobody).status == 404


@pytest.mark.parametrize("surface", [*CATALOG.surfaces, "", "nothing"])
def test_not_found_is_there_for_any_surface(surface: str) -> None:
    """Every surface has its 404; an unknown surface gets that of the first one."""
    assert CASSETTES.not_found(surface).status == 404


def test_transient_cases_run_twice_and_permanent_ones_once() -> None:
    """A retryable case has two modes, any other case one."""
    for one in CASSETTES.cases():
        modes = [
            other.mode for other in CASSETTES.cases() if (other.surface, other.cassette) == (one.surface, one.cassette)
        ]
        assert modes == (["recovers", "persists"] if one.cassette in TRANSIENT else ["once"])
        assert one.id == (one.cassette if one.mode == "once" else f"{one.cassette}-{one.mode}")
        assert one.retryable == (one.cassette in TRANSIENT)


def test_case_ids_are_unique_and_ordered() -> None:
    """Each id exists once; they are in the order of their status, faults last."""
    ids = CASSETTES.case_ids
    assert len(ids) == len(set(ids)) == 75
    starts = [one.partition("-")[0] for one in ids]
    assert starts == sorted(starts)
    assert [start.isdigit() for start in starts] == [True] * 59 + [False] * 16


def test_a_case_is_found_by_id_and_surface() -> None:
    """A surface that does not have the case gives None."""
    found = case("400-id-mismatch")
    assert (found.surface, found.operations, found.family) == ("track", ("track.identify",), "400")
    assert CASSETTES.case("400-id-mismatch", "app") is None


def test_what_an_operation_can_draw_is_read_from_its_surface_alone() -> None:
    """Which cases apply to an operation is found in the files of its surface; other files stay unread."""
    cassettes = Cassettes(CATALOG)
    applying = set(cassettes.applying("track.identify"))
    assert {surface for surface, _ in cassettes._read} == {"track"}
    assert "400-id-mismatch" in applying
    assert "400-id-mismatch" not in set(cassettes.applying("track.event"))
    usual = [case for case in CASSETTES.cases() if not case.only_by_name]
    assert applying == {case.id for case in usual if "track.identify" in case.operations}


@pytest.mark.parametrize(
    ("word", "ids"),
    [
        ("429-rate-limited-recovers", ["429-rate-limited-recovers"]),
        ("429-rate-limited", ["429-rate-limited-recovers", "429-rate-limited-persists"]),
        ("500", ["500-server-error-recovers", "500-server-error-persists"]),
        ("5xx", [f"{name}-{mode}" for name in SERVER for mode in ("recovers", "persists")]),
        (" Connection-Reset ", ["connection-reset-recovers", "connection-reset-persists"]),
        ("401", ["401-unauthorized", "401-wrong-key-type", "401-wrong-region"]),
        ("408", ["408-request-timeout-recovers", "408-request-timeout-persists"]),
        ("301", ["301-region-redirect"]),
        ("3xx", ["301-region-redirect"]),
    ],
)
def test_a_word_names_cases(word: str, ids: list[str]) -> None:
    """A word is an id, a cassette, a family or a status; upper and lower case are the same."""
    assert list(CASSETTES.find(word)) == ids


def test_a_family_names_all_of_its_cases() -> None:
    """`network` and `429` stand for several cassettes."""
    assert {one.rpartition("-")[0] for one in CASSETTES.find("network")} == set(FAULTS)
    assert len(CASSETTES.find("429")) == 4


def test_a_case_that_only_its_name_asks_for() -> None:
    """An hour or a date in Retry-After is not reported, nor a quota per day for most calls: neither 429 means it nor a test
    that names no case, and no operation counts it among the cases that are left to try."""
    ids = {"429-retry-after-date-recovers", "429-retry-after-date-persists"}
    assert set(CASSETTES.find("429-retry-after-date")) == ids
    assert ids.isdisjoint({*CASSETTES.find("429"), *CASSETTES.usual_ids, *CASSETTES.applying("track.identify")})
    variants = {"401-unauthorized-with-challenge", "401-unauthorized-with-code", "403-ip-not-allowed"}
    variants |= {"429-daily-quota", "429-retry-after-hour-recovers", "429-retry-after-hour-persists"}
    assert set(CASSETTES.case_ids) - set(CASSETTES.usual_ids) == ids | variants


@pytest.mark.parametrize(
    ("word", "nearest"), [("429-rate-limitd", "429-rate-limited"), ("netwrok", "network"), ("?", None)]
)
def test_an_unknown_word_names_the_nearest(word: str, nearest: str | None) -> None:
    """The error names the nearest word, and all ids."""
    with pytest.raises(UnknownNameError) as met:
        CASSETTES.find(word)
    assert (met.value.name, met.value.nearest) == (word, nearest)
    assert met.value.known == CASSETTES.case_ids


def test_a_variant_is_what_the_operation_meets() -> None:
    """Answer, cause, what to do and provenance are those of the operation; id and times stay."""
    common = case("500-server-error-recovers", "app")._replace(times=5)
    send, look = CASSETTES.variant(common, "app.send_email"), CASSETTES.variant(common, "app.find_by_email")
    assert "no idempotency key" in send.todo
    assert "retry with backoff" in look.todo
    assert (send.id, send.times, send.operations) == (common.id, 5, common.operations)
    assert CASSETTES.variant(common._replace(times=1), "app.send_email") == send._replace(times=1)
    assert (
        CASSETTES.variant(case("401-unauthorized", "app"), "app.send_sms").answer.body
        == b'{"meta":{"error":"Unauthorized"}}'
    )


def test_a_case_is_played_for_ever() -> None:
    """The one answer of an operation comes again and again; the replay decides how often it is given."""
    for case_id in ("429-rate-limited-recovers", "429-rate-limited-persists", "400-invalid-email"):
        found = case(case_id)
        played = CASSETTES.play(found, "track.identify")
        assert [next(played) for _ in range(20)] == [CASSETTES.variant(found, "track.identify").answer] * 20


def test_each_operation_is_played_its_own_answer() -> None:
    """Operations with other answers get theirs; an operation without an answer of its own gets the first one."""
    found = case("429-rate-limited-recovers", "app")
    assert next(CASSETTES.play(found, "app.send_email")).body == b'{"meta":{"error":"Rate limit exceeded"}}'
    assert b"10 requests per 1s" in next(CASSETTES.play(found, "app.get_segment")).body


def test_a_fault_is_played() -> None:
    """A fault of the network comes out of vcrpy like any answer."""
    assert next(CASSETTES.play(case("connection-reset-recovers", "pipelines"), "pipelines.track")).fault == (
        "connection-reset"
    )


def test_every_case_is_played_as_it_is_read() -> None:
    """What vcrpy plays first to an operation is the answer that the reader gives, in every shipped cassette."""
    for found in CASSETTES.cases():
        for operation in found.operations if found.mode != "persists" else ():
            assert next(CASSETTES.play(found, operation)) == CASSETTES.variant(found, operation).answer


def test_a_level_that_was_set_meanwhile_stays() -> None:
    """`quiet` restores the level that it found, unless the level was changed meanwhile. Nested it does nothing."""
    logger = logging.getLogger("vcr")
    before = logger.level
    try:
        with Cassettes.quiet():
            with Cassettes.quiet():
                assert logger.level == logging.WARNING
            assert logger.level == logging.WARNING
            logger.setLevel(logging.ERROR)
        assert logger.level == logging.ERROR
    finally:
        logger.setLevel(before)


def test_many_threads_share_cassettes() -> None:
    """First use from many threads at once is safe: all get the same answers."""
    cassettes, met = Cassettes(CATALOG), list[int]()
    barrier = threading.Barrier(8)

    def work() -> None:
        barrier.wait()
        played = cassettes.play(case("429-rate-limited-recovers", cassettes=cassettes), "track.event")
        met.extend(next(played).status for _ in range(20))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert met == [429] * 160


def test_a_case_of_one_s_own_joins(tmp_path: Path) -> None:
    """A cassette with a new name is a new case, with modes and metadata of its own."""
    write(tmp_path, "track/520-unknown.yaml", (IDENTIFY, 520))
    write(tmp_path, "track/418-teapot.yml", (IDENTIFY, 418), metadata="{source: recorded, operations: [identify]}")
    cassettes = Cassettes(CATALOG, [tmp_path])
    assert cassettes.find("520") == ("520-unknown-recovers", "520-unknown-persists")
    own = case("520-unknown-persists", cassettes=cassettes)
    assert (own.family, own.cause, own.provenance.source, len(own.operations)) == ("5xx", "Mine", "recorded", 18)
    assert case("418-teapot", cassettes=cassettes).operations == ("track.identify",)
    assert cassettes.case("520-unknown-persists", "app") is None
    assert case("401-unauthorized", "app", cassettes) == case("401-unauthorized", "app")


def test_a_case_of_one_s_own_replaces_ours(tmp_path: Path) -> None:
    """A cassette with a known name gives the answer; metadata that it leaves out is inherited. The last folder wins."""
    write(
        tmp_path / "first", "track/429-rate-limited.yaml", (ADD_DEVICE, 429), metadata="{source: recorded, todo: mine}"
    )
    write(tmp_path / "second", "track/429-rate-limited.yaml", (IDENTIFY, 429))
    cassettes = Cassettes(CATALOG, [tmp_path / "first", tmp_path / "second"])
    own, ours = case("429-rate-limited-recovers", cassettes=cassettes), case("429-rate-limited-recovers")
    assert own.answer.body == b"429"
    assert (own.cause, own.operations, own.todo) == (ours.cause, ours.operations, "mine")
    assert own.provenance.source == "recorded"
    assert own.provenance.evidence == ()
    assert cassettes.case_ids == CASSETTES.case_ids


@pytest.fixture(params=["shipped", "own"])
def sequence(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cassettes:
    """Cassettes with a 429 that asks to wait 1 s, then 7 s; in the shipped folder, or in a folder of the user's."""
    answers = [(IDENTIFY, 429, "1"), (ADD_DEVICE, 429, "3"), (IDENTIFY, 429, "7")]
    if request.param == "own":
        write(tmp_path, "track/429-rate-limited.yaml", *answers)
        return Cassettes(CATALOG, [tmp_path])
    shutil.copytree(data.cassettes(), tmp_path / "shipped", ignore=shutil.ignore_patterns(prepared.FILE))
    write(tmp_path / "shipped", "track/429-rate-limited.yaml", *answers)
    monkeypatch.setattr(data, "cassettes", lambda: tmp_path / "shipped")
    return Cassettes(CATALOG)


@pytest.mark.parametrize("case_id", ["429-rate-limited-recovers", "429-rate-limited-persists"])
def test_several_answers_are_played_in_order(sequence: Cassettes, case_id: str) -> None:
    """The answers of one operation follow each other and the last one repeats; each payload begins at the first."""
    found = case(case_id, cassettes=sequence)
    payloads = [sequence.play(found, "track.identify") for _ in range(2)]
    assert [next(payloads[0]).retry_after for _ in range(2)] == [1, 7]
    assert [next(payloads[1]).retry_after for _ in range(4)] == [1, 7, 7, 7]
    assert [next(payloads[0]).retry_after for _ in range(2)] == [7, 7]
    device = sequence.play(found, "track.add_device")
    assert [next(device).retry_after for _ in range(2)] == [3, 3]
    event = sequence.play(found, "track.event")
    assert [next(event).retry_after for _ in range(3)] == [1, 7, 7]
    assert (found.retry_after, sequence.variant(found, "track.add_device").retry_after) == (1, 3)


def test_other_files_are_left_alone(tmp_path: Path) -> None:
    """Files that are no cassettes may lie in the same folder."""
    (tmp_path / "README.md").write_text("notes")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "data.json").write_text("{}")
    assert Cassettes(CATALOG, [tmp_path]).case_ids == CASSETTES.case_ids


@pytest.mark.parametrize(
    ("answers", "cause"),
    [
        (
            [("/api/v9/people", 500)],
            r"500-mine\.yaml:\d+: PUT https://track\.customer\.io/api/v9/people with this body is no op",
        ),
        (
            [(IDENTIFY, 500), (IDENTIFY, 200)],
            r"500-mine\.yaml:2: an error cassette has one status, this one has 200, 500",
        ),
    ],
)
def test_a_cassette_that_cannot_be_a_case(tmp_path: Path, answers: list[tuple[str, int]], cause: str) -> None:
    """An address that is no operation and a mixture of statuses are errors with their line."""
    write(tmp_path, "track/500-mine.yaml", *answers)
    with pytest.raises(DataError, match=cause):
        Cassettes(CATALOG, [tmp_path]).cases()


def test_an_operation_of_another_surface(tmp_path: Path) -> None:
    """The error about a cassette in the folder of another surface says where it belongs."""
    write(tmp_path, "app/500-mine.yaml", (IDENTIFY, 500))
    with pytest.raises(DataError, match=r"track\.identify is no operation of app: its cassettes belong into track/"):
        Cassettes(CATALOG, [tmp_path]).cases()


def test_a_body_that_is_not_json_is_no_harm(tmp_path: Path) -> None:
    """Where the address alone decides the operation, the recorded body may be anything."""
    path = write(tmp_path, "track/500-mine.yaml", (IDENTIFY, 500))
    path.write_text(path.read_text().replace("body: '{}'", "body: 'a=b'"))
    assert Cassettes(CATALOG, [tmp_path]).find("500-mine")


@pytest.fixture
def vcr_logger() -> logging.Logger:
    """vcrpy's logger."""
    return logging.getLogger("vcr")


def test_quiet_hides_info_and_gives_the_level_back(
    vcr_logger: logging.Logger, caplog: pytest.LogCaptureFixture
) -> None:
    """Within `quiet` vcrpy's INFO records are dropped and its warnings are not; afterwards the level is as before."""
    with caplog.at_level(logging.INFO):
        with Cassettes.quiet(), Cassettes.quiet():
            logging.getLogger("vcr.cassette").info("an address")
            logging.getLogger("vcr.cassette").warning("a warning")
        logging.getLogger("vcr.cassette").info("heard again")
    assert caplog.messages == ["a warning", "heard again"]
    assert vcr_logger.level == logging.NOTSET


def test_quiet_leaves_a_level_that_the_user_set(vcr_logger: logging.Logger, monkeypatch: pytest.MonkeyPatch) -> None:
    """A level above WARNING stays, and a level that the user set within `quiet` stays."""
    monkeypatch.setattr(vcr_logger, "level", vcr_logger.level)
    vcr_logger.setLevel(logging.ERROR)
    with Cassettes.quiet():
        assert vcr_logger.level == logging.ERROR
        vcr_logger.setLevel(logging.DEBUG)
    assert vcr_logger.level == logging.DEBUG
    vcr_logger.setLevel(logging.NOTSET)


def test_loading_logs_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """Reading a cassette and playing it leave no record in the log of a test."""
    with caplog.at_level(logging.INFO):
        cassettes = Cassettes(CATALOG)
        cassettes.success("track.identify")
        next(cassettes.play(case("401-unauthorized", cassettes=cassettes), "track.identify"))
    assert caplog.messages == []


def test_yaml_is_read_by_libyaml_where_it_is_there() -> None:
    """vcrpy and we use the loader in C where PyYAML has it: the one in Python takes ten times as long."""
    from vcr.serializers import yamlserializer

    if yaml.__with_libyaml__:
        assert yamlserializer._BaseLoader is yaml.CSafeLoader
    assert (data.cassettes() / "track" / "200-ok.yaml").stat().st_size < 20_000


def test_loading_reads_each_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Given no prepared form, loading reads all files: afterwards no file has to be there any more."""
    monkeypatch.setattr("pytest_customerio.cassettes.cases.is_prepared", lambda path: False)
    cassettes = Cassettes(CATALOG)
    cassettes.load()
    monkeypatch.setattr(CassetteFiles, "open", None)
    assert len(cassettes.cases()) > 100
    assert cassettes.success("track.identify").status == 200


def test_what_is_prepared_is_loaded_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Given the prepared form, loading reads no error case: it is in memory already."""
    monkeypatch.setattr("pytest_customerio.cassettes.cases.is_prepared", lambda path: True)
    cassettes = Cassettes(CATALOG)
    cassettes.load()
    assert cassettes._read == {}
    assert cassettes._successes._answers


def test_the_answer_to_a_request_without_credentials() -> None:
    """It is the 401 of the operation, and that of the surface where the request is no operation."""
    sends, general = CASSETTES.unauthorized("app", "app.send_sms"), CASSETTES.unauthorized("app")
    assert (sends.status, general.status) == (401, 401)
    assert sends.body != general.body
    assert CASSETTES.unauthorized("track", "track.metrics") == CASSETTES.unauthorized("track")


def test_families() -> None:
    """Every family is named once."""
    assert CASSETTES.families == tuple(sorted({one.family for one in CASSETTES.cases()}))


@pytest.mark.parametrize(("word", "meant"), [("4XX ", "400, 401, 403, 404, 408, 413, 422 or 429"), ("427", "429")])
def test_a_status_that_no_case_has(word: str, meant: str) -> None:
    """The statuses that are meant are suggested."""
    with pytest.raises(UnknownNameError) as caught:
        CASSETTES.find(word)
    assert caught.value.nearest == meant
