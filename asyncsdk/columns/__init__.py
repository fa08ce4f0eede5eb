"""Analytics rows as Arrow record batches, all of one schema, from which the wire JSON can be made again."""

from __future__ import annotations

from .batch import clip, schema, to_batch, to_wire
from .cells import COLUMNS
from .page import ArrowPage, decode_page

__all__ = ["COLUMNS", "ArrowPage", "clip", "decode_page", "schema", "to_batch", "to_wire"]
