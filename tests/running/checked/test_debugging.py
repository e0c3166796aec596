"""With --pdb the frame of the test that sent is kept."""

from __future__ import annotations

from pytest_customerio.running.checked.debugging import TestFrame


def test_the_outermost_frame_of_the_project_is_kept() -> None:
    """That is the test, at the line from which the request left; it is given once."""
    frame = TestFrame(lambda: "app.py:1 in f", lambda file: file == __file__)

    def application() -> str | None:
        return frame.sent_from()

    assert application() == "app.py:1 in f"
    trace = frame.take()
    assert trace is not None
    assert trace.tb_frame.f_code.co_name == "test_the_outermost_frame_of_the_project_is_kept"
    assert frame.take() is None


def test_a_frame_below_all_others() -> None:
    """A thread begins with frames that no machinery called."""
    import threading

    frame = TestFrame(lambda: None, lambda file: False)
    thread = threading.Thread(target=frame.sent_from)
    thread.start()
    thread.join()
    assert frame.take() is None
