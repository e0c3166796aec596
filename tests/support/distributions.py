"""Packages that are installed into a folder as pip does it: a module, METADATA and RECORD."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Package:
    """A distribution and its `customerio/__init__.py`."""

    name: str
    version: str
    module: bytes


CUSTOMERIO = Package("customerio", "3.2.0", b"class CustomerIO:\n    pass\n")
ANALYTICS = Package("customerio-cdp-analytics", "1.1.0", b"")


def install(folder: Path, package: Package, *, module: bool = True) -> None:
    """Install it; like pip, it replaces a module that another package installed. Without `module`, that one stays."""
    place = folder / "customerio" / "__init__.py"
    place.parent.mkdir(parents=True, exist_ok=True)
    if module:
        place.write_bytes(package.module)
    digest = base64.urlsafe_b64encode(hashlib.sha256(package.module).digest()).rstrip(b"=").decode()
    info = folder / f"{package.name.replace('-', '_')}-{package.version}.dist-info"
    info.mkdir(exist_ok=True)
    (info / "METADATA").write_text(f"Name: {package.name}\nVersion: {package.version}\n", encoding="utf-8")
    (info / "RECORD").write_text(f"customerio/__init__.py,sha256={digest},{len(package.module)}\n", encoding="utf-8")
