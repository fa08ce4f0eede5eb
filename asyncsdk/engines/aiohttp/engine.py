"""The engine on asyncio: httpx's requests and responses over aiohttp's connections.

Only aiohttp's connector (names, TLS, proxies) and its parser are used, not its session. A session sends a request
again by itself when a kept-alive connection drops, rewrites URLs, reads netrc, keeps cookies, sets no limit of time for
writing, and costs as much as all that lies below it. Here the bytes are written as they were signed, once.
"""

from __future__ import annotations

import asyncio
import base64
from typing import TYPE_CHECKING

import aiohttp
import attrs
import httpx
import yarl

from ...errors import ConfigurationError
from ...http.url import Origin, origin
from ...http.whole import Whole
from ..common import KEEPALIVE, NO_TIMEOUTS, Engine
from ..proxies import Proxies
from ..reason import reason
from ..trust import trusted_context
from .exchange import AnswerBody, exchange, exchange_whole
from .idle import IdleConnections
from .internals import HttpProcessingError, connect, connect_request, handler_of
from .lane import Lane
from .upload import serialize

if TYPE_CHECKING:
    import ssl

    from .internals import Handler

_ORIGINS = 256
_CLOSE_WITHIN = 1.0
_NOT_SENT = (aiohttp.ClientError, HttpProcessingError, OSError, ValueError)


@attrs.frozen
class _Way:
    """What is the same for all requests to one scheme, host and port.

    Attributes:
        connect: what the connector reads host, port, TLS and proxy from.
        absolute: what a proxy needs before the path in the request line; empty without one.
        credentials: a header line for a proxy that reads our requests; empty without one.
    """

    connect: aiohttp.ClientRequest
    absolute: bytes = b""
    credentials: bytes = attrs.field(default=b"", repr=False)


