"""The engine of a client and its copies: opened by the first request, closed once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio
import httpx

from ..errors import ConfigurationError
from ..http.reply import read_whole
from ..http.whole import Whole
from .native import was_connected
from .quiet import hush, inside
from .time_limit import limited

if TYPE_CHECKING:
    from collections.abc import Callable

_CLOSE_WITHIN = 5.0
_NO_LIMITS: dict[str, float | None] = {}


class LazyEngine(httpx.AsyncBaseTransport):
    """An engine that is made by the first request, in its event loop.

    It gives every engine, also a transport of the caller's, two things: with the request's extension ``whole`` the answer's body
    has been read when the answer comes, and ``total`` in its extension ``timeout`` limits the attempt to the body's last byte.

    Args:
        make: makes the engine.
    """

    def __init__(self, make: Callable[[], httpx.AsyncBaseTransport]) -> None:
        self._make = make
        self._inner: httpx.AsyncBaseTransport | None = None
        self.closed = False
        hush()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request.

        Raises:
            httpx.TransportError: as the engine raises it; `httpx.ReadTimeout` where ``total`` was too short.
            ConfigurationError: the client is closed.
        """
        if self.closed:
            raise ConfigurationError("this client is closed; make a new one")
        inner = self._inner
        if inner is None:
            inner = self._inner = self._make()
        total = request.extensions.get("timeout", _NO_LIMITS).get("total")
        token = inside.set(True)
        try:
            if total is None:
                return await _sent(inner, request)
            ends = anyio.current_time() + total
            with anyio.move_on_after(total):
                return limited(await _sent(inner, request), ends, request)
            raise httpx.ReadTimeout(f"the attempt took longer than {total:g} s", request=request)
        finally:
            inside.reset(token)

    async def aclose(self) -> None:
        """Close the engine; may be called again. Bounded in time, and cancellation does not cut it short.

        Raises:
            ConfigurationError: it belongs to another event loop, where it can still be closed.
        """
        if not self.closed:
            self.closed = True
            if self._inner is not None:
                try:
                    with anyio.move_on_after(_CLOSE_WITHIN, shield=True):
                        await self._inner.aclose()
                except ConfigurationError:
                    self.closed = False
                    raise


async def _sent(engine: httpx.AsyncBaseTransport, request: httpx.Request) -> httpx.Response:
    try:
        response = await engine.handle_async_request(request)
    except (httpx.ConnectError, httpx.ConnectTimeout) as error:
        if not was_connected(error):
            raise
        # a caller's transport; taken at its word, a POST that the service has seen would be sent again
        raise httpx.ReadError("the connection broke", request=request) from None
    if request.extensions.get("whole") and not isinstance(response.stream, Whole):
        response.stream = Whole(await read_whole(response))
    return response
