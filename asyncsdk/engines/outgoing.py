"""A request's body on its way out."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

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
        # a generator that was left in the middle is closed now, and so is the file that it reads
        if isinstance(source, AsyncGenerator):
            await source.aclose()
