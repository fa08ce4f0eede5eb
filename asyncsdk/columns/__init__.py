"""Items of any model as Arrow record batches, all of one schema, from which the wire JSON can be made again; and as frames."""

from __future__ import annotations

from .arrow import model_schema
from .batch import to_batch
from .clip import clip
from .kinds import Column, columns_of, extra_name
from .wire import to_wire

__all__ = ["Column", "clip", "columns_of", "extra_name", "model_schema", "to_batch", "to_wire"]
