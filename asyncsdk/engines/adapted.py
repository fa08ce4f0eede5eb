"""A transport of the caller's as an engine."""

from __future__ import annotations

import httpx

from ..http.whole import Whole, body_of, gathered
from .common import Engine
from .native import was_connected


class Adapted(Engine):
    """Sends through any async transport of httpx's, whose connections are its own business until it is closed with the client.

    Args:
        transport: the caller's.
    """

    def __init__(self, transport: httpx.AsyncBaseTransport) -> None:
        super().__init__()
        self.transport = transport

    async def carry(self, request: httpx.Request, *, most: int | None) -> httpx.Response:
        """Send a request and return its answer.

        Raises:
            Exception: as the transport raises it, but for a connection that was there all the same.
        """
        try:
            response = await self.transport.handle_async_request(request)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            if not was_connected(error):
                raise
            # taken at its word, a POST that the service has seen would be sent again
            raise httpx.ReadError("the connection broke", request=request) from None
        stream = response.stream
        if most is None or isinstance(stream, Whole):
            return response
        if (body := body_of(stream)) is not None and len(body) <= most:  # all there already, as mocks have it
            response.stream = Whole(body)
        else:
            assert isinstance(stream, httpx.AsyncByteStream)
            response.stream = await gathered(request, response.status_code, response.headers.raw, stream, most=most)
        return response

    async def aclose(self) -> None:
        """Close the transport."""
        await self.transport.aclose()
