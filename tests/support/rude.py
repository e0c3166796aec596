"""Objects whose methods raise: whoever looks at an argument of the application's must not hand that on."""

from __future__ import annotations

from typing import Any, NoReturn


class RudeList(list[Any]):
    """Cannot be read."""

    def __iter__(self) -> NoReturn:
        raise RuntimeError

    def __len__(self) -> NoReturn:
        raise RuntimeError


class RudeClass:
    """Does not even say of which class it is; nor what its attributes are."""

    def __getattribute__(self, name: str) -> NoReturn:
        raise RuntimeError(name)

    def __bool__(self) -> NoReturn:
        raise RuntimeError
