"""Analytics rows, and the pages they come in (seed 001, "Size Optimized Data" and "Tableau Formatted Data").

A size-optimized page holds the names of its columns in ``keys`` and rows as arrays; a tableau page holds objects. Neither promises
the order of the keys. The common page is decoded by msgspec alone; whatever does not fit its types (another order, an unknown key,
a null, a number in quotes, a time in another form) goes the slow way, row by row, and keeps what the server sent beside each row.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec
from attrs import frozen

from ..codec import WHOLE, Model, from_dict, wire
from ..columns.envelope import UnreadableError, envelope

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..http.reply import Reply

KEYS = [
    "class_name",
    "count",
    "device_id",
    "frame_number",
    "model_id",
    "session_id",
    "source_file_name",
    "timestamp",
]
"""The columns in the document's order."""


@frozen
class AnalyticsRow(Model):
    """One detection result of one frame.

    Attributes:
        class_name: what was counted, e.g. ``"person"``.
        count: how many.
        device_id: the device that filmed.
        frame_number: the frame within the session.
        model_id: the AI model that counted.
        session_id: milliseconds since the epoch, as a string.
        source_file_name: the file; may carry a ``?token=``, which a repr hides.
        timestamp: when, in UTC.
    """

    class_name: str | None = None
    count: int | None = None
    device_id: str | None = None
    frame_number: int | None = None
    model_id: str | None = None
    session_id: str | None = wire("session_id", secret=False)
    source_file_name: str | None = None
    timestamp: datetime | None = None


class _FastRow(msgspec.Struct, array_like=True, forbid_unknown_fields=True, gc=False):
    _wire: ClassVar[Any] = WHOLE
    class_name: str
    count: int
    device_id: str
    frame_number: int
    model_id: str
    session_id: str
    source_file_name: str
    timestamp: str


class _FastPage(msgspec.Struct):
    keys: list[str]
    data: list[_FastRow]
    total_num_pages: int | None = None


_decode_fast = msgspec.json.Decoder(_FastPage).decode
_canonical = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", re.ASCII).fullmatch
"""Whether `timestamp` would write a time just like this."""


def read_page(reply: Reply) -> tuple[list[AnalyticsRow], int | None]:
    """The rows of a page and how many pages it says there are (None: it does not say).

    Raises:
        DecodeError: not a page, or a row that has not as many values as there are keys.
    """
    try:
        page = _decode_fast(reply.body)
        if page.keys == KEYS and all(map(_canonical, {row.timestamp for row in page.data})):
            # Builds frozen objects in C, at less than half of what their own __init__ costs.
            return msgspec.convert(page.data, list[AnalyticsRow], from_attributes=True), page.total_num_pages
    except (msgspec.MsgspecError, UnicodeDecodeError):
        pass
    rows, total = read_wire(reply)
    return [from_dict(AnalyticsRow, row) for row in rows], total


def inside(rows: list[AnalyticsRow], start: datetime, end: datetime) -> list[AnalyticsRow]:
    """The rows of ``[start, end)``. One whose time cannot be read stays with the shard it came with: nothing is lost."""
    try:
        return [row for row in rows if start <= row.timestamp < end]  # type: ignore[operator]  # None: the slow way
    except TypeError:
        return [row for row in rows if not isinstance(row.timestamp, datetime) or start <= row.timestamp < end]


def read_wire(reply: Reply) -> tuple[list[Mapping[str, Any]], int | None]:
    """The rows of a page of either form as wire JSON objects, and the total.

    Raises:
        DecodeError: as `read_page`.
    """
    try:
        page = envelope(reply.json())
        return page.objects(), page.total_pages
    except UnreadableError as error:
        why = str(error)
    raise reply.unreadable(why)
