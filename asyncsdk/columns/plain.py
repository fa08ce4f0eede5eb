"""The fast path: a plain page is all but CSV, and pyarrow reads CSV several times faster than anything reads JSON.

A page is plain if its rows are arrays in the documented order, written without white space, and hold nothing but strings
without escapes, whole numbers that are not negative, and canonical timestamps: what the service sends. The row separators become
newlines, pyarrow splits the rows, and then it is proved that what it read, written as JSON again, is the page byte for byte: the
widths of the values say where each of them must begin and end, and that is where the page has its quotes, digits and newlines.
Whatever pyarrow may make of other bytes does not matter, for where the proof fails the page goes the slow way.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import msgspec

from .batch import canonical_times, schema, text_buffers
from .cells import COLUMNS, EXTRA

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa
    from pyarrow import csv

_OPENING = b'"data":[['
_KEYS = list(COLUMNS)
# Where a row's separator "],[" was: the "]" stays with the last value, the "," makes one more field.
_REST = "rest"
_NEWLINE, _QUOTE, _ZERO = b'\n"0'


class _Head(msgspec.Struct, forbid_unknown_fields=True):
    """A page but for its rows."""

    keys: list[str]
    data: list[None]
    total_num_pages: int | None = None


_decode_head = msgspec.json.Decoder(_Head).decode


def plain_page(data: bytes) -> tuple[pa.RecordBatch, int | None] | None:
    """The rows and the total of a plain page; None if it is not plain."""
    start, end = data.find(_OPENING), data.rfind(b"]]")
    # In JSON without backslashes a quote is always the end of a string or its beginning.
    if start < 0 or end < start + len(_OPENING) or len(data) >= 2**31 or b"\\" in data:
        return None
    start += len(_OPENING)
    before, after = data[: start - 1], data[end + 1 :]
    if before.count(b'"data"') != 1 or b'"data"' in after:
        return None
    try:
        head = _decode_head(before + after)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    if head.keys != _KEYS:
        return None
    batch = _plain_rows(memoryview(data)[start - 1 : end + 2])
    return None if batch is None else (batch, head.total_num_pages)


def _plain_rows(section: memoryview) -> pa.RecordBatch | None:
    """The batch of ``[row],[row]]``, up to the closing bracket of the array itself."""
    import numpy as np
    import pyarrow as pa

    text = bytearray(section)
    if np.frombuffer(text, np.uint8).min() < 0x20:
        return None
    text[-1] = ord(",")
    lines = text.replace(b"[", b"\n")
    columns = _split(lines)
    if columns is None or not _in_place(np.frombuffer(lines, np.uint8), columns):
        return None
    columns["timestamp"] = _times(columns["timestamp"])
    if columns["timestamp"] is None:
        return None
    columns[EXTRA] = pa.nulls(len(columns["timestamp"]), pa.string())
    return pa.RecordBatch.from_arrays(list(columns.values()), schema=schema())


def _split(lines: bytearray) -> dict[str, pa.Array] | None:
    """The values, timestamps as text; None where pyarrow finds no table in the lines."""
    import pyarrow as pa
    from pyarrow import csv

    try:
        table = csv.read_csv(
            pa.py_buffer(lines),
            # One block: pyarrow would look for newlines to cut at, and there may be one inside a string.
            read_options=csv.ReadOptions(use_threads=False, block_size=len(lines) + 1, column_names=[*_KEYS, _REST]),
            parse_options=csv.ParseOptions(double_quote=False),
            convert_options=_convert_options(),
        )
    except pa.ArrowInvalid:
        return None
    columns = {name: table.column(name) for name in _KEYS}
    if any(column.num_chunks != 1 or column.null_count for column in columns.values()):
        return None
    return {name: column.chunk(0) for name, column in columns.items()}


@cache
def _convert_options() -> csv.ConvertOptions:
    import pyarrow as pa
    from pyarrow import csv

    types = {name: pa.int64() if kind == "integer" else pa.string() for name, kind in COLUMNS.items()}
    return csv.ConvertOptions(column_types=types, include_columns=_KEYS, null_values=[], strings_can_be_null=False)


def _in_place(page: npt.NDArray[np.uint8], columns: dict[str, pa.Array]) -> bool:
    """Whether the lines are the columns' values in JSON and nothing else.

    A line is a newline, then the values with a comma after each, and a bracket between the last closing quote and its comma. Where
    all before it is as it should be, a value begins where pyarrow's field begins, and its width says where it has to end.
    """
    import numpy as np

    widths = []
    for name, kind in COLUMNS.items():
        width = _digits(columns[name]) if kind == "integer" else _lengths(columns[name])
        if width is None:
            return False
        widths.append(width)
    # The newline; around a string two quotes and a comma, behind an integer a comma. The bracket counts as text.
    frame = 1 + sum(1 if kind == "integer" else 3 for kind in COLUMNS.values())
    lines = np.sum(widths, axis=0, dtype=np.int32) + frame
    ends = np.cumsum(lines)
    at = ends - lines
    if ends[-1] != len(page) or (page[at] != _NEWLINE).any():
        return False
    at += 1
    for kind, width in zip(COLUMNS.values(), widths, strict=True):
        end = at + width
        if kind == "integer":
            first = page[at]
            # Neither a quote nor a sign, and no zero before other digits.
            if first.min() < _ZERO or ((first == _ZERO) & (width > 1)).any():
                return False
            at = end + 1
        else:
            if (page[at] != _QUOTE).any() or (page[end if kind == "timestamp" else end + 1] != _QUOTE).any():
                return False
            at = end + 3
    return True


def _lengths(texts: pa.StringArray) -> npt.NDArray[np.int32] | None:
    """The lengths of strings in bytes; None where one holds a quote or a newline, which was a bracket."""
    import numpy as np

    offsets, data = text_buffers(texts)
    raw = data.tobytes()
    return None if b'"' in raw or b"\n" in raw else np.diff(offsets)


def _digits(numbers: pa.Int64Array) -> npt.NDArray[np.int32] | None:
    """How many digits each number has in base 10; None where one is negative."""
    import numpy as np

    values = np.frombuffer(numbers.buffers()[1], np.int64)
    count = np.ones(len(values), np.int32)
    most, power = values.max(), 10
    while power <= most:
        count += values >= power
        power *= 10
    return None if values.min() < 0 else count


def _times(texts: pa.StringArray) -> pa.Array | None:
    """Timestamps of texts that have the row's closing bracket behind them."""
    import numpy as np
    import pyarrow as pa

    offsets, data = text_buffers(texts)
    if (np.diff(offsets) != 25).any():
        return None
    rows = data.reshape(-1, 25)
    if (rows[:, 24] != ord("]")).any():
        return None
    starts = np.arange(0, 24 * len(texts) + 1, 24, dtype=np.int32)
    shorter = np.ascontiguousarray(rows[:, :24])
    return canonical_times(pa.StringArray.from_buffers(len(texts), pa.py_buffer(starts), pa.py_buffer(shorter)))
