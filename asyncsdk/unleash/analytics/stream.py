"""Rows of many devices and windows as one stream, one by one or as Arrow record batches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from ...fanout.run import OnError, Run
from ...times import instant
from .pages import read_inside

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Collection, Iterable, Iterator

    import pyarrow as pa

    from ...client import Decoder
    from ...datasets.plan import Shard
    from ...datasets.protocol import Form
    from ...fanout.schedule import Order
    from ...http.reply import Reply
    from ...paging import Pager
    from .client import UnleashAnalytics
    from .rows import AnalyticsRow


class RowStream(Run["Shard", Any]):
    """What `UnleashAnalytics.fan_out` gives: enter it, then iterate it, or its `batches`; one of the two.

    Attributes:
        progress: counters, up to date at any time.
        failures: the shards that failed so far, with ``on_error="collect"``; ``Plan.of(stream.failures)`` is a plan of them.
    """

    def __init__(
        self,
        analytics: UnleashAnalytics,
        plan: Iterable[Shard] | AsyncIterable[Shard],
        *,
        concurrency: int,
        order: Order,
        on_error: OnError,
        form: Form | None = None,
        most_open: int | None = None,
    ) -> None:
        super().__init__(
            plan, self._pager, concurrency=concurrency, order=order, on_error=on_error, most_open=most_open
        )
        self._analytics = analytics
        self._form = form
        self._items: Iterator[AnalyticsRow] = iter(())

    def __aiter__(self) -> Self:
        self._use("rows")
        return self

    async def __anext__(self) -> AnalyticsRow:
        while True:
            for row in self._items:
                return row
            self._use("rows")
            delivery = await self.deliveries()
            if delivery is None:
                raise StopAsyncIteration
            self._items = iter(delivery.page.items)

    def batches(self) -> Batches:
        """The rows as Arrow record batches, one a page, of one schema (`asyncsdk.columns`); empty ones are left out.

        Raises:
            ConfigurationError: the extra ``arrow`` is not installed.
            RuntimeError: the stream is being iterated row by row already.
        """
        from ...columns.arrow import required

        required()
        self._use("arrow")
        return Batches(self)

    @property
    def _grows(self) -> bool:
        return self._form != "arrow"

    def _use(self, form: Form) -> None:
        if self._form not in (None, form):
            raise RuntimeError("a stream is read as rows or as batches, not both")
        self._form = form

    def _pager(self, shard: Shard) -> Pager[Any]:
        from .client import ROWS

        read = self._batch_of(shard) if self._form == "arrow" else self._rows_of(shard)
        return self._analytics.walk(ROWS, shard.device, shard.start, shard.end, read)

    def _rows_of(self, shard: Shard) -> Decoder[tuple[Any, int | None]]:
        start, end = instant(shard.start), instant(shard.end)

        def read(reply: Reply) -> tuple[Collection[AnalyticsRow], int | None]:
            rows, outside, total = read_inside(reply, start, end)
            self.progress.outside += outside
            return rows, total

        return read

    def _batch_of(self, shard: Shard) -> Decoder[tuple[Any, int | None]]:
        from ...columns import clip
        from .page import decode_page

        def read(reply: Reply) -> tuple[pa.RecordBatch, int | None]:
            page = decode_page(reply.body, unreadable=reply.unreadable)
            batch, outside = clip(page.batch, "timestamp", shard.start, shard.end)
            self.progress.outside += outside
            return batch, page.total_pages

        return read


class Batches:
    """The record batches of a stream."""

    def __init__(self, stream: RowStream) -> None:
        self._stream = stream

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> pa.RecordBatch:
        while (delivery := await self._stream.deliveries()) is not None:
            if len(delivery.page.items):
                return delivery.page.items
        raise StopAsyncIteration
