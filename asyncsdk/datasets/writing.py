"""A plan into a sink, exactly once, across crashes.

The sink is the ledger: what it says is done is not fetched again, and a shard is done when the sink has committed it, not when its
rows were read. Many pages are fetched at once, several shards are written at once, each in page order.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import anyio
from attrs import evolve

from ..codec import Model
from ..columns.arrow import loaded
from .covering import finished
from .ledger import Ledger, Refresh
from .stream import RowStream
from .todo import Todo

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..client import Client
    from ..fanout.progress import Progress
    from ..fanout.run import OnError
    from .dataset import Dataset
    from .plan import Plan
    from .protocol import Form, Sink, Writer
    from .report import Report
    from .shard import Shard

M = TypeVar("M", bound=Model)


async def backfill(
    client: Client,
    dataset: Dataset[M],
    plan: Plan,
    sink: Sink,
    *,
    concurrency: int,
    settle: timedelta,
    refresh: bool,
    on_error: OnError,
    on_progress: Callable[[Progress], None] | None,
) -> Report:
    """See `Pull.backfill`."""
    if settle < timedelta(0):
        raise ValueError(f"settle must not be negative, not {settle!r}")
    clock = client.clock
    began = clock.monotonic()
    done = await finished(sink, plan)
    todo = Todo(plan, Refresh(done) if refresh else Ledger(done), refreshed=refresh, settle=settle, clock=clock)
    form: Form = getattr(sink, "form", "rows")
    if form == "arrow":
        await loaded()
    stream = RowStream(
        client,
        dataset,
        todo,
        concurrency=concurrency,
        order="shard",
        on_error=on_error,
        form=form,
        most_open=concurrency,
    )
    todo.progress = stream.progress
    stream.progress.total_shards = todo.length
    async with stream:
        if on_progress is not None:
            on_progress(stream.progress)
        writing = _Writing(stream, sink, form, concurrency, on_progress)
        await writing.run()
    return evolve(
        stream.report(),
        shards=writing.committed,
        provisional=writing.provisional,
        seconds=clock.monotonic() - began,
    )


class _Writing:
    """Takes the pages of a stream and hands each to the task that writes its shard.

    Args:
        stream: pages in page order within each shard.
        sink: where they go.
        form: what the sink is given.
        most: how many shards may be committing at once.
        on_progress: called after each page and each commit.
    """

    def __init__(
        self, stream: RowStream[Any], sink: Sink, form: Form, most: int, on_progress: Callable[[Progress], None] | None
    ) -> None:
        self._stream = stream
        self._sink = sink
        self._form = form
        # Only what needs no further page holds a place: whoever waits for one keeps nobody from ending.
        self._committing = anyio.Semaphore(most)
        self._on_progress = on_progress
        self._open: dict[Shard, _Slot] = {}
        self._error: BaseException | None = None
        self._told = 0
        self.committed = 0
        self.provisional = 0

    async def run(self) -> None:
        """Until everything is committed; the first error ends it, unwrapped."""
        async with anyio.create_task_group() as group:
            try:
                while (delivery := await self._stream.deliveries()) is not None:
                    await self._write(group, delivery.walk.key, delivery.page.items, last=delivery.last)
                    self._drop_failed()
                    self._tell()
                self._drop_failed()
            except Exception as error:  # noqa: BLE001  # the group would wrap it
                self._stop(group, error)
        if self._error is not None:
            raise self._error

    async def _write(self, group: anyio.abc.TaskGroup, shard: Shard, items: Any, *, last: bool) -> None:
        slot = self._open.get(shard)
        if slot is None:
            slot = self._open[shard] = _Slot()
            group.start_soon(self._write_shard, group, shard, slot)
        if last:
            await self._committing.acquire()
            slot.committing = True
        try:
            await slot.send.send(items)
        except anyio.BrokenResourceError:  # its task has failed, and says so itself
            return
        if last:
            self._open.pop(shard, None)
            slot.send.close()

    async def _write_shard(self, group: anyio.abc.TaskGroup, shard: Shard, slot: _Slot) -> None:
        """One shard, from its first page to its commit."""
        try:
            with slot.scope, slot.receive:
                async with self._sink.open(shard) as writer:
                    await self._copy(writer, slot)
                self.committed += 1
                self.provisional += not shard.settled
                self._tell()
        # A disk that is full concerns all shards; and an exit breaks off the loop itself, with tasks not begun, unless it is
        # raised by the caller's own task.
        except (Exception, SystemExit, KeyboardInterrupt) as error:  # noqa: BLE001
            self._stop(group, error)
        finally:
            slot.send.close()
            if slot.committing:
                self._committing.release()

    async def _copy(self, writer: Writer, slot: _Slot) -> None:
        async for items in slot.receive:
            if len(items):
                # The rows of a page are made now, in a list, which a sink may do with as it likes.
                await writer.write(items if self._form == "arrow" else list(items))

    def _drop_failed(self) -> None:
        """Let go of shards whose pages could not all be had: leaving their sink by cancellation leaves no file."""
        for failure in self._stream.failures[self._told :]:
            slot = self._open.pop(failure.key, None)
            if slot is not None:
                slot.scope.cancel()
        self._told = len(self._stream.failures)

    def _stop(self, group: anyio.abc.TaskGroup, error: BaseException) -> None:
        if self._error is None:
            self._error = error
        group.cancel_scope.cancel()

    def _tell(self) -> None:
        if self._on_progress is not None:
            self._on_progress(self._stream.progress)


class _Slot:
    """A shard that is open in the sink: one page may wait for its writer."""

    def __init__(self) -> None:
        self.send, self.receive = anyio.create_memory_object_stream[Any](1)
        self.scope = anyio.CancelScope()
        self.committing = False
