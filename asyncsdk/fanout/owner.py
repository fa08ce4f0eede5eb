"""The task that a fan-out's workers belong to, which is nobody's child.

A task group can be left by the task that entered it alone, and it cancels that task. A fan-out is left by whoever closes the async
generator around it: a web server, a pipeline, the event loop. So its group is entered here, and whoever leaves only says so.
"""

from __future__ import annotations

import sys
from contextvars import copy_context
from typing import TYPE_CHECKING, Any

import anyio

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Coroutine

_NAME = "asyncsdk fan-out"

# An event loop of asyncio's does not keep its tasks alive.
_running: set[asyncio.Task[None]] = set()


class Owner:
    """Runs workers from now on, in a copy of this context.

    Args:
        work: what each worker does.
        workers: how many there are.
        ended: called when all are gone, whatever made them go, with `failure`.

    Attributes:
        failure: what a worker raised, unless it was a cancellation.
    """

    def __init__(
        self, work: Callable[[], Coroutine[Any, Any, None]], workers: int, ended: Callable[[BaseException | None], None]
    ) -> None:
        self.failure: BaseException | None = None
        self._work = work
        self._workers = workers
        self._ended = ended
        self._scope = anyio.CancelScope()
        self._gone = anyio.Event()
        self._loop = _this_loop()
        _spawn(self._hold, self._let_go)

    async def stop(self) -> None:
        """Cancel the workers and wait until they are gone, whatever becomes of the caller meanwhile.

        Raises:
            RuntimeError: they run in another event loop.
        """
        if self._gone.is_set():
            return
        if _this_loop() is not self._loop:
            raise RuntimeError("this fan-out runs in another event loop, and can be left in that one only")
        self._scope.cancel()
        with anyio.CancelScope(shield=True):
            await self._wait()

    async def _wait(self) -> None:
        try:
            await self._gone.wait()
        except anyio.get_cancelled_exc_class():  # by `Task.cancel` of asyncio, which knows no shield
            await self._wait()
            raise

    async def _hold(self) -> None:
        workers = [self._work() for _ in range(self._workers)]
        try:
            with self._scope:
                async with anyio.create_task_group() as group:
                    for worker in workers:
                        group.start_soon(_given, worker, name=f"{_NAME}, a worker")
        except anyio.get_cancelled_exc_class():  # the event loop ends; there is nobody above to be told
            return
        except BaseException as error:  # noqa: BLE001  # on trio it would end the whole run
            self.failure = _first(error)
        finally:
            for worker in workers:
                worker.close()  # one that was cancelled before its first step would warn that nobody awaited it

    def _let_go(self) -> None:
        self._gone.set()
        self._ended(self.failure)


def _given(worker: Coroutine[Any, Any, None]) -> Coroutine[Any, Any, None]:
    return worker


def _this_loop() -> object:
    from anyio.lowlevel import current_token  # its import takes a while

    return current_token().native_token


def _spawn(main: Callable[[], Coroutine[Any, Any, None]], ended: Callable[[], None]) -> None:
    """Run `main`, which raises nothing, in a task without a parent; `ended` is called even if it never gets to run."""
    trio = sys.modules.get("trio")
    if trio is not None and trio.lowlevel.in_trio_task():

        async def run() -> None:
            try:
                await main()
            finally:
                ended()

        trio.lowlevel.spawn_system_task(run, name=_NAME, context=copy_context())
        return
    import asyncio

    task = asyncio.create_task(main(), name=_NAME)
    _running.add(task)
    task.add_done_callback(_running.discard)
    task.add_done_callback(lambda _: ended())


def _first(error: BaseException) -> BaseException:
    """The first of the errors that a task group puts together."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
