"""The bytes of a page to a record batch: by the fast path where the page is plain, else value by value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec
from attrs import frozen

from ..errors import DecodeError
from .batch import assemble, schema, to_batch
from .plain import plain_page

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyarrow as pa

# Bytes. Below this, some 300 rows, the fast path costs more than it saves (benchmarks/decode.py).
_WORTH = 48 * 1024


@frozen
class ArrowPage:
    """A page of rows as columns.

    Attributes:
        batch: the rows, in the page's order, of `asyncsdk.columns.schema`.
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
    schema()
    found = plain_page(data) if len(data) >= _WORTH else None
    try:
        return ArrowPage(*(found or decode_any(data)))
    except _UnreadableError as error:
        why = str(error) if page is None else f"page {page}: {error}"
    if unreadable is not None:
        raise unreadable(why)
    raise DecodeError(
        f"{operation or 'a page of rows'} cannot be read: {why}", operation=operation, content_type=content_type
    )


class _UnreadableError(Exception):
    """Why a page cannot be read."""


def decode_any(data: bytes) -> tuple[pa.RecordBatch, int | None]:
    """The slow path: any page, however it is written."""
    try:
        body = msgspec.json.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise _UnreadableError(f"not JSON ({error})" if data else "it is empty") from None
    if isinstance(body, list):
        body = {"data": body}
    if not isinstance(body, Mapping):
        raise _UnreadableError(f"a page of rows was promised, not {type(body).__name__}")
    rows = body.get("data")
    if rows is None:
        rows = []
    if not isinstance(rows, list):
        raise _UnreadableError("its data is no list")
    return _rows(rows, body.get("keys")), _total(body.get("total_num_pages"))


def _rows(rows: list[Any], keys: Any) -> pa.RecordBatch:
    if set(map(type, rows)) != {list}:
        return to_batch([_object(number, row, keys) for number, row in enumerate(rows)])
    _check_keys(keys)
    if set(map(len, rows)) != {len(keys)}:
        for number, row in enumerate(rows):
            _check_row(number, row, keys)
    return assemble(len(rows), dict(zip(keys, zip(*rows, strict=True), strict=True)))


def _object(number: int, row: Any, keys: Any) -> Mapping[str, Any]:
    """A row of a page in which not all rows are lists."""
    if isinstance(row, dict):
        return row
    if not isinstance(row, list):
        raise _UnreadableError(f"row {number} is neither a list nor an object")
    _check_keys(keys)
    _check_row(number, row, keys)
    return dict(zip(keys, row, strict=True))


def _check_keys(keys: Any) -> None:
    if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
        raise _UnreadableError("its rows are lists, and there is no list of keys to name their values")
    if len(set(keys)) != len(keys):
        raise _UnreadableError("its keys name a column twice")


def _check_row(number: int, row: Sequence[Any], keys: Sequence[str]) -> None:
    if len(row) != len(keys):
        raise _UnreadableError(f"row {number} has {len(row)} values for {len(keys)} keys")


def _total(total: Any) -> int | None:
    if isinstance(total, str) and len(total) < 10 and total.isascii() and total.isdigit():
        total = int(total)
    if total is None or (isinstance(total, int) and not isinstance(total, bool)):
        return total
    raise _UnreadableError("its total_num_pages is no number")
