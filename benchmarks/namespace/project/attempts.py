"""Sends with every sender, and notes for each what arrived at the listener."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterable

import senders

LOG, NOTES = os.environ["LEAVING_LOG"], os.environ["LEAVING_NOTES"]
# Seconds until what arrived is written by the listener.
SETTLE = float(os.environ["LEAVING_SETTLE"])
sleep = time.sleep


def everything(when: str, names: Iterable[str] | None = None, send: Callable[[str], str] = senders.send) -> None:
    """Send with each of these senders, whatever happens."""
    for name in senders.names() if names is None else [one for one in senders.names() if one in set(names)]:
        before = os.stat(LOG).st_size
        try:
            ended = "real" if senders_said(send(name)) else "answered"
        except BaseException as error:  # the guard ends a thread that outlives its run by SystemExit
            ended = type(error).__name__
        sleep(SETTLE)
        with open(LOG, encoding="utf-8") as log, open(NOTES, "a", encoding="utf-8") as notes:
            log.seek(before)
            arrived = [json.loads(one)["what"] for one in log if one.endswith("\n")]
            notes.write(json.dumps({"when": when, "sender": name, "arrived": arrived, "ended": ended}) + "\n")


def senders_said(text: str) -> bool:
    """Whether the answer is the listener's."""
    return "real" in text
