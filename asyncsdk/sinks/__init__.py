"""Where rows go, and which shards are done there.

The sinks are imported at their first use: planning and counting need none of what they stand on.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ..datasets.ledger import Ledger
from ..datasets.protocol import Sink, Writer

if TYPE_CHECKING:
    from .compaction import Compacted, compact
    from .delimited import CSVSink
    from .lakes.delta import DeltaSink
    from .lakes.duckdb import DuckDBSink
    from .ndjson import NDJSONSink
    from .options import FromEnvironment
    from .parquet import ParquetSink

__all__ = [
    "CSVSink",
    "Compacted",
    "DeltaSink",
    "DuckDBSink",
    "FromEnvironment",
    "Ledger",
    "NDJSONSink",
    "ParquetSink",
    "Sink",
    "Writer",
    "compact",
]

_HOMES = {
    "CSVSink": "delimited",
    "Compacted": "compaction",
    "DeltaSink": "lakes.delta",
    "DuckDBSink": "lakes.duckdb",
    "FromEnvironment": "options",
    "NDJSONSink": "ndjson",
    "ParquetSink": "parquet",
    "compact": "compaction",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOMES[name]}", __name__), name)
