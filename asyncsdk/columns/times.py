"""Texts as times, many at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa

_YEAR_ONE = {"ms": -62_135_596_800_000, "us": -62_135_596_800_000_000}


def canonical_times(texts: pa.StringArray, kind: pa.TimestampType) -> pa.Array | None:
    """Texts as timestamps, if each is ``YYYY-MM-DDTHH:MM:SS.mmmZ`` and a time there is; None otherwise.

    Args:
        texts: strings, none of them null.
        kind: the timestamps' type, of milliseconds or microseconds.
    """
    import numpy as np
    import pyarrow as pa

    offsets, data = text_buffers(texts)
    if not len(texts) or (np.diff(offsets) != 24).any():
        return None
    # Of 24 characters with these three in place, Arrow's parser takes only the one form.
    if (data.reshape(-1, 24)[:, (10, 19, 23)] != np.frombuffer(b"T.Z", np.uint8)).any():
        return None
    try:
        times = texts.cast(kind)
    except pa.ArrowInvalid:
        return None
    # Arrow knows a year 0, which Python does not.
    return times if np.frombuffer(times.buffers()[1], np.int64).min() >= _YEAR_ONE[kind.unit] else None


def text_buffers(texts: pa.StringArray) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.uint8]]:
    """Where each string of an array begins and the last one ends, and the bytes of them all, one after the other."""
    import numpy as np

    _, offsets, data = texts.buffers()
    bounds = np.frombuffer(offsets, np.int32, len(texts) + 1, 4 * texts.offset)
    size = int(bounds[-1] - bounds[0])
    return bounds, np.frombuffer(data, np.uint8, size, int(bounds[0])) if size else np.empty(0, np.uint8)
