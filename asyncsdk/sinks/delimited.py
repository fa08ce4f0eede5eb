"""Shards as CSV files."""

from __future__ import annotations

from typing import IO, Any

from ..datasets.columns import Columns
from .compression import Compressed, Compression
from .lines import csv_header, csv_lines
from .text import TextSink


class CSVSink(TextSink):
    """A Hive tree of CSV files: a header, the key's column where rows do not have it, those of the model, then ``extra``, a JSON object.

    `asyncsdk.sinks.lines.csv_lines` says what stands where.

    Args:
        path: a local folder, or any URL that fsspec knows, such as ``s3://bucket/rows``.
        compression: ``"gzip"``, ``"zstd"`` or None.
        storage_options: for fsspec, such as an endpoint and credentials; a value may be `FromEnvironment`, or the whole a function that
            gives them where they are used: then the sink pickles.

    Raises:
        ConfigurationError: there is no such compression, or its package is not installed.
    """

    _kind = "csv"

    def _encoder(self, file: IO[bytes], columns: Columns, key: str | None) -> _Table:
        return _Table(file, self._compression, columns, key)


class _Table:
    def __init__(self, file: IO[bytes], compression: Compression | None, columns: Columns, key: str | None) -> None:
        self._columns = columns
        self._key = key
        self._out = Compressed(file, compression)
        self._out.write(csv_header(columns))

    def write(self, items: Any) -> None:
        self._out.write(csv_lines(self._columns, items, self._key))

    def close(self) -> None:
        self._out.close()
