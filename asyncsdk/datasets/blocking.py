"""Data sets from code without a loop: batches and backfills on a loop of their own, in a thread of their own.

So they work in any worker of an engine of others, and under a loop that runs already, as in a notebook.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import suppress
from datetime import timedelta
from functools import partial
from importlib.util import find_spec
from inspect import signature
from threading import Thread, current_thread
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self
from weakref import finalize

import anyio
from anyio.from_thread import BlockingPortal, start_blocking_portal
from attrs import frozen

from ..errors import ConfigurationError
from ..fanout.progress import Progress
from ..fanout.run import OnError
from ..http.redact import is_sensitive, sensitive_values
from ..later import Later
from .covering import Coverage, coverage as against
from .dataset import declared
from .plan import Plan
from .protocol import Sink
from .pull import DataSets
from .report import Report
from .stream import Batches

if TYPE_CHECKING:
    import pyarrow as pa
else:
    pa = Later("pyarrow")


class Connected(Protocol):
    """A client, as far as it matters here."""

    @property
    def datasets(self) -> DataSets:
        """What can be pulled with it."""
        ...

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None: ...


Connect = Callable[[], Connected]
"""Makes a client where the work is done: its class, or `functools.partial` of that. It pickles, and no key travels with it."""


def check_recipe(connect: Connect) -> None:
    """Refuse to take a key along to another process.

    Raises:
        ConfigurationError: `connect` is a `functools.partial` that holds one.
    """
    if isinstance(connect, partial):
        given = signature(connect.func).bind_partial(*connect.args, **connect.keywords).arguments
        for name, value in given.items():
            inner = value if isinstance(value, Mapping) else {name: value}
            for each, held in inner.items():
                if (is_sensitive(each) and held is not None) or any(sensitive_values(held)):
                    raise ConfigurationError(
                        f"connect holds {each}, which must not travel to another process: leave it out, and it is read from the "
                        "environment there, or give a function of a module that makes the client"
                    )


def read(plan: Plan, connect: Connect, *, concurrency: int = 16, ordered: bool = False) -> Reader:
    """The rows of a plan as Arrow record batches, for code without a loop.

    ::

        plan = analytics.plan("all", start, end)
        duckdb.from_arrow(asyncsdk.datasets.read(plan, UnleashAnalytics))

    Nothing is asked for before it is iterated. Each iteration is a fan-out of its own, which ends with it: when it has given all,
    fails, or is dropped.

    Args:
        plan: what to read.
        connect: makes the client: its class, which finds its credentials where it is called, or a `functools.partial` of it.
        concurrency: how many pages are asked for at once.
        ordered: in the plan's order; otherwise as they arrive.

    Returns:
        An iterable of `pyarrow.RecordBatch` with a ``schema``, which pyarrow, DuckDB and polars also take as a stream
        (``__arrow_c_stream__``), and which pickles.

    Raises:
        SDKError: from the iteration: what the first failed shard met, or what is missing for the client.
    """
    return Reader(plan, connect, concurrency, ordered)


def backfill(
    plan: Plan,
    connect: Connect,
    sink: Sink,
    *,
    concurrency: int = 16,
    settle: timedelta = timedelta(0),
    refresh: bool = False,
    on_error: OnError = "raise",
    on_progress: Callable[[Progress], None] | None = None,
) -> Report:
    """Write a plan into a sink exactly once, as `Pull.backfill`, from code without a loop.

    Args:
        plan: what to fetch.
        connect: makes the client, as for `read`.
        sink: where to.
        concurrency: as in `Pull.backfill`.
        settle: as there.
        refresh: as there.
        on_error: as there.
        on_progress: as there; called in another thread.

    Raises:
        SDKError: what the first failed shard met, with ``.shard``.
        OSError: what the sink met.
    """

    async def work() -> Report:
        async with connect() as client:
            return await client.datasets[plan.dataset].backfill(
                plan,
                sink,
                concurrency=concurrency,
                settle=settle,
                refresh=refresh,
                on_error=on_error,
                on_progress=on_progress,
            )

    with start_blocking_portal(**_loop()) as portal:
        return portal.call(work)


def coverage(plan: Plan, sink: Sink, connect: Connect | None = None) -> Coverage:
    """How much of a plan a sink has, as `Pull.coverage`, from code without a loop.

    Args:
        plan: what there is to do in all.
        sink: where to.
        connect: makes the client that lists the keys; for a plan of ``"all"`` only.

    Raises:
        TypeError: the plan's keys are not known, and there is nothing to connect with.
    """

    async def work() -> Coverage:
        if plan.keys != "all" or connect is None:
            return await against(plan, sink)
        async with connect() as client:
            return await client.datasets[plan.dataset].coverage(plan, sink)

    with start_blocking_portal(**_loop()) as portal:
        return portal.call(work)


def _loop() -> dict[str, Any]:
    return {"backend": "asyncio", "backend_options": {"use_uvloop": find_spec("uvloop") is not None}}


@frozen
class Reader:
    """What `read` gives: an iterable of record batches, each iteration of which fetches them anew.

    Attributes:
        plan: what to read.
        connect: makes the client.
        concurrency: how many pages are asked for at once.
        ordered: in the plan's order; otherwise as they arrive.
    """

    plan: Plan
    connect: Connect
    concurrency: int = 16
    ordered: bool = False

    def __reduce__(self) -> tuple[Any, ...]:
        check_recipe(self.connect)
        return Reader, (self.plan, self.connect, self.concurrency, self.ordered)

    @property
    def schema(self) -> pa.Schema:
        """The schema of the batches, known before the first.

        Raises:
            ConfigurationError: the extra ``arrow`` is not installed.
        """
        try:
            return declared(self.plan.dataset).schema()
        except ConfigurationError:  # in a process that has not met the client yet
            return self.connect().datasets[self.plan.dataset].schema()

    def __iter__(self) -> Reading:
        return Reading(self)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The stream by Arrow's own protocol."""
        import pyarrow as pa

        return pa.RecordBatchReader.from_batches(self.schema, iter(self)).__arrow_c_stream__(requested_schema)


