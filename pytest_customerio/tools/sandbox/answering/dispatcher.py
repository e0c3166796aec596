"""Decides how a request is answered. The first check that applies answers it: an unknown call, a requested fault, the
other region, credentials, a rate limit, the size of the body, the contract; otherwise the operation is carried out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from pytest_customerio.cassettes.successes import not_published
from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.contract.rules import Rule
from pytest_customerio.core.model import Answer
from pytest_customerio.replay.fitting import dated, fit
from pytest_customerio.replay.rejections import rejections
from pytest_customerio.tools.sandbox.answering.answers import Answers, ErrorDetail, SandboxAnswer
from pytest_customerio.tools.sandbox.answering.faults import Faults
from pytest_customerio.tools.sandbox.answering.rate_limits import RateLimits
from pytest_customerio.tools.sandbox.answering.refusals import ByEntity, Refusals, refused_violations
from pytest_customerio.tools.sandbox.api.call import CallResult
from pytest_customerio.tools.sandbox.api.execution import Executor, Record, ignore
from pytest_customerio.tools.sandbox.keys import Access, Keys
from pytest_customerio.tools.sandbox.requests.request import ANY_HOST, ApiRequest
from pytest_customerio.tools.sandbox.settings import Settings
from pytest_customerio.tools.sandbox.workspace.workspace import Workspace

DROPPED = "dropped: without X-Strict-Mode 1 Pipelines answers 200 and says nothing"
INJECTED = "a fault that was asked for"
_REFUSED: Mapping[Access, str] = {
    "unknown": "401-unauthorized",
    "wrong type": "401-wrong-key-type",
    "no scope": "403-forbidden",
}
# How the live service words it on Track, where clients ask for Basic credentials.
_CHALLENGE = "401-unauthorized-with-challenge"


@dataclass(frozen=True, slots=True)
class Dispatcher:
    """Answers requests, one after the other."""

    settings: Settings
    keys: Keys
    catalog: Catalog
    answers: Answers
    faults: Faults
    rules: Mapping[str, Rule]
    workspace: Workspace
    limits: RateLimits = field(default_factory=RateLimits)
    record: Record = ignore

    def answer(self, request: ApiRequest) -> SandboxAnswer:
        """The answer to a request."""
        if request.known_operation is None and not request.match.candidates:
            return self._unknown_call(request)
        return (
            self._fault(request)
            or self._other_region(request)
            or self._unauthorized(request)
            or self._rate_limited(request)
            or self._oversized(request)
            or self._catalogued(request)
        )

    def _unknown_call(self, request: ApiRequest) -> SandboxAnswer:
        """404 if the service has no such call. 501 if only the sandbox has none: then 404 would be wrong."""
        if not request.match.unpublished:
            return self.answers.surface_error("404-not-found-html", _surface(request))
        access = self.keys.access("bearer", request.http.headers.get("authorization"))
        if access != "granted":
            return self.answers.surface_error(_REFUSED[access], "app")
        return SandboxAnswer(not_published("the sandbox"), "synthetic", notes=("a call that is not published",))

    def _fault(self, request: ApiRequest) -> SandboxAnswer | None:
        case = self.faults.take(request.operation, request.wire) if self.faults else None
        if case is None:
            return None
        error = self.answers.error(case.cassette, request.operation.id)
        if case.kind == "redirect" and request.region is not None:
            return None  # the host of the workspace's own region never redirects
        answer = dated(fit(error.answer, request.wire) or error.answer, request.at)
        accepted = case.accepted in ("surely", "partly") and case.kind != "dropped"
        notes = self._executor.execute(request, skip=rejections(answer)).notes if accepted else ()
        return replace(error, answer=self._local_redirect(answer, request), notes=(INJECTED, *notes))

    def _other_region(self, request: ApiRequest) -> SandboxAnswer | None:
        """The client used the host of the region in which the workspace is not."""
        operation = request.operation
        if request.region in (None, self.settings.region) or operation.id == "track.region":
            return None
        if operation.surface.startswith("track") and request.region == "us":
            moved = self.answers.error("301-region-redirect", operation.id)
            answer = fit(moved.answer, request.wire) or moved.answer
            return replace(moved, answer=self._local_redirect(answer, request))
        return self._dropped(request) or self.answers.error("401-wrong-region", operation.id)

    def _unauthorized(self, request: ApiRequest) -> SandboxAnswer | None:
        operation = request.operation
        access = self.keys.access(operation.auth, request.http.headers.get("authorization"))
        if access == "granted":
            return None
        if access == "no scope":
            return self.answers.surface_error(_REFUSED[access], operation.surface)
        challenged = access == "unknown" and operation.auth == "basic"
        cassette = _CHALLENGE if challenged else _REFUSED[access]
        return self._dropped(request) or self.answers.error(cassette, operation.id)

    def _rate_limited(self, request: ApiRequest) -> SandboxAnswer | None:
        operation = request.operation
        wait = self.limits.exceeded(operation.id, request.at) if self.settings.rate_limit else 0
        if not wait:
            return None
        with_wait = operation.surface == "app" and not operation.name.startswith(("send_", "trigger_"))
        error = self.answers.error("429-retry-after" if with_wait else "429-rate-limited", operation.id)
        seconds = str(-int(-wait // 1))  # rounded up
        headers = [(name, seconds if name == "Retry-After" else value) for name, value in error.answer.headers]
        return replace(error, answer=replace(error.answer, headers=tuple(headers)))

    def _oversized(self, request: ApiRequest) -> SandboxAnswer | None:
        if request.unstorable:
            status, text = "400", request.unstorable
        elif request.http.too_large:
            status, text = "413", "payload too large"
        else:
            return None
        cassette = self.answers.choose_cassette(status, request.operation.id)
        return self._dropped(request) or self.answers.error(cassette, request.operation.id, [ErrorDetail(text)])

    def _catalogued(self, request: ApiRequest) -> SandboxAnswer:
        """Carry out an operation, unless its payload breaks the contract."""
        refused = refused_violations(request, warnings=self.settings.strict)
        if None in refused:
            return self._dropped(request) or self._refusals.error(request.operation, refused[None])
        if refused and request.strict:
            violations = [each for index in refused for each in refused[index]]
            return self._refusals.error(request.operation, violations)
        return self._executed(request, refused)

    def _executed(self, request: ApiRequest, refused: ByEntity) -> SandboxAnswer:
        """Carry out an operation; of a batch all entities that are not refused."""
        result = self._executor.execute(request, skip=refused)
        if result.case:
            return self._failed(request, result)
        if refused and self._dropped(request) is None:
            return self._refusals.partial_failure(request, refused, result.notes)
        dropped = tuple(f"[{index}] {DROPPED}" for index in refused)
        return self.answers.success(request.operation.id, result.body, result.notes + dropped, by_type=result.by_type)

    def _failed(self, request: ApiRequest, result: CallResult) -> SandboxAnswer:
        """The error that a handler returned."""
        details = [ErrorDetail(result.text)] if result.text else []
        return self.answers.error(result.case, request.operation.id, details, result.notes)

    def _dropped(self, request: ApiRequest) -> SandboxAnswer | None:
        """The 200 with which Pipelines answers a payload that it drops, unless the client asks for errors."""
        if request.operation.surface != "pipelines" or request.strict:
            return None
        return self.answers.success(request.operation.id, notes=(DROPPED,))

    def _local_redirect(self, answer: Answer, request: ApiRequest) -> Answer:
        """The answer with its redirect, if it has one, led to the sandbox: the prefix names the workspace's region."""
        if not request.match.address.foreign:
            return answer
        target = request.url.removeprefix(ANY_HOST)
        moved = f"{request.http.base}/{self.settings.region}{target}"
        headers = tuple((name, moved if name == "Location" else value) for name, value in answer.headers)
        return replace(answer, headers=headers)

    @property
    def _executor(self) -> Executor:
        return Executor(self.catalog, self.workspace, self.record)

    @property
    def _refusals(self) -> Refusals:
        return Refusals(self.catalog, self.answers, self.rules)


def _surface(request: ApiRequest) -> str:
    """The surface that a request to an unknown call was meant for, by its host or the beginning of its path."""
    address = request.match.address
    if len(address.surfaces) == 1:
        return next(iter(address.surfaces))
    path = urlsplit(request.url).path
    return "track_v2" if path.startswith("/api/v2") else "track" if path.startswith("/api/") else "app"
