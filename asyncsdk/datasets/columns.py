"""The rows of a data set as columns: those of its model, and in front the key's where the model has no such field."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import count
from typing import TYPE_CHECKING, Any

from attrs import frozen

from ..columns import columns_of, extra_name, model_schema, to_batch, to_wire
from ..columns.rows import wire_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pyarrow as pa

    from ..codec import Model
    from ..columns import Column


def _days() -> Iterator[str]:
    yield "date"
    yield from (f"day{'_' * number}" for number in count())


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
    def of_model(self) -> tuple[Column, ...]:
        """Those of the model, without the one for what they do not hold."""
        return columns_of(self.model)

    @cached_property
    def extra(self) -> str:
        """The name of the column for what the others do not hold."""
        return extra_name(self.model)

    @cached_property
    def added_key(self) -> str | None:
        """The name of the key's column where the rows do not have their key themselves."""
        return None if any(column.name == self.key for column in self.of_model) else self.key

    @cached_property
    def day(self) -> str:
        """What the day of a shard is called beside its rows: ``date``, or ``day`` where they have a column of that name themselves.

        A reader of a tree knows the folder's name as one more column, and few of them tell capitals from small letters: where two are
        one, some readers fail, and others put the day in the place of the time of day.
        """
        taken = {name.casefold() for name in (self.key, self.extra, *(column.name for column in self.of_model)) if name}
        return next(name for name in _days() if name not in taken)

    @cached_property
    def schema(self) -> pa.Schema:
        """The schema of a batch.

        Raises:
            ConfigurationError: pyarrow is not installed.
        """
        own = model_schema(self.model)
        if self.added_key is None:
            return own
        import pyarrow as pa

        return pa.schema([(self.added_key, pa.string()), *own])

    def to_batch(self, items: Sequence[Any], key: str | None = None) -> pa.RecordBatch:
        """Rows as a batch.

        Args:
            items: models, or wire rows.
            key: whose they are.

        Raises:
            ConfigurationError: pyarrow is not installed.
            TypeError: something among them is no row.
        """
        batch = to_batch(self.model, items)
        if self.added_key is None:
            return batch
        import pyarrow as pa

        keys = pa.repeat(pa.scalar(key, pa.string()), len(batch))
        return pa.RecordBatch.from_arrays([keys, *batch.columns], schema=self.schema)

    def to_wire(self, items: Any) -> Sequence[Mapping[str, Any]]:
        """The wire rows of rows, or those that a batch was made of.

        Args:
            items: models, wire rows, or a batch of this schema, or a table that was read back from files.

        Raises:
            TypeError: something among them is no row.
        """
        return wire_rows(items) if isinstance(items, Sequence) else to_wire(items, self.model)
