"""What can be pulled: data sets, windows, shards, plans, the ledger, streams of rows, and backfill."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .blocking import Reader, backfill, coverage, read
    from .covering import Coverage
    from .dataset import Dataset
    from .ledger import Ledger
    from .plan import Plan
    from .protocol import Sink, Writer
    from .pull import DataSets, Pull
    from .report import Report
    from .shard import Shard
    from .stream import RowStream

__all__ = [
    "Coverage",
    "DataSets",
    "Dataset",
    "Ledger",
    "Plan",
    "Pull",
    "Reader",
    "Report",
    "RowStream",
    "Shard",
    "Sink",
    "Writer",
    "backfill",
    "coverage",
    "read",
]

_HOMES = {
    "Coverage": "covering",
    "DataSets": "pull",
    "Dataset": "dataset",
    "Ledger": "ledger",
    "Plan": "plan",
    "Pull": "pull",
    "Reader": "blocking",
    "Report": "report",
    "RowStream": "stream",
    "Shard": "shard",
    "Sink": "protocol",
    "Writer": "protocol",
    "backfill": "blocking",
    "coverage": "blocking",
    "read": "blocking",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOMES[name]}", __name__), name)
