"""The event loop a command runs on, and how it is told to stop."""

from __future__ import annotations

import os
import signal
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING, TypeVar

import anyio
import typer

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from types import FrameType

T = TypeVar("T")

INTERRUPTED = 130
TERMINATED = 143


def run(work: Callable[[], Awaitable[T]], *, on_stop: Callable[[], object] | None = None) -> T:
    """Run a command's work on asyncio, with uvloop where it is installed.

    Ctrl-C and SIGTERM (a container that is stopped) cancel the work, which cleans up behind itself. A reader of our output
    that has had enough, such as ``head``, is no failure.

    Args:
        work: a coroutine function.
        on_stop: called after Ctrl-C or SIGTERM, once the work has ended: what to tell the user.

    Raises:
        typer.Exit: stopped by a signal (130 or 143), or by the reader of our output (0).
    """
    terminated: list[int] = []
    before = signal.signal(signal.SIGTERM, _interrupting(terminated))
    try:
        return anyio.run(work, backend="asyncio", backend_options={"use_uvloop": find_spec("uvloop") is not None})
    except KeyboardInterrupt:
        if on_stop is not None:
            on_stop()
        raise typer.Exit(TERMINATED if terminated else INTERRUPTED) from None
    except BrokenPipeError:
        _discard_output()
        raise typer.Exit(0) from None
    finally:
        signal.signal(signal.SIGTERM, before)


def _interrupting(received: list[int]) -> Callable[[int, FrameType | None], None]:
    """A handler that does what Ctrl-C does, and notes that it was called."""

    def interrupt(number: int, _: FrameType | None) -> None:
        received.append(number)
        signal.raise_signal(signal.SIGINT)

    return interrupt


def _discard_output() -> None:
    """What is left in the buffer of stdout has no reader: the interpreter must not fail on it when it ends."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, sys.stdout.fileno())
    os.close(null)
