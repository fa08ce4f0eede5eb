"""Bodies that are there, as httpx's streams."""

from __future__ import annotations

from inspect import isasyncgen
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable


class Whole(httpx.ByteStream):
    """A body that is there, and can be had without walking over its only piece.

    Args:
        body: the bytes.
    """

    def __init__(self, body: bytes) -> None:
        super().__init__(body)
        self.body = body


class TooLargeError(httpx.DecodingError):
    """An answer's body holds more than was to be kept of one."""


def too_large(most: int, request: httpx.Request | None = None) -> TooLargeError:
    """The error for a body of more than `most` bytes."""
    return TooLargeError(
        f"the answer's body is larger than {most} bytes, the most that is kept of one", request=request
    )


def body_of(stream: object) -> bytes | None:
    """The bytes of a request's or an answer's stream; None if they are still to be read."""
    if isinstance(stream, Whole):
        return stream.body
    return b"".join(stream) if isinstance(stream, httpx.ByteStream) else None


def whole_body(response: httpx.Response) -> bytes:
    """The body of an answer that was read whole, as it came over the wire."""
    body = body_of(response.stream)
    assert body is not None
    return body


async def gathered(
    request: httpx.Request,
    status: int,
    headers: Iterable[tuple[bytes, bytes]],
    stream: httpx.AsyncByteStream,
    *,
    most: int,
) -> Whole:
    """An answer's body, read to its end; its stream is closed in any case.

    Args:
        request: what was asked.
        status: of the answer.
        headers: of the answer, as they came.
        stream: its body.
        most: bytes that are read.

    Raises:
        TooLargeError: there are more, or more are announced.
    """
    pieces = aiter(stream)
    found: list[bytes] = []
    try:
        if announced(request.method, status, headers) > most:
            raise too_large(most, request)
        left = most
        async for piece in pieces:
            left -= len(piece)
            if left < 0:
                raise too_large(most, request)
            found.append(piece)
    finally:
        try:
            await leave(pieces)
        finally:
            await stream.aclose()
    return Whole(b"".join(found))


async def leave(pieces: AsyncIterator[bytes] | None) -> None:
    """Close a stream's iterator that may be left in the middle: trio complains of generators that are not.

    One that another task is reading stays as it is: it ends with its stream.
    """
    if isasyncgen(pieces) and not pieces.ag_running:
        await pieces.aclose()


def announced(method: str, status: int, headers: Iterable[tuple[bytes, bytes]]) -> int:
    """How many bytes an answer says that its body will have; 0 if it says nothing, or has no body."""
    if method == "HEAD" or status in (204, 304):
        return 0
    lengths = [value for name, value in headers if name.lower() == b"content-length"]
    # more digits than that are refused by every parser, and take long to read
    return int(lengths[0]) if len(lengths) == 1 and lengths[0].isdigit() and len(lengths[0]) < 20 else 0
