"""Shards as files of JSON lines."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any

import msgspec

from .compression import SUFFIXES, Compressed, Compression, check
from .files import FileSink
from .items import as_wire

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    from ..fanout.plan import Shard


class NDJSONSink(FileSink):
    """A Hive tree of files in which each line is a row, just as the service sent it.

    Args:
        path: a local folder, or any URL that fsspec knows, such as ``s3://bucket/rows``.
        compression: ``"gzip"``, ``"zstd"`` or None.
        storage_options: for fsspec, such as credentials and an endpoint.

    Raises:
        ConfigurationError: there is no such compression, or its package is not installed.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        compression: Compression | None = None,
        *,
        storage_options: Mapping[str, Any] | None = None,
    ) -> None:
        check(compression)
        super().__init__(path, f".ndjson{SUFFIXES[compression]}", storage_options)
        self._compression: Compression | None = compression

    def _encoder(self, file: IO[bytes], shard: Shard) -> _Lines:  # noqa: ARG002  # all rows look alike
        return _Lines(file, self._compression)


class _Lines:
    def __init__(self, file: IO[bytes], compression: Compression | None) -> None:
        self._out = Compressed(file, compression)

    def write(self, items: Any) -> None:
        self._out.write(msgspec.json.Encoder().encode_lines(as_wire(items)))

    def close(self) -> None:
        self._out.close()
