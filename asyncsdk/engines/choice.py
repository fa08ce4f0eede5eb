"""Which engine a client gets: the one for the event loop that runs, or the caller's own."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING, Any

from ..errors import ConfigurationError
from .common import Engine
from .lazy import Connections

if TYPE_CHECKING:
    import ssl

    import httpx

    from .proxies import Proxies


def default_engine(*, ssl_context: ssl.SSLContext | None = None, proxies: Proxies | None = None) -> Engine:
    """The engine for the event loop that runs now: aiohttp's connections on asyncio, httpx2's transport on trio.

    Args:
        ssl_context: for a private certificate authority or a client certificate.
        proxies: which proxies to use; otherwise the environment's.

    Raises:
        ConfigurationError: on trio, when httpx2 is not installed.
    """
    trio = sys.modules.get("trio")
    if trio is not None and trio.lowlevel.in_trio_task():
        from .httpx2.engine import Httpx2Engine

        return Httpx2Engine(ssl_context=ssl_context, proxies=proxies)
    from .aiohttp.engine import AiohttpEngine

    return AiohttpEngine(ssl_context=ssl_context, proxies=proxies)


def connections(
    transport: httpx.AsyncBaseTransport | None = None,
    http_client: Any = None,
    *,
    ssl_context: ssl.SSLContext | None = None,
    proxies: Proxies | None = None,
) -> Connections:
    """What a client sends with: the caller's own, or an engine of ours, made by the first request.

    Args:
        transport: a transport of the caller's, closed with the client.
        http_client: a client of the caller's, never closed here.
        ssl_context: for our engine: a private certificate authority or a client certificate.
        proxies: for our engine; otherwise the environment's.

    Raises:
        ConfigurationError: both are given, or one of them beside what is for our engine, or `http_client` is no such client.
    """
    if transport is not None and http_client is not None:
        raise ConfigurationError("give transport=... or http_client=..., not both")
    if (transport is not None or http_client is not None) and (ssl_context is not None or proxies is not None):
        raise ConfigurationError(
            "proxy=... and ssl_context=... are for our own connections; tell them to your client or transport"
        )
    if isinstance(transport, Engine):
        return Connections(transport)
    if transport is not None:
        from .adapted import Adapted

        return Connections(Adapted(transport))
    if http_client is not None:
        from .borrowed import BorrowedEngine

        return Connections(BorrowedEngine(http_client))
    return Connections(partial(default_engine, ssl_context=ssl_context, proxies=proxies))
