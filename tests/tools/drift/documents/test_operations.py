"""The operations of our catalogue and of published documents, with comparable keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.tools.drift.documents.comparison import compare
from pytest_customerio.tools.drift.documents.fields import Field
from pytest_customerio.tools.drift.documents.operations import Key, Published, key_of, ours

CATALOG = Catalog.load()
US = [{"url": "https://track.customer.io"}]
APP = "https://api.customer.io"


def published(paths: Mapping[str, Any], **more: Any) -> Published:
    return Published({"openapi": "3.1.0", "servers": US, "paths": paths, **more}, CATALOG)


def test_our_own_operations() -> None:
    """Each operation of ours has a key of its own; a query parameter without which it fails is required."""
    keys = [(one.surface, key_of(one)) for one in CATALOG.operations.values()]
    assert len(set(keys)) == len(keys)
    assert ours(CATALOG.operations["app.find_by_email"])["?email"].required
    assert ours(CATALOG.operations["track.add_device"])["$.device.platform"] == Field(
        required=True, allowed=frozenset({"ios", "android"})
    )


def test_servers_of_paths_and_calls() -> None:
    """A server of a path or call comes before that of the document; its path is part of the call's path."""
    get = {"parameters": [{"$ref": "#/email"}, {"name": "trace", "in": "header"}, 7], "servers": [{"url": APP}]}
    document = published(
        {"/customers": {"get": {**get, "servers": [{"url": f"{APP}/v1/"}]}, "summary": "", "post": 7}, "/x": 7},
        servers=[7, {}],
        email={"name": "email", "in": "query", "required": True, "schema": {"maxLength": 5}},
    )
    assert document.surfaces == {"app"}
    assert document.operations() == {
        Key("GET", "/v1/customers"): {"$": Field(), "?email": Field(required=True, limits={"maxLength": 5})}
    }


def test_a_document_without_anything() -> None:
    """An empty document has no title, no surfaces and no differences."""
    empty = Published({}, CATALOG)
    assert (empty.title, empty.surfaces, empty.schema("x")) == ("untitled", frozenset(), None)
    assert list(compare(empty, CATALOG, {})) == []
