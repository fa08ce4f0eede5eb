"""Requests, answers and errors between httpx and a library that looks like it: httpx2, or httpx itself."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx

from .engine import body_framing

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from types import ModuleType

_SAFE_TEXTS = ("Server disconnected", "peer closed connection")
_BROKEN_BY_AIOHTTP = "ClientConnectionError"
_CONNECTING_IN_AIOHTTP = frozenset({"ClientConnectorError", "ConnectionTimeoutError"})


def native_request(library: ModuleType, request: httpx.Request) -> Any:
    """The same request as one of a library's own, with the same bytes.

    Args:
        library: `httpx` or `httpx2`.
        request: with the headers and the body it is to be sent with.

    Raises:
        httpx.LocalProtocolError: the library would send other bytes.
    """
    body = b"".join(request.stream) if isinstance(request.stream, httpx.ByteStream) else None
    framing = body_framing(request, length=None if body is None else len(body))
    headers = [*request.headers.raw, *([] if framing is None else [framing])]
    native = library.Request(
        request.method,
        library.URL(str(request.url)),
        content=request.stream if body is None else body,
        extensions={"timeout": dict(request.extensions.get("timeout", {}))},
    )
    # set afterwards, since a library adds what it thinks is missing
    native.headers = library.Headers(headers)
    if native.url.raw_path != request.url.raw_path or native.url.netloc != request.url.netloc:
        raise httpx.LocalProtocolError(
            f"{library.__name__} would change the URL after it was signed; percent-encode its path", request=request
        )
    return native


async def from_native(response: Any, request: httpx.Request) -> httpx.Response:
    """A library's answer as one of httpx's, its body read already if the request's extension ``whole`` is true."""
    headers = response.headers.raw
    stream: httpx.ByteStream | _NativeBody
    if response.is_stream_consumed:
        # a hook of the caller's has read it, and so it is decoded
        stream = httpx.ByteStream(response.content)
        framing = (b"content-encoding", b"content-length", b"transfer-encoding")
        headers = [(name, value) for name, value in headers if name.lower() not in framing]
    elif request.extensions.get("whole"):
        body = _NativeBody(response, request)
        try:
            stream = httpx.ByteStream(b"".join([piece async for piece in body]))
        finally:
            await body.aclose()
    else:
        stream = _NativeBody(response, request)
    known = {key: response.extensions[key] for key in ("http_version", "reason_phrase") if key in response.extensions}
    return httpx.Response(response.status_code, headers=headers, stream=stream, extensions=known)


class _NativeBody(httpx.AsyncByteStream):
    """The body of a library's answer as it comes over the wire."""

    def __init__(self, response: Any, request: httpx.Request) -> None:
        self._response = response
        self._request = request

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with translated_errors(self._request):
            async for piece in self._response.stream:
                yield piece

    async def aclose(self) -> None:
        with translated_errors(self._request):
            await self._response.aclose()


@contextmanager
def translated_errors(request: httpx.Request) -> Iterator[None]:
    """Raise httpx's exceptions for those of a library that looks like it."""
    try:
        yield
    except Exception as error:
        ours = _translated(error, request)
        if ours is None:
            raise
        # the original's text may quote a header
        raise ours from None


def _translated(error: Exception, request: httpx.Request) -> Exception | None:
    for kind in type(error).__mro__:
        ours = getattr(httpx, kind.__name__, None)
        if isinstance(ours, type) and issubclass(ours, httpx.RequestError):
            if issubclass(ours, httpx.ConnectError | httpx.ConnectTimeout) and _was_connected(error):
                return httpx.ReadError("the connection broke", request=request)
            return ours(_text(error, ours), request=request)
    return None


def _text(error: Exception, kind: type[httpx.RequestError]) -> str:
    text = str(error)
    if issubclass(kind, httpx.ProtocolError) and not text.startswith(_SAFE_TEXTS):
        return (
            "the request is not HTTP/1.1" if kind is httpx.LocalProtocolError else "the server's answer is not HTTP/1.1"
        )
    return text or type(error).__name__


def _was_connected(error: Exception) -> bool:
    """httpx-aiohttp reports a server that hangs up after it was asked as a connection that was never made."""
    cause = error.__cause__
    names = {kind.__name__ for kind in type(cause).__mro__}
    return _BROKEN_BY_AIOHTTP in names and not names & _CONNECTING_IN_AIOHTTP
