"""httplib2: heard and answered as `http.client`, whose connections it extends.

Its two classes of connections connect by themselves (httplib2 0.22 to 0.32). Without these parts `http.client` hears no
request, because the guard refuses the connection before it.
"""

from __future__ import annotations

from pytest_customerio.clients.http.http_client import answered_connect
from pytest_customerio.clients.traffic import Traffic
from pytest_customerio.process.parts import HTTPLIB2, Part
from pytest_customerio.process.patching import Patches

PARTS = tuple(
    Part(
        HTTPLIB2,
        "httplib2",
        f"{kind}.connect",
        "requests that no mock answers get our answer",
        "the guard refuses requests that no mock answers",
    )
    for kind in ("HTTPConnectionWithTimeout", "HTTPSConnectionWithTimeout")
)


def install(traffic: Traffic, patches: Patches) -> None:
    """Answer every connection of httplib2."""
    for part in PARTS:
        patches.patch(part, lambda original: answered_connect(traffic, original))
