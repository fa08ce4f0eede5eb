"""What a request sends: bodies that have a length, or say that they have none, and are opened anew for each attempt.

A file is read in worker threads, a piece at a time: what is sent never stands in memory as a whole, and a slow disk holds up
nobody else.
"""

from __future__ import annotations

import os
import secrets
from typing import IO, TYPE_CHECKING, Protocol, cast

import anyio
import anyio.to_thread
import httpx
from attrs import frozen

from .whole import Whole, leave

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator, Mapping

PIECE = 1 << 18
"""Bytes that are read from a file at a time."""

_ESCAPES = str.maketrans({'"': "%22", "\r": "%0D", "\n": "%0A"})


class Body(Protocol):
    """What is sent with a request."""

    @property
    def length(self) -> int | None:
        """How many bytes it has; None if nobody knows beforehand."""
        ...

    @property
    def held(self) -> bytes | None:
        """All of it, where it stands in memory; None where it is to be streamed."""
        ...

    @property
    def spent(self) -> bool:
        """Whether it was had, and cannot be had again."""
        ...

    def stream(self) -> httpx.AsyncByteStream:
        """Its bytes from the first one on; each call opens it anew. Closed by whoever asked for it."""
        ...


class HeldBody:
    """Bytes.

    Args:
        held: all of them.
    """

    __slots__ = ("held",)
    spent = False

    def __init__(self, held: bytes) -> None:
        self.held = held

    @property
    def length(self) -> int:
        """How many there are."""
        return len(self.held)

    def stream(self) -> httpx.AsyncByteStream:
        """They as a stream that is there at once."""
        return Whole(self.held)


EMPTY = HeldBody(b"")


class FileBody:
    """A file, or a part of one; read in worker threads, each time from the same place.

    Making one looks at the file, which for a path on a slow disk is better done in a worker thread too.

    Args:
        file: a path; or a binary file that can seek, which is taken from where it stands and left open.
        start: the first byte, counted from there.
        length: how many bytes; to the end of the file otherwise.

    Raises:
        OSError: there is no such file.
        TypeError: a file that is not binary.
        ValueError: a part that the file does not have.
    """

    held = None
    spent = False

    def __init__(self, file: str | os.PathLike[str] | IO[bytes], *, start: int = 0, length: int | None = None) -> None:
        if isinstance(file, str | os.PathLike):
            size = os.stat(file).st_size  # noqa: PTH116  # whatever kind of path it is
        else:
            if not isinstance(file.read(0), bytes):
                raise TypeError("a file must be opened in binary mode to be sent")
            here = file.tell()
            start += here
            size = file.seek(0, os.SEEK_END)
            file.seek(here)
        self._file = file
        self._start = start
        self._to_the_end = length is None
        self.length = size - start if length is None else length
        if start < 0 or self.length < 0 or start + self.length > size:
            raise ValueError(f"the file has {size} bytes; bytes {start} to {start + self.length} are not in it")

    def stream(self) -> httpx.AsyncByteStream:
        """Its bytes, read as they are sent."""
        return _FileStream(self._file, self._start, self.length, to_the_end=self._to_the_end)


class _FileStream(httpx.AsyncByteStream):
    """One reading of a file. It gives exactly the promised bytes or fails, since the file may change meanwhile."""

    def __init__(self, given: str | os.PathLike[str] | IO[bytes], start: int, length: int, *, to_the_end: bool) -> None:
        self._given = given
        self._start = start
        self._length = self._left = length
        self._to_the_end = to_the_end
        self._ended = False
        self._file: IO[bytes] | None = None

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        """The next piece.

        Raises:
            httpx.LocalProtocolError: the file has become shorter or longer; of one that grew the last piece is not given, so that
                nobody has what looks like all of it.
        """
        piece = b"" if self._ended else await anyio.to_thread.run_sync(self._read)
        if self._ended and not piece:
            await self.aclose()  # a caller's own transport may read it to the end and forget it
            raise StopAsyncIteration
        return piece

    def _read(self) -> bytes:
        if self._file is None:
            if isinstance(self._given, str | os.PathLike):
                self._file = cast("IO[bytes]", open(self._given, "rb", buffering=0))  # noqa: SIM115, PTH123
            else:
                self._file = self._given
            self._file.seek(self._start)
        piece = self._file.read(min(PIECE, self._left))
        if self._left and not piece:
            raise httpx.LocalProtocolError(
                f"the file shrank while it was sent: the last {self._left} of its {self._length} bytes are gone"
            )
        self._left -= len(piece)
        if not self._left and self._to_the_end and self._file.read(1):
            raise httpx.LocalProtocolError(f"the file grew while it was sent: it had {self._length} bytes")
        self._ended = not self._left
        return piece

    async def aclose(self) -> None:
        """Close what was opened here."""
        file, self._file = self._file, None
        if file is not None and file is not self._given:
            with anyio.CancelScope(shield=True):
                await anyio.to_thread.run_sync(file.close)


