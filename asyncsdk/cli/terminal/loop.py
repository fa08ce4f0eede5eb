"""The event loop a command runs on, and how it is told to stop."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING, TypeVar

import anyio
import typer

from .problems import Problem, sentence
from .signals import Stopped, ending, restored

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from signal import Signals

    from anyio.abc import TaskStatus

T = TypeVar("T")

# All but a cancellation. Task groups would wrap them.
_FAILURES = (Exception, KeyboardInterrupt, SystemExit, BaseExceptionGroup)


def run(work: Callable[[], Awaitable[T]], *, on_stop: Callable[[], object] | None = None) -> T:
    """Run a command's work on asyncio, with uvloop where it is installed.

    Ctrl-C, SIGTERM (a container that is stopped) and SIGHUP (a terminal that is closed) cancel the work, which cleans up behind
    itself.

    Args:
        work: a coroutine function.
        on_stop: called after Ctrl-C or such a signal, once the work has ended: what to tell the user.

    Raises:
        KeyboardInterrupt: stopped by Ctrl-C.
        Stopped: stopped by another signal.
        Problem: what the work uses raised what would end the program with no word, or with success.
    """
    results: list[T] = []
    failures: list[BaseException] = []

    async def main() -> None:
        try:
            results.append(await heeding_signals(work))
        except _FAILURES as error:  # raised below: asyncio would log what ends a loop that is closing already
            failures.append(error)

    try:
        anyio.run(main, backend="asyncio", backend_options={"use_uvloop": find_spec("uvloop") is not None})
        for error in failures:
            raise error
    except (KeyboardInterrupt, Stopped):
        if on_stop is not None:
            on_stop()
        raise
    except (SystemExit, typer.Exit, typer.Abort, BaseExceptionGroup) as error:
        raise Problem(sentence(error)) from error
    return results[0]


async def heeding_signals(work: Callable[[], Awaitable[T]]) -> T:
    """Do some work, and cancel it when a signal tells the process to end.

    Args:
        work: a coroutine function.

    Raises:
        Stopped: it was cancelled.
    """
    signals = [] if sys.platform == "win32" else ending()  # Windows ends a process without telling it
    if not signals:
        return await work()
    told: list[int] = []
    results: list[T] = []
    failures: list[BaseException] = []
    with restored(signals):
        async with anyio.create_task_group() as group:
            with anyio.CancelScope() as scope:
                await group.start(_watch, signals, told, scope)
                try:
                    results.append(await work())
                except _FAILURES as error:
                    failures.append(error)
            group.cancel_scope.cancel()
    for failure in failures:
        raise failure
    if not results:
        raise Stopped(told[0])
    return results[0]


async def _watch(
    signals: list[Signals], told: list[int], scope: anyio.CancelScope, *, task_status: TaskStatus[None]
) -> None:
    with anyio.open_signal_receiver(*signals) as received:
        task_status.started()
        async for number in received:
            told.append(number)
            scope.cancel()
