"""What the engines have in common: their interface, proxies from the environment, the framing of a body."""

from __future__ import annotations

import sys
import urllib.request
from typing import TYPE_CHECKING, Self

import attrs
import httpx

from ..errors import ConfigurationError
from ..http.home import HomeLoop

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping

KEEPALIVE = 4.0
"""Seconds an idle connection may be used again: Livepeer's server closes it after 5, and a POST should not meet a
connection that is being closed."""

NO_TIMEOUTS: Mapping[str, float | None] = {}

_METHODS_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})


class Engine(httpx.AsyncBaseTransport):
    """What carries a request to a service and its answer back, once, byte for byte as it was built.

    Attributes:
        home: the event loop that it belongs to. It is the first that is entered.
    """

    def __init__(self) -> None:
        self.home = HomeLoop()

    async def carry(self, request: httpx.Request, *, most: int | None) -> httpx.Response:
        """Send a request and return its answer; the caller has entered `home`.

        Args:
            request: what to send. Of its extensions ``timeout`` is read, as httpx means it, and nothing else.
            most: read the answer's body whole, up to this many bytes as they come over the wire: the response's stream is a
                `Whole` then, and its connection is free again. None leaves the body to be streamed.

        Raises:
            httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError, httpx.PoolTimeout, httpx.UnsupportedProtocol,
            httpx.LocalProtocolError: nothing was sent, or the request broke off on our side.
            httpx.TransportError: the service may have seen the request.
            TooLargeError: the body is larger; its connection is closed.
            ConfigurationError: the engine is closed, or what it was told cannot work.
            Exception: whatever the request's own stream raises.
        """
        raise NotImplementedError

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request and return its answer, to be streamed: for use under somebody's own `httpx.AsyncClient`.

        Raises:
            ConfigurationError: this is another event loop than that of the first request.
            Exception: as `carry`.
        """
        self.home.enter()
        return await self.carry(request, most=None)


def trusted_context() -> ssl.SSLContext:
    """A context that verifies servers by certifi's list, or by ``SSL_CERT_FILE`` or ``SSL_CERT_DIR``."""
    context = httpx.create_ssl_context()
    context.set_alpn_protocols(["http/1.1"])
    return context


@attrs.frozen
class Proxies:
    """The proxies that the environment names.

    Args:
        by_scheme: proxy URLs by the scheme they are for, ``all`` for any; ``no`` lists the hosts that need none.
    """

    by_scheme: Mapping[str, str] = attrs.field(repr=False)  # a proxy's URL may hold a password

    @classmethod
    def from_environment(cls) -> Self:
        """``HTTP_PROXY``, ``HTTPS_PROXY``, ``ALL_PROXY`` and ``NO_PROXY``, or what the operating system has set."""
        return cls(urllib.request.getproxies())

    def url_for(self, url: httpx.URL) -> httpx.URL | None:
        """The proxy for a URL, or None to connect directly.

        Raises:
            ConfigurationError: the environment names something that is no HTTP proxy.
        """
        given = self.by_scheme.get(url.scheme) or self.by_scheme.get("all")
        if not given or self._bypassed(url):
            return None
        try:
            proxy = httpx.URL(given if "://" in given else f"http://{given}")
        except httpx.InvalidURL:
            proxy = httpx.URL("")
        if proxy.scheme not in ("http", "https") or not proxy.host:
            # the value may hold a password
            raise ConfigurationError(
                f"the proxy that the environment names for {url.scheme} is not an http:// or https:// URL"
            )
        return proxy

    def _bypassed(self, url: httpx.URL) -> bool:
        host = url.netloc.decode("ascii")
        if urllib.request.proxy_bypass_environment(host, dict(self.by_scheme)):  # type: ignore[attr-defined]  # typeshed leaves it out
            return True
        # these keep a list of exceptions of their own beside the environment's
        return sys.platform in ("darwin", "win32") and bool(urllib.request.proxy_bypass(host))


def body_framing(request: httpx.Request, *, length: int | None) -> tuple[bytes, bytes] | None:
    """The header that HTTP needs to find the end of a request's body, where the request does not bring it.

    Args:
        request: what is to be sent.
        length: bytes of the body; None where that is not known beforehand.

    Raises:
        httpx.LocalProtocolError: the request's own framing is wrong, so its end could not be found.
    """
    declared = request.headers.get_list("content-length")
    coding = request.headers.get_list("transfer-encoding")
    if coding:
        if declared or [value.lower() for value in coding] != ["chunked"]:
            raise httpx.LocalProtocolError("a request has one Content-Length, or one chunked coding", request=request)
        return None
    if declared:
        if len(declared) > 1 or not (declared[0].isascii() and declared[0].isdigit()):
            raise httpx.LocalProtocolError("a request has one Content-Length, a number of bytes", request=request)
        if length is not None and int(declared[0]) != length:
            raise httpx.LocalProtocolError(
                f"the Content-Length is {declared[0]}, but the body has {length} bytes", request=request
            )
        return None
    if length is None:
        return (b"Transfer-Encoding", b"chunked")
    if length or request.method in _METHODS_WITH_BODY:
        return (b"Content-Length", b"%d" % length)
    return None
