"""The sandbox's own JSON API of what is stored: snapshots, and seeds with people."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from pytest_customerio.tools.sandbox.answering.service import Service
from pytest_customerio.tools.sandbox.arguments import CannotError
from pytest_customerio.tools.sandbox.routes.guards import Endpoint
from pytest_customerio.tools.sandbox.routes.json_response import SandboxJson
from pytest_customerio.tools.sandbox.user_files.seed import dump, seed_of
from pytest_customerio.tools.sandbox.user_files.seed_check import SeedError

LARGEST_SEED = 64 * 1024 * 1024


class StorageApi:
    """The endpoints, one method for each."""

    def __init__(self, service: Service) -> None:
        self._service = service
        one = "/_sandbox/snapshots/{name}"
        self.endpoints: list[tuple[str, str, Endpoint]] = [
            ("GET", "/_sandbox/snapshots", _explained(self.names)),
            ("PUT", one, _explained(self.take)),
            ("POST", f"{one}/restore", _explained(self.restore)),
            ("DELETE", one, _explained(self.remove)),
            ("GET", "/_sandbox/seed", _explained(self.seed)),
            ("POST", "/_sandbox/seed", _explained(self.load)),
        ]

    async def names(self, request: Request) -> Response:
        """The names of the snapshots."""
        return SandboxJson({"snapshots": self._service.snapshots.names})

    async def take(self, request: Request) -> Response:
        """Take a snapshot of the workspace under a name."""
        self._service.snapshots.put(request.path_params["name"], self._service.snapshot())
        return Response(status_code=204)

    async def restore(self, request: Request) -> Response:
        """Bring a snapshot back."""
        self._service.restore(self._service.snapshots.get(request.path_params["name"]))
        return Response(status_code=204)

    async def remove(self, request: Request) -> Response:
        """Remove a snapshot."""
        self._service.snapshots.remove(request.path_params["name"])
        return Response(status_code=204)

    async def seed(self, request: Request) -> Response:
        """The people, objects and segments, as `--load` reads them."""
        return SandboxJson(dump(self._service.workspace))

    async def load(self, request: Request) -> Response:
        """Add the people, objects and segments of a seed."""
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > LARGEST_SEED:
                raise SeedError("a seed has 64 MB at most")
        self._service.load(seed_of(request.headers, body))
        return Response(status_code=204)


def _explained(endpoint: Endpoint) -> Endpoint:
    """The endpoint, which answers 400 with the reason where it cannot do what was asked."""

    async def explained(request: Request) -> Response:
        try:
            return await endpoint(request)
        except CannotError as error:
            return SandboxJson({"error": str(error)}, 400)

    return explained
