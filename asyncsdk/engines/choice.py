"""Which engine a client gets: the one for the event loop that runs, or the caller's own."""

from __future__ import annotations

import sys
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any

from ..errors import ConfigurationError
from .common import Engine
from .lazy import Connections
from .trust import trusted_context

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

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
    if _in_trio():
        from .httpx2.engine import Httpx2Engine

        return Httpx2Engine(ssl_context=ssl_context, proxies=proxies)
    from .aiohttp.engine import AiohttpEngine

    return AiohttpEngine(ssl_context=ssl_context, proxies=proxies)


def _in_trio() -> bool:
    trio = sys.modules.get("trio")
    return trio is not None and trio.lowlevel.in_trio_task()


class _Ours:
    """What makes an engine of ours; and loads what that takes, in a thread, where somebody has the time to wait for it."""

    def __init__(self, ssl_context: ssl.SSLContext | None, proxies: Proxies | None) -> None:
        self._ssl_context = ssl_context
        self._proxies = proxies

    def __call__(self) -> Engine:
        return default_engine(ssl_context=self._ssl_context, proxies=self._proxies)

    def loading(self, *, tls: bool) -> Callable[[], None] | None:
        module = f"{__package__}.{'httpx2' if _in_trio() else 'aiohttp'}.engine"
        needs_context = tls and self._ssl_context is None
        if module in sys.modules and not needs_context:
            return None

        def load() -> None:
            # what is wrong is said by the first request, which may not need it
            with suppress(ImportError, ConfigurationError):
                import_module(module)
                if needs_context:
                    self._ssl_context = trusted_context()

        return load


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
    return Connections(_Ours(ssl_context, proxies))
