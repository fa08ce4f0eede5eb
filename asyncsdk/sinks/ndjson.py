"""Shards as files of JSON lines."""

from __future__ import annotations

from typing import IO, Any

from ..datasets.columns import Columns
from ..datasets.text import ndjson_lines
from .compression import Compressed, Compression
from .text import TextSink


class NDJSONSink(TextSink):
    """A Hive tree of files in which each line is a row, just as the service sent it.

    In front of it stands its key, where rows of this kind do not have it themselves.

    Args:
        path: a local folder, or any URL that fsspec knows, such as ``s3://bucket/rows``.
        compression: ``"gzip"``, ``"zstd"`` or None.
        storage_options: for fsspec, such as an endpoint and credentials; a value may be `FromEnvironment`, or the whole a function that
            gives them where they are used: then the sink pickles.

    Raises:
        ConfigurationError: there is no such compression, or its package is not installed.
    """

    _kind = "ndjson"

    def _encoder(self, file: IO[bytes], columns: Columns, key: str | None) -> _Lines:
        return _Lines(file, self._compression, columns, key)


class _Lines:
    def __init__(self, file: IO[bytes], compression: Compression | None, columns: Columns, key: str | None) -> None:
        self._columns = columns
        self._key = key
        self._out = Compressed(file, compression)

    def write(self, items: Any) -> None:
        self._out.write(ndjson_lines(self._columns, items, self._key))

    def close(self) -> None:
        self._out.close()
