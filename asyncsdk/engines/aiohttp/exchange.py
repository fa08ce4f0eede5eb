"""One request and its answer on a connection of aiohttp's, and what may go wrong with them."""

from __future__ import annotations

import asyncio
import warnings
from functools import partial
from typing import TYPE_CHECKING, Protocol

import aiohttp
import httpx
from aiohttp.http import HttpProcessingError
from aiohttp.streams import EMPTY_PAYLOAD, EofStream

from .lane import UNBOUNDED, expect, lane_of
from .upload import PIECE, upload

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from aiohttp.client_proto import ResponseHandler
    from aiohttp.connector import Connection
    from aiohttp.http import RawResponseMessage
    from aiohttp.streams import StreamReader

    from .upload import Answer, Rest

_BROKEN = (aiohttp.ClientError, HttpProcessingError, EofStream, OSError, RuntimeError)


class End(Protocol):
    """Takes a connection back from what used it."""

    def __call__(self, connection: Connection, *, reuse: bool) -> None:
        """Keep the connection for another request if `reuse` says so and it can be, else close it."""


def protocol_of(connection: Connection) -> ResponseHandler:
    """What aiohttp knows about a connection that has not been given back."""
    protocol = connection.protocol
    assert protocol is not None  # it is None only once the connection was given back
    return protocol


async def exchange(
    request: httpx.Request,
    protocol: ResponseHandler,
    head: bytes,
    rest: Rest | None,
    timeouts: Mapping[str, float | None],
) -> tuple[RawResponseMessage, StreamReader]:
    """Write a request and read the head of its answer.

    Args:
        request: for its method and the errors.
        protocol: a connection that nothing else uses.
        head: the first bytes to write, and mostly all of them.
        rest: the rest of a large or streamed body.
        timeouts: seconds for ``read`` and ``write``.

    Raises:
        httpx.TransportError: the answer did not come; the server may have seen the request.
    """
    _write(protocol, head)
    return await _begun(request, protocol, rest, timeouts)


async def exchange_whole(
    request: httpx.Request,
    protocol: ResponseHandler,
    head: bytes,
    rest: Rest | None,
    timeouts: Mapping[str, float | None],
) -> tuple[RawResponseMessage, bytes]:
    """Write a request and read its whole answer; all else is as in `exchange`.

    Raises:
        httpx.TransportError: the answer did not come, or broke off; the server may have seen the request.
    """
    _write(protocol, head)
    if rest is not None or protocol.writing_paused or request.method == "HEAD":
        message, payload = await _begun(request, protocol, rest, timeouts)
    else:
        try:
            answer = await lane_of(protocol).answer(timeouts.get("read"))
        except _BROKEN as error:
            raise _translated(error, request) from None
        if answer is not None:
            return answer
        message, payload = await _head(request, protocol)
    if payload is EMPTY_PAYLOAD:
        return message, b""
    try:
        body = await payload.read()
        _fail_if_cut(message, payload, protocol)
    except _BROKEN as error:
        raise _translated(error, request) from None
    return message, body


def _write(protocol: ResponseHandler, head: bytes) -> None:
    assert protocol.transport is not None  # the pool has looked
    protocol.transport.write(head)


async def _begun(
    request: httpx.Request, protocol: ResponseHandler, rest: Rest | None, timeouts: Mapping[str, float | None]
) -> tuple[RawResponseMessage, StreamReader]:
    """Write the rest of a request, and read the head of its answer."""
    buffer = UNBOUNDED if request.extensions.get("whole") else PIECE
    expect(protocol, body=request.method != "HEAD", buffer=buffer, limit=timeouts.get("read"))
    uploading = None
    if rest is not None or protocol.writing_paused:
        uploading = await upload(request, protocol, rest, timeouts.get("write"))
    protocol.start_timeout()
    return await _head(request, protocol, uploading)


async def _head(
    request: httpx.Request, protocol: ResponseHandler, uploading: Answer | None = None
) -> tuple[RawResponseMessage, StreamReader]:
    """The head of an answer, once it is the final one."""
    try:
        message, payload = await (protocol.read() if uploading is None else uploading)
        while message.code < 200 and message.code != 101:
            message, payload = await protocol.read()
    except _BROKEN as error:
        raise _translated(error, request) from None
    return message, payload


def _fail_if_cut(message: RawResponseMessage, payload: StreamReader, protocol: ResponseHandler) -> None:
    """A body without a length ends with its connection; the parser takes a broken connection for such an end."""
    lost = protocol.exception()
    if isinstance(lost, OSError) and payload is not EMPTY_PAYLOAD and not message.chunked:  # noqa: SIM102
        if "Content-Length" not in message.headers:
            raise lost


def _translated(error: BaseException, request: httpx.Request) -> httpx.TransportError:
    """The exception of httpx for what went wrong once a connection was there; aiohttp's texts may quote an answer's headers."""
    if isinstance(error, aiohttp.SocketTimeoutError):
        return httpx.ReadTimeout("the server sent nothing within the limit of time for reading", request=request)
    if isinstance(error, aiohttp.ServerDisconnectedError | EofStream):
        return httpx.RemoteProtocolError("the server closed the connection without an answer", request=request)
    if isinstance(error, aiohttp.ClientPayloadError):
        return httpx.RemoteProtocolError("the connection closed before the end of the body", request=request)
    if isinstance(error, HttpProcessingError):
        return httpx.RemoteProtocolError("the server's answer is not HTTP/1.1", request=request)
    reason = error.strerror if isinstance(error, OSError) else None
    return httpx.ReadError(f"the connection broke: {reason or type(error).__name__}", request=request)


class AnswerBody(httpx.AsyncByteStream):
    """The body of an answer as it comes over the wire; holds its connection until it is read to its end or closed.

    Args:
        request: for the errors.
        connection: what the body comes from.
        message: the head of the answer.
        payload: aiohttp's stream of the body.
        end: takes the connection back, and is told whether it may be used again.
    """

    def __init__(
        self,
        request: httpx.Request,
        connection: Connection,
        message: RawResponseMessage,
        payload: StreamReader,
        end: End,
    ) -> None:
        self._request = request
        self._connection: Connection | None = connection
        self._protocol = protocol_of(connection)
        self._message = message
        self._payload = payload
        self._give_up = end
        self._loop = asyncio.get_running_loop()

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        try:
            if piece := await self._payload.readany():
                return piece
            _fail_if_cut(self._message, self._payload, self._protocol)
        except BaseException as error:
            self._end(reuse=False)
            if isinstance(error, _BROKEN):
                raise _translated(error, self._request) from None
            raise
        self._end(reuse=True)
        raise StopAsyncIteration

    async def aclose(self) -> None:
        """Give the connection back if the body came to its end, and close it otherwise; at once in either case."""
        self._end(reuse=self._payload.is_eof())

    def _end(self, *, reuse: bool) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            self._give_up(connection, reuse=reuse)

    def __del__(self) -> None:
        if self._connection is not None:
            text = "an answer was neither read to its end nor closed"
            warnings.warn(text, ResourceWarning, source=self, stacklevel=1)
            if not self._loop.is_closed():
                # a garbage collection may happen in any thread
                self._loop.call_soon_threadsafe(partial(self._give_up, self._connection, reuse=False))
