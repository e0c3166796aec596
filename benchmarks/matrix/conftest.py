"""Shuffles the tests. All workers use one seed, because they have to collect the same order."""

from __future__ import annotations

import random

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare `--seed=7`."""
    parser.addoption("--seed", type=int, default=None, help="run the tests in an order that this number draws")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Shuffle the items, if there is a seed."""
    seed = config.getoption("--seed")
    if seed is not None:
        random.Random(seed).shuffle(items)
