"""Requests as bytes, and how the larger ones are written to a connection of aiohttp's."""

from __future__ import annotations

import asyncio
import re
from contextlib import aclosing
from typing import TYPE_CHECKING

import httpx
from aiohttp.http import StreamWriter

from ...http.whole import body_of
from ..common import body_framing

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from aiohttp.client_proto import ResponseHandler
    from aiohttp.http import RawResponseMessage
    from aiohttp.streams import StreamReader

    Rest = AsyncGenerator[bytes | memoryview]
    Answer = asyncio.Task[tuple[RawResponseMessage, StreamReader]]

PIECE = 1 << 16
"""Bytes that are written, or kept unread, at a time."""

_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")


def serialize(request: httpx.Request, absolute: bytes, extra: bytes) -> tuple[bytes, Rest | None]:
    """The bytes of a request: head and small body as one, and the rest of a large or streamed body.

    Args:
        request: what to send.
        absolute: scheme and authority before the path, for a proxy.
        extra: more header lines, for a proxy.

    Raises:
        httpx.LocalProtocolError: it would not be one well-formed request.
    """
    headers = request.headers.raw
    method = request.method
    head = b"%b %b%b HTTP/1.1\r\n%b\r\n%b" % (
        method.encode("ascii", "replace"),
        absolute,
        request.url.raw_path,
        b"\r\n".join(map(b": ".join, headers)),
        extra,
    )
    lines = len(headers) + 1 + extra.count(b"\n")
    if head.count(b"\n") != lines or head.count(b"\r") != lines or b"\0" in head or not _TOKEN.fullmatch(method):
        raise httpx.LocalProtocolError("a line of the request's head holds a character that ends it", request=request)
    names = head.lower()
    if b"\r\nhost:" not in names:
        raise httpx.LocalProtocolError("the request has no Host header", request=request)
    body = body_of(request.stream)
    if body == b"" and method == "GET" and b"\r\ncontent-length:" not in names and b"\r\ntransfer-encod" not in names:
        return head + b"\r\n", None
    framing = body_framing(request, length=None if body is None else len(body))
    if framing is not None:
        head += b"%b: %b\r\n" % framing
    chunked = b"\r\ntransfer-encoding:" in head.lower()
    if body is None or chunked or len(body) > PIECE:
        return head + b"\r\n", _pieces(request, body, chunked=chunked)
    return head + b"\r\n" + body, None


async def _pieces(request: httpx.Request, body: bytes | None, *, chunked: bool) -> Rest:
    """A body in pieces of at most `PIECE`, so that the limit of time for writing is one for progress."""
    declared = None if chunked else int(request.headers.get("content-length", len(body or b"")))
    sent = 0
    async for given in _as_async(request, body):
        whole = memoryview(given)
        sent += len(whole)
        if declared is not None and sent > declared:
            raise httpx.LocalProtocolError("the body is longer than its Content-Length", request=request)
        for start in range(0, len(whole), PIECE):
            piece = whole[start : start + PIECE]
            yield b"".join((b"%x\r\n" % len(piece), piece, b"\r\n")) if chunked else piece
    if declared is not None and sent < declared:
        raise httpx.LocalProtocolError("the body is shorter than its Content-Length", request=request)
    if chunked:
        yield b"0\r\n\r\n"


async def _as_async(request: httpx.Request, body: bytes | None) -> AsyncGenerator[bytes]:
    if body is not None:
        yield body
        return
    if not isinstance(request.stream, httpx.AsyncByteStream):
        raise TypeError("the body of an async request is bytes or an async stream")
    async for piece in request.stream:
        yield piece


async def upload(request: httpx.Request, protocol: ResponseHandler, rest: Rest | None, limit: float | None) -> Answer:
    """Write the rest of a request, and return the task that reads its answer.

    The answer is awaited meanwhile: a server that refuses a body (413, 401) or hangs up ends the upload, and what it
    said is the answer. A connection whose request is not complete is not used again.

    Args:
        request: for its errors.
        protocol: the connection, with the head already written.
        rest: what is still to be written, if anything.
        limit: seconds in which a piece must be taken; None waits for ever.

    Raises:
        httpx.WriteTimeout: the server took nothing for so long.
    """
    answer = asyncio.create_task(protocol.read())
    answer.add_done_callback(_retrieve)
    try:
        complete = await _taken(request, protocol, answer, limit)
        if rest is not None:
            async with aclosing(rest):
                async for piece in rest:
                    if not complete or protocol.transport is None:
                        break
                    protocol.transport.write(piece)
                    complete = await _taken(request, protocol, answer, limit)
        if not complete:
            protocol.force_close()
    except BaseException:
        answer.cancel()
        raise
    return answer


async def _taken(request: httpx.Request, protocol: ResponseHandler, answer: Answer, limit: float | None) -> bool:
    """Wait until the connection takes more; False if it will not, or need not."""
    if protocol.writing_paused:
        # it wakes when the buffer is nearly empty or the connection is lost, and so needs no cancelling: we drop what stalls
        draining = asyncio.create_task(StreamWriter(protocol, asyncio.get_running_loop()).drain())
        draining.add_done_callback(_retrieve)
        try:
            async with asyncio.timeout(limit):
                await asyncio.wait({draining, answer}, return_when=asyncio.FIRST_COMPLETED)
                if not draining.done() and not _refused(answer):
                    await asyncio.wait({draining})
        except TimeoutError:
            raise httpx.WriteTimeout(f"the server took nothing for {limit:g} s", request=request) from None
    return protocol.is_connected() and not _refused(answer)


def _refused(answer: Answer) -> bool:
    """Whether the server has made up its mind before it has seen all."""
    return answer.done() and (answer.cancelled() or answer.exception() is not None or answer.result()[0].code >= 400)


def _retrieve(task: asyncio.Task[object]) -> None:
    """An error that comes second is not logged as one that nobody looked at."""
    if not task.cancelled():
        task.exception()
