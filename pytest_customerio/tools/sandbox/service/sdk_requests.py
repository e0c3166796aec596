"""How SDKs for browsers and phones speak to Pipelines: short paths, the write key in the body, settings to load.

None of it is published but in the SDKs themselves, such as `src/plugins/customerio` and `src/browser` of
https://www.npmjs.com/package/@customerio/cdp-analytics-browser (read in 0.5.11).
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from pytest_customerio.core.model import Answer
from pytest_customerio.core.payload import decode
from pytest_customerio.tools.sandbox.json_values import mapping
from pytest_customerio.tools.sandbox.service.answers import Answers, SandboxAnswer
from pytest_customerio.tools.sandbox.service.keys import Keys
from pytest_customerio.tools.sandbox.service.request import HttpRequest

_SHORT = {
    "i": "identify",
    "t": "track",
    "p": "page",
    "s": "screen",
    "g": "group",
    "a": "alias",
    "b": "batch",
}
_SHORT_PATH = re.compile(r"(?P<before>(?:/us|/eu)?/v1/)(?P<short>[itpsgab])(?=\?|\Z)")
# Where earlier SDKs for phones report that a push was opened.
_PUSH_PATH = re.compile(r"(?P<before>(?:/us|/eu)?)/push/events(?=\?|\Z)")
_SDK_PATH = re.compile(
    r"(?:/us|/eu)?/v1/(?:projects/(?P<key>[^/?]+)/(?P<settings>settings)|(?P<metrics>m)|analytics-js/)"
)
# What a browser lets a page of another origin call. The App API takes a secret key, which no page may have.
_FROM_PAGES = re.compile(
    r"(?:/us|/eu)?/(?:api/v[12]/|unsubscribe/|push/events|"
    r"v1/(?:[itpsgabm]|identify|track|page|screen|group|alias|batch|projects/[^/]+/settings)/?\Z)"
)
_JSON = (("Content-Type", "application/json; charset=utf-8"),)
_NO_SCRIPT = (
    "the sandbox has no copy of Customer.io's script: install @customerio/cdp-analytics-browser, "
    "and load it with the sandbox's address as cdnURL"
)


@dataclass(frozen=True, slots=True)
class SdkAnswer:
    """The answer to a call that only SDKs make, and the name under which it is logged."""

    operation: str | None
    answer: SandboxAnswer


def is_for_pages(path: str) -> bool:
    """Whether a page in a browser may call this path."""
    return _FROM_PAGES.match(path) is not None


def as_published(http: HttpRequest) -> HttpRequest:
    """The same request with a published path. Of a short path the write key is in the body, not in a header.

    A browser sends the body as text/plain, because then it asks for no permission first.
    """
    pushed = _PUSH_PATH.match(http.target)
    if pushed is not None:
        return replace(http, target=f"{pushed['before']}/api/v1/push/events{http.target[pushed.end() :]}")
    short = _SHORT_PATH.match(http.target)
    if short is None:
        return http
    target = short["before"] + _SHORT[short["short"]] + http.target[short.end() :]
    headers = {**http.headers, "content-type": "application/json"}
    write_key = mapping(decode(headers, http.body).value).get("writeKey")
    if "authorization" not in headers and isinstance(write_key, str):
        headers["authorization"] = "Basic " + base64.b64encode(f"{write_key}:".encode("utf-8", "replace")).decode()
    return replace(http, target=target, headers=headers)


def answer_sdk(http: HttpRequest, keys: Keys, answers: Answers) -> SdkAnswer | None:
    """The answer to a call that is not published, and that an SDK makes."""
    found = _SDK_PATH.match(urlsplit(http.target).path)
    if found is None:
        return None
    if http.method == "GET" and found["settings"]:
        known = found["key"] == keys.pipelines
        refused = answers.error("401-unauthorized", "pipelines.track")
        return SdkAnswer("pipelines.settings", _json(settings(found["key"], http.base)) if known else refused)
    if http.method == "POST" and found["metrics"]:
        return SdkAnswer("pipelines.sdk_metrics", _json({}))
    return SdkAnswer(None, SandboxAnswer(Answer(404, "Not Found"), "synthetic", notes=(_NO_SCRIPT,)))


def settings(write_key: str, base: str) -> Mapping[str, Any]:
    """What a browser SDK loads at its start. It leads the SDK to the address at which it asked.

    Without settings for the in-app plugin the SDK does not start it: its hosts are fixed, and not of this machine.
    """
    scheme, _, host = base.partition("://")
    return {
        "integrations": {
            "Customer.io Data Pipelines": {
                "apiKey": write_key,
                "apiHost": f"{host}/v1",
                "protocol": scheme,
                "unbundledIntegrations": [],
                "addBundledMetadata": True,
            }
        },
        "plan": {kind: {"__default": {"enabled": True, "integrations": {}}} for kind in ("track", "identify", "group")},
        "metrics": {"sampleRate": 0},
        "remotePlugins": [],
    }


def _json(value: object) -> SandboxAnswer:
    return SandboxAnswer(Answer(200, "OK", _JSON, json.dumps(value).encode()), "synthetic")
