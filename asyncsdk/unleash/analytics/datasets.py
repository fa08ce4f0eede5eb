"""What can be pulled of the Analytics API: the rows of all devices, over any range of time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...datasets.dataset import Dataset
from ...datasets.pull import DataSets
from ...paging import Pager, at_once
from ...times import instant
from .pages import read_inside, read_page
from .queries import DEVICES, ROWS, read_listed, walk
from .rows import AnalyticsRow

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    import pyarrow as pa

    from ...client import Client, Decoder
    from ...datasets.protocol import Form
    from ...http.reply import Reply


def _devices(client: Client) -> Pager[str]:
    return at_once(lambda: client.call(DEVICES, into=read_listed))


def _read(client: Client, device: str, start: int, end: int) -> Pager[AnalyticsRow]:
    return walk(client, ROWS, device, (start, end), read_page, of=AnalyticsRow)


def _read_fast(  # noqa: PLR0917  # as `ReadsFast` says
    client: Client, device: str, start: int, end: int, form: Form, leave_out: Callable[[int], None]
) -> Pager[Any]:
    """Rows that are made when they are iterated; or columns straight from an answer's bytes."""
    into: Decoder[tuple[Any, int | None]]
    into = _batch_of(start, end, leave_out) if form == "arrow" else _rows_of(start, end, leave_out)
    return walk(client, ROWS, device, (start, end), into)


def _rows_of(start: int, end: int, leave_out: Callable[[int], None]) -> Decoder[tuple[Any, int | None]]:
    first, last = instant(start), instant(end)

    def read(reply: Reply) -> tuple[Collection[AnalyticsRow], int | None]:
        rows, outside, total = read_inside(reply, first, last)
        leave_out(outside)
        return rows, total

    return read


def _batch_of(start: int, end: int, leave_out: Callable[[int], None]) -> Decoder[tuple[Any, int | None]]:
    from ...columns import clip
    from .page import decode_page

    def read(reply: Reply) -> tuple[pa.RecordBatch, int | None]:
        page = decode_page(reply.body, unreadable=reply.unreadable)
        batch, outside = clip(page.batch, "timestamp", start, end)
        leave_out(outside)
        return batch, page.total_pages

    return read


ROWS_OF_DEVICES = Dataset(
    "unleash_analytics.rows",
    AnalyticsRow,
    _read,
    key="device_id",
    keys=_devices,
    time="timestamp",
    read_fast=_read_fast,
)


class AnalyticsDataSets(DataSets):
    """What can be pulled of the Analytics API.

    Attributes:
        rows: the rows of all devices, by device and time.
    """

    def __init__(self, client: Client) -> None:
        super().__init__(client)
        self.rows = self._bound(ROWS_OF_DEVICES)
