"""How the engine on httpx2 makes connections, so that one whose making is cancelled is closed and forgotten.

httpcore2's own way has three gaps: a handshake that is cancelled leaves its socket open; a cancellation that comes with
the handshake's last byte, and any failure behind CONNECT, leave a connection in the pool that is neither idle nor in use,
so that its place is lost for good.

And a pool that is closed meanwhile would be handed the connection all the same, and send on it.
"""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Any, cast

import anyio
import httpcore2

from ..reason import reason
from .wire import Wire, closed_on_failure

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterable

    import httpx

_MOST = 1 << 16
_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})[ \r]")


class Backend(httpcore2.AsyncNetworkBackend):
    """Makes connections on any event loop that anyio knows, through a proxy with CONNECT if one is given.

    Args:
        proxy: an http or https proxy for https requests.
        ssl_context: for an https proxy.
        is_closed: whether the pool is.
    """

    def __init__(
        self, proxy: httpx.URL | None, ssl_context: ssl.SSLContext | None, is_closed: Callable[[], bool]
    ) -> None:
        self._tcp = cast("httpcore2.AsyncNetworkBackend", httpcore2.AnyIOBackend())
        self._proxy = proxy
        self._ssl_context = ssl_context
        self._is_closed = is_closed

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  # the interface is httpcore2's
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """A connection to a host, or to a proxy that passes everything on to that host."""
        to_host, to_port = host, port
        if self._proxy is not None:
            to_host = self._proxy.raw_host.decode("ascii")
            to_port = self._proxy.port or (443 if self._proxy.scheme == "https" else 80)
        stream: httpcore2.AsyncNetworkStream
        tcp = await self._tcp.connect_tcp(to_host, to_port, timeout, local_address, socket_options)
        stream = Wire(tcp, self._is_closed)
        async with closed_on_failure(stream, self._is_closed):
            if self._proxy is not None:
                if self._proxy.scheme == "https":
                    assert self._ssl_context is not None
                    stream = await stream.start_tls(self._ssl_context, to_host, timeout)
                await self._open_tunnel(stream, f"[{host}]:{port}" if ":" in host else f"{host}:{port}", timeout)
        return stream

    async def _open_tunnel(
        self,
        stream: httpcore2.AsyncNetworkStream,
        authority: str,
        timeout: float | None,  # noqa: ASYNC109
    ) -> None:
        assert self._proxy is not None
        lines = [f"CONNECT {authority} HTTP/1.1", f"Host: {authority}"]
        if self._proxy.userinfo:
            user = f"{self._proxy.username}:{self._proxy.password}".encode()
            lines.append(f"Proxy-Authorization: Basic {base64.b64encode(user).decode()}")
        answer = b""
        try:
            with anyio.fail_after(timeout):
                await stream.write("\r\n".join([*lines, "", ""]).encode("ascii"))
                while b"\r\n\r\n" not in answer and len(answer) < _MOST:
                    data = await stream.read(_MOST)
                    if not data:
                        raise httpcore2.ProxyError("the proxy closed the connection without an answer to CONNECT")
                    answer += data
        except TimeoutError:
            raise httpcore2.ConnectTimeout("the proxy did not answer to CONNECT in time") from None
        except httpcore2.NetworkError as error:
            raise httpcore2.ProxyError(f"the connection to the proxy broke: {reason(error)}") from None
        status = _STATUS.match(answer)
        if status is None or not status[1].startswith(b"2"):
            said = status[1].decode() if status else "something that is not HTTP/1.1"
            raise httpcore2.ProxyError(f"the proxy answers {said} to CONNECT {authority}")
