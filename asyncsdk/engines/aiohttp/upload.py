"""Requests as bytes, and how the larger ones are written to a connection of aiohttp's."""

from __future__ import annotations

import asyncio
import re
from contextlib import aclosing
from typing import TYPE_CHECKING

import httpx

from ...http.whole import body_of
from ..common import body_framing
from ..outgoing import PIECE, pieces

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    import aiohttp

    from .internals import RawResponseMessage
    from .lane import Lane

    Rest = AsyncGenerator[bytes | memoryview]
    Answer = tuple[RawResponseMessage, aiohttp.StreamReader]

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
        rest = pieces(request, body)
        return head + b"\r\n", _in_chunks(rest) if chunked else rest
    return head + b"\r\n" + body, None


async def _in_chunks(rest: Rest) -> Rest:
    async with aclosing(rest):
        async for piece in rest:
            yield b"".join((b"%x\r\n" % len(piece), piece, b"\r\n"))
    yield b"0\r\n\r\n"


async def upload(request: httpx.Request, lane: Lane, rest: Rest | None, limit: float | None) -> Answer | None:
    """Write the rest of a request; gives the head of its answer if that has come meanwhile.

    A server that refuses a body (413, 401), sends us elsewhere or hangs up ends the upload, and what it said is the answer.
    A connection whose request is not complete is not used again.

    Args:
        request: for its errors.
        lane: the connection, with the head already written.
        rest: what is still to be written, if anything.
        limit: seconds in which a piece must be taken; None waits for ever.

    Raises:
        httpx.WriteTimeout: the server took nothing for so long.
        Exception: what the source of the body raises.
    """
    uploading = _Uploading(request, lane, limit)
    complete = True
    if rest is not None:
        async with aclosing(rest):
            async for piece in rest:
                complete = await uploading.has_room()
                if not complete:
                    break
                lane.write(piece)
    if not (complete and await uploading.has_room()):
        lane.give_up()
    return uploading.answer


class _Uploading:
    """What is known of the answer while its request is written."""

    def __init__(self, request: httpx.Request, lane: Lane, limit: float | None) -> None:
        self._request = request
        self._lane = lane
        self._limit = limit
        self.answer: Answer | None = None

    async def has_room(self) -> bool:
        """Wait until the connection takes more; False if it will not, or need not."""
        lane = self._lane
        if lane.arrived():
            # Let the event loop read it, which takes two rounds: to write to a connection that was reset would lose what came.
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        while not await self._over():
            if not lane.congested:
                return True
            try:
                await lane.news(self._limit)
            except TimeoutError:
                if self.answer is not None:  # it has said what it had to say, and reads no more
                    return False
                why = f"the server took nothing for {self._limit:g} s"
                raise httpx.WriteTimeout(why, request=self._request) from None
        return False

    async def _over(self) -> bool:
        """Whether the server has made up its mind before it has seen all, or has gone."""
        handler = self._lane.handler
        while self.answer is None and len(handler):
            answer = await handler.read()
            if answer[0].code >= 200:
                self.answer = answer
        if self.answer is not None and self.answer[0].code >= 300:
            return True
        return not handler.is_connected() or handler.exception() is not None
