"""The fast path: in a plain page the quotes tell where everything is.

A page is plain if its rows are arrays in the documented order, written without white space, and hold nothing but strings without
escapes, whole numbers that are not negative, and canonical timestamps: what the service sends. Without escapes every quote begins or
ends a string, so there are as many quotes in each row as its strings have ends, and between them stands what has to: a comma, or a
comma, digits and a comma, or the brackets of two rows. Each byte of the rows is accounted for that way, a few numpy operations for all
rows together, and the strings are cut out of the page by Arrow as they are. A page that is not plain in any respect goes the slow way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from .batch import canonical_times, schema, text_buffers
from .cells import COLUMNS, EXTRA

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa

    Bytes = npt.NDArray[np.uint8]
    Places = npt.NDArray[np.int32]

_OPENING = b'"data":[['
_KEYS = list(COLUMNS)
_TEXTS = [name for name, kind in COLUMNS.items() if kind != "integer"]
# The document has each integer between two strings; by the string before it.
_INTEGERS = {_TEXTS.index(_KEYS[at - 1]): name for at, name in enumerate(_KEYS) if COLUMNS[name] == "integer"}
_QUOTE, _COMMA, _OPEN, _CLOSE, _ZERO = b'",[]0'


class _Head(msgspec.Struct, forbid_unknown_fields=True):
    """A page but for its rows."""

    keys: list[str]
    data: list[None]
    total_num_pages: int | None = None


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
        if not data.isascii():
            data.decode()
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    batch = _rows(memoryview(data)[start:end]) if head.keys == _KEYS else None
    return None if batch is None else (batch, head.total_num_pages)


def _rows(section: memoryview) -> pa.RecordBatch | None:
    """The batch of ``[row],[row]``."""
    import numpy as np
    import pyarrow as pa

    page = np.frombuffer(section, np.uint8)
    quotes = np.flatnonzero(page == _QUOTE).astype(np.int32)
    # JSON allows no control character in a string, and a plain page has none elsewhere.
    if not quotes.size or quotes.size % (2 * len(_TEXTS)) or page.min() < 0x20:
        return None
    # By row, by string: where it opens and where it closes.
    ends = quotes.reshape(-1, len(_TEXTS), 2)
    if not (_rows_are_framed(page, ends[:, 0, 0], ends[:, -1, 1]) and _strings_are_apart(page, ends)):
        return None
    integers = _integers(page, section, ends)
    ends[:, :, 0] += 1
    texts = _cut(section, ends)
    columns = {name: _every(texts, 2 * at, 2 * len(_TEXTS)) for at, name in enumerate(_TEXTS)}
    times = canonical_times(columns["timestamp"])
    if times is None or integers is None:
        return None
    columns |= integers | {"timestamp": times, EXTRA: pa.nulls(len(times), pa.string())}
    return pa.RecordBatch.from_arrays([columns[name] for name in schema().names], schema=schema())


def _rows_are_framed(page: Bytes, first: Places, last: Places) -> bool:
    """Whether there are brackets around each row and a comma between two, where its first string opens and its last closes."""
    between = last[:-1]
    return bool(
        (page[first - 1] == _OPEN).all()
        and (page[last + 1] == _CLOSE).all()
        and (page[between + 2] == _COMMA).all()
        and (first[1:] - between == len('"],[')).all()
        and first[0] == 1
        and last[-1] == len(page) - 2
    )


def _strings_are_apart(page: Bytes, ends: Places) -> bool:
    """Whether the strings of each row have commas between them, and room for an integer where one belongs."""
    closed, opened = ends[:, :-1, 1], ends[:, 1:, 0]
    room = opened - closed
    return bool(
        (page[closed + 1] == _COMMA).all()
        and (page[opened - 1] == _COMMA).all()
        and all(
            (room[:, at] >= len('",0,')).all() if at in _INTEGERS else (room[:, at] == len('",')).all()
            for at in range(len(_TEXTS) - 1)
        )
    )


def _integers(page: Bytes, section: memoryview, ends: Places) -> dict[str, pa.Array] | None:
    """The integer columns; None where one is not just digits, begins with a needless zero, or is too large."""
    import numpy as np
    import pyarrow as pa

    before = list(_INTEGERS)
    starts, stops = ends[:, before, 1] + 2, ends[:, [at + 1 for at in before], 0] - 1
    digits = _every(_cut(section, np.stack((starts, stops), axis=-1)), 0, 2)
    if not text_buffers(digits)[1].tobytes().isdigit() or ((page[starts] == _ZERO) & (stops - starts > 1)).any():
        return None
    try:
        numbers = digits.cast(pa.int64())
    except pa.ArrowInvalid:
        return None
    return {name: _every(numbers, at, len(before)) for at, name in enumerate(_INTEGERS.values())}


def _cut(section: memoryview, places: Places) -> pa.StringArray:
    """The bytes between each two of these places, in turn, without a copy."""
    import numpy as np
    import pyarrow as pa

    places = np.ascontiguousarray(places)
    return pa.StringArray.from_buffers(places.size - 1, pa.py_buffer(places), pa.py_buffer(section))


def _every(array: pa.Array, first: int, step: int) -> pa.Array:
    """Each so many-th element."""
    import numpy as np
    import pyarrow as pa

    return array.take(pa.array(np.arange(first, len(array), step, dtype=np.int32)))
