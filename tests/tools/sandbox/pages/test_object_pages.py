"""The pages of objects."""

from __future__ import annotations

from typing import Any

from sandbox_pages import read

from pytest_customerio.tools.sandbox.pages.frame import PAGE_SIZE
from pytest_customerio.tools.sandbox.pages.object_pages import object_page, objects_page
from pytest_customerio.tools.sandbox.pages.query import Query


def company(ask: Any, object_id: str, *related: dict[str, Any], **attributes: Any) -> None:
    """Add an object that is related to these people."""
    key = {"object_type_id": "1", "object_id": object_id}
    ask.entity("identify", "object", identifiers=key, attributes=attributes, cio_relationships=list(related))


def test_objects_are_listed_and_searched(ask: Any) -> None:
    """Objects are listed newest first, with some of their attributes, and searched by any of them."""
    company(ask, "acme", {"identifiers": {"id": "42"}}, name="Acme", a=1, b=2, c=3, d=4)
    company(ask, "beta", {"identifiers": {"anonymous_id": "v1"}})
    context = objects_page(ask.service, Query())
    assert [(each["id"], each["people"], each["visitors"], each["more"]) for each in context["objects"]] == [
        ("beta", 0, 1, 0),
        ("acme", 1, 0, 1),
    ]
    assert "2 objects" in read("objects", context).text
    assert [each["id"] for each in objects_page(ask.service, Query(words="ACME"))["objects"]] == ["acme"]
    assert "No object is like this." in read("objects", objects_page(ask.service, Query(words="zzz"))).text
    ask.service.reset()
    assert "No object is known yet." in read("objects", objects_page(ask.service, Query())).text


def test_one_object(ask: Any) -> None:
    """The page of an object shows its attributes, the people with what relates them, and visitors."""
    related = {"identifiers": {"id": "42"}, "relationship_attributes": {"role": "admin"}}
    company(ask, "acme", related, {"identifiers": {"anonymous_id": "v1"}}, name="Acme")
    target = ask.service.workspace.objects.find(("1", "acme"))
    context = object_page(ask.service, target.cio_object_id, Query())
    assert context is not None
    cio_id = ask.person("id", "42").cio_id
    assert context["people"] == [(f"/_sandbox/inbox/people/{cio_id}", "42", '{ "role": "admin" }')]
    assert context["visitors"] == ["v1"]
    assert all(part in read("object", context).text for part in ("Acme", "acme", "ob1", "admin", "v1"))
    assert object_page(ask.service, "none", Query()) is None


def test_an_object_with_many_people(ask: Any) -> None:
    """The people of an object are shown in pages; an object without anything says so."""
    company(ask, "acme", *({"identifiers": {"id": f"p{number}"}} for number in range(PAGE_SIZE + 1)))
    context = object_page(ask.service, "ob1", Query(start=PAGE_SIZE))
    assert context is not None
    assert [name for _, name, _ in context["people"]] == [f"p{PAGE_SIZE}"]
    company(ask, "empty")
    text = read("object", object_page(ask.service, "ob2", Query())).text
    assert "None." in text
    assert "Nobody." in text
