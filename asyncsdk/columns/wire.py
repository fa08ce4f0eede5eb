"""Record batches back to wire rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .arrow import arrow_type, required
from .cells import json_values, wire_value
from .kinds import Column, Items, Kind, Moment, Struct, columns_of, extra_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from ..codec import Model


def to_wire(batch: pa.RecordBatch | pa.Table, model: type[Model]) -> list[dict[str, Any]]:
    """The wire rows that a batch was made of, each with the values it had: what `to_dict` gave of each item.

    A number is a number: what came as ``1.0`` for a field of whole numbers comes back as 1, and the other way round.

    Args:
        batch: of `model_schema`, or a table that was read back from files. Columns that are not of the model are passed over;
            where one of them is missing, its key is.
        model: the class of the items.
    """
    required()
    names = set(batch.schema.names)
    whole = Struct(tuple(column for column in columns_of(model) if column.name in names))
    rows = _objects(whole.columns, [_column(batch, column) for column in whole.columns], batch.num_rows)
    if extra_name(model) in names:
        texts = batch.column(extra_name(model)).to_pylist()
        there = [row for row, text in enumerate(texts) if text]
        for row, rest in zip(there, json_values([texts[row] for row in there]), strict=True):
            rows[row] = _with_rest(whole, rows[row], rest)
    return rows


def _column(batch: pa.RecordBatch | pa.Table, column: Column) -> list[Any]:
    import pyarrow as pa

    array, kind = batch.column(column.name), arrow_type(column.kind)
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    return _values(column.kind, array if array.type == kind else array.cast(kind))


def _values(kind: Kind, array: pa.Array) -> list[Any]:
    """The wire value of each cell; None where it is null."""
    import pyarrow as pa

    if isinstance(kind, Struct):
        members = [_values(column.kind, array.field(at)) for at, column in enumerate(kind.columns)]
        objects = _objects(kind.columns, members, len(array))
        return [each if there else None for each, there in zip(objects, array.is_valid().to_pylist(), strict=True)]
    if isinstance(kind, Items):
        return _lists(_values(kind.of, array.flatten()), array.value_lengths().to_pylist())
    held: list[Any] = (array.cast(pa.int64()) if isinstance(kind, Moment) else array).to_pylist()
    if kind == "json":
        read = iter(json_values([text for text in held if text is not None]))
        return [None if text is None else next(read) for text in held]
    if isinstance(kind, Moment):
        return [None if each is None else wire_value(kind, each) for each in held]
    return held


def _objects(columns: Sequence[Column], values: Sequence[Sequence[Any]], count: int) -> list[dict[str, Any]]:
    if not columns:
        return [{} for _ in range(count)]
    names = [column.name for column in columns]
    return [
        {name: value for name, value in zip(names, row, strict=True) if value is not None}
        for row in zip(*values, strict=True)
    ]


def _lists(values: Sequence[Any], sizes: Sequence[int | None]) -> list[list[Any] | None]:
    made: list[list[Any] | None] = []
    at = 0
    for size in sizes:
        made.append(None if size is None else list(values[at : at + size]))
        at += size or 0
    return made


def _with_rest(kind: Kind | None, value: Any, rest: Any) -> Any:
    """A wire value together with what its column did not hold."""
    if isinstance(kind, Struct) and value is not None:
        kinds: dict[str, Kind] = {column.name: column.kind for column in kind.columns}
        return value | {name: _with_rest(kinds.get(name), value.get(name), each) for name, each in rest.items()}
    if isinstance(kind, Items) and value is not None:
        for place, each in rest.items():
            value[int(place)] = _with_rest(kind.of, value[int(place)], each)
        return value
    return rest
