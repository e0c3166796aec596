"""The operations whose payloads can be judged by themselves."""

from __future__ import annotations

from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.contract.contract import Contract
from pytest_customerio.core.nearest import nearest
from pytest_customerio.tools.commands import CommandError


def refuse_unknown(name: str) -> None:
    """Raise `CommandError` where no operation with a payload has this name; the text lists those of its surface."""
    catalog = Catalog.load()
    surface, names = name.partition(".")[0].lower(), names_of(catalog)
    if name in names:
        return
    if name in catalog.operations:
        cause = f"nothing is known of a payload of {name}: it has none, or none is published"
    else:
        near = nearest(name, names) if "." in name else None
        cause = f"no operation is named {name!r}" + (f"; did you mean {near}?" if near else "")
    mine = [one for one in names if one.startswith(f"{surface}.")]
    listed = f"With a payload there are {', '.join(mine)}" if mine else f"Surfaces are {', '.join(catalog.surfaces)}"
    raise CommandError(f"{cause}\n{listed}")


def names_of(catalog: Catalog) -> list[str]:
    """The ids of the operations with a payload of their own of which something is known, by surface."""
    contract = Contract(catalog)
    return [
        one.id
        for surface in catalog.surfaces
        for one in catalog.of(surface)
        if not one.like and contract.payload_head([one]).has_payload
    ]
