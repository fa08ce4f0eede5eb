"""What can be uploaded, as a body that has a length: files as they are, what has no length by way of a temporary file."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import AsyncIterable, AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import IO, TYPE_CHECKING, Any, cast

import anyio
import anyio.to_thread
import httpx

from ....http.body import PIECE, FileBody, HeldBody, SourceBody, ThreadedPieces

if TYPE_CHECKING:
    from ....http.body import Body

Path = str | os.PathLike[str]
Source = Path | bytes | IO[bytes] | AsyncIterable[bytes]
"""What can be sent: a path, bytes, a binary file, an async iterable of bytes."""

Progress = Callable[[int, int], object]
"""Told how many bytes are through, and how many there are in all."""


def name_of(file: Source) -> str:
    """What a file is called, without its folders.

    Raises:
        ValueError: it has no name.
    """
    named = file if isinstance(file, str | os.PathLike) else getattr(file, "name", None)
    found = os.path.basename(os.fspath(named)) if isinstance(named, str | os.PathLike) else ""  # noqa: PTH119
    if not found:
        raise ValueError("this file has no name: give filename=...")
    return found


@asynccontextmanager
async def opened(file: Source, size: int | None = None) -> AsyncIterator[Body]:
    """A source as a body that has a length.

    Args:
        file: what is to be sent.
        size: bytes of an async iterable, if known: it is then sent as it comes, and only once.

    Raises:
        TypeError: nothing that can be sent.
        ValueError: a path that leads to no regular file.
        OSError: the file cannot be read.
    """
    if isinstance(file, bytes | bytearray | memoryview):
        yield HeldBody(bytes(file))
    elif isinstance(file, str | os.PathLike):
        yield await anyio.to_thread.run_sync(_of_path, file)
    elif isinstance(file, AsyncIterable):
        if size is not None:
            yield SourceBody(_exactly(size, file), size)
        else:
            async with _spooled(file) as kept:
                yield kept
    elif hasattr(file, "read"):
        if await anyio.to_thread.run_sync(file.seekable):
            yield await anyio.to_thread.run_sync(FileBody, file)
        else:
            async with _spooled(ThreadedPieces(iter(lambda: file.read(PIECE), b""))) as kept:
                yield kept
    else:
        raise TypeError(f"a path, bytes, a binary file or an async iterable can be sent, not {type(file).__name__}")


def _of_path(path: Path) -> FileBody:
    with open(path, "rb") as file:  # noqa: PTH123  # whatever kind of path it is; what cannot be read is told now
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise ValueError("only regular files can be sent by their path: open this one, and give the file")
    return FileBody(path)


@asynccontextmanager
async def _spooled(pieces: AsyncIterable[bytes]) -> AsyncIterator[FileBody]:
    """All of a source in a temporary file: the storage takes nothing whose length is not known beforehand."""
    file = cast("IO[bytes]", await anyio.to_thread.run_sync(tempfile.TemporaryFile))
    try:
        async for piece in pieces:
            await anyio.to_thread.run_sync(file.write, piece)
        await anyio.to_thread.run_sync(file.seek, 0)
        yield await anyio.to_thread.run_sync(FileBody, file)
    finally:
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(file.close)


async def _exactly(size: int, pieces: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    """The pieces, which must be as many bytes as was said."""
    left = size
    iterator: Any = aiter(pieces)
    try:
        async for piece in iterator:
            left -= len(piece)
            if left < 0:
                raise httpx.LocalProtocolError(f"the source gives more than the {size} bytes that were said")
            yield piece
    finally:
        if hasattr(iterator, "aclose"):
            with anyio.CancelScope(shield=True):
                await iterator.aclose()
    if left:
        raise httpx.LocalProtocolError(f"the source ended {left} bytes before the {size} that were said")


class Watched:
    """A body whose sending is told.

    Args:
        body: what is sent.
        progress: told after each piece; from 0 again with each attempt.
    """

    held = None

    def __init__(self, body: Body, progress: Progress) -> None:
        self._body = body
        self._progress = progress
        self.length = body.length

    @property
    def spent(self) -> bool:
        """Whether it was had, and cannot be had again."""
        return self._body.spent

    def stream(self) -> httpx.AsyncByteStream:
        """Its bytes from the first one on."""
        return _Told(self._body.stream(), self._progress, self.length or 0)


class _Told(httpx.AsyncByteStream):
    def __init__(self, stream: httpx.AsyncByteStream, progress: Progress, total: int) -> None:
        self._stream = stream
        self._pieces = aiter(stream)
        self._progress = progress
        self._total = total
        self._sent = 0

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        piece = await anext(self._pieces)
        self._sent += len(piece)
        self._progress(self._sent, self._total)
        return piece

    async def aclose(self) -> None:
        await self._stream.aclose()
