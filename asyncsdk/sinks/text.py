"""What the sinks of text files have in common."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, ClassVar

from .compression import SUFFIXES, Compression, check
from .files import FileSink


class TextSink(FileSink):
    """A Hive tree of text files, compressed or not.

    Args:
        path: a local folder, or any URL that fsspec knows, such as ``s3://bucket/rows``.
        compression: ``"gzip"``, ``"zstd"`` or None.
        storage_options: for fsspec, such as credentials and an endpoint.

    Raises:
        ConfigurationError: there is no such compression, or its package is not installed.
    """

    _kind: ClassVar[str]

    def __init__(
        self,
        path: str | os.PathLike[str],
        compression: Compression | None = None,
        *,
        storage_options: Mapping[str, Any] | None = None,
    ) -> None:
        check(compression)
        super().__init__(path, f".{self._kind}{SUFFIXES[compression]}", storage_options)
        self._compression: Compression | None = compression
