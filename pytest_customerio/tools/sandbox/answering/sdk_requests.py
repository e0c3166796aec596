"""How SDKs for browsers and phones speak to Customer.io: short paths, the write key in the body, settings, messages.

None of it is published but in the SDKs themselves, such as `src/plugins/customerio` and `src/browser` of
https://www.npmjs.com/package/@customerio/cdp-analytics-browser (read in 0.5.11).
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pytest_customerio.core.model import Answer
from pytest_customerio.core.payload import decode
from pytest_customerio.tools.sandbox.answering.answers import Answers, SandboxAnswer
from pytest_customerio.tools.sandbox.api.in_app import HEADERS, InApp
from pytest_customerio.tools.sandbox.api.in_app import PATH as IN_APP_PATH
from pytest_customerio.tools.sandbox.json_values import mapping
from pytest_customerio.tools.sandbox.keys import Keys
from pytest_customerio.tools.sandbox.requests.request import HttpRequest

# What only SDKs call; the names under which it is logged.
SDK_OPERATIONS = ("pipelines.settings", "pipelines.in_app", "pipelines.sdk_metrics")
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
    r"(?:/us|/eu)?/v1/(?:projects/(?P<key>[^/?]+)/(?P<settings>settings)|(?P<metrics>m)(?=\?|\Z)|analytics-js/)"
)
# What a browser lets a page of another origin call. The App API takes a secret key, which no page may have.
_FROM_PAGES = re.compile(
    r"(?:/us|/eu)?/(?:api/v[12]/|unsubscribe/|push/events|"
    r"v1/(?:[itpsgabm]|identify|track|page|screen|group|alias|batch|projects/[^/]+/settings)/?\Z)"
)
_IN_APP_PLUGIN = "Customer.io In-App Plugin"
_IN_APP_HOST = "localhost:3010"
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


def may_be_of_sdk(http: HttpRequest) -> bool:
    """Whether a request may be one that only SDKs make. The most frequent calls of applications are none."""
    return not http.target.startswith("/api/v1/customers/")


def is_for_pages(path: str) -> bool:
    """Whether a page in a browser may call this path."""
    return _FROM_PAGES.match(path) is not None or IN_APP_PATH.match(path) is not None


def as_published(http: HttpRequest) -> HttpRequest:
    """The same request with a published path. Of a short path the write key is in the body, not in a header.

    A browser sends the body as text/plain, because then it asks for no permission first.
    """
    pushed = _PUSH_PATH.match(http.target)
    if pushed is not None:
        return http._replace(target=f"{pushed['before']}/api/v1/push/events{http.target[pushed.end() :]}")
    short = _SHORT_PATH.match(http.target)
    if short is None:
        return http
    target = short["before"] + _SHORT[short["short"]] + http.target[short.end() :]
    headers = {**http.headers, "content-type": "application/json"}
    write_key = mapping(decode(headers, http.body).value).get("writeKey")
    if "authorization" not in headers and isinstance(write_key, str):
        headers["authorization"] = "Basic " + base64.b64encode(f"{write_key}:".encode("utf-8", "replace")).decode()
    return http._replace(target=target, headers=headers)


@dataclass(frozen=True, slots=True)
class SdkCalls:
    """Answers the calls that are not published, and that SDKs make."""

    keys: Keys
    answers: Answers
    in_app: InApp

    def answer(self, http: HttpRequest) -> SdkAnswer | None:
        """The answer to such a call; None for every other request."""
        path = http.target.partition("?")[0]
        queue = IN_APP_PATH.match(path)
        if queue is not None:
            return SdkAnswer("pipelines.in_app", self._in_app(http, queue))
        found = _SDK_PATH.match(path)
        if found is None:
            return None
        if http.method == "GET" and found["settings"]:
            return SdkAnswer("pipelines.settings", self._settings(http, found["key"]))
        if http.method == "POST" and found["metrics"]:
            return SdkAnswer("pipelines.sdk_metrics", _json({}))
        return SdkAnswer(None, SandboxAnswer(Answer(404, "Not Found"), "synthetic", notes=(_NO_SCRIPT,)))

    def _settings(self, http: HttpRequest, key: str) -> SandboxAnswer:
        if key != self.keys.pipelines:
            return self.answers.error("401-unauthorized", "pipelines.track")
        return _json(settings(self.keys, http.base))

    def _in_app(self, http: HttpRequest, path: re.Match[str]) -> SandboxAnswer:
        if http.headers.get("x-cio-site-id", http.headers.get("x-gist-site-id")) != self.keys.site_id:
            return self.answers.error("401-unauthorized", "pipelines.track")
        if path["queue"]:
            token = http.headers.get("x-gist-encoded-user-token", "")
            return _json(self.in_app.queue(token), HEADERS)
        if path["seen"]:
            self.in_app.remove(path["seen"])
        opened = mapping(decode(http.headers, http.body).value).get("opened") if path["changed"] else None
        if isinstance(opened, bool):
            self.in_app.mark(path["changed"], opened=opened)
        return _json({})


def settings(keys: Keys, base: str) -> Mapping[str, Any]:
    """What a browser SDK loads at its start. It leads the SDK to the address at which it asked.

    The hosts of in-app messages are fixed in the SDK, and not of this machine, unless the SDK is told to use those of
    its developers: then it asks port 3010. Only a sandbox at this port lets it start its plugin for such messages.
    """
    scheme, _, host = base.partition("://")
    plugins = {_IN_APP_PLUGIN: {"siteId": keys.site_id, "_env": "local"}} if host == _IN_APP_HOST else {}
    return {
        "integrations": {
            "Customer.io Data Pipelines": {
                "apiKey": keys.pipelines,
                "apiHost": f"{host}/v1",
                "protocol": scheme,
                "unbundledIntegrations": [],
                "addBundledMetadata": True,
            },
            **plugins,
        },
        "plan": {kind: {"__default": {"enabled": True, "integrations": {}}} for kind in ("track", "identify", "group")},
        "metrics": {"sampleRate": 0},
        "remotePlugins": [],
    }


def _json(value: object, headers: tuple[tuple[str, str], ...] = ()) -> SandboxAnswer:
    return SandboxAnswer(Answer(200, "OK", (*_JSON, *headers), json.dumps(value).encode()), "synthetic")