class Reading(Iterator["pa.RecordBatch"]):
    """One iteration of a `Reader`; dropping it ends it."""

    def __init__(self, reader: Reader) -> None:
        self._life = _Life(reader)
        # Not `__del__`: this is called at the end of the interpreter, too, while its threads still run.
        self._end = finalize(self, self._life.end)

    def __next__(self) -> pa.RecordBatch:
        if not self._end.alive:
            raise StopIteration
        try:
            batch = self._life.next()
        except BaseException:
            self.close()
            raise
        if batch is None:
            self.close()
            raise StopIteration
        return batch

    def close(self) -> None:
        """Stop everything at once; may be called again."""
        self._end()


class _Life:
    """A fan-out on a loop of its own: opened and closed by one task, read from another thread, and never further than asked for.

    Raises:
        Exception: what opening it met.
    """

    def __init__(self, reader: Reader) -> None:
        self._opened: Future[_Opened] = Future()
        self._thread = Thread(target=self._run, args=(reader,), name="asyncsdk-read", daemon=True)
        self._thread.start()
        try:
            self._opened.result()
        except BaseException:  # interrupted: nobody will ask for it any more
            self._opened.add_done_callback(self._leave)
            raise

    def next(self) -> pa.RecordBatch | None:
        """The next batch; None at the end."""
        opened = self._opened.result()
        return opened.portal.call(_next, opened.batches)

    def end(self) -> None:
        """Leave everything, and wait until that is done, unless the garbage collector came by in the loop's own thread."""
        self._leave(self._opened)
        if current_thread() is not self._thread:
            self._thread.join()

    def _leave(self, opened: Future[_Opened]) -> None:
        if opened.exception() is not None:
            return
        portal, stop = opened.result().portal, opened.result().stop
        if current_thread() is self._thread:
            stop.set()
            return
        with suppress(RuntimeError):  # it has ended
            portal.start_task_soon(stop.set)

    def _run(self, reader: Reader) -> None:
        try:
            anyio.run(self._serve, reader, **_loop())
        except BaseException as error:  # noqa: BLE001  # whoever waits for it is to have it
            if not self._opened.done():
                self._opened.set_exception(error)

    async def _serve(self, reader: Reader) -> None:
        async with reader.connect() as client:
            data = client.datasets[reader.plan.dataset]
            async with (
                data.fan_out(reader.plan, concurrency=reader.concurrency, ordered=reader.ordered) as stream,
                BlockingPortal() as portal,
            ):
                stop = anyio.Event()
                self._opened.set_result(_Opened(portal, stop, stream.batches()))
                await stop.wait()
                await portal.stop(cancel_remaining=True)


@frozen
class _Opened:
    portal: BlockingPortal
    stop: anyio.Event
    batches: Batches[Any]


async def _next(batches: Batches[Any]) -> pa.RecordBatch | None:
    return await anext(batches, None)
