"""The order of the tests, by chance: one seed for all workers, which have to collect the same."""

from __future__ import annotations

import random

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--seed=7`."""
    parser.addoption("--seed", type=int, default=None, help="run the tests in an order that this number draws")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Draw it."""
    seed = config.getoption("--seed")
    if seed is not None:
        random.Random(seed).shuffle(items)
