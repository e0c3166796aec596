"""The source code of the application, read where a mock is called."""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from typing import Any
from unittest.mock import patch

from pytest_customerio.clients.mocks.source_code.sources import Source, has_word, read

SOURCE = read(__file__, "")
assert SOURCE is not None


def made(*_: Any, source: Source = SOURCE) -> str:
    """The call by which this function is called."""
    call = source.call(sys._getframe(1))
    return ast.unparse(call) if call is not None else ""


def test_the_call_that_a_frame_makes() -> None:
    """The innermost one that is made now, also over several lines and within another one."""
    assert str(made()) == "made()"
    assert made(
        1,
        str(2),
    ) == ("made(1, str(2))")
    namespace: dict[str, Any] = {"made": made}
    exec(compile("given = made(\n)\n", __file__, "exec"), namespace)
    assert namespace["given"] == ""  # there is no call in this place of the file


def test_what_cannot_be_read(tmp_path: Path) -> None:
    """A file that is no Python, and one that is not there."""
    (tmp_path / "broken.py").write_text("def (", encoding="utf-8")
    assert read(str(tmp_path / "broken.py"), "") is None
    gone = read(str(tmp_path / "gone.py"), "")
    assert gone is not None
    assert gone.calls == {}


def test_words(tmp_path: Path) -> None:
    """A word is looked for in the text; a file that is not there has none, and a mock of `open` is not called."""
    (tmp_path / "crm.py").write_text("Mailer(CustomerIO())", encoding="utf-8")
    with patch("builtins.open") as opened:
        assert has_word(str(tmp_path / "crm.py"), "Mailer")
    opened.assert_not_called()
    assert not has_word(str(tmp_path / "crm.py"), "Shop")
    assert not has_word(str(tmp_path / "gone.py"), "Mailer")
