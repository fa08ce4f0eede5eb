"""Wire rows to Arrow record batches of one fixed schema, and back."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from ..errors import ConfigurationError
from ..http.json_text import read_json
from .cells import ABSENT, COLUMNS, EXTRA, cell, extra_text, wire_value

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa

_YEAR_ONE = -62_135_596_800_000


@cache
def schema() -> pa.Schema:
    """The schema of every batch: the eight documented columns in the document's order, then ``extra``.

    Strings are plain ones. As dictionaries they are slower to decode, and a table of batches whose dictionaries differ cannot be
    grouped or joined by them.

    Raises:
        ConfigurationError: pyarrow is not installed.
    """
    try:
        import numpy as np  # noqa: F401  # used by all that builds batches: say at once that it is missing
        import pyarrow as pa
    except ImportError:
        raise ConfigurationError('Arrow needs pyarrow and numpy: pip install "asyncsdk[arrow]"') from None
    types = {"text": pa.string(), "integer": pa.int64(), "timestamp": pa.timestamp("ms", tz="UTC")}
    return pa.schema([(name, types[kind]) for name, kind in COLUMNS.items()] + [(EXTRA, pa.string())])


def to_batch(rows: Sequence[Mapping[str, Any]]) -> pa.RecordBatch:
    """Wire rows, JSON objects in any order of keys, as a batch (`asyncsdk.columns.cells` says what goes where).

    Raises:
        ConfigurationError: pyarrow is not installed.
    """
    names = dict.fromkeys(name for row in rows for name in row)
    return assemble(len(rows), {name: [row.get(name, ABSENT) for row in rows] for name in names})


def assemble(count: int, columns: Mapping[str, Sequence[Any]]) -> pa.RecordBatch:
    """A batch from wire values, column by column.

    Args:
        count: how many rows.
        columns: the values by wire name; `ABSENT` where a row does not have the key.
    """
    import pyarrow as pa

    extras: dict[int, dict[str, Any]] = {}
    arrays = []
    for name in COLUMNS:
        kind, values = schema().field(name).type, columns.get(name)
        arrays.append(pa.nulls(count, kind) if values is None else _array(name, values, extras))
    for name, values in columns.items():
        if name not in COLUMNS:
            for row, value in enumerate(values):
                if value is not ABSENT:
                    extras.setdefault(row, {})[name] = value
    arrays.append(_extra_array(count, extras))
    return pa.RecordBatch.from_arrays(arrays, schema=schema())


def _extra_array(count: int, extras: Mapping[int, Mapping[str, Any]]) -> pa.Array:
    import pyarrow as pa

    if not extras:
        return pa.nulls(count, pa.string())
    return pa.array([extra_text(extras[row]) if row in extras else None for row in range(count)], pa.string())


def _array(name: str, values: Sequence[Any], extras: dict[int, dict[str, Any]]) -> pa.Array:
    """One documented column; what it cannot hold goes into `extras`, by row."""
    import pyarrow as pa

    made = _at_once(name, values)
    if made is not None:
        return made
    held = []
    for row, value in enumerate(values):
        best, exact = cell(COLUMNS[name], value)
        held.append(best)
        if not exact:
            extras.setdefault(row, {})[name] = value
    return pa.array(held, schema().field(name).type)


def _at_once(name: str, values: Sequence[Any]) -> pa.Array | None:
    """The column where every value fits it as it is, which is the common case; None otherwise."""
    import pyarrow as pa

    kind = COLUMNS[name]
    # Arrow would take a whole float, which is right, and cut 1.5 down to 1, which is not.
    if kind == "integer" and set(map(type, values)) != {int}:
        return None
    try:
        # Given a type, pyarrow takes no other values than those and None, and does not look for a module to guess by.
        made = pa.array(values, pa.int64() if kind == "integer" else pa.string())
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError, UnicodeEncodeError):
        return None
    if made.null_count:
        return None
    return canonical_times(made) if kind == "timestamp" else made


def canonical_times(texts: pa.StringArray) -> pa.Array | None:
    """Texts as timestamps, if each is ``YYYY-MM-DDTHH:MM:SS.mmmZ`` and a time there is; None otherwise.

    Args:
        texts: strings, none of them null.
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
        times = texts.cast(schema().field("timestamp").type)
    except pa.ArrowInvalid:
        return None
    # Arrow knows a year 0, which Python does not.
    return times if np.frombuffer(times.buffers()[1], np.int64).min() >= _YEAR_ONE else None


def text_buffers(texts: pa.StringArray) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.uint8]]:
    """Where each string of an array begins and the last one ends, and the bytes of them all, one after the other."""
    import numpy as np

    _, offsets, data = texts.buffers()
    bounds = np.frombuffer(offsets, np.int32, len(texts) + 1, 4 * texts.offset)
    size = int(bounds[-1] - bounds[0])
    return bounds, np.frombuffer(data, np.uint8, size, int(bounds[0])) if size else np.empty(0, np.uint8)


def to_wire(batch: pa.RecordBatch | pa.Table) -> list[dict[str, Any]]:
    """The wire rows that a batch was made of, each with the values it had.

    Args:
        batch: of this schema, or a table that was read back from files; columns that are not of the schema are passed over.
    """
    import pyarrow as pa

    columns = {}
    for name, kind in COLUMNS.items():
        if name in batch.schema.names:
            column = batch.column(name)
            columns[name] = (column.cast(pa.int64()) if kind == "timestamp" else column).to_pylist()
    extras = batch.column(EXTRA).to_pylist() if EXTRA in batch.schema.names else [None] * batch.num_rows
    return [_wire_row(columns, row, extra) for row, extra in enumerate(extras)]


def _wire_row(columns: Mapping[str, Sequence[Any]], row: int, text: str | None) -> dict[str, Any]:
    extra = read_json(text) if text else {}
    made = {}
    for name, kind in COLUMNS.items():
        if name in extra:
            made[name] = extra.pop(name)
        elif name in columns and (value := columns[name][row]) is not None:
            made[name] = wire_value(kind, value)
    made.update(extra)
    return made


def clip(batch: pa.RecordBatch, start: int, end: int) -> tuple[pa.RecordBatch, int]:
    """The rows of ``[start, end)``, and how many others there were.

    A row whose time is unknown stays: the server gave it for this range, and nothing is lost.

    Args:
        batch: of this schema.
        start: milliseconds since the epoch.
        end: the same, the first that is beyond.
    """
    import numpy as np
    import pyarrow as pa

    if not batch.num_rows:
        return batch, 0
    column = batch.column("timestamp")
    times = np.frombuffer(column.buffers()[1], np.int64, len(column), 8 * column.offset)
    if not column.null_count and times.min() >= start and times.max() < end:  # mostly, and quicker to see
        return batch, 0
    inside = (times >= start) & (times < end)
    if column.null_count:
        inside |= column.is_null().to_numpy(zero_copy_only=False)
    kept = int(np.count_nonzero(inside))
    return (batch, 0) if kept == len(inside) else (batch.filter(pa.array(inside)), len(inside) - kept)
