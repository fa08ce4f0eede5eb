"""An engine over a client that the caller owns: an `httpx.AsyncClient`, an `httpx2.AsyncClient` or what derives from them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import httpx

from ..errors import ConfigurationError
from .native import from_native, native_request, translated_errors

if TYPE_CHECKING:
    from types import ModuleType


class BorrowedEngine(httpx.AsyncBaseTransport):
    """Sends through a caller's client, whose connections, proxies, transports and event hooks are its own business.

    The client's default headers, cookies, parameters, authentication and base URL are left out, and it follows no
    redirect: what was signed is what goes out. Its event hooks run after the signature, so they must not change a
    request. The client is never closed here.

    Args:
        http_client: anything that behaves as an `AsyncClient` of httpx or httpx2.

    Raises:
        ConfigurationError: it is not such a client.
    """

    def __init__(self, http_client: Any) -> None:
        self._client = http_client
        self._library = _library_of(http_client)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request and return its answer; with the request's extension ``whole``, its body has been read.

        Raises:
            httpx.TransportError: as the client raises it, or httpx's exception of the same name.
            ConfigurationError: the caller has closed the client.
        """
        if self._client.is_closed:
            raise ConfigurationError("the http_client is closed")
        native = native_request(self._library, request)
        with translated_errors(request):
            response = await self._client.send(native, stream=True, auth=None, follow_redirects=False)
        return await from_native(response, request)

    async def aclose(self) -> None:
        """Do nothing: the client is the caller's."""


def _library_of(client: Any) -> ModuleType:
    """The module whose `Request` the client's `send` takes: that of the `AsyncClient` it is, or derives from."""
    for kind in type(client).__mro__:
        library = sys.modules.get(kind.__module__.partition(".")[0])
        if library is not None and getattr(library, "AsyncClient", None) is kind and hasattr(library, "Request"):
            return library
    raise ConfigurationError(
        f"http_client takes an httpx.AsyncClient or an httpx2.AsyncClient, not a {type(client).__name__}"
    )
