"""The bytes of a page to a record batch: by the fast path where the page is plain, else value by value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from ...columns.arrow import required
from ...columns.batch import assemble, to_batch
from ...errors import DecodeError
from ...http.json_text import read_json
from .envelope import Envelope, UnreadableError, check_length, envelope
from .rows import AnalyticsRow

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyarrow as pa

# Bytes. Below this, some 45 rows, the fast path costs as much as it saves (benchmarks/decode.py).
_WORTH = 8 * 1024


@frozen
class ArrowPage:
    """A page of rows as columns.

    Attributes:
        batch: the rows, in the page's order, of the schema of an `AnalyticsRow`.
        total_pages: how many pages there are, as this one says; None where it does not, which counts as one.
    """

    batch: pa.RecordBatch
    total_pages: int | None


def decode_page(
    data: bytes,
    *,
    page: int | None = None,
    operation: str | None = None,
    content_type: str | None = None,
    unreadable: Callable[[str], DecodeError] | None = None,
) -> ArrowPage:
    """A page of the Analytics API, size-optimized or tableau-formatted, as a record batch.

    Keys are matched by name. What a row holds beyond the columns, or what a column cannot hold, is kept in ``extra``
    (`asyncsdk.columns.cells`). A bare array of rows, and a page without a total or without data, are taken too.

    Args:
        data: the body, decompressed.
        page: its number, for the message of an error.
        operation: its id, for the error.
        content_type: of the answer, for the error.
        unreadable: makes the error of a sentence that says why, instead of the three before, such as `Reply.unreadable`.

    Raises:
        DecodeError: not JSON, not a page, or a row that does not fit the keys.
        ConfigurationError: pyarrow is not installed.
    """
    required()  # says what is missing, where `plain` could only fail to be imported
    from .plain import plain_page

    found = plain_page(data) if len(data) >= _WORTH else None
    try:
        return ArrowPage(*(found or decode_any(data)))
    except UnreadableError as error:
        why = str(error) if page is None else f"page {page}: {error}"
    if unreadable is not None:
        raise unreadable(why)
    raise DecodeError(
        f"{operation or 'a page of rows'} cannot be read: {why}", operation=operation, content_type=content_type
    )


def decode_any(data: bytes) -> tuple[pa.RecordBatch, int | None]:
    """The slow path: any page, however it is written.

    Raises:
        UnreadableError: it is no page.
    """
    try:
        body = read_json(data)
    except ValueError as error:
        raise UnreadableError(f"not JSON ({error})" if data else "it is empty") from None
    page = envelope(body)
    return _batch(page), page.total_pages


def _batch(page: Envelope) -> pa.RecordBatch:
    rows = page.rows
    if set(map(type, rows)) != {list}:
        return to_batch(AnalyticsRow, page.objects())
    keys = page.names()
    if set(map(len, rows)) != {len(keys)}:
        for number, row in enumerate(rows):
            check_length(number, row, keys)
    return assemble(AnalyticsRow, len(rows), dict(zip(keys, zip(*rows, strict=True), strict=True)))
