"""The HTML report of a large suite: 5 000 tests in 40 cases each. Prints how long it takes to write, and its size.

python benchmarks/reports.py [FILE]
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from pytest_customerio.core.model import Verdict, Violation
from pytest_customerio.reporting.formats.files import write
from pytest_customerio.reporting.kinds import KINDS
from pytest_customerio.reporting.results import Results
from pytest_customerio.reporting.rows import part

TESTS, CASES = 5000, 40
OPERATIONS = ("track.identify", "track.event", "track.delete", "app.send_email", "pipelines.track")
LOST = Violation(
    "outcome", "error", "", "recovered, raised, deferred or reported", "lost: not even logged", "retry, or raise"
)
LONG = Violation("event-name-too-long", "error", "$.name", "1 to 100 bytes", "134 bytes", "cut by bytes")
SEEN = {"requests": 3, "heard": 3, "calls": 0, "unjudged": {}, "used": "", "mark": None}
PAYLOAD = """{
  name: "event %d"
  data: {
    total: number of 2 digits
    plan: text of 5 characters, "xxxxx"
  }
}"""


def results() -> Results:
    """The results of such a run: every tenth test loses data in some cases, and every fiftieth breaks the contract."""
    cases = [f"{status}-case-{number}" for number in range(10) for status in (401, 429, 500, 503)]
    found = Results()
    for test in range(TESTS):
        function = f"tests/shop/test_module_{test // 50}.py::test_number_{test}"
        operation, site = OPERATIONS[test % 5], f"shop/crm_{test % 40}.py:{test % 90 + 10} in send_{test % 40}"
        for place, case in enumerate(cases):
            nodeid = f"{function}[{case}]"
            violations = (*[LONG] * (test % 50 == 0), *[LOST] * (test % 10 == 0 and place % 4 == 1))
            outcome = "lost" if LOST in violations else "recovered"
            verdict = Verdict(nodeid, operation, case, outcome, 3, (1.0, 2.0), violations, (site,), (site,))
            seen = {**SEEN, "index": test * CASES + place}
            details = {"rows": [_details(test, site)], "answers": {}}
            found.add(part([verdict], {operation: cases}, {nodeid: seen}, details=details))
            found.add_outcome(nodeid, "failed" if violations else "passed")
    return found


def _details(test: int, site: str) -> list[str]:
    request: dict[str, Any] = {
        "request": "POST https://track.customer.io/api/v1/customers/…/events",
        "client": "requests",
        "sent_from": site,
        "payload": PAYLOAD % test,
        "answer": "200",
        "by_mock": False,
    }
    attempts = [[0.0, "429", 1], [1.0 + test % 9 / 10, "429", 1], [3.1, "200", 0]]
    answers = [["200 OK", "the success on file", site]]
    return [json.dumps(one) for one in ([request], answers, attempts, {"raised": "", "logged": "", "payloads": 1})]


def main() -> None:
    """Write the report, and print what that took."""
    given = results()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(sys.argv[1] if len(sys.argv) > 1 else f"{folder}/report.html")
        for suffix in (".html", ".md", ".json"):
            before = time.process_time()
            write(path.with_suffix(suffix), KINDS[suffix](given))
            seconds, size = time.process_time() - before, path.with_suffix(suffix).stat().st_size
            print(f"{suffix:6} {TESTS * CASES:,} verdicts: {seconds:.1f} s of CPU, {size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
