"""Answers and errors of libraries that look like httpx or httpcore, as httpx's own."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import httpx

from ..http.whole import gathered
from .reason import reason

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterator, Mapping

_SAFE_TEXTS = ("Server disconnected", "peer closed connection")
_TEXTS: dict[type[httpx.RequestError], str] = {
    httpx.ConnectError: "no connection",
    httpx.ConnectTimeout: "no connection within the limit of time for connecting",
    httpx.ReadTimeout: "the server sent nothing within the limit of time for reading",
    httpx.WriteTimeout: "the server took nothing within the limit of time for writing",
    httpx.PoolTimeout: "no connection became free within the limit of time",
    httpx.LocalProtocolError: "the request is not well-formed HTTP/1.1",
    httpx.RemoteProtocolError: "the server's answer is not HTTP/1.1",
}
_BROKEN_IN_AIOHTTP = "ClientConnectionError"
_CONNECTING_IN_AIOHTTP = frozenset({"ClientConnectorError", "ConnectionTimeoutError"})


class NativeBody(httpx.AsyncByteStream):
    """The body of a library's answer as it comes over the wire.

    Args:
        request: for the errors.
        pieces: the library's stream of raw bytes.
        close: what gives the connection back, or closes it.
        settle: told that the body has come to its end, before that.
    """

    def __init__(
        self,
        request: httpx.Request,
        pieces: AsyncIterable[bytes],
        close: Callable[[], Awaitable[None]],
        settle: Callable[[], None] | None = None,
    ) -> None:
        self._request = request
        self._pieces = aiter(pieces)
        self._close = close
        self._settle = settle
        self._started = False

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        self._started = True
        try:
            with translated_errors(self._request):
                return await anext(self._pieces)
        except StopAsyncIteration:
            if self._settle is not None:
                self._settle()
            raise

    async def aclose(self) -> None:
        """Give the connection back if the body came to its end, and close it otherwise."""
        with translated_errors(self._request):
            await self._close()
        if self._started:
            # trio complains of generators that are left in the middle: on a closed connection they come to their end
            with suppress(Exception):
                while True:
                    await anext(self._pieces)


async def answer(
    request: httpx.Request,
    status: int,
    headers: list[tuple[bytes, bytes]],
    extensions: Mapping[str, Any],
    body: NativeBody,
    *,
    most: int | None,
) -> httpx.Response:
    """An answer of httpx's; its body has been read if `most` says how many bytes it may have."""
    stream = body if most is None else await gathered(request, status, headers, body, most=most)
    known = {key: extensions[key] for key in ("http_version", "reason_phrase") if key in extensions}
    return httpx.Response(status, headers=headers, stream=stream, extensions=known)


@contextmanager
def translated_errors(request: httpx.Request) -> Iterator[None]:
    """Raise httpx's exceptions for those of a library that gives its own the same names."""
    try:
        yield
    except Exception as error:
        ours = _translated(error, request)
        if ours is None:
            raise
        # the original's text may quote a header
        raise ours from None


def _translated(error: Exception, request: httpx.Request) -> httpx.RequestError | None:
    for kind in type(error).__mro__:
        ours = getattr(httpx, kind.__name__, None)
        if isinstance(ours, type) and issubclass(ours, httpx.RequestError):
            if issubclass(ours, httpx.ConnectError | httpx.ConnectTimeout) and was_connected(error):
                return httpx.ReadError("the connection broke", request=request)
            return ours(_text(error, ours), request=request)
    return None


def _text(error: BaseException, kind: type[httpx.RequestError]) -> str:
    text = str(error)
    if issubclass(kind, httpx.ProtocolError) and not text.startswith(_SAFE_TEXTS):
        text = ""
    if issubclass(kind, httpx.ConnectError):
        text = reason(error)
    return text or _TEXTS.get(kind) or f"the connection broke: {type(error).__name__}"


def was_connected(error: Exception) -> bool:
    """Whether there was a connection all the same.

    httpx-aiohttp reports a server that hangs up after it was asked as a connection that was never made.
    """
    names = {kind.__name__ for kind in type(error.__cause__).__mro__}
    return _BROKEN_IN_AIOHTTP in names and not names & _CONNECTING_IN_AIOHTTP
