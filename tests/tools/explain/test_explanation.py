"""The pages about cases, families, rules and topics: whole texts, and that each name has a page."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pytest_customerio.cassettes.cases import Cassettes
from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.core.data import UnknownNameError
from pytest_customerio.tools.explain.advice import Advice
from pytest_customerio.tools.explain.explanation import Explain
from pytest_customerio.tools.explain.page import as_text

CATALOG = Catalog.load()
ADVICE = Advice()
EXPLAIN = Explain(CATALOG, Cassettes(CATALOG), ADVICE)
MISSION = json.loads((Path(__file__).parents[2] / "data" / "mission-errors.json").read_text(encoding="utf-8"))

CASSETTE = """\
metadata:
  source: observed
  evidence: ["https://example.com/report"]
  date: "2026-11-23"
  environment: live, a report
  note: The body is cut.
  operations: [event, identify]
  retryable: true
  family: "429"
  cause: quota of the trial
  todo: 'wait for the next hour'
  rules: [device-bad-platform, timestamp-milliseconds, ours]
  differs:
    identify: {source: synthetic, note: '', date: '', environment: '', evidence: []}
interactions:
- request:
    {method: POST, uri: 'https://track.customer.io/api/v1/customers/42/events', headers: {}, body: '{"name": "a"}'}
  response:
    status: {code: 429, message: Too Many Requests}
    headers: {Retry-After: ['60']}
    body: {string: '{"meta": {"error": "trial"}}'}
"""

CASE = """\
429-trial: quota of the trial

what to do     wait for the next hour
try again?     yes, with growing waits
was it taken?  no, nothing of it
runs as        429-trial-recovers: the error 2 times, then success
               429-trial-persists: the error for ever
prevented by   device-bad-platform: a device's platform is neither ios nor android
               timestamp-milliseconds: a Track or App timestamp is in milliseconds;
                 int(time.time()), never time.time() * 1000
               ours

Answer on track.event

  HTTP/1.1 429 Too Many Requests
  Retry-After: 60

  {
    "meta": {
      "error": "trial"
    }
  }

  cause     quota of the trial
  how sure  observed live, in public, 2026-11-23, live, a report
            The body is cut.
  evidence  https://example.com/report
  docs      https://docs.customer.io/integrations/api/track/tag/track-events/track/

Answer on track.identify

  HTTP/1.1 429 Too Many Requests
  Retry-After: 60

  {
    "meta": {
      "error": "trial"
    }
  }

  cause     quota of the trial
  how sure  synthetic, in part or all of it made up
  docs      https://docs.customer.io/integrations/api/track/tag/track-customers/identify/

In Python: retry

{code}

Try it

  @pytest.mark.cio_errors("429-trial")
"""

RULE = """\
device-bad-platform: a device's platform is neither ios nor android

kind         payload, warning: shown, and fails with --cio-strict
expected     ios or android
prevents     400-malformed
evidence     https://docs.customer.io/files/pipelines.json
on purpose?  @pytest.mark.cio_allow("device-bad-platform", reason="…")

What breaks it

  PUT https://track.customer.io/api/v1/customers/42/devices

  {
    "device": {
      "id": "token",
      "platform": "web"
    }
  }

  where     $.device.platform
  expected  ios or android
  got       text of 3 characters, "xxx"
