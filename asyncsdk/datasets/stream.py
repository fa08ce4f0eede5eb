"""Rows of many keys and windows as one stream, one by one or as Arrow record batches."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable, Callable, Iterable, Iterator, Sequence
from contextlib import aclosing, nullcontext
from datetime import datetime
from functools import partial
from math import inf
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from anyio import move_on_after
from attrs import evolve

from ..client import Client
from ..codec import Model
from ..columns.arrow import check_installed, loaded
from ..columns.frames import arrow_of_batches, as_pandas, as_polars
from ..errors import DecodeError, SDKError
from ..fanout.run import OnError, Run
from ..fanout.schedule import Order
from ..later import Later
from ..paging import Fetch, Page, Pager, Trail
from ..paging.streamed import LongAnswer
from ..times import since_epoch
from .columns import Columns
from .dataset import Dataset
from .protocol import Form
from .report import Report
from .shard import Shard, UnusableKey
from .text import HEARTBEAT, event, events, ndjson_lines

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa
else:
    pd = Later("pandas")
    pl = Later("polars")
    pa = Later("pyarrow")

M = TypeVar("M", bound=Model)

# Milliseconds lie above this, seconds below, from 1973 on.
_LEAST = 10**11


class RowStream(Run[Shard, Any], Generic[M]):
    """What `Pull.fan_out` gives: enter it, then iterate it, or its `batches`; one of the two.

    Attributes:
        progress: counters, up to date at any time.
        failures: the shards that failed so far, with ``on_error="collect"``; ``Plan.of(stream.failures)`` is a plan of them.
        warnings: what there is to know of the rows that have arrived, such as what the service has cut short, by shard; the first
            1,000, ``progress.warnings`` counts all.
        shard: the one that the row given last belongs to, or the batch; None before the first.
    """

    def __init__(
        self,
        client: Client,
        dataset: Dataset[M],
        shards: Iterable[Shard] | AsyncIterable[Shard],
        *,
        concurrency: int,
        order: Order,
        on_error: OnError,
        form: Form | None = None,
        most_open: int | None = None,
    ) -> None:
        super().__init__(
            shards, self._pager, concurrency=concurrency, order=order, on_error=on_error, most_open=most_open
        )
        self.shard: Shard | None = None
        self._client = client
        self._dataset = dataset
        self._form: Form | None = form
        self._items: Iterator[M] = iter(())
        self._answers: set[LongAnswer[M]] = set()
        self._began: float | None = None

    async def __aenter__(self) -> Self:
        self._began = self._client.clock.monotonic()
        return await super().__aenter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            await super().__aexit__(kind, error, traceback)
        finally:
            for each in self._answers:
                await each.aclose()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._dataset.id}: {self.progress.summary()}>"

    def __aiter__(self) -> Self:
        self._use("rows")
        return self

    async def __anext__(self) -> M:
        while True:
            for row in self._items:
                return row
            self._use("rows")
            delivery = await self.deliveries()
            if delivery is None:
                raise StopAsyncIteration
            self.shard = delivery.walk.key
            self._items = iter(delivery.page.items)

    @property
    def schema(self) -> pa.Schema:
        """The schema of its batches, known before the first.

        Raises:
            ConfigurationError: the extra ``arrow`` is not installed.
        """
        return self._dataset.schema()

    def report(self) -> Report:
        """What it has done so far, as a backfill reports it: all of its shards, and none of them provisional, for it writes none."""
        progress = self.progress
        return Report(
            shards=progress.shards,
            provisional=0,
            skipped=progress.skipped,
            pages=progress.pages,
            rows=progress.rows,
            bytes=progress.bytes,
            retries=progress.retries,
            outside=progress.outside,
            seconds=0.0 if self._began is None else self._client.clock.monotonic() - self._began,
            failures=tuple(self.failures),
            warnings=tuple(self.warnings),
            warned=progress.warnings,
        )

    def batches(self) -> Batches[M]:
        """The rows as Arrow record batches, one a page, of one `schema`; empty ones are left out.

        Raises:
            ConfigurationError: the extra ``arrow`` is not installed.
            RuntimeError: the stream is being iterated row by row already.
        """
        check_installed()
        self._use("arrow")
        return Batches(self)

    def ndjson(self) -> AsyncGenerator[bytes, None]:
        """The rows as lines of JSON, just as the service sent them, a piece of bytes a page.

        ::

            return StreamingResponse(analytics.fan_out(device, start, end).ndjson(), media_type="application/x-ndjson")

        Where the stream has not been entered, its pieces enter it when the first is asked for, and leave it at the end and when they
        are closed, whichever task does so. Nothing is fetched faster than pieces are taken.

        Raises:
            RuntimeError: the stream is being read as batches already.
        """
        self._use("rows")
        return self._pieces(ndjson_lines)

    def sse(self, *, heartbeat: float | None = 15.0) -> AsyncGenerator[bytes, None]:
        """The rows as server-sent events, one a row, for an ``EventSource`` in a browser; entered and left as `ndjson` is.

        At the end comes an event ``end`` with the number of rows, upon which a page closes its ``EventSource``: it would ask again
        otherwise. An error is an event ``failed`` that names its class alone; it is raised after that.

        Args:
            heartbeat: seconds of silence after which a comment is sent, so that nothing in between takes the connection for dead.

        Raises:
            RuntimeError: the stream is being read as batches already.
        """
        self._use("rows")
        return self._as_events(heartbeat)

    async def _as_events(self, heartbeat: float | None) -> AsyncGenerator[bytes, None]:
        try:
            async with aclosing(self._pieces(ndjson_lines, heartbeat)) as pieces:
                async for piece in pieces:
                    yield events(piece) or HEARTBEAT
        except SDKError as error:
            yield event("failed", {"error": type(error).__name__})
            raise
        yield event("end", {"rows": self.progress.rows})

    async def _pieces(
        self, write: Callable[[Columns, Any, str | None], bytes], heartbeat: float | None = None
    ) -> AsyncGenerator[bytes, None]:
        """What is written of each page; an empty piece after so many seconds of silence."""
        async with nullcontext() if self._entered else self:
            while True:
                delivery = None
                with move_on_after(inf if heartbeat is None else heartbeat) as silence:
                    delivery = await self.deliveries()
                if silence.cancelled_caught:
                    yield b""
                elif delivery is None:
                    return
                elif len(delivery.page.items):
                    self.shard = delivery.walk.key
                    yield write(self._dataset.columns, list(delivery.page.items), delivery.walk.key.key)

    async def to_arrow(self) -> pa.Table:
        """All that is still to come as an Arrow table, of the `schema` also where there is no row.

        Raises:
            ConfigurationError: the extra ``arrow`` is not installed.
            RuntimeError: the stream is being iterated row by row already.
        """
        await loaded()
        return await arrow_of_batches(self.batches(), self.schema)

    async def to_polars(self) -> pl.DataFrame:
        """The same as a polars frame; it takes the extra ``polars``."""
        return await as_polars(self.to_arrow)

    async def to_pandas(self) -> pd.DataFrame:
        """The same as a pandas frame of Arrow's types, in which null is no float; it takes the extra ``pandas``."""
        return await as_pandas(self.to_arrow)

    @property
    def _grows(self) -> bool:
        return self._form != "arrow" or self._dataset.read_fast is None

    def _use(self, form: Form) -> None:
        if self._form not in (None, form):
            raise RuntimeError("a stream is read as rows or as batches, not both")
        self._form = form

    def _pager(self, shard: Shard) -> Pager[Any]:
        if isinstance(shard.key, UnusableKey):
            raise DecodeError(
                f"the service lists {str(shard.key)!r} among the keys of {self._dataset.id}: no request can name it"
            )
        form: Form = "rows" if self._form is None else self._form
        where = (self._client, shard.key or "", shard.start or 0, shard.end or 0)
        if self._dataset.read_fast is not None:
            return self._dataset.read_fast(*where, form, self._leave_out)
        pager = self._dataset.read(*where)
        if isinstance(pager, LongAnswer):
            self._answers.add(pager)
        return _Changed(pager, partial(self._as_asked, shard))

    def _as_asked(self, shard: Shard, items: Sequence[M]) -> Any:
        inside = self._inside(shard, items)
        return self._dataset.columns.to_batch(inside, shard.key) if self._form == "arrow" else inside

    def _inside(self, shard: Shard, items: Sequence[M]) -> Sequence[M]:
        """The rows that belong to a shard. One whose time cannot be read stays with what it came for: nothing is lost."""
        if self._dataset.time is None or shard.start is None or shard.end is None:
            return items
        times = ((each, row_time(getattr(each, self._dataset.time, None))) for each in items)
        kept = [each for each, time in times if time is None or shard.start <= time < shard.end]
        self._leave_out(len(items) - len(kept))
        return kept

    def _leave_out(self, rows: int) -> None:
        self.progress.outside += rows


