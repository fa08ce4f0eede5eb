"""One request and its answer on a connection of aiohttp's, and what may go wrong with them."""

from __future__ import annotations

import asyncio
import warnings
from functools import partial
from typing import TYPE_CHECKING, Protocol

import aiohttp
import httpx

from ...http.whole import TooLargeError, announced, too_large
from ..outgoing import PIECE
from .internals import BROKEN, EMPTY_PAYLOAD, EofStream, HttpProcessingError
from .lane import UNBOUNDED
from .upload import upload

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from .internals import RawResponseMessage
    from .lane import Lane
    from .upload import Answer, Rest


class End(Protocol):
    """Takes a connection back from what used it."""

    def __call__(self, lane: Lane, *, reuse: bool) -> None:
        """Keep the connection for another request if `reuse` says so and it can be, else close it."""


async def exchange(
    request: httpx.Request, lane: Lane, head: bytes, rest: Rest | None, timeouts: Mapping[str, float | None]
) -> Answer:
    """Write a request and read the head of its answer.

    Args:
        request: for its method and the errors.
        lane: a connection that nothing else uses.
        head: the first bytes to write, and mostly all of them.
        rest: the rest of a large or streamed body.
        timeouts: seconds for ``read`` and ``write``.

    Raises:
        httpx.TransportError: the answer did not come; the server may have seen the request.
        Exception: what the source of the body raises.
    """
    lane.write(head)
    return await _begun(request, lane, rest, timeouts, PIECE)


async def exchange_whole(
    request: httpx.Request,
    lane: Lane,
    head: bytes,
    rest: Rest | None,
    timeouts: Mapping[str, float | None],
    *,
    most: int,
) -> tuple[RawResponseMessage, bytes]:
    """Write a request and read its whole answer; all else is as in `exchange`.

    Args:
        request: for its method and the errors.
        lane: a connection that nothing else uses.
        head: the first bytes to write, and mostly all of them.
        rest: the rest of a large or streamed body.
        timeouts: seconds for ``read`` and ``write``.
        most: bytes that the answer's body may have.

    Raises:
        httpx.TransportError: the answer did not come, or broke off; the server may have seen the request.
        TooLargeError: the body is larger.
        Exception: what the source of the body raises.
    """
    lane.write(head)
    if rest is not None or lane.congested:
        message, payload = await _begun(request, lane, rest, timeouts, UNBOUNDED)
    else:
        try:
            answer = await lane.answer(timeouts.get("read"), most, bodiless=request.method == "HEAD")
        except TooLargeError as error:
            error.request = request
            raise
        except BROKEN as error:
            raise _translated(error, request) from None
        if answer is not None:
            return answer
        message, payload = await _head(request, lane)
    if payload is EMPTY_PAYLOAD:
        return message, b""
    if announced(request.method, message.code, message.raw_headers) > most:
        raise too_large(most, request)
    try:
        body = await _gathered(payload, most)
        _fail_if_cut(message, payload, lane)
    except BROKEN as error:
        raise _translated(error, request) from None
    if body is None:
        raise too_large(most, request)
    return message, body


async def _begun(
    request: httpx.Request, lane: Lane, rest: Rest | None, timeouts: Mapping[str, float | None], buffer: int
) -> Answer:
    """Write the rest of a request, and read the head of its answer."""
    limit = timeouts.get("read")
    answer = None
    if rest is None and not lane.congested:
        lane.expect(body=request.method != "HEAD", buffer=buffer, limit=limit)
    else:
        # the clock for reading starts once all is written
        lane.expect(body=request.method != "HEAD", buffer=buffer, limit=None)
        answer = await upload(request, lane, rest, timeouts.get("write"))
        lane.handler.read_timeout = limit
    lane.handler.start_timeout()
    return await _head(request, lane, answer)


async def _head(request: httpx.Request, lane: Lane, answer: Answer | None = None) -> Answer:
    """The head of an answer, once it is the final one."""
    try:
        message, payload = answer or await lane.handler.read()
        while message.code < 200 and message.code != 101:
            message, payload = await lane.handler.read()
    except BROKEN as error:
        raise _translated(error, request) from None
    return message, payload


async def _gathered(payload: aiohttp.StreamReader, most: int) -> bytes | None:
    """A body, read to its end; None if it has more bytes than it may have."""
    found: list[bytes] = []
    left = most
    while piece := await payload.readany():
        left -= len(piece)
        if left < 0:
            return None
        found.append(piece)
    return b"".join(found)


def _fail_if_cut(message: RawResponseMessage, payload: aiohttp.StreamReader, lane: Lane) -> None:
    """A body without a length ends with its connection; the parser takes a broken connection for such an end."""
    lost = lane.handler.exception()
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
        lane: the connection that the body comes from.
        message: the head of the answer.
        payload: aiohttp's stream of the body.
        end: takes the connection back, and is told whether it may be used again.
    """

    def __init__(
        self,
        request: httpx.Request,
        lane: Lane,
        message: RawResponseMessage,
        payload: aiohttp.StreamReader,
        end: End,
    ) -> None:
        self._request = request
        self._lane = lane
        self._held = True
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
            _fail_if_cut(self._message, self._payload, self._lane)
        except BaseException as error:
            self._end(reuse=False)
            if isinstance(error, BROKEN):
                raise _translated(error, self._request) from None
            raise
        self._end(reuse=True)
        raise StopAsyncIteration

    async def aclose(self) -> None:
        """Give the connection back if the body came to its end, and close it otherwise; at once in either case."""
        self._end(reuse=self._payload.is_eof())

    def _end(self, *, reuse: bool) -> None:
        if self._held:
            self._held = False
            self._give_up(self._lane, reuse=reuse)

    def __del__(self) -> None:
        if self._held:
            text = "an answer was neither read to its end nor closed"
            warnings.warn(text, ResourceWarning, source=self, stacklevel=1)
            if not self._loop.is_closed():
                # a garbage collection may happen in any thread
                self._loop.call_soon_threadsafe(partial(self._give_up, self._lane, reuse=False))
