"""The fast path: in a plain page the quotes tell where everything is.

A page is plain if its rows are arrays in the documented order, written without white space, and hold nothing but strings without
escapes, whole numbers that are not negative, and canonical timestamps: what the service sends. Without escapes every quote begins or
ends a string, so there are as many quotes in each row as its strings have ends, and between them stands what has to: a comma, or a
comma, digits and a comma, or the brackets of two rows. Each byte of the rows is accounted for that way, a few numpy operations for all
rows together, and the strings are cut out of the page as they are. A page that is not plain in any respect goes the slow way.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pyarrow as pa

from ...columns.arrow import model_schema
from ...columns.kinds import columns_of
from ...columns.times import canonical_times
from .digits import times_of_a_day, whole_numbers
from .envelope import Total  # msgspec reads annotations
from .rows import AnalyticsRow

if TYPE_CHECKING:
    import numpy.typing as npt

    Bytes = npt.NDArray[np.uint8]
    Places = npt.NDArray[np.int64]

_OPENING = b'"data":[['
_SCHEMA = model_schema(AnalyticsRow)
_COLUMNS = columns_of(AnalyticsRow)
_KEYS = [column.name for column in _COLUMNS]
_TEXTS = [column.name for column in _COLUMNS if column.kind != "integer"]
# The document has an integer after each of the first strings.
_INTEGERS = [column.name for column in _COLUMNS if column.kind == "integer"]
_NUMBERS = len(_INTEGERS)
_TIMES = _TEXTS.index("timestamp")
_TIME = _SCHEMA.field("timestamp").type
_QUOTE = ord('"')
_SPACE = ord(" ")
_WORD = np.dtype("<u8")
_STAMP = np.dtype((np.void, len("2020-08-17T12:00:00.000Z")))


class _Head(msgspec.Struct, forbid_unknown_fields=True):
    """A page but for its rows."""

    keys: list[str]
    data: list[None]
    total_num_pages: Total | None = None


_decode_head = msgspec.json.Decoder(_Head).decode


def plain_page(data: bytes) -> tuple[pa.RecordBatch, int | None] | None:
    """The rows and the total of a plain page; None if it is not plain."""
    start, end = data.find(_OPENING) + len(_OPENING) - 1, data.rfind(b"]]") + 1
    if not len(_OPENING) <= start < end or len(data) >= 2**31 or b"\\" in data:
        return None
    before, after = data[:start], data[end:]
    if before.count(b'"data"') != 1 or b'"data"' in after:
        return None
    try:
        head = _decode_head(before + after)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    batch = _rows(data, start, end) if head.keys == _KEYS else None
    return None if batch is None else (batch, head.total_num_pages)


def _rows(data: bytes, start: int, end: int) -> pa.RecordBatch | None:
    """The batch of ``[row],[row]``, which begins and ends at these places."""
    section = memoryview(data)[start:end]
    page = np.frombuffer(section, np.uint8)
    quotes = (page == _QUOTE).nonzero()[0]
    count, odd = divmod(len(quotes), 2 * len(_TEXTS))
    if odd or not count or not _is_text(page):
        return None
    # Where each string opens and where it closes: by string, by row.
    opened, closed = np.ascontiguousarray(quotes.reshape(count, len(_TEXTS), 2).transpose(2, 1, 0))
    if not _is_framed(page, opened, closed):
        return None
    stops = opened[1 : _NUMBERS + 1] - 1
    # By place, the eight bytes before it: as many as that stand before the first row.
    words = _windows(memoryview(data)[start - _WORD.itemsize : end], _WORD)
    numbers = whole_numbers(words, stops, stops - closed[:_NUMBERS] - len('",'))
    opened += 1
    sizes = closed - opened
    shortest, longest = sizes.min(axis=1).tolist(), sizes.max(axis=1).tolist()
    if numbers is None or not shortest[_TIMES] == longest[_TIMES] == _STAMP.itemsize:
        return None
    times = _times(_windows(section, _STAMP)[opened[_TIMES]])
    if times is None:
        return None
    columns = {name: _fixed(pa.int64(), each) for name, each in zip(_INTEGERS, numbers, strict=True)}
    for at, name in enumerate(_TEXTS[:_TIMES]):
        if shortest[at] == longest[at] > 0:
            columns[name] = _joined(_windows(section, np.dtype((np.void, longest[at])))[opened[at]])
        else:
            columns[name] = _cut(section, opened[at], closed[at])
    columns["timestamp"] = times
    return pa.RecordBatch.from_arrays([*map(columns.__getitem__, _KEYS), _nulls(count)], schema=_SCHEMA)


def _is_text(page: Bytes) -> bool:
    """Whether this is UTF-8 without control characters: JSON allows none in a string, and a plain page has none elsewhere."""
    if page.view(np.int8).min() >= _SPACE:  # as signed numbers, what is not ASCII is below it too
        return True
    try:
        page.tobytes().decode()
    except UnicodeDecodeError:
        return False
    return bool(page.min() >= _SPACE)


def _is_framed(page: Bytes, opened: Places, closed: Places) -> bool:
    """Whether each row is in brackets, and a comma stands after each row, string and number but the last."""
    count, more = len(opened[0]), len(opened) - 1
    first, last = opened[0, 1:], closed[-1, :-1]
    return bool(
        opened[0, 0] == len("[")
        and closed[-1, -1] == len(page) - len('"]')
        and page.take(closed + 1).tobytes() == b"," * (count * more) + b"]" * count
        and page.take(opened[: _NUMBERS + 1] - 1).tobytes() == b"[" * count + b"," * (count * _NUMBERS)
        and page.take(last + 2).tobytes() == b"," * (count - 1)
        and (first - last == len('"],[')).all()
        and (opened[_NUMBERS + 1 :] - closed[_NUMBERS:-1] == len('",')).all()
    )


def _windows(section: memoryview, kind: np.dtype[Any]) -> npt.NDArray[Any]:
    """By place, the bytes that begin there, as one value."""
    return np.ndarray(len(section) - kind.itemsize + 1, kind, section, strides=(1,))


def _times(texts: npt.NDArray[np.void]) -> pa.Array | None:
    """Timestamps; None if one is not canonical."""
    times = times_of_a_day(texts.view(np.uint8))
    return canonical_times(_joined(texts), _TIME) if times is None else _fixed(_TIME, times)


def _fixed(kind: pa.DataType, numbers: npt.NDArray[np.int64]) -> pa.Array:
    return pa.Array.from_buffers(kind, len(numbers), [None, pa.py_buffer(numbers)])


def _joined(texts: npt.NDArray[np.void]) -> pa.StringArray:
    """Texts of one size, one after the other, as an Arrow array of them."""
    return pa.StringArray.from_buffers(len(texts), _offsets(len(texts), texts.itemsize), pa.py_buffer(texts))


def _cut(section: memoryview, starts: Places, stops: Places) -> pa.StringArray:
    """Texts of any size."""
    places = np.empty((len(starts), 2), np.int32)
    places[:, 0] = starts
    places[:, 1] = stops
    texts = pa.StringArray.from_buffers(places.size - 1, pa.py_buffer(places), pa.py_buffer(section))
    # Each other one of these is what stands between two.
    return texts.take(_each_other(len(starts)))


# The pages of a query have as many rows, and strings of the same sizes: their batches share these.


@lru_cache(16)
def _offsets(count: int, size: int) -> pa.Buffer:
    return pa.py_buffer(np.arange(0, size * count + 1, size, dtype=np.int32))


@lru_cache(8)
def _each_other(count: int) -> pa.Array:
    return pa.array(np.arange(0, 2 * count, 2, dtype=np.int32))


@lru_cache(8)
def _nulls(count: int) -> pa.Array:
    return pa.nulls(count, pa.string())
