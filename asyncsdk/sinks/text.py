"""What the sinks of text files have in common."""

from __future__ import annotations

import os
from typing import ClassVar

from .compression import SUFFIXES, Compression, check
from .files import FileSink
from .options import StorageOptions


class TextSink(FileSink):
    """A Hive tree of text files, compressed or not.

    Args:
        path: a local folder, or any URL that fsspec knows, such as ``s3://bucket/rows``.
        compression: ``"gzip"``, ``"zstd"`` or None.
        storage_options: for fsspec, such as an endpoint and credentials; a value may be `FromEnvironment`, or the whole a function that
            gives them where they are used: then the sink pickles.

    Raises:
        ConfigurationError: there is no such compression, or its package is not installed.
    """

    _kind: ClassVar[str]

    def __init__(
        self,
        path: str | os.PathLike[str],
        compression: Compression | None = None,
        *,
        storage_options: StorageOptions | None = None,
    ) -> None:
        check(compression)
        super().__init__(path, f".{self._kind}{SUFFIXES[compression]}", storage_options)
        self._compression: Compression | None = compression
