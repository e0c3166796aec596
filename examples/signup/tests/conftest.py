"""A service with its own database and made-up credentials."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from signup.service import Service
from signup.settings import Settings


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    service = Service(
        Settings(
            site_id="5f2a9c81d37be604",
            track_key="9d1c7e5b3a2f48606c4e",
            app_key="b7e0c94f1d6a52837f0d",
            region="eu",
            receipt_message="receipt",
            database=str(tmp_path / "signup.db"),
        )
    )
    yield service
    service.close()
