"""Analytics rows as Arrow record batches, all of one schema, from which the wire JSON can be made again."""

from __future__ import annotations

from .batch import clip, schema, to_batch, to_wire
from .cells import COLUMNS

__all__ = ["COLUMNS", "clip", "schema", "to_batch", "to_wire"]
