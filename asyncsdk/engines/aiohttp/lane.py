"""The short way for most answers: their length is announced and they are wanted whole, so that no stream need be made of them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import aiohttp
from aiohttp.http import HttpProcessingError, HttpResponseParser

if TYPE_CHECKING:
    from aiohttp.client_proto import ResponseHandler
    from aiohttp.http import RawResponseMessage

    Answer = tuple[RawResponseMessage, bytes]

LINE = 1 << 16
"""Bytes that one line of an answer's head may have."""

UNBOUNDED = 1 << 30
"""Bytes that a body which is kept whole anyway may have waiting: to stop its connection and let it go on costs more than it saves."""

_END = b"\r\n\r\n"


def expect(protocol: ResponseHandler, *, body: bool = True, buffer: int, limit: float | None) -> None:
    """Let aiohttp's own protocol read the next answer on its connection.

    Args:
        protocol: of a connection on which no byte of the answer has been read.
        body: False for the answer to HEAD.
        buffer: bytes of the body that may wait to be read.
        limit: seconds in which something must come.
    """
    transport = protocol.transport
    assert transport is not None  # the pool has looked
    if transport.get_protocol() is not protocol:
        transport.set_protocol(protocol)
    protocol.set_response_params(
        skip_payload=not body,
        read_until_eof=True,
        auto_decompress=False,
        read_timeout=limit,
        read_bufsize=buffer,
        max_line_size=LINE,
        max_field_size=LINE,
    )


def lane_of(protocol: ResponseHandler) -> Lane:
    """The lane of a connection, which stays in place of aiohttp's protocol until `expect` puts that back."""
    transport = protocol.transport
    assert transport is not None
    lane = transport.get_protocol()
    if not isinstance(lane, Lane):
        lane = Lane(protocol)
        transport.set_protocol(lane)
    return lane


class Lane(asyncio.Protocol):
    """Reads answers whose head comes in one piece and tells the length of the body; aiohttp's own protocol reads all others.

    It costs a third of what a stream does, which copies a body twice more and starts a timer anew for each piece of it.

    Args:
        protocol: aiohttp's, which tells whether the connection can be used again.
    """

    def __init__(self, protocol: ResponseHandler) -> None:
        self._protocol = protocol
        self._loop = asyncio.get_running_loop()
        self._answer: asyncio.Future[Answer | None] | None = None
        self._message: RawResponseMessage | None = None
        self._pieces: list[bytes] = []
        self._left = 0
        self._limit: float | None = None
        self._heard = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def answer(self, limit: float | None) -> asyncio.Future[Answer | None]:
        """Head and body of the answer to a request, one other than HEAD, that has just been written.

        Args:
            limit: seconds in which something must come.

        Returns:
            What to await. It gives None where the answer is one for aiohttp's protocol, which has been given what has come of it.
            It raises `aiohttp.SocketTimeoutError` where nothing came for too long, and `aiohttp.ClientPayloadError` where the body
            was cut.
        """
        self._heard = self._loop.time()
        if limit != self._limit:
            self._limit = limit
            self._stop_timer()
        if limit and self._timer is None:
            self._timer = self._loop.call_later(limit, self._look)
        self._answer = self._loop.create_future()
        return self._answer

    def data_received(self, data: bytes) -> None:
        """Take a piece of the answer."""
        if self._answer is None or self._answer.done():
            self._protocol.force_close()  # nobody asked
            return
        self._heard = self._loop.time()
        if self._message is None:
            end = data.find(_END) + len(_END)
            self._message = self._parsed(data[:end])
            if self._message is None:
                self._leave()
                self._protocol.data_received(data)
                return
            data = data[end:]
        self._pieces.append(data)
        self._left -= len(data)
        if self._left <= 0:
            body = b"".join(self._pieces) if len(self._pieces) > 1 else data
            if self._left < 0:
                body = body[: self._left]
                self._protocol.force_close()
            self._end((self._message, body))

    def _parsed(self, head: bytes) -> RawResponseMessage | None:
        """What the first bytes of an answer say, if they are a whole head, and one for this lane."""
        if b"\r\ncontent-length:" not in head.lower():
            return None
        parser = HttpResponseParser(
            self._protocol,
            self._loop,
            UNBOUNDED,
            read_until_eof=True,
            auto_decompress=False,
            max_line_size=LINE,
            max_field_size=LINE,
        )
        try:
            messages, upgraded, _ = parser.feed_data(head)
        except HttpProcessingError:
            return None
        if len(messages) != 1 or upgraded:
            return None
        [(message, payload)] = messages
        length = message.headers.get("Content-Length", "")
        if payload.total_bytes or message.chunked or not length.isdecimal():
            return None
        if message.code < 200 or message.code in (204, 304):
            return None
        if message.should_close:
            self._protocol.force_close()
        self._left = int(length)
        return message

    def _leave(self) -> None:
        expect(self._protocol, buffer=UNBOUNDED, limit=self._limit)
        self._stop_timer()
        self._end(None)

    def _end(self, result: Answer | None) -> None:
        """Give the answer, and keep nothing of it."""
        assert self._answer is not None
        self._answer.set_result(result)
        self._answer = self._message = None
        self._pieces = []

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
        self._stop_timer()
        answer = self._answer
        if answer is not None and not answer.done():
            if self._message is None:
                self._leave()
            else:
                answer.set_exception(aiohttp.ClientPayloadError())
        self._protocol.connection_lost(exc)

    def eof_received(self) -> None:
        """Let the connection be closed."""
        self._protocol.eof_received()

    def pause_writing(self) -> None:
        """Let the upload wait."""
        self._protocol.pause_writing()

    def resume_writing(self) -> None:
        """Let the upload go on."""
        self._protocol.resume_writing()