class SourceBody:
    """An async source that can be had only once: one attempt, and no other once a byte of it was taken.

    Args:
        source: gives pieces.
        length: how many bytes they are together, where that is known; without it they go out chunked.
    """

    held = None

    def __init__(self, source: AsyncIterable[bytes], length: int | None = None) -> None:
        self._source = source
        self.length = length
        self.spent = False

    def stream(self) -> httpx.AsyncByteStream:
        """The source."""
        return _SourceStream(self, self._source)


class _SourceStream(httpx.AsyncByteStream):
    def __init__(self, body: SourceBody, source: AsyncIterable[bytes]) -> None:
        self._body = body
        self._source = source
        self._pieces: AsyncIterator[bytes] | None = None

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        if self._pieces is None:
            self._body.spent = True
            self._pieces = aiter(self._source)
        return await anext(self._pieces)

    async def aclose(self) -> None:
        """Finish the source, if it was begun."""
        close = getattr(self._pieces, "aclose", None)
        if close is not None:
            with anyio.CancelScope(shield=True):
                await close()


class ThreadedPieces:
    """A source that blocks, such as httpx's own multipart forms, read in worker threads.

    Args:
        pieces: what blocks.
    """

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._given = pieces
        self._pieces: Iterator[bytes] | None = None

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        piece = await anyio.to_thread.run_sync(self._next)
        if piece is None:
            raise StopAsyncIteration
        return piece

    def _next(self) -> bytes | None:
        if self._pieces is None:
            self._pieces = iter(self._given)
        return next(self._pieces, None)


@frozen
class FormFile:
    """A file of a form.

    Attributes:
        name: of the form's field.
        body: the file.
        filename: what it is called there.
        content_type: what it is.
    """

    name: str
    body: Body
    filename: str
    content_type: str = "application/octet-stream"


class FormBody:
    """A multipart form: its fields in the order given, and its files last, as S3 wants them.

    Args:
        fields: names to values, sent as they are.
        files: what comes after them.

    Attributes:
        content_type: with the boundary.

    Raises:
        ValueError: a file whose length is not known.
    """

    held = None

    def __init__(self, fields: Mapping[str, str], files: Iterable[FormFile]) -> None:
        boundary = secrets.token_hex(16)
        self.content_type = f"multipart/form-data; boundary={boundary}"
        self._files = tuple(files)
        self._heads: list[bytes] = []
        opening = "".join(
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name.translate(_ESCAPES)}"\r\n\r\n{value}\r\n'
            for name, value in fields.items()
        )
        for each in self._files:
            if each.body.length is None:
                raise ValueError(f"the length of {each.filename!r} is not known, and a form needs it")
            opening += (
                f'--{boundary}\r\nContent-Disposition: form-data; name="{each.name.translate(_ESCAPES)}"; '
                f'filename="{each.filename.translate(_ESCAPES)}"\r\nContent-Type: {each.content_type}\r\n\r\n'
            )
            self._heads.append(opening.encode())
            opening = "\r\n"
        self._tail = f"{opening}--{boundary}--\r\n".encode()
        self.length = sum(map(len, self._heads)) + len(self._tail) + sum(each.body.length or 0 for each in self._files)

    @property
    def spent(self) -> bool:
        """Whether one of its files is."""
        return any(each.body.spent for each in self._files)

    def stream(self) -> httpx.AsyncByteStream:
        """Fields, then files."""
        parts: list[bytes | httpx.AsyncByteStream] = []
        for head, each in zip(self._heads, self._files, strict=True):
            parts += [head, each.body.stream()]
        return _FormStream([*parts, self._tail])


class _FormStream(httpx.AsyncByteStream):
    """Parts one after the other."""

    def __init__(self, parts: list[bytes | httpx.AsyncByteStream]) -> None:
        self._streams = [Whole(each) if isinstance(each, bytes) else each for each in parts]
        self._at = 0
        self._pieces: AsyncIterator[bytes] | None = None

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        while self._at < len(self._streams):
            if self._pieces is None:
                self._pieces = aiter(self._streams[self._at])
            try:
                return await anext(self._pieces)
            except StopAsyncIteration:
                self._pieces = None
                self._at += 1
        raise StopAsyncIteration

    async def aclose(self) -> None:
        """Close every part."""
        await leave(self._pieces)
        for each in self._streams:
            await each.aclose()


def body_of_request(request: httpx.Request) -> Body:
    """The body of somebody's own request: bytes where it has them, else a source that can be had once."""
    stream = request.stream
    if isinstance(stream, httpx.ByteStream):
        return HeldBody(stream.body if isinstance(stream, Whole) else b"".join(stream))
    declared = request.headers.get("content-length", "")
    length = int(declared) if declared.isascii() and declared.isdigit() else None
    if isinstance(stream, httpx.SyncByteStream):  # both in one: httpx would read the files of its forms on the loop
        return SourceBody(ThreadedPieces(stream), length)
    assert isinstance(stream, httpx.AsyncByteStream)
    return SourceBody(stream, length)