class AiohttpEngine(Engine):
    """HTTP/1.1 for asyncio and uvloop: every request goes out once, byte for byte as it was built.

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
        self._ways: dict[Origin, _Way] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._connector: aiohttp.TCPConnector
        self._idle: IdleConnections
        self._connect_within = aiohttp.ClientTimeout()
        self._in_use: set[Lane] = set()
        self._closing: set[asyncio.Future[None]] = set()
        self._closed = False

    @property
    def in_use(self) -> int:
        """How many connections carry a request now."""
        return len(self._in_use)

    async def carry(self, request: httpx.Request, *, most: int | None) -> httpx.Response:
        """Send a request and return its answer.

        Raises:
            Exception: as `Engine.carry`.
        """
        if self._closed:
            raise ConfigurationError("this client is closed; make a new one")
        if self._loop is None:
            self._open()
        timeouts = request.extensions.get("timeout", NO_TIMEOUTS)
        to = origin(request.url)
        way = self._ways.get(to) or self._way_of(request, to)
        head, rest = serialize(request, way.absolute, way.credentials)
        lane = self._idle.take(to) or await self._connected(request, to, way, timeouts.get("connect"))
        self._in_use.add(lane)
        try:
            stream: Whole | AnswerBody
            if most is not None:
                message, body = await exchange_whole(request, lane, head, rest, timeouts, most=most)
                stream = Whole(body)
                self._end(lane, reuse=True)
            else:
                message, payload = await exchange(request, lane, head, rest, timeouts)
                stream = AnswerBody(request, lane, message, payload, self._end)
        except BaseException:
            self._end(lane, reuse=False)
            raise
        return httpx.Response(
            message.code,
            headers=message.raw_headers,
            stream=stream,
            extensions={
                "http_version": b"HTTP/%d.%d" % message.version,
                "reason_phrase": message.reason.encode("ascii", "ignore"),
            },
        )

    async def aclose(self) -> None:
        """Close every connection, used or idle; may be called again.

        Raises:
            ConfigurationError: another event loop, which is still open, owns the connections.
        """
        if self._closed or self._loop is None:
            self._closed = True
            return
        here = self.home.leave()
        self._closed = True
        if here:
            for lane in (*self._in_use, *self._idle):
                self._abort(lane.handler)
            if self._closing:
                await asyncio.wait(self._closing, timeout=_CLOSE_WITHIN)
        await self._connector.close()
        self._idle.clear()

    def _open(self) -> None:
        self._loop = asyncio.get_running_loop()
        # no limit of the connector's own: how many requests are in the air is not decided here
        self._connector = aiohttp.TCPConnector(limit=0)
        self._idle = IdleConnections(self._loop, self._keepalive, self._close)
        self._proxies = self._proxies or Proxies.from_environment()

    def _way_of(self, request: httpx.Request, to: Origin) -> _Way:
        url = request.url
        if url.scheme not in ("http", "https") or not url.raw_host:
            raise httpx.UnsupportedProtocol("the URL is not an absolute http:// or https:// one", request=request)
        assert self._loop is not None  # it is open
        assert self._proxies is not None
        proxy = self._proxies.url_for(url)
        if self._ssl_context is None and "https" in (url.scheme, proxy and proxy.scheme):
            self._ssl_context = trusted_context()
        authorization = {}
        if proxy is not None and proxy.userinfo:
            user = f"{proxy.username}:{proxy.password}".encode()
            authorization["Proxy-Authorization"] = f"Basic {base64.b64encode(user).decode()}"
        try:
            target = _authority(url)
            connect = connect_request(
                target,
                loop=self._loop,
                tls=self._ssl_context,
                proxy=None if proxy is None else _authority(proxy),
                # the connector writes Host in here at a CONNECT, and pools by what stands here: so it stands here before
                proxy_headers={"Host": target.host_port_subcomponent or "", **authorization},
            )
        except ValueError as error:
            raise httpx.ConnectError(f"no host name: {error}", request=request) from error
        way = _Way(connect)
        if proxy is not None and url.scheme == "http":
            lines = "".join(f"{name}: {value}\r\n" for name, value in authorization.items())
            way = _Way(connect, b"http://" + url.netloc, lines.encode("ascii"))
        if len(self._ways) >= _ORIGINS:
            self._ways.clear()
        self._ways[to] = way
        return way

    async def _connected(self, request: httpx.Request, to: Origin, way: _Way, limit: float | None) -> Lane:
        """A new connection."""
        if limit != self._connect_within.connect:
            self._connect_within = aiohttp.ClientTimeout(connect=limit)
        try:
            connection = await connect(self._connector, way.connect, self._connect_within)
        except TimeoutError as error:
            raise httpx.ConnectTimeout(f"no connection within {limit or 0:g} s", request=request) from error
        except aiohttp.ClientHttpProxyError as error:
            raise httpx.ProxyError(f"the proxy answers {error.status} to CONNECT", request=request) from error
        except aiohttp.ClientProxyConnectionError as error:
            raise httpx.ProxyError(f"no connection to the proxy: {reason(error)}", request=request) from error
        except _NOT_SENT as error:
            raise httpx.ConnectError(reason(error), request=request) from error
        handler = handler_of(connection)
        if handler.should_close:
            self._abort(handler)  # what came must not be taken for our answer
            connection.close()
            raise httpx.ConnectError("the server speaks before it is asked, or hangs up", request=request)
        return Lane(connection, to)

    def _end(self, lane: Lane, *, reuse: bool) -> None:
        """Give a connection up: to the next request, if both sides are done with this one, or for good."""
        self._in_use.remove(lane)
        if reuse and not self._closed and lane.at_rest():
            self._idle.put(lane)
        else:
            self._close(lane)

    def _close(self, lane: Lane) -> None:
        self._abort(lane.handler)
        lane.connection.close()

    def _abort(self, handler: Handler) -> None:
        """Close a connection without a farewell, since the peer may be the one that stalls."""
        transport = handler.transport
        if transport is None:
            return
        if (closed := handler.closed) is not None and closed not in self._closing:
            self._closing.add(closed)
            closed.add_done_callback(self._has_closed)
        transport.abort()

    def _has_closed(self, closed: asyncio.Future[None]) -> None:
        self._closing.discard(closed)
        if not closed.cancelled():
            closed.exception()


def _authority(url: httpx.URL) -> yarl.URL:
    return yarl.URL.build(scheme=url.scheme, host=url.raw_host.decode("ascii"), port=url.port, path="/")
