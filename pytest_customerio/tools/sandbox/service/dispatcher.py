"""What becomes of one request: the first of these answers it. A fault that was asked for, the other region, a key that
opens nothing, a limit, a body too large, a broken contract; else it is done.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from pytest_customerio.contract.catalog import Catalog
from pytest_customerio.contract.rules import Rule
from pytest_customerio.core.model import Answer, Operation, Violation
from pytest_customerio.judging.partial import rejections
from pytest_customerio.replay.fitting import fit
from pytest_customerio.tools.sandbox.api import app_messages as sends
from pytest_customerio.tools.sandbox.api import app_people as app
from pytest_customerio.tools.sandbox.api import pipelines, track, track_v2
from pytest_customerio.tools.sandbox.api.call import Call, Effect, Handler, mapping
from pytest_customerio.tools.sandbox.service.answers import Complaint, Replies, Reply, made
from pytest_customerio.tools.sandbox.service.faults import Faults
from pytest_customerio.tools.sandbox.service.keys import Keys
from pytest_customerio.tools.sandbox.service.rate_limits import Limits
from pytest_customerio.tools.sandbox.service.request import (
    ANY_HOST,
    Seen,
    complaint,
    entities,
    refused,
    status,
    wording,
)
from pytest_customerio.tools.sandbox.workspace.workspace import Workspace

HANDLERS: Mapping[str, Handler] = {
    **track.HANDLERS,
    **track_v2.HANDLERS,
    **app.HANDLERS,
    **sends.HANDLERS,
    **pipelines.HANDLERS,
}
DROPPED = "dropped: without X-Strict-Mode 1 Pipelines answers 200 and says nothing"


@dataclass(frozen=True, slots=True)
class Settings:
    """How a sandbox behaves. `strict` refuses what the contract only warns of; `cassettes` are folders of your own."""

    region: str = "us"
    rate_limit: bool = False
    strict: bool = False
    seed: str | None = None
    tls: bool = False
    cassettes: Sequence[Path] = ()


@dataclass(frozen=True, slots=True)
class Dispatcher:
    """Answers requests, one after the other."""

    settings: Settings
    keys: Keys
    catalog: Catalog
    replies: Replies
    faults: Faults
    rules: Mapping[str, Rule]
    workspace: Workspace
    limits: Limits = field(default_factory=Limits)

    def reply(self, seen: Seen) -> Reply:
        """What this request draws."""
        if seen.operation is None and not seen.match.candidates:
            return self._unknown(seen)
        return (
            self._fault(seen)
            or self._elsewhere(seen)
            or self._locked(seen)
            or self._limited(seen)
            or self._oversized(seen)
            or self._further(seen)
            or self._done(seen)
        )

    def _unknown(self, seen: Seen) -> Reply:
        """No call of the catalogue. Where the service has such a call, a sandbox must not say that it has not."""
        if all(each.severity != "error" for each in seen.violations):
            said = {"errors": [{"detail": "the sandbox does not know this call; Customer.io may", "status": "501"}]}
            return Reply(made(501, "Not Implemented", said), "synthetic", notes=("a call that the sandbox lacks",))
        path = urlsplit(seen.request.url).path
        surface = "track_v2" if path.startswith("/api/v2") else "track" if path.startswith("/api/") else "app"
        return self.replies.general("404-not-found", surface)

    def _fault(self, seen: Seen) -> Reply | None:
        case = self.faults.take(seen.call, seen.request)
        if case is None:
            return None
        drawn = self.replies.error(case.cassette, seen.call.id)
        if case.kind == "redirect" and seen.region is not None:
            return None  # the home of the workspace redirects nobody
        answer = fit(drawn.answer, seen.request) or drawn.answer
        taken = case.accepted in ("surely", "partly") and case.kind != "dropped"
        notes = self._act(seen, skip=rejections(answer)).notes if taken else ()
        return replace(drawn, answer=self._here(answer, seen), notes=("a fault that was asked for", *notes))

    def _elsewhere(self, seen: Seen) -> Reply | None:
        """The host of the other region was asked."""
        if seen.region in (None, self.settings.region) or seen.call.id == "track.region":
            return None
        if seen.call.surface.startswith("track") and seen.region == "us":
            moved = self.replies.error("301-region-redirect", seen.call.id)
            return replace(moved, answer=self._here(fit(moved.answer, seen.request) or moved.answer, seen))
        return self._dropped(seen) or self.replies.error("401-wrong-region", seen.call.id)

    def _locked(self, seen: Seen) -> Reply | None:
        access = self.keys.access(seen.call.auth, seen.request.headers.get("authorization"))
        if access == "granted":
            return None
        if access == "no scope":
            return self.replies.general("403-forbidden", seen.call.surface)
        cassette = "401-wrong-key-type" if access == "wrong type" else "401-unauthorized"
        return self._dropped(seen) or self.replies.error(cassette, seen.call.id)

    def _limited(self, seen: Seen) -> Reply | None:
        wait = self.limits.exceeded(seen.call.id, seen.at) if self.settings.rate_limit else 0
        if not wait:
            return None
        hard = seen.call.surface == "app" and not seen.call.name.startswith(("send_", "trigger_"))
        reply = self.replies.error("429-retry-after" if hard else "429-rate-limited", seen.call.id)
        headers = [
            (name, str(-int(-wait // 1)) if name == "Retry-After" else value) for name, value in reply.answer.headers
        ]
        return replace(reply, answer=replace(reply.answer, headers=tuple(headers)))

    def _oversized(self, seen: Seen) -> Reply | None:
        if seen.too_deep:
            cassette = self.replies.suiting("400", seen.call.id)
            return self._dropped(seen) or self.replies.error(cassette, seen.call.id, [Complaint("nested too deep")])
        if not seen.arrival.too_large:
            return None
        cassette = self.replies.suiting("413", seen.call.id)
        return self._dropped(seen) or self.replies.error(cassette, seen.call.id, [Complaint("payload too large")])

    def _further(self, seen: Seen) -> Reply | None:
        """A call that the catalogue has no contract for."""
        if seen.beyond is None:
            return None
        call = Call(seen.beyond.params, seen.match.query, mapping(seen.payload), int(seen.at), self._base(seen))
        effect = seen.beyond.act(self.workspace, call)
        if effect.case:
            said = [Complaint(effect.text)] if effect.text else []
            return self.replies.error(effect.case, seen.call.id, said)
        if effect.body is None:
            return Reply(Answer(204, "No Content"), "documented")
        return Reply(made(200, "OK", effect.body), "documented")

    def _done(self, seen: Seen) -> Reply:
        wrong = refused(seen, warnings=self.settings.strict)
        silent = self._dropped(seen)
        if None in wrong:
            return silent or self._refusal(seen.call, wrong[None])
        if wrong and seen.strict:
            return self._refusal(seen.call, [each for index in wrong for each in wrong[index]])
        effect = self._act(seen, skip=wrong)
        if effect.case:
            said = [Complaint(effect.text)] if effect.text else []
            return self.replies.error(effect.case, seen.call.id, said, effect.notes)
        if wrong and silent is None:
            return self._partial(seen, wrong, effect)
        dropped = tuple(f"[{index}] {DROPPED}" for index in wrong)
        return self.replies.success(seen.call.id, effect.body, effect.notes + dropped)

    def _dropped(self, seen: Seen) -> Reply | None:
        """Pipelines keeps its errors to itself, unless it is asked for them."""
        if seen.call.surface != "pipelines" or seen.strict:
            return None
        return self.replies.success(seen.call.id, notes=(DROPPED,))

    def _refusal(self, operation: Operation, violations: Sequence[Violation]) -> Reply:
        """The error that the first of these draws, with all that would draw the same."""
        drawn = status(violations[0])
        cassette = self._cassette(operation, violations[0])
        alike = [each for each in violations if status(each) == drawn]
        return self.replies.error(cassette, operation.id, [self._complaint(operation, each) for each in alike])

    def _partial(self, seen: Seen, wrong: Mapping[int | None, list[Violation]], effect: Effect) -> Reply:
        """207: what is wrong with which item. All others were accepted."""
        listed = list(entities(seen.payload))
        complaints = []
        for index, violations in wrong.items():
            assert index is not None
            operation = self._entity(seen, listed[index])
            complaints += [self._complaint(operation, each, index) for each in violations]
        return self.replies.error("207-partial-failure", seen.call.id, complaints, effect.notes)

    def _complaint(self, operation: Operation | None, violation: Violation, index: int | None = None) -> Complaint:
        told = complaint(violation, wording(violation), index)
        if operation is None:
            return told
        cassette = self._cassette(operation, violation)
        return replace(told, text=self.replies.wording(cassette, operation.id, told.field, told.text))

    def _cassette(self, operation: Operation, violation: Violation) -> str:
        rule = self.rules.get(violation.rule)
        return self.replies.suiting(status(violation), operation.id, rule.prevents if rule else (), wording(violation))

    def _act(self, seen: Seen, skip: Collection[int | None]) -> Effect:
        """Do it; of a batch all items but those to be skipped."""
        if seen.call.name != "batch":
            return self._one(seen.call, seen, mapping(seen.payload))
        notes: tuple[str, ...] = ()
        for index, item in enumerate(entities(seen.payload)):
            operation = None if index in skip else self._entity(seen, item)
            if operation is not None:
                notes += tuple(f"[{index}] {note}" for note in self._one(operation, seen, item).notes)
        return Effect(notes)

    def _one(self, operation: Operation, seen: Seen, payload: Mapping[str, object]) -> Effect:
        call = Call(seen.match.params, seen.match.query, payload, int(seen.at), self._base(seen))
        return HANDLERS[operation.id](self.workspace, call)

    @staticmethod
    def _base(seen: Seen) -> str:
        """The address that was asked: the sandbox's own, or a name of Customer.io's that leads here."""
        known = seen.match.address
        return seen.arrival.base if known.foreign else f"https://{known.host}"

    def _entity(self, seen: Seen, item: Mapping[str, object]) -> Operation | None:
        """Which call an item of a batch is."""
        if seen.call.surface == "track_v2":
            return self.catalog.select(self.catalog.entities, item)[0]
        return self.catalog.pipelines_items.get(str(item.get("type")))

    def _here(self, answer: Answer, seen: Seen) -> Answer:
        """A redirect stays in the sandbox: behind the prefix of the workspace's region."""
        if not seen.match.address.foreign:
            return answer
        target = seen.request.url.removeprefix(ANY_HOST)
        moved = f"{seen.arrival.base}/{self.settings.region}{target}"
        headers = tuple((name, moved if name == "Location" else value) for name, value in answer.headers)
        return replace(answer, headers=headers)
