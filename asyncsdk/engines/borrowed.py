"""An engine over a client that the caller owns: an `httpx.AsyncClient`, an `httpx2.AsyncClient` or what derives from them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import httpx

from ..errors import ConfigurationError
from ..http.whole import Whole, body_of, too_large
from .common import NO_TIMEOUTS, Engine, body_framing
from .native import NativeBody, answer, translated_errors
from .outgoing import Outgoing

if TYPE_CHECKING:
    from types import ModuleType


_FRAMING = frozenset({b"content-encoding", b"content-length", b"transfer-encoding"})


class BorrowedEngine(Engine):
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
        super().__init__()
        self._client = http_client
        self._library = _library_of(http_client)

    async def carry(self, request: httpx.Request, *, most: int | None) -> httpx.Response:
        """Send a request and return its answer.

        Raises:
            httpx.TransportError: as the client raises it, or httpx's exception of the same name.
            TooLargeError: the body is larger than `most`.
            ConfigurationError: the caller has closed the client.
        """
        if self._client.is_closed:
            raise ConfigurationError("the http_client is closed")
        body = body_of(request.stream)
        if body is not None:
            response = await self._sent(request, body, length=len(body))
        else:
            async with Outgoing(request, None) as outgoing:
                response = await self._sent(request, outgoing, length=None)
        headers = response.headers.raw
        if response.is_stream_consumed:
            # a hook has read it, and so it is decoded
            headers = [(name, value) for name, value in headers if name.lower() not in _FRAMING]
            if most is not None and len(response.content) > most:
                raise too_large(most, request)
            return httpx.Response(response.status_code, headers=headers, stream=Whole(response.content))
        received = NativeBody(request, response.stream, response.aclose)
        return await answer(request, response.status_code, headers, response.extensions, received, most=most)

    async def _sent(self, request: httpx.Request, content: bytes | Outgoing, *, length: int | None) -> Any:
        native = _native_request(self._library, request, content, length=length)
        try:
            with translated_errors(request):
                return await self._client.send(native, stream=True, auth=None, follow_redirects=False)
        except (UnicodeError, httpx.InvalidURL, getattr(self._library, "InvalidURL", httpx.InvalidURL)):
            # httpx works out where a redirect leads though it is not to follow it, and stumbles over a host that is none
            raise httpx.RemoteProtocolError("the server redirects to what is no URL", request=request) from None

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


def _native_request(
    library: ModuleType, request: httpx.Request, content: bytes | Outgoing, *, length: int | None
) -> Any:
    """The same request as one of a library's own, with the same bytes."""
    framing = body_framing(request, length=length)
    native = library.Request(
        request.method,
        library.URL(str(request.url)),
        content=content,
        extensions={"timeout": dict(request.extensions.get("timeout", NO_TIMEOUTS))},
    )
    # set afterwards, since a library adds what it thinks is missing
    native.headers = library.Headers([*request.headers.raw, *([] if framing is None else [framing])])
    if native.url.raw_path != request.url.raw_path or native.url.netloc != request.url.netloc:
        raise httpx.LocalProtocolError(
            f"{library.__name__} would change the URL after it was signed; percent-encode its path", request=request
        )
    return native
