"""Bytes to a compressed file, always the same for the same bytes."""

from __future__ import annotations

import gzip
import sys
from typing import IO, TYPE_CHECKING, Literal, Protocol, get_args

from ..errors import ConfigurationError

if TYPE_CHECKING:
    from types import ModuleType

Compression = Literal["gzip", "zstd"]

SUFFIXES: dict[Compression | None, str] = {None: "", "gzip": ".gz", "zstd": ".zst"}

# A compressor may look at how much it is given at a time: it is given as much as this.
_BLOCK = 1 << 17


def check(compression: Compression | None) -> None:
    """Look whether this compression is there.

    Raises:
        ConfigurationError: there is none of this name, or its package is not installed.
    """
    if compression not in SUFFIXES:
        raise ConfigurationError(
            f"compression must be one of {', '.join(get_args(Compression))} or None, not {compression!r}"
        )
    if compression == "zstd":
        _zstd()


def open_zstd(file: IO[bytes]) -> IO[bytes]:
    """What a zstd file holds.

    Raises:
        ConfigurationError: the package for it is not installed.
    """
    opened: IO[bytes] = _zstd().ZstdFile(file, "rb")
    return opened


def _zstd() -> ModuleType:
    try:
        if sys.version_info >= (3, 14):
            from compression import zstd
        else:
            from backports import zstd
    except ImportError:
        raise ConfigurationError('zstd needs a package before Python 3.14: pip install "asyncsdk[zstd]"') from None
    return zstd


class _Output(Protocol):
    def write(self, data: bytes, /) -> object: ...
    def close(self) -> None: ...


class Compressed:
    """A stream of bytes into a file, which stays open.

    Args:
        file: where the compressed bytes go.
        compression: how.
    """

    def __init__(self, file: IO[bytes], compression: Compression | None) -> None:
        self._held = bytearray()
        self._end = compression is not None
        if compression == "gzip":
            self._file: _Output = gzip.GzipFile("", "wb", 6, file, mtime=0)
        elif compression == "zstd":
            self._file = _zstd().ZstdFile(file, "wb")
        else:
            self._file = file

    def write(self, data: bytes) -> None:
        """Take bytes, which follow those of the call before."""
        self._held += data
        while len(self._held) >= _BLOCK:
            self._file.write(bytes(self._held[:_BLOCK]))
            del self._held[:_BLOCK]

    def close(self) -> None:
        """Write what is held back and the end of the compressed stream."""
        try:
            self._file.write(bytes(self._held))
            self._held.clear()
        finally:
            if self._end:
                self._file.close()
