"""Which engine a client gets: the one for the event loop that runs, or the caller's own."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from ..errors import ConfigurationError

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    import httpx


def default_engine(max_connections: int = 64, *, ssl_context: ssl.SSLContext | None = None) -> httpx.AsyncBaseTransport:
    """The engine for the event loop that runs now: aiohttp's connections on asyncio, httpx2's transport on trio.

    Args:
        max_connections: how many requests may be under way at once, and how many connections are kept alive.
        ssl_context: for a private certificate authority or a client certificate.

    Raises:
        ConfigurationError: on trio, when httpx2 is not installed.
    """
    trio = sys.modules.get("trio")
    if trio is not None and trio.lowlevel.in_trio_task():
        from .httpx2.engine import Httpx2Engine

        return Httpx2Engine(max_connections=max_connections, ssl_context=ssl_context)
    from .aiohttp.engine import AiohttpEngine

    return AiohttpEngine(max_connections=max_connections, ssl_context=ssl_context)


def chosen_engine(
    transport: httpx.AsyncBaseTransport | None = None,
    http_client: Any = None,
    *,
    proxy: str | None = None,
    ssl_context: ssl.SSLContext | None = None,
) -> Callable[[], httpx.AsyncBaseTransport]:
    """What makes a client's engine: the caller's own, or ours.

    Raises:
        ConfigurationError: more than one is given.
    """
    if transport is not None and http_client is not None:
        raise ConfigurationError("give transport=... or http_client=..., not both")

    def make() -> httpx.AsyncBaseTransport:
        if transport is not None:
            return transport
        if http_client is not None:
            from .borrowed import BorrowedEngine

            return BorrowedEngine(http_client)
        return default_engine(ssl_context=ssl_context)

    return make
