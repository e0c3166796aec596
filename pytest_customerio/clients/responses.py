"""`cio_responses`: a `responses.RequestsMock` with Customer.io's documented success answers in it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import responses
from responses.registries import FirstMatchRegistry

from pytest_customerio.contract.catalog import Catalog

if TYPE_CHECKING:
    from requests import PreparedRequest


def requests_mock(catalog: Catalog) -> responses.RequestsMock:
    """A mock that lets every Customer.io request pass which nothing registered by the user answers.

    Further down it gets what it gets without any mock: the case at work, else the documented success.
    """

    class CustomerioLast(FirstMatchRegistry):
        """What the user adds answers first, in the order of `responses`."""

        def find(self, request: PreparedRequest) -> tuple[Any, list[str]]:
            found, reasons = super().find(request)
            if found is None and catalog.concerns_url(request.url or ""):
                found = responses.PassthroughResponse(request.method or "GET", re.compile(".*"))
            return found, reasons

    return responses.RequestsMock(assert_all_requests_are_fired=False, registry=CustomerioLast)
