"""Rows of many keys and windows as one stream, one by one or as Arrow record batches."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from attrs import evolve

from ..codec import Model
from ..columns.frames import arrow_of_batches, as_pandas, as_polars
from ..errors import DecodeError
from ..fanout.run import OnError, Run
from ..paging import Fetch, Page, Pager, Trail
from ..times import since_epoch
from .shard import Shard, UnusableKey
from .streamed import LongAnswer

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Callable, Iterable, Iterator, Sequence
    from types import TracebackType

    import pandas as pd
    import polars as pl
    import pyarrow as pa

    from ..client import Client
    from ..fanout.schedule import Order
    from .dataset import Dataset
    from .protocol import Form

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

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            await super().__aexit__(kind, error, traceback)
        finally:
            for each in self._answers:
                await each.aclose()

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

    def batches(self) -> Batches[M]:
        """The rows as Arrow record batches, one a page, of one `schema`; empty ones are left out.

        Raises:
            ConfigurationError: the extra ``arrow`` is not installed.
            RuntimeError: the stream is being iterated row by row already.
        """
        _ = self.schema  # says what is missing
        self._use("arrow")
        return Batches(self)

    async def to_arrow(self) -> pa.Table:
        """All that is still to come as an Arrow table, of the `schema` also where there is no row.

        Raises:
            ConfigurationError: the extra ``arrow`` is not installed.
            RuntimeError: the stream is being iterated row by row already.
        """
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
        times = ((each, row_time(getattr(each, self._dataset.time))) for each in items)
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
        while (delivery := await self._stream.deliveries()) is not None:
            if len(delivery.page.items):
                self._stream.shard = delivery.walk.key
                return delivery.page.items
        raise StopAsyncIteration
