"""`cio_responses`: a `responses.RequestsMock` with Customer.io's documented success answers in it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import responses
from responses.registries import FirstMatchRegistry

from pytest_customerio.catalog import Catalog

if TYPE_CHECKING:
    from requests import PreparedRequest

    from pytest_customerio.cassettes import Cassettes


def requests_mock(catalog: Catalog, cassettes: Cassettes) -> responses.RequestsMock:
    """A mock that answers every Customer.io request which nothing registered by the user answers."""

    def answer(request: PreparedRequest) -> tuple[int, dict[str, str], bytes]:
        match = catalog.match(request.method or "GET", request.url or "")
        found = cassettes.answer(match)
        return found.status, dict(found.headers), found.body

    class SuccessLast(FirstMatchRegistry):
        """What the user adds answers first, in the order of `responses`; Customer.io's success comes last."""

        def find(self, request: PreparedRequest) -> tuple[Any, list[str]]:
            found, reasons = super().find(request)
            if found is None and catalog.concerns_url(request.url or ""):
                found = responses.CallbackResponse(
                    method=request.method or "GET", url=re.compile(".*"), callback=answer
                )
                found.content_type = None
            return found, reasons

    return responses.RequestsMock(assert_all_requests_are_fired=False, registry=SuccessLast)
