"""What a writer is given, as wire rows or as a record batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..codec import to_dict
from ..columns import to_batch, to_wire
from ..unleash.analytics.rows import AnalyticsRow

if TYPE_CHECKING:
    import pyarrow as pa


def as_wire(items: Any) -> Sequence[Mapping[str, Any]]:
    """The wire rows of rows or of a record batch.

    Raises:
        TypeError: something among them is no row.
    """
    if not isinstance(items, Sequence):
        return to_wire(items, AnalyticsRow)
    made = [to_dict(each) for each in items]
    for each in made:
        if not isinstance(each, Mapping):
            raise TypeError(f"a row is a model or a JSON object, not {type(each).__name__}")
    return made


def as_batch(items: Any) -> pa.RecordBatch:
    """The record batch of rows, or the one that it is.

    Raises:
        TypeError: something among them is no row.
    """
    return to_batch(AnalyticsRow, as_wire(items)) if isinstance(items, Sequence) else items
