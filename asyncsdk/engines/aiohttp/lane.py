"""A connection, and the short way for most answers: of known length and wanted whole, so that no stream need be made of them."""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from typing import TYPE_CHECKING

import aiohttp

from ...http.whole import too_large
from ..kernel import arrivals, unsent
from .internals import expect, fail_body, handler_of, head_of, holds_more

if TYPE_CHECKING:
    from ...http.url import Origin
    from .internals import Connection, RawResponseMessage

    Answer = tuple[RawResponseMessage, bytes]

UNBOUNDED = 1 << 30
"""Bytes that a body which is kept whole anyway may have waiting: to stop its connection and let it go on costs more than it saves."""

_PIECE = 1 << 16
_END = b"\r\n\r\n"
_BODILESS = (b"204", b"304")


class Lane(asyncio.Protocol):
    """A connection of aiohttp's, with a protocol in front of aiohttp's own.

    Answers whose head comes in one piece and tells the length of the body it reads by itself, which costs a third of what a stream
    does: that copies a body twice more and starts a timer anew for each piece of it. All others it passes on. Whatever comes when
    no answer is under way, or after its end, spoils the connection: it is nobody's answer.

    Args:
        connection: a new connection, on which nothing has come.
        origin: where it leads to.

    Attributes:
        handler: aiohttp's protocol.
        write: sends bytes.
        congested: whether the peer takes them too slowly, so that no more should be written.
    """

    def __init__(self, connection: Connection, origin: Origin) -> None:
        self.connection = connection
        self.origin = origin
        self.handler = handler = handler_of(connection)
        assert handler.transport is not None
        self._transport = handler.transport
        self.write = handler.transport.write
        self.congested = False
        self._spoiled = False
        self._loop = asyncio.get_running_loop()
        self._socket = handler.transport.get_extra_info("socket")
        self._in_clear = handler.transport.get_extra_info("ssl_object") is None
        self._arrivals = arrivals(self._socket)
        self._passing_on = False
        self._head_is_in = False
        self._answer: asyncio.Future[Answer | None] | None = None
        self._bodiless = False
        self._message: RawResponseMessage | None = None
        self._pieces: list[bytes] = []
        self._left = 0
        self._most = 0
        self._limit: float | None = None
        self._heard = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._news: asyncio.Future[None] | None = None
        handler.transport.set_protocol(self)

    def answer(self, limit: float | None, most: int, *, bodiless: bool) -> asyncio.Future[Answer | None]:
        """Head and body of the answer to a request that has just been written.

        Args:
            limit: seconds in which something must come.
            most: bytes that the body may have.
            bodiless: whether it has none, whatever its head says: the request was HEAD.

        Returns:
            What to await. It gives None where the answer is one for aiohttp's protocol, which has been given what has come of it.
            It raises `aiohttp.SocketTimeoutError` where nothing came for too long, `aiohttp.ClientPayloadError` where the body was
            cut, and `TooLargeError` where it is announced to be too large.
        """
        self._heard = self._loop.time()
        self._most = most
        self._bodiless = bodiless
        if limit != self._limit:
            self._limit = limit
            self._stop_timer()
        if limit and self._timer is None:
            self._timer = self._loop.call_later(limit, self._look)
        self._answer = self._loop.create_future()
        return self._answer

    def expect(self, *, body: bool, buffer: int, limit: float | None) -> None:
        """Let aiohttp's protocol read the next answer; the arguments are those of `internals.expect`."""
        expect(self.handler, body=body, buffer=buffer, limit=limit)
        self._passing_on = True
        self._head_is_in = False

    def data_received(self, data: bytes) -> None:
        """Take a piece of the answer."""
        if self._passing_on:
            self._pass_on(data)
            return
        if self._answer is None or self._answer.done():
            self._spoiled = True  # nobody asked
            return
        self._heard = self._loop.time()
        if self._message is None:
            end = data.find(_END) + len(_END)
            self._message = self._parsed(data[:end])
            if self._message is None:
                self._leave()
                self._pass_on(data)
                return
            if self._left > self._most:
                self._answer.set_exception(too_large(self._most))
                return
            data = data[end:]
        self._pieces.append(data)
        self._left -= len(data)
        if self._left <= 0:
            body = b"".join(self._pieces) if len(self._pieces) > 1 else data
            if self._left < 0:
                body = body[: self._left]
                self._spoiled = True
            self._end((self._message, body))

    def _parsed(self, head: bytes) -> RawResponseMessage | None:
        """What the first bytes of an answer say, if they are a whole head, and one for this lane."""
        bodiless = self._bodiless or head[9:12] in _BODILESS
        if not bodiless and b"\r\ncontent-length:" not in head.lower():
            return None
        message = head_of(self.handler, self._loop, head) if head else None
        if message is None or message.code < 200:
            return None
        length = message.headers.get("Content-Length", "")
        if not bodiless and (message.chunked or not length.isdecimal()):
            return None
        if message.should_close:
            self._spoiled = True
        self._left = 0 if bodiless else int(length)
        return message

    def _leave(self) -> None:
        """Let aiohttp's protocol read what was to be read here."""
        self.expect(body=not self._bodiless, buffer=UNBOUNDED, limit=self._limit)
        self._stop_timer()
        self._end(None)

    def _end(self, result: Answer | None) -> None:
        """Give the answer, and keep nothing of it."""
        assert self._answer is not None
        self._answer.set_result(result)
        self._answer = self._message = None
        self._pieces = []

    def _pass_on(self, data: bytes) -> None:
        """Give aiohttp's protocol a piece of the answer, heads apart from what follows: where that is wrong, it would hide them."""
        while not self._head_is_in and (end := data.find(_END) + len(_END)) >= len(_END):
            self._head_is_in = data[9:10] != b"1"
            self.handler.data_received(data[:end])
            data = data[end:]
        if data:
            self.handler.data_received(data)
        if self.handler.exception() is not None:
            fail_body(self.handler)
        self._tell_news()

    def at_rest(self) -> bool:
        """Whether the connection, whose last answer has come to its end, can carry another request. Nothing may come until then."""
        if self._passing_on:
            self._passing_on = False
            if self.handler.should_close or holds_more(self.handler):
                self._spoiled = True
        return not self._spoiled

    def is_clean(self) -> bool:
        """Whether nothing came on a connection at rest, not even what the event loop has had no time to read."""
        return not self._spoiled and self.handler.is_connected() and not self.arrived()

    def arrived(self) -> bool:
        """Whether something has come that the event loop has not yet read."""
        return self._arrivals is not None and bool(self._arrivals.poll(0))

    async def news(self, limit: float | None) -> None:
        """Wait until there is room to write again, something came, or the connection is lost.

        Raises:
            TimeoutError: nothing of it has happened, and the peer has taken nothing, for so many seconds.
        """
        left = self._unsent()
        while True:
            self._news = self._loop.create_future()
            try:
                async with asyncio.timeout(limit):
                    return await self._news
            except TimeoutError:
                before, left = left, self._unsent()
                if left >= before:
                    raise

    def _unsent(self) -> int:
        return self._transport.get_write_buffer_size() + unsent(self._socket)

    def _tell_news(self) -> None:
        news, self._news = self._news, None
        if news is not None and not news.done():
            news.set_result(None)

    def give_up(self) -> None:
        """The request is not complete: the connection cannot carry another one."""
        self._spoiled = True
        if not self.handler.is_connected():
            # the peer is done, and the event loop would wait until it has taken all that was written
            self._transport.abort()

    def _look(self) -> None:
        """Whether something has come in time. One timer serves many answers; to start one for each costs more than to look."""
        self._timer = None
        if self._answer is None or self._answer.done() or self._limit is None:
            return
        rest = self._heard + self._limit - self._loop.time()
        if rest > 0:
            self._timer = self._loop.call_later(rest, self._look)
        else:
            self._answer.set_exception(aiohttp.SocketTimeoutError())

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def connection_lost(self, exc: Exception | None) -> None:
        """End the answer that is under way, and let the pool know."""
        if isinstance(exc, OSError):
            self._rescue()
        self._spoiled = True
        self._stop_timer()
        answer = self._answer
        if answer is not None and not answer.done():
            if self._message is None:
                self._leave()
            else:
                answer.set_exception(aiohttp.ClientPayloadError())
        self.handler.connection_lost(exc)
        self._tell_news()

    def _rescue(self) -> None:
        """Take what the event loop has left unread: where writing fails first, it gives up reading too."""
        if self._socket is not None and self._in_clear:
            with suppress(OSError):
                while data := os.read(self._socket.fileno(), _PIECE):
                    self.data_received(data)

    def eof_received(self) -> None:
        """Let the connection be closed."""
        self.handler.eof_received()
        self._tell_news()

    def pause_writing(self) -> None:
        """Let the upload wait."""
        self.congested = True

    def resume_writing(self) -> None:
        """Let the upload go on."""
        self.congested = False
        self._tell_news()