def row_time(value: Any) -> int | None:
    """A row's time since the epoch; None where it cannot be read."""
    if isinstance(value, datetime):
        return since_epoch(value) if value.tzinfo is not None else None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return int(value if abs(value) >= _LEAST else value * 1000)
    return None


class _Changed(Pager[Any]):
    """The pages of another pager, each with other items; what that one gives only once is given once here too."""

    def __init__(self, pager: Pager[Any], change: Callable[[Sequence[Any]], Any]) -> None:
        super().__init__(pager.page, numbered=pager.numbered)
        self._pager = pager
        self._change = change

    def begin(self) -> Fetch[Any]:
        trail: Trail[Any] = Trail()

        async def fetch(cursor: str | None) -> Page[Any]:
            page = await trail.page(self._pager, cursor)
            return evolve(page, items=self._change(page.items))

        return fetch


class Batches(Generic[M]):
    """The record batches of a stream."""

    def __init__(self, stream: RowStream[M]) -> None:
        self._stream = stream

    @property
    def schema(self) -> pa.Schema:
        """The schema of all of them."""
        return self._stream.schema

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> pa.RecordBatch:
        await loaded()
        while (delivery := await self._stream.deliveries()) is not None:
            if len(delivery.page.items):
                self._stream.shard = delivery.walk.key
                return delivery.page.items
        raise StopAsyncIteration
