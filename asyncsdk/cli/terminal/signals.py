"""The signals that tell a process to end: SIGTERM, as when a container is stopped, and SIGHUP, when its terminal is gone.

Neither goes by way of Ctrl-C, which a shell has the jobs ignore that a script starts with ``&``.
"""

from __future__ import annotations

import signal
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from types import FrameType

INTERRUPTED = 128 + signal.SIGINT
"""The exit code after Ctrl-C."""


class Stopped(SystemExit):
    """A signal has told the process to end.

    Attributes:
        code: the exit code that says so: 128 and the signal's number.
    """

    def __init__(self, number: int) -> None:
        super().__init__(128 + number)


def ending() -> list[signal.Signals]:
    """The signals that end this process; SIGHUP only where nobody had it ignored, as ``nohup`` does."""
    if threading.current_thread() is not threading.main_thread():
        return []  # they are the main thread's
    if sys.platform == "win32" or signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        return [signal.SIGTERM]
    return [signal.SIGTERM, signal.SIGHUP]


@contextmanager
def raising() -> Iterator[None]:
    """Within the block such a signal raises `Stopped`, as Ctrl-C raises KeyboardInterrupt."""
    numbers = ending()
    with restored(numbers):
        for number in numbers:
            signal.signal(number, _stop)
        yield


@contextmanager
def restored(numbers: Collection[signal.Signals]) -> Iterator[None]:
    """After the block these signals have the handlers that they had before."""
    before = {number: signal.getsignal(number) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _stop(number: int, _: FrameType | None) -> None:
    raise Stopped(number)
