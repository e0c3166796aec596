"""What the stories of each mock library have in common: an application, a suite, and the outcome of each test."""

from __future__ import annotations

import re

from handling import APP, CASES, SUITE

from tests.stories.conftest import Story


def project(story: Story) -> Story:
    """A project with the application, and with what its suites share."""
    story.file("app.py", APP)
    story.file("suite.py", SUITE)
    return story


def outcomes(story: Story, suite: str, *args: str) -> dict[str, dict[str, str]]:
    """By test and application: `green` where all cases passed, `red` where all failed because the payload was lost."""
    # With -v the short summary has a line for each item, also where several failed for one cause.
    result = story.run(suite, "-v", "-rA", "--tb=line", "--cio-report=report.json", *args)
    assert "tls-not-verified" not in result.stdout.str()  # the engine in the place of the mock is ours
    judged = {row["nodeid"]: row["outcome"] for row in story.rows()}
    found: dict[str, dict[str, list[str]]] = {}
    for line in result.outlines:
        match = re.match(r"(PASSED|FAILED|SKIPPED|ERROR) (\S*::(\w+)\[.*?(save|lose)\b.*?\])", line)
        if match:
            outcome, nodeid, test, use = match.groups()
            as_meant = judged.get(nodeid) in ({"lost"} if outcome == "FAILED" else {"recovered", "raised"})
            found.setdefault(test, {}).setdefault(use, []).append(outcome if as_meant else line)
    return {test: {use: _summed(seen) for use, seen in uses.items()} for test, uses in found.items()}


def _summed(seen: list[str]) -> str:
    if len(seen) >= len(CASES) and len(set(seen)) == 1 and seen[0] in ("PASSED", "FAILED"):
        return {"PASSED": "green", "FAILED": "red"}[seen[0]]
    return "\n".join(seen)
