"""Items to Arrow record batches, column by column."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import accumulate, chain
from types import NoneType
from typing import TYPE_CHECKING, Any

from .arrow import arrow_type, model_schema
from .cells import NotFiniteError, cell, json_texts
from .kinds import Column, Items, Kind, Moment, Struct, columns_of, extra_name
from .rows import wire_rows
from .times import canonical_times

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from ..codec import Model

    # By row: what the column does not hold, just as it was sent. Of an object or a list that the column does hold, a mapping of
    # the members (by name) or the items (by place) that do not fit.
    Rest = dict[int, Any]

_NOTHING: Mapping[str, Any] = {}
_EPOCH = "1970-01-01T00:00:00.000Z"
# Arrow would take a whole float for an integer, which is right, and cut 1.5 down to 1, which is not; and true for 1.0.
_TYPES: dict[Any, set[type]] = {"integer": {int, NoneType}, "real": {float, int, NoneType}}


def to_batch(model: type[Model], items: Sequence[Any], *, schema: pa.Schema | None = None) -> pa.RecordBatch:
    """Items of a model as a record batch (`asyncsdk.columns.cells` says what goes where).

    Nothing is lost: `to_wire` gives each item's `to_dict` back.

    Args:
        model: the class of the items.
        items: models, and JSON objects as the service sends them, keys in any order.
        schema: what the batch is to look like instead of `model_schema`: fewer columns (what has none goes to ``extra``), another
            order, other types for the same values. A column that is none of the model's is null.

    Raises:
        ConfigurationError: pyarrow is not installed.
        TypeError: an item that is neither.
        ValueError: nan or infinity, which JSON does not have; a schema without ``extra``.
    """
    own = model_schema(model)
    rows = wire_rows(items)
    columns = columns_of(model)
    if schema is not None:
        if extra_name(model) not in schema.names:
            raise ValueError(f"the schema has no column {extra_name(model)!r} for what the others do not hold")
        columns = tuple(column for column in columns if column.name in schema.names)
    arrays, rest = _members(columns, rows)
    made = dict(zip((column.name for column in columns), arrays, strict=True))
    made[extra_name(model)] = _extra(len(rows), rest)
    return _batch(made, own) if schema is None else _fitted(len(rows), made, schema)


def assemble(model: type[Model], count: int, values: Mapping[str, Sequence[Any]]) -> pa.RecordBatch:
    """A batch from wire values that are columns already.

    Args:
        model: the class of the items.
        count: how many rows.
        values: by wire name; each row has each of these keys.
    """
    import pyarrow as pa

    made: dict[str, pa.Array] = {}
    rest: Rest = {}
    for column in columns_of(model):
        if (found := values.get(column.name)) is None:
            made[column.name] = pa.nulls(count, arrow_type(column.kind))
            continue
        made[column.name], unfit = _named(column, found)
        if made[column.name].null_count:
            unfit.update((row, None) for row, value in enumerate(found) if value is None)
        _note(rest, column.name, unfit)
    for name in values.keys() - made.keys():
        _note(rest, name, dict(enumerate(values[name])))
    made[extra_name(model)] = _extra(count, rest)
    return _batch(made, model_schema(model))


def _batch(made: Mapping[str, pa.Array], schema: pa.Schema) -> pa.RecordBatch:
    import pyarrow as pa

    return pa.RecordBatch.from_arrays([made[name] for name in schema.names], schema=schema)


def _fitted(count: int, made: Mapping[str, pa.Array], schema: pa.Schema) -> pa.RecordBatch:
    """A batch in a schema of somebody else's."""
    import pyarrow as pa

    arrays = {each.name: made[each.name] if each.name in made else pa.nulls(count, each.type) for each in schema}
    return _batch({each.name: arrays[each.name].cast(each.type) for each in schema}, schema)


def _extra(count: int, rest: Rest) -> pa.Array:
    import pyarrow as pa

    if not rest:
        return pa.nulls(count, pa.string())
    texts = dict(zip(rest, json_texts(list(rest.values()), ordered=True), strict=True))
    return pa.array(map(texts.get, range(count)), pa.string(), size=count)


def _members(columns: tuple[Column, ...], rows: Sequence[Mapping[str, Any]]) -> tuple[list[pa.Array], Rest]:
    """The columns of many objects, and by row what of an object they do not hold, by name."""
    arrays = []
    rest: Rest = {}
    there = 0
    for column in columns:
        name = column.name
        values = [row.get(name) for row in rows]
        array, unfit = _named(column, values)
        there += len(rows)
        if array.null_count:
            # A null in the column stands for no key; a null that was sent is something else.
            nulls = [row for row, value in enumerate(values) if value is None and name in rows[row]]
            unfit.update(dict.fromkeys(nulls))
            there -= values.count(None) - len(nulls)
        _note(rest, name, unfit)
        arrays.append(array)
    if there < sum(map(len, rows)):
        known = {column.name for column in columns}
        for number, row in enumerate(rows):
            if unknown := row.keys() - known:
                rest.setdefault(number, {}).update({key: row[key] for key in unknown})
    return arrays, rest


