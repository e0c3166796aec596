"""Cassettes of a user's own."""

from __future__ import annotations

from pathlib import Path

import yaml

IDENTIFY, ADD_DEVICE = "/api/v1/customers/42", "/api/v1/customers/42/devices"


def write(
    folder: Path, name: str, *answers: tuple[str, int] | tuple[str, int, str], metadata: str = "{source: recorded}"
) -> Path:
    """A cassette: for each answer the operation's address on Track, the status, and Retry-After where it has one."""
    interactions = [
        {
            "request": {"method": "PUT", "uri": f"https://track.customer.io{path}", "headers": {}, "body": "{}"},
            "response": {
                "status": {"code": code, "message": "Mine"},
                "headers": {"Retry-After": after} if after else {},
                "body": {"string": str(code)},
            },
        }
        for path, code, *after in answers
    ]
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump({"interactions": interactions}) + f"metadata: {metadata}\n")
    return path
