"""A request's body on its way out."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING, Self

import httpx

from ..http.whole import leave

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator
    from types import TracebackType

PIECE = 1 << 16
"""Bytes that are written, or kept unread, at a time."""


async def pieces(request: httpx.Request, body: bytes | None) -> AsyncGenerator[bytes | memoryview]:
    """A body in pieces of at most `PIECE`, so that the limit of time for writing is one for progress.

    It must have the length that the request declares, if it does: what is too long or too short ends in an error, and must not be
    taken for a whole request.

    Args:
        request: whose body it is.
        body: the body, if it is there; else the request's stream is read, and what that raises is raised.
    """
    lengths = request.headers.get_list("content-length")
    declared = int(lengths[0]) if lengths else None if body is None else len(body)
    sent = 0
    async with aclosing(_source(request, body)) as source:
        async for given in source:
            whole = memoryview(given)
            sent += len(whole)
            if declared is not None and sent > declared:
                raise httpx.LocalProtocolError("the body is longer than its Content-Length", request=request)
            for start in range(0, len(whole), PIECE):
                yield whole[start : start + PIECE]
    if declared is not None and sent < declared:
        raise httpx.LocalProtocolError("the body is shorter than its Content-Length", request=request)


async def _source(request: httpx.Request, body: bytes | None) -> AsyncGenerator[bytes]:
    if body is not None:
        yield body
        return
    if not isinstance(request.stream, httpx.AsyncByteStream):
        raise TypeError("the body of an async request is bytes or an async stream")
    source: AsyncIterator[bytes] = aiter(request.stream)
    try:
        async for piece in source:
            yield piece
    finally:
        # and so is the file that a generator reads
        await leave(source)


class SourceError(Exception):
    """Stands for what a body's source raised, while a library passes it on; none takes it for an error of its own."""


class Outgoing:
    """A body for a library to send. What its source raises is kept apart from the library's own errors.

    Args:
        request: what is sent.
        body: its body, if that is there.

    Attributes:
        failure: what the source raised.
    """

    def __init__(self, request: httpx.Request, body: bytes | None) -> None:
        self.failure: Exception | None = None
        self._pieces = pieces(request, body)

    async def __aiter__(self) -> AsyncGenerator[bytes]:
        try:
            async for piece in self._pieces:
                yield bytes(piece)
        except Exception as error:  # noqa: BLE001  # it is raised again, once the library has let go
            self.failure = error
        if self.failure is not None:
            raise SourceError

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the source, and raise what it raised."""
        await self._pieces.aclose()
        if self.failure is not None and isinstance(error, Exception):
            raise self.failure
