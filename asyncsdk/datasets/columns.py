"""The rows of a data set as columns: those of its model, and in front the key's where the model has no such field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, get_args

import msgspec
from attrs import frozen

from ..codec import to_dict
from ..codec.model import named
from ..codec.reading import members
from ..columns import batch as analytics
from ..columns.cells import ABSENT, COLUMNS, EXTRA, Kind, cell, extra_text, wire_value

if TYPE_CHECKING:
    import pyarrow as pa

    from ..codec import Model

_LEAVES: dict[Any, Kind] = {str: "text", int: "integer", datetime: "timestamp"}


@frozen(slots=False)
class Columns:
    """The columns of a data set.

    Attributes:
        model: of a row.
        key: the name of the key's column; None without a key.
    """

    model: type[Model]
    key: str | None

    @cached_property
    def has_key(self) -> bool:
        """Whether the rows have their key themselves, as a field of the model."""
        return self.key in self._kinds

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of all columns, in order; the last is ``extra``."""
        return (*([] if self.key is None or self.has_key else [self.key]), *self._kinds, EXTRA)

    @cached_property
    def schema(self) -> pa.Schema:
        """The schema of a batch.

        Raises:
            ConfigurationError: pyarrow is not installed.
        """
        plain = analytics.schema()
        import pyarrow as pa

        types: dict[Kind | Literal["json"], pa.DataType] = {
            "text": pa.string(),
            "integer": pa.int64(),
            "timestamp": plain.field("timestamp").type,
            "json": pa.string(),
        }
        kinds = {name: types[self._kinds[name]] if name in self._kinds else pa.string() for name in self.names}
        return pa.schema(list(kinds.items()))

    def to_batch(self, items: Sequence[Any], key: str | None = None) -> pa.RecordBatch:
        """Rows as a batch.

        Args:
            items: models, or wire rows.
            key: whose they are.

        Raises:
            ConfigurationError: pyarrow is not installed.
            TypeError: something among them is no row.
        """
        import pyarrow as pa

        rows = [row(each) for each in items]
        if list(self._kinds) == list(COLUMNS):
            return analytics.to_batch(rows)
        table: dict[str, list[Any]] = {name: [] for name in self.names}
        for each in rows:
            for name, value in zip(self.names, self.held(each, key), strict=True):
                table[name].append(value)
        arrays = [pa.array(table[each.name], each.type) for each in self.schema]
        return pa.RecordBatch.from_arrays(arrays, schema=self.schema)

    def to_wire(self, batch: pa.RecordBatch | pa.Table) -> list[dict[str, Any]]:
        """The wire rows that a batch was made of.

        Args:
            batch: of this schema, or a table that was read back from files.
        """
        if list(self._kinds) == list(COLUMNS):
            return analytics.to_wire(batch)
        return [self._wire_row(each) for each in batch.to_pylist()]

    def held(self, wire: Mapping[str, Any], key: str | None) -> list[Any]:
        """What each column holds of a row, in their order."""
        extra = {name: value for name, value in wire.items() if name not in self._kinds}
        cells: list[Any] = [] if self.key is None or self.has_key else [key]
        for name, kind in self._kinds.items():
            value = wire.get(name, ABSENT)
            if kind == "json":
                exact = value is ABSENT or value is not None
                found = None if value is ABSENT or value is None else msgspec.json.encode(value).decode()
            else:
                found, exact = cell(kind, value)
            if not exact:
                extra[name] = value
            cells.append(found)
        return [*cells, extra_text(extra)]

    def cells(self, wire: Mapping[str, Any], key: str | None) -> list[Any]:
        """The same as texts and numbers for CSV: a time as it is written, an empty text in ``extra`` too."""
        cells = self.held(wire, key)
        again = {}
        for at, name in enumerate(self.names[:-1]):
            kind = self._kinds.get(name)
            if kind == "timestamp" and cells[at] is not None:
                cells[at] = wire_value(kind, cells[at])
            if cells[at] == "" and wire.get(name) == "":
                again[name] = ""
        if again:
            cells[-1] = extra_text(again | (msgspec.json.decode(cells[-1]) if cells[-1] else {}))
        return cells

    @cached_property
    def _kinds(self) -> dict[str, Kind | Literal["json"]]:
        model: Any = self.model  # mypy holds that no model's class is hashable
        members(model)  # looks the annotations up
        found: dict[str, Kind | Literal["json"]] = {}
        for each, name in named(model):
            kinds = [kind for kind in get_args(each.type) or (each.type,) if kind is not type(None)]
            found[name] = _LEAVES.get(kinds[0], "json") if len(kinds) == 1 else "json"
        return found

    def _wire_row(self, row: Mapping[str, Any]) -> dict[str, Any]:
        extra = msgspec.json.decode(row[EXTRA]) if row.get(EXTRA) else {}
        made = {}
        for name, kind in self._kinds.items():
            value = row.get(name)
            if name in extra:
                made[name] = extra.pop(name)
            elif value is not None:
                if kind == "timestamp":
                    value = value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
                made[name] = msgspec.json.decode(value) if kind == "json" else value
        return made | extra


def row(item: Any) -> Mapping[str, Any]:
    """The wire JSON of a row.

    Raises:
        TypeError: it is none.
    """
    made = to_dict(item)
    if not isinstance(made, Mapping):
        raise TypeError(f"a row is a model or a JSON object, not {type(made).__name__}")
    return made
