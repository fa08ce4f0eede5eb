"""The rows of a range of time."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

_TICKS = {"ms": 1, "us": 1000}


def clip(batch: pa.RecordBatch, name: str, start: int, end: int) -> tuple[pa.RecordBatch, int]:
    """The rows of ``[start, end)``, and how many others there were.

    A row whose time is unknown stays: the server gave it for this range, and nothing is lost.

    Args:
        batch: of any schema.
        name: the column of times that counts.
        start: milliseconds since the epoch.
        end: the same, the first that is beyond.
    """
    import numpy as np
    import pyarrow as pa

    if not batch.num_rows:
        return batch, 0
    column = batch.column(name)
    ticks = _TICKS[column.type.unit]
    times = np.frombuffer(column.buffers()[1], np.int64, len(column), 8 * column.offset)
    start, end = start * ticks, end * ticks
    if not column.null_count and times.min() >= start and times.max() < end:  # mostly, and quicker to see
        return batch, 0
    inside = (times >= start) & (times < end)
    if column.null_count:
        inside |= column.is_null().to_numpy(zero_copy_only=False)
    kept = int(np.count_nonzero(inside))
    return (batch, 0) if kept == len(inside) else (batch.filter(pa.array(inside)), len(inside) - kept)
