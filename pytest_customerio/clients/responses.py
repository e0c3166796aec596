"""`cio_responses`: a `responses.RequestsMock` with Customer.io's documented success answers in it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import responses
from responses.registries import FirstMatchRegistry

from pytest_customerio.contract.catalog.catalog import Catalog

if TYPE_CHECKING:
    from requests import PreparedRequest


def requests_mock(catalog: Catalog) -> responses.RequestsMock:
    """A mock that lets each request to Customer.io pass that the user has registered no answer for.

    Beneath it such a request gets the same answer as without a mock: the case at work, else the documented success.
    """

    class UserAnswersFirst(FirstMatchRegistry):
        """The answers of the user come first, in the order of `responses`."""

        def find(self, request: PreparedRequest) -> tuple[Any, list[str]]:
            found, reasons = super().find(request)
            if found is None and catalog.concerns_url(request.url or ""):
                found = responses.PassthroughResponse(request.method or "GET", re.compile(".*"))
            return found, reasons

    return responses.RequestsMock(assert_all_requests_are_fired=False, registry=UserAnswersFirst)
