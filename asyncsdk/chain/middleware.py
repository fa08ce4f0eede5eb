"""The signing middleware by itself, and the network of a signer that stands alone."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import httpx

from ..engines.choice import connections
from ..http.body import body_of_request
from ..http.clock import SYSTEM, Clock
from ..http.url import origin
from .calls import Calls
from .host import Hosts, HostState
from .options import Options
from .signing import exchange, refuse_unhashable, spelled
from .way import Way

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection

    from ..http.url import Origin
    from .signing import Network, Signer


def _calls(way: Way, clock: Clock) -> Calls:
    options = Options(clock=clock)
    return Calls(way, Hosts({}, lambda: HostState(options.max_connections, clock)), options)


@asynccontextmanager
async def own_network(
    transport: httpx.AsyncBaseTransport | None = None, *, clock: Clock = SYSTEM
) -> AsyncIterator[Network]:
    """A way to the network that belongs to no client.

    Args:
        transport: what carries the requests, instead of an engine of its own; closed at the end.
        clock: time, sleep and dice.
    """
    way = Way(connections(transport))
    try:
        yield _calls(way, clock)
    finally:
        await way.connections.aclose()


class SigningTransport(httpx.AsyncBaseTransport):
    """Signs what goes to the given origins; any other request goes out as it is, without credentials.

    Clients have it in their chain; by itself it serves somebody's own `httpx.AsyncClient`::

        httpx.AsyncClient(transport=SigningTransport(httpx.AsyncHTTPTransport(), signer, [origin(httpx.URL(base_url))]))

    Args:
        inner: what carries the requests.
        signer: what signs.
        origins: whom credentials are for.
    """

    def __init__(self, inner: httpx.AsyncBaseTransport, signer: Signer, origins: Collection[Origin]) -> None:
        self._inner = inner
        self._signer = signer
        self._origins = origins
        self._network = _calls(Way(connections(inner)), SYSTEM)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request signed: a copy, so that whoever keeps the request given keeps no secret.

        A refusal that the signer can mend is answered once, by the same request signed anew.

        Raises:
            ConfigurationError: the signature covers the body, and this one would have to be streamed.
        """
        if origin(request.url) not in self._origins:
            return await self._inner.handle_async_request(request)
        body = body_of_request(request)
        refuse_unhashable(self._signer, body, "http")
        await self._signer.ready(self._network)
        url = spelled(request.url)
        signed = httpx.Request(
            request.method, url, headers=request.headers, stream=body.stream(), extensions=request.extensions
        )
        return await exchange(self._inner.handle_async_request, signed, body, self._signer, self._network)

    async def aclose(self) -> None:
        """Close what carries the requests."""
        await self._inner.aclose()