"""


def page(name: str) -> str:
    """The page as text."""
    return as_text(EXPLAIN.page(name))


def test_a_case_whole(tmp_path: Path) -> None:
    """The page of a case has cause, advice, rules, each answer with its provenance, an example, and a mark to try it."""
    (tmp_path / "track").mkdir()
    (tmp_path / "track" / "429-trial.yaml").write_text(CASSETTE, encoding="utf-8")
    explain = Explain(CATALOG, Cassettes(CATALOG, [tmp_path]), ADVICE)
    code = "\n".join(f"  {line}".rstrip() for line in ADVICE.examples["retry"].code.splitlines())
    assert as_text(explain.page("429-trial-persists")) == CASE.replace("{code}", code)


def test_a_rule_whole() -> None:
    """The page of a rule has its severity, limit, prevented errors, counterexample, and the mark that allows it."""
    assert page("device-bad-platform") == RULE


def test_every_name_has_its_page_that_fits() -> None:
    """Each name has a page of 100 columns. Addresses may be longer: they are not broken."""
    for name in EXPLAIN.names:
        wide = [line for line in page(name).splitlines() if len(line) > 100]
        assert [line for line in wide if len(line.split("https://")[0]) > 20] == [], name
        assert all("https://" in line for line in wide), name


@pytest.mark.parametrize("mission", MISSION, ids=lambda mission: mission["case"])
def test_the_errors_of_the_mission(mission: dict[str, object]) -> None:
    """Each error of the mission is explained with its status, body, rules and solution."""
    text = " ".join(page(str(mission["case"])).split())
    assert f"HTTP/1.1 {mission['status']} " in text
    if mission["body"] is not None:
        assert " ".join(json.dumps(mission["body"], indent=2).split()) in text
    assert all(f"{rule}: " in text for rule in mission["rules"])  # type: ignore[attr-defined]
    assert all(" ".join(str(word).split()) in text for word in mission["todo"])  # type: ignore[attr-defined]


def test_a_family_or_status_lists_its_cases() -> None:
    """A status with several cases has a short part for each; one with a single case has that page."""
    text = page("401")
    assert text.startswith("401: 3 cases\n\n401-unauthorized\n\n  answer      401 Unauthorized (synthetic)\n")
    assert text.endswith("  python -m pytest_customerio explain 401-wrong-region\n")
    assert page("413").startswith("413-too-large: ")


def test_a_name_of_a_case_and_of_a_rule() -> None:
    """A name of both a case and a rule has both pages."""
    text = page("200-dropped")
    assert text.startswith("200-dropped: without X-Strict-Mode 1")
    assert "\n200-dropped: " in text.partition("\n")[2]


def test_a_topic() -> None:
    """The page of a topic has cause, steps, an example and sources."""
    text = page("campaign-not-triggered")
    assert "\nlook at       compare the name" in text
    assert "\ndescribed in  https://docs.customer.io/journeys/events\n" in text
    assert "\nIn Python: names\n" in text
    assert "\nhow           run it from the machine" in page("check-connection")
    assert "\nwhat to do    fail at start" in page("credentials-unset")


def test_hints_of_all_surfaces_go_first() -> None:
    """A hint that holds for all surfaces is shown before the hint of a single operation."""
    assert "bad-email: an e-mail address is malformed; validate the address before sending" in " ".join(
        page("400-invalid-email").split()
    )


def test_a_rule_that_is_judged_in_code() -> None:
    """A rule without a schema has limit, hint and error from the violation of its counterexample."""
    text = page("wrong-auth")
    assert "\nexpected     Basic with site id and Track API key\n" in text
    assert "\ndraws        401 Unauthorized (documented)\n" in text


def test_contents_name_everything() -> None:
    """The contents list cases, families, rules and topics."""
    text = " ".join(as_text(EXPLAIN.contents()).replace(",", " ").split())
    ids = set(EXPLAIN.cassettes.case_ids)
    assert [name for name in EXPLAIN.names if name not in ids and f" {name.split(':')[0]}" not in text] == []


def test_unknown_names() -> None:
    """An unknown name is refused with the nearest name of any kind."""
    for given, meant in (
        ("timestamp-miliseconds", "timestamp-milliseconds"),
        ("email-not-deliverd", "email-not-delivered"),
        ("5xxx", "5xx"),
        ("429-rate-limited-persist", "429-rate-limited-persists"),
    ):
        with pytest.raises(UnknownNameError) as error:
            EXPLAIN.page(given)
        assert (error.value.name, error.value.nearest) == (given, meant)
