"""The engine on trio: the connection pool of httpx2, which is called httpcore2; it runs on asyncio as well.

The pool is used without the transport that httpx2 puts around it: that would parse the URL anew and build every request
and answer twice, and it lets nobody mend how connections are made.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import httpx

from ...errors import ConfigurationError
from ...http.whole import body_of
from ..common import KEEPALIVE, NO_TIMEOUTS, Engine, body_framing
from ..native import NativeBody, answer, translated_errors
from ..outgoing import PIECE, Outgoing
from ..proxies import Proxies
from ..trust import trusted_context

try:
    import httpcore2

    from .connect import Backend
    from .internals import holds_more
    from .wire import Wire
except ImportError:
    raise ConfigurationError(
        "httpx2 is not installed, and this event loop needs it: pip install 'asyncsdk[trio]' (or 'asyncsdk[httpx2]')"
    ) from None

if TYPE_CHECKING:
    import ssl

    Pools = dict[tuple[str, httpx.URL | None], httpcore2.AsyncConnectionPool]


class Httpx2Engine(Engine):
    """HTTP/1.1 for any event loop that anyio knows: every request goes out once, byte for byte as it was built.

    It opens at its first request and belongs to the event loop of that request.

    Args:
        ssl_context: for a private certificate authority or a client certificate; otherwise one is made at the first
            https request.
        keepalive: seconds an idle connection may be used again.
        proxies: which proxies to use; otherwise the environment's.
    """

    def __init__(
        self,
        *,
        ssl_context: ssl.SSLContext | None = None,
        keepalive: float = KEEPALIVE,
        proxies: Proxies | None = None,
    ) -> None:
        super().__init__()
        self._ssl_context = ssl_context
        self._keepalive = keepalive
        self._proxies = proxies
        self._pools: Pools = {}
        self._closed = False

    async def carry(self, request: httpx.Request, *, most: int | None) -> httpx.Response:
        """Send a request and return its answer.

        Raises:
            Exception: as `Engine.carry`.
        """
        if self._closed:
            raise ConfigurationError("this client is closed; make a new one")
        pool = self._pool_for(request)
        body = body_of(request.stream)
        framing = body_framing(request, length=None if body is None else len(body))
        if body is not None and len(body) <= PIECE:
            response = await self._sent(request, pool, framing, body)
        else:
            async with Outgoing(request, body) as outgoing:
                response = await self._sent(request, pool, framing, outgoing)
        received = NativeBody(request, response.aiter_stream(), response.aclose, partial(_settle, response))
        return await answer(request, response.status, response.headers, response.extensions, received, most=most)

    async def _sent(
        self,
        request: httpx.Request,
        pool: httpcore2.AsyncConnectionPool,
        framing: tuple[bytes, bytes] | None,
        content: bytes | Outgoing,
    ) -> httpcore2.Response:
        url = request.url
        native = httpcore2.Request(
            request.method,
            httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            headers=request.headers.raw if framing is None else [*request.headers.raw, framing],
            content=content,
            extensions={"timeout": request.extensions.get("timeout", NO_TIMEOUTS)},
        )
        with translated_errors(request):
            return await pool.handle_async_request(native)

    async def aclose(self) -> None:
        """Close every connection, used or idle; may be called again.

        Raises:
            ConfigurationError: another event loop, which may still run, owns the connections.
        """
        if self._closed:
            return
        here = self.home.leave()
        self._closed = True
        pools, self._pools = self._pools, {}
        if here:
            for pool in pools.values():
                await pool.aclose()

    def _pool_for(self, request: httpx.Request) -> httpcore2.AsyncConnectionPool:
        url = request.url
        if url.scheme not in ("http", "https") or not url.raw_host:
            raise httpx.UnsupportedProtocol("the URL is not an absolute http:// or https:// one", request=request)
        if self._proxies is None:
            self._proxies = Proxies.from_environment()
        proxy = self._proxies.url_for(url)
        pool = self._pools.get((url.scheme, proxy))
        if pool is None:
            if self._ssl_context is None and "https" in (url.scheme, proxy and proxy.scheme):
                self._ssl_context = trusted_context()
            native = None
            if proxy is not None and url.scheme == "http":
                native = httpcore2.Proxy(
                    httpcore2.URL(scheme=proxy.raw_scheme, host=proxy.raw_host, port=proxy.port, target=b"/"),
                    auth=(proxy.username, proxy.password) if proxy.userinfo else None,
                    ssl_context=self._ssl_context if proxy.scheme == "https" else None,
                )
            pool = self._pools[url.scheme, proxy] = httpcore2.AsyncConnectionPool(
                ssl_context=self._ssl_context,
                proxy=native,
                # no limit: how many requests are in the air is not decided here
                max_connections=None,
                max_keepalive_connections=None,
                keepalive_expiry=self._keepalive,
                network_backend=Backend(None if native else proxy, self._ssl_context, lambda: self._closed),
            )
        return pool


def _settle(response: httpcore2.Response) -> None:
    """Let the connection know that an answer has come to its end."""
    wire = response.extensions["network_stream"]
    if isinstance(wire, Wire):
        wire.settle(more=holds_more(response))
