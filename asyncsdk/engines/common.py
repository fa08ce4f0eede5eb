"""What the engines have in common: their interface, and the framing of a body."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from ..http.home import HomeLoop

if TYPE_CHECKING:
    from collections.abc import Mapping

KEEPALIVE = 4.0
"""Seconds an idle connection may be used again: many a server closes it after 5, as Livepeer's does, and a POST should not
meet a connection that is being closed."""

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