def _note(rest: Rest, name: str, unfit: Rest) -> None:
    for row, value in unfit.items():
        rest.setdefault(row, {})[name] = value


def _named(column: Column, values: Sequence[Any]) -> tuple[pa.Array, Rest]:
    try:
        return _array(column.kind, values)
    except NotFiniteError as error:
        raise error.inside(column.name) from None


def _array(kind: Kind, values: Sequence[Any]) -> tuple[pa.Array, Rest]:
    """A column, and by row what it does not hold; None is null, and nothing is missing then."""
    if isinstance(kind, Struct):
        return _structs(kind, values)
    if isinstance(kind, Items):
        return _lists(kind, values)
    made = _json(values) if kind == "json" else _at_once(kind, values)
    return _one_by_one(kind, values) if made is None else (made, {})


def _structs(kind: Struct, values: Sequence[Any]) -> tuple[pa.Array, Rest]:
    import pyarrow as pa

    if set(map(type, values)) == {dict}:
        arrays, rest = _members(kind.columns, values)
        return pa.StructArray.from_arrays(arrays, fields=list(arrow_type(kind))), rest
    objects = [isinstance(value, Mapping) for value in values]
    found = [value if there else _NOTHING for value, there in zip(values, objects, strict=True)]
    arrays, rest = _members(kind.columns, found)
    missing = pa.array([not there for there in objects], pa.bool_())
    rest.update(_others(values, objects))
    return pa.StructArray.from_arrays(arrays, fields=list(arrow_type(kind)), mask=missing), rest


def _lists(kind: Items, values: Sequence[Any]) -> tuple[pa.Array, Rest]:
    import pyarrow as pa

    lists = [isinstance(value, list | tuple) for value in values]
    found: list[Sequence[Any]] = [value if there else () for value, there in zip(values, lists, strict=True)]
    offsets = list(accumulate(map(len, found), initial=0))
    inner, unfit = _array(kind.of, list(chain.from_iterable(found)))
    rest: Rest = dict(_others(values, lists))
    row = 0
    for place in sorted(unfit):
        while offsets[row + 1] <= place:
            row += 1
        rest.setdefault(row, {})[str(place - offsets[row])] = unfit[place]
    missing = None if all(lists) else pa.array([not there for there in lists], pa.bool_())
    made = pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), inner, arrow_type(kind), mask=missing)
    return made, rest


def _others(values: Sequence[Any], fit: Sequence[bool]) -> Rest:
    return {
        row: value
        for row, (value, there) in enumerate(zip(values, fit, strict=True))
        if not there and value is not None
    }


def _json(values: Sequence[Any]) -> pa.Array:
    import pyarrow as pa

    there = [value for value in values if value is not None]
    texts = iter(json_texts(there))
    return pa.array((None if value is None else next(texts) for value in values), pa.string(), size=len(values))


def _at_once(kind: Kind, values: Sequence[Any]) -> pa.Array | None:
    """The column where every value fits it as it is, which is the common case; None otherwise."""
    import pyarrow as pa

    if isinstance(kind, Moment):
        return _times(kind, values)
    if kind in _TYPES and not _TYPES[kind].issuperset(map(type, values)):
        return None
    try:
        # Given a type, pyarrow takes no other values than those and None, and does not look for a module to guess by.
        made = pa.array(values, arrow_type(kind))
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError, UnicodeEncodeError):
        return None
    if kind == "real":
        import numpy as np

        if not np.isfinite(made.drop_null().to_numpy()).all():
            raise NotFiniteError
    return made


def _times(kind: Moment, values: Sequence[Any]) -> pa.Array | None:
    import pyarrow as pa

    if not kind.is_plain:
        return None
    try:
        texts = pa.array(values, pa.string())
    except (pa.ArrowInvalid, pa.ArrowTypeError, UnicodeEncodeError):
        return None
    if not texts.null_count:
        return canonical_times(texts, arrow_type(kind))
    times = canonical_times(texts.fill_null(_EPOCH), arrow_type(kind))
    if times is None:
        return None
    _, counts = times.buffers()
    return pa.Array.from_buffers(times.type, len(texts), [texts.buffers()[0], counts])


def _one_by_one(kind: Kind, values: Sequence[Any]) -> tuple[pa.Array, Rest]:
    import pyarrow as pa

    held = []
    rest: Rest = {}
    for row, value in enumerate(values):
        best, exact = (None, True) if value is None else cell(kind, value)
        held.append(best)
        if not exact:
            rest[row] = value
    return pa.array(held, arrow_type(kind)), rest
