"""A limit of time for an answer's body that is read piece by piece."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio
import httpx

from ..http.whole import leave

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class TimedStream(httpx.AsyncByteStream):
    """A stream that fails once its time is up. No cancel scope stays open between two pieces.

    Args:
        inner: the stream.
        ends: when, by the event loop's clock.
        request: for the exception.
    """

    def __init__(self, inner: httpx.AsyncByteStream, ends: float, request: httpx.Request) -> None:
        self._inner = inner
        self._ends = ends
        self._request = request
        self._pieces: AsyncIterator[bytes] | None = None

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        """The next piece.

        Raises:
            httpx.ReadTimeout: the time is up.
        """
        if self._pieces is None:
            self._pieces = aiter(self._inner)
        with anyio.move_on_after(self._ends - anyio.current_time()):
            return await anext(self._pieces)
        raise httpx.ReadTimeout("the answer's body took longer than the limit of time", request=self._request)

    async def aclose(self) -> None:
        """Close the stream."""
        try:
            await leave(self._pieces)
        finally:
            await self._inner.aclose()


def limited(response: httpx.Response, ends: float, request: httpx.Request) -> httpx.Response:
    """The response, its body limited in time unless it is all there already."""
    if not isinstance(response.stream, httpx.ByteStream):
        assert isinstance(response.stream, httpx.AsyncByteStream)
        response.stream = TimedStream(response.stream, ends, request)
    return response
