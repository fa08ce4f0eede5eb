"""The engine on trio: httpx2's transport; it runs on asyncio as well."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any

import httpx
from anyio.lowlevel import RunVar

from ..errors import ConfigurationError
from .engine import KEEPALIVE, Proxies, trusted_context
from .native import from_native, native_request, translated_errors

if TYPE_CHECKING:
    from types import ModuleType


class Httpx2Engine(httpx.AsyncBaseTransport):
    """HTTP/1.1 for any event loop that anyio knows.

    It opens at its first request and belongs to the event loop of that request.

    Args:
        max_connections: how many requests may be under way at once, and how many connections are kept alive; of each
            proxy and scheme, where more than one is used.
        ssl_context: for a private certificate authority or a client certificate; otherwise one is made at the first
            https request.
        keepalive: seconds an idle connection may be used again.
        proxies: which proxies to use; otherwise the environment's.

    Raises:
        ConfigurationError: httpx2 is not installed.
    """

    def __init__(
        self,
        *,
        max_connections: int = 64,
        ssl_context: ssl.SSLContext | None = None,
        keepalive: float = KEEPALIVE,
        proxies: Proxies | None = None,
    ) -> None:
        self._library = _httpx2()
        self._limits = self._library.Limits(
            max_connections=max_connections, max_keepalive_connections=max_connections, keepalive_expiry=keepalive
        )
        self._ssl_context = ssl_context
        self._proxies = proxies
        self._transports: dict[tuple[str, httpx.URL | None], Any] = {}
        self._owned: RunVar[bool] = RunVar("owned", default=False)
        self._opened = False
        self._closed = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request and return its answer; with the request's extension ``whole``, its body has been read.

        Raises:
            httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError, httpx.PoolTimeout, httpx.UnsupportedProtocol,
            httpx.LocalProtocolError: nothing was sent, or the request broke off on our side.
            httpx.TransportError: the service may have seen the request.
            ConfigurationError: the engine is closed, or belongs to another event loop.
        """
        self._open()
        transport = self._transport_for(request)
        native = native_request(self._library, request)
        with translated_errors(request):
            response = await transport.handle_async_request(native)
        return await from_native(response, request)

    async def aclose(self) -> None:
        """Close every connection, used or idle; may be called again."""
        self._closed = True
        while self._transports:
            _, transport = self._transports.popitem()
            await transport.aclose()

    def _open(self) -> None:
        if self._closed:
            raise ConfigurationError("this client is closed; make a new one")
        if not self._opened:
            self._opened = True
            self._owned.set(True)
            self._proxies = self._proxies or Proxies.from_environment()
        if not self._owned.get():
            raise ConfigurationError(
                "this client was first used in another event loop, and its connections belong to that loop; "
                "make one client for each loop"
            )

    def _transport_for(self, request: httpx.Request) -> Any:
        url = request.url
        if url.scheme not in ("http", "https") or not url.host:
            raise httpx.UnsupportedProtocol("the URL is not an absolute http:// or https:// one", request=request)
        assert self._proxies is not None
        proxy = self._proxies.url_for(url)
        transport = self._transports.get((url.scheme, proxy))
        if transport is None:
            # an httpx2 transport wants its context at once, and loading the list of authorities takes a while
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            if "https" in (url.scheme, proxy and proxy.scheme):
                context = self._ssl_context = self._ssl_context or trusted_context()
            transport = self._library.AsyncHTTPTransport(
                verify=context,
                limits=self._limits,
                proxy=None if proxy is None else self._library.Proxy(str(proxy), ssl_context=context),
            )
            self._transports[url.scheme, proxy] = transport
        return transport


def _httpx2() -> ModuleType:
    try:
        import httpx2
    except ImportError:
        raise ConfigurationError(
            "httpx2 is not installed, and this event loop needs it: pip install 'asyncsdk[trio]' (or 'asyncsdk[httpx2]')"
        ) from None
    return httpx2
